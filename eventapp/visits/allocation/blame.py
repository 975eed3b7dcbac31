"""Why something cannot be done, and what would free it.

Every demand may be broken at a price; the cheapest way to break some is what is to blame. The
prices say what an organiser would rather give: a reserved seat before a new one, seats before a
promise to somebody, and last what somebody cannot do at all.
"""

from dataclasses import dataclass
from enum import StrEnum

from eventapp.visits.allocation.problem import Problem


class RemedyKind(StrEnum):
    """What would free it; each with what its `Remedy.ids` are and what ``amount`` is."""

    RELEASE_RESERVED = "release_reserved"  # (group): seats
    ADD_SEATS = "add_seats"  # (group, site): seats
    RAISE_SITE = "raise_site"  # (site): people
    LOWER_MINIMUM = "lower_minimum"  # (group): the minimum that would do
    DROP_PIN = "drop_pin"  # (person, group)
    DROP_NEVER_IN = "drop_never_in"  # (person, group)
    DROP_NEVER_TOGETHER = "drop_never_together"  # (person, person)
    DROP_TOGETHER = "drop_together"  # persons
    FREE_PERSON = "free_person"  # (person, group): cannot join it as things are


PRICES = {
    RemedyKind.RELEASE_RESERVED: 1,
    RemedyKind.ADD_SEATS: 2,
    RemedyKind.RAISE_SITE: 2,
    RemedyKind.LOWER_MINIMUM: 3,
    RemedyKind.DROP_PIN: 4,
    RemedyKind.DROP_NEVER_IN: 5,
    RemedyKind.DROP_NEVER_TOGETHER: 5,
    RemedyKind.DROP_TOGETHER: 5,
    RemedyKind.FREE_PERSON: 9,
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One demand to give up, or to loosen by an amount; the labels are those of the ids."""

    kind: RemedyKind
    ids: tuple[int, ...]
    labels: tuple[str, ...]
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Blame:
    """``cheapest``: demands that together are enough to loosen; empty if it can be done.

    ``others``: for each kind that is enough by itself and is not what the cheapest is made of,
    the least of it. ``proven``: whether the time was enough to be sure that nothing is cheaper.
    """

    cheapest: tuple[Remedy, ...]
    others: tuple[tuple[Remedy, ...], ...] = ()
    proven: bool = True


def blame(problem: Problem, *, seconds: float = 20.0) -> Blame:
    """What stands in the way of a problem without faults, and what would free it.

    That somebody needs step-free access is never given up. Raises Faulty, or Impossible if even
    all that may be given up is not enough, or NothingFound if the time was not.
    """
    from eventapp.visits.allocation.elastic import find_blame

    return find_blame(problem, seconds)
