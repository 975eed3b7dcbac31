"""Whoever is on the bus of another group is taken along, with their seat."""

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin.models import Device
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from eventapp.visits.models import Allocation, Bus, SeatSource
from tests.builders import build_delegate
from tests.checkin.entries import (
    attendance,
    discrepancies,
    entry,
    send,
)
from tests.checkin.groups import build_leader, build_way, seat, seat_of
from tests.visits.groups import taken


@pytest.fixture
def a(event: Event) -> dict[str, object]:
    return build_way(event, "A", 3, [2, 1])


@pytest.fixture
def b(event: Event) -> dict[str, object]:
    return build_way(event, "B", 2)


def leader_of(event: Event, way: dict) -> Device:
    return build_leader(event, way["departure"].group_id)


def changes_of(delegate: Delegate) -> list[AuditEntry]:
    query = select(AuditEntry).filter_by(action="seat", subject_id=str(delegate.id))
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def buses_of(group_id: int) -> dict[str, Bus]:
    rows = db.session.scalars(select(Bus).filter_by(group_id=group_id))
    return {it.label: it for it in rows}


def test_a_guest_is_let_in_and_has_the_seat_there(event: Event, a: dict, b: dict) -> None:
    guest = build_delegate(event)
    here, there = a["departure"].group_id, b["departure"].group_id
    seat(there, guest)
    leader = leader_of(event, a)
    bus = buses_of(here)["Xe 2"]
    [result] = send(leader, entry(guest, a["departure"], source="roll", guest=True, bus=bus.id))
    assert (result.verdict, result.reason, result.discrepancy) == ("admitted", None, None)
    assert result.delegate["group"]["letter"] == "A"
    assert result.delegate["group"]["bus"] == "Xe 2"
    assert seat_of(guest) == (here, "Xe 2")
    assert (taken(here), taken(there)) == (1, 0)
    row = db.session.get_one(Allocation, guest.id)
    assert row.source == SeatSource.GUEST
    logged = db.session.scalars(
        select(AuditEntry)
        .filter_by(action="seat", subject_id=str(guest.id))
        .order_by(AuditEntry.id)
    ).all()
    assert logged[1].changes == {"visit_group": ["B", "A"]}
    assert logged[1].actor == "device:Trưởng nhóm"
    assert attendance(a["departure"], guest) is not None
    assert discrepancies(event) == []
