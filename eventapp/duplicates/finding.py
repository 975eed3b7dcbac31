"""The registrations of an event that look like one person, for somebody to look at.

What is compared (`likeness`) is read in three queries however many delegates there are, and only
the people of the page that is shown are read in full. Reading everybody's few columns once is
quicker than any self-join: of 100,000 delegates nine in ten have a namesake somewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eventapp.database import db
from eventapp.duplicates.likeness import Card, Pair, pairs
from eventapp.events.models import Event
from eventapp.registration import search
from eventapp.registration.models import GONE, Delegate, Delegation, NotTheSame, Organisation

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Two delegates side by side, read with everything that is shown of them; the older first."""

    pair: Pair
    first: Delegate
    second: Delegate


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the review list, the likeliest first."""

    rows: Sequence[Lookalikes]
    total: int
    strong: int
    """How many of all are likely; they come first."""
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PER_PAGE))


def find(event: Event, number: int = 1) -> Page:
    """One page, page 1 first; beyond the last page, the last."""
    found = all_pairs(event.id)
    total = len(found)
    number = min(max(number, 1), max(1, -(-total // PER_PAGE)))
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    people = _in_full(event, shown)
    rows = [
        Lookalikes(it, people[it.first_id], people[it.second_id])
        for it in shown
        if it.first_id in people and it.second_id in people
    ]
    return Page(rows, total, sum(it.is_strong for it in found), number)


def count(event: Event) -> int:
    """How many pairs wait to be looked at."""
    return len(all_pairs(event.id))


def all_pairs(event_id: int) -> list[Pair]:
    """Everybody who is coming or waiting and looks like somebody else, without who is known to be
    two people; the likeliest first."""
    connection = db.session.connection()  # rows and no objects: there may be 100,000
    given = {"event_id": event_id}
    delegation_of: dict[int, int] = dict(connection.execute(_OFFICES, given).all())
    cards = [
        Card(id_, name, email, phone, office, delegation_of[office])
        for id_, name, email, phone, office in connection.execute(_PEOPLE, given).all()
    ]
    apart = connection.execute(_APART, given)
    return pairs(cards, {(first, second) for first, second in apart})


_OFFICES = (
    select(Organisation.id, Organisation.delegation_id)
    .join(Delegation, Delegation.id == Organisation.delegation_id)
    .where(Delegation.event_id == bindparam("event_id"))
)
_PEOPLE = select(
    Delegate.id, Delegate.name_folded, Delegate.email, Delegate.phone, Delegate.organisation_id
).where(
    Delegate.event_id == bindparam("event_id"),
    Delegate.status.not_in(GONE),
    Delegate.merged_into_id.is_(None),
)
_APART = (
    select(NotTheSame.first_id, NotTheSame.second_id)
    .join(Delegate, Delegate.id == NotTheSame.first_id)
    .where(Delegate.event_id == bindparam("event_id"))
)


def _in_full(event: Event, shown: Sequence[Pair]) -> dict[int, Delegate]:
    ids = sorted({id_ for it in shown for id_ in (it.first_id, it.second_id)})
    chunks = list(search.read_in_full(ids))
    return {it.id: it for chunk in chunks for it in chunk}
