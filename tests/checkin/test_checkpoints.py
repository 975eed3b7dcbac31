"""Checkpoints: by form, or from the programme in one step."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin import checkpoints, devices, ways
from eventapp.checkin.checkpoints import CheckpointData, all_checkpoints, make_checkpoints
from eventapp.checkin.models import Checkpoint, CheckpointKind, Leg, Passage
from eventapp.events.models import Category, Event
from eventapp.extensions import db
from eventapp.programme.models import Session, SessionKind
from eventapp.visits.models import Stop, VisitGroup
from tests.builders import at, build_delegate, build_event
from tests.checkin.phone import Phone
from tests.conftest import post
from tests.registration.filled import classes


def add_meal(event: Event, title: str, hour: int, day: int = 0) -> Session:
    meal = Session(
        event_id=event.id,
        day=event.days[day],
        kind=SessionKind.MEAL,
        title=title,
        title_en="Lunch" if hour < 15 else "Dinner",
        starts_at=at(event.days[day].date, hour),
        ends_at=at(event.days[day].date, hour + 1),
        uid=f"{title}-{day}@eventapp",
    )
    db.session.add(meal)
    db.session.commit()
    return meal


def add_group(event: Event, **values: Any) -> VisitGroup:
    group = VisitGroup(
        event_id=event.id, site_id=event.sites[0].id, letter="A", capacity=9, **values
    )
    db.session.add(group)
    db.session.commit()
    return group


def kinds(event: Event) -> list[str]:
    return [it.kind for it in all_checkpoints(event.id)]


# --- From the programme --------------------------------------------------------------------------


def test_doors_classes_meals_and_buses_in_one_step(event: Event) -> None:
    add_meal(event, "Ăn trưa", 12)
    add_meal(event, "Ăn tối", 18)
    add_meal(event, "Ăn trưa", 12, day=1)
    add_group(event)
    assert make_checkpoints(event) == 8
    assert kinds(event) == ["door"] * 2 + ["training"] * 2 + ["meal"] * 3 + ["bus"]
    names = [it.name for it in all_checkpoints(event.id) if it.kind == "meal"]
    assert names == ["Ăn trưa (26/11)", "Ăn tối (26/11)", "Ăn trưa (27/11)"]
    assert all(it.passage == Passage.ONCE for it in all_checkpoints(event.id))
    assert all(it.opens_at is None for it in all_checkpoints(event.id))


def test_done_again_nothing_is_added_and_what_is_there_stays(event: Event) -> None:
    make_checkpoints(event)
    first = all_checkpoints(event.id)[0]
    first.name, first.passage = "Cổng Đông", Passage.IN_OUT
    db.session.commit()
    assert make_checkpoints(event, with_times=True) == 0
    assert all_checkpoints(event.id)[0].name == "Cổng Đông"
    assert all_checkpoints(event.id)[0].opens_at is None
    add_meal(event, "Ăn trưa", 12)
    assert make_checkpoints(event, with_times=True) == 1


def test_opening_times_are_those_of_the_programme(event: Event) -> None:
    """The classes are from 13:30 to 16:30 of the first day, which goes on until 17:00."""
    event.days[0].closes_at = time(17)
    meal = add_meal(event, "Ăn trưa", 12)
    add_group(event, departs_at=at(event.days[1].date, 8))
    make_checkpoints(event, with_times=True)
    day = event.days[0].date
    found = {it.kind: (it.opens_at, it.closes_at) for it in reversed(all_checkpoints(event.id))}
    assert found["door"] == (at(day, 10), at(day, 17))
    assert found["training"] == (at(day, 12, 45), at(day, 16, 30))
    assert found["meal"] == (at(day, 11, 30), at(day, 13, 30))
    assert found["bus"] == (at(event.days[1].date, 7), None)  # a bus may be late
    assert meal.day_id == event.days[0].id


def test_a_day_of_which_nothing_is_known_is_open_at_all_times(event: Event) -> None:
    make_checkpoints(event, with_times=True)
    second = all_checkpoints(event.id)[1]
    assert (second.opens_at, second.closes_at) == (None, None)


def test_a_bus_whose_time_is_not_known_is_open_at_all_times(event: Event) -> None:
    add_group(event)
    make_checkpoints(event, with_times=True)
    assert all_checkpoints(event.id)[-1].opens_at is None


def test_nobody_eats_a_meal_twice(client: FlaskClient, event: Event) -> None:
    add_meal(event, "Ăn trưa", 12)
    add_meal(event, "Ăn tối", 18)
    make_checkpoints(event)
    lunch, dinner = (it.id for it in all_checkpoints(event.id) if it.kind == "meal")
    delegate = build_delegate(event)
    phone = Phone(client, event)
    verdicts = [phone.scan(it, delegate.code)["verdict"] for it in (lunch, lunch, dinner)]
    assert verdicts == ["admitted", "duplicate", "admitted"]


def test_two_organisers_at_once_make_each_once(app: Flask, event: Event) -> None:
    event_id = event.id
    db.session.remove()
    start, added = threading.Barrier(4), []

    def make() -> None:
        with app.app_context():
            found = db.session.get_one(Event, event_id)
            start.wait(timeout=30)
            added.append(make_checkpoints(found))
            db.session.remove()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert sorted(added) == [0, 0, 0, 4]
    assert db.session.scalar(select(func.count(Checkpoint.id))) == 4


def test_by_the_button(organiser: FlaskClient, event: Event) -> None:
    add_meal(event, "Ăn trưa", 12)
    address = f"/manage/{event.slug}/checkpoints"
    answer = post(organiser, f"{address}/programme?lang=en", {"with_times": "y"}, form_at=address)
    assert answer.status_code == 302
    page = organiser.get(f"{address}?lang=en").text
    assert "Checkpoints added: 5." in page
    assert "Lunch (26/11)" in page
    assert all_checkpoints(event.id)[0].opens_at is not None
    post(organiser, f"{address}/programme?lang=en", {}, form_at=address)
    assert "are there already" in organiser.get(f"{address}?lang=en").text


# --- One by one ----------------------------------------------------------------------------------

DOOR = {"name": "Cổng Đông", "kind": "door", "passage": "in_out"}


def new(client: FlaskClient, event: Event, **values: Any) -> Any:
    given = {"day_id": 0, "session_id": 0, "group_id": 0, **DOOR, **values}
    return post(client, f"/manage/{event.slug}/checkpoints/new?lang=en", given)


def test_a_checkpoint_by_form(organiser: FlaskClient, event: Event) -> None:
    answer = new(
        organiser,
        event,
        name_en="East gate",
        day_id=event.days[0].id,
        category_ids=[event.categories[1].id],
        opens_at="2026-11-26T06:30",
        closes_at="2026-11-26T18:00",
    )
    assert answer.status_code == 302
    found = db.session.scalars(select(Checkpoint)).one()
    assert (found.kind, found.name, found.name_en) == ("door", "Cổng Đông", "East gate")
    assert (found.day_id, found.passage) == (event.days[0].id, Passage.IN_OUT)
    assert [it.id for it in found.categories] == [event.categories[1].id]
    assert found.opens_at == datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # 6:30 in Vietnam
    page = organiser.get(f"/manage/{event.slug}/checkpoints?lang=en").text
    for word in ("East gate", "Guest", "In and out", "Comes on", "inside: 0"):
        assert word in page


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"name": ""}, "Enter a name, for example Main door."),
        ({"kind": "window"}, "Choose one of the list."),
        ({"kind": "training"}, "Choose the class."),
        ({"kind": "bus"}, "Choose the visit group."),
        ({"passage": "never"}, "Choose one of the list."),
        ({"day_id": 999_999}, "Choose one of the list."),
        ({"session_id": 999_999}, "Choose one of the list."),
        ({"category_ids": [999_999]}, "Choose one of the list."),
        (
            {"opens_at": "2026-11-26T09:00", "closes_at": "2026-11-26T08:00"},
            "Enter a time after the one from which it is open.",
        ),
    ],
)
def test_what_makes_no_checkpoint(
    organiser: FlaskClient, event: Event, values: dict[str, Any], word: str
) -> None:
    answer = new(organiser, event, **values)
    assert answer.status_code == 422
    assert word in answer.text
    assert kinds(event) == []


def test_each_kind_keeps_only_what_it_asks_for(event: Event) -> None:
    group, session, day = add_group(event).id, classes(event)[0].id, event.days[0].id
    everything = {"day_id": day, "session_id": session, "group_id": group}
    found = [
        checkpoints.add(event, CheckpointData(kind, "x", **everything)) for kind in CheckpointKind
    ]
    assert [(it.day_id, it.session_id, it.group_id) for it in found] == [
        (day, None, None),
        (None, session, None),
        (day, session, None),
        (None, None, group),
    ]


def test_what_is_another_events_is_not_chosen(event: Event) -> None:
    other = build_event("su-kien-khac")
    for field, values in {
        "day_id": (CheckpointKind.DOOR, other.days[0].id),
        "session_id": (CheckpointKind.TRAINING, classes(other)[0].id),
        "group_id": (CheckpointKind.BUS, add_group(other).id),
    }.items():
        with pytest.raises(checkpoints.WrongChoice) as error:
            checkpoints.add(event, CheckpointData(values[0], "x", **{field: values[1]}))
        assert error.value.field == field
    data = CheckpointData(CheckpointKind.DOOR, "x", category_ids=[other.categories[0].id])
    with pytest.raises(checkpoints.WrongChoice) as error:
        checkpoints.add(event, data)  # with no category it would be for all
    assert error.value.field == "category_ids"


def test_a_checkpoint_is_changed_and_the_log_says_so(organiser: FlaskClient, event: Event) -> None:
    make_checkpoints(event)
    first = all_checkpoints(event.id)[0]
    address = f"/manage/{event.slug}/checkpoints/{first.id}"
    assert first.name in organiser.get(address).text
    given = {**DOOR, "day_id": event.days[1].id, "session_id": 0, "group_id": 0}
    assert post(organiser, address, given).status_code == 302
    db.session.rollback()
    assert (first.name, first.day_id) == ("Cổng Đông", event.days[1].id)
    entry = db.session.scalars(select(AuditEntry).filter_by(subject="checkpoint")).one()
    assert entry.changes["passage"] == ["once", "in_out"]


def test_where_people_were_scanned_it_guards_what_it_did(
    organiser: FlaskClient, event: Event
) -> None:
    make_checkpoints(event)
    first = all_checkpoints(event.id)[0]
    Phone(organiser, event).scan(first.id, "UNKNOWN")
    address = f"/manage/{event.slug}/checkpoints/{first.id}?lang=en"
    given = {**DOOR, "day_id": event.days[1].id, "session_id": 0, "group_id": 0}
    answer = post(organiser, address, given)
    assert "People were scanned here: what it is, its day" in answer.text
    db.session.rollback()
    assert first.name != "Cổng Đông"
    given["day_id"] = event.days[0].id  # name and passage may change
    assert post(organiser, address, given).status_code == 302


def test_a_checkpoint_without_scans_is_removed(organiser: FlaskClient, event: Event) -> None:
    make_checkpoints(event)
    first = all_checkpoints(event.id)[0]
    page = f"/manage/{event.slug}/checkpoints/{first.id}"
    assert post(organiser, f"{page}/remove", {}, form_at=page).status_code == 302
    assert len(kinds(event)) == 3


def test_a_checkpoint_with_scans_stays_and_that_is_said(
    organiser: FlaskClient, event: Event
) -> None:
    make_checkpoints(event)
    first = all_checkpoints(event.id)[0]
    Phone(organiser, event).scan(first.id, "UNKNOWN")
    page = f"/manage/{event.slug}/checkpoints/{first.id}?lang=en"
    assert "People were scanned at this checkpoint, so it stays." in organiser.get(page).text
    post(organiser, page.replace("?", "/remove?"), {}, form_at=page)
    assert "so it stays" in organiser.get(f"/manage/{event.slug}/checkpoints?lang=en").text
    assert len(kinds(event)) == 4


def test_no_device_scans_everywhere_because_its_checkpoint_went(
    organiser: FlaskClient, event: Event
) -> None:
    make_checkpoints(event)
    first, second = all_checkpoints(event.id)[:2]
    alone = devices.create_device(event, "Chỉ cửa 1", checkpoint_ids=[first.id]).device
    devices.create_device(event, "Cả hai", checkpoint_ids=[first.id, second.id])
    with pytest.raises(checkpoints.OnlyOneOf) as error:
        checkpoints.remove(event, first.id)
    assert error.value.names == ["Chỉ cửa 1"]
    page = f"/manage/{event.slug}/checkpoints/{first.id}?lang=en"
    post(organiser, page.replace("?", "/remove?"), {}, form_at=page)
    shown = organiser.get(f"/manage/{event.slug}/checkpoints?lang=en").text
    assert "Devices scan nowhere else: Chỉ cửa 1." in shown
    devices.revoke(event, alone.id)
    checkpoints.remove(event, first.id)


def test_a_checkpoint_of_another_event_is_none_of_ours(
    organiser: FlaskClient, event: Event
) -> None:
    other = build_event("su-kien-khac")
    make_checkpoints(other)
    page = f"/manage/{event.slug}/checkpoints"
    theirs = f"{page}/{all_checkpoints(other.id)[0].id}"
    assert organiser.get(theirs).status_code == 404
    assert post(organiser, f"{theirs}/remove", {}, form_at=page).status_code == 404


def test_the_list_has_bounded_queries(
    organiser: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    def ask() -> int:
        with count_queries() as seen:
            assert organiser.get(f"/manage/{event.slug}/checkpoints").status_code == 200
        return len(seen)

    make_checkpoints(event)
    few = ask()
    for number in range(20):
        categories = [event.categories[number % 2].id]
        checkpoints.add(
            event, CheckpointData(CheckpointKind.DOOR, f"Cửa {number}", category_ids=categories)
        )
    assert ask() == few <= 14


def test_a_device_whose_checkpoints_are_gone_scans_nowhere(
    client: FlaskClient, event: Event
) -> None:
    make_checkpoints(event)
    door, *_, last = all_checkpoints(event.id)
    phone = Phone(client, event, checkpoint_ids=[last.id])
    db.session.delete(last)  # as by the removal of a class or a bus
    db.session.commit()
    result = phone.scan(door.id, build_delegate(event).code)
    assert (result["verdict"], result["reason"]) == ("refused", "wrong_checkpoint")
    assert phone.sync()["device"]["checkpoints"] == []
    assert (phone.passed, phone.last["counts"]) == ({}, {})


def test_a_device_is_not_made_for_checkpoints_that_are_not_there(event: Event) -> None:
    make_checkpoints(event)
    door = all_checkpoints(event.id)[0].id
    made = devices.create_device(event, "Cửa 1", checkpoint_ids=[door]).device
    for ids in ([999_999], [door, 999_999]):
        with pytest.raises(devices.NoSuchCheckpoint):
            devices.create_device(event, "Cửa 2", checkpoint_ids=ids)
        with pytest.raises(devices.NoSuchCheckpoint):
            devices.change(event, made.id, name="Cửa 1", rights=made.rights, checkpoint_ids=ids)
    devices.change(event, made.id, name="Cửa 1", rights=made.rights, checkpoint_ids=[])
    assert not made.is_restricted  # who says so


def test_what_is_removed_at_that_moment_is_said_beside_its_field(
    organiser: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    category = Category(event_id=event.id, name="Khách", colour="#aa0000", position=9)
    db.session.add(category)
    db.session.commit()
    gone, known, real = category.id, event.categories[0].id, checkpoints.add

    def add(event: Event, data: CheckpointData) -> Checkpoint:
        db.session.delete(db.session.get_one(Category, gone))
        db.session.commit()
        return real(event, data)

    monkeypatch.setattr(checkpoints, "add", add)
    answer = new(organiser, event, category_ids=[gone, known])
    assert answer.status_code == 422
    assert 'id="category_ids-errors' in answer.text
    assert "Choose one of the list." in answer.text
    assert 'value="Cổng Đông"' in answer.text  # what was typed is still there
    boxes = re.findall(r'<input[^>]*name="category_ids"[^>]*>', answer.text)
    assert [f'value="{gone}"' in it for it in boxes] == [False] * len(event.categories)
    assert [it for it in boxes if "checked" in it and f'value="{known}"' in it]
    assert kinds(event) == []


def test_a_checkpoint_whose_categories_are_gone_admits_nobody(
    client: FlaskClient, event: Event
) -> None:
    category = Category(event_id=event.id, name="Khách", colour="#aa0000", position=9)
    db.session.add(category)
    db.session.commit()
    data = CheckpointData(CheckpointKind.DOOR, "Cửa", category_ids=[category.id])
    door = checkpoints.add(event, data)
    db.session.delete(category)
    db.session.commit()
    phone = Phone(client, event)
    assert phone.scan(door.id, build_delegate(event).code)["reason"] == "wrong_checkpoint"
    assert phone.sync()["tables"]["checkpoints"][0]["categories"] == [0]
    checkpoints.change(event, door.id, CheckpointData(CheckpointKind.DOOR, "Cửa"))
    assert phone.scan(door.id, build_delegate(event).code)["verdict"] == "admitted"


# --- On the ways of groups -------------------------------------------------------------------


def add_way(event: Event, letter: str = "A", **values: Any) -> VisitGroup:
    stops = [Stop(name="Cổng làng", name_en="Gate", position=0), Stop(name="Nhà máy", position=1)]
    group = VisitGroup(
        event_id=event.id,
        site_id=event.sites[0].id,
        letter=letter,
        capacity=5,
        stops=stops,
        **{"departs_at": at(event.days[1].date, 8), **values},
    )
    db.session.add(group)
    db.session.commit()
    return group


def legs_of(event: Event) -> list[tuple[str, str, str | None]]:
    return [
        (it.group.letter, it.leg, it.stop.name if it.stop else None)
        for it in all_checkpoints(event.id)
        if it.group
    ]


WAY = [("departure", None), ("stop", "Cổng làng"), ("stop", "Nhà máy"), ("return", None)]


def test_the_plans_of_groups_make_their_checkpoints_in_order(event: Event) -> None:
    add_way(event, "B")
    make_checkpoints(event)  # with the departure of B
    add_way(event, "A")
    lacking = ways.lacking(event, "en")
    assert [(it.letter, len(it.names)) for it in lacking] == [("A", 4), ("B", 3)]
    assert "Group B – Gate" in lacking[1].names
    assert ways.make_legs(event) == 7
    assert legs_of(event) == [(letter, *leg) for letter in "AB" for leg in WAY]
    assert ways.lacking(event, "en") == []
    assert ways.make_legs(event) == 0
    doors = [it.kind for it in all_checkpoints(event.id)]
    assert doors[:2] == ["door", "door"]


def test_what_the_plans_make_opens_early_and_never_closes(event: Event) -> None:
    add_way(event)
    ways.make_legs(event)
    opens = at(event.days[1].date, 7)
    assert {(it.opens_at, it.closes_at) for it in all_checkpoints(event.id)} == {(opens, None)}


def test_a_group_that_departs_earlier_opens_its_checkpoints_earlier(event: Event) -> None:
    group = add_way(event)
    ways.make_legs(event)
    group.departs_at = at(event.days[1].date, 6)
    db.session.commit()
    assert [(it.letter, it.names) for it in ways.lacking(event, "vi")] == [("A", ())]
    assert ways.make_legs(event) == 0
    assert {it.opens_at for it in all_checkpoints(event.id)} == {at(event.days[1].date, 5)}
    group.departs_at = at(event.days[1].date, 9)  # later does no harm
    db.session.commit()
    assert ways.lacking(event, "vi") == []


def test_a_stop_that_is_added_lacks_its_checkpoint(event: Event) -> None:
    group = add_way(event)
    ways.make_legs(event)
    group.stops.append(Stop(name="Bảo tàng", position=2))
    db.session.commit()
    assert [it.names for it in ways.lacking(event, "vi")] == [("Nhóm A – Bảo tàng",)]
    assert ways.make_legs(event) == 1
    assert [name for _, _, name in legs_of(event)][1:4] == ["Cổng làng", "Nhà máy", "Bảo tàng"]


def test_the_page_makes_those_of_the_plans(event: Event, organiser: FlaskClient) -> None:
    page = f"/manage/{event.slug}/checkpoints"
    assert "/checkpoints/plans" not in organiser.get(page).text
    add_way(event)
    assert "Group A – Gate" in organiser.get(f"{page}?lang=en").text
    assert post(organiser, f"{page}/plans", {}, form_at=page).status_code == 302
    assert len(legs_of(event)) == 4
    assert "/checkpoints/plans" not in organiser.get(page).text


def test_a_stop_is_chosen_by_hand(event: Event, organiser: FlaskClient) -> None:
    group, other = add_way(event), add_way(event, "B")
    page = f"/manage/{event.slug}/checkpoints/new"
    typed = {"name": "Lên xe", "kind": "bus", "passage": "once", "group_id": group.id}
    typed |= {"day_id": 0, "session_id": 0}
    wrong = post(organiser, page, {**typed, "leg": f"stop:{other.stops[0].id}"})
    assert wrong.status_code == 422
    assert legs_of(event) == []
    assert post(organiser, page, {**typed, "leg": "stop:x"}).status_code == 422
    right = post(organiser, page, {**typed, "leg": f"stop:{group.stops[0].id}"})
    assert right.status_code == 302
    assert legs_of(event) == [("A", "stop", "Cổng làng")]
    [made] = all_checkpoints(event.id)
    address = f"/manage/{event.slug}/checkpoints/{made.id}"
    assert f'value="stop:{group.stops[0].id}"' in organiser.get(address).text
    assert post(organiser, address, {**typed, "leg": "return"}).status_code == 302
    assert legs_of(event) == [("A", "return", None)]
    assert post(organiser, address, {**typed, "kind": "door", "leg": "return"}).status_code == 302
    [made] = all_checkpoints(event.id)
    assert (made.kind, made.leg, made.stop_id) == ("door", "", None)


def test_a_leg_needs_its_stop(event: Event) -> None:
    group = add_way(event)
    data = CheckpointData(CheckpointKind.BUS, "Xe", group_id=group.id, leg=Leg.STOP)
    with pytest.raises(checkpoints.WrongChoice):
        checkpoints.add(event, data)
