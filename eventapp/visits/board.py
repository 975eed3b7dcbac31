"""All groups with their people beside each other, and seats changed there by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration import ranks
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation, Preference
from eventapp.visits import letters, service
from eventapp.visits.fitting import Hindrance, look
from eventapp.visits.models import Allocation, VisitGroup
from eventapp.visits.sites import VisitError, group, groups_of
from eventapp.visits.swap_models import LastMove

PER_COLUMN = 40
MOST_AT_ONCE = 200
"""As many people are moved at once."""


class SeenOtherwise(VisitError):
    """Seats of these people were changed meanwhile; nothing was done."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


class Unwise(VisitError):
    """Something is against it, by name; nothing was done. ``anyway`` does it."""

    def __init__(self, found: Mapping[str, tuple[Hindrance, ...]]) -> None:
        super().__init__(found)
        self.found = found


class TwoNeeded(VisitError):
    """Two people in different groups are needed for a swap."""


class TooMany(VisitError):
    """More people than are moved at once."""


class NothingToUndo(VisitError):
    """The last move was taken back already, or is another one by now."""


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody on the board. ``rank`` is that of the wish they got: 0 is none, None has none."""

    id: int
    name: str
    delegation: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A group, or None for those without, with one page of its people."""

    group: VisitGroup | None
    cards: Sequence[Card]
    total: int


