"""How fast people come in, and how long those might wait who are still to come. Pure.

What is seen is scans, not queues. So nothing here says how many stand in line; it says

- *the pace*: how many came in a minute lately, and when everybody would be in if it stayed so;
- *the capacity*: how many the desks at work can let in. Of each desk, pauses of up to a minute
  between two people are work, and longer ones are nobody having come: people served by minute of
  work, in the last quarter of an hour or in the last five minutes, whichever is more. A desk that
  waits for people is slower than it could be. The desks' rates add up;
- *the longest wait*: how long the last one would wait if all who are missing stood at the door
  now: missing / capacity. Nobody waits longer unless a desk stops; with a steady stream people
  wait less, down to not at all.

Every figure has bounds. Counts of people who come one by one vary as their square root does
(Poisson), and sqrt(n) varies alike whatever n is, by about 1 in 19 cases of 20 (M. S. Bartlett,
1936; Anscombe's form, 1948): with n people in m minutes the rate lies between (sqrt(n + 3/8) - 1)²
and (sqrt(n + 3/8) + 1)² by m. With fewer than `ENOUGH` people nothing is said at all. Families and
delegations come together and make it vary more, so the bounds are the least that there is to doubt.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

MINUTE = timedelta(minutes=1)
LATELY = timedelta(minutes=5)
"""A desk with a scan since then is at work; the pace is that of this time."""
REMEMBERED = timedelta(minutes=15)
"""How far back scans tell how fast a desk is."""
LONGEST_PAUSE = timedelta(minutes=1)
"""A longer pause between two people is nobody having come."""
ENOUGH = 10
"""Of fewer people nothing is concluded."""


@dataclass(frozen=True, slots=True)
class Rate:
    """People a minute, and between what it may lie."""

    per_minute: float
    low: float
    high: float
    people: int
    """From how many it is known."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """A time to wait, and between what it may lie."""

    low: float
    likely: float
    high: float


def rate(people: int, minutes: float) -> Rate | None:
    """So many people in so many minutes; None where these are too few to say."""
    if people < ENOUGH or minutes <= 0:
        return None
    root = math.sqrt(people + 3 / 8)
    low, high = (root - 1) ** 2 / minutes, (root + 1) ** 2 / minutes
    return Rate(people / minutes, low, high, people)


def pace(arrivals: Iterable[datetime], now: datetime) -> Rate | None:
    """How many came in a minute lately; None where these are too few to say."""
    return rate(in_last(arrivals, now, LATELY), LATELY / MINUTE)


def in_last(moments: Iterable[datetime], now: datetime, time: timedelta) -> int:
    """How many of the moments are of the time before now."""
    return sum(now - time < it <= now for it in moments)


def capacity(desks: Mapping[int, Sequence[datetime]], now: datetime) -> Rate | None:
    """How many people a minute the desks at work can serve; None where that cannot be said.

    ``desks`` are the moments at which each has served somebody, in any order.
    """
    people = 0
    total = 0.0
    for moments in desks.values():
        if not in_last(moments, now, LATELY):
            continue
        served, minutes = worked(moments, now, REMEMBERED)
        lately, minutes_lately = worked(moments, now, LATELY)
        # Of a desk that has just begun nothing is known yet: all together are at least so fast.
        if minutes:
            people += served
            total += max(served / minutes, lately / minutes_lately if minutes_lately else 0.0)
    if people < ENOUGH or not total:
        return None
    root = math.sqrt(people + 3 / 8)
    return Rate(total, total * (root - 1) ** 2 / people, total * (root + 1) ** 2 / people, people)


def worked(moments: Iterable[datetime], now: datetime, time: timedelta) -> tuple[int, float]:
    """How many a desk has served in the time before now, each after another without a longer
    pause, and in how many minutes."""
    recent = sorted(it for it in moments if now - time < it <= now)
    pauses = [
        later - earlier for earlier, later in pairwise(recent) if later - earlier <= LONGEST_PAUSE
    ]
    return len(pauses), sum(pauses, timedelta()) / MINUTE


def wait(missing: int, by: Rate | None) -> Minutes | None:
    """How long so many people take at a rate; None where the rate is not known."""
    if by is None:
        return None
    return Minutes(missing / by.high, missing / by.per_minute, missing / by.low)


@dataclass(frozen=True, slots=True)
class Bar:
    """People of one step of time, from ``start`` on."""

    start: datetime
    people: int


def by_steps(
    moments: Iterable[datetime], end: datetime, *, steps: int, step: timedelta = MINUTE
) -> list[Bar]:
    """How many of the moments fall into each of the last steps up to ``end``, which it is in."""
    last = floor(end, step)
    counts = [0] * steps
    for it in moments:
        ago = (last - floor(it, step)) // step
        if 0 <= ago < steps:
            counts[steps - 1 - ago] += 1
    return [Bar(last - step * (steps - 1 - i), people) for i, people in enumerate(counts)]


def floor(moment: datetime, step: timedelta) -> datetime:
    """The beginning of the step that a moment is in, counted from midnight UTC."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + step * ((moment - midnight) // step)
