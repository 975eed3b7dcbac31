"""The control room: where buses are in their plans, who is missing, and who may see telephones."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp.accounts.models import User
from eventapp.accounts.permissions import Role
from eventapp.checkin import control, control_pages, control_words, devices, live, roll_calls
from eventapp.checkin.control import Phase, Unit
from eventapp.checkin.models import Device
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from eventapp.registration.service import cancel
from eventapp.visits.models import Stop, VisitGroup
from tests.builders import build_delegate
from tests.checkin.entries import earlier, entry, send
from tests.checkin.groups import build_leader, build_way, buses_of, seat


@pytest.fixture(autouse=True)
def _nothing_held() -> None:
    live.forget()


@pytest.fixture
def way(event: Event) -> dict[str, Any]:
    return build_way(event, "A", 4, [2, 2])


@pytest.fixture
def people(event: Event, way: dict[str, Any]) -> list[Delegate]:
    """Two in each bus."""
    found = [build_delegate(event, f"Người {i}", phone=f"+8491234567{i}") for i in range(4)]
    buses = buses_of(way["departure"].group_id)
    seat(way["departure"].group_id, *found[:2], bus=buses["Xe 1"])
    seat(way["departure"].group_id, *found[2:], bus=buses["Xe 2"])
    return found


@pytest.fixture
def leader(event: Event, way: dict[str, Any]) -> Device:
    return build_leader(event, way["departure"].group_id)


def tick(
    leader: Device, checkpoint: Any, *whom: Delegate, minutes: float = 30, **more: Any
) -> None:
    send(leader, *(entry(it, checkpoint, earlier(minutes), source="roll", **more) for it in whom))


def call(leader: Device, checkpoint: Any, minutes: float = 20, **more: Any) -> None:
    said = {
        "id": str(uuid.uuid4()),
        "checkpoint": checkpoint.id,
        "bus": None,
        "kind": "closed",
        "called_at": earlier(minutes).isoformat(),
        "present": 0,
        "missing": [],
        "guests": 0,
        **more,
    }
    [result] = roll_calls.record(leader, [said])
    assert result.outcome == "kept"


def units(event: Event) -> list[Unit]:
    snapshot = live.current(event.id)
    found = control.parties(
        snapshot.facts, snapshot.passed, snapshot.rolls, snapshot.devices, now()
    )
    return [unit for party in found for unit in party.units]


def names(people: Any) -> list[str]:
    return [it.name for it in people]


def test_a_bus_from_waiting_to_back(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    first, second = units(event)
    assert (first.phase, first.present, first.expected) == (Phase.WAITING, 0, 2)
    tick(leader, way["departure"], people[0], minutes=40)
    first, second = units(event)
    assert (first.phase, first.present, first.expected) == (Phase.BOARDING, 1, 2)
    assert names(first.awaited) == ["Người 1"]
    assert second.phase is Phase.WAITING
    call(leader, way["departure"], 35)
    first, second = units(event)
    assert (first.phase, names(first.missing)) == (Phase.GONE, ["Người 1"])
    assert (second.phase, names(second.missing)) == (Phase.GONE, ["Người 2", "Người 3"])
    tick(leader, way["stop 1"], people[0], minutes=25)
    first, _ = units(event)
    assert (first.phase, first.present, first.expected) == (Phase.BOARDING, 1, 1)
    assert first.here.stop is not None
    assert names(first.left_behind) == ["Người 1"]
    call(leader, way["stop 1"], 20)
    first, _ = units(event)
    assert (first.phase, first.missing) == (Phase.GONE, ())
    tick(leader, way["return"], people[0], minutes=10)
    call(leader, way["return"], 5)
    first, _ = units(event)
    assert first.phase is Phase.BACK


def test_who_boards_late_is_missing_no_more(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    tick(leader, way["departure"], people[0], minutes=40)
    call(leader, way["departure"], 35)
    tick(leader, way["departure"], people[1], minutes=20)
    first, _ = units(event)
    assert first.missing == ()
    assert [it.guest.name for it in first.late] == ["Người 1"]


def test_who_goes_their_own_way_is_not_looked_for(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    tick(leader, way["departure"], *people[:2], minutes=40)
    call(leader, way["departure"], 35)
    tick(leader, way["stop 1"], people[0], minutes=25)
    call(leader, way["stop 1"], 20, missing=[[people[1].id, 1]])
    first, _ = units(event)
    assert (first.missing, names(first.excused)) == ((), ["Người 1"])
    tick(leader, way["return"], people[0], minutes=10)
    first, _ = units(event)
    assert (first.present, first.expected) == (1, 1)


def test_each_bus_closes_its_own_roll_and_may_open_it_again(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    buses = buses_of(way["departure"].group_id)
    tick(leader, way["departure"], *people, minutes=40)
    call(leader, way["departure"], 35, bus=buses["Xe 1"].id)
    assert [it.phase for it in units(event)] == [Phase.GONE, Phase.BOARDING]
    call(leader, way["departure"], 30, bus=buses["Xe 1"].id, kind="reopened")
    assert [it.phase for it in units(event)] == [Phase.BOARDING, Phase.BOARDING]
    call(leader, way["departure"], 25)
    assert [it.phase for it in units(event)] == [Phase.GONE, Phase.GONE]


def test_a_guest_is_counted_where_they_are(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    other = build_way(event, "B", 1)
    full = build_delegate(event, "Người giữ chỗ")
    seat(other["departure"].group_id, full)
    second = build_leader(event, other["departure"].group_id, name="Trưởng nhóm B")
    tick(leader, way["departure"], people[0], minutes=40)
    call(leader, way["departure"], 35)
    # On the other bus, in which there is no seat for them.
    tick(second, other["departure"], people[1], guest=True, minutes=20)
    first, _, third = units(event)
    assert first.missing == ()
    assert names(third.guests) == ["Người 1"]


def test_what_is_overdue(event: Event, way: dict[str, Any], people: list[Delegate]) -> None:
    group = db.session.get_one(VisitGroup, way["departure"].group_id)
    for minutes, is_overdue in ((5, False), (11, True), (60 * 25, False)):
        group.departs_at = earlier(minutes)
        db.session.commit()
        live.forget()
        assert [it.overdue_since is not None for it in units(event)] == [is_overdue] * 2


def test_the_next_stop_is_overdue(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    stop = db.session.get_one(Stop, way["stop 1"].stop_id)
    stop.leaves_at = earlier(15)
    db.session.commit()
    tick(leader, way["departure"], *people, minutes=40)
    call(leader, way["departure"], 35)
    assert all(it.overdue_since == stop.leaves_at for it in units(event))
    call(leader, way["stop 1"], 5)
    assert all(it.overdue_since is None for it in units(event))


def test_the_totals_and_the_phones(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    tick(leader, way["departure"], people[0], minutes=40)
    call(leader, way["departure"], 35)
    leader.unsent, leader.reported_at, leader.last_seen_at = 3, now(), now()
    db.session.commit()
    snapshot = live.current(event.id)
    found = control.parties(
        snapshot.facts, snapshot.passed, snapshot.rolls, snapshot.devices, now()
    )
    totals = control.totals(found)
    assert (totals.missing, totals.buses_missing, totals.under_way) == (3, 2, 2)
    assert totals.unsent == 3
    assert [it.name for it in found[0].devices] == ["Trưởng nhóm"]
    devices.revoke(event, leader.id)
    live.forget()
    snapshot = live.current(event.id)
    assert not any(it.leads and not it.is_revoked for it in snapshot.devices)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_names_who_is_missing_with_their_telephone(
    event: Event,
    way: dict[str, Any],
    people: list[Delegate],
    leader: Device,
    sign_in: Callable[..., FlaskClient],
    language: str,
) -> None:
    tick(leader, way["departure"], people[0], minutes=40)
    call(leader, way["departure"], 35)
    page = sign_in(Role.ORGANISER, event).get(
        f"/manage/{event.slug}/visits/control?lang={language}"
    )
    assert page.status_code == 200
    said = {
        "vi": "Tổng cộng: thiếu 3 người trên 2 xe.",
        "en": "In all: 3 missing on 2 buses.",
    }[language]
    assert said in page.text
    assert "Người 1" in page.text
    assert "tel:+84912345671" in page.text


def test_a_leader_calls_only_their_own_people(
    event: Event,
    way: dict[str, Any],
    people: list[Delegate],
    leader: Device,
    sign_in: Callable[..., FlaskClient],
) -> None:
    call(leader, way["departure"], 35)
    other = build_way(event, "B", 1)
    client = sign_in(Role.LEADER, event)
    user = db.session.scalars(select(User)).one()
    db.session.get_one(VisitGroup, other["departure"].group_id).leader_user_id = user.id
    db.session.commit()
    page = client.get(f"/manage/{event.slug}/visits/control?lang=en")
    assert "Người 1" in page.text
    assert "tel:+84912345671" not in page.text
    db.session.get_one(VisitGroup, way["departure"].group_id).leader_user_id = user.id
    db.session.commit()
    assert "tel:+84912345671" in client.get(f"/manage/{event.slug}/visits/control").text


def test_the_live_answer_is_one_for_all_and_asks_nothing_more(
    app: Flask,
    event: Event,
    way: dict[str, Any],
    people: list[Delegate],
    leader: Device,
    count_queries: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "FRESH_FOR", 0.0)
    view = live.View(event.id, event.slug, control_pages.CONTROL, "en", ("*",))
    live.answer(view)
    before = live.answer(view)  # the first look after the start reads devices
    with count_queries() as seen:
        assert live.answer(view).tag == before.tag
    # Whether anything has changed.
    assert sum(it.startswith("SELECT") for it in seen) == 1
    call(leader, way["departure"], 35)
    after = json.loads(live.answer(view).body)
    assert "Departed" in str(after["slots"])
    assert "In all: 4 missing on 2 buses." in after["slots"]["totals"]
    nobodys = live.answer(live.View(event.id, event.slug, control_pages.CONTROL, "en", ()))
    assert b"tel:" not in nobodys.body


def test_who_has_cancelled_is_not_missing(
    event: Event, way: dict[str, Any], people: list[Delegate], leader: Device
) -> None:
    tick(leader, way["departure"], people[0], minutes=40)
    call(leader, way["departure"], 35)
    cancel(event, people[1].id)
    first, _ = units(event)
    assert first.missing == ()


def test_words_of_times_on_other_days(event: Event) -> None:
    today = now()
    said = control_words.when(today - timedelta(days=2), event.zone, today)
    assert "/" in said
    assert control_words.when(None, event.zone, today) == ""


def test_it_stands_among_the_pages_of_site_visits(
    organiser: FlaskClient, event: Event, way: dict[str, Any]
) -> None:
    page = organiser.get(f"/manage/{event.slug}/visits/control?lang=en").text
    current = re.findall(r'href="([^"]+)" aria-current="page">\s*<svg', page)
    assert set(current) == {f"/manage/{event.slug}/visits"}, current
