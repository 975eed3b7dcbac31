"""The buses and stops of a group: how they are written, and what there is to say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventapp.database import db
from eventapp.events.models import Event, Site
from eventapp.visits.models import Bus, Stop, VisitGroup
from eventapp.visits.planning import Crowd, Visit, most_at_once


class StopInUse(Exception):
    """A stop that is to go has a checkpoint at which people were scanned. Names of those to go."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


@dataclass(frozen=True, slots=True)
class BusData:
    """One bus; ``id`` is that of one that the group has. ``driver_phone`` is E.164."""

    label: str
    id: int | None = None
    plate: str = ""
    seats: int | None = None
    driver_name: str = ""
    driver_phone: str = ""


@dataclass(frozen=True, slots=True)
class StopData:
    """One stop; ``id`` is that of one that the group has. Times are instants."""

    name: str
    name_en: str = ""
    arrives_at: datetime | None = None
    leaves_at: datetime | None = None
    id: int | None = None


def write_plan(
    group: VisitGroup, buses: Sequence[BusData], stops: Sequence[StopData]
) -> dict[str, Any]:
    """Make these the buses and stops of a group, in this order; what changed, for the change log.

    Within a transaction that has locked the group. Whoever sits in a bus that goes has none until
    seats are given anew (`boarding.seat_in_buses`). Raises StopInUse; IntegrityError for two buses
    of one label.
    """
    before = _described(group)
    _write_stops(group, stops)
    _write_buses(group, buses)
    after = _described(group)
    return {key: [before[key], after[key]] for key in after if before[key] != after[key]}


def _write_stops(group: VisitGroup, stops: Sequence[StopData]) -> None:
    """A stop that is known stays the same row, for its checkpoint and the rolls called there."""
    left = {it.id: it for it in group.stops}
    meant = {it.id for it in stops}
    by_name = {it.name: it.id for it in group.stops if it.id not in meant}
    rows = []
    for place, data in enumerate(stops):
        id_ = data.id if data.id in left else by_name.get(data.name)
        stop = left.pop(id_ or 0, None) or Stop()
        for name in ("name", "name_en", "arrives_at", "leaves_at"):
            if getattr(stop, name) != getattr(data, name):
                setattr(stop, name, getattr(data, name))
        stop.position = place
        rows.append(stop)
    group.stops = rows
    if left:
        names = [it.name for it in left.values()]
        try:
            db.session.flush()
        except IntegrityError:
            raise StopInUse(names) from None


def _write_buses(group: VisitGroup, buses: Sequence[BusData]) -> None:
    known = {it.id: it for it in group.buses}
    kept = {it.id for it in buses if it.id in known}
    labels = {it.id: it.label for it in buses}
    group.buses = [it for it in group.buses if it.id in kept]
    for bus in group.buses:
        if bus.label != labels[bus.id]:
            bus.label = f"~{bus.id}~"  # so that two may change theirs with each other
    if known:
        db.session.flush()
    rows = []
    for place, data in enumerate(buses):
        bus = known[data.id] if data.id in kept else Bus()
        bus.position, bus.label, bus.plate, bus.seats = place, data.label, data.plate, data.seats
        bus.driver_name, bus.driver_phone = data.driver_name, data.driver_phone
        rows.append(bus)
    group.buses = rows


def _described(group: VisitGroup) -> dict[str, list[str]]:
    """What the change log says of them, drivers apart: they are people."""
    return {
        "buses": [
            " · ".join(
                filter(None, (it.label, it.plate, "" if it.seats is None else f"{it.seats}"))
            )
            for it in group.buses
        ],
        "drivers": [
            f"{it.label}: {it.driver_name} {it.driver_phone}".rstrip()
            for it in group.buses
            if it.driver_name or it.driver_phone
        ],
        "stops": [
            " · ".join(
                filter(None, (it.name, it.name_en, _instant(it.arrives_at), _instant(it.leaves_at)))
            )
            for it in group.stops
        ],
    }


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def missing_seats(group: VisitGroup) -> int:
    """How many of a group's seats are in none of its buses; 0 also where there is no bus yet."""
    if not group.buses or any(it.seats is None for it in group.buses):
        return 0
    return max(0, group.capacity - sum(it.seats or 0 for it in group.buses))


def crowded(event: Event) -> dict[int, Crowd]:
    """Site → the most people who are there at one time, where that is more than may be.

    A group counts with all its seats, from its departure to its return or else the end of the day.
    """
    rows = db.session.execute(
        select(VisitGroup, Site.capacity)
        .join(Site, Site.id == VisitGroup.site_id)
        .where(
            VisitGroup.event_id == event.id,
            VisitGroup.departs_at.is_not(None),
            Site.capacity.is_not(None),
        )
    ).all()
    visits: dict[int, list[Visit]] = {}
    limits: dict[int, int] = {}
    for group, limit in rows:
        begins = group.departs_at
        if begins is None or limit is None:
            continue
        day = begins.astimezone(event.zone).date() + timedelta(days=1)
        ends = group.returns_at or datetime.combine(day, time(), event.zone)
        visits.setdefault(group.site_id, []).append(
            Visit(group.letter, begins, ends, group.capacity)
        )
        limits[group.site_id] = limit
    found = {site_id: most_at_once(there) for site_id, there in visits.items()}
    return {id_: it for id_, it in found.items() if it and it.people > limits[id_]}
