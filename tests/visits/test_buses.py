"""Seats in buses: given with seats in groups, by hand, and again when the buses change."""

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.extensions import db
from eventapp.registration.models import Delegation, Organisation
from eventapp.visits import bus_moves, service, sites
from eventapp.visits.models import Allocation, Bus
from eventapp.visits.plans import BusData, StopData
from tests.builders import at, build_delegate
from tests.conftest import post
from tests.visits.groups import build_group, chosen

INDEX = "/manage/hoi-nghi/visits"


def in_buses():
    """Delegate → what their bus is called."""
    db.session.rollback()
    rows = db.session.query(Allocation.delegate_id, Bus.label).outerjoin(
        Bus, Bus.id == Allocation.bus_id
    )
    return dict(rows.all())


def two_buses(event, seats=2, capacity=4):
    return build_group(
        event,
        "A",
        capacity,
        buses=[Bus(label="Xe 1", seats=seats), Bus(label="Xe 2", seats=seats, position=1)],
    )


def data_of(group, **changes):
    buses = [BusData(label=it.label, id=it.id, seats=it.seats) for it in group.buses]
    values = {"site_id": group.site_id, "letter": group.letter, "capacity": group.capacity}
    return sites.GroupData(**{**values, "buses": buses, **changes})


def test_who_gets_a_seat_gets_a_bus_with_their_delegation(event):
    group_id = two_buses(event).id
    offices = [it.organisations[0] for it in event_delegations(event)]
    first = [build_delegate(event, organisation=offices[0]).id for _ in range(2)]
    second = [build_delegate(event, organisation=offices[1]).id for _ in range(2)]
    service.assign(event, group_id, chosen(first[0], second[0]))
    service.assign(event, group_id, chosen(first[1], second[1]))
    seated = in_buses()
    assert {seated[it] for it in first} == {"Xe 1"} or {seated[it] for it in first} == {"Xe 2"}
    assert sorted(seated.values()) == ["Xe 1", "Xe 1", "Xe 2", "Xe 2"]


def test_who_is_of_no_delegation_sits_with_their_office(event):
    group_id = two_buses(event, seats=3, capacity=6).id
    other = db.session.query(Delegation).filter_by(event_id=event.id, is_other=True).one()
    offices = [
        Organisation(
            delegation_id=other.id, name=name, name_folded=name, sort_key=name, is_typed=True
        )
        for name in ("a", "b")
    ]
    db.session.add_all(offices)
    db.session.commit()
    people = {
        it.id: [build_delegate(event, organisation=it).id for _ in range(2)] for it in offices
    }
    service.assign(event, group_id, chosen(*(it for both in people.values() for it in both)))
    seated = in_buses()
    assert [len({seated[it] for it in both}) for both in people.values()] == [1, 1]
    assert len(set(seated.values())) == 2


def event_delegations(event):
    return db.session.query(Delegation).filter_by(event_id=event.id, is_other=False).all()


def test_who_leaves_makes_room_for_whoever_has_no_bus(event):
    group_id = two_buses(event, seats=1, capacity=3).id
    people = [build_delegate(event).id for _ in range(3)]
    service.assign(event, group_id, chosen(*people))
    assert sorted(map(str, in_buses().values())) == ["None", "Xe 1", "Xe 2"]
    out = next(it for it, bus in in_buses().items() if bus == "Xe 1")
    service.remove(event, [out])
    assert sorted(in_buses().values()) == ["Xe 1", "Xe 2"]


def test_a_bus_of_no_number_takes_as_many_as_the_group(event):
    group_id = build_group(event, "A", 3, bus="Xe 1").id
    service.assign(event, group_id, chosen(*(build_delegate(event).id for _ in range(3))))
    assert set(in_buses().values()) == {"Xe 1"}


def test_who_takes_over_a_seat_takes_over_the_bus(event):
    group_id = two_buses(event).id
    person, other = build_delegate(event).id, build_delegate(event).id
    service.assign(event, group_id, chosen(person))
    bus = in_buses()[person]
    service.hand_over_seat(event.id, person, other)
    db.session.commit()
    assert in_buses() == {other: bus}


def test_move_to_another_bus_by_hand(event):
    group = two_buses(event)
    group_id, second = group.id, group.buses[1].id
    person = build_delegate(event).id
    service.assign(event, group_id, chosen(person))
    assert in_buses() == {person: "Xe 1"}
    assert bus_moves.move_to_bus(event.id, group_id, second, [person]) == 1
    assert in_buses() == {person: "Xe 2"}
    # It stays so when others come and go.
    service.assign(event, group_id, chosen(build_delegate(event).id))
    assert in_buses()[person] == "Xe 2"
    entry = db.session.query(AuditEntry).filter_by(action="seat", subject_id=str(person)).all()[-1]
    assert entry.changes == {"bus": ["Xe 1", "Xe 2"]}


