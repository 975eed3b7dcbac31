"""The same person twice: the same name with the same e-mail address, or in the same office.

Names are compared folded (eventapp.text), so that Hòa, Hoà and HOA are one. An e-mail address
alone proves nothing: whole offices share one. So it stops nobody; leads and organisers are told of
it, and it is on the review list. Whoever registers alone is not told: what addresses are known is
nobody's business.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eventapp import text
from eventapp.database import db
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import AlreadyRegistered, SameNameAndOffice
from eventapp.registration.models import GONE, Delegate, Organisation

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
