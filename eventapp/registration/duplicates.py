"""The same person twice: the same name with the same e-mail address, or in the same office.

Names are compared folded (eventapp.text), so that Hòa, Hoà and HOA are one. An e-mail address
alone proves nothing: whole offices share one. So it stops nobody; leads and organisers are told of
it, and it is marked on their pages. The page never tells whoever registers alone: what addresses
are known is nobody's business. The letter to the address does, for its owner alone reads it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from eventapp import text
from eventapp.database import db
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import AlreadyRegistered, SameNameAndOffice
from eventapp.registration.models import GONE, Delegate, NotTheSame, Organisation

SHARED = 5
"""An address or a telephone that more people have is their office's, and says nothing alone."""

_NAMESAKES = select(Delegate.id, Delegate.email, Delegate.organisation_id).where(
    Delegate.event_id == bindparam("event_id"),
    Delegate.name_folded == bindparam("name"),
    Delegate.status.not_in(GONE),
)


def check_new(event_id: int, data: DelegateData, *, is_somebody_else: bool = False) -> None:
    """Refuse somebody who is registered already.

    Raises AlreadyRegistered for the same name and address, and SameNameAndOffice for a namesake
    in the same office, unless that ``is_somebody_else``.
    """
    given = {"event_id": event_id, "name": text.fold(data.name)[:300]}
    rows = db.session.connection().execute(_NAMESAKES, given).all()
    for row in rows:
        if data.email and row.email == data.email:
            raise AlreadyRegistered(row.id)
    if is_somebody_else or data.organisation_id is None:
        return
    for row in rows:
        if row.organisation_id == data.organisation_id:
            raise SameNameAndOffice(row.id)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who is registered with an address."""

    id: int
    name: str


def holders(
    event_id: int, emails: Collection[str], *, delegation_id: int | None = None
) -> dict[str, list[Holder]]:
    """Who is registered with each of these addresses, the first first; of one delegation alone.

    An address that more than `SHARED` people have is left out.
    """
    query = (
        select(Delegate.email, Delegate.id, Delegate.name)
        .where(
            Delegate.event_id == event_id,
            Delegate.email.in_([it for it in emails if it]),
            Delegate.status.not_in(GONE),
        )
        .order_by(Delegate.id)
    )
    if delegation_id is not None:
        query = query.join(Delegate.organisation).where(Organisation.delegation_id == delegation_id)
    found: dict[str, list[Holder]] = {}
    for email, id_, name in db.session.execute(query):
        found.setdefault(email, []).append(Holder(id_, name))
    return {email: people for email, people in found.items() if len(people) <= SHARED}


def others_at(delegate: Delegate, *, delegation_id: int | None = None) -> list[str]:
    """The names of those who are registered with the same address."""
    people = holders(delegate.event_id, [delegate.email], delegation_id=delegation_id)
    return [it.name for it in people.get(delegate.email, ()) if it.id != delegate.id]


def to_tell_the_owner_of(delegate: Delegate) -> Sequence[Delegate]:
    """Those registered with a delegate's address of whom nobody has been told yet.

    Organisers are told of everybody when they register somebody, leads of their own list, and
    whoever registers alone of nobody. Who is known to be another person is left out.
    """
    by = delegate.consent_by
    if not by or not delegate.email:
        return ()
    query = (
        select(Delegate)
        .join(Delegate.organisation)
        .where(
            Delegate.event_id == delegate.event_id,
            Delegate.email == delegate.email,
            Delegate.status.not_in(GONE),
            Delegate.merged_into_id.is_(None),
        )
        .order_by(Delegate.id)
        .limit(SHARED + 1)
        .options(joinedload(Delegate.organisation))
    )
    people = db.session.scalars(query).all()
    if len(people) > SHARED:
        return ()
    own = delegate.organisation.delegation_id
    others = {
        it.id: it
        for it in people
        if it.id != delegate.id and not (by == "lead" and it.organisation.delegation_id == own)
    }
    kept = _without_those_apart({delegate.id: list(others)}) if others else {}
    return [others[id_] for id_ in kept.get(delegate.id, ())]


def lookalikes(event_id: int, people: Sequence[Delegate]) -> dict[int, list[int]]:
    """Who of these is probably somebody else who is registered, too, and who that is.

    By the strong signs of eventapp.duplicates.likeness; nobody who is known to be another person.
    """
    here = [it for it in people if it.status not in GONE and it.merged_into_id is None]
    if not here:
        return {}
    alike = [
        Delegate.email.in_({it.email for it in here if it.email}),
        and_(
            Delegate.name_folded.in_({it.name_folded for it in here}),
            Delegate.organisation_id.in_({it.organisation_id for it in here}),
        ),
    ]
    by_email: dict[str, dict[int, str]] = {}
    by_office: dict[tuple[str, int], set[int]] = {}
    for condition in alike:  # one by one: each has its index
        rows = db.session.execute(
            select(
                Delegate.id, Delegate.email, Delegate.name_folded, Delegate.organisation_id
            ).where(
                Delegate.event_id == event_id,
                Delegate.status.not_in(GONE),
                Delegate.merged_into_id.is_(None),
                condition,
            )
        )
        for id_, email, name, office in rows:
            by_email.setdefault(email, {})[id_] = name
            by_office.setdefault((name, office), set()).add(id_)
    found: dict[int, list[int]] = {}
    for it in here:
        sharing = by_email.get(it.email, {}) if it.email else {}
        is_of_one = len(sharing) <= SHARED
        others = {id_ for id_, name in sharing.items() if is_of_one or name == it.name_folded}
        others |= by_office.get((it.name_folded, it.organisation_id), set())
        if others := others - {it.id}:
            found[it.id] = sorted(others)
    return _without_those_apart(found)


def _without_those_apart(found: dict[int, list[int]]) -> dict[int, list[int]]:
    if not found:
        return {}
    query = select(NotTheSame.first_id, NotTheSame.second_id).where(
        or_(NotTheSame.first_id.in_(found), NotTheSame.second_id.in_(found))
    )
    apart = {frozenset(pair) for pair in db.session.execute(query)}
    kept = {
        id_: [it for it in others if frozenset((id_, it)) not in apart]
        for id_, others in found.items()
    }
    return {id_: others for id_, others in kept.items() if others}
