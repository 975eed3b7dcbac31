"""Rolls that leaders close, and open again: kept as they come, and which of them count."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from eventapp.checkin import leading
from eventapp.checkin.models import Checkpoint, CheckpointKind, Device
from eventapp.checkin.one_of import one_of_texts
from eventapp.checkin.readings import (
    Unreadable,
    clock_offset,
    read_id,
    read_number,
    read_offset,
    read_time,
)
from eventapp.checkin.recording import insert_new
from eventapp.checkin.roll_call_models import RollCall, RollCallKind
from eventapp.database import db, now, transaction
from eventapp.visits.models import Bus

MAX_BATCH = 100
MAX_PEOPLE = 2_000
"""How many may be missing on one roll."""


class BatchTooLarge(Exception):
    """More than MAX_BATCH roll calls at once."""


class Refusal(StrEnum):
    """Why a roll call was not kept."""

    WRONG_CHECKPOINT = "wrong_checkpoint"  # none of the device's, or the bus is another group's
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Called:
    """A roll call as a device sends it."""

    id: str
    checkpoint: int
    bus: int | None
    kind: RollCallKind
    called_at: datetime
    """By the device's clock."""
    offset_ms: int | None
    present: int
    missing: tuple[tuple[int, int], ...]
    """(delegate id, 1 for somebody who is excused)"""
    guests: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one; ``reason`` is None for one that was kept."""

    id: object
    reason: Refusal | None = None
    detail: str = ""
    """Why an unreadable one was not kept, in English, for whoever made the device."""

    @property
    def outcome(self) -> str:
        """``kept`` or ``refused``."""
        return "kept" if self.reason is None else "refused"


def parse(raw: object) -> Called:
    """A roll call as JSON gives it. Raises Unreadable."""
    if not isinstance(raw, Mapping):
        raise Unreadable("a roll call is an object")
    checkpoint, bus, kind = read_number(raw.get("checkpoint")), raw.get("bus"), raw.get("kind")
    if kind not in set(RollCallKind):
        raise Unreadable("kind is closed or reopened")
    if bus is not None and read_number(bus) is None:
        raise Unreadable("bus is the number of one, or null")
    return Called(
        id=read_id(raw.get("id"), "id"),
        checkpoint=checkpoint or 0,
        bus=bus,
        kind=RollCallKind(kind),
        called_at=read_time(raw.get("called_at"), "called_at"),
        offset_ms=read_offset(raw.get("offset_ms")),
        present=_count(raw.get("present"), "present"),
        missing=_missing(raw.get("missing")),
        guests=_count(raw.get("guests", 0), "guests"),
    )


def record(device: Device, raw: Sequence[object], sent_at: object = None) -> list[Result]:
    """Keep roll calls, in the order in which they came; of each what became of it.

    One that is known stays what it is, and gets the same answer: also one that was kept and whose
    checkpoint is not the device's any more. A bad one never fails the others. Raises BatchTooLarge.
    """
    if len(raw) > MAX_BATCH:
        raise BatchTooLarge
    received_at = now()
    offset = clock_offset(sent_at, received_at)
    parts = [_read(it) for it in raw]
    device_id, event_id = device.id, device.event_id
    with transaction():
        device = db.session.get_one(Device, device_id)
        places = _places(device)
        known = _known(event_id, [it.id for it in parts if isinstance(it, Called)])
        results, rows = [], {}
        for it in parts:
            if isinstance(it, Result):
                results.append(it)
            elif it.id in known or it.id in rows:
                results.append(Result(it.id, known.get(it.id)))
            elif it.checkpoint not in places or it.bus not in places[it.checkpoint]:
                results.append(Result(it.id, Refusal.WRONG_CHECKPOINT))
            else:
                rows[it.id] = _row(device, it, offset, received_at)
                results.append(Result(it.id))
        # Of two that bring the same one at once, one writes it: it says the same.
        insert_new(RollCall, [rows[id_] for id_ in sorted(rows)])
    return results


def newest(event_id: int, checkpoint_ids: Collection[int] | None = None) -> list[RollCall]:
    """The roll call that counts, of each checkpoint and bus that has one."""
    query = select(RollCall).where(RollCall.event_id == event_id)
    if checkpoint_ids is not None:
        query = query.where(RollCall.checkpoint_id.in_(checkpoint_ids))
    found: dict[tuple[int, int | None], RollCall] = {}
    for it in db.session.scalars(query.order_by(RollCall.called_at, RollCall.id)):
        found[it.checkpoint_id, it.bus_id] = it
    return sorted(found.values(), key=lambda it: (it.checkpoint_id, it.bus_id or 0))


def _read(raw: object) -> Called | Result:
    try:
        return parse(raw)
    except Unreadable as error:
        given = raw.get("id") if isinstance(raw, Mapping) else None
        shown = given if isinstance(given, str) and len(given) <= 64 and given.isascii() else None
        return Result(shown, Refusal.UNREADABLE, str(error))


def _places(device: Device) -> dict[int, set[int | None]]:
    """Checkpoint of the device at which rolls are called → buses of its group, and None."""
    own = leading.scans_at(device)
    query = (
        select(Checkpoint.id, Bus.id)
        .outerjoin(Bus, Bus.group_id == Checkpoint.group_id)
        .where(Checkpoint.event_id == device.event_id, Checkpoint.kind == CheckpointKind.BUS)
    )
    if own is not None:
        query = query.where(Checkpoint.id.in_(own))
    found: dict[int, set[int | None]] = {}
    for checkpoint_id, bus_id in db.session.execute(query):
        found.setdefault(checkpoint_id, {None}).add(bus_id)
    return found


def _known(event_id: int, ids: Sequence[str]) -> dict[str, Refusal | None]:
    rows = db.session.execute(
        select(RollCall.id, RollCall.event_id).where(one_of_texts(RollCall.id, "ids")),
        {"ids": list(ids)},
    )
    return {id_: None if of == event_id else Refusal.UNREADABLE for id_, of in rows}


def _row(device: Device, it: Called, offset: timedelta, received_at: datetime) -> dict[str, Any]:
    if it.offset_ms is not None:
        offset = timedelta(milliseconds=it.offset_ms)
    return {
        "id": it.id,
        "event_id": device.event_id,
        "checkpoint_id": it.checkpoint,
        "bus_id": it.bus,
        "device_id": device.id,
        "kind": it.kind,
        # Nothing arrives before it has happened.
        "called_at": min(it.called_at + offset, received_at),
        "received_at": received_at,
        "present": it.present,
        "missing": [list(pair) for pair in it.missing],
        "guests": it.guests,
    }


def _count(value: object, name: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_PEOPLE:
        raise Unreadable(f"{name} is a number of people")
    return value


def _missing(value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list) or len(value) > MAX_PEOPLE:
        raise Unreadable("missing is a list of [delegate id, excused 0 or 1]")
    found: dict[int, int] = {}
    for it in value:
        if not isinstance(it, list) or len(it) != 2 or (who := read_number(it[0])) is None:
            raise Unreadable("missing is a list of [delegate id, excused 0 or 1]")
        found[who] = int(it[1] in (1, True))
    return tuple(found.items())
