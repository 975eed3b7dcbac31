"""Delegations of an event: who leads them, their offices, and how many places they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventapp import text
from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.delegations.models import ChangeRequest, Decision
from eventapp.events.models import Event
from eventapp.events.presets import load_preset
from eventapp.registration import quota, waitlist
from eventapp.registration.indexing import index_delegation
from eventapp.registration.models import (
    HOLDING,
    Delegate,
    Delegation,
    HeldPlace,
    Organisation,
    Province,
    Quota,
)
from eventapp.registration.setting_up import add_delegations


class DelegationError(Exception):
    """A refusal that concerns a delegation."""


class DelegationNotFound(DelegationError):
    """The event has no such delegation."""


class NameTaken(DelegationError):
    """Another delegation of the event has this name; or another office of the delegation."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotEmpty(DelegationError):
    """People are registered there, or places held: it cannot be deleted."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Office:
    """An office of a delegation: ``id`` is None for one to be added."""

    id: int | None
    name: str
    places: int | None = None
    """None is no limit of its own."""
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class DelegationData:
    """What organisers say of a delegation. Contacts as eventapp.registration.contact has them."""

    name: str
    province_code: str | None = None
    lead_name: str = ""
    lead_email: str = ""
    lead_phone: str = ""
    deadline: datetime | None = None
    places: int | None = None
    """How many may come in all; None is no limit of its own."""
    offices: Sequence[Office] = ()
    category_places: Mapping[int, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A delegation in the organisers' list."""

    delegation: Delegation
    registered: int
    held: int
    places: int | None
    waiting: int
    """Requests that nobody has decided."""


def find(event: Event, delegation_id: int) -> Delegation:
    """A delegation of the event with its offices. Raises DelegationNotFound."""
    found = db.session.scalar(
        select(Delegation)
        .filter_by(id=delegation_id, event_id=event.id)
        .options(joinedload(Delegation.event))
    )
    if found is None:
        raise DelegationNotFound(delegation_id)
    return found


def overview(event: Event) -> list[Row]:
    """Every delegation in its order, in five queries."""
    delegations = db.session.scalars(
        select(Delegation)
        .where(Delegation.event_id == event.id)
        .order_by(Delegation.position, Delegation.name)
    ).all()
    registered = _counts(
        select(Organisation.delegation_id, func.count(Delegate.id))
        .join(Delegate, Delegate.organisation_id == Organisation.id)
        .where(Delegate.event_id == event.id, Delegate.status.in_(HOLDING))
        .group_by(Organisation.delegation_id)
    )
    held = _counts(
        select(HeldPlace.delegation_id, func.count(HeldPlace.id))
        .where(HeldPlace.event_id == event.id)
        .group_by(HeldPlace.delegation_id)
    )
    waiting = _counts(
        select(ChangeRequest.delegation_id, func.count(ChangeRequest.id))
        .where(ChangeRequest.event_id == event.id, ChangeRequest.decision == Decision.WAITING)
        .group_by(ChangeRequest.delegation_id)
    )
    places = _counts(
        select(Quota.delegation_id, Quota.places).where(
            Quota.event_id == event.id,
            Quota.delegation_id.is_not(None),
            *(
                column.is_(None)
                for column in (
                    Quota.organisation_id,
                    Quota.category_id,
                    Quota.day_id,
                    Quota.session_id,
                )
            ),
        )
    )
    return [
        Row(
            it,
            registered.get(it.id, 0),
            held.get(it.id, 0),
            places.get(it.id),
            waiting.get(it.id, 0),
        )
        for it in delegations
    ]


def add_preset(event: Event, slug: str) -> int:
    """Add the provinces and ministries of a preset that the event has not yet; how many.

    Raises presets.PresetNotFound.
    """
    preset = load_preset(slug)
    event_id = event.id
    with transaction():
        added = add_delegations(event_id, preset)
        if added:
            audit.record("add_delegations", "event", event_id, event_id=event_id, note=f"{added}")
        return added


def save(event: Event, delegation_id: int | None, data: DelegationData) -> Delegation:
    """Add or change a delegation with its offices and its quotas.

    Raises DelegationNotFound, NameTaken, NotEmpty (for an office that is to be removed).
    """
    event_id = event.id
    with transaction():
        quota.Ledger(event_id)
        delegation = locked(event_id, delegation_id) if delegation_id else _added(event_id)
        namesake = select(Delegation.id).filter_by(event_id=event_id, name=data.name)
        with db.session.no_autoflush:
            if db.session.scalar(namesake) not in (None, delegation.id):
                raise NameTaken(data.name)
        delegation.name = data.name
        delegation.province_code = data.province_code
        delegation.lead_name = data.lead_name
        delegation.lead_email = data.lead_email
        delegation.lead_phone = data.lead_phone
        delegation.deadline = data.deadline
        changes = audit.changes_of(delegation)
        is_new = delegation.id is None
        db.session.add(delegation)
        db.session.flush()
        if changes:
            audit.record(
                "create" if is_new else "update",
                "delegation",
                delegation.id,
                event_id=event_id,
                changes=changes,
            )
        quota.set_in_transaction(event_id, data.places, delegation_id=delegation.id)
        for category_id, places in data.category_places.items():
            quota.set_in_transaction(
                event_id, places, delegation_id=delegation.id, category_id=category_id
            )
        _save_offices(event_id, delegation, data.offices)
        db.session.expire(delegation, ["organisations"])
        index_delegation(delegation.id, delegation.name)
        waitlist.advance(event_id, quota.Ledger(event_id))
        return delegation


