"""Seats in the buses of groups, given in the transaction that gives seats in groups.

Whoever calls has locked the groups' rows: whatever changes who is in a group, or in which of its
buses, does so first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, case, func, select, update

from eventapp.accounts import audit
from eventapp.database import db
from eventapp.registration.models import Delegate, Delegation, Organisation
from eventapp.visits.busing import board
from eventapp.visits.models import Allocation, Bus, VisitGroup


def seat_in_buses(event_id: int, group_ids: Collection[int]) -> None:
    """Give everybody in these groups a bus, inside the transaction that has locked the groups.

    Nobody who has one changes it without need; who does has it in the change log.
    """
    seats, labels = _seats(group_ids)
    if not seats:
        return
    people: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    before: dict[int, int] = {}
    rows = db.session.execute(
        select(
            Allocation.group_id,
            Allocation.delegate_id,
            Allocation.bus_id,
            # Who is of no delegation belongs to those of the same office.
            case((Delegation.is_other, -Organisation.id), else_=Organisation.delegation_id),
        )
        .join(Delegate, Delegate.id == Allocation.delegate_id)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .where(Allocation.group_id.in_(seats))
    )
    for group_id, person, bus_id, party in rows:
        people[group_id].append((person, party))
        if bus_id is not None:
            before[person] = bus_id
    after: dict[int, int | None] = {}
    for group_id, inside in people.items():
        after |= board(inside, seats[group_id], before)
    changed = {who: bus for who, bus in after.items() if before.get(who) != bus}
    write_seats(changed.items())
    for who, bus in sorted(changed.items()):
        if who in before:
            pair = [labels.get(before[who]), labels.get(bus)]
            audit.record("seat", "delegate", who, event_id=event_id, changes={"bus": pair})


def put_into(event_id: int, wanted: Mapping[int, int]) -> None:
    """Put people (person → bus) into buses of the groups they are in, one after the other.

    Inside the transaction that has locked the groups. Whoever finds no seat left there stays where
    they are, and so does whoever is of another group.
    """
    buses = {
        bus.id: (bus, places_of(bus, capacity))
        for bus, capacity in db.session.execute(
            select(Bus, VisitGroup.capacity)
            .join(VisitGroup, VisitGroup.id == Bus.group_id)
            .where(Bus.id.in_(sorted(set(wanted.values()))))
        )
    }
    free = {id_: seats for id_, (_, seats) in buses.items()}
    for id_, number in db.session.execute(
        select(Bus.id, func.count())
        .join(Allocation, Allocation.bus_id == Bus.id)
        .where(Bus.id.in_(sorted(buses)))
        .group_by(Bus.id)
    ):
        free[id_] -= number
    rows = db.session.execute(
        select(Allocation.delegate_id, Allocation.group_id, Allocation.bus_id, Bus.label)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .where(Allocation.delegate_id.in_(sorted(wanted)))
    )
    seats = {row.delegate_id: row for row in rows}
    moved: dict[int, int] = {}
    for who, to in wanted.items():
        seat, bus = seats.get(who), buses.get(to)
        if seat is None or bus is None or bus[0].group_id != seat.group_id:
            continue
        if seat.bus_id == to or free[to] <= 0:
            continue
        free[to] -= 1
        if seat.bus_id in free:
            free[seat.bus_id] += 1
        moved[who] = to
        pair = [seat.label, bus[0].label]
        audit.record("seat", "delegate", who, event_id=event_id, changes={"bus": pair})
    write_seats(moved.items())


def places_of(bus: Bus, capacity: int) -> int:
    """How many delegates a bus takes: as many as its group has, where it does not say."""
    return capacity if bus.seats is None else bus.seats


def labels_of(group_ids: Collection[int]) -> dict[int, list[str]]:
    """What the buses of each group are called, in order."""
    labels: defaultdict[int, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(Bus.group_id, Bus.label)
        .where(Bus.group_id.in_(group_ids))
        .order_by(Bus.group_id, Bus.position, Bus.id)
    )
    for group_id, label in rows:
        labels[group_id].append(label)
    return labels


def _seats(group_ids: Collection[int]) -> tuple[dict[int, dict[int, int]], dict[int | None, str]]:
    """Of each group that has buses the seats of each, in order; and what buses are called."""
    seats: defaultdict[int, dict[int, int]] = defaultdict(dict)
    labels: dict[int | None, str] = {}
    rows = db.session.execute(
        select(Bus, VisitGroup.capacity)
        .join(VisitGroup, VisitGroup.id == Bus.group_id)
        .where(Bus.group_id.in_(group_ids))
        .order_by(Bus.group_id, Bus.position, Bus.id)
    )
    for bus, capacity in rows:
        seats[bus.group_id][bus.id] = places_of(bus, capacity)
        labels[bus.id] = bus.label
    return seats, labels


def write_seats(pairs: Iterable[tuple[int, int | None]]) -> None:
    """Put people into buses, or with None into none."""
    rows: list[dict[str, Any]] = [{"who": who, "to": bus} for who, bus in pairs]
    if rows:
        table = Allocation.__table__
        db.session.connection().execute(
            update(table)  # type: ignore[arg-type]
            .where(table.c.delegate_id == bindparam("who"))
            .values(bus_id=bindparam("to")),
            rows,
        )
