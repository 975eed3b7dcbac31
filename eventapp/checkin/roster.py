"""What devices hold of the delegates of an event, brought to them by small differences.

Of each delegate there is a line, a JSON array (`LINE`), and the number of the roster since which it
is so. Whether anything has changed is found by comparing all lines with the delegates as they are:
so every kind of change gets there, whoever wrote it and however: a substitute, a renamed office, a
seat on a bus. Devices ask every few seconds; at most one of them every `EVERY` sets off a
comparison, and while it writes nothing new nobody waits for it.

Numbers grow with the time (`_next`), so that they are larger than those of the devices also where
an older database was put back.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
from sqlalchemy import Table, delete, func, inspect, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from eventapp.checkin.models import RosterLine, RosterState, WalkIn
from eventapp.database import db, now, transaction
from eventapp.events.models import Day
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate, Organisation, delegate_day, enrolment
from eventapp.visits.models import Allocation

EVERY = timedelta(seconds=3)
SHARE = 20
"""A comparison takes at most one in so many parts of the time: where there are so many delegates
that it takes long, it comes round more rarely."""
LINE = (
    "id",
    "codes",
    "status",
    "name",
    "position",
    "organisation",
    "delegation_id",
    "category_id",
    "group_id",
    "day_ids",
    "session_ids",
    "substitutes",
    "reprint",
    "bus_id",
)
"""What a line holds, in this order: the pass code first among the codes; the name of whom they
stand in for or null; 1 for a badge that is to be printed again. A line of somebody who sits in no
bus ends before that."""
ERASED = ""
"""In place of a line whose person was anonymised, until the devices are told."""

_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
_AT_ONCE = 1_000
_took: dict[int, float] = {}
"""How long (s) this process's last comparison of an event took."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a device lacks up to ``number``; ``is_whole`` is everything, in place of what it has."""

    number: int
    is_whole: bool
    lines: Sequence[str]
    changed: Sequence[int]
    """Delegates of the lines, where not all are sent."""
    gone: Sequence[int]


def since(event_id: int, number: int | None) -> Difference:
    """What has changed since a device was told ``number``; everything where that says nothing."""
    last = db.session.scalar(select(RosterState.number).filter_by(event_id=event_id)) or 0
    mine = RosterLine.event_id == event_id
    if number is not None and number <= last:
        first = db.session.scalar(select(func.min(RosterLine.number)).where(mine))
        if number == last or (first is not None and number >= first):
            rows = db.session.execute(
                select(RosterLine.delegate_id, RosterLine.line)
                .where(mine, RosterLine.number > number)
                .order_by(RosterLine.delegate_id)
            ).all()
            there = [(id_, line) for id_, line in rows if line]
            return Difference(
                last,
                False,
                [line for _, line in there],
                [id_ for id_, _ in there],
                [id_ for id_, line in rows if not line],
            )
    lines = db.session.scalars(
        select(RosterLine.line)
        .where(mine, RosterLine.line.is_not(None), RosterLine.line != ERASED)
        .order_by(RosterLine.delegate_id)
    )
    return Difference(last, True, [it for it in lines if it], (), ())


def bring_up_to_date(event_id: int) -> None:
    """Compare the roster with the delegates, unless that was just done or somebody is at it."""
    state = db.session.execute(
        select(RosterState.number, RosterState.checked_at).filter_by(event_id=event_id)
    ).one_or_none()
    if state is None:
        with transaction():
            _upsert(RosterState, [{"event_id": event_id, "number": 0, "checked_at": now()}])
    elif state.number:  # until there is a first roster, nobody is content with what others do
        pause = max(EVERY, timedelta(seconds=SHARE * _took.get(event_id, 0)))
        if now() - state.checked_at < pause or not _claim(event_id, state.checked_at):
            return
    begun = time.perf_counter()
    compare(event_id)
    _took[event_id] = time.perf_counter() - begun


def compare(event_id: int) -> int:
    """Write down what has changed of the delegates; how many lines.

    Read without a lock: whoever else has written meanwhile was later, and wins.
    """
    db.session.rollback()
    seen = db.session.scalar(select(RosterState.number).filter_by(event_id=event_id))
    known = _known(event_id)
    changed: list[tuple[int, str | None]] = []
    for id_, line in _lines(event_id):
        if known.pop(id_, None) != line:
            changed.append((id_, line))
    changed += [(id_, None) for id_, line in known.items() if line is not None]
    if not changed:
        return 0
    number = _next(seen or 0)
    with transaction():
        won = db.session.execute(
            update(RosterState)
            .where(RosterState.event_id == event_id, RosterState.number == seen)
            .values(number=number)
            .execution_options(synchronize_session=False)
        )
        if not won.rowcount:  # type: ignore[attr-defined]
            return 0
        there = _still_there([id_ for id_, line in changed if line is not None])
        changed = [(id_, line) for id_, line in changed if line is None or id_ in there]
        for start in range(0, len(changed), _AT_ONCE):
            _upsert(
                RosterLine,
                [
                    {"delegate_id": id_, "event_id": event_id, "number": number, "line": line}
                    for id_, line in changed[start : start + _AT_ONCE]
                ],
            )
    return len(changed)


def _still_there(ids: Sequence[int]) -> set[int]:
    """Those who are not being anonymised at this moment, nor were since they were read: no name
    comes back. Whoever is being merged waits for the next comparison, too."""
    there: set[int] = set()
    for start in range(0, len(ids), _AT_ONCE):
        there |= set(
            db.session.scalars(
                select(Delegate.id)
                .where(
                    Delegate.id.in_(ids[start : start + _AT_ONCE]),
                    Delegate.anonymised_at.is_(None),
                )
                .order_by(Delegate.id)
                .with_for_update(read=True, key_share=True, skip_locked=True)
            )
        )
    return there


