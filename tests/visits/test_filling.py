"""Filling by wishes."""

from hypothesis import given
from hypothesis import strategies as st

from eventapp.visits.filling import fill, wishes_met


def test_everybody_gets_the_first_wish_while_there_is_room():
    assert fill([("an", ["x"]), ("ba", ["y"])], {1: ("x", 5), 2: ("y", 5)}) == {"an": 1, "ba": 2}


def test_who_came_first_is_served_first_and_the_next_gets_the_second_wish():
    people = [("an", ["x", "y"]), ("ba", ["x", "y"]), ("chi", ["x"])]
    seats = {1: ("x", 1), 2: ("y", 2)}
    seated = fill(people, seats)
    assert seated == {"an": 1, "ba": 2, "chi": 2}
    assert wishes_met(people, seats, seated) == {1: 1, 2: 1, 0: 1}


def test_wishes_go_before_people_without_wishes_who_came_earlier():
    assert fill([("an", []), ("ba", ["x"])], {1: ("x", 1)}) == {"ba": 1}


def test_a_site_with_two_buses_fills_the_first_one_first():
    people = [(n, ["x"]) for n in range(3)]
    assert fill(people, {1: ("x", 2), 2: ("x", 2)}) == {0: 1, 1: 1, 2: 2}


def test_people_without_wishes_go_where_there_is_most_room():
    assert fill([("an", []), ("ba", [])], {1: ("x", 1), 2: ("y", 2)}) == {"an": 2, "ba": 1}


def test_who_finds_no_seat_is_left_out():
    assert fill([("an", ["x"]), ("ba", ["x"])], {1: ("x", 1)}) == {"an": 1}
    assert fill([("an", ["x"])], {}) == {}
    assert fill([], {1: ("x", 1)}) == {}


def test_a_group_with_more_members_than_seats_gets_nobody():
    assert fill([("an", ["x"])], {1: ("x", -2)}) == {}


@given(
    people=st.lists(st.lists(st.integers(0, 3), unique=True, max_size=4), max_size=30),
    groups=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=6),
)
def test_no_group_is_ever_over_full_and_no_seat_stays_empty_while_somebody_waits(people, groups):
    asked = list(enumerate(people))
    seats = dict(enumerate(groups))
    seated = fill(asked, seats)
    for group, (_, free) in seats.items():
        assert sum(g == group for g in seated.values()) <= free
    assert len(seated) == min(len(asked), sum(free for _, free in groups))
    assert fill(asked, seats) == seated
    assert sum(wishes_met(asked, seats, seated).values()) == len(seated)
