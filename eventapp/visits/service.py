"""Who sits in which visit group.

``visit_group.taken`` counts the seats. It only ever changes by a guarded update in the transaction
that also writes the allocations, after the delegates' rows are locked: so no interleaving seats
one person too many, twice, or after they have cancelled.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration import ranks
from eventapp.registration.models import (
    COMING,
    Delegate,
    Organisation,
    Preference,
    Status,
    delegate_day,
)
from eventapp.registration.search import NO_GROUP, Filters, Selection, select_delegates
from eventapp.visits.boarding import seat_in_buses
from eventapp.visits.filling import fill, wishes_met
from eventapp.visits.models import Allocation, Bus, SeatSource, VisitGroup
from eventapp.visits.sites import VisitError, group

PAGE_SIZE = 50
_FOUND = 20  # how many people a search offers
_BATCH = 1_000  # ids in one statement
_is_coming = Delegate.status.in_(COMING)
_WITH_LABELS = (
    joinedload(Delegate.category),
    joinedload(Delegate.organisation).joinedload(Organisation.delegation),
)


class GroupFull(VisitError):
    """The group has fewer free seats than were asked for; nobody was put into it."""

    def __init__(self, asked: int, left: int) -> None:
        super().__init__(asked, left)
        self.asked = asked
        self.left = left


class NobodyChosen(VisitError):
    """The selection is empty."""


class DelegateNotFound(VisitError):
    """Somebody chosen is not a delegate of this event."""


class DelegateCancelled(VisitError):
    """Some of those chosen have cancelled; nobody was put into the group."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


@dataclass(frozen=True, slots=True)
class Members:
    """One page of a group's members, in protocol order."""

    delegates: Sequence[Delegate]
    total: int
    page: int
    buses: Mapping[int, Bus]
    """Delegate → bus, of those of the page who have one."""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who can be put into a group, and the letter of the one they are in."""

    delegate: Delegate
    letter: str | None


@dataclass(frozen=True, slots=True)
class Seated:
    """How many were put into a group, and how many were in it already."""

    added: int
    already: int


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling did: people by the rank of the wish they got (0: none), and those without."""

    by_wish: Counter[int] = field(default_factory=Counter)
    unseated: int = 0

    @property
    def seated(self) -> int:
        """How many found a seat."""
        return self.by_wish.total()


