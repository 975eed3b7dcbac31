"""What devices are told of visit groups: their buses, their stops, telephones, and closed rolls."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select, union

from eventapp.checkin import leading, roll_calls
from eventapp.checkin.models import Attendance, Checkpoint, Device, Rights
from eventapp.database import db
from eventapp.events.models import Site
from eventapp.registration.models import COMING, Delegate
from eventapp.visits.models import Allocation, Bus, Stop, VisitGroup

Json = dict[str, Any]


def tables(event_id: int, device: Device) -> dict[str, list[Json]]:
    """Groups, buses and stops. Telephones of leaders, guides and drivers only for supervisors, and
    for leaders those of their own groups."""
    own = leading.groups_of(device)
    is_supervisor = device.rights == Rights.SUPERVISOR

    def phone(number: str, group_id: int) -> str:
        return number if is_supervisor or group_id in own else ""

    groups = db.session.execute(
        select(VisitGroup, Site.name)
        .join(Site, Site.id == VisitGroup.site_id)
        .where(VisitGroup.event_id == event_id)
        .order_by(func.length(VisitGroup.letter), VisitGroup.letter)
    )
    buses = db.session.scalars(
        select(Bus)
        .join(VisitGroup, VisitGroup.id == Bus.group_id)
        .where(VisitGroup.event_id == event_id)
        .order_by(Bus.group_id, Bus.position, Bus.id)
    )
    stops = db.session.scalars(
        select(Stop)
        .join(VisitGroup, VisitGroup.id == Stop.group_id)
        .where(VisitGroup.event_id == event_id)
        .order_by(Stop.group_id, Stop.position, Stop.id)
    )
    return {
        "groups": [
            {
                "id": it.id,
                "letter": it.letter,
                "site": site,
                "colour": it.colour,
                "departs_at": _instant(it.departs_at),
                "returns_at": _instant(it.returns_at),
                "meeting_point": it.meeting_point,
                "leader": it.leader_name,
                "leader_phone": phone(it.leader_phone, it.id),
                "guide": it.guide_name,
                "guide_phone": phone(it.guide_phone, it.id),
            }
            for it, site in groups
        ],
        "buses": [
            {
                "id": it.id,
                "label": it.label,
                "group": it.group_id,
                "plate": it.plate,
                "seats": it.seats,
                "driver": it.driver_name,
                "driver_phone": phone(it.driver_phone, it.group_id),
            }
            for it in buses
        ],
        "stops": [
            {
                "id": it.id,
                "group": it.group_id,
                "name": it.name,
                "name_en": it.name_en or it.name,
                "arrives_at": _instant(it.arrives_at),
                "leaves_at": _instant(it.leaves_at),
            }
            for it in stops
        ],
    }


def phones(device: Device, known: str | None) -> Json | None:
    """Telephones of the people of a leader's groups, and of guests on board without a seat there:
    {"digest", "people": {id: number}}.

    None for other devices, and for one that has just these.
    """
    if device.rights != Rights.LEADER:
        return None
    own = leading.groups_of(device)
    seated = select(Allocation.delegate_id).where(Allocation.group_id.in_(own))
    aboard = (
        select(Attendance.delegate_id)
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Checkpoint.group_id.in_(own))
    )
    rows = db.session.execute(
        select(Delegate.id, Delegate.phone)
        .where(
            Delegate.id.in_(union(seated, aboard)),
            Delegate.status.in_(COMING),
            Delegate.phone != "",
        )
        .order_by(Delegate.id)
    )
    people = {str(id_): number for id_, number in rows if number}
    digest = hashlib.sha256(msgspec.json.encode(people)).hexdigest()[:16]
    return None if digest == known else {"digest": digest, "people": people}


def rolls(device: Device, own: Collection[int] | None) -> list[Json]:
    """The roll calls that count at the device's checkpoints; for leaders and supervisors."""
    if device.rights not in (Rights.LEADER, Rights.SUPERVISOR):
        return []
    return [
        {
            "id": it.id,
            "checkpoint": it.checkpoint_id,
            "bus": it.bus_id,
            "kind": it.kind,
            "called_at": it.called_at.isoformat(),
            "present": it.present,
            "missing": it.missing,
            "guests": it.guests,
        }
        for it in roll_calls.newest(device.event_id, own)
    ]


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
