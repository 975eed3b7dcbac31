"""Calls of many threads, done together: one transaction for all that wait. Knows no database.

A transaction that is safe on the disk takes as long for one scan as for a hundred, and most of its
queries do too. So whoever comes while another works waits in a queue, and the first of the queue
then does the work of all of it. Nobody waits for company: a call that comes alone is done at once.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_ATTEMPTS = 3


class Overtaken(Exception):
    """Somebody else was first, and nothing was done: the same is to be tried again."""


class _Call(Generic[Item, Answer]):
    """What one thread wants, and what it is told."""

    __slots__ = ("answer", "error", "is_leader", "item", "ready")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer
        self.error: BaseException | None = None
        self.is_leader = False
        self.ready = threading.Lock()
        self.ready.acquire()


class Combiner(Generic[Item, Answer]):
    """Does ``work`` for the items of several threads at once, within ``opening()``.

    ``work`` is given the item that has waited longest and, up to ``most`` in ``weight``, the
    lightest of the others; it answers in that order, and the answers are handed out when
    ``opening()`` has been left. Whatever raises has done nothing. An error in ``shared`` is
    everybody's; after any other each item is done by itself, so that none fails for another's sake;
    ``opening_alone()`` is what is opened then, while all others wait.
    """

    def __init__(
        self,
        opening: Callable[[], AbstractContextManager[object]],
        work: Callable[[Sequence[Item]], Sequence[Answer]],
        *,
        most: int,
        weight: Callable[[Item], int],
        shared: tuple[type[Exception], ...] = (),
        opening_alone: Callable[[], AbstractContextManager[object]] | None = None,
    ) -> None:
        self._opening, self._work = opening, work
        self._opening_alone = opening_alone or opening
        self._most, self._weight = most, weight
        self._shared = shared
        self._guard = threading.Lock()
        self._waiting: list[_Call[Item, Answer]] = []
        self._is_led = False

    def __call__(self, item: Item) -> Answer:
        """Have an item done; its answer, or whatever ``work`` raised for it."""
        call: _Call[Item, Answer] = _Call(item)
        with self._guard:
            self._waiting.append(call)
            call.is_leader = not self._is_led
            self._is_led = True
        if not call.is_leader:
            call.ready.acquire()
        if call.is_leader:
            try:
                self._lead()
            finally:
                self._hand_over()
        if call.error is not None:
            raise call.error
        return call.answer

    def _lead(self) -> None:
        """Do what waits. The leader's own call is the first of it."""
        taken: list[_Call[Item, Answer]] = []
        try:
            with self._opening():  # where one waits for a turn, and others join the queue
                taken = self._take()
                self._do(taken)
        except self._shared as error:
            taken = taken or self._take()
            for call in taken:
                call.error = error
        except Exception:
            taken = taken or self._take()
            for call in taken:
                self._do_alone(call)
        except BaseException as error:
            taken = taken or [self._leave()]
            for call in taken:
                call.error = error
            raise
        finally:
            for call in taken[1:]:
                call.ready.release()

    def _do(self, calls: Sequence[_Call[Item, Answer]]) -> None:
        for call, answer in zip(calls, self._work([it.item for it in calls]), strict=True):
            call.answer = answer

    def _do_alone(self, call: _Call[Item, Answer]) -> None:
        for _ in range(_ATTEMPTS):
            try:
                with self._opening_alone():
                    self._do([call])
            except Exception as error:
                call.error = error
                if not isinstance(error, Overtaken):
                    return
            else:
                call.error = None
                return

    def _take(self) -> list[_Call[Item, Answer]]:
        """As many of those who wait as are done together: the first, then the lightest.

        So a single scan is not kept waiting by every device that sends all of its night at once.
        """
        with self._guard:
            first, *others = self._waiting
            weight = self._weight(first.item)
            taken = [first]
            for call in sorted(others, key=lambda it: self._weight(it.item)):
                weight += self._weight(call.item)
                if weight > self._most:
                    break
                taken.append(call)
            self._waiting = [it for it in others if it not in taken]
            return taken

    def _leave(self) -> _Call[Item, Answer]:
        """The leader alone goes, so that nobody who is dead stands first; the others are served."""
        with self._guard:
            return self._waiting.pop(0)

    def _hand_over(self) -> None:
        """The first of those who still wait leads next."""
        with self._guard:
            self._is_led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].is_leader = True
                self._waiting[0].ready.release()
