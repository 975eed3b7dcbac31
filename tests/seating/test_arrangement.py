"""Seating people: nobody twice, nobody missing, leaders in front, delegations together."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.seating.arrangement import Person, arrange, fill, pieces
from eventapp.seating.hall import Hall, Seat


@st.composite
def halls(draw):
    rows, seats = draw(st.integers(1, 8)), draw(st.integers(1, 10))
    every = [Seat(row, number) for row in range(1, rows + 1) for number in range(1, seats + 1)]
    return Hall(
        rows,
        seats,
        frozenset(draw(st.sets(st.integers(1, seats), max_size=2))),
        frozenset(draw(st.sets(st.sampled_from(every), max_size=6))),
        draw(st.integers(0, rows)),
    )


@st.composite
def crowds(draw):
    of = draw(st.lists(st.integers(0, 5), max_size=90))
    return [Person(id_, delegation) for id_, delegation in enumerate(of, start=1)]


@st.composite
def cases(draw):
    hall, people = draw(halls()), draw(crowds())
    seats = draw(st.permutations(hall.in_use()))
    number = draw(st.integers(0, min(4, len(seats), len(people))))
    ids = draw(st.permutations([it.id for it in people]))
    return hall, people, dict(zip(seats[:number], ids[:number], strict=True))


@given(cases())
def test_everybody_has_one_seat_while_there_are_any(case):
    hall, people, pins = case
    seated = arrange(hall, people, pins)
    assert len(set(seated.values())) == len(seated)
    assert set(seated) <= set(hall.in_use())
    assert len(seated) == min(len(people), len(hall.in_use()))
    assert pins.items() <= seated.items()


@given(cases())
def test_the_front_rows_are_in_order_of_rank_from_their_middle(case):
    hall, people, pins = case
    seated = arrange(hall, people, pins)
    for row in range(1, hall.front_rows + 1):
        sitting = sorted(
            (abs(2 * seat.number - hall.seats - 1), seat.number, id_)
            for seat, id_ in seated.items()
            if seat.row == row and seat not in pins
        )
        ids = [id_ for _, _, id_ in sitting]
        assert ids == sorted(ids)
    front = [
        id_ for seat, id_ in seated.items() if seat.row <= hall.front_rows and seat not in pins
    ]
    behind = [
        id_ for seat, id_ in seated.items() if seat.row > hall.front_rows and seat not in pins
    ]
    assert not front or not behind or max(front) < min(behind)


@given(cases())
def test_who_has_no_seat_ranks_last(case):
    hall, people, pins = case
    seated = set(arrange(hall, people, pins).values())
    standing = {it.id for it in people} - seated
    assert all(id_ > max(seated - set(pins.values()), default=0) for id_ in standing)


@given(cases())
def test_done_again_it_is_the_same(case):
    assert arrange(*case) == arrange(*case)


@st.composite
def fitting_cases(draw):
    """Halls without closed seats, and delegations that are no larger than the smallest block."""
    rows, front = draw(st.integers(1, 8)), draw(st.integers(0, 2))
    seats = draw(st.integers(1, 14))
    aisles = frozenset(draw(st.sets(st.integers(1, seats), max_size=3)))
    hall = Hall(rows + front, seats, aisles, front_rows=front)
    smallest = min(map(len, hall.blocks()))
    # As full as can be, of delegations that leave odd ends: that is where it is hard.
    least = draw(st.sampled_from((1, smallest // 2 + 1)))
    sizes = draw(st.lists(st.integers(least, smallest), min_size=1, max_size=12))
    behind = [number for number, size in enumerate(sizes) for _ in range(size)][: rows * seats]
    leaders = [draw(st.integers(0, len(sizes) - 1)) for _ in range(front * seats)]
    return hall, [Person(id_, it) for id_, it in enumerate((*leaders, *behind), start=1)]


@given(fitting_cases())
def test_behind_the_leaders_each_delegation_sits_in_two_pieces_at_most(case):
    hall, people = case
    assert max(pieces(hall, arrange(hall, people, {}), people).values(), default=0) <= 2


def test_where_each_block_has_an_end_left_over_nobody_is_torn_into_all_of_them():
    hall = Hall(5, 4, frozenset({1, 2, 3}))
    sizes = (3, 3, 3, 3, 5)
    people = [Person(10 * d + n, d) for d, size in enumerate(sizes) for n in range(size)]
    assert max(pieces(hall, arrange(hall, people, {}), people).values()) == 2


@given(fitting_cases(), st.data())
def test_closed_and_pinned_seats_tear_no_more_than_they_must(case, data):
    hall, people = case
    behind = [it for it in hall.in_use() if it.row > hall.front_rows]
    chosen = data.draw(st.permutations(behind))
    closed = frozenset(chosen[: data.draw(st.integers(0, 3))])
    free = [it for it in chosen if it not in closed]
    ids = data.draw(st.permutations([it.id for it in people]))
    number = data.draw(st.integers(0, min(3, len(free), len(ids))))
    pins = dict(zip(free, ids[:number], strict=False))
    hall = replace(hall, closed=closed)
    seated = arrange(hall, people, pins)
    assert pins.items() <= seated.items()
    blocks = hall.blocks(pins)
    sizes = Counter(it.delegation for it in people)
    if blocks and max(sizes.values()) <= min(map(len, blocks)):
        # A seat that is closed tears one delegation once more; a pin its holder's as well.
        over = sum(max(0, it - 2) for it in pieces(hall, seated, people).values())
        assert over <= len(closed) + 2 * len(pins)


def test_delegations_that_fit_a_row_are_in_one_where_seats_can_be_spared():
    hall = Hall(6, 12, frozenset({6}))
    people = [Person(10 * d + n, d) for d in range(10) for n in range(1, 5)]
    seated = arrange(hall, people, {})
    rows = {(id_ // 10, seat.row, seat.number > 6) for seat, id_ in seated.items()}
    assert len(rows) == 10


def test_the_first_delegations_sit_in_front_across_the_whole_hall():
    hall = Hall(6, 12, frozenset({4, 8}))
    people = [Person(10 * d + n, d) for d in range(6) for n in range(8)]
    seated = arrange(hall, people, {})
    assert {id_ // 10 for seat, id_ in seated.items() if seat.row <= 2} == {0, 1, 2}
    assert set(pieces(hall, seated, people).values()) == {1}


def test_a_delegation_that_crosses_an_aisle_or_misses_a_row_is_in_pieces():
    hall = Hall(4, 4, frozenset({2}))
    people = [Person(id_, 0) for id_ in range(1, 6)]
    at = [Seat(1, 1), Seat(2, 1), Seat(1, 3), Seat(4, 1), Seat(1, 2)]
    seated = dict(zip(at, range(1, 6), strict=True))
    assert pieces(hall, seated, people) == {0: 3}


def test_a_delegation_goes_on_behind_itself():
    hall = Hall(2, 4)
    people = [Person(1, 0), Person(2, 0), Person(3, 0), *(Person(n, 1) for n in range(4, 9))]
    seated = arrange(hall, people, {})
    assert [seated[Seat(1, n)] for n in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert seated[Seat(2, 4)] == 5


def test_delegations_follow_in_their_order():
    hall = Hall(3, 4, front_rows=1)
    people = [Person(n, 9 - n) for n in range(1, 9)]
    seated = arrange(hall, people, {})
    assert [seated[Seat(1, n)] for n in (2, 3, 1, 4)] == [1, 2, 3, 4]
    assert [seated[Seat(2, n)] for n in (1, 2, 3, 4)] == [8, 7, 6, 5]


@given(cases(), st.integers(1, 90))
def test_filling_moves_nobody(case, cut):
    hall, people, pins = case
    before = {seat: id_ for seat, id_ in arrange(hall, people, pins).items() if id_ % 7 != cut % 7}
    after = fill(hall, before, people)
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after) == min(len(people), len(hall.in_use()))


def test_who_comes_later_sits_by_their_delegation():
    hall = Hall(3, 6)
    people = [Person(1, 0), Person(2, 1), Person(3, 1)]
    after = fill(hall, {Seat(1, 1): 1, Seat(3, 3): 2}, people)
    assert after[Seat(3, 2)] == 3


@pytest.mark.parametrize(
    ("key", "seat"),
    [("2-12", Seat(2, 12)), ("", None), ("2", None), ("-1-2", None), ("1-²", None)],
)
def test_seats_in_forms(key, seat):
    assert Seat.parse(key) == seat
    if seat:
        assert seat.key == key
