"""Recording scans: one transaction a batch, however often and in whatever order it arrives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from eventapp.checkin import people
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    CheckpointKind,
    Device,
    Reason,
    Scan,
    Verdict,
)
from eventapp.checkin.people import Found
from eventapp.checkin.readings import Reading, Unreadable, parse
from eventapp.checkin.verdicts import Gate, refusal
from eventapp.database import db, now, transaction

MAX_BATCH = 500
_SEEN_AGAIN_AFTER = timedelta(minutes=1)

Pair = tuple[int, int]
"""(checkpoint id, delegate id)"""


# Built once: putting a statement together costs more than running it. Read by the connection, for
# they are rows and no objects.
_STORED = select(Scan.id, Scan.verdict, Scan.reason, Scan.checkpoint_id, Scan.delegate_id).where(
    Scan.id.in_(bindparam("ids", expanding=True))
)
_FIRST = select(Attendance.checkpoint_id, Attendance.delegate_id, Attendance.first_read_at).where(
    tuple_(Attendance.checkpoint_id, Attendance.delegate_id).in_(bindparam("pairs", expanding=True))
)
_GATES = select(
    Checkpoint.id,
    Checkpoint.kind,
    Checkpoint.day_id,
    Checkpoint.session_id,
    Checkpoint.group_id,
    Checkpoint.opens_at,
    Checkpoint.closes_at,
).where(Checkpoint.event_id == bindparam("event_id"))
_SEEN = (
    update(Device)
    .where(
        Device.id == bindparam("device"),
        Device.last_seen_at.is_(None) | (Device.last_seen_at < bindparam("long_ago")),
    )
    .values(last_seen_at=bindparam("moment"))
)


class BatchTooLarge(Exception):
    """More than MAX_BATCH scans at once."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one scan; ``delegate`` is what a device shows of the person."""

    id: object
    verdict: Verdict
    reason: Reason | None = None
    delegate: dict[str, Any] | None = None
    first_read_at: datetime | None = None
    detail: str | None = None
    """Why an unreadable scan was not kept, in English, for whoever made the device."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A scan as the log has it."""

    verdict: Verdict
    reason: Reason | None
    checkpoint_id: int | None
    delegate_id: int | None


def record(device: Device, scans: Sequence[object]) -> list[Result]:
    """Write a batch to the log and say what each scan is worth, in the same order.

    A scan whose id is in the log already gets the verdict that it got then. Of several scans of
    one person at one checkpoint the first to arrive is admitted and the others are duplicates. A
    scan that cannot be read is refused by itself and not kept. Raises BatchTooLarge.
    """
    if len(scans) > MAX_BATCH:
        raise BatchTooLarge
    read: list[Reading | Result] = [_read(raw) for raw in scans]
    readings: dict[str, Reading] = {}
    for it in read:
        if isinstance(it, Reading):
            readings.setdefault(it.id, it)
    if not readings:
        return [it for it in read if isinstance(it, Result)]
    device_id, event_id = device.id, device.event_id
    with transaction():
        arrived = now()
        _mark_seen(device_id, arrived)
        batch = _Batch(event_id, device_id, arrived)
        batch.record(list(readings.values()))
        return [it if isinstance(it, Result) else batch.result(it) for it in read]


def _read(raw: object) -> Reading | Result:
    try:
        return parse(raw)
    except Unreadable as error:
        given = raw.get("id") if isinstance(raw, Mapping) else None
        shown = given if isinstance(given, str) and len(given) <= 64 else None
        return Result(shown, Verdict.REFUSED, Reason.UNKNOWN, detail=str(error))


def _mark_seen(device_id: int, moment: datetime) -> None:
    """At most once a minute: a row that every scan writes would be a queue of its own."""
    db.session.connection().execute(
        _SEEN,
        {"device": device_id, "moment": moment, "long_ago": moment - _SEEN_AGAIN_AFTER},
    )


