"""Whose a paper is: choices that many papers offer, and how a delegation is called on them."""

from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from eventapp.documents import people
from eventapp.documents.paper import Options, Order
from eventapp.documents.people import Chosen
from eventapp.events.models import Event


class DelegationOptions(Options):
    """All delegations, or one; subclasses place the field with `delegation_field`."""

    delegation: SelectField

    def fill_choices(self, event: Event) -> None:
        """All delegations, or one."""
        self.delegation.choices = [
            ("", _("All delegations")),
            *((str(id_), name) for id_, name in people.delegations(event)),
        ]


def delegation_field() -> Any:
    """The field of `DelegationOptions`: where it is in a class, it is on the page."""
    return SelectField(_l("Delegation"), default="")


def pending_field() -> Any:
    """Whether those are in it who are not approved yet."""
    return BooleanField(_l("Also those who are not approved yet"))


def delegation_id(order: Order) -> int | None:
    """The one delegation that was chosen."""
    chosen = order.options["delegation"]
    return int(chosen) if chosen else None


def chosen_of(order: Order) -> Chosen:
    """The people of the chosen delegation, or of all."""
    return Chosen(
        order.event.id,
        delegation_id=delegation_id(order),
        with_pending=order.options.get("pending", False),
    )


class Belongs(Protocol):
    """Somebody or something of a delegation."""

    @property
    def is_other(self) -> bool:
        """Whether it is that of whoever comes from elsewhere."""

    @property
    def province(self) -> str:
        """The delegation as it is called with its province's kind."""


def called(one: Belongs) -> str:
    """The delegation that somebody belongs to, as titles call it."""
    text: str = (
        _("Delegates of other organisations")
        if one.is_other
        else _("Delegation of %(name)s", name=one.province)
    )
    return text