def start_anew() -> None:
    """Have every device load everything anew: after another database was put in place of this one,
    what they hold is of changes that it does not know. In a transaction of its own."""
    if not inspect(db.engine).has_table("roster_line"):
        return  # of an earlier version, and to be upgraded yet
    with transaction():
        db.session.execute(delete(RosterLine))


def forget(event_id: int, ids: Sequence[int] | None = None) -> None:
    """Forget the lines of these delegates, or of all, in the transaction that anonymises them.

    Devices are told that they are gone when they next ask.
    """
    statement = (
        update(RosterLine)
        .where(RosterLine.event_id == event_id, RosterLine.line.is_not(None))
        .values(line=ERASED)
        .execution_options(synchronize_session=False)
    )
    if ids is not None:
        statement = statement.where(RosterLine.delegate_id.in_(ids))
    db.session.execute(statement)


def _next(number: int) -> int:
    """The next number: one more, and never less than the time since 2024 in steps of `EVERY`."""
    return max(number + 1, (now() - _SINCE) // timedelta(seconds=3))


def _claim(event_id: int, checked_at: datetime) -> bool:
    """Whether it is ours to compare now: of those who ask at once one is first."""
    with transaction():
        done = db.session.execute(
            update(RosterState)
            .where(RosterState.event_id == event_id, RosterState.checked_at == checked_at)
            .values(checked_at=now())
            .execution_options(synchronize_session=False)
        )
        return bool(done.rowcount)  # type: ignore[attr-defined]


def _known(event_id: int) -> dict[int, str | None]:
    rows = db.session.connection().execute(
        select(RosterLine.delegate_id, RosterLine.line).where(RosterLine.event_id == event_id)
    )
    return dict(rows.all())


_replaced = aliased(Delegate)


def _lines(event_id: int) -> Iterable[tuple[int, str]]:
    """The line of each delegate as they are now, anonymised and merged ones left out."""
    columns: tuple[Any, ...] = (
        Delegate.id,
        Delegate.code,
        Delegate.status,
        Delegate.name,
        Delegate.position,
        Organisation.name,
        Organisation.delegation_id,
        Delegate.category_id,
        Allocation.group_id,
        Allocation.bus_id,
        _replaced.name,
        Delegate.reprint_since,
    )
    rows = db.session.connection().execute(
        select(*columns)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(_replaced, _replaced.id == Delegate.substitutes_id)
        .where(
            Delegate.event_id == event_id,
            Delegate.merged_into_id.is_(None),
            Delegate.anonymised_at.is_(None),
        )
    )
    days = _links(
        select(delegate_day.c.delegate_id, delegate_day.c.day_id)
        .join(Day, Day.id == delegate_day.c.day_id)
        .where(Day.event_id == event_id)
    )
    sessions = _links(
        select(enrolment.c.delegate_id, enrolment.c.session_id)
        .join(Session, Session.id == enrolment.c.session_id)
        .where(Session.event_id == event_id)
    )
    codes = _other_codes(event_id)
    encode = msgspec.json.Encoder().encode
    for id_, code, *before, group_id, bus_id, replaced, reprint_since in rows:
        line = (
            id_,
            (code, *codes.get(id_, ())),
            *before,
            group_id,
            days.get(id_, ()),
            sessions.get(id_, ()),
            replaced,
            int(reprint_since is not None),
            *(() if bus_id is None else (bus_id,)),
        )
        yield id_, encode(line).decode()


def _links(query: Any) -> Mapping[int, Sequence[int]]:
    links: defaultdict[int, list[int]] = defaultdict(list)
    for id_, value in db.session.connection().execute(query):
        links[id_].append(value)
    for values in links.values():
        values.sort()
    return links


def _other_codes(event_id: int) -> Mapping[int, Sequence[str]]:
    """What else leads to a delegate: codes of registrations that were merged into theirs, and what
    was written on a badge at the door before it was known that they were registered."""
    codes: defaultdict[int, list[str]] = defaultdict(list)
    merged = {
        row.id: row
        for row in db.session.execute(
            select(Delegate.id, Delegate.code, Delegate.merged_into_id).where(
                Delegate.event_id == event_id, Delegate.merged_into_id.is_not(None)
            )
        )
    }

    def last_of(id_: int) -> int:
        while id_ in merged:
            id_ = merged[id_].merged_into_id
        return id_

    for row in merged.values():
        codes[last_of(row.id)].append(row.code)
    written = db.session.execute(
        select(Delegate.id, WalkIn.code)
        .join(Delegate, Delegate.id == WalkIn.delegate_id)
        .where(
            WalkIn.event_id == event_id,
            WalkIn.code.is_not(None),
            or_(WalkIn.code != Delegate.code, Delegate.merged_into_id.is_not(None)),
        )
    )
    for id_, code in written:
        codes[last_of(id_)].append(str(code))
    return {id_: sorted(set(found)) for id_, found in codes.items()}


def _upsert(model: Any, rows: list[dict[str, Any]]) -> None:
    table = cast(Table, model.__table__)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    if model is RosterState:
        statement = statement.on_conflict_do_nothing()
    else:
        statement = statement.on_conflict_do_update(
            index_elements=key,
            set_={it: statement.excluded[it] for it in rows[0] if it not in key},
        )
    db.session.connection().execute(statement, rows)
