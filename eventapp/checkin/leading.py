"""Which groups a leader's device calls the roll of, and so where it may scan.

One that was provisioned by a link has its groups (`device_group`); that of somebody who has signed
in has those whose leader this is, as they are now. Checkpoints that are added later are theirs too.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select

from eventapp.checkin.models import Checkpoint, Device, Rights, device_group
from eventapp.checkin.one_of import one_of_ids
from eventapp.database import db
from eventapp.visits.models import VisitGroup

LEADS_NOW: ColumnElement[bool] = exists(
    select(VisitGroup.id)
    .where(VisitGroup.event_id == Device.event_id, VisitGroup.leader_user_id == Device.user_id)
    .correlate(Device)
)
"""Whether the user of a device leads any group of its event."""

_THEIRS = and_(VisitGroup.event_id == Device.event_id, VisitGroup.leader_user_id == Device.user_id)


def _pairs(condition: Any) -> Any:
    """(leader's device, checkpoint of its groups) where the condition holds."""
    return (
        select(Device.id, Checkpoint.id)
        .join(device_group, device_group.c.device_id == Device.id)
        .join(Checkpoint, Checkpoint.group_id == device_group.c.group_id)
        .where(Device.rights == Rights.LEADER, condition)
        .union(
            select(Device.id, Checkpoint.id)
            .join(VisitGroup, _THEIRS)
            .join(Checkpoint, Checkpoint.group_id == VisitGroup.id)
            .where(Device.rights == Rights.LEADER, condition)
        )
    )


# Built once: it is asked with each scan of a leader.
_CHECKPOINTS = _pairs(one_of_ids(Device.id, "devices"))
_DEVICES = _pairs(one_of_ids(Checkpoint.id, "checkpoints"))


def checkpoints_of(devices: Collection[int]) -> dict[int, frozenset[int]]:
    """Device → the checkpoints of its groups, of those that are leaders'. One query."""
    rows: Any = db.session.connection().execute(_CHECKPOINTS, {"devices": sorted(devices)})
    found: dict[int, set[int]] = {id_: set() for id_ in devices}
    for device_id, checkpoint_id in rows:
        found[device_id].add(checkpoint_id)
    return {id_: frozenset(ids) for id_, ids in found.items()}


def devices_at(checkpoints: Collection[int]) -> list[tuple[int, int]]:
    """(checkpoint, leader's device that scans there) of these checkpoints. One query."""
    rows: Any = db.session.connection().execute(_DEVICES, {"checkpoints": sorted(checkpoints)})
    return [(checkpoint_id, device_id) for device_id, checkpoint_id in rows]


def groups_of(device: Device) -> list[int]:
    """The groups of a device: those of a leader's, in order; no other has any."""
    if device.rights != Rights.LEADER:
        return []
    query = select(VisitGroup.id).where(VisitGroup.event_id == device.event_id)
    if device.user_id is None:
        own = select(device_group.c.group_id).where(device_group.c.device_id == device.id)
        query = query.where(VisitGroup.id.in_(own))
    else:
        query = query.where(VisitGroup.leader_user_id == device.user_id)
    return list(db.session.scalars(query.order_by(VisitGroup.id)))


def led_by(event_id: int, user_id: int) -> list[VisitGroup]:
    """The groups of an event whose leader a user is."""
    return list(
        db.session.scalars(
            select(VisitGroup)
            .filter_by(event_id=event_id, leader_user_id=user_id)
            .order_by(VisitGroup.letter)
        )
    )


def scans_at(device: Device) -> list[int] | None:
    """The only checkpoints at which a device scans, in their order; None is all of them."""
    if device.rights == Rights.LEADER:
        query = (
            select(Checkpoint.id)
            .where(Checkpoint.group_id.in_(groups_of(device)))
            .order_by(Checkpoint.position, Checkpoint.id)
        )
        return list(db.session.scalars(query))
    return [it.id for it in device.checkpoints] if device.is_restricted else None
