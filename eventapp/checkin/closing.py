"""Closing a checkpoint out: everything that happened there has arrived, and somebody signs for it.

It is refused while a device may have entries that have not arrived, and while something is to be
looked at. The checkpoint's row is locked meanwhile, as it is (for sharing) while entries are
written (`recorded.places`): an entry that comes at the same moment is either there before the
counts are read, or finds the checkpoint closed and is kept as one that came too late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventapp.accounts import audit
from eventapp.accounts.models import AuditEntry
from eventapp.checkin import checkpoints, closing_counts, closing_figures
from eventapp.checkin.closing_counts import Around, DeviceRow
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    Closing,
    Discrepancy,
    DiscrepancyKind,
    Explanation,
    Scan,
)
from eventapp.database import db, now, transaction
from eventapp.text import clean

MAX_TEXT = 500
CLOSED, REOPENED, EXPLAINED = "close_checkpoint", "reopen_checkpoint", "explain_counts"


class AlreadyClosed(Exception):
    """The checkpoint was closed out; to change anything, it is reopened first."""


class NotClosed(Exception):
    """The checkpoint is not closed out."""


class NoReason(ValueError):
    """Why, is to be said."""


class CountsChanged(Exception):
    """The device's counts are others by now than those that were explained."""


class NotReconciled(Exception):
    """Devices may have entries that have not arrived, or something is to be looked at."""

    def __init__(self, devices: Sequence[DeviceRow], discrepancies: int) -> None:
        super().__init__([it.name for it in devices], discrepancies)
        self.devices = devices
        self.discrepancies = discrepancies


@dataclass(frozen=True, slots=True)
class Standing:
    """How a checkpoint stands on its way to being closed."""

    checkpoint: Checkpoint
    closing: Closing | None
    devices: Around
    entries: int
    passed: int
    open_discrepancies: int
    late: int
    """Entries that came after it was closed, ever, settled or not."""

    @property
    def can_close(self) -> bool:
        """Whether nothing stands against it."""
        return self.closing is None and not self.devices.unsettled and not self.open_discrepancies


@dataclass(frozen=True, slots=True)
class Change:
    """That a checkpoint was closed, or opened again; from the change log."""

    at: datetime
    actor: str
    action: str
    note: str


def overview(event_id: int) -> list[Standing]:
    """All checkpoints of an event; the number of queries does not grow with theirs."""
    rows = checkpoints.all_checkpoints(event_id)
    return _standing(event_id, rows)


def standing(event_id: int, checkpoint_id: int) -> Standing:
    """One checkpoint. Raises CheckpointNotFound."""
    return _standing(event_id, [checkpoints.find(event_id, checkpoint_id)])[0]


def close(event_id: int, checkpoint_id: int, *, by: str, note: str = "") -> Closing:
    """Close a checkpoint out, with its figures as they are now.

    Raises CheckpointNotFound, AlreadyClosed, NotReconciled.
    """
    with transaction():
        checkpoint = _locked(event_id, checkpoint_id)
        found = _standing(event_id, [checkpoint])[0]
        if found.closing is not None:
            raise AlreadyClosed
        if not found.can_close:
            raise NotReconciled(found.devices.unsettled, found.open_discrepancies)
        row = Closing(
            checkpoint_id=checkpoint_id,
            closed_at=now(),
            closed_by=by[:200],
            note=clean(note)[:MAX_TEXT],
            figures=closing_figures.of(checkpoint, found.devices),
        )
        db.session.add(row)
        audit.record(
            CLOSED,
            "checkpoint",
            checkpoint_id,
            event_id=event_id,
            changes={
                "name": [None, checkpoint.name],
                "passed": [None, row.figures["passed"]],
                "entries": [None, row.figures["entries"]],
            },
            note=row.note or None,
        )
    return row