def test_a_full_bus_takes_nobody_by_hand(event):
    group = two_buses(event, seats=1, capacity=2)
    group_id, second = group.id, group.buses[1].id
    people = [build_delegate(event).id for _ in range(2)]
    service.assign(event, group_id, chosen(*people))
    before = in_buses()
    with pytest.raises(bus_moves.BusFull) as refused:
        bus_moves.move_to_bus(event.id, group_id, second, people)
    assert (refused.value.asked, refused.value.left) == (1, 0)
    assert in_buses() == before


def test_a_bus_of_another_group_is_none_of_this(event):
    group_id = two_buses(event).id
    other = build_group(event, "B", bus="Xe 9").buses[0].id
    with pytest.raises(bus_moves.BusNotFound):
        bus_moves.move_to_bus(event.id, group_id, other, [])


def test_who_is_not_in_the_group_is_not_moved(event):
    group = two_buses(event)
    with pytest.raises(bus_moves.NotInGroup):
        bus_moves.move_to_bus(event.id, group.id, group.buses[0].id, [build_delegate(event).id])


def test_a_bus_that_goes_leaves_its_people_to_the_others(event):
    group = two_buses(event)
    people = [build_delegate(event).id for _ in range(3)]
    service.assign(event, group.id, chosen(*people))
    kept = group.buses[1]
    data = data_of(group, buses=[BusData(label="Xe 2", id=kept.id, seats=4)])
    sites.change_group(event.id, group.id, data)
    assert set(in_buses().values()) == {"Xe 2"}


def test_buses_change_their_names_with_each_other(event):
    group = two_buses(event)
    person = build_delegate(event).id
    service.assign(event, group.id, chosen(person))
    first, second = group.buses
    swapped = [BusData("Xe 2", first.id, seats=2), BusData("Xe 1", second.id, seats=2)]
    sites.change_group(event.id, group.id, data_of(group, buses=swapped))
    assert in_buses() == {person: "Xe 2"}


def test_two_buses_of_one_name_are_refused(event):
    group = build_group(event, "A")
    with pytest.raises(sites.LabelTaken):
        sites.change_group(
            event.id, group.id, data_of(group, buses=[BusData("Xe 1"), BusData("Xe 1")])
        )


def test_the_change_log_tells_of_buses_drivers_and_stops(event):
    group = two_buses(event)
    buses = [BusData("Xe 1", group.buses[0].id, "99B-1", 2, "Lê Lái", "+84912345678")]
    stops = [StopData("Cổng làng", "Gate", at(event.days[1].date, 9))]
    sites.change_group(event.id, group.id, data_of(group, buses=buses, stops=stops))
    changes = db.session.query(AuditEntry).filter_by(action="change").one().changes
    assert changes["buses"] == [["Xe 1 · 2", "Xe 2 · 2"], ["Xe 1 · 99B-1 · 2"]]
    assert changes["drivers"] == [[], ["Xe 1: Lê Lái +84912345678"]]
    assert "Cổng làng" in changes["stops"][1][0]
    # What is as it was is no change.
    sites.change_group(event.id, group.id, data_of(group, buses=buses, stops=stops))
    assert db.session.query(AuditEntry).filter_by(action="change").count() == 1


def test_the_page_moves_people_to_another_bus(organiser, event):
    group = two_buses(event)
    group_id, second = group.id, group.buses[1].id
    person = build_delegate(event).id
    service.assign(event, group_id, chosen(person))
    page = f"{INDEX}/groups/{group_id}?lang=en"
    sent = {"bus": second, "ids": [person]}
    answer = post(organiser, f"{INDEX}/groups/{group_id}/bus", sent, form_at=page)
    assert answer.status_code == 302
    assert in_buses() == {person: "Xe 2"}
    assert "Put into another bus: 1." in organiser.get(page).text


def test_the_page_says_why_nobody_was_moved(organiser, event):
    group = two_buses(event, seats=1, capacity=2)
    group_id, second = group.id, group.buses[1].id
    people = [build_delegate(event).id for _ in range(2)]
    service.assign(event, group_id, chosen(*people))
    for sent, said in (
        ({"bus": second, "ids": people}, "Xe 2: seats left 0, asked for 1. Nobody was moved."),
        ({"bus": 999, "ids": people}, "The group no longer has this bus."),
        ({"bus": second}, "Nobody was chosen."),
    ):
        page = f"{INDEX}/groups/{group_id}?lang=en"
        post(organiser, f"{INDEX}/groups/{group_id}/bus?lang=en", sent, form_at=page)
        assert said in organiser.get(page).text
