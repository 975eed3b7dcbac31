"""The changes of the last hour: another allocation that moves as few people as possible."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from eventapp.visits.allocation.problem import Aim, Pin, Problem
from eventapp.visits.allocation.solving import Progress, Solution, solve


@dataclass(frozen=True, slots=True)
class Move:
    """A person who goes from one group to another; ``before`` None: had none, ``after``: has none.

    ``before`` may be a group that there is no more.
    """

    person: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Reallocation:
    """The new allocation, and who has to be told.

    ``moves`` are of people who had a group and get another, in the order of the problem's people;
    ``joined`` those who had none, ``left`` those who had one and are not among the people now.
    The first result of the solution is that of `Aim.MOVES`.
    """

    solution: Solution
    moves: tuple[Move, ...]
    joined: tuple[Move, ...]
    left: tuple[Move, ...]


def reallocate(
    problem: Problem,
    *,
    seconds: float,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Reallocation:
    """The allocation of ``problem`` nearest to ``problem.present``, then best by its aims.

    Whoever cancelled is left out of the people, whoever joins is among them without a present
    group; groups, capacities, pins and all else are as they are to be. How many have to move is
    found first from where everybody is and may be, which is a small problem; if nobody has to,
    those who have a group are held there and only the rest is decided. Raises as `solve`.
    """
    fewest = solve(
        replace(problem, aims=(Aim.MOVES,)),
        seconds=seconds,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    best, first = fewest, fewest.results[0]
    aims = tuple(aim for aim in problem.aims if aim is not Aim.MOVES)
    left = seconds - fewest.seconds
    if aims and first.value == 0:
        groups = {group.id for group in problem.groups}
        pinned = {pin.person for pin in problem.pins}
        stay = tuple(
            Pin(it.id, fewest.placements[it.id])
            for it in problem.people
            if it.id not in pinned and problem.present.get(it.id) in groups
        )
        held = replace(problem, aims=aims, pins=(*problem.pins, *stay))
        best = _next(held, left, fewest, on_progress, should_stop)
        best = replace(best, results=(first, *best.results))
    elif aims:
        again = replace(problem, aims=(Aim.MOVES, *aims))
        best = _next(again, left, fewest, on_progress, should_stop)
    best = replace(best, seconds=fewest.seconds + best.seconds)
    return Reallocation(best, *_moves(problem, best.placements))


def _next(
    problem: Problem,
    seconds: float,
    found: Solution,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool] | None,
) -> Solution:
    """The problem solved from placements that fulfil it."""
    return solve(
        problem,
        seconds=max(0.05, seconds),
        on_progress=on_progress,
        should_stop=should_stop,
        start=found.placements,
    )


def _moves(
    problem: Problem, placements: dict[int, int]
) -> tuple[tuple[Move, ...], tuple[Move, ...], tuple[Move, ...]]:
    moves, joined = [], []
    for person in problem.people:
        before, after = problem.present.get(person.id), placements[person.id]
        if before is None:
            joined.append(Move(person.id, None, after))
        elif before != after:
            moves.append(Move(person.id, before, after))
    gone = sorted(problem.present.keys() - {it.id for it in problem.people})
    left = tuple(Move(who, problem.present[who], None) for who in gone)
    return tuple(moves), tuple(joined), left
