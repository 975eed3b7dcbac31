"""An allocation worked out from a task to what is kept of it: plain values, as JSON has them.

Pure, so that it runs in a process of its own (`solver`). What is kept holds ids and numbers and no
names: whoever is anonymised later leaves nothing here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from eventapp.visits.allocation import blame as blaming
from eventapp.visits.allocation.faults import Fault, Faulty, find_faults
from eventapp.visits.allocation.figures import Figures, figures
from eventapp.visits.allocation.moving import reallocate
from eventapp.visits.allocation.problem import Aim, Problem
from eventapp.visits.allocation.reasons import Obstacle, Reason, explain
from eventapp.visits.allocation.solving import (
    AimResult,
    Impossible,
    NothingFound,
    Progress,
    Solution,
    solve,
)

DONE, IMPOSSIBLE, FAILED = "done", "impossible", "failed"
_BLAME_SECONDS = 20.0
_NAMED = 5  # people whom an obstacle names


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be worked out; ``is_nearest``: with the fewest moves from what there is."""

    problem: Problem
    seconds: float
    is_nearest: bool = False


def work_out(
    task: Task,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """What came of it. ``outcome`` says which of these it is:

    - ``done``: ``status``, ``seconds``, ``results`` of the aims, ``placements`` and ``before``
      (pairs of person and group), ``then`` and ``now`` (figures), ``reasons`` by person,
      ``remarks`` (faults that stood in no way).
    - ``impossible``: ``faults``, or ``blame``.
    - ``failed``: ``why``: ``nothing_found``, or ``stopped_early``.
    """
    problem = task.problem
    try:
        solution = _solved(task, on_progress, should_stop)
    except Faulty as error:
        return {"outcome": IMPOSSIBLE, "faults": [fault_data(it) for it in error.faults]}
    except Impossible:
        return _blamed(problem)
    except NothingFound:
        was_stopped = should_stop is not None and should_stop()
        return {"outcome": FAILED, "why": "stopped_early" if was_stopped else "nothing_found"}
    if task.is_nearest:  # what came first has to be told first
        aims = (Aim.MOVES, *(it for it in problem.aims if it is not Aim.MOVES))
        problem = replace(problem, aims=aims)
    reasons = explain(problem, solution.placements)
    return {
        "outcome": DONE,
        "status": solution.status.value,
        "seconds": round(solution.seconds, 2),
        "results": [_result(it) for it in solution.results],
        "placements": _pairs(solution.placements),
        "before": _pairs(problem.present),
        "then": _figures(figures(problem, solution.placements)),
        "now": _figures(figures(problem, problem.present)),
        "reasons": [[who, reason_data(it)] for who, it in sorted(reasons.items())],
        "remarks": [fault_data(it) for it in find_faults(problem)],
    }


def progress_data(progress: Progress) -> dict[str, Any]:
    """How far it is, as JSON."""
    return {
        "aim": progress.aim.value,
        "stage": progress.stage,
        "stages": progress.stages,
        "value": progress.value,
        "bound": progress.bound,
        "gap": progress.gap,
        "seconds": round(progress.seconds, 1),
    }


def fault_data(fault: Fault) -> dict[str, Any]:
    """A fault without the names of people; the words are made of it elsewhere."""
    found: dict[str, Any] = {"kind": fault.kind.value, "remedy": fault.remedy.value}
    found["ids"] = list(fault.ids)
    if fault.have is not None:
        found["have"] = fault.have
    if fault.need is not None:
        found["need"] = fault.need
    if not fault.ids and fault.labels:  # aims, not people
        found["labels"] = list(fault.labels)
    return found


def reason_data(reason: Reason) -> dict[str, Any]:
    """Why somebody is where they are, as it is kept in `Allocation.reason`."""
    found: dict[str, Any] = {"group": reason.group, "site": reason.site, "wishes": reason.wishes}
    if reason.rank is not None:
        found["rank"] = reason.rank
    if reason.pinned:
        found["pinned"] = True
    if reason.kept_with:
        found["kept_with"] = len(reason.kept_with)
    if reason.obstacles:
        found["obstacles"] = [_obstacle(it) for it in reason.obstacles]
    return found


def _solved(
    task: Task,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool] | None,
) -> Solution:
    ask = {"seconds": task.seconds, "on_progress": on_progress, "should_stop": should_stop}
    if task.is_nearest:
        return reallocate(task.problem, **ask).solution  # type: ignore[arg-type]
    return solve(task.problem, **ask)  # type: ignore[arg-type]


def _blamed(problem: Problem) -> dict[str, Any]:
    try:
        found = blaming.blame(problem, seconds=_BLAME_SECONDS)
    except (Impossible, NothingFound):
        return {"outcome": IMPOSSIBLE, "faults": []}
    return {
        "outcome": IMPOSSIBLE,
        "blame": {
            "cheapest": [_remedy(it) for it in found.cheapest],
            "others": [[_remedy(it) for it in some] for some in found.others],
            "proven": found.proven,
        },
    }


def _remedy(remedy: blaming.Remedy) -> dict[str, Any]:
    return {"kind": remedy.kind.value, "ids": list(remedy.ids), "amount": remedy.amount}


def _result(result: AimResult) -> dict[str, Any]:
    return {
        "aim": result.aim.value,
        "value": result.value,
        "bound": result.bound,
        "gap": result.gap,
        "seconds": round(result.seconds, 2),
    }


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": obstacle.kind.value, "site": obstacle.site}
    for name in ("group", "free", "worse"):
        if (value := getattr(obstacle, name)) is not None:
            found[name] = value
    if obstacle.people:
        found["people"] = list(obstacle.people[:_NAMED])
        found["count"] = len(obstacle.people)
    if obstacle.aim is not None:
        found["aim"] = obstacle.aim.value
    if (seated := obstacle.seated) is not None:
        numbers = ("seats", "reserved", "pinned", "keener", "as_keen", "less_keen")
        found["seated"] = {name: getattr(seated, name) for name in numbers}
    return found


def _figures(found: Figures) -> dict[str, Any]:
    return {
        "placed": found.placed,
        "unplaced": found.unplaced,
        "without_wishes": found.without_wishes,
        "by_rank": _pairs(found.by_rank),
        "groups": [
            {
                "group": it.group,
                "people": it.people,
                "seats": it.seats,
                "delegations": _most_first(it.by_delegation),
            }
            for it in found.groups
        ],
        "split": sum(number > 1 for number in found.spread.values()),
        "delegations": len(found.spread),
        "filled": [round(it, 4) for it in found.filled],
        "aims": {aim.value: value for aim, value in found.aims.items()},
    }


def _pairs(found: Mapping[int, int]) -> list[list[int]]:
    return [list(it) for it in sorted(found.items())]


def _most_first(found: Mapping[int | None, int]) -> list[list[int | None]]:
    def order(pair: tuple[int | None, int]) -> tuple[int, int]:
        return -pair[1], pair[0] or 0

    some: Iterable[tuple[int | None, int]] = sorted(found.items(), key=order)
    return [[key, number] for key, number in some]
