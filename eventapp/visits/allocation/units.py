"""People who are alike for the aims asked for, counted together instead of one by one."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from eventapp.visits.allocation.problem import Aim, Person, Problem, joined, open_groups


@dataclass(frozen=True, slots=True)
class Unit:
    """``len(blocks)`` blocks that are alike; each is people who share a group, mostly one.

    ``like`` are the people of one block, for what each of them costs and counts;
    ``open`` are the groups that it may be in.
    """

    blocks: tuple[tuple[int, ...], ...]
    like: tuple[Person, ...]
    open: frozenset[int]

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self.blocks)

    @property
    def size(self) -> int:
        """How many people a block has."""
        return len(self.like)


def make_units(problem: Problem, aims: tuple[Aim, ...], whole: frozenset[int]) -> list[Unit]:
    """The people as units; the delegations in ``whole`` are a block each.

    People are of one unit when every aim of ``aims`` and everything that binds them treats them
    alike. Whoever may not share a group with somebody is a unit alone.
    """
    if whole:
        by_delegation: dict[int, list[int]] = {}
        for it in problem.people:
            if it.delegation in whole:
                by_delegation.setdefault(it.delegation, []).append(it.id)
        sets = tuple(frozenset(members) for members in by_delegation.values())
        problem = replace(problem, together=(*problem.together, *sets))
    open_to = open_groups(problem)
    people = {it.id: it for it in problem.people}
    apart = {who for both in problem.never_together for who in both}
    units: list[Unit] = []
    bound: set[int] = set()
    for members in joined(problem):
        bound.update(members)
        where = frozenset(set.intersection(*(open_to[it] for it in members)))
        units.append(Unit((tuple(members),), tuple(people[it] for it in members), where))
    alike: dict[Hashable, list[Person]] = {}
    key = _key(problem, aims)
    shared: dict[frozenset[int], frozenset[int]] = {}
    open_of: dict[int, frozenset[int]] = {}
    for person in problem.people:
        if person.id in bound:
            continue
        where = frozenset(open_to[person.id])
        where = open_of[person.id] = shared.setdefault(where, where)
        own = person.id if person.id in apart else None
        alike.setdefault((key(person), where, own), []).append(person)
    for some in alike.values():
        blocks = tuple((it,) for it in sorted(it.id for it in some))
        units.append(Unit(blocks, (some[0],), open_of[some[0].id]))
    return units


def _key(problem: Problem, aims: tuple[Aim, ...]) -> Callable[[Person], Hashable]:
    wishes = Aim.WISHES in aims or Aim.BELOW in aims
    delegation = Aim.TOGETHER in aims or Aim.MIXED in aims
    office, moves = Aim.OFFICES in aims, Aim.MOVES in aims

    def key(person: Person) -> Hashable:
        return (
            person.wishes if wishes else None,
            person.delegation if delegation else None,
            person.office if office else None,
            problem.present.get(person.id) if moves else None,
        )

    return key
