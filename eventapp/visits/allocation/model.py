"""A linear model that grows by columns and rows, and HiGHS that solves it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

INFINITY = float("inf")
# Every coefficient of an aim is a whole number, so a bound above the best less one proves it.
TOLERANCE = 1e-6
# What HiGHS's own tolerances add up to is less than this; what is wrong is wrong by one.
_ASTRAY = 0.01


class _Quiet(highspy.Highs):
    """HiGHS that prints nothing: its own constructor writes a banner to standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class _Growing:
    """An array that is appended to, with room to spare: a model of many single columns."""

    def __init__(self, kind: type) -> None:
        self._buffer: NDArray[Any] = np.zeros(64, kind)
        self._size = 0

    def append(self, values: Any, count: int) -> None:
        needed = self._size + count
        if needed > len(self._buffer):
            grown = np.zeros(max(needed, 2 * len(self._buffer)), self._buffer.dtype)
            grown[: self._size] = self.view
            self._buffer = grown
        self._buffer[self._size : needed] = values
        self._size = needed

    @property
    def view(self) -> NDArray[Any]:
        return self._buffer[: self._size]


class Model:
    """Columns with bounds, rows with bounds, entries; all appended by arrays.

    The bounds are views that may be written to, until something is added.
    """

    def __init__(self) -> None:
        self._lower, self._upper, self._whole = _Growing(float), _Growing(float), _Growing(bool)
        self._row_lower, self._row_upper = _Growing(float), _Growing(float)
        self._rows: list[Ints] = []
        self._columns: list[Ints] = []
        self._values: list[Floats] = []

    @property
    def lower(self) -> Floats:
        """The least that each column may be."""
        return self._lower.view

    @property
    def upper(self) -> Floats:
        """The most that each column may be."""
        return self._upper.view

    @property
    def whole(self) -> Bools:
        """Which columns are whole numbers."""
        return self._whole.view

    @property
    def row_lower(self) -> Floats:
        """The least that each row may be."""
        return self._row_lower.view

    @property
    def row_upper(self) -> Floats:
        """The most that each row may be."""
        return self._row_upper.view

    def add_columns(self, upper: Floats, *, whole: bool = False) -> Ints:
        """Columns from 0 to ``upper``; answers their numbers."""
        first, count = len(self.lower), len(upper)
        self._lower.append(0.0, count)
        self._upper.append(upper, count)
        self._whole.append(whole, count)
        return np.arange(first, first + count)

    def add_rows(self, lower: Floats | float, upper: Floats | float, count: int) -> Ints:
        """Rows with these bounds; answers their numbers."""
        first = len(self.row_lower)
        self._row_lower.append(lower, count)
        self._row_upper.append(upper, count)
        return np.arange(first, first + count)

    def add_entries(self, rows: Ints, columns: Ints, values: Floats | float) -> None:
        """Entries of the matrix, each at most once."""
        self._rows.append(rows)
        self._columns.append(columns)
        self._values.append(np.broadcast_to(np.asarray(values, float), len(rows)))

    def activity(self, point: Floats) -> Floats:
        """What the rows are at a point."""
        rows, columns, values = self._entries()
        weights = values * point[columns]
        found = np.bincount(rows, weights=weights, minlength=len(self.row_lower))
        return found.astype(float)

    def holds(self, point: Floats, within: float = TOLERANCE) -> bool:
        """Whether a point is within all bounds."""
        if (point < self.lower - within).any() or (point > self.upper + within).any():
            return False
        rows = self.activity(point)
        low, high = self.row_lower - within, self.row_upper + within
        return bool((rows >= low).all() and (rows <= high).all())

    def _entries(self) -> tuple[Ints, Ints, Floats]:
        empty = np.zeros(0, np.int64)
        if not self._rows:
            return empty, empty, np.zeros(0)
        self._rows = [np.concatenate(self._rows)]
        self._columns = [np.concatenate(self._columns)]
        self._values = [np.concatenate(self._values)]
        return self._rows[0], self._columns[0], self._values[0]

    def to_highs(self, cost: Floats, *, whole: bool) -> Any:
        """HiGHS with this model, quiet, on one thread, from the same seed each time."""
        rows, columns, values = self._entries()
        order = np.argsort(rows, kind="stable")
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(cost), len(self.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        counts = np.bincount(rows, minlength=len(self.row_lower))
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        lp.a_matrix_.index_ = columns[order].astype(np.int32)
        lp.a_matrix_.value_ = values[order]
        highs = _Quiet()  # type: ignore[no-untyped-call]
        for option, value in (("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
            highs.setOptionValue(option, value)
        highs.setOptionValue("mip_abs_gap", 1 - 1e-4)
        if whole and self.whole.any():
            integer, continuous = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
            lp.integrality_ = [integer if it else continuous for it in self.whole.tolist()]
        highs.passModel(lp)
        return highs


@dataclass(frozen=True, slots=True)
class Outcome:
    """What HiGHS answered: the best point (None: none found), its value, what is proven of it.

    ``bound`` is the least that any point could have. ``impossible``: it is proven that there is
    none. The duals are those of an LP, else None.
    """

    point: Floats | None
    value: float
    bound: float
    impossible: bool = False
    stopped: bool = False
    column_duals: Floats | None = None
    row_duals: Floats | None = None


@dataclass
class Watch:
    """When to end: at a moment of the monotonic clock, or when somebody says so."""

    ends: float
    should_stop: Callable[[], bool] | None = None
    stopped: bool = False

    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self.ends - time.monotonic())

    def stop(self) -> bool:
        """Whether somebody has said so; once said, it stays."""
        if not self.stopped and self.should_stop is not None:
            self.stopped = bool(self.should_stop())
        return self.stopped

    def over(self) -> bool:
        """Whether to end."""
        return self.stop() or self.left() <= 0


Tell = Callable[[float, float], None]


def solve_relaxed(model: Model, cost: Floats, watch: Watch) -> Outcome:
    """The model without whole numbers; with duals."""
    highs = model.to_highs(cost, whole=False)
    highs.setOptionValue("time_limit", max(0.01, watch.left()))
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        found, value = highs.getSolution(), highs.getInfo().objective_function_value
        return Outcome(
            np.array(found.col_value),
            value,
            value,
            column_duals=np.array(found.col_dual),
            row_duals=np.array(found.row_dual),
        )
    return Outcome(None, INFINITY, -INFINITY, impossible=_impossible(status))


def solve_whole(
    model: Model,
    cost: Floats,
    watch: Watch,
    *,
    seconds: float,
    start: Floats | None = None,
    first: bool = False,
    tell: Tell | None = None,
) -> Outcome:
    """The model in whole numbers, from a start if there is one; ``first``: any point will do.

    HiGHS 1.16 may map a start wrongly when its presolve leaves nothing to search: it then proves
    a value that the point which it returns does not have. So what it says of a point is checked,
    and if it is wrong, the model is solved again without the start.
    """
    ends = time.monotonic() + min(seconds, watch.left())
    found = _search(model, cost, watch, ends, start, first, tell)
    if start is not None and not _true_of(found, cost, model):
        found = _search(model, cost, watch, ends, None, first, tell)
    if not _true_of(found, cost, model):
        return Outcome(None, INFINITY, -INFINITY, stopped=found.stopped)
    return found


def _true_of(found: Outcome, cost: Floats, model: Model) -> bool:
    """Whether a point is one and has the value that is said."""
    if found.point is None:
        return True
    value = float(cost @ found.point)
    return abs(value - found.value) < _ASTRAY and model.holds(found.point, _ASTRAY)


def _search(
    model: Model,
    cost: Floats,
    watch: Watch,
    ends: float,
    start: Floats | None,
    first: bool,
    tell: Tell | None,
) -> Outcome:
    highs = model.to_highs(cost, whole=True)
    highs.setOptionValue("time_limit", max(0.01, ends - time.monotonic()))
    if first:
        highs.setOptionValue("mip_max_improving_sols", 1)
    if start is not None:
        every = np.arange(len(start), dtype=np.int32)
        highs.setSolution(len(start), every, start)
    last_told = [0.0]

    def look(event: Any) -> None:
        if watch.stop():
            event.interrupt()
        if tell is not None and time.monotonic() - last_told[0] > 0.2:
            last_told[0] = time.monotonic()
            tell(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)

    if watch.should_stop is not None or tell is not None:
        highs.cbMipInterrupt += look
    highs.run()
    info, status = highs.getInfo(), highs.getModelStatus()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        impossible = _impossible(status)
        return Outcome(None, INFINITY, info.mip_dual_bound, impossible, watch.stopped)
    point = np.array(highs.getSolution().col_value)
    point[model.whole] = np.round(point[model.whole])
    bound = info.mip_dual_bound
    if status == highspy.HighsModelStatus.kOptimal:
        bound = info.objective_function_value
    return Outcome(point, info.objective_function_value, bound, stopped=watch.stopped)


def _impossible(status: Any) -> bool:
    return status in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )


def is_whole(point: Floats) -> bool:
    """Whether all of it is whole numbers."""
    return bool((np.abs(point - np.round(point)) < TOLERANCE).all())
