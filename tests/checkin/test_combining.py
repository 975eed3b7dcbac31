"""Calls of several threads, done together: everybody gets their own answer, and their own error."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from eventapp.checkin.combining import Combiner, Overtaken


class Shop:
    """Work that waits until it is allowed to begin, and notes what it did together."""

    def __init__(self, *, most: int = 100) -> None:
        self.groups: list[list[int]] = []
        self.is_open = threading.Event()
        self.is_open.set()
        self.entered = threading.Semaphore(0)
        self.fails: Callable[[Sequence[int]], None] = lambda items: None
        self.combined: Combiner[int, int] = Combiner(
            self._opening, self._work, most=most, weight=lambda it: it, shared=(OSError,)
        )

    @contextmanager
    def _opening(self) -> Iterator[None]:
        self.entered.release()
        assert self.is_open.wait(30)
        yield

    def _work(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.fails(items)
        return [it * it for it in items]

    def ask_all(self, numbers: Sequence[int]) -> dict[int, object]:
        """Ask for all at once, while the first is held up; answers and errors by number."""
        answers: dict[int, object] = {}

        def ask(number: int) -> None:
            try:
                answers[number] = self.combined(number)
            except Exception as error:
                answers[number] = error

        self.is_open.clear()
        threads = [threading.Thread(target=ask, args=(it,)) for it in numbers]
        threads[0].start()
        assert self.entered.acquire(timeout=30)
        for thread in threads[1:]:
            thread.start()
        while len(self.combined._waiting) < len(numbers):
            threading.Event().wait(0.001)
        self.is_open.set()
        for thread in threads:
            thread.join(30)
        return answers


def test_alone() -> None:
    shop = Shop()
    assert [shop.combined(it) for it in (2, 3)] == [4, 9]
    assert shop.groups == [[2], [3]]


def test_whoever_waits_is_served_with_the_first() -> None:
    shop = Shop()
    assert shop.ask_all(range(1, 9)) == {it: it * it for it in range(1, 9)}
    assert [sorted(it) for it in shop.groups] == [list(range(1, 9))]
    assert shop.groups[0][0] == 1


def test_no_more_than_so_many_together() -> None:
    shop = Shop(most=10)
    numbers = [4, 5, 30, 6, 3, 2]
    assert shop.ask_all(numbers) == {it: it * it for it in numbers}
    assert all(sum(it) <= 10 or it == [30] for it in shop.groups)
    assert len(shop.groups) < len(numbers)


def test_light_ones_are_not_kept_waiting_by_heavy_ones() -> None:
    shop = Shop(most=35)
    numbers = [20, 30, 31, 32, 1, 2]
    assert shop.ask_all(numbers) == {it: it * it for it in numbers}
    assert shop.groups[0] == [20, 1, 2]
    assert sorted(shop.groups[1:]) == [[30], [31], [32]]


def test_one_that_fails_takes_no_other_with_it() -> None:
    shop = Shop()

    def fail(items: Sequence[int]) -> None:
        if 3 in items:
            raise ValueError("three")

    shop.fails = fail
    answers = shop.ask_all([1, 2, 3, 4])
    assert isinstance(answers.pop(3), ValueError)
    assert answers == {1: 1, 2: 4, 4: 16}


def test_what_fails_for_all_is_not_tried_for_each() -> None:
    shop = Shop()

    def fail(items: Sequence[int]) -> None:
        raise OSError

    shop.fails = fail
    answers = shop.ask_all([1, 2, 3])
    assert [type(answers[it]) for it in (1, 2, 3)] == [OSError] * 3
    assert len(shop.groups) == 1
    shop.fails = lambda items: None
    assert shop.combined(5) == 25  # and the next one is served


def test_who_was_overtaken_tries_again() -> None:
    shop = Shop()

    def fail(items: Sequence[int]) -> None:
        if len(shop.groups) < 3:
            raise Overtaken

    shop.fails = fail
    assert shop.combined(6) == 36
    shop.fails = lambda items: (_ for _ in ()).throw(Overtaken)
    with pytest.raises(Overtaken):
        shop.combined(7)


def test_many_threads_many_times() -> None:
    shop = Shop()
    wrong: list[tuple[int, int]] = []

    def ask(start: int) -> None:
        for number in range(start, start + 200):
            if (answer := shop.combined(number)) != number * number:
                wrong.append((number, answer))

    threads = [threading.Thread(target=ask, args=(1000 * it,)) for it in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong
    assert sorted(it for group in shop.groups for it in group) == [
        number for it in range(8) for number in range(1000 * it, 1000 * it + 200)
    ]


def test_a_leader_that_dies_before_it_begins_takes_nobody_with_it() -> None:
    shop = Shop()
    opening, dies = shop.combined._opening, [True]

    @contextmanager
    def dying() -> Iterator[None]:
        with opening():
            if dies.pop() if dies else False:
                raise KeyboardInterrupt
            yield

    shop.combined._opening = dying
    with pytest.raises(KeyboardInterrupt):
        shop.combined(2)
    assert not shop.combined._waiting
    assert shop.combined(3) == 9
