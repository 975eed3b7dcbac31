"""Who has arrived of whom: rules on plain facts."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from eventapp.checkin import arrivals
from eventapp.checkin.arrivals import Body, Facts, Guest, Point, State
from eventapp.checkin.models import CheckpointKind, Passage
from eventapp.checkin.verdicts import Gate, Passed, Person
from eventapp.registration.models import Status

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EIGHT = datetime(2026, 11, 26, 1, tzinfo=UTC)


def point(id_=1, kind=CheckpointKind.DOOR, day=1, **more):
    gate = Gate(
        kind,
        more.pop("day_id", day),
        more.pop("session", None),
        more.pop("group", None),
        None,
        None,
        **more,
    )
    return Point(id_, f"Cửa {id_}", "", gate)


def guest(id_, body=1, status=Status.APPROVED, position="", **person):
    given = {"group_id": None, "day_ids": frozenset({1, 2}), **person}
    return Guest(id_, body, f"Người {id_}", position, "Sở", "+84912345678", Person(status, **given))


BODIES = (Body(1, "Bắc Ninh"), Body(2, "Điện Biên"))
DOOR = point()


def facts(*guests, points=(DOOR,), bodies=BODIES):
    return Facts(
        event_id=1,
        slug="hoi-nghi",
        created_at=EIGHT,
        zone=ZONE,
        days={1: date(2026, 11, 26), 2: date(2026, 11, 27)},
        points=tuple(points),
        bodies=bodies,
        guests=guests,
    )


def passed(**points):
    return {int(key[1:]): {id_: Passed(EIGHT) for id_ in ids} for key, ids in points.items()}


def first_tile(found, through, place="day-1"):
    return arrivals.tiles(found, through, found.place(place))[0]


def test_arrived_of_expected():
    found = facts(guest(1), guest(2), guest(3, body=2))
    board = arrivals.tiles(found, passed(p1=[1, 3]), found.place("day-1"))
    assert [(it.body.name, it.arrived, it.expected, it.state) for it in board] == [
        ("Bắc Ninh", 1, 2, State.SOME),
        ("Điện Biên", 1, 1, State.ALL),
    ]
    total = arrivals.total(board)
    assert (total.arrived, total.expected, total.complete, total.of) == (2, 3, 1, 2)


def test_nobody_expected_and_nobody_there_are_two_things():
    found = facts(guest(1))
    board = arrivals.tiles(found, {}, found.place("day-1"))
    assert [it.state for it in board] == [State.NONE, State.NOBODY]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.APPROVED, 1),
        (Status.PENDING, 1),
        (Status.CANCELLED, 0),
        (Status.REFUSED, 0),
        (Status.WAITLISTED, 0),
        (Status.OFFERED, 0),
    ],
)
def test_expected_is_whoever_is_coming(status, expected):
    assert first_tile(facts(guest(1, status=status)), {}).expected == expected


def test_who_comes_unexpected_is_told_apart_and_makes_no_delegation_complete():
    found = facts(guest(1), guest(2, day_ids=frozenset({2})), guest(3, status=Status.CANCELLED))
    tile = first_tile(found, passed(p1=[2, 3]))
    assert (tile.arrived, tile.expected, tile.extra, tile.state) == (0, 1, 2, State.NONE)


def test_whoever_went_out_again_has_arrived_and_is_not_inside():
    found = facts(guest(1), guest(2), points=[point(passage=Passage.IN_OUT)])
    through = {1: {1: Passed(EIGHT, left_at=EIGHT, moved_at=EIGHT), 2: Passed(EIGHT)}}
    assert first_tile(found, through).arrived == 2
    assert arrivals.inside(through, found.place("day-1")) == 1
    assert found.place("day-1").counts_both_ways


def test_several_doors_of_a_day_count_each_person_once():
    found = facts(guest(1), guest(2), points=[point(1), point(2), point(3, day=2)])
    through = passed(p1=[1], p2=[1, 2], p3=[1])
    assert first_tile(found, through).arrived == 2
    assert first_tile(found, through, "day-2").arrived == 1
    assert first_tile(found, through, "1").arrived == 1
    assert len(arrivals.first_times(through, found.place("day-1"))) == 2


def test_a_door_of_no_day_counts_on_the_day_on_which_somebody_came():
    found = facts(guest(1), guest(2), points=[point(day=None)])
    late = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)  # after midnight in Vietnam
    through = {1: {1: Passed(EIGHT), 2: Passed(late)}}
    assert first_tile(found, through).arrived == 1
    assert first_tile(found, through, "day-2").arrived == 1
    assert first_tile(found, through, "1").arrived == 2


def test_expected_follows_what_the_checkpoint_asks():
    found = facts(
        guest(1, session_ids=frozenset({7})),
        guest(2, group_id=5),
        guest(3, category_id=9),
        points=[
            point(1, CheckpointKind.TRAINING, None, session=7),
            point(2, CheckpointKind.BUS, None, group=5),
            point(3, CheckpointKind.MEAL, category_ids=frozenset({9})),
        ],
    )
    expected = {key: found.expected(found.place(key)).by_body for key in ("1", "2", "3")}
    assert expected == {
        "1": {1: frozenset({1})},
        "2": {1: frozenset({2})},
        "3": {1: frozenset({3})},
    }


def test_the_head_is_the_first_in_protocol_order_of_those_expected():
    found = facts(guest(1, status=Status.CANCELLED), guest(2), guest(3))
    assert first_tile(found, passed(p1=[3])).head.id == 2
    assert not first_tile(found, passed(p1=[3])).head_is_here
    assert first_tile(found, passed(p1=[2])).head_is_here


def test_the_head_is_whose_position_says_so():
    found = facts(
        guest(1, position="Phó Trưởng đoàn"),
        guest(2, position="Giám đốc Sở, TRƯỞNG ĐOÀN"),
        guest(3, position="Trưởng đoàn"),
    )
    assert first_tile(found, {}).head.id == 2


def test_another_day_has_another_head():
    found = facts(guest(1, day_ids=frozenset({1})), guest(2), points=[point(1), point(2, day=2)])
    assert first_tile(found, {}).head.id == 1
    assert first_tile(found, {}, "day-2").head.id == 2


def test_most_missing_first_and_else_in_the_customary_order():
    bodies = [Body(id_, name) for id_, name in enumerate(["A", "B", "C", "D"], start=1)]
    guests = [
        guest(10 * body + n, body)
        for body, people in ((1, 1), (2, 3), (3, 3), (4, 0))
        for n in range(people)
    ]
    found = facts(*guests, bodies=tuple(bodies))
    board = arrivals.tiles(found, passed(p1=[10]), found.place("day-1"))
    assert [it.body.name for it in arrivals.missing_first(board)] == ["B", "C", "A", "D"]


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "day-1"),
        (datetime(2026, 11, 26, 16, 59, tzinfo=UTC), "day-1"),
        (datetime(2026, 11, 26, 17, 0, tzinfo=UTC), "day-2"),  # midnight in Vietnam
        (datetime(2027, 1, 1, tzinfo=UTC), "day-2"),
    ],
)
def test_the_usual_place_is_today(moment, key):
    assert facts().usual_place(moment).key == key
