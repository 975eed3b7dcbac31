"""Solving a problem: the one door to HiGHS, which is imported when somebody goes through it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventapp.visits.allocation.faults import Faulty, find_faults
from eventapp.visits.allocation.problem import Aim, Problem


class Impossible(Exception):
    """No placements fulfil everything that binds; `blame.blame` says why."""


class NothingFound(Exception):
    """The time ended, or somebody stopped it, before any placements were found."""


class Status(StrEnum):
    """``optimal``: every aim is proven; ``gap``: the time ended first; ``stopped``: by somebody."""

    OPTIMAL = "optimal"
    GAP = "gap"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class AimResult:
    """What an aim came to: its value, and the least that is possible.

    The bound holds among all placements that are no worse in the aims before it; None where no
    bound was found. ``seconds`` is wall time.
    """

    aim: Aim
    value: int
    bound: int | None
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether nothing is better."""
        return self.bound is not None and self.bound >= self.value

    @property
    def gap(self) -> float | None:
        """By which part of the value it could be better at the most; 0.0 when proven."""
        if self.bound is None:
            return None
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value


@dataclass(frozen=True, slots=True)
class Solution:
    """Placements (person → group) of everybody, and what is known of them.

    The same problem gives the same placements wherever the status is ``optimal``. Where time cut
    an aim short (``gap``, ``stopped``), a faster machine may find better ones.
    """

    placements: dict[int, int]
    results: tuple[AimResult, ...]
    status: Status
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a solve is: the aim in work, the best so far, what is proven, seconds so far."""

    aim: Aim
    stage: int
    stages: int
    value: int | None
    bound: int | None
    seconds: float

    @property
    def gap(self) -> float | None:
        """As `AimResult.gap`; None while nothing is known."""
        if self.value is None or self.bound is None:
            return None
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value


def solve(
    problem: Problem,
    *,
    seconds: float,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    start: Mapping[int, int] | None = None,
) -> Solution:
    """The best placements by the aims in their order, within ``seconds`` of wall time.

    ``should_stop`` is asked often; once true, the best so far is returned. ``start`` are
    placements to begin from, used if they fulfil everything. Both callbacks are called in the
    calling thread, sometimes within HiGHS: they must not raise.

    Raises Faulty, Impossible (proven), NothingFound.
    """
    if faults := [it for it in find_faults(problem) if not it.harmless]:
        raise Faulty(faults)
    began = time.monotonic()
    if not problem.people:
        results = tuple(AimResult(aim, 0, 0, 0.0) for aim in problem.aims)
        return Solution({}, results, Status.OPTIMAL, 0.0)
    # They import HiGHS and NumPy: 0.2 s and 40 MB that a server does not pay for unless it solves.
    from eventapp.visits.allocation.model import Watch
    from eventapp.visits.allocation.stages import Stages

    order = {aim: at for at, aim in enumerate(problem.aims)}

    def report(aim: Aim, value: int | None, bound: int | None) -> None:
        if on_progress is not None:
            passed = time.monotonic() - began
            on_progress(Progress(aim, order[aim] + 1, len(order), value, bound, passed))

    watch = Watch(began + seconds, should_stop)
    stages = Stages(problem, watch, report if on_progress is not None else None, start)
    results = tuple(AimResult(it.aim, it.value, it.bound, it.seconds) for it in stages.run())
    status = Status.OPTIMAL if all(it.proven for it in results) else Status.GAP
    if status is Status.GAP and watch.stopped:
        status = Status.STOPPED
    placements = dict(sorted((stages.placements or {}).items()))
    return Solution(placements, results, status, time.monotonic() - began)
