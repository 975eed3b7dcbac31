"""What the log says already, and what it adds up to: read and written for many entries at once.

Everything here happens within a transaction that has locked the people concerned
(`people.read`), so nobody else writes what they add up to in between.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    tuple_,
    update,
)

from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    CheckpointKind,
    Closing,
    Direction,
    Discrepancy,
    DiscrepancyKind,
    EntryKind,
    Passage,
    Reason,
    Scan,
    Verdict,
    checkpoint_category,
)
from eventapp.checkin.verdicts import Gate, Passed, pass_through
from eventapp.database import UtcDateTime, db

Pair = tuple[int, int]
"""(checkpoint id, delegate id)"""

# Built once: putting a statement together costs more than running it. Read by the connection, for
# they are rows and no objects.
_IDS: Any = bindparam("ids", expanding=True)
_PAIRS: Any = bindparam("pairs", expanding=True)

_GATE: tuple[Any, ...] = (
    Checkpoint.id,
    Checkpoint.kind,
    Checkpoint.day_id,
    Checkpoint.session_id,
    Checkpoint.group_id,
    Checkpoint.opens_at,
    Checkpoint.closes_at,
    Checkpoint.passage,
    Checkpoint.is_for_some,
)
# The rows stay until the scan is written: whoever closes a checkpoint locks it and waits for those
# that are being written, and who comes later finds it closed.
_GATES = (
    select(*_GATE)
    .where(Checkpoint.event_id == bindparam("event_id"), Checkpoint.id.in_(_IDS))
    .order_by(Checkpoint.id)
    .with_for_update(read=True, key_share=True)
)
# The categories of checkpoints, and with None those that are closed.
_MORE = (
    select(checkpoint_category.c.checkpoint_id, checkpoint_category.c.category_id)
    .where(checkpoint_category.c.checkpoint_id.in_(_IDS))
    .union_all(select(Closing.checkpoint_id, null()).where(Closing.checkpoint_id.in_(_IDS)))
)
_ENTRY: tuple[Any, ...] = (
    Scan.id,
    Scan.event_id,
    Scan.kind,
    Scan.direction,
    Scan.verdict,
    Scan.reason,
    Scan.checkpoint_id,
    Scan.delegate_id,
    Scan.undoes_id,
    Discrepancy.kind.label("discrepancy"),
)
_ENTRIES = (
    select(*_ENTRY)
    .outerjoin(Discrepancy, Discrepancy.scan_id == Scan.id)
    .where(Scan.id.in_(_IDS) | Scan.undoes_id.in_(_IDS))
)
# Who has attended, and, where it says so, up to when everything was taken back. As the partial
# index is: with a parameter SQLite would not see that it serves.
_IS_UNDO = literal_column("scan.kind = 'undo'", Boolean)
_HELD: Any = (
    select(
        Attendance.checkpoint_id,
        Attendance.delegate_id,
        Attendance.scan_id,
        Attendance.first_read_at,
        Attendance.left_at,
        Attendance.moved_at,
        literal_column("0").label("is_undo"),
    )
    .where(tuple_(Attendance.checkpoint_id, Attendance.delegate_id).in_(_PAIRS))
    .union_all(
        select(
            Scan.checkpoint_id,
            Scan.delegate_id,
            Scan.id,
            Scan.happened_at,
            cast(null(), UtcDateTime),
            cast(null(), UtcDateTime),
            literal_column("1"),
        ).where(
            _IS_UNDO,
            Scan.undoes_id.is_(None),
            Scan.reason.is_(None),
            tuple_(Scan.checkpoint_id, Scan.delegate_id).in_(_PAIRS),
        )
    )
)
_LOG: tuple[Any, ...] = (
    Scan.checkpoint_id,
    Scan.delegate_id,
    Scan.id,
    Scan.kind,
    Scan.direction,
    Scan.happened_at,
    Scan.undoes_id,
)
_OF_PAIRS = select(*_LOG).where(
    tuple_(Scan.checkpoint_id, Scan.delegate_id).in_(_PAIRS),
    Scan.verdict == literal(Verdict.ADMITTED),
)
_WENT_OUT = (
    select(Scan.checkpoint_id, Scan.delegate_id, func.max(Scan.happened_at))
    .where(
        tuple_(Scan.checkpoint_id, Scan.delegate_id).in_(_PAIRS),
        Scan.kind == literal(EntryKind.SCAN),
        Scan.direction == literal(Direction.OUT),
        Scan.reason.is_(None),
    )
    .group_by(Scan.checkpoint_id, Scan.delegate_id)
)
_KEY = (
    Attendance.checkpoint_id == bindparam("checkpoint"),
    Attendance.delegate_id == bindparam("delegate"),
)
_TABLE: Any = Attendance.__table__
_COME = insert(_TABLE)
_MOVE = (
    update(_TABLE)
    .where(*_KEY)
    .values(
        scan_id=bindparam("scan"),
        first_read_at=bindparam("first"),
        left_at=bindparam("left"),
        moved_at=bindparam("moved"),
    )
)
_GO = delete(_TABLE).where(*_KEY)


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint: what it asks for, and whether it was closed out."""

    gate: Gate
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as the log has it."""

    event_id: int
    kind: EntryKind
    direction: Direction
    verdict: Verdict
    reason: Reason | None
    checkpoint_id: int | None
    delegate_id: int | None
    discrepancy: DiscrepancyKind | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the log that did something about a person at a checkpoint."""

    id: str
    kind: EntryKind
    direction: Direction
    at: datetime
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A person's attendance at a checkpoint, and the entry that first admitted them."""

    passed: Passed
    scan_id: str = ""


