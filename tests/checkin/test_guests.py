"""Whoever is on the bus of another group is taken along, with their seat."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin.models import Device, Rights
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate, Status
from eventapp.visits.models import Allocation, SeatSource, VisitGroup
from tests.builders import build_delegate
from tests.checkin.entries import (
    attendance,
    build_device,
    discrepancies,
    earlier,
    entry,
    send,
    verdicts,
)
from tests.checkin.groups import build_leader, build_way, buses_of, seat, seat_of
from tests.visits.groups import taken


@pytest.fixture
def a(event: Event) -> dict[str, Any]:
    return build_way(event, "A", 3, [2, 1])


@pytest.fixture
def b(event: Event) -> dict[str, Any]:
    return build_way(event, "B", 2)


def leader_of(event: Event, way: dict[str, Any]) -> Device:
    return build_leader(event, way["departure"].group_id)


def tick(whose: Delegate | str, checkpoint: Any, *at: Any, **more: Any) -> dict[str, Any]:
    """A tick on a leader's list."""
    return entry(whose, checkpoint, *at, **{"source": "roll", **more})


def changes_of(delegate: Delegate) -> list[AuditEntry]:
    query = select(AuditEntry).filter_by(action="seat", subject_id=str(delegate.id))
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_a_guest_is_let_in_and_has_the_seat_there(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
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


def test_a_guest_without_any_seat(event: Event, a: dict[str, Any], b: dict[str, Any]) -> None:
    guest = build_delegate(event)
    assert verdicts(leader_of(event, a), tick(guest, a["departure"], guest=True)) == ["admitted"]
    assert seat_of(guest) == (a["departure"].group_id, "Xe 1")


def test_a_guest_takes_a_reserved_seat(event: Event, a: dict[str, Any], b: dict[str, Any]) -> None:
    group = db.session.get_one(VisitGroup, a["departure"].group_id)
    group.reserved = group.capacity
    db.session.commit()
    guest = build_delegate(event)
    send(leader_of(event, a), tick(guest, a["departure"], guest=True))
    assert seat_of(guest) == (group.id, "Xe 1")


def test_a_guest_of_a_full_group_is_let_in_and_keeps_their_seat(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    here, there = b["departure"].group_id, a["departure"].group_id
    seat(here, build_delegate(event), build_delegate(event))
    guest = build_delegate(event)
    seat(there, guest)
    [result] = send(leader_of(event, b), tick(guest, b["departure"], guest=True))
    assert (result.verdict, result.discrepancy) == ("admitted", "guest")
    assert attendance(b["departure"], guest) is not None
    assert seat_of(guest) == (there, "Xe 1")
    assert (taken(here), taken(there)) == (2, 1)
    assert [kind for kind, _ in discrepancies(event)] == ["guest"]


def test_a_guest_whose_seat_was_changed_since_keeps_it(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    """A phone that had no network sends what it saw before somebody decided otherwise."""
    guest = build_delegate(event)
    seat(b["departure"].group_id, guest)  # an hour ago
    late = tick(guest, a["departure"], earlier(90), guest=True)
    [result] = send(leader_of(event, a), late)
    assert (result.verdict, result.discrepancy) == ("admitted", "guest")
    assert seat_of(guest) == (b["departure"].group_id, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.CANCELLED, "cancelled"),
        (Status.PENDING, "not_approved"),
        (Status.WAITLISTED, "not_approved"),
    ],
)
def test_a_guest_who_does_not_come_is_refused(
    event: Event, a: dict[str, Any], b: dict[str, Any], status: Status, reason: str
) -> None:
    guest = build_delegate(event, status=status)
    assert verdicts(leader_of(event, a), tick(guest, a["departure"], guest=True)) == [reason]
    assert seat_of(guest) is None


def test_a_guest_whom_nobody_knows_is_refused(event: Event, a: dict[str, Any]) -> None:
    assert verdicts(leader_of(event, a), tick("0" * 12, a["departure"], guest=True)) == ["unknown"]


def test_a_leader_takes_along_on_their_own_bus_alone(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    guest = build_delegate(event)
    sent = tick(guest, b["departure"], guest=True)
    assert verdicts(leader_of(event, a), sent) == ["wrong_checkpoint"]
    assert seat_of(guest) is None


def test_who_is_of_another_group_and_no_guest_is_refused(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    other = build_delegate(event)
    seat(b["departure"].group_id, other)
    assert verdicts(leader_of(event, a), tick(other, a["departure"])) == ["wrong_checkpoint"]


@pytest.mark.parametrize("rights", [Rights.STEWARD, Rights.KIOSK])
def test_others_take_nobody_along(
    event: Event, a: dict[str, Any], b: dict[str, Any], rights: Rights
) -> None:
    guest, own = build_delegate(event), build_delegate(event)
    seat(b["departure"].group_id, guest)
    buses = buses_of(a["departure"].group_id)
    seat(a["departure"].group_id, own, bus=buses["Xe 1"])
    device = build_device(event, "Cửa 1", rights)
    sent = [
        tick(guest, a["departure"], guest=True),
        tick(own, a["departure"], bus=buses["Xe 2"].id),
    ]
    assert verdicts(device, *sent) == ["wrong_checkpoint", "admitted"]
    assert seat_of(guest) == (b["departure"].group_id, None)
    assert seat_of(own) == (a["departure"].group_id, "Xe 1")


def test_a_supervisor_takes_guests_along_too(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    guest = build_delegate(event)
    seat(b["departure"].group_id, guest)
    supervisor = build_device(event, "Cửa 1", Rights.SUPERVISOR)
    assert verdicts(supervisor, tick(guest, a["departure"], guest=True)) == ["admitted"]
    assert seat_of(guest) == (a["departure"].group_id, "Xe 1")


def test_an_undo_leaves_the_seat_where_it_is(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    guest = build_delegate(event)
    seat(b["departure"].group_id, guest)
    leader = leader_of(event, a)
    sent = tick(guest, a["departure"], guest=True)
    undo = entry("", a["departure"], kind="undo", undoes=sent["id"], note="Nhầm")
    assert verdicts(leader, sent, undo) == ["admitted", "admitted"]
    assert attendance(a["departure"], guest) is None
    assert seat_of(guest) == (a["departure"].group_id, "Xe 1")


def test_a_guest_who_was_taken_back_before_they_came_moves_nothing(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    guest = build_delegate(event)
    seat(b["departure"].group_id, guest)
    leader = leader_of(event, a)
    sent = tick(guest, a["departure"], guest=True)
    send(leader, entry("", a["departure"], kind="undo", undoes=sent["id"], note="Nhầm"))
    send(leader, sent)
    assert seat_of(guest) == (b["departure"].group_id, None)


def test_a_replay_moves_nothing(event: Event, a: dict[str, Any], b: dict[str, Any]) -> None:
    guest = build_delegate(event)
    leader = leader_of(event, a)
    sent = tick(guest, a["departure"], guest=True)
    first = send(leader, sent)
    seat(b["departure"].group_id, guest)
    assert send(leader, sent)[0].verdict == first[0].verdict
    assert seat_of(guest) == (b["departure"].group_id, None)
    assert discrepancies(event) == []


def test_one_of_the_group_is_put_into_the_bus_they_are_in(event: Event, a: dict[str, Any]) -> None:
    group_id = a["departure"].group_id
    buses = buses_of(group_id)
    own, other = build_delegate(event), build_delegate(event)
    seat(group_id, own, bus=buses["Xe 1"])
    leader = leader_of(event, a)
    [result] = send(leader, tick(own, a["departure"], bus=buses["Xe 2"].id))
    assert result.delegate["group"]["bus"] == "Xe 2"
    assert seat_of(own) == (group_id, "Xe 2")
    assert changes_of(own)[-1].changes == {"bus": ["Xe 1", "Xe 2"]}
    # It is full now: they are admitted all the same, and keep the bus they have.
    seat(group_id, other, bus=buses["Xe 1"])
    assert verdicts(leader, tick(other, a["departure"], bus=buses["Xe 2"].id)) == ["admitted"]
    assert seat_of(other) == (group_id, "Xe 1")


def test_a_bus_of_another_group_is_none(event: Event, a: dict[str, Any]) -> None:
    other = build_way(event, "C", 3, [3])
    own = build_delegate(event)
    seat(a["departure"].group_id, own)
    bus = buses_of(other["departure"].group_id)["Xe 1"]
    assert verdicts(leader_of(event, a), tick(own, a["departure"], bus=bus.id)) == ["admitted"]
    assert seat_of(own) == (a["departure"].group_id, "Xe 1")


def test_several_of_one_batch_and_the_last_seat(
    event: Event, a: dict[str, Any], b: dict[str, Any]
) -> None:
    """A seat that one leaves is another's; the last one takes the first who comes."""
    group_id = b["departure"].group_id
    seat(group_id, build_delegate(event), build_delegate(event))
    leader = build_leader(event, a["departure"].group_id, group_id)
    leaving = db.session.scalars(select(Delegate)).first()
    first, second = build_delegate(event), build_delegate(event)
    results = send(
        leader,
        tick(leaving, a["departure"], guest=True),
        tick(first, b["departure"], guest=True),
        tick(second, b["departure"], guest=True),
        tick(leaving, a["stop 1"]),  # of this group by now
    )
    assert [it.verdict for it in results] == ["admitted"] * 4
    assert [it.discrepancy for it in results] == [None, None, "guest", None]
    assert seat_of(first) == (group_id, None)
    assert (taken(group_id), taken(a["departure"].group_id)) == (2, 1)


def test_two_leaders_with_one_list_make_no_discrepancy(event: Event, a: dict[str, Any]) -> None:
    own = build_delegate(event)
    seat(a["departure"].group_id, own)
    first = build_leader(event, a["departure"].group_id, name="Trưởng nhóm")
    second = build_leader(event, a["departure"].group_id, name="Phó trưởng nhóm")
    sent = {"shown": "admitted"}
    assert verdicts(first, tick(own, a["departure"], **sent)) == ["admitted"]
    assert verdicts(second, tick(own, a["departure"], **sent)) == ["duplicate"]
    assert discrepancies(event) == []


def test_without_guests_nothing_more_is_asked(
    event: Event, a: dict[str, Any], count_queries: Callable[[], Any]
) -> None:
    people = [build_delegate(event) for _ in range(3)]
    seat(a["departure"].group_id, *people)
    steward, leader = build_device(event), leader_of(event, a)
    counts = []
    for device, whom in zip((steward, leader), people, strict=False):
        sent = tick(whom, a["departure"])
        with count_queries() as seen:
            send(device, sent)
        counts.append(len(seen))
    assert counts[1] == counts[0] + 1  # where it may scan
