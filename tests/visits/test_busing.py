"""Who sits in which bus: parties together, nobody above the seats, nobody moved without need."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from eventapp.visits.busing import board


def party(number, size, first):
    return [(first + place, number) for place in range(size)]


def test_parties_sit_together():
    people = [*party(1, 3, 10), *party(2, 2, 20), *party(3, 3, 30)]
    seated = board(people, {1: 4, 2: 4}, {})
    assert len({seated[it] for it in (10, 11, 12)}) == 1
    assert len({seated[it] for it in (30, 31, 32)}) == 1
    assert Counter(seated.values()) == {1: 4, 2: 4}


def test_a_newcomer_sits_with_the_others_of_the_party():
    people = [*party(1, 2, 10), *party(2, 1, 20), (12, 1)]
    assert board(people, {1: 5, 2: 5}, {10: 2, 11: 2, 20: 1})[12] == 2


def test_who_has_a_seat_keeps_it_though_others_come():
    people = [*party(1, 2, 10), *party(2, 4, 20)]
    seated = board(people, {1: 3, 2: 3}, {10: 1, 11: 2})
    assert (seated[10], seated[11]) == (1, 2)


def test_of_a_bus_with_fewer_seats_as_many_get_off_as_are_too_many():
    people = [*party(1, 3, 10), *party(2, 2, 20)]
    seated = board(people, {1: 3, 2: 3}, {it: 1 for it, _ in people})
    assert [seated[it] for it in (10, 11, 12)] == [1, 1, 1]
    assert [seated[it] for it in (20, 21)] == [2, 2]


def test_without_a_seat_left_there_is_no_bus():
    seated = board(party(1, 3, 10), {1: 2}, {})
    assert Counter(seated.values()) == {1: 2, None: 1}


def test_without_buses_nobody_has_one():
    assert board(party(1, 2, 10), {}, {}) == {10: None, 11: None}


def test_a_bus_that_is_gone_is_left():
    assert board(party(1, 2, 10), {2: 5}, {10: 1, 11: 1}) == {10: 2, 11: 2}


buses = st.dictionaries(st.integers(1, 4), st.integers(0, 6), max_size=4)
crowds = st.dictionaries(st.integers(100, 130), st.integers(1, 5), max_size=20)


@given(crowds, buses, st.data())
def test_what_always_holds(crowd, seats, data):
    people = list(crowd.items())
    before = {
        it: data.draw(st.sampled_from(sorted(seats)))
        for it in crowd
        if seats and data.draw(st.booleans())
    }
    seated = board(people, seats, before)
    inside = Counter(bus for bus in seated.values() if bus is not None)
    assert seated.keys() == crowd.keys()
    assert all(inside[bus] <= places for bus, places in seats.items())
    # Nobody is without a seat while there is one.
    left = sum(seats.values()) - inside.total()
    assert list(seated.values()).count(None) == 0 or left == 0
    # As many change as a bus has too many, and nobody else.
    over = {bus: max(0, n - seats[bus]) for bus, n in Counter(before.values()).items()}
    off = Counter(bus for it, bus in before.items() if seated[it] != bus)
    assert all(off[bus] <= over[bus] for bus in over)
    # Nobody moves when it is done again, in whatever order.
    again = board(people[::-1], seats, {it: bus for it, bus in seated.items() if bus is not None})
    assert again == seated


def test_who_found_no_bus_goes_with_the_party_once_there_is_room():
    people = [*party(1, 4, 10), *party(2, 3, 20)]
    before = {10: 1, 11: 1, 20: 1, 21: 2, 22: 2}  # 12 and 13 found none
    seated = board(people, {1: 5, 2: 5}, before)
    assert (seated[12], seated[13]) == (1, 1)
    seated = board(people, {1: 3, 2: 2, 3: 4}, before)
    assert (seated[12], seated[13]) == (3, 3)  # together in the new one
