"""The aims one after the other, each proven or bounded before the next may not worsen it.

After an aim whose optimum is that of its linear relaxation, everything that no optimum uses is
fixed: columns with a reduced cost at their bound, rows with a dual as equations. That loses no
optimum of the aim, leaves the network a network, and makes what comes next small. Otherwise a row
holds the aim at its value. A delegation that can be kept in one group is then moved as one block:
so the aims after ``together`` become an assignment of blocks, whose bound is far stronger.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from eventapp.visits.allocation.formulation import Formulation, Linear
from eventapp.visits.allocation.measuring import measure
from eventapp.visits.allocation.model import (
    INFINITY,
    TOLERANCE,
    Floats,
    Outcome,
    Watch,
    solve_relaxed,
    solve_whole,
)
from eventapp.visits.allocation.neighbourhoods import improve
from eventapp.visits.allocation.problem import Aim, Problem, open_groups
from eventapp.visits.allocation.sharing import share_out
from eventapp.visits.allocation.solving import Impossible, NothingFound

# Of the time that is left, what an aim may take that others follow; what trying blocks may; and
# what looking for a good start may where there are more columns of people than this.
_SHARE, _SHARE_OF_BLOCKS, _SHARE_OF_START, _LARGE = 0.6, 0.35, 0.75, 3000
_REPAIR = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class StageResult:
    """An aim's value in the placements, and the least that is possible (None: not known)."""

    aim: Aim
    value: int
    bound: int | None
    seconds: float


Report = Callable[[Aim, int | None, int | None], None]


