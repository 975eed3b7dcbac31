"""What is asked of an allocation: groups, sites, people, what binds, what matters first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Aim(StrEnum):
    """What an allocation should be good at; a problem orders some of them, the first first.

    The value of each is a whole number of which less is better:

    - ``wishes``: the sum of what each person's place costs by the rank of the wish (`WishCosts`).
    - ``below``: people with wishes who get none of their first `Problem.kth`.
    - ``together``: for each delegation the groups that it is spread over, less one.
    - ``mixed``: people above their delegation's even share of a group (`even_share`).
    - ``balanced``: people above a group's even share of all.
    - ``offices``: people above their office's even share of a group.
    - ``moves``: people whose present group is another.
    """

    WISHES = "wishes"
    BELOW = "below"
    TOGETHER = "together"
    MIXED = "mixed"
    BALANCED = "balanced"
    OFFICES = "offices"
    MOVES = "moves"


@dataclass(frozen=True, slots=True)
class WishCosts:
    """What a place costs by the rank of the wish that it meets.

    ``ranks[0]`` is the first wish; a rank beyond the last costs as the last; a site that was not
    wished for costs ``none``. They never fall. Whoever has no wishes costs nothing anywhere. The
    steps grow, so that two second wishes are better than a first and a third.
    """

    ranks: tuple[int, ...] = (0, 1, 3, 6, 10)
    none: int = 10

    def of(self, rank: int | None) -> int:
        """The cost of the ``rank``-th wish (from 1), or of None, a site not wished for."""
        return self.none if rank is None else self.ranks[min(rank, len(self.ranks)) - 1]


@dataclass(frozen=True, slots=True)
class Site:
    """A place to visit; ``capacity`` people in all, ``per_slot`` in each time slot (None: any)."""

    id: int
    label: str
    capacity: int | None = None
    per_slot: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One departure to one site.

    ``reserved`` seats of its ``capacity`` are not given to anybody here. With ``minimum`` it has
    at least so many people or does not run at all. ``slot`` is any mark of the time.
    """

    id: int
    label: str
    site: int
    capacity: int
    reserved: int = 0
    minimum: int | None = None
    slot: str | None = None
    step_free: bool = True

    @property
    def seats(self) -> int:
        """Seats that may be given."""
        return self.capacity - self.reserved


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to place; ``wishes`` are sites, best first; ``cannot_join`` are groups."""

    id: int
    label: str
    delegation: int | None = None
    office: int | None = None
    category: int | None = None
    wishes: tuple[int, ...] = ()
    needs_step_free: bool = False
    cannot_join: frozenset[int] = frozenset()

    def rank(self, site: int) -> int | None:
        """The rank (from 1) of a site among the wishes."""
        return self.wishes.index(site) + 1 if site in self.wishes else None


@dataclass(frozen=True, slots=True)
class Pin:
    """The person is to be in this group and no other."""

    person: int
    group: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that decides an allocation. Ids are whole numbers of each kind.

    ``never_in`` are (person, group), ``never_together`` two persons who may not share a group,
    ``together`` persons who must. ``present`` is person → group as it is now, where there is one:
    it counts for the aim ``moves`` only.
    """

    groups: tuple[Group, ...]
    sites: tuple[Site, ...]
    people: tuple[Person, ...]
    pins: tuple[Pin, ...] = ()
    never_in: tuple[tuple[int, int], ...] = ()
    never_together: tuple[tuple[int, int], ...] = ()
    together: tuple[frozenset[int], ...] = ()
    aims: tuple[Aim, ...] = (Aim.WISHES,)
    kth: int = 3
    costs: WishCosts = field(default_factory=WishCosts)
    present: Mapping[int, int] = field(default_factory=dict)


def even_share(count: int, group: Group, seats: int) -> int:
    """How many of ``count`` people are an even share of the group, of ``seats`` in all groups."""
    return -(-count * group.seats // seats) if seats else 0


def open_groups(problem: Problem) -> dict[int, set[int]]:
    """Person → the groups that the person may be in, by everything that binds one alone."""
    groups = {group.id: group for group in problem.groups}
    everywhere, step_free = set(groups), {it.id for it in problem.groups if it.step_free}
    found: dict[int, set[int]] = {}
    for person in problem.people:
        usable = step_free if person.needs_step_free else everywhere
        found[person.id] = usable - person.cannot_join
    for who, where in problem.never_in:
        if who in found:
            found[who] = found[who] - {where}
    for pin in problem.pins:
        if pin.person in found:
            found[pin.person] = found[pin.person] & {pin.group}
    return found


def joined(problem: Problem) -> list[list[int]]:
    """The sets of people who must share a group, those that overlap made one; two or more each."""
    leader: dict[int, int] = {}

    def find(who: int) -> int:
        while leader.setdefault(who, who) != who:
            leader[who] = leader[leader[who]]
            who = leader[who]
        return who

    for members in problem.together:
        ordered = sorted(members)
        for other in ordered[1:]:
            first, second = find(ordered[0]), find(other)
            leader[max(first, second)] = min(first, second)
    sets: dict[int, list[int]] = {}
    for who in sorted(leader):
        sets.setdefault(find(who), []).append(who)
    return [it for it in sets.values() if len(it) > 1]
