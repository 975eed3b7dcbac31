"""Destroying personal data: of one person who withdraws, or of a whole event at its close-out.

Statistics stay exactly as they were. What is destroyed goes into a chain of SHA-256, row by row,
which is kept with its counts in an `Erasure` (docs/privacy.md says how to compute it again). A
close-out works in small transactions, each of which keeps its place in that record: killed at any
moment it goes on where it was, and several processes at once share one run.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, tuple_, update
from sqlalchemy.orm.attributes import flag_modified

from eventapp import text
from eventapp.accounts import audit
from eventapp.checkin import roster
from eventapp.database import db, forget_deleted, now, transaction
from eventapp.events.models import Event
from eventapp.mail import links, outbox
from eventapp.privacy import letters
from eventapp.privacy.kinds import KINDS, Kind, about
from eventapp.privacy.models import Erasure
from eventapp.registration import consent, service, waitlist
from eventapp.registration.errors import RegistrationOver
from eventapp.registration.models import Delegate, Status
from eventapp.registration.quota import Ledger

UNFINISHED = "unfinished"
"""In the counts of an erasure that is under way: [kind, key of the last row, pass]."""
BEGINNING = ""

# Between two transactions, so that others who write get their turn: SQLite has no queue for them.
_PAUSE_S = 0.01

Progress = Callable[[int, int], None]


class TooEarly(Exception):
    """The event's data is kept longer; an administrator may close it out before, with a reason."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One batch: how many rows were read and destroyed, and the hash after them."""

    read: int
    destroyed: int
    last: list[Any] | None
    sha256: str


def is_due(event: Event) -> bool:
    """Whether the day until which the event's data is kept is over, in the event's zone."""
    return now().astimezone(event.zone).date() > consent.retained_until(event)


def close_out(event: Event, *, early: str = "", progress: Progress | None = None) -> Erasure | None:
    """Destroy the personal data of an event: the record of it, None where nothing was left.

    ``early`` is an administrator's reason to do so before the day. ``progress`` hears of rows done
    and rows in all. Registration is closed from the beginning. Raises TooEarly.
    """
    if not early and not is_due(event):
        raise TooEarly(consent.retained_until(event))
    return _run(event.id, text.clean(early)[:500], progress)


def _run(event_id: int, early: str, progress: Progress | None = None) -> Erasure | None:
    erasure_id = _begin(event_id, early)
    total = sum(_how_many(kind, event_id) for kind in KINDS)
    done = 0
    while (step := _continue(event_id, erasure_id)) is not None:
        done += step.read
        time.sleep(_PAUSE_S)
        if progress is not None:
            progress(min(done, total), total)
    with transaction():
        roster.forget(event_id)  # a copy of what was just destroyed
    forget_deleted(thoroughly=True)
    return _finish(event_id, erasure_id)


def close_out_due() -> int:
    """Close out each event whose day is over, and what was begun and not finished; how many.

    A chore: safe in any number of processes at once.
    """
    records = db.session.execute(
        select(Erasure.event_id, Erasure.counts).where(Erasure.delegate_id.is_(None))
    ).all()
    finished = {row.event_id for row in records if UNFINISHED not in row.counts}
    under_way = {row.event_id for row in records if UNFINISHED in row.counts}
    events = db.session.scalars(select(Event).order_by(Event.id)).all()
    wanted = [
        it.id for it in events if it.id in under_way or (it.id not in finished and is_due(it))
    ]
    db.session.rollback()
    for event_id in wanted:
        _run(event_id, "")
    return len(wanted)


def withdraw(event: Event, delegate_id: int) -> Erasure:
    """Cancel somebody's registration and destroy their personal data at once: the record of it.

    The place goes to the waitlist. A letter says so; its address is forgotten once it is sent.
    Raises DelegateNotFound, RegistrationOver.
    """
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        delegate = service.locked(event_id, delegate_id)
        if delegate.is_over:
            raise RegistrationOver(delegate_id)
        address, language = delegate.email, delegate.language
        if not delegate.is_cancelled:
            service.end(ledger, delegate, Status.CANCELLED, "")
            waitlist.advance(event_id, ledger)
        db.session.flush()
        erasure = erase_person(delegate)
        audit.record("withdraw_consent", "delegate", delegate_id, event_id=event_id)
        if address:
            outbox.enqueue(
                letters.withdrawn(event, language),
                to_address=address,
                event_id=event_id,
                host=outbox.host_of(links.base_url()),
                forgets=True,
            )
    forget_deleted()
    return erasure


