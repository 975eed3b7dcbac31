"""The hall of `door.py`: people who come, one line in front of several desks, and the time.

Time is simulated: a queue of events, in seconds since the doors open. Nothing here knows of a
server; a desk's work at the moment of a scan is a function that says how long the verdict took.

Where the service times are from: vendors claim 3 s a scan, and 20–30 s a person is called normal
where badges are looked for at the desk (shared experience of organisers; 200 people took an hour).
Here people come with their badge in their hand, so most take a scan, a look and a nod.
"""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

OPENING_S = 1800.0
"""Everybody comes within half an hour."""
SERVICE_S = {
    "badge": (4.5, 0.45),  # median, and the spread of its logarithm
    "again": (6.0, 0.4),  # somebody who is in already, or their badge in other hands
    "name": (22.0, 0.35),  # the badge is at home: found by name
    "walk_in": (60.0, 0.3),  # nobody knows them: a form
    "substitute": (7.0, 0.4),
    "old_badge": (18.0, 0.3),  # of somebody who was replaced
}
_BEFORE_SCAN = 0.5
"""As a part of the service: until the code is in front of the camera."""


@dataclass(frozen=True)
class Visit:
    """Somebody who comes to the line."""

    at: float
    kind: str
    code: str
    service: float
    """Seconds at the desk, without waiting for the verdict."""


@dataclass(frozen=True)
class Outage:
    """Desks without a network from then to then; no desks named is all of them."""

    start: float
    end: float
    desks: tuple[int, ...] = ()

    def holds(self, desk: int, at: float) -> bool:
        """Whether that desk has no network at that time."""
        return self.start <= at < self.end and (not self.desks or desk in self.desks)


@dataclass(frozen=True)
class Absence:
    """A device that dies, and comes back with what it had stored."""

    desk: int
    start: float
    end: float


@dataclass
class Waits:
    """How long people waited for a desk, in seconds, and how long the line was."""

    seconds: list[float] = field(default_factory=list)
    longest_line: int = 0
    over_at: float = 0.0
    """When the last of them was through."""

    def quantile(self, share: float) -> float:
        """That part of them waited no longer."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def arrival_times(number: int, rng: random.Random) -> list[float]:
    """Within the half hour, most in its middle: buses of 15 to 45, and people by themselves."""
    times: list[float] = []
    while len(times) < number:
        bus = rng.triangular(0, OPENING_S, OPENING_S * 0.5)
        if rng.random() < 0.3:
            walking = range(min(rng.randint(15, 45), number - len(times)))
            # Whoever gets out of a bus comes one after another.
            times += [min(OPENING_S, bus + 2.2 * place + rng.random()) for place in walking]
        else:
            times += [rng.uniform(0, OPENING_S) for _ in range(min(10, number - len(times)))]
    return sorted(times)


def service_time(kind: str, rng: random.Random) -> float:
    """Seconds at the desk; log-normal, as times of service are."""
    median, spread = SERVICE_S[kind]
    return rng.lognormvariate(math.log(median), spread)


def run(
    visits: Iterable[Visit],
    desks: int,
    scan: Callable[[int, Visit, float], float],
    *,
    absences: Sequence[Absence] = (),
    stands_still: Sequence[Outage] = (),
    chores: Iterable[tuple[float, Callable[[float], None]]] = (),
) -> Waits:
    """Let everybody through; one line, whoever is first goes to the desk that is free.

    ``scan(desk, visit, at)`` says how many seconds the verdict took. During an outage of
    ``stands_still`` a desk waits for its network before each verdict. ``chores`` are called at
    their times, in between.
    """
    waits, line = Waits(), deque[Visit]()
    free = set(range(desks))
    numbers = itertools.count()
    events: list[tuple[float, int, str, object]] = []

    def put(at: float, what: str, about: object) -> None:
        heapq.heappush(events, (at, next(numbers), what, about))

    def dispatch(now: float) -> None:
        for desk in sorted(free):
            if not line:
                return
            if any(it.desk == desk and it.start <= now < it.end for it in absences):
                continue
            visit = line.popleft()
            free.discard(desk)
            waits.seconds.append(now - visit.at)
            put(now + visit.service * _BEFORE_SCAN, "scan", (desk, visit))

    for visit in visits:
        put(visit.at, "arrive", visit)
    for it in absences:
        put(it.end, "look", None)
    for at, chore in chores:
        put(at, "chore", chore)
    while events:
        now, _, what, about = heapq.heappop(events)
        if what == "arrive":
            line.append(about)  # type: ignore[arg-type]
            waits.longest_line = max(waits.longest_line, len(line))
        elif what == "scan":
            desk, visit = about  # type: ignore[misc]
            later = max((it.end for it in stands_still if it.holds(desk, now)), default=now)
            if later > now:
                put(later, "scan", (desk, visit))
                continue
            took = scan(desk, visit, now)
            put(now + took + visit.service * (1 - _BEFORE_SCAN), "done", desk)
        elif what == "done":
            free.add(about)  # type: ignore[arg-type]
            waits.over_at = now
        elif what == "chore":
            about(now)  # type: ignore[operator]
        dispatch(now)
    return waits


def every(
    seconds: float, until: float, work: Callable[[float], None]
) -> Iterator[tuple[float, Callable[[float], None]]]:
    """Work that comes round."""
    at = seconds
    while at < until:
        yield at, work
        at += seconds
