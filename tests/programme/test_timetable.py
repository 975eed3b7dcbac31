"""Days, slots, and what runs side by side."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from eventapp.programme.timetable import by_day, lanes, slots


@dataclass(frozen=True)
class Item:
    name: str
    starts_at: datetime
    ends_at: datetime
    day_id: int = 1


@dataclass(frozen=True)
class Day:
    id: int
    date: date


def item(name: str, start: int, end: int, day: int = 1) -> Item:
    return Item(
        name,
        datetime(2026, 11, 26, start, tzinfo=UTC),
        datetime(2026, 11, 26, end, tzinfo=UTC),
        day,
    )


def names(items: list[Item]) -> list[list[str]]:
    return [[s.name for s in slot.sessions] for slot in slots(items)]


def test_sessions_one_after_another_have_a_slot_each():
    assert names([item("b", 9, 10), item("a", 8, 9)]) == [["a"], ["b"]]


def test_sessions_at_the_same_time_share_a_slot_in_the_given_order():
    together = slots([item("a", 13, 16), item("b", 13, 16), item("c", 16, 17)])
    assert [[s.name for s in slot.sessions] for slot in together] == [["a", "b"], ["c"]]
    assert [slot.is_parallel for slot in together] == [True, False]


def test_overlap_through_a_third_session_makes_one_slot():
    assert names([item("a", 8, 10), item("b", 9, 12), item("c", 11, 13)]) == [["a", "b", "c"]]


def test_a_short_session_within_a_long_one_does_not_end_the_slot():
    (slot,) = slots([item("long", 8, 12), item("short", 8, 9), item("late", 11, 12)])
    assert slot.ends_at.hour == 12


def test_each_day_has_its_sessions_and_an_empty_day_none():
    plans = by_day(
        [Day(1, date(2026, 11, 26)), Day(2, date(2026, 11, 27))], [item("a", 8, 9, day=1)]
    )
    assert [[s.name for s in plan.sessions] for plan in plans] == [["a"], []]


def test_no_sessions_no_slots():
    assert slots([]) == []


def test_sessions_side_by_side_have_lanes_and_share_one_when_they_can():
    drawn = lanes([item("a", 8, 12), item("b", 8, 10), item("c", 10, 12), item("d", 12, 13)])
    assert [(it.name, lane, number) for it, lane, number in drawn] == [
        ("a", 0, 2),
        ("b", 1, 2),
        ("c", 1, 2),
        ("d", 0, 1),
    ]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 3)), max_size=12))
def test_no_two_at_once_share_a_lane(times: list[tuple[int, int]]):
    items = [item(str(n), start, start + length) for n, (start, length) in enumerate(times)]
    drawn = lanes(items)
    assert {it.name for it, _lane, _number in drawn} == {it.name for it in items}
    for (one, lane, number), (other, other_lane, _n) in combinations(drawn, 2):
        assert 0 <= lane < number
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            assert lane != other_lane