def erase_person(delegate: Delegate) -> Erasure:
    """Destroy the personal data of one delegate, whose row is locked, within a transaction."""
    people = about(delegate)
    delegate_id, event_id = delegate.id, delegate.event_id
    counts: Counter[str] = Counter()
    chain = BEGINNING
    for kind in KINDS:
        if kind.of_people is None:
            continue
        step = _destroy(kind, kind.of_people(people), None, chain, limit=None)
        chain = step.sha256
        counts[kind.name] += step.destroyed
    roster.forget(event_id, people.ids)
    db.session.expire_all()
    erasure = Erasure(
        event_id=event_id,
        delegate_id=delegate_id,
        by=audit.actor.get()[:254],
        counts={name: number for name, number in counts.items() if number},
        sha256=chain,
    )
    db.session.add(erasure)
    db.session.flush()
    return erasure


def held(event_id: int) -> dict[str, int]:
    """How many rows of each kind there are from which a close-out would destroy something.

    Of answers and of the change log: how many are looked at.
    """
    return {kind.name: _how_many(kind, event_id) for kind in KINDS}


def digest(event: Event) -> tuple[str, dict[str, int]]:
    """The hash and the counts that a close-out would record now; nothing is changed.

    In a backup from before a close-out: what that close-out has recorded.
    """
    counts: Counter[str] = Counter()
    chain = BEGINNING
    for kind in KINDS:
        after: list[Any] | None = None
        while rows := _rows(kind, kind.of_event(event.id), after, kind.batch):
            for row, left in zip(rows, _left_of(kind, rows), strict=True):
                if kind.left_of is None or left is not None:
                    chain = link(chain, kind, row)
                    counts[kind.name] += 1
            after = _key_of(kind, rows[-1])
    return chain, dict(counts)


def link(previous: str, kind: Kind, row: Row[Any]) -> str:
    """The next hash of the chain: SHA-256 of the last one, a line end, and the row as one line."""
    line = canonical(
        {
            "kind": kind.name,
            "key": _key_of(kind, row),
            "data": {field: getattr(row, field) for field in kind.fields},
        }
    )
    return hashlib.sha256(f"{previous}\n{line}".encode()).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no spaces and no escapes but those that JSON needs.

    Instants are in UTC (RFC 3339), bytes are ``{"sha256": …, "size": …}``.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    raise TypeError(type(value).__name__)


# --- The run ------------------------------------------------------------------------------------


def _begin(event_id: int, early: str) -> int:
    """The record of the run that is under way, or a new one; registration is closed."""
    with transaction():
        event = db.session.scalars(
            select(Event).filter_by(id=event_id).with_for_update()
        ).one()  # one begins, everybody else joins
        found = _under_way(event_id)
        if found is not None:
            return found.id
        event.registration_open = False
        erasure = Erasure(
            event_id=event_id,
            by=audit.actor.get()[:254],
            counts={UNFINISHED: [0, None, 0]},
            sha256=BEGINNING,
        )
        db.session.add(erasure)
        db.session.flush()
        audit.record(
            "close_out",
            "event",
            event_id,
            event_id=event_id,
            note=early or None,
        )
        return erasure.id


def _under_way(event_id: int) -> Erasure | None:
    records = db.session.scalars(
        select(Erasure).filter_by(event_id=event_id, delegate_id=None).order_by(Erasure.id)
    )
    return next((it for it in records if UNFINISHED in it.counts), None)


