"""Groups with buses and stops, their checkpoints, and leaders' devices. Each function commits."""

from collections.abc import Sequence

from sqlalchemy import select

from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Checkpoint, Device, Leg, Rights
from eventapp.checkin.ways import make_legs
from eventapp.database import transaction
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from eventapp.visits import boarding
from eventapp.visits import service as visits
from eventapp.visits.models import Allocation, Bus, Stop, VisitGroup
from tests.checkin.entries import earlier
from tests.visits.groups import build_group


def build_way(
    event: Event,
    letter: str = "A",
    capacity: int = 4,
    buses: Sequence[int | None] = (),
    stops: int = 1,
) -> dict[str, Checkpoint]:
    """A group with buses of so many seats and so many stops; its checkpoints by what they are:
    ``departure``, ``stop 1``, …, ``return``."""
    group = build_group(
        event,
        letter,
        capacity,
        buses=[Bus(label=f"Xe {i}", seats=it, position=i) for i, it in enumerate(buses, 1)],
        stops=[Stop(name=f"Điểm {i}", position=i) for i in range(1, stops + 1)],
        departs_at=earlier(60),
    )
    make_legs(event)
    return way_of(group.id)


def way_of(group_id: int) -> dict[str, Checkpoint]:
    """The checkpoints of a group, by what they are."""
    db.session.rollback()
    found = db.session.scalars(
        select(Checkpoint)
        .outerjoin(Stop, Stop.id == Checkpoint.stop_id)
        .where(Checkpoint.group_id == group_id)
        .order_by(Stop.position)
    )
    way, stops = {}, 0
    for it in found:
        stops += it.leg == Leg.STOP
        way[f"stop {stops}" if it.leg == Leg.STOP else str(it.leg)] = it
    return way


def seat(group: VisitGroup | int, *people: Delegate, bus: Bus | None = None) -> None:
    """Give people seats in a group an hour ago, in one of its buses."""
    group_id = group if isinstance(group, int) else group.id
    with transaction():
        event_id = people[0].event_id
        ids = [it.id for it in people]
        visits.lock(event_id, sorted(ids))
        visits.move(
            event_id,
            dict.fromkeys(ids, group_id),
            visits.seats_of(ids),
            seated_at=dict.fromkeys(ids, earlier(60)),
        )
        if bus is not None:
            boarding.put_into(event_id, dict.fromkeys(ids, bus.id))


def seat_of(delegate: Delegate) -> tuple[int, str | None] | None:
    """(group, label of the bus) of somebody, as the tables have it now."""
    db.session.rollback()
    row = db.session.get(Allocation, delegate.id)
    return None if row is None else (row.group_id, row.bus.label if row.bus else None)


def buses_of(group_id: int) -> dict[str, Bus]:
    """The buses of a group by their labels."""
    return {it.label: it for it in db.session.scalars(select(Bus).filter_by(group_id=group_id))}


def build_leader(event: Event, *groups: VisitGroup | int, name: str = "Trưởng nhóm") -> Device:
    """The device of whoever leads these groups."""
    ids = [it if isinstance(it, int) else it.id for it in groups]
    return create_device(event, name, rights=Rights.LEADER, group_ids=ids).device
