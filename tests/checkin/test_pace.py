"""Rates and waits: what must hold of them whatever happened at the desks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eventapp.checkin import pace

NOW = datetime(2026, 11, 26, 7, 45, tzinfo=UTC)
moments = st.integers(-1200, 60).map(lambda it: NOW + timedelta(seconds=it))
desk = st.lists(moments, max_size=60)
desks = st.dictionaries(st.integers(1, 9), desk, max_size=6)


def every(seconds: float, people: int) -> list[datetime]:
    return [NOW - timedelta(seconds=seconds * i) for i in range(people)]


def test_a_desk_that_takes_six_seconds_serves_ten_a_minute():
    found = pace.capacity({1: every(6, 30)}, NOW)
    assert found is not None
    assert round(found.per_minute, 3) == 10
    assert 6 < found.low < 10 < found.high < 15


def test_pauses_longer_than_a_minute_are_no_work():
    busy = every(6, 21)
    before = [it - timedelta(minutes=6) for it in busy]
    assert pace.worked([*busy, *before], NOW, pace.REMEMBERED) == (40, 4.0)


def test_a_desk_that_waited_for_people_is_as_fast_as_it_was_lately():
    slow = [NOW - timedelta(seconds=300 + 30 * i) for i in range(20)]
    found = pace.capacity({1: [*every(6, 50), *slow]}, NOW)
    assert found is not None
    assert found.per_minute > 9.9


def test_a_desk_that_has_stopped_is_not_counted():
    stopped = [it - timedelta(minutes=6) for it in every(6, 30)]
    both = pace.capacity({1: every(6, 30), 2: stopped}, NOW)
    assert both == pace.capacity({1: every(6, 30)}, NOW)


def test_twice_the_desks_are_half_the_wait():
    one = pace.wait(120, pace.capacity({1: every(6, 30)}, NOW))
    two = pace.wait(120, pace.capacity({1: every(6, 30), 2: every(6, 30)}, NOW))
    assert one is not None
    assert two is not None
    assert (round(one.likely, 6), round(two.likely, 6)) == (12, 6)
    assert two.high - two.low < one.high - one.low


def test_of_few_people_nothing_is_said():
    assert pace.capacity({1: every(6, 10)}, NOW) is None  # nine pauses
    assert pace.pace(every(10, 9), NOW) is None
    assert pace.pace(every(10, 10), NOW) is not None
    assert pace.wait(5, None) is None


def test_a_delegation_let_in_at_once_makes_no_infinite_rate():
    assert pace.capacity({1: [NOW] * 40}, NOW) is None
    found = pace.capacity({1: [*[NOW] * 40, NOW - timedelta(seconds=30)]}, NOW)
    assert found is not None
    assert found.per_minute == 80


@given(desks)
def test_a_rate_lies_within_its_bounds(at_desks):
    found = pace.capacity(at_desks, NOW)
    if found is not None:
        assert 0 < found.low < found.per_minute < found.high < float("inf")
        assert found.people >= pace.ENOUGH


@given(desks, st.randoms())
def test_the_order_of_scans_says_nothing(at_desks, chance):
    shuffled = {key: chance.sample(it, len(it)) for key, it in at_desks.items()}
    assert pace.capacity(shuffled, NOW) == pace.capacity(at_desks, NOW)


@given(desks, desk)
def test_another_desk_never_makes_it_slower(at_desks, another):
    before = pace.capacity(at_desks, NOW)
    after = pace.capacity({**at_desks, 99: another}, NOW)
    if before is not None:
        assert after is not None
        assert after.per_minute >= before.per_minute


@given(desks, st.integers(0, 2000), st.integers(0, 2000))
def test_more_people_wait_longer(at_desks, some, more):
    rate = pace.capacity(at_desks, NOW)
    short, long = pace.wait(some, rate), pace.wait(some + more, rate)
    if short is not None and long is not None:
        assert 0 <= short.low <= short.likely <= short.high
        assert short.likely <= long.likely
        assert short.high <= long.high


@given(st.lists(moments), st.integers(1, 90))
def test_every_arrival_is_in_one_bar(times, steps):
    bars = pace.by_steps(times, NOW, steps=steps)
    first = bars[0].start
    assert len(bars) == steps
    assert bars[-1].start == pace.floor(NOW, pace.MINUTE)
    assert sum(it.people for it in bars) == sum(
        first <= it < bars[-1].start + pace.MINUTE for it in times
    )
    for bar in bars:
        inside = [it for it in times if bar.start <= it < bar.start + pace.MINUTE]
        assert bar.people == len(inside)


def test_the_bounds_hold_nineteen_times_in_twenty():
    """Of people who come one by one, drawn without chance: the bounds of each count, weighted by
    how likely it is."""
    from math import exp, lgamma, log

    for truth in (20, 60, 200):
        held = 0.0
        for people in range(4 * truth):
            rate = pace.rate(people, 1)
            if rate is not None and rate.low <= truth <= rate.high:
                held += exp(people * log(truth) - truth - lgamma(people + 1))
        assert 0.94 < held < 0.97
