"""What is wrong with the plan of a group, and how many are at a site at one time."""

from datetime import date

import pytest

from eventapp.visits.colours import PALETTE, next_unused
from eventapp.visits.planning import Crowd, Fault, Times, Visit, faults, most_at_once
from tests.builders import at

DAY = date(2026, 11, 27)


def clock(hour, minute=0):
    return at(DAY, hour, minute)


def test_stops_in_order_between_departure_and_return():
    stops = [Times(clock(9), clock(10)), Times(None, None), Times(clock(10), None)]
    assert faults(clock(8), clock(12), stops) == {}
    assert faults(clock(8), None, stops) == {}


@pytest.mark.parametrize(
    ("stops", "fault"),
    [
        ([Times(clock(10), clock(9))], {0: Fault.LEAVES_FIRST}),
        ([Times(clock(7), None)], {0: Fault.BEFORE_DEPARTURE}),
        ([Times(clock(11), clock(13))], {0: Fault.AFTER_RETURN}),
        ([Times(clock(10), clock(11)), Times(clock(10, 30), None)], {1: Fault.BEFORE_EARLIER}),
    ],
)
def test_a_stop_out_of_order(stops, fault):
    assert faults(clock(8), clock(12), stops) == fault


def test_the_most_people_at_one_time():
    visits = [
        Visit("A", clock(8), clock(10), 40),
        Visit("B", clock(9), clock(11), 30),
        Visit("C", clock(10), clock(12), 35),
    ]
    assert most_at_once(visits) == Crowd(70, ("A", "B"), clock(9))
    assert most_at_once([]) is None


def test_the_next_colour_is_one_that_no_group_has():
    assert next_unused([]) == PALETTE[0]
    assert next_unused([PALETTE[0].upper(), "#123456", PALETTE[2]]) == PALETTE[1]
    assert next_unused([*PALETTE, *PALETTE[:3]]) == PALETTE[3]


def test_white_can_be_read_on_every_colour():
    from eventapp.events.colours import luminance

    assert min(1.05 / (luminance(it) + 0.05) for it in PALETTE) > 5.5
