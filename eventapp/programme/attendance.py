"""Who attends what, as far as features above this one know; they are named in eventapp.features."""

from collections.abc import Callable
from dataclasses import dataclass, field

from eventapp.programme.clashes import Departure


@dataclass(slots=True)
class Attendance:
    """Who is signed up for which session, for how many it is open, and which visits leave."""

    delegates: dict[int, frozenset[int]] = field(default_factory=dict)
    """By session: everybody who has a place in it."""
    places: dict[int, int] = field(default_factory=dict)
    """By session, where the number is limited."""
    departures: list[Departure] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    """What the groups of the departures are called."""


# Each called as (event id, what is known so far), to add what its feature knows.
sources: list[Callable[[int, Attendance], None]] = []


def attendance_of(event_id: int) -> Attendance:
    """All of it, in a fixed number of queries."""
    known = Attendance()
    for add in sources:
        add(event_id, known)
    return known