def members(group_id: int, page: int | None = 1) -> Members:
    """One page of the members (page 1 first), or all of them when ``page`` is None."""
    total = db.session.scalar(
        select(func.count()).select_from(Allocation).filter_by(group_id=group_id)
    )
    query = (
        select(Delegate, Bus)
        .join(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .join(Delegate.organisation)
        .join(Organisation.delegation)
        .where(Allocation.group_id == group_id)
        .order_by(*ranks.BY_RANK)
        .options(*_WITH_LABELS)
    )
    if page is not None:
        query = query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = db.session.execute(query).all()
    buses = {delegate.id: bus for delegate, bus in rows if bus is not None}
    return Members([delegate for delegate, _ in rows], total or 0, page or 1, buses)


def group_of(delegate_id: int) -> VisitGroup | None:
    """The group that a delegate is in, with its site."""
    return group_and_bus_of(delegate_id)[0]


def group_and_bus_of(delegate_id: int) -> tuple[VisitGroup | None, str]:
    """The group that a delegate is in, with its site, and what their bus is called, if known."""
    row = db.session.execute(
        select(VisitGroup, Bus.label)
        .join(Allocation, Allocation.group_id == VisitGroup.id)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .where(Allocation.delegate_id == delegate_id)
        .options(joinedload(VisitGroup.site))
    ).one_or_none()
    return (row[0], row[1] or "") if row else (None, "")


def seat_of(delegate_id: int) -> Allocation | None:
    """The seat of a delegate, with its group and site."""
    return db.session.scalar(
        select(Allocation)
        .where(Allocation.delegate_id == delegate_id)
        .options(
            joinedload(Allocation.group).joinedload(VisitGroup.site), joinedload(Allocation.bus)
        )
    )


def seats_among(ids: Sequence[int]) -> Sequence[Allocation]:
    """The seats of these delegates, of those who have one."""
    return db.session.scalars(select(Allocation).where(Allocation.delegate_id.in_(ids))).all()


def without_group(event: Event) -> int:
    """How many who are coming have no group yet."""
    nobody = select_delegates(event, Filters(group=NO_GROUP)).where(_is_coming)
    return db.session.scalar(nobody.with_only_columns(func.count()).order_by(None)) or 0


def find_people(event: Event, group_id: int, typed: str) -> list[Found]:
    """Who is coming, is not in this group and has a name or office like this; 20 at most."""
    if not typed.strip():
        return []
    query = (
        select_delegates(event, Filters(q=typed))
        .add_columns(VisitGroup.letter)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(VisitGroup, VisitGroup.id == Allocation.group_id)
        .where(_is_coming, func.coalesce(Allocation.group_id, 0) != group_id)
        .options(*_WITH_LABELS)
        .limit(_FOUND)
    )
    return [Found(delegate, letter) for delegate, letter in db.session.execute(query)]


def assign(event: Event, group_id: int, selection: Selection) -> Seated:
    """Put people into a group, out of the ones they were in: all of them or nobody.

    Of a selection by filters, those who have cancelled are no part; to tick one is refused.
    Raises GroupNotFound, NobodyChosen, DelegateNotFound, DelegateCancelled, GroupFull.
    """
    event_id = event.id
    with transaction():
        target = group(event_id, group_id)
        chosen = _chosen(event, selection)
        people = lock(event_id, chosen)
        if len(people) < len(chosen):
            raise DelegateNotFound
        if gone := [name for name, status in people.values() if status not in COMING]:
            raise DelegateCancelled(gone)
        before = seats_of(chosen)
        coming = [person for person in chosen if before.get(person) != group_id]
        move(event_id, dict.fromkeys(coming, target.id), before)
        return Seated(added=len(coming), already=len(chosen) - len(coming))


def remove(event: Event, delegate_ids: Iterable[int]) -> int:
    """Take people out of their groups; how many had one. Raises NobodyChosen, DelegateNotFound."""
    chosen = sorted(set(delegate_ids))
    if not chosen:
        raise NobodyChosen
    event_id = event.id
    with transaction():
        if len(lock(event_id, chosen)) < len(chosen):
            raise DelegateNotFound
        return _leave(event_id, chosen)


def leave_group(event_id: int, delegate_id: int) -> None:
    """Free the seat of somebody who is cancelling, inside the transaction that cancels them."""
    lock(event_id, [delegate_id])
    _leave(event_id, [delegate_id])


def hand_over_seat(event_id: int, from_id: int, to_id: int) -> None:
    """Give somebody's seat to another, inside the transaction that lets them take over."""
    group_id = seats_of([from_id]).get(from_id)
    if group_id is None:
        return
    db.session.execute(
        update(Allocation)
        .where(Allocation.delegate_id == from_id)
        .values(delegate_id=to_id, reason={"group": group_id, "taken_over": True})
        .execution_options(synchronize_session=False)
    )
    _record(event_id, {from_id: (group_id, None), to_id: (None, group_id)})


def fill_groups(event: Event) -> Filled:
    """Seat everybody approved who has no group yet, by their wishes, first come first served.

    Who does not come on any day on which a group departs is left out.
    """
    event_id = event.id
    with transaction():
        people = _waiting(event)
        still = lock(event_id, [person for person, _ in people])
        people = [(who, wishes) for who, wishes in people if still[who][1] == Status.APPROVED]
        rows = db.session.execute(
            select(
                VisitGroup.id,
                VisitGroup.site_id,
                # Reserved seats are given by hand alone.
                VisitGroup.capacity - VisitGroup.reserved - VisitGroup.taken,
            )
            .where(VisitGroup.event_id == event_id)
            .order_by(VisitGroup.id)
            .with_for_update()
        )
        seats = {group_id: (site_id, max(0, free)) for group_id, site_id, free in rows}
        seated = fill(people, seats)
        move(event_id, seated, {}, source=SeatSource.RUN)
        return Filled(wishes_met(people, seats, seated), len(people) - len(seated))


def _chosen(event: Event, selection: Selection) -> list[int]:
    """The ids of a selection in order of id. Raises NobodyChosen."""
    if selection.ids is None:
        query = select_delegates(event, selection.filters).where(_is_coming)
        chosen = list(db.session.scalars(query.with_only_columns(Delegate.id)))
    else:
        chosen = list(set(selection.ids))
    if not chosen:
        raise NobodyChosen
    return sorted(chosen)


def _waiting(event: Event) -> list[tuple[int, list[int]]]:
    """(delegate, sites wished for, best first) of those to seat, in the order they registered."""
    event_id = event.id
    query = (
        select(Delegate.id, Preference.site_id)
        .outerjoin(Preference, Preference.delegate_id == Delegate.id)
        .where(
            Delegate.event_id == event_id,
            Delegate.status == Status.APPROVED,
            Delegate.id.not_in(select(Allocation.delegate_id)),
        )
        .order_by(Delegate.created_at, Delegate.id, Preference.rank)
    )
    departures = select(VisitGroup.departs_at).where(VisitGroup.event_id == event_id)
    dates = {t.astimezone(event.zone).date() for t in db.session.scalars(departures) if t}
    if days := [day.id for day in event.days if day.date in dates]:
        there = select(delegate_day.c.delegate_id).where(delegate_day.c.day_id.in_(days))
        query = query.where(Delegate.id.in_(there))
    people: dict[int, list[int]] = {}
    for person, wish in db.session.execute(query):
        wishes = people.setdefault(person, [])
        if wish is not None:
            wishes.append(wish)
    return list(people.items())


def lock(event_id: int, ids: Sequence[int]) -> dict[int, tuple[str, Status]]:
    """Name and status of these delegates, by id, whose rows nobody else changes until the end.

    Whoever needs both locks delegates before groups, each by id: so nobody waits in a circle.
    """
    found: dict[int, tuple[str, Status]] = {}
    for batch in _batches(ids):
        rows = db.session.execute(
            select(Delegate.id, Delegate.name, Delegate.status)
            .where(Delegate.event_id == event_id, Delegate.id.in_(batch))
            .order_by(Delegate.id)
            .with_for_update(key_share=True)
        )
        found.update((row.id, (row.name, Status(row.status))) for row in rows)
    return found


def seats_of(ids: Sequence[int]) -> dict[int, int]:
    """Delegate → group, of those who have one."""
    seats: dict[int, int] = {}
    for batch in _batches(ids):
        rows = db.session.execute(
            select(Allocation.delegate_id, Allocation.group_id).where(
                Allocation.delegate_id.in_(batch)
            )
        )
        seats.update((row.delegate_id, row.group_id) for row in rows)
    return seats


def move(
    event_id: int,
    to: dict[int, int],
    before: dict[int, int],
    *,
    source: SeatSource = SeatSource.ORGANISER,
    reasons: Mapping[int, dict[str, Any]] | None = None,
    seated_at: Mapping[int, datetime] | None = None,
) -> None:
    """Give people new seats in place of those they had, within the transaction in progress.

    The people must be locked (`lock`). ``reasons`` says of each why, ``seated_at`` since when where
    that is not now. Raises GroupFull.
    """
    change = Counter(to.values())
    change.subtract(before[person] for person in to if person in before)
    _count(change)
    _delete_allocations([person for person in to if person in before])
    moment = now()
    rows = [
        {
            "delegate_id": person,
            "group_id": group_id,
            "source": source,
            "reason": (reasons or {}).get(person),
            "allocated_at": (seated_at or {}).get(person, moment),
        }
        for person, group_id in to.items()
    ]
    if rows:
        db.session.execute(insert(Allocation), rows)
    seat_in_buses(event_id, change.keys())
    _record(event_id, {person: (before.get(person), group) for person, group in to.items()})


def _leave(event_id: int, ids: Sequence[int]) -> int:
    """Free the seats of these people; how many had one."""
    before = seats_of(ids)
    change = Counter({group: -n for group, n in Counter(before.values()).items()})
    _count(change)
    _delete_allocations(list(before))
    seat_in_buses(event_id, change.keys())
    _record(event_id, {person: (group, None) for person, group in before.items()})
    return len(before)


def _count(change: Counter[int]) -> None:
    """Take or free seats, group by group, in order of id. Raises GroupFull.

    Afterwards nobody else changes these groups until the end of the transaction.
    """
    for group_id, n in sorted(change.items()):
        done = db.session.execute(
            update(VisitGroup)
            .where(VisitGroup.id == group_id, VisitGroup.taken + n <= VisitGroup.capacity)
            .values(taken=VisitGroup.taken + n)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            free = select(VisitGroup.capacity - VisitGroup.taken).where(VisitGroup.id == group_id)
            raise GroupFull(asked=n, left=db.session.scalar(free) or 0)


def _delete_allocations(ids: Sequence[int]) -> None:
    for batch in _batches(ids):
        db.session.execute(
            delete(Allocation)
            .where(Allocation.delegate_id.in_(batch))
            .execution_options(synchronize_session=False)
        )


def _record(event_id: int, moves: dict[int, tuple[int | None, int | None]]) -> None:
    query = select(VisitGroup.id, VisitGroup.letter).where(VisitGroup.event_id == event_id)
    letters: dict[int | None, str] = {row.id: row.letter for row in db.session.execute(query)}
    for person, (before, after) in moves.items():
        change = [letters.get(before), letters.get(after)]
        changes = {"visit_group": change}
        audit.record("seat", "delegate", person, event_id=event_id, changes=changes)


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
