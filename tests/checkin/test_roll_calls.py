"""Rolls that leaders close: what is kept, what is refused, and which of them counts."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventapp.checkin import checkpoints, roll_calls
from eventapp.checkin.models import Rights
from eventapp.checkin.roll_call_models import RollCall
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.builders import build_delegate
from tests.checkin.entries import earlier
from tests.checkin.groups import build_way, buses_of
from tests.checkin.phone import Phone

Json = dict[str, Any]


@pytest.fixture
def way(event: Event) -> Json:
    return build_way(event, "A", 4, [2, 2])


@pytest.fixture
def leader(client: FlaskClient, event: Event, way: Json) -> Phone:
    return Phone(client, event, rights=Rights.LEADER, group_ids=[way["departure"].group_id])


def closed(checkpoint: Any, **more: Any) -> Json:
    return {
        "id": str(uuid.uuid4()),
        "checkpoint": checkpoint.id,
        "bus": None,
        "kind": "closed",
        "called_at": earlier(5).isoformat(),
        "present": 2,
        "missing": [],
        "guests": 0,
        **more,
    }


def send(phone: Phone, *calls: Any, **more: Any) -> list[Json]:
    answer = phone.call("roll-calls", {"roll_calls": list(calls), **more})
    assert answer.status_code == 200, answer.text
    results: list[Json] = answer.get_json()["results"]
    return results


def stored() -> list[RollCall]:
    db.session.rollback()
    return list(db.session.scalars(select(RollCall).order_by(RollCall.called_at, RollCall.id)))


def test_a_roll_that_is_closed_is_kept(event: Event, way: Json, leader: Phone) -> None:
    bus = buses_of(way["departure"].group_id)["Xe 1"]
    away, excused = build_delegate(event), build_delegate(event)
    missing = [[away.id, 0], [excused.id, 1]]
    sent = closed(way["departure"], bus=bus.id, missing=missing, guests=1)
    assert send(leader, sent) == [{"id": sent["id"], "outcome": "kept", "reason": None}]
    [row] = stored()
    assert (row.bus_id, row.present, row.missing, row.guests) == (bus.id, 2, missing, 1)
    assert row.device_id == leader.id
    assert row.called_at == datetime.fromisoformat(sent["called_at"])


def test_the_devices_clock_is_put_right(way: Json, leader: Phone) -> None:
    wrong = datetime(2020, 1, 1, 8, tzinfo=UTC)
    offset = (earlier(10) - wrong) // timedelta(milliseconds=1)
    known = closed(way["departure"], called_at=wrong.isoformat(), offset_ms=offset)
    unknown = closed(way["stop 1"], called_at=(wrong - timedelta(minutes=3)).isoformat())
    early = closed(way["return"], called_at=earlier(-60).isoformat())
    send(leader, known, unknown, early, sent_at=wrong.isoformat())
    rows = {it.id: it for it in stored()}
    assert abs(rows[known["id"]].called_at - earlier(10)) < timedelta(minutes=1)
    assert abs(rows[unknown["id"]].called_at - earlier(3)) < timedelta(minutes=1)
    # Nothing arrives before it has happened.
    assert rows[early["id"]].called_at == rows[early["id"]].received_at


def test_a_replay_is_no_second_one(way: Json, leader: Phone) -> None:
    sent = closed(way["departure"])
    assert send(leader, sent, sent) == send(leader, {**sent, "present": 99}) * 2
    [row] = stored()
    assert row.present == 2


def test_the_newest_counts(event: Event, way: Json, leader: Phone) -> None:
    bus = buses_of(way["departure"].group_id)["Xe 1"]
    first = closed(way["departure"], called_at=earlier(30).isoformat())
    again = closed(way["departure"], called_at=earlier(20).isoformat(), kind="reopened")
    of_bus = closed(way["departure"], called_at=earlier(40).isoformat(), bus=bus.id)
    # What happened first comes last.
    send(leader, again, first, of_bus)
    assert [(it.bus_id, it.kind) for it in roll_calls.newest(event.id)] == [
        (None, "reopened"),
        (bus.id, "closed"),
    ]
    told = {it["id"]: it for it in leader.sync()["rolls"]}
    assert set(told) == {again["id"], of_bus["id"]}
    assert told[of_bus["id"]] == {
        **{key: of_bus[key] for key in ("id", "kind", "present", "missing", "guests")},
        **{"checkpoint": way["departure"].id, "bus": bus.id},
        "called_at": of_bus["called_at"],
    }


def test_only_at_ones_own_checkpoints_and_buses(event: Event, way: Json, leader: Phone) -> None:
    other = build_way(event, "B", 4, [4])
    theirs = buses_of(other["departure"].group_id)["Xe 1"].id
    door = checkpoints.add(
        event, checkpoints.CheckpointData(checkpoints.CheckpointKind.DOOR, "Cửa")
    )
    calls = [
        closed(other["departure"]),
        closed(way["departure"], bus=theirs),
        closed(door),
        {**closed(door), "checkpoint": 999_999},
        {**closed(door), "checkpoint": "x"},
        closed(way["departure"]),
    ]
    results = send(leader, *calls)
    assert [it["reason"] for it in results] == ["wrong_checkpoint"] * 5 + [None]
    assert len(stored()) == 1
    supervisor = Phone(leader.client, event)
    assert [it["outcome"] for it in send(supervisor, closed(other["departure"]))] == ["kept"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x"},
        {"id": None},
        {"kind": "opened"},
        {"kind": None},
        {"called_at": "yesterday"},
        {"called_at": "2026-11-26T05:00:00"},
        {"present": -1},
        {"present": True},
        {"present": None},
        {"guests": "1"},
        {"bus": "1"},
        {"missing": None},
        {"missing": [[1]]},
        {"missing": [["1", 0]]},
        {"missing": [[1, 0]] * (roll_calls.MAX_PEOPLE + 1)},
    ],
)
def test_what_cannot_be_read_fails_alone(way: Json, leader: Phone, wrong: Json) -> None:
    bad, good = {**closed(way["departure"]), **wrong}, closed(way["departure"])
    first, second = send(leader, bad, good)
    assert (first["outcome"], first["reason"]) == ("refused", "unreadable")
    assert first["detail"]
    assert second == {"id": good["id"], "outcome": "kept", "reason": None}
    assert len(stored()) == 1


@pytest.mark.parametrize("what", [1, None, "x", [], {}])
def test_what_is_no_roll_call(way: Json, leader: Phone, what: Any) -> None:
    [result] = send(leader, what)
    assert (result["id"], result["reason"]) == (None, "unreadable")


@pytest.mark.parametrize("body", [{}, [], {"roll_calls": 1}])
def test_another_body(leader: Phone, body: Any) -> None:
    assert leader.call("roll-calls", body).status_code == 400


def test_too_many_at_once(way: Json, leader: Phone) -> None:
    calls = [closed(way["departure"]) for _ in range(roll_calls.MAX_BATCH + 1)]
    assert leader.call("roll-calls", {"roll_calls": calls}).status_code == 413
    assert stored() == []


def test_an_id_of_another_event(event: Event, way: Json, leader: Phone) -> None:
    from tests.builders import build_event

    sent = closed(way["departure"])
    send(leader, sent)
    other = build_event("su-kien-khac")
    elsewhere = build_way(other, "A")
    phone = Phone(
        leader.client,
        other,
        rights=Rights.LEADER,
        group_ids=[elsewhere["departure"].group_id],
    )
    [result] = send(phone, {**sent, "checkpoint": elsewhere["departure"].id})
    assert result["outcome"] == "refused"
    assert db.session.scalar(select(func.count()).select_from(RollCall)) == 1


def test_a_checkpoint_with_a_closed_roll_stays(event: Event, way: Json, leader: Phone) -> None:
    send(leader, closed(way["return"]))
    with pytest.raises(checkpoints.HasScans):
        checkpoints.remove(event, way["return"].id)
    checkpoints.remove(event, way["stop 1"].id)
