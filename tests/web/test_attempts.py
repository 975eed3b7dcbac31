"""The counts of the rate limits."""

import multiprocessing
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


def test_what_is_over_makes_room(monkeypatch, clock):
    monkeypatch.setattr(attempts, "_SLOTS", 64)
    counts = attempts.Attempts()
    for minute in range(20):
        names = [f"{minute} {number}" for number in range(8)]
        assert [counts.incr(name, 60) for name in names] == [1] * 8
        assert [counts.incr(name, 60) for name in names] == [2] * 8
        clock.now += 60
        assert [counts.get(name) for name in names] == [0] * 8


def test_where_there_is_no_room_the_window_that_ends_first_makes_it(monkeypatch, clock):
    monkeypatch.setattr(attempts, "_SLOTS", 32)
    counts = attempts.Attempts()
    for number in range(32):
        counts.incr(str(number), 100 - number)
    assert counts.incr("one more", 60) == 1
    assert counts.get("one more") == 1
    assert [number for number in range(32) if not counts.get(str(number))] == [31]


def test_thousands_of_addresses_are_told_apart(counts):
    names = [str(number) for number in range(20_000)]
    for name in names:
        counts.incr(name, 60)
    assert all(counts.get(name) == 1 for name in names)


def test_one_that_was_cleared_hides_nobody(monkeypatch, clock):
    monkeypatch.setattr(attempts, "_SLOTS", 32)
    counts = attempts.Attempts()
    names = [str(number) for number in range(32)]
    for name in names:
        counts.incr(name, 60)
    for name in names[::2]:
        counts.clear(name)
    assert [counts.get(name) for name in names] == [0, 1] * 16


def test_every_thread_is_counted(counts):
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda _: counts.incr("a", 60), range(4_000)):
            pass
    assert counts.get("a") == 4_000


def test_every_process_is_counted(counts):
    def try_often() -> None:
        for _ in range(2_000):
            counts.incr("a", 60)

    # Forked, as the server's workers are.
    processes = [multiprocessing.get_context("fork").Process(target=try_often) for _ in range(3)]
    for process in processes:
        process.start()
    try_often()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert counts.get("a") == 8_000


def test_it_forgets_when_told(counts):
    counts.incr("a", 60)
    counts.incr("b", 60)
    counts.clear("a")
    assert (counts.get("a"), counts.get("b")) == (0, 1)
    assert counts.reset() == 1
    assert counts.get("b") == 0
    assert counts.check()