def places(event_id: int, ids: Collection[int]) -> dict[int, Place]:
    """Those of the checkpoints that are the event's, locked against being closed meanwhile."""
    if not ids:
        return {}
    wanted = sorted(ids)
    rows = _rows(_GATES, {"event_id": event_id, "ids": wanted})
    more: dict[int, set[int | None]] = {}
    for checkpoint_id, category_id in _rows(_MORE, {"ids": wanted}):
        more.setdefault(checkpoint_id, set()).add(category_id)
    return {row.id: _place(row, more.get(row.id, set())) for row in rows}


def _place(row: Any, more: set[int | None]) -> Place:
    categories = frozenset(it for it in more if it is not None)
    if row.is_for_some and not categories:
        categories = frozenset({0})  # for categories that are gone: nobody is of this one
    gate = Gate(
        kind=CheckpointKind(row.kind),
        day_id=row.day_id,
        session_id=row.session_id,
        group_id=row.group_id,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        passage=Passage(row.passage),
        category_ids=categories,
    )
    return Place(gate, is_closed=None in more)


def entries(event_id: int, ids: Collection[str]) -> tuple[dict[str, Stored], set[str]]:
    """Those of the entries that are in the log, of whichever event; and those that were to be
    taken back in this one before they came."""
    if not ids:
        return {}, set()
    stored: dict[str, Stored] = {}
    early: set[str] = set()
    for row in _rows(_ENTRIES, {"ids": sorted(ids)}):
        stored[row.id] = Stored(
            event_id=row.event_id,
            kind=EntryKind(row.kind),
            direction=Direction(row.direction),
            verdict=Verdict(row.verdict),
            reason=Reason(row.reason) if row.reason else None,
            checkpoint_id=row.checkpoint_id,
            delegate_id=row.delegate_id,
            discrepancy=DiscrepancyKind(row.discrepancy) if row.discrepancy else None,
        )
        is_vain = row.event_id == event_id and row.verdict == Verdict.REFUSED
        if row.undoes_id is not None and is_vain:
            early.add(row.undoes_id)
    return stored, early


def held(pairs: Iterable[Pair]) -> tuple[dict[Pair, Held], dict[Pair, datetime]]:
    """Who has attended where, of these; and up to when whatever happened was taken back."""
    wanted = sorted(pairs)
    if not wanted:
        return {}, {}
    there: dict[Pair, Held] = {}
    undone: dict[Pair, datetime] = {}
    for checkpoint_id, delegate_id, scan_id, at, left_at, moved_at, is_undo in _rows(
        _HELD, {"pairs": wanted}
    ):
        pair = checkpoint_id, delegate_id
        if is_undo:
            undone[pair] = max(at, undone.get(pair, at))
        else:
            there[pair] = Held(Passed(at, left_at, moved_at), scan_id)
    return there, undone


def log_of(pairs: Iterable[Pair]) -> dict[Pair, list[Logged]]:
    """What was done about these people at these checkpoints."""
    wanted = sorted(pairs)
    logs: dict[Pair, list[Logged]] = {}
    if wanted:
        for checkpoint_id, delegate_id, id_, kind, direction, at, undoes in _rows(
            _OF_PAIRS, {"pairs": wanted}
        ):
            logs.setdefault((checkpoint_id, delegate_id), []).append(
                Logged(id_, EntryKind(kind), Direction(direction), at, undoes)
            )
    return logs


def add_up(
    passage: Passage, log: Iterable[Logged], without: Collection[str], until: datetime | None
) -> Held | None:
    """What entries come to, less those that are taken back by name, or all up to a time."""
    log = list(log)
    undone = {it.undoes for it in log if it.kind is EntryKind.UNDO} | set(without)
    state: Passed | None = None
    scan_id = ""
    for it in sorted(log, key=lambda it: (it.at, it.id)):
        is_gone = it.id in undone or (until is not None and it.at <= until)
        if it.kind is EntryKind.UNDO or is_gone:
            continue
        if state is None or state.first_at is None:
            scan_id = it.id
        _, state = pass_through(passage, it.direction, state, it.at)
    return Held(state, scan_id) if state is not None else None


def went_out(pairs: Iterable[Pair]) -> dict[Pair, Held]:
    """Who went out where, as far as is known without having come in."""
    wanted = sorted(pairs)
    if not wanted:
        return {}
    return {
        (checkpoint_id, delegate_id): Held(Passed(None, last, last))
        for checkpoint_id, delegate_id, last in _rows(_WENT_OUT, {"pairs": wanted})
    }


def write_held(
    event_id: int, before: Mapping[Pair, Held], after: Mapping[Pair, Held | None]
) -> None:
    """Bring attendance from what it was to what it is."""
    come, move, go = [], [], []
    for pair in sorted(after):
        was, now = before.get(pair), after[pair]
        if now is None or now.passed.first_at is None:
            if was is not None:
                go.append({"checkpoint": pair[0], "delegate": pair[1]})
        elif was is None:
            come.append(
                {
                    "checkpoint_id": pair[0],
                    "delegate_id": pair[1],
                    "event_id": event_id,
                    "scan_id": now.scan_id,
                    "first_read_at": now.passed.first_at,
                    "left_at": now.passed.left_at,
                    "moved_at": now.passed.moved_at,
                }
            )
        elif now != was:
            move.append(
                {
                    "checkpoint": pair[0],
                    "delegate": pair[1],
                    "scan": now.scan_id,
                    "first": now.passed.first_at,
                    "left": now.passed.left_at,
                    "moved": now.passed.moved_at,
                }
            )
    for statement, rows in ((_GO, go), (_MOVE, move), (_COME, come)):
        if rows:
            db.session.connection().execute(statement, rows)


def _rows(statement: Any, given: Mapping[str, Any]) -> Any:
    return db.session.connection().execute(statement, given).all()