def _continue(event_id: int, erasure_id: int) -> _Step | None:
    """One batch, in one transaction with the place that was reached; None at the end."""
    with transaction():
        erasure = db.session.scalars(
            select(Erasure).filter_by(id=erasure_id).with_for_update()
        ).one_or_none()
        if erasure is None or UNFINISHED not in erasure.counts:
            return None  # another process has finished it
        number, after, destroyed = erasure.counts[UNFINISHED]
        if number == len(KINDS):
            if not destroyed:
                return None
            # Once more from the beginning, until nothing came meanwhile.
            number, after, destroyed = 0, None, 0
        kind = KINDS[number]
        step = _destroy(kind, kind.of_event(event_id), after, erasure.sha256, kind.batch)
        counts = dict(erasure.counts)
        if step.destroyed:
            counts[kind.name] = counts.get(kind.name, 0) + step.destroyed
        is_last = step.read < kind.batch
        counts[UNFINISHED] = [
            number + is_last,
            None if is_last else step.last,
            destroyed + step.destroyed,
        ]
        erasure.counts, erasure.sha256 = counts, step.sha256
        flag_modified(erasure, "counts")
        return step


def _finish(event_id: int, erasure_id: int) -> Erasure | None:
    with transaction():
        erasure = db.session.scalars(
            select(Erasure).filter_by(id=erasure_id).with_for_update()
        ).one_or_none()
        if erasure is None:
            return None
        if UNFINISHED in erasure.counts:
            counts = {name: n for name, n in erasure.counts.items() if name != UNFINISHED}
            if not counts:
                db.session.delete(erasure)  # nothing was left from an earlier one
                return None
            erasure.counts, erasure.at = counts, now()
        return erasure


def _destroy(
    kind: Kind, condition: Any, after: Sequence[Any] | None, chain: str, limit: int | None
) -> _Step:
    rows = _rows(kind, condition, after, limit)
    if not rows:
        return _Step(0, 0, None, chain)
    changed: list[dict[str, Any]] = []
    doomed: list[Row[Any]] = []
    for row, left in zip(rows, _left_of(kind, rows), strict=True):
        if kind.left_of is not None and left is None:
            continue
        chain = link(chain, kind, row)
        doomed.append(row)
        if left is not None:
            key = {f"key_{name}": getattr(row, name) for name in kind.key}
            changed.append({**key, **{f"new_{name}": value for name, value in left.items()}})
    if doomed and kind.left_of is None:
        keys = [_key_of(kind, row) for row in doomed]
        db.session.connection().execute(delete(kind.table).where(_key(kind).in_(keys)))
    elif changed:
        names = [name.removeprefix("new_") for name in changed[0] if name.startswith("new_")]
        db.session.connection().execute(
            update(kind.table)
            .where(*(kind.table.c[name] == bindparam(f"key_{name}") for name in kind.key))
            .values({name: bindparam(f"new_{name}") for name in names}),
            changed,
        )
    return _Step(len(rows), len(doomed), _key_of(kind, rows[-1]), chain)


def _left_of(kind: Kind, rows: Sequence[Row[Any]]) -> Sequence[dict[str, Any] | None]:
    return [None] * len(rows) if kind.left_of is None else kind.left_of(rows)


def _rows(
    kind: Kind, condition: Any, after: Sequence[Any] | None, limit: int | None
) -> Sequence[Row[Any]]:
    columns = dict.fromkeys((*kind.key, *kind.fields, *kind.also_read))
    table = kind.table
    query = select(*(table.c[name] for name in columns)).where(condition)
    if after is not None:
        query = query.where(_key(kind) > tuple_(*after))
    query = query.order_by(*(table.c[name] for name in kind.key)).limit(limit)
    return db.session.execute(query).all()


def _key(kind: Kind) -> Any:
    return tuple_(*(kind.table.c[name] for name in kind.key))


def _key_of(kind: Kind, row: Row[Any]) -> list[Any]:
    return [getattr(row, name) for name in kind.key]


def _how_many(kind: Kind, event_id: int) -> int:
    query = select(func.count()).select_from(kind.table).where(kind.of_event(event_id))
    return db.session.scalar(query) or 0