@dataclass(frozen=True, slots=True)
class Board:
    """The columns, those without a group first where there are such; every page has all of them."""

    columns: Sequence[Column]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody, and the group in which whoever asks saw them."""

    delegate_id: int
    group_id: int | None

    @classmethod
    def parse(cls, typed: str) -> "Seen | None":
        """From ``12:3``, delegate and group, of which 0 is none."""
        who, _, where = typed.partition(":")
        if not (who.isdecimal() and where.isdecimal()) or max(len(who), len(where)) > 9:
            return None
        return cls(int(who), int(where) or None)


def board(event: Event, delegation: int | None, number: int) -> Board:
    """One page (the first is 1) of every column, of a delegation if one is given."""
    wanted = [Delegate.event_id == event.id, Delegate.status.in_(COMING)]
    wanted.append(Delegate.merged_into_id.is_(None))
    if delegation is not None:
        wanted.append(Organisation.delegation_id == delegation)
    where = func.coalesce(Allocation.group_id, 0)
    people = (
        select(Delegate.id)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .where(*wanted)
    )
    count = people.with_only_columns(where, func.count()).group_by(where)
    totals = {row[0]: row[1] for row in db.session.execute(count)}
    pages = max(1, -(-max(totals.values(), default=0) // PER_COLUMN))
    number = max(1, min(number, pages))
    place = func.row_number().over(partition_by=where, order_by=ranks.BY_DELEGATION)
    placed = people.add_columns(where.label("column"), place.label("place")).subquery()
    rows = db.session.execute(
        select(placed.c.column, Delegate.id, Delegate.name, Delegation.name, _rank())
        .join(placed, placed.c.id == Delegate.id)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .outerjoin(VisitGroup, VisitGroup.id == placed.c.column)
        .where(placed.c.place > (number - 1) * PER_COLUMN, placed.c.place <= number * PER_COLUMN)
        .order_by(placed.c.column, placed.c.place)
    ).all()
    cards: dict[int, list[Card]] = {}
    for column, *card in rows:
        cards.setdefault(column, []).append(Card(*card))
    groups: list[VisitGroup | None] = list(groups_of(event.id))
    if totals.get(0):
        groups.insert(0, None)
    columns = [
        Column(it, cards.get(key, []), totals.get(key, 0))
        for it in groups
        for key in [it.id if it else 0]
    ]
    return Board(columns, number, pages)


def _rank() -> Any:
    """Which wish somebody got: 0 none of theirs, null without wishes."""
    got = (
        select(Preference.rank)
        .where(Preference.delegate_id == Delegate.id, Preference.site_id == VisitGroup.site_id)
        .correlate(Delegate, VisitGroup)
        .scalar_subquery()
    )
    first = (
        select(func.min(Preference.rank) * 0)
        .where(Preference.delegate_id == Delegate.id)
        .correlate(Delegate)
        .scalar_subquery()
    )
    return func.coalesce(got, first)


def swap(
    event: Event,
    seen: Sequence[Seen],
    *,
    anyway: bool = False,
    tells: bool = False,
    user_id: int | None = None,
) -> None:
    """Exchange the seats of two people. ``tells``: each gets a letter.

    One without a seat takes the other's. Raises TwoNeeded, SeenOtherwise, Unwise, DelegateNotFound,
    DelegateCancelled.
    """
    if len(seen) != 2 or seen[0].group_id == seen[1].group_id:
        raise TwoNeeded
    first, second = seen
    to = {first.delegate_id: second.group_id, second.delegate_id: first.group_id}
    _change(event, seen, to, anyway=anyway, tells=tells, user_id=user_id)


def move(
    event: Event,
    seen: Sequence[Seen],
    group_id: int | None,
    *,
    anyway: bool = False,
    tells: bool = False,
    user_id: int | None = None,
) -> int:
    """Put people into a group, or with None out of theirs: all or nobody; how many have moved.

    Raises NobodyChosen, TooMany, GroupNotFound, GroupFull, SeenOtherwise, Unwise, DelegateNotFound,
    DelegateCancelled.
    """
    to = {it.delegate_id: group_id for it in seen}
    return _change(event, seen, to, anyway=anyway, tells=tells, user_id=user_id)


def last_move(event_id: int) -> LastMove | None:
    """The last change on the board that can be taken back."""
    return db.session.scalar(
        select(LastMove).filter_by(event_id=event_id).options(joinedload(LastMove.made_by))
    )


def undo(event: Event, made_at: datetime, *, tells: bool = False) -> int:
    """Take the last change back, which was made then; how many have moved.

    Raises NothingToUndo, SeenOtherwise, GroupFull, DelegateCancelled.
    """
    event_id = event.id
    with transaction():
        row = db.session.scalar(select(LastMove).filter_by(event_id=event_id))
        if row is None or row.made_at != made_at:
            raise NothingToUndo
        moves = {it["who"]: it for it in row.moves}
        seen = [Seen(who, it["to"]) for who, it in moves.items()]
        _lock(event_id, seen)
        _write(event_id, {who: it["from"] for who, it in moves.items()}, tells=tells)
        rows = [
            {"delegate_id": who, "source": it["source"], "reason": it["reason"]}
            for who, it in moves.items()
            if it["from"] is not None
        ]
        if rows:
            db.session.execute(update(Allocation), rows)
        # Only now, as whoever makes a move does: groups first. It may be another's move by now.
        this = delete(LastMove).where(LastMove.event_id == event_id, LastMove.made_at == made_at)
        done = db.session.execute(this.execution_options(synchronize_session=False))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NothingToUndo
        audit.record("undo_move", "event", event_id, event_id=event_id)
        return len(moves)


def _change(
    event: Event,
    seen: Sequence[Seen],
    to: Mapping[int, int | None],
    *,
    anyway: bool,
    tells: bool,
    user_id: int | None,
) -> int:
    if not seen:
        raise service.NobodyChosen
    if len(seen) > MOST_AT_ONCE:
        raise TooMany
    event_id = event.id
    with transaction():
        for group_id in {it for it in to.values() if it is not None}:
            group(event_id, group_id)
        names = _lock(event_id, seen)
        before = service.seats_of(sorted(to))
        moves = {who: where for who, where in to.items() if before.get(who) != where}
        into = {who: where for who, where in moves.items() if where is not None}
        if not anyway and (found := look(event, into).hindrances(into)):
            raise Unwise({names[who]: some for who, some in found.items()})
        kept = [_remembered(who, before.get(who), where) for who, where in moves.items()]
        _write(event_id, moves, tells=tells)
        if kept:
            _remember(event_id, kept, user_id)
        return len(moves)


def _lock(event_id: int, seen: Sequence[Seen]) -> dict[int, str]:
    """The names of these people, who are ours and where they were seen.

    Raises DelegateNotFound, DelegateCancelled, SeenOtherwise.
    """
    ids = sorted({it.delegate_id for it in seen})
    people = service.lock(event_id, ids)
    if len(people) < len(ids):
        raise service.DelegateNotFound
    if gone := [name for name, status in people.values() if status not in COMING]:
        raise service.DelegateCancelled(gone)
    before = service.seats_of(ids)
    other = [it.delegate_id for it in seen if before.get(it.delegate_id) != it.group_id]
    if other:
        raise SeenOtherwise([people[who][0] for who in sorted(set(other))])
    return {who: name for who, (name, _) in people.items()}


def _write(event_id: int, moves: Mapping[int, int | None], *, tells: bool) -> None:
    before = service.seats_of(sorted(moves))
    out = [who for who, where in moves.items() if where is None]
    into = {who: where for who, where in moves.items() if where is not None}
    service.change(event_id, into, out, before)
    if tells:
        letters.tell_seated(event_id, {who: before.get(who) for who in into})


def _remembered(who: int, before: int | None, after: int | None) -> dict[str, Any]:
    seat = db.session.get(Allocation, who, populate_existing=True) if before else None
    return {
        "who": who,
        "from": before,
        "to": after,
        "source": seat.source if seat else None,
        "reason": seat.reason if seat else None,
    }


def _remember(event_id: int, moves: list[dict[str, Any]], user_id: int | None) -> None:
    # Of two changes at one time the second finds the row of the first.
    one = select(Event.id).where(Event.id == event_id)
    db.session.execute(one.with_for_update(key_share=True))
    row = db.session.get(LastMove, event_id, populate_existing=True)
    if row is None:
        row = LastMove(event_id=event_id)
        db.session.add(row)
    row.made_at, row.made_by_id, row.moves = now(), user_id, moves
    db.session.flush()
