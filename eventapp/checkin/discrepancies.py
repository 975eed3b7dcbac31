"""What a supervisor is to look at: what a door did, where the server would have said otherwise.

They are found as entries arrive (`recording`, `walk_ins`) and kept when they are settled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.checkin import people, walk_ins
from eventapp.checkin.models import Attendance, Device, Discrepancy, DiscrepancyKind, Scan
from eventapp.checkin.recorded import Pair
from eventapp.database import db, now, transaction
from eventapp.registration.models import Delegate
from eventapp.text import clean

MAX_NOTE = 500
PAGE = 100


class NotFound(LookupError):
    """The event has no such discrepancy."""


class NoNote(ValueError):
    """What is settled says how."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was, by the server's clock, and at which device."""

    device: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A discrepancy with what it is about."""

    row: Discrepancy
    then: Moment | None
    """The entry itself; None for a walk-in."""
    first: Moment | None
    """What had let the person in before, where somebody was let in twice."""
    delegate: dict[str, Any] | None
    """What a scan shows of the person."""


def find(
    event_id: int,
    *,
    is_settled: bool | None = False,
    checkpoint_id: int | None = None,
    kind: DiscrepancyKind | None = None,
    until: datetime | None = None,
    start: int = 0,
    most: int = PAGE,
) -> list[Found]:
    """Discrepancies, the newest first; ``is_settled`` None finds both kinds. Six queries.

    ``until`` leaves out what was found later.
    """
    rows = db.session.scalars(
        select(Discrepancy)
        .where(*_chosen(event_id, is_settled, checkpoint_id, kind, until))
        .options(
            joinedload(Discrepancy.scan),
            joinedload(Discrepancy.walk_in),
            joinedload(Discrepancy.checkpoint),
        )
        .order_by(Discrepancy.found_at.desc(), Discrepancy.id.desc())
        .offset(start)
        .limit(most)
    ).all()
    devices = _device_names(rows)
    kept = _kept({whose for it in rows if (whose := _whose(it)) is not None})
    shown = _people(event_id, kept)
    first = _first_times(rows, kept)
    return [
        Found(
            row=it,
            then=Moment(devices[it.scan.device_id], it.scan.happened_at) if it.scan else None,
            first=first.get((it.checkpoint_id or 0, kept.get(_whose(it) or 0, 0)))
            if it.scan
            else None,
            delegate=shown.get(_whose(it) or 0),
        )
        for it in rows
    ]


def count(
    event_id: int,
    *,
    is_settled: bool | None = False,
    checkpoint_id: int | None = None,
    kind: DiscrepancyKind | None = None,
) -> int:
    """How many `find` would find in all."""
    chosen = _chosen(event_id, is_settled, checkpoint_id, kind)
    return db.session.scalar(select(func.count()).select_from(Discrepancy).where(*chosen)) or 0


def settle(event_id: int, discrepancy_id: int, note: str, by: str) -> Discrepancy:
    """Note what was found out. Settled again, the first time stays.

    What was typed at the door goes as soon as nobody has to look at it any more.
    Raises NotFound, NoNote.
    """
    note = clean(note)[:MAX_NOTE]
    if not note:
        raise NoNote
    with transaction():
        row = db.session.scalar(
            select(Discrepancy)
            .filter_by(id=discrepancy_id, event_id=event_id)
            .with_for_update(of=Discrepancy)
        )
        if row is None:
            raise NotFound(discrepancy_id)
        if row.settled_at is None:
            row.settled_at, row.settled_by, row.note = now(), by[:254], note
            if row.walk_in is not None:
                walk_ins.forget(row.walk_in)
            audit.record("settle", "discrepancy", row.id, event_id=event_id, note=note)
    return row


def _chosen(
    event_id: int,
    is_settled: bool | None,
    checkpoint_id: int | None,
    kind: DiscrepancyKind | None,
    until: datetime | None = None,
) -> list[ColumnElement[bool]]:
    chosen = [Discrepancy.event_id == event_id]
    if is_settled is not None:
        settled_at = Discrepancy.settled_at
        chosen.append(settled_at.is_not(None) if is_settled else settled_at.is_(None))
    if checkpoint_id is not None:
        chosen.append(Discrepancy.checkpoint_id == checkpoint_id)
    if kind is not None:
        chosen.append(Discrepancy.kind == kind)
    if until is not None:
        chosen.append(Discrepancy.found_at <= until)
    return chosen


def _whose(row: Discrepancy) -> int | None:
    about = row.scan or row.walk_in
    return about.delegate_id if about else None


def _device_names(rows: Sequence[Discrepancy]) -> Mapping[int, str]:
    ids = {it.scan.device_id for it in rows if it.scan}
    found = db.session.execute(select(Device.id, Device.name).where(Device.id.in_(ids)))
    return dict(found.all())


def _kept(ids: set[int]) -> Mapping[int, int]:
    """Registrations by those that were merged into them; all others by themselves."""
    ahead = {id_: id_ for id_ in ids}
    while True:
        rows: Any = db.session.execute(
            select(Delegate.id, Delegate.merged_into_id).where(
                Delegate.id.in_(set(ahead.values())), Delegate.merged_into_id.is_not(None)
            )
        )
        merged: dict[int, int] = dict(rows.all())
        if not merged:
            return ahead
        ahead = {id_: merged.get(last, last) for id_, last in ahead.items()}


def _people(event_id: int, kept: Mapping[int, int]) -> Mapping[int, dict[str, Any]]:
    """People as a scan shows them; whoever was merged into another registration as that one."""
    wanted = people.statement(event_id).where(Delegate.id.in_(set(kept.values())))
    shown = {row.id: people.show(row) for row in db.session.execute(wanted)}
    return {id_: shown[last] for id_, last in kept.items() if last in shown}


def _first_times(rows: Sequence[Discrepancy], kept: Mapping[int, int]) -> Mapping[Pair, Moment]:
    """The entries that had let in whoever these are about, unless they are these themselves."""
    pairs = {
        (it.checkpoint_id, kept[it.scan.delegate_id])
        for it in rows
        if it.scan and it.checkpoint_id and it.scan.delegate_id
    }
    columns: tuple[Any, ...] = (
        Attendance.checkpoint_id,
        Attendance.delegate_id,
        Scan.id,
        Scan.happened_at,
        Device.name,
    )
    found = db.session.execute(
        select(*columns)
        .join(Scan, Scan.id == Attendance.scan_id)
        .join(Device, Device.id == Scan.device_id)
        .where(tuple_(Attendance.checkpoint_id, Attendance.delegate_id).in_(sorted(pairs)))
    )
    own = {it.scan_id for it in rows}
    return {
        (checkpoint_id, delegate_id): Moment(device, happened_at)
        for checkpoint_id, delegate_id, id_, happened_at, device in found
        if id_ not in own
    }