def reopen(event_id: int, checkpoint_id: int, *, reason: str) -> None:
    """Take the closing back; what was signed stays in the change log.

    Raises CheckpointNotFound, NotClosed, NoReason.
    """
    reason = clean(reason)[:MAX_TEXT]
    if not reason:
        raise NoReason
    with transaction():
        checkpoint = _locked(event_id, checkpoint_id)
        row = db.session.get(Closing, checkpoint_id)
        if row is None:
            raise NotClosed
        audit.record(
            REOPENED,
            "checkpoint",
            checkpoint_id,
            event_id=event_id,
            changes={
                "name": [checkpoint.name, None],
                "closed_at": [row.closed_at, None],
                "passed": [row.figures.get("passed"), None],
                "entries": [row.figures.get("entries"), None],
            },
            note=reason,
        )
        db.session.delete(row)


def explain(
    event_id: int,
    checkpoint_id: int,
    device_id: int,
    *,
    numbers: tuple[int, int],
    reason: str,
    by: str,
) -> None:
    """Say why a device's counts may stay as they are: exactly these, made and received.

    Raises CheckpointNotFound, AlreadyClosed, NoReason, CountsChanged.
    """
    reason = clean(reason)[:MAX_TEXT]
    if not reason:
        raise NoReason
    with transaction():
        checkpoint = _locked(event_id, checkpoint_id)
        found = _standing(event_id, [checkpoint])[0]
        if found.closing is not None:
            raise AlreadyClosed
        rows = {it.id: it for it in found.devices.rows}
        device = rows.get(device_id)
        if device is None or numbers != (device.counts.stated, device.counts.received):
            raise CountsChanged
        row = device.explanation
        if row is None:
            row = Explanation(checkpoint_id=checkpoint_id, device_id=device_id)
            db.session.add(row)
        row.made, row.received = numbers
        row.reason, row.given_by, row.given_at = reason, by[:200], now()
        audit.record(
            EXPLAINED,
            "checkpoint",
            checkpoint_id,
            event_id=event_id,
            changes={
                "device": [None, device.name],
                "made": [None, numbers[0]],
                "received": [None, numbers[1]],
            },
            note=reason,
        )


def changes(event_id: int, checkpoint_id: int) -> list[Change]:
    """When it was closed and opened again, the newest first."""
    rows = db.session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.event_id == event_id,
            AuditEntry.subject == "checkpoint",
            AuditEntry.subject_id == str(checkpoint_id),
            AuditEntry.action.in_((CLOSED, REOPENED)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(50)
    )
    return [Change(it.at, it.actor, it.action, it.note or "") for it in rows]


def _locked(event_id: int, checkpoint_id: int) -> Checkpoint:
    found = db.session.scalar(
        select(Checkpoint).filter_by(id=checkpoint_id, event_id=event_id).with_for_update()
    )
    if found is None:
        raise checkpoints.CheckpointNotFound
    return found


def _standing(event_id: int, rows: Sequence[Checkpoint]) -> list[Standing]:
    ids = [it.id for it in rows]
    devices = closing_counts.around(event_id, ids)
    closings = {
        it.checkpoint_id: it
        for it in db.session.scalars(select(Closing).where(Closing.checkpoint_id.in_(ids)))
    }
    entries = _numbers(select(Scan.checkpoint_id, func.count()), Scan.checkpoint_id, ids)
    passed = _numbers(select(Attendance.checkpoint_id, func.count()), Attendance.checkpoint_id, ids)
    discrepancies = select(Discrepancy.checkpoint_id, func.count())
    opened = _numbers(
        discrepancies.where(Discrepancy.settled_at.is_(None)), Discrepancy.checkpoint_id, ids
    )
    late = _numbers(
        discrepancies.where(Discrepancy.kind == DiscrepancyKind.AFTER_CLOSE),
        Discrepancy.checkpoint_id,
        ids,
    )
    return [
        Standing(
            checkpoint=it,
            closing=closings.get(it.id),
            devices=devices[it.id],
            entries=entries.get(it.id, 0),
            passed=passed.get(it.id, 0),
            open_discrepancies=opened.get(it.id, 0),
            late=late.get(it.id, 0),
        )
        for it in rows
    ]


def _numbers(query: Any, column: Any, ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(query.where(column.in_(ids)).group_by(column))
    return dict(rows.all())