class _Batch:
    """The scans of one transaction. The number of queries does not grow with the batch."""

    def __init__(self, event_id: int, device_id: int, arrived: datetime) -> None:
        self.event_id = event_id
        self.device_id = device_id
        self.arrived = arrived
        self.gates = _gates(event_id)
        self.stored: dict[str, _Stored] = {}
        self.by_code: dict[str, Found] = {}
        self.by_id: dict[int, Found] = {}
        self.first: dict[Pair, datetime] = {}

    def record(self, readings: list[Reading]) -> None:
        """Write what is new and learn what became of everything."""
        self.stored = self._find([it.id for it in readings])
        fresh = [it for it in readings if it.id not in self.stored]
        self.by_code, self.by_id = people.read(
            self.event_id,
            {it.code for it in fresh},
            {it.delegate_id for it in self.stored.values() if it.delegate_id is not None},
        )
        judged = {it.id: self._judge(it) for it in fresh}
        admitted = self._admit([it for it in fresh if judged[it.id] is None])
        kept = self._insert(fresh, judged, admitted)
        lost = [it.id for it in fresh if it.id not in kept]
        if lost:  # the same scan arrived twice at the same moment, and the other one was first
            self.stored |= self._find(lost)
        self._learn_first_times(
            pair for it in self.stored.values() if (pair := self._pair(it)) is not None
        )

    def result(self, reading: Reading) -> Result:
        """What became of one reading."""
        stored = self.stored[reading.id]
        found = self.by_id.get(stored.delegate_id) if stored.delegate_id is not None else None
        pair = self._pair(stored)
        return Result(
            id=reading.id,
            verdict=stored.verdict,
            reason=stored.reason,
            delegate=found.shown if found else None,
            first_read_at=self.first.get(pair) if pair is not None else None,
        )

    def _pair(self, stored: _Stored) -> Pair | None:
        """Where and whom; the person as they are now, merged with another registration or not."""
        if stored.checkpoint_id is None or stored.delegate_id is None:
            return None
        found = self.by_id.get(stored.delegate_id)
        return stored.checkpoint_id, found.id if found else stored.delegate_id

    def _judge(self, reading: Reading) -> Reason | None:
        found = self.by_code.get(reading.code)
        gate = self.gates.get(reading.checkpoint) if reading.checkpoint else None
        return refusal(gate, found.person if found else None, reading.read_at)

    def _admit(self, readings: list[Reading]) -> set[str]:
        """Ids of the scans that let their person in; the table's key decides who is first."""
        rows: dict[Pair, dict[str, Any]] = {}
        for reading in readings:
            if reading.checkpoint is None:
                continue  # it was refused, and so is not among these
            pair = (reading.checkpoint, self.by_code[reading.code].id)
            rows.setdefault(
                pair,
                {
                    "checkpoint_id": pair[0],
                    "delegate_id": pair[1],
                    "event_id": self.event_id,
                    "scan_id": reading.id,
                    "first_read_at": reading.read_at,
                },
            )
        # In one order everywhere, so that two batches wait for and never block each other.
        ordered = [rows[pair] for pair in sorted(rows)]
        return set(_insert_new(Attendance, ordered, Attendance.scan_id))

    def _insert(
        self, fresh: list[Reading], judged: Mapping[str, Reason | None], admitted: set[str]
    ) -> set[str]:
        """Write the log; ids that were really written."""
        rows: list[dict[str, Any]] = []
        for reading in sorted(fresh, key=lambda it: it.id):
            reason = judged[reading.id]
            found = self.by_code.get(reading.code)
            verdict = Verdict.REFUSED
            if reason is None:
                verdict = Verdict.ADMITTED if reading.id in admitted else Verdict.DUPLICATE
            known = reading.checkpoint if reading.checkpoint in self.gates else None
            rows.append(
                {
                    "id": reading.id,
                    "event_id": self.event_id,
                    "device_id": self.device_id,
                    "checkpoint_id": known,
                    "delegate_id": found.id if found else None,
                    "code": reading.code,
                    "verdict": verdict,
                    "reason": reason,
                    "read_at": reading.read_at,
                    "happened_at": reading.read_at,
                    "received_at": self.arrived,
                }
            )
        kept = set(_insert_new(Scan, rows, Scan.id))
        for row in rows:
            if row["id"] in kept:
                self.stored[row["id"]] = _Stored(
                    row["verdict"], row["reason"], row["checkpoint_id"], row["delegate_id"]
                )
        return kept

    def _find(self, ids: Sequence[str]) -> dict[str, _Stored]:
        """Scans that are in the log already. A scan of another event is none of ours."""
        rows = db.session.connection().execute(_STORED, {"ids": ids})
        return {
            id_: _Stored(
                Verdict(verdict), Reason(reason) if reason else None, checkpoint_id, delegate_id
            )
            for id_, verdict, reason, checkpoint_id, delegate_id in rows
        }

    def _learn_first_times(self, pairs: Iterable[Pair]) -> None:
        wanted = sorted(set(pairs))
        if not wanted:
            return
        rows = db.session.connection().execute(_FIRST, {"pairs": wanted})
        self.first = {(checkpoint, delegate): time for checkpoint, delegate, time in rows}


def _gates(event_id: int) -> dict[int, Gate]:
    rows = db.session.connection().execute(_GATES, {"event_id": event_id})
    return {
        id_: Gate(CheckpointKind(kind), day_id, session_id, group_id, opens_at, closes_at)
        for id_, kind, day_id, session_id, group_id, opens_at, closes_at in rows
    }


def _insert_new(table: Any, rows: Sequence[Mapping[str, Any]], returning: Any) -> Sequence[Any]:
    """Insert the rows whose key is new; ``returning`` of those.

    The rows are parameters, not part of the statement: so it is compiled once, not at every scan.
    """
    if not rows:
        return []
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table.__table__).on_conflict_do_nothing().returning(returning)
    return db.session.connection().execute(statement, list(rows)).scalars().all()
