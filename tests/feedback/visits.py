"""Visits that are over, and who went. Each function commits."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from eventapp.checkin import service as checkin
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Checkpoint, CheckpointKind, Device
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from eventapp.visits import service as visits
from eventapp.visits.models import VisitGroup
from tests.visits.groups import build_group, chosen

NOW = datetime.now(UTC)


def build_visit(
    event: Event, letter: str = "A", *, back: timedelta = timedelta(hours=-1), **values: Any
) -> VisitGroup:
    """A group that came back an hour ago, with a checkpoint at its bus."""
    times = {"departs_at": NOW + back - timedelta(hours=4), "returns_at": NOW + back}
    group = build_group(event, letter, capacity=10, **{**times, **values})
    db.session.add(
        Checkpoint(
            event_id=event.id, kind=CheckpointKind.BUS, name=f"Nhóm {letter}", group_id=group.id
        )
    )
    db.session.commit()
    return group


def seat(event: Event, group: VisitGroup, *people: Delegate) -> None:
    """Give them seats in the group."""
    visits.assign(event, group.id, chosen(*(it.id for it in people)))


def board(event: Event, group: VisitGroup, *people: Delegate) -> None:
    """Scan them at the bus of the group; all are admitted."""
    checkpoint = db.session.query(Checkpoint).filter_by(group_id=group.id).first()
    device = db.session.query(Device).filter_by(event_id=event.id).first()
    if device is None:
        device = create_device(event, "Trưởng nhóm").device
    for it in people:
        reading = {
            "id": str(uuid.uuid4()),
            "checkpoint": checkpoint.id,
            "code": it.code,
            "read_at": (group.departs_at or NOW).isoformat(),
        }
        assert checkin.record(device, [reading])[0].verdict == "admitted"
