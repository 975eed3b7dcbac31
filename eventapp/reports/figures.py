"""Numbers of a chart: series without gaps, round scales, places on a drawing.

Pure: neither Flask nor a database.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

MOST_DAYS = 120
ARRIVAL_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart over time, placed on a drawing; lengths in the drawing's units."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled line across the drawing, or a label under it."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class TimeChart:
    """A bar chart over time, ready to be drawn as SVG; (0, 0) is its upper left corner."""

    width: float
    height: float
    left: float
    """Where the bars begin; the scale stands before it."""
    bars: tuple[Bar, ...]
    lines: tuple[Tick, ...]
    """Values of the scale, by height."""
    labels: tuple[Tick, ...]
    """A selection of the bars' labels, by place; centred."""
    total: int
    highest: Bar | None


WIDTH, HEIGHT = 640.0, 200.0
_LEFT, _TOP, _BOTTOM = 40.0, 12.0, 26.0
_GAP = 0.18
_MAX_BAR = 36.0
_MAX_LABELS = 6


def daily(counts: Mapping[date, int]) -> list[tuple[date, int]]:
    """Every day from the first to the last, with zero where there is none.

    Where that is more than `MOST_DAYS`, the days with something only, the latest of them: a
    single registration long before or after would make all the others too thin to see.
    """
    if not counts:
        return []
    first, last = min(counts), max(counts)
    if (last - first).days >= MOST_DAYS:
        return sorted(counts.items())[-MOST_DAYS:]
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return [(day, counts.get(day, 0)) for day in days]


def in_steps(counts: Mapping[datetime, int], step: timedelta) -> list[tuple[datetime, int]]:
    """Every step from the first to the last, with zero where there is none.

    The keys are starts of steps. Long quiet stretches stay: they say something too.
    """
    if not counts:
        return []
    moment, last = min(counts), max(counts)
    series = []
    while moment <= last:
        series.append((moment, counts.get(moment, 0)))
        moment += step
    return series


def scale(highest: int) -> list[int]:
    """Round values from 0 to at least ``highest``, three to six of them; [0, 1] for nothing."""
    if highest <= 1:
        return [0, 1]
    for step in _round_steps():
        if step * 5 >= highest:
            return list(range(0, -(-highest // step) * step + 1, step))
    raise AssertionError("the steps never end")


def _round_steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def time_chart(series: Sequence[tuple[T, int]], label: Callable[[T], str]) -> TimeChart:
    """Place the bars of a series of at least one step."""
    marks = scale(max((value for _, value in series), default=0))
    top = marks[-1]
    base = HEIGHT - _BOTTOM
    room = base - _TOP
    slot = (WIDTH - _LEFT) / max(1, len(series))
    width = min(_MAX_BAR, slot * (1 - _GAP))
    bars = tuple(
        Bar(
            label=label(key),
            value=value,
            x=round(_LEFT + slot * i + (slot - width) / 2, 1),
            y=round(base - room * value / top, 1),
            width=round(width, 1),
            height=round(room * value / top, 1),
        )
        for i, (key, value) in enumerate(series)
    )
    every = max(1, -(-len(bars) // _MAX_LABELS))
    return TimeChart(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        bars=bars,
        lines=tuple(Tick(str(mark), round(base - room * mark / top, 1)) for mark in marks),
        labels=tuple(
            Tick(bar.label, round(bar.x + bar.width / 2, 1)) for bar in bars[every // 2 :: every]
        ),
        total=sum(bar.value for bar in bars),
        highest=max(bars, key=lambda bar: bar.value, default=None),
    )


def percent(part: int, whole: int) -> int:
    """Whole percents, rounded down, so that 100 means everybody."""
    return 100 * part // whole if whole else 0