def delete(event: Event, delegation_id: int) -> None:
    """Delete a delegation from which nobody was ever registered.

    Raises DelegationNotFound, NotEmpty.
    """
    event_id = event.id
    with transaction():
        quota.Ledger(event_id)
        delegation = locked(event_id, delegation_id)
        offices = select(Organisation.id).filter_by(delegation_id=delegation_id)
        if _exists(Delegate.id, Delegate.organisation_id.in_(offices)) or _exists(
            HeldPlace.id, HeldPlace.delegation_id == delegation_id
        ):
            raise NotEmpty(delegation.name)
        audit.record(
            "delete",
            "delegation",
            delegation_id,
            event_id=event_id,
            changes={"name": [delegation.name, None]},
        )
        for office in delegation.organisations:
            db.session.delete(office)
        db.session.delete(delegation)


def set_deadline(event: Event, ids: Sequence[int], deadline: datetime | None) -> int:
    """Give delegations the same deadline; how many."""
    event_id = event.id
    with transaction():
        chosen = db.session.scalars(
            select(Delegation)
            .where(Delegation.event_id == event_id, Delegation.id.in_(ids))
            .with_for_update()
        ).all()
        for delegation in chosen:
            delegation.deadline = deadline
            if changes := audit.changes_of(delegation):
                audit.record(
                    "update", "delegation", delegation.id, event_id=event_id, changes=changes
                )
        return len(chosen)


def reopen(event: Event, delegation_id: int) -> None:
    """Let the lead change a list that was submitted. Raises DelegationNotFound."""
    event_id = event.id
    with transaction():
        delegation = locked(event_id, delegation_id)
        if delegation.submitted_at is not None:
            delegation.submitted_at = None
            audit.record("reopen", "delegation", delegation_id, event_id=event_id)


# --- Inside a transaction -----------------------------------------------------------------------


def locked(event_id: int, delegation_id: int) -> Delegation:
    """The delegation, ours until the transaction ends. Raises DelegationNotFound."""
    delegation = db.session.scalar(
        select(Delegation).filter_by(id=delegation_id, event_id=event_id).with_for_update()
    )
    if delegation is None:
        raise DelegationNotFound(delegation_id)
    return delegation


def _added(event_id: int) -> Delegation:
    last = select(func.max(Delegation.position)).where(
        Delegation.event_id == event_id, ~Delegation.is_other
    )
    return Delegation(event_id=event_id, position=(db.session.scalar(last) or 0) + 1)


def _save_offices(event_id: int, delegation: Delegation, offices: Sequence[Office]) -> None:
    present = {it.id: it for it in delegation.organisations}
    names: set[str] = {it.name_folded for it in present.values() if it.is_typed}
    position = max((it.position for it in present.values() if not it.is_typed), default=0)
    for office in offices:
        row = present.get(office.id) if office.id else None
        if row is not None and office.is_removed:
            _remove_office(row)
            continue
        folded = text.fold(office.name)[:300]
        if folded in names:
            raise NameTaken(office.name)
        names.add(folded)
        if row is None:
            position += 1
            row = Organisation(delegation_id=delegation.id, position=position)
            db.session.add(row)
        row.name, row.name_folded = office.name, folded
        row.sort_key = text.collate(office.name)
        db.session.flush()
        quota.set_in_transaction(
            event_id, office.places, delegation_id=delegation.id, organisation_id=row.id
        )


def _remove_office(office: Organisation) -> None:
    if _exists(Delegate.id, Delegate.organisation_id == office.id) or _exists(
        HeldPlace.id, HeldPlace.organisation_id == office.id
    ):
        raise NotEmpty(office.name)
    db.session.delete(office)
    db.session.flush()


def _exists(column: Any, *conditions: Any) -> bool:
    return db.session.scalar(select(column).where(*conditions).limit(1)) is not None


def _counts(query: Any) -> dict[int, int]:
    rows = db.session.execute(query).all()
    return {row[0]: row[1] for row in rows}


def provinces() -> Sequence[Province]:
    """The provinces that are known, in the order of their codes."""
    return db.session.scalars(select(Province).order_by(Province.code)).all()