class Stages:
    """Solves a problem aim by aim; ``report`` hears of (aim, best, bound) on the way."""

    def __init__(
        self,
        problem: Problem,
        watch: Watch,
        report: Report | None = None,
        start: Mapping[int, int] | None = None,
    ) -> None:
        self.problem, self.watch, self.report = problem, watch, report
        self.form = Formulation(problem, problem.aims)
        self.point: Floats | None = None
        self.placements: dict[int, int] | None = None
        self.least = 0  # splits that no placements avoid
        if start is not None:
            self._take_start(start)

    def run(self) -> list[StageResult]:
        """The results, in the order of the aims; the placements are in ``placements``."""
        bounds: list[int | None] = []
        seconds: list[float] = []
        for at, aim in enumerate(self.problem.aims):
            began = time.monotonic()
            share = 1.0 if at == len(self.problem.aims) - 1 else _SHARE
            bounds.append(None if at and self.watch.over() else self._stage(at, aim, share))
            seconds.append(time.monotonic() - began)
        if self.placements is None:
            raise NothingFound
        values = [measure(self.problem, self.placements, aim) for aim in self.problem.aims]
        # What a bound says of a later aim holds while those before have these values.
        return [
            StageResult(aim, value, None if bound is None else min(bound, value), took)
            for aim, value, bound, took in zip(
                self.problem.aims, values, bounds, seconds, strict=True
            )
        ]

    def _take_start(self, start: Mapping[int, int]) -> None:
        point = self.form.point(start)
        if point is not None and self.form.model.holds(point):
            self.point = point
            self.placements = {it.id: start[it.id] for it in self.problem.people}

    def _take(self, point: Floats) -> None:
        self.point = point
        self.placements = share_out(self.form, point)

    def _stage(self, at: int, aim: Aim, share: float) -> int | None:
        """Make the aim as good as possible and hold it there; answers what is proven of it."""
        if aim is Aim.TOGETHER and self._in_blocks(at):
            return self.least
        if aim is Aim.TOGETHER and at == 0 and len(self.problem.aims) > 1:
            return self._apart_from_later(share)
        value = self.form.aim(aim)
        if self.point is not None:
            self.point = self.form.extended(self.point)
        model = self.form.model
        cost = value.dense(len(model.lower))
        if aim is Aim.TOGETHER:  # Hardly ever whole by itself, and the search solves it anyway.
            relaxed = Outcome(None, INFINITY, -INFINITY)
        else:
            relaxed = solve_relaxed(model, cost, self.watch)
        if relaxed.impossible:
            raise Impossible
        bound = _up(relaxed.bound + value.constant)
        if (point := self._settled(value, relaxed)) is not None:
            self._take(point)
        else:
            bound = self._in_whole(aim, value, bound, share)
        if self.point is None:
            return bound
        now = round(value.at(self.point))
        self._tell(aim, now, bound)
        self._hold(value, relaxed, now)
        return bound

    def _settled(self, value: Linear, relaxed: Outcome) -> Floats | None:
        """The relaxation's point, if it is whole once a group with people is said to run."""
        if relaxed.point is None:
            return None
        point = self.form.extended(relaxed.point)
        same = value.at(point) <= relaxed.value + value.constant + TOLERANCE
        fits = same and self.form.is_whole(point) and self.form.model.holds(point)
        return point if fits else None

    def _apart_from_later(self, share: float) -> int | None:
        """The first aim alone: without what later aims tell apart there are far fewer units."""
        alone = replace(self.problem, aims=self.problem.aims[:1])
        watch = Watch(time.monotonic() + share * self.watch.left(), self.watch.should_stop)
        stages = Stages(alone, watch, self.report, self.placements)
        (result,) = stages.run()
        self.watch.stopped |= watch.stopped
        value = self.form.aim(Aim.TOGETHER)
        if (point := self.form.point(stages.placements or {})) is not None:
            self._take(point)
        _limit(self.form, value, result.value)
        return result.bound

    def _in_whole(self, aim: Aim, value: Linear, bound: int | None, share: float) -> int | None:
        if self.watch.over():
            return bound
        model = self.form.model
        if self.point is None:
            self._take_any()
        if len(self.form.used) and len(self.form.x) > _LARGE and not self.form.whole:
            if aim is Aim.TOGETHER:
                self._try_cores(aim)
            elif self.point is not None:
                seconds = _SHARE_OF_START * self.watch.left()
                self._take(improve(self.form, value, self.point, self.watch, seconds))
        cost = value.dense(len(model.lower))

        def tell(best: float, proven: float) -> None:
            top = None if abs(best) == INFINITY else round(best + value.constant)
            self._tell(aim, top, _up(proven + value.constant))

        if aim is Aim.TOGETHER:
            bound = self.least if bound is None else max(bound, self.least)
        best = _up(bound - value.constant) if bound is not None else None
        for once_more in (False, True):
            start = self.point if self.point is not None and model.holds(self.point) else None
            seconds = share * self.watch.left()
            found = solve_whole(
                model,
                cost,
                self.watch,
                seconds=seconds,
                start=start,
                tell=tell if self.report is not None else None,
            )
            if found.impossible:
                raise Impossible
            proven = _up(found.bound)
            if proven is not None:
                best = proven if best is None else max(best, proven)
            point = self._made_whole(found.point, cost)
            if point is not None and (
                self.point is None or value.at(point) <= value.at(self.point) + TOLERANCE
            ):
                self._take(point)
            if once_more or found.point is None or best is None or self.watch.over():
                break
            if self.point is not None and float(cost @ self.point) <= best + TOLERANCE:
                break
            if not len(self.form.following) or found.value > best + TOLERANCE:
                break  # The time ended before it mattered that people are whole.
            model.whole[self.form.following] = True
        model.whole[self.form.following] = False
        return None if best is None else _up(best + value.constant)

    def _made_whole(self, point: Floats | None, cost: Floats) -> Floats | None:
        """A point with the same groups used, and people in whole numbers."""
        form, model = self.form, self.form.model
        if point is None or form.is_whole(point):
            return point
        low, high = model.lower.copy(), model.upper.copy()
        model.lower[form.used] = model.upper[form.used] = np.round(point[form.used])
        model.whole[form.following] = True
        seconds = min(_REPAIR, self.watch.left())
        found = solve_whole(model, cost, self.watch, seconds=seconds)
        model.whole[form.following] = False
        model.lower[:], model.upper[:] = low, high
        return found.point

    def _take_any(self) -> None:
        """Take what binds alone, without any aim: whole at once but for minimums and sets."""
        found = solve_relaxed(self.form.model, np.zeros(len(self.form.model.lower)), self.watch)
        if found.impossible:
            raise Impossible
        if found.point is not None:
            point = self.form.extended(found.point)
            if self.form.is_whole(point) and self.form.model.holds(point):
                self._take(point)

    def _hold(self, value: Linear, relaxed: Outcome, now: int) -> None:
        """Keep the aim at ``now`` from here on."""
        model = self.form.model
        duals, rows = relaxed.column_duals, relaxed.row_duals
        if (
            duals is None
            or rows is None
            or relaxed.point is None
            or abs(relaxed.value + value.constant - now) > TOLERANCE
        ):
            row = model.add_rows(-INFINITY, now - value.constant, 1)
            model.add_entries(np.repeat(row, len(value.columns)), value.columns, value.factors)
            return
        at = relaxed.point
        low, high = duals > TOLERANCE, duals < -TOLERANCE
        model.upper[low] = at[low]
        model.lower[high] = at[high]
        activity = model.activity(at)
        tight = np.abs(rows) > TOLERANCE
        nearer_low = np.abs(activity - model.row_lower) < np.abs(activity - model.row_upper)
        at_low, at_high = tight & nearer_low, tight & ~nearer_low
        model.row_upper[at_low] = model.row_lower[at_low]
        model.row_lower[at_high] = model.row_upper[at_high]

    def _in_blocks(self, at: int) -> bool:
        """Whether every delegation can be in as few groups as it could be alone; then it is.

        From there on each that needs one group is a block.
        """
        needs = self.form.groups_needed()
        self.least = sum(needs.values()) - len(needs)
        whole = frozenset(key for key, need in needs.items() if need == 1)
        if not whole or self.watch.over():
            return False
        earlier = self.problem.aims[:at]
        held = [
            (aim, round(self.form.aim(aim).at(self.point)))
            for aim in earlier
            if self.point is not None
        ]
        blocks = Formulation(self.problem, self.problem.aims, whole)
        for aim, now in held:
            _limit(blocks, blocks.aim(aim), now)
        _limit(blocks, blocks.aim(Aim.TOGETHER), sum(need - 1 for need in needs.values()))
        later = self.problem.aims[at + 1 :]
        value = blocks.aim(later[0]) if later else Linear(np.zeros(0, np.int64), np.zeros(0))
        cost = value.dense(len(blocks.model.lower))
        relaxed = solve_relaxed(blocks.model, cost, self.watch)
        if relaxed.impossible or self.watch.over():
            return False
        point = relaxed.point
        if point is None or not blocks.is_whole(point):
            seconds = _SHARE_OF_BLOCKS * self.watch.left()
            point = solve_whole(blocks.model, cost, self.watch, seconds=seconds, first=True).point
        if point is None:
            return False
        self.form = blocks
        self._take(point)
        return True

    def _try_cores(self, aim: Aim) -> None:
        """Look for a good start where those of a delegation who are free to go anywhere stay one.

        That is a smaller problem by far; what it says of bounds does not hold for ours.
        """
        at = self.problem.aims.index(aim)
        cores = (*self.problem.together, *_cores(self.problem))
        form = Formulation(replace(self.problem, together=cores), self.problem.aims)
        for earlier in self.problem.aims[:at]:
            if self.point is not None:
                _limit(form, form.aim(earlier), round(self.form.aim(earlier).at(self.point)))
        value = form.aim(aim)
        cost = value.dense(len(form.model.lower))
        seconds = _SHARE_OF_BLOCKS * self.watch.left()
        start = None if self.placements is None else form.point(self.placements)
        if start is not None and not form.model.holds(start):
            start = None
        found = solve_whole(form.model, cost, self.watch, seconds=seconds, start=start)
        if found.point is None or not form.is_whole(found.point):
            return
        point = self.form.point(share_out(form, found.point))
        ours = self.form.aim(aim)
        if (
            point is not None
            and self.form.model.holds(point)
            and (self.point is None or ours.at(point) < ours.at(self.point))
        ):
            self._take(point)

    def _tell(self, aim: Aim, best: int | None, bound: int | None) -> None:
        if self.report is not None:
            self.report(aim, best, bound)


def _limit(form: Formulation, value: Linear, most: int) -> None:
    row = form.model.add_rows(-INFINITY, most - value.constant, 1)
    form.model.add_entries(np.repeat(row, len(value.columns)), value.columns, value.factors)


def _cores(problem: Problem) -> list[frozenset[int]]:
    """Of each delegation the most who may go to the same groups and are bound by nobody."""
    bound = {it for some in problem.together for it in some}
    bound |= {it for both in problem.never_together for it in both}
    bound |= {pin.person for pin in problem.pins}
    alike: dict[int, dict[frozenset[int], list[int]]] = {}
    opened = open_groups(problem)
    for person in problem.people:
        if person.delegation is not None and person.id not in bound:
            patterns = alike.setdefault(person.delegation, {})
            patterns.setdefault(frozenset(opened[person.id]), []).append(person.id)
    most = max(group.seats for group in problem.groups)
    largest = (max(patterns.values(), key=len) for patterns in alike.values())
    return [frozenset(some) for some in largest if 1 < len(some) <= most]


def _up(bound: float) -> int | None:
    """The least whole number that a bound allows."""
    return None if abs(bound) == INFINITY else int(np.ceil(bound - TOLERANCE))
