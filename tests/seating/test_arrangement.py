"""Seating people: nobody twice, nobody missing, leaders in front, delegations together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.seating.arrangement import Hall, Person, Seat, arrange, fill, pieces


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


@given(halls(), crowds())
def test_no_delegation_is_torn_more_often_than_rows_and_others_make_it(hall, people):
    seated = arrange(hall, people, {})
    runs = [len(run) for row in range(1, hall.rows + 1) for run in hall.runs(row, ())]
    total = sum(pieces(hall, seated, people).values())
    # Laid in one line, each cut by the end of a run tears at most one delegation.
    assert total <= len({it.delegation for it in people}) + len(runs)


def test_delegations_that_fit_a_run_are_not_torn_where_seats_can_be_spared():
    hall = Hall(6, 12, frozenset({6}))
    people = [Person(10 * d + n, d) for d in range(10) for n in range(1, 5)]
    seated = arrange(hall, people, {})
    assert set(pieces(hall, seated, people).values()) == {1}


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
