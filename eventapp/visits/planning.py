"""What is wrong, or to be said, of the plan of a group: its way, its buses, its time. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fault(StrEnum):
    """Why the time of a stop cannot be."""

    LEAVES_FIRST = "leaves_first"  # it leaves before it arrives
    BEFORE_EARLIER = "before_earlier"  # than it leaves the stop before
    BEFORE_DEPARTURE = "before_departure"
    AFTER_RETURN = "after_return"


@dataclass(frozen=True, slots=True)
class Times:
    """When a group is at a stop, as far as it is known."""

    arrives_at: datetime | None
    leaves_at: datetime | None


def faults(
    departs_at: datetime | None, returns_at: datetime | None, stops: Sequence[Times]
) -> dict[int, Fault]:
    """The first fault of each stop, by its place in the order in which they are visited."""
    found: dict[int, Fault] = {}
    last = departs_at
    for place, stop in enumerate(stops):
        known = [it for it in (stop.arrives_at, stop.leaves_at) if it is not None]
        if not known:
            continue
        if len(known) == 2 and known[1] < known[0]:
            found[place] = Fault.LEAVES_FIRST
        elif departs_at is not None and known[0] < departs_at:
            found[place] = Fault.BEFORE_DEPARTURE
        elif last is not None and known[0] < last:
            found[place] = Fault.BEFORE_EARLIER
        elif returns_at is not None and known[-1] > returns_at:
            found[place] = Fault.AFTER_RETURN
        last = max([it for it in (last, *known) if it is not None])
    return found


@dataclass(frozen=True, slots=True)
class Visit:
    """When so many people are at a site."""

    letter: str
    begins_at: datetime
    ends_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """The most people who are at a site at one time, whose they are, and from when."""

    people: int
    letters: tuple[str, ...]
    at: datetime


def most_at_once(visits: Iterable[Visit]) -> Crowd | None:
    """The largest crowd; of several as large the first."""
    known = sorted(visits, key=lambda it: (it.begins_at, it.letter))
    crowds = []
    for moment in sorted({it.begins_at for it in known}):
        there = [it for it in known if it.begins_at <= moment < it.ends_at]
        crowds.append(
            Crowd(sum(it.people for it in there), tuple(it.letter for it in there), moment)
        )
    return max(crowds, key=lambda it: it.people, default=None)
