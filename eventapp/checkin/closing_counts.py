"""What devices have made at checkpoints and what has arrived, read for one or for all at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from eventapp.checkin import leading
from eventapp.checkin.devices import LIVE
from eventapp.checkin.models import (
    Device,
    DeviceCount,
    Explanation,
    Rights,
    Scan,
    device_checkpoint,
)
from eventapp.checkin.reconciling import SETTLED, Counts, State, state
from eventapp.database import db


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device at a checkpoint: what it has made, what has arrived, and how it stands."""

    id: int
    name: str
    rights: Rights
    is_account: bool
    """Whether it is the page of somebody who has signed in."""
    is_revoked: bool
    last_seen_at: datetime | None
    counts: Counts
    state: State
    explanation: Explanation | None
    """The last one that was given, whether it speaks of these counts or of others."""

    @property
    def is_settled(self) -> bool:
        """Whether it does not stand against closing."""
        return self.state in SETTLED


@dataclass(frozen=True, slots=True)
class Around:
    """The devices of a checkpoint."""

    rows: list[DeviceRow]
    """Those that have scanned there, say that they have, or may scan only at certain places of
    which this is one."""
    elsewhere: list[tuple[str, datetime]] = field(default_factory=list)
    """Devices that may scan everywhere and of which nobody has heard since this checkpoint was
    used, though nothing says that they were here: (name, last contact)."""
    last_used_at: datetime | None = None

    @property
    def unsettled(self) -> list[DeviceRow]:
        """Those that stand against closing."""
        return [it for it in self.rows if not it.is_settled]


def around(event_id: int, checkpoint_ids: Collection[int]) -> dict[int, Around]:
    """The devices of these checkpoints; six queries, however many they are."""
    arrived = _arrived(event_id, checkpoint_ids)
    told = _told(checkpoint_ids)
    assigned = _assigned(checkpoint_ids)
    explained = _explained(checkpoint_ids)
    devices = _devices(event_id)
    return {
        id_: _around(
            arrived.get(id_, {}),
            told.get(id_, {}),
            assigned.get(id_, set()),
            explained.get(id_, {}),
            devices,
        )
        for id_ in checkpoint_ids
    }


def _around(
    arrived: Mapping[int, Any],
    told: Mapping[int, Any],
    assigned: Collection[int],
    explained: Mapping[int, Explanation],
    devices: Sequence[Any],
) -> Around:
    last_used_at = max((it.last_happened_at for it in arrived.values()), default=None)
    here = {*arrived, *told, *assigned}
    rows, elsewhere = [], []
    for device, is_live, is_bound in devices:
        if device.id not in here:
            seen = device.reported_at or device.last_seen_at
            if is_live and not is_bound and seen and last_used_at and seen < last_used_at:
                elsewhere.append((device.name, seen))
            continue
        counts = _counts(device, arrived.get(device.id), told.get(device.id))
        if device.id not in arrived and device.id not in told and not is_live:
            continue  # it was to scan here, and never did
        explanation = explained.get(device.id)
        numbers = (explanation.made, explanation.received) if explanation else None
        rows.append(
            DeviceRow(
                id=device.id,
                name=device.name,
                rights=Rights(device.rights),
                is_account=device.user_id is not None,
                is_revoked=not is_live,
                last_seen_at=device.last_seen_at,
                counts=counts,
                state=state(counts, last_used_at, numbers),
                explanation=explanation,
            )
        )
    return Around(rows, elsewhere, last_used_at)


def _counts(device: Any, arrived: Any, told: Any) -> Counts:
    if told is not None:
        made, unsent, reported_at = told.made, told.unsent, told.reported_at
    elif device.reported_at is not None:
        # It says how many it has made wherever it has made any.
        made, unsent, reported_at = 0, 0, device.reported_at
    else:
        made, unsent, reported_at = None, None, None
    return Counts(
        received=arrived.number if arrived else 0,
        made=made,
        unsent=unsent,
        unsent_before=told.unsent_before if told is not None else 0,
        reported_at=reported_at,
        last_received_at=arrived.last_received_at if arrived else None,
        is_used=bool(device.last_seen_at or device.reported_at),
    )


def _arrived(event_id: int, ids: Collection[int]) -> dict[int, dict[int, Any]]:
    rows = db.session.execute(
        select(
            Scan.checkpoint_id,
            Scan.device_id,
            func.count().label("number"),
            func.max(Scan.received_at).label("last_received_at"),
            func.max(Scan.happened_at).label("last_happened_at"),
        )
        .where(Scan.event_id == event_id, Scan.checkpoint_id.in_(ids))
        .group_by(Scan.checkpoint_id, Scan.device_id)
    )
    return _by_checkpoint(rows)


def _told(ids: Collection[int]) -> dict[int, dict[int, Any]]:
    rows = db.session.execute(
        select(
            DeviceCount.checkpoint_id,
            DeviceCount.device_id,
            DeviceCount.made,
            DeviceCount.unsent,
            DeviceCount.unsent_before,
            DeviceCount.reported_at,
        ).where(DeviceCount.checkpoint_id.in_(ids))
    )
    return _by_checkpoint(rows)


def _by_checkpoint(rows: Any) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        found[row.checkpoint_id][row.device_id] = row
    return found


def _assigned(ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    columns = device_checkpoint.c
    rows = db.session.execute(
        select(columns.checkpoint_id, columns.device_id).where(columns.checkpoint_id.in_(ids))
    )
    for checkpoint_id, device_id in (*rows, *leading.devices_at(ids)):
        found[checkpoint_id].add(device_id)
    return found


def _explained(ids: Collection[int]) -> dict[int, dict[int, Explanation]]:
    rows = db.session.scalars(select(Explanation).where(Explanation.checkpoint_id.in_(ids)))
    found: dict[int, dict[int, Explanation]] = defaultdict(dict)
    for row in rows:
        found[row.checkpoint_id][row.device_id] = row
    return found


def _devices(event_id: int) -> Sequence[Any]:
    """(device, whether it may be used, whether it scans only at certain checkpoints)"""
    is_listed = select(device_checkpoint.c.device_id).where(
        device_checkpoint.c.device_id == Device.id
    )
    is_bound = or_(is_listed.exists(), Device.rights == Rights.LEADER)
    return db.session.execute(
        select(Device, LIVE.label("is_live"), is_bound.label("is_bound"))
        .where(Device.event_id == event_id)
        .order_by(Device.name, Device.id)
    ).all()
