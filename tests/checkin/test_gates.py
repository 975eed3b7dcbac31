"""Checkpoints' own rules: whose they are, whom they admit, how often, and which way."""

import pytest

from eventapp.checkin.models import CheckpointKind, Direction, Passage, Scan
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.builders import build_delegate
from tests.checkin.entries import (
    attendance,
    build_device,
    build_gate,
    earlier,
    entry,
    send,
    verdicts,
)


def test_a_device_scans_only_at_its_own_checkpoints(event: Event) -> None:
    own, other = build_gate(event), build_gate(event)
    device = build_device(event, "Cửa 1", "steward", own)
    delegate = build_delegate(event)
    assert verdicts(device, entry(delegate, own)) == ["admitted"]
    assert verdicts(device, entry(delegate, other)) == ["wrong_checkpoint"]
    assert attendance(other, delegate) is None
    # The log knows where it was all the same.
    assert db.session.query(Scan).filter_by(checkpoint_id=other.id).count() == 1


def test_only_some_categories_may_pass(event: Event) -> None:
    member, guest = event.categories
    gate = build_gate(event, categories=[guest])
    device = build_device(event)
    assert verdicts(device, entry(build_delegate(event, category=guest), gate)) == ["admitted"]
    refused = entry(build_delegate(event, category=member), gate)
    assert verdicts(device, refused) == ["wrong_checkpoint"]


def test_a_meal_admits_once_whoever_comes_on_its_day(event: Event) -> None:
    meal = build_gate(event, day=event.days[0])
    meal.kind = CheckpointKind.MEAL
    db.session.commit()
    device = build_device(event)
    today, tomorrow = (build_delegate(event, days=[day]) for day in event.days)
    assert verdicts(device, *(entry(today, meal) for _ in range(2))) == ["admitted", "duplicate"]
    assert verdicts(device, entry(tomorrow, meal)) == ["wrong_checkpoint"]


def test_many_times(event: Event) -> None:
    gate, delegate = build_gate(event, Passage.MANY), build_delegate(event)
    sent = [entry(delegate, gate, earlier(minutes)) for minutes in (5, 9, 1)]
    assert verdicts(build_device(event), *sent) == ["admitted"] * 3
    came = attendance(gate, delegate)
    assert came is not None
    assert came.first_read_at.isoformat() == sent[1]["read_at"]
    assert came.scan_id == sent[1]["id"]


def test_in_and_out(event: Event) -> None:
    gate, delegate = build_gate(event, Passage.IN_OUT), build_delegate(event)
    ways = ["out", "in", "in", "out", "out", "in"]
    sent = [
        entry(delegate, gate, earlier(9 - number), direction=way) for number, way in enumerate(ways)
    ]
    results = send(build_device(event), *sent)
    assert [it.verdict for it in results] == [
        "duplicate",
        "admitted",
        "duplicate",
        "admitted",
        "duplicate",
        "admitted",
    ]
    assert [it.direction for it in results] == [Direction(it) for it in ways]
    came = attendance(gate, delegate)
    assert came is not None
    assert (came.left_at, came.scan_id) == (None, sent[1]["id"])
    assert came.moved_at is not None and came.moved_at.isoformat() == sent[5]["read_at"]


@pytest.mark.parametrize("is_together", [True, False])
def test_who_went_out_is_out_though_it_is_learnt_first(event: Event, is_together: bool) -> None:
    gate, delegate = build_gate(event, Passage.IN_OUT), build_delegate(event)
    went = entry(delegate, gate, earlier(5), direction="out")
    came = entry(delegate, gate, earlier(9), direction="in")
    if is_together:
        assert verdicts(build_device(event), went, came) == ["duplicate", "admitted"]
    else:
        assert verdicts(build_device(event), went) == ["duplicate"]
        assert verdicts(build_device(event, "Cửa 2"), came) == ["admitted"]
    found = attendance(gate, delegate)
    assert found is not None
    assert found.first_read_at.isoformat() == came["read_at"]
    assert found.left_at is not None and found.left_at.isoformat() == went["read_at"]


def test_what_arrives_late_never_turns_it_back(event: Event) -> None:
    gate, delegate = build_gate(event, Passage.IN_OUT), build_delegate(event)
    device = build_device(event)
    send(
        device,
        entry(delegate, gate, earlier(9)),
        entry(delegate, gate, earlier(3), direction="out"),
    )
    late = entry(delegate, gate, earlier(6))
    assert verdicts(device, late) == ["admitted"]
    found = attendance(gate, delegate)
    assert found is not None and found.left_at is not None


def test_of_two_desks_the_earlier_time_counts_and_the_first_to_arrive_is_admitted(
    event: Event,
) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    second = entry(delegate, gate, earlier(5))
    first = entry(delegate, gate, earlier(9))
    assert verdicts(build_device(event), second) == ["admitted"]
    (late,) = send(build_device(event, "Cửa 2"), first)
    assert late.verdict == "duplicate"
    assert late.first_read_at is not None and late.first_read_at.isoformat() == first["read_at"]
    found = attendance(gate, delegate)
    assert found is not None
    assert found.first_read_at.isoformat() == first["read_at"]


def test_opening_times_go_by_when_it_was_not_by_when_it_arrives(event: Event) -> None:
    gate = build_gate(event, opens_at=earlier(20), closes_at=earlier(10))
    device = build_device(event)
    times = [earlier(21), earlier(15), earlier(5)]
    sent = [entry(build_delegate(event), gate, at) for at in times]
    assert verdicts(device, *sent) == ["not_open", "admitted", "not_open"]
    # A clock that is an hour slow, and says so.
    slow = entry(
        build_delegate(event),
        gate,
        earlier(75),
        offset_ms=60 * 60 * 1000,
    )
    assert verdicts(device, slow) == ["admitted"]
