"""The counts of the rate limits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from eventapp.web import attempts


@pytest.fixture
def clock(monkeypatch):
    """Time passes when the test says so."""

    class Clock:
        now = 1_000.0

        def time(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(attempts, "time", clock)
    return clock


@pytest.fixture
def counts():
    return attempts.Attempts()


def test_the_application_counts_with_it(app):
    assert app.config["RATELIMIT_STORAGE_URI"] == "attempts://"
    assert isinstance(storage_from_string("attempts://"), attempts.Attempts)


def test_so_many_a_minute_and_no_more(counts, clock):
    limiter, limit = FixedWindowRateLimiter(counts), RateLimitItemPerMinute(3)
    assert [limiter.hit(limit, "10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert limiter.hit(limit, "10.0.0.2"), "each address by itself"
    clock.now += 59
    assert not limiter.hit(limit, "10.0.0.1")
    clock.now += 1
    assert limiter.hit(limit, "10.0.0.1"), "a minute after the first attempt"


def test_it_says_when_the_window_ends(counts, clock):
    counts.incr("a", 60)
    clock.now += 10
    counts.incr("a", 60)
    assert (counts.get("a"), counts.get_expiry("a")) == (2, 1_060.0)
    clock.now += 50
    assert (counts.get("a"), counts.get_expiry("a")) == (0, clock.now)
    assert (counts.get("b"), counts.get_expiry("b")) == (0, clock.now)


def test_what_is_over_takes_no_memory(counts, clock):
    for number in range(attempts._ROOM):
        counts.incr(f"early {number}", 60)
    clock.now += 60
    counts.incr("late", 60)
    assert list(counts._windows) == ["late"]


def test_nobody_is_forgotten_to_make_room(counts, clock):
    names = [str(number) for number in range(5 * attempts._ROOM)]
    for name in names:
        counts.incr(name, 60)
    assert all(counts.get(name) == 1 for name in names)


def test_every_thread_is_counted(counts):
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda _: counts.incr("a", 60), range(4_000)):
            pass
    assert counts.get("a") == 4_000


def test_it_forgets_when_told(counts):
    counts.incr("a", 60)
    counts.incr("b", 60)
    counts.clear("a")
    assert (counts.get("a"), counts.get("b")) == (0, 1)
    assert counts.reset() == 1
    assert counts.get("b") == 0
    assert counts.check()
