"""Entries of a device's log as it sends them, and the places where they are made."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventapp.checkin import service
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    CheckpointKind,
    Device,
    Discrepancy,
    Passage,
    Rights,
)
from eventapp.checkin.service import Result
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate

Json = dict[str, Any]


def earlier(minutes: float) -> datetime:
    """So many minutes ago: what happens is never later than it arrives."""
    return now() - timedelta(minutes=minutes)


def build_device(
    event: Event, name: str = "Cửa 1", rights: Rights = Rights.STEWARD, *checkpoints: Checkpoint
) -> Device:
    """A device; it scans everywhere where no checkpoints are named."""
    ids = [it.id for it in checkpoints]
    return create_device(event, name, rights=rights, checkpoint_ids=ids).device


def build_gate(event: Event, passage: Passage = Passage.ONCE, **values: Any) -> Checkpoint:
    """A door at which everybody may pass."""
    gate = Checkpoint(
        event_id=event.id, kind=CheckpointKind.DOOR, name="Cửa", passage=passage, **values
    )
    db.session.add(gate)
    db.session.commit()
    return gate


def entry(
    whose: Delegate | str, checkpoint: Checkpoint | int, at: datetime | None = None, **more: Any
) -> Json:
    """A scan as a device sends it; ``more`` are further fields, or others."""
    return {
        "id": str(uuid.uuid4()),
        "checkpoint": checkpoint if isinstance(checkpoint, int) else checkpoint.id,
        "code": whose if isinstance(whose, str) else whose.code,
        "read_at": (at or earlier(1)).astimezone(UTC).isoformat(),
        **more,
    }


def send(device: Device, *entries: Json, **more: Any) -> list[Result]:
    """Record a batch; the results."""
    found = service.record(device, list(entries), **more)
    db.session.rollback()
    return found


def verdicts(device: Device, *entries: Json) -> list[str]:
    """Record a batch; what each came to: the verdict, or why it was refused."""
    return [str(it.reason or it.verdict) for it in send(device, *entries)]


def attendance(checkpoint: Checkpoint, delegate: Delegate) -> Attendance | None:
    """Whether somebody has attended, as it is stored now."""
    db.session.rollback()
    return db.session.get(Attendance, (checkpoint.id, delegate.id))


def discrepancies(event: Event) -> list[tuple[str, str]]:
    """(kind, what was shown) of all there are."""
    rows = db.session.scalars(
        select(Discrepancy).filter_by(event_id=event.id).order_by(Discrepancy.id)
    )
    return [(it.kind, it.shown) for it in rows]
