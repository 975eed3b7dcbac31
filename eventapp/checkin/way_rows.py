"""The ways of visit groups and the rolls that leaders called, read as `arrival_rows` does."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from eventapp.checkin.models import Device, Rights, device_group
from eventapp.checkin.roll_call_models import RollCall, RollCallKind
from eventapp.checkin.way_facts import BusFact, Roll, StopFact, Way
from eventapp.events.models import Site
from eventapp.visits.models import Bus, Stop, VisitGroup

_EVENT: Any = bindparam("event")
_GROUP: tuple[Any, ...] = (
    VisitGroup.id,
    VisitGroup.letter,
    VisitGroup.colour,
    Site.name,
    VisitGroup.departs_at,
    VisitGroup.returns_at,
    VisitGroup.leader_name,
    VisitGroup.leader_phone,
    VisitGroup.guide_name,
    VisitGroup.guide_phone,
)
_GROUPS = (
    select(*_GROUP)
    .join(Site, Site.id == VisitGroup.site_id)
    .where(VisitGroup.event_id == _EVENT)
    .order_by(func.length(VisitGroup.letter), VisitGroup.letter)
)
_BUS: tuple[Any, ...] = (
    Bus.group_id,
    Bus.id,
    Bus.label,
    Bus.plate,
    Bus.driver_name,
    Bus.driver_phone,
)
_BUSES = (
    select(*_BUS)
    .join(VisitGroup, VisitGroup.id == Bus.group_id)
    .where(VisitGroup.event_id == _EVENT)
    .order_by(Bus.group_id, Bus.position, Bus.id)
)
_STOP: tuple[Any, ...] = (Stop.group_id, Stop.id, Stop.name, Stop.name_en, Stop.leaves_at)
_STOPS = (
    select(*_STOP)
    .join(VisitGroup, VisitGroup.id == Stop.group_id)
    .where(VisitGroup.event_id == _EVENT)
    .order_by(Stop.group_id, Stop.position, Stop.id)
)
_ROLLS = (
    select(
        RollCall.id,
        RollCall.checkpoint_id,
        RollCall.bus_id,
        RollCall.kind,
        RollCall.called_at,
        RollCall.missing,
    )
    .where(RollCall.event_id == _EVENT)
    .order_by(RollCall.called_at, RollCall.id)
)
_is_leaders = Device.event_id == _EVENT, Device.rights == Rights.LEADER
_LEADS = (
    select(Device.id, device_group.c.group_id)
    .join(device_group, device_group.c.device_id == Device.id)
    .where(*_is_leaders)
    .union(
        select(Device.id, VisitGroup.id)
        .join(VisitGroup, VisitGroup.leader_user_id == Device.user_id)
        .where(*_is_leaders, VisitGroup.event_id == _EVENT)
    )
)


def ways(connection: Connection, event_id: int) -> tuple[Way, ...]:
    """The event's groups by letter."""
    given = {"event": event_id}
    groups = connection.execute(_GROUPS, given).all()
    if not groups:
        return ()
    buses: defaultdict[int, list[BusFact]] = defaultdict(list)
    for group_id, *bus in connection.execute(_BUSES, given):
        buses[group_id].append(BusFact(*bus))
    stops: defaultdict[int, list[StopFact]] = defaultdict(list)
    for group_id, *stop in connection.execute(_STOPS, given):
        stops[group_id].append(StopFact(*stop))
    return tuple(
        Way(
            group_id=row.id,
            letter=row.letter,
            colour=row.colour,
            site=row.name,
            departs_at=row.departs_at,
            returns_at=row.returns_at,
            leader=row.leader_name,
            leader_phone=row.leader_phone,
            guide=row.guide_name,
            guide_phone=row.guide_phone,
            buses=tuple(buses[row.id]),
            stops=tuple(stops[row.id]),
        )
        for row in groups
    )


def rolls(connection: Connection, event_id: int) -> tuple[tuple[Roll, ...], int]:
    """The roll calls that count, of each checkpoint and bus the newest, in their order; and how
    many there are of all."""
    found: dict[tuple[int, int | None], Roll] = {}
    rows = connection.execute(_ROLLS, {"event": event_id}).all()
    for row in rows:
        key = row.checkpoint_id, row.bus_id
        found.pop(key, None)
        found[key] = Roll(
            row.id,
            row.checkpoint_id,
            row.bus_id,
            row.kind == RollCallKind.CLOSED,
            row.called_at,
            frozenset(who for who, is_excused in row.missing if is_excused),
        )
    return tuple(found.values()), len(rows)


def leads(connection: Connection, event_id: int) -> dict[int, frozenset[int]]:
    """Leader's device → the groups whose roll it calls."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for device_id, group_id in connection.execute(_LEADS, {"event": event_id}):
        found[device_id].add(group_id)
    return {id_: frozenset(groups) for id_, groups in found.items()}
