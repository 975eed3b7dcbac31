"""Who may do what. Each view declares its one requirement with :func:`requires`; one guard in
:mod:`eventapp.events.guard` enforces it before the view runs and refuses views that declare none.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What a user is at one event; an administrator is marked on the user instead."""

    ORGANISER = "organiser"
    STAFF = "staff"
    LEADER = "leader"


class Access(StrEnum):
    """What a view asks of whoever calls it."""

    PUBLIC = "public"  # anyone
    SECRET = "secret"  # noqa: S105 - whoever holds the secret in the address; the view looks it up
    DEVICE = "device"  # a bearer token of a device of this event
    SIGNED_IN = "signed_in"  # any user with an account
    CHECK_IN = "check_in"  # scan people and find them by name
    VIEW_GROUPS = "view_groups"  # rosters of visit groups
    CALL_ROLL = "call_roll"  # who is on board, of the groups that one leads
    ORGANISE = "organise"  # everything of this event
    ADMINISTER = "administer"  # accounts and settings of the whole installation


ROLE_ACCESS: dict[Role, frozenset[Access]] = {
    Role.ORGANISER: frozenset(
        {Access.CHECK_IN, Access.VIEW_GROUPS, Access.CALL_ROLL, Access.ORGANISE}
    ),
    Role.STAFF: frozenset({Access.CHECK_IN}),
    Role.LEADER: frozenset({Access.VIEW_GROUPS, Access.CALL_ROLL}),
}


def requires(access: Access) -> Callable[[View], View]:
    """Declare what a view asks for. Exactly one declaration a view."""

    def declare(view: View) -> View:
        view.required_access = access  # type: ignore[attr-defined]
        return view

    return declare


def required_access(view: Callable[..., Any]) -> Access | None:
    """What a view declared, or None when it forgot to."""
    return getattr(view, "required_access", None)


def allows(access: Access, *, is_administrator: bool, role: Role | None) -> bool:
    """Whether a signed-in user with this role at the event in question has the access."""
    if access in {Access.PUBLIC, Access.SIGNED_IN}:
        return True
    if access in {Access.SECRET, Access.DEVICE}:
        return False
    if is_administrator:
        return True
    return role is not None and access in ROLE_ACCESS[role]
