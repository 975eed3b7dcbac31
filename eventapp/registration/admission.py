"""Somebody new: what they chose is found in the event's offer, and their rows are written.

Written as rows and not as objects: it is what a server does hundreds of times a second when
registration opens, and nobody reads the rows in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from eventapp import text, tokens
from eventapp.database import db, now
from eventapp.registration.details import DelegateData, answer, check_classes, organisation_of
from eventapp.registration.errors import NotInThisEvent
from eventapp.registration.indexing import derived
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Preference,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.registration.offer import Offer
from eventapp.registration.protocol import rank_of
from eventapp.registration.quota import Claim

_DELEGATE = insert(Delegate.__table__)  # type: ignore[arg-type]
_DAYS, _CLASSES = insert(delegate_day), insert(enrolment)
_WISHES = insert(Preference.__table__)  # type: ignore[arg-type]
_TYPED = ("position", "email", "phone", "diet", "needs", "needs_step_free", "language")


@dataclass(frozen=True, slots=True)
class Consent:
    """Which wording was agreed to, and by whom: ``self``, or on somebody's behalf the ``lead``, or
    a supervisor at the ``door``, who was told so."""

    version: str
    by: str = "self"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whose choices were found to be the event's."""

    event_id: int
    data: DelegateData
    office: Organisation
    delegation: Delegation
    needs_approval: bool
    protocol_rank: int
    day_ids: Sequence[int]
    class_ids: Sequence[int]
    site_ids: Sequence[int]

    @property
    def claim(self) -> Claim:
        """What their place counts for."""
        return Claim(
            delegation_id=self.delegation.id,
            organisation_id=self.office.id,
            category_id=self.data.category_id,
            day_ids=frozenset(self.day_ids),
            session_ids=frozenset(self.class_ids),
        )


def newcomer(event_id: int, data: DelegateData, offer: Offer) -> Newcomer:
    """Find what somebody chose in the offer, as it is in the transaction in progress.

    Raises NotInThisEvent, ClassOnAnotherDay.
    """
    office, delegation = _origin(event_id, data, offer)
    [category] = _among(offer.all.categories, [data.category_id], "category_id")
    days = _among(offer.all.days, data.day_ids, "day_ids")
    classes = _among(offer.all.classes, data.enrolment_ids, "enrolment_ids")
    sites = _among(offer.all.sites, data.site_ids, "site_ids")
    check_classes(classes, days)
    return Newcomer(
        event_id,
        data,
        office,
        delegation,
        needs_approval=category.needs_approval,
        protocol_rank=rank_of(data.position, office.name, offer.ranks),
        day_ids=[it.id for it in days],
        class_ids=[it.id for it in classes],
        site_ids=[it.id for it in sites],
    )


def add(
    person: Newcomer,
    status: Status,
    *,
    submission_hash: str,
    secret: str,
    consent: Consent | None,
    code: str = "",
) -> tuple[int, dict[str, Any]]:
    """Write their rows, within the transaction in progress: their id, and what the change log says.

    ``secret`` is that of their personal link; ``code`` their pass code, where that is decided.
    Raises NotInThisEvent for an answer that cannot be given any more.
    """
    data, at = person.data, now()
    name = text.clean(data.name)
    values = {
        "name": name,
        "category_id": data.category_id,
        "organisation_id": person.office.id,
        **{field: getattr(data, field) for field in _TYPED},
    }
    changes: dict[str, Any] = {field: [None, value] for field, value in values.items() if value}
    values |= derived(name, person.office.name, person.delegation.name, data.email)
    values |= {
        "event_id": person.event_id,
        "protocol_rank": person.protocol_rank,
        "status": status,
        "waitlisted_at": at if status == Status.WAITLISTED else None,
        "code": code or tokens.new_code(),
        "secret_hash": tokens.hash_secret(secret),
        "submission_hash": submission_hash,
        "consent_at": at if consent else None,
        "consent_version": consent.version if consent else "",
        "consent_by": consent.by if consent else "",
        "revision": 1,
    }
    written: Any = db.session.connection().execute(_DELEGATE, values)
    [delegate_id] = written.inserted_primary_key
    changes |= _link(person, delegate_id)
    if data.answers:
        changes |= answer(db.session.get_one(Delegate, delegate_id), data)
        db.session.flush()
    changes["status"] = [None, status]
    return delegate_id, changes


def _link(person: Newcomer, delegate_id: int) -> dict[str, Any]:
    """Write their days, classes and wishes; as the change log has them."""
    wishes = [
        {"site_id": site_id, "rank": rank} for rank, site_id in enumerate(person.site_ids, start=1)
    ]
    changes: dict[str, Any] = {}
    for name, ids, statement, rows in (
        ("days", sorted(person.day_ids), _DAYS, _rows("day_id", person.day_ids)),
        ("training", sorted(person.class_ids), _CLASSES, _rows("session_id", person.class_ids)),
        ("wishes", list(person.site_ids), _WISHES, wishes),
    ):
        if rows:
            db.session.connection().execute(
                statement, [{"delegate_id": delegate_id, **row} for row in rows]
            )
            changes[name] = [[], ids]
    return changes


def _rows(column: str, ids: Iterable[int]) -> list[dict[str, int]]:
    return [{column: it} for it in ids]


def _origin(event_id: int, data: DelegateData, offer: Offer) -> tuple[Organisation, Delegation]:
    found = offer.offices.get(data.organisation_id or 0)
    if found is None:  # typed now, or by somebody before
        office = organisation_of(event_id, data)
        return office, office.delegation
    if data.delegation_id not in {None, found[1].id}:
        raise NotInThisEvent("organisation_id")
    return found


def _among(rows: Iterable[Any], ids: Iterable[int], field: str) -> list[Any]:
    """The rows with these ids in their order, each once. Raises NotInThisEvent."""
    known: Mapping[int, Any] = {row.id: row for row in rows}
    wanted = dict.fromkeys(ids)
    if not wanted.keys() <= known.keys():
        raise NotInThisEvent(field)
    return [known[it] for it in wanted]
