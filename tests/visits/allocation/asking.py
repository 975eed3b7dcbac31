"""Problems to allocate, and what holds of placements, written without the solver."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random

from eventapp.visits.allocation.measuring import measure
from eventapp.visits.allocation.problem import Aim, Group, Person, Problem, Site


def holds(problem: Problem, placements: Mapping[int, int]) -> bool:
    """Whether placements fulfil everything that binds, read word for word."""
    groups = {it.id: it for it in problem.groups}
    if placements.keys() != {it.id for it in problem.people}:
        return False
    load = Counter(placements.values())
    for it in problem.groups:
        if load[it.id] > it.capacity - it.reserved:
            return False
        if it.minimum and 0 < load[it.id] < it.minimum:
            return False
    for site in problem.sites:
        slots: Counter[str | None] = Counter()
        for it in problem.groups:
            if it.site == site.id:
                slots[it.slot] += load[it.id]
        if site.capacity is not None and slots.total() > site.capacity:
            return False
        if site.per_slot is not None and max(slots.values(), default=0) > site.per_slot:
            return False
    for person in problem.people:
        group = groups[placements[person.id]]
        if group.id in person.cannot_join or (person.needs_step_free and not group.step_free):
            return False
    return (
        all(placements[pin.person] == pin.group for pin in problem.pins)
        and all(placements[who] != where for who, where in problem.never_in)
        and all(placements[one] != placements[two] for one, two in problem.never_together)
        and all(len({placements[it] for it in some}) <= 1 for some in problem.together)
    )


def every(problem: Problem) -> Iterator[dict[int, int]]:
    """All placements that fulfil everything."""
    ids = [it.id for it in problem.people]
    for chosen in product([it.id for it in problem.groups], repeat=len(ids)):
        placements = dict(zip(ids, chosen, strict=True))
        if holds(problem, placements):
            yield placements


def best(problem: Problem) -> tuple[int, ...] | None:
    """The least values of the aims in their order, by trying everything; None if nothing holds."""
    return min(
        (tuple(value(problem, it, aim) for aim in problem.aims) for it in every(problem)),
        default=None,
    )


def value(problem: Problem, placements: Mapping[int, int], aim: Aim) -> int:
    """An aim's value, by its definition and not by `measure`."""
    site = {it.id: it.site for it in problem.groups}
    total = 0
    if aim in (Aim.WISHES, Aim.BELOW):
        for person in problem.people:
            got = site[placements[person.id]]
            at = person.wishes.index(got) if got in person.wishes else None
            if not person.wishes:
                continue
            if aim is Aim.BELOW:
                total += at is None or at >= problem.kth
            else:
                ranks = problem.costs.ranks
                total += problem.costs.none if at is None else ranks[min(at, len(ranks) - 1)]
        return total
    if aim is Aim.MOVES:
        return sum(problem.present.get(who, where) != where for who, where in placements.items())
    key = {it.id: it.office if aim is Aim.OFFICES else it.delegation for it in problem.people}
    if aim is Aim.BALANCED:
        key = dict.fromkeys(key, 0)
    blocs: dict[int, list[int]] = defaultdict(list)
    for who, bloc in key.items():
        if bloc is not None:
            blocs[bloc].append(placements[who])
    if aim is Aim.TOGETHER:
        return sum(len(set(some)) - 1 for some in blocs.values())
    seats = sum(it.capacity - it.reserved for it in problem.groups)
    for some in blocs.values():
        for group in problem.groups:
            own = group.capacity - group.reserved
            share = -(-len(some) * own // seats)
            total += max(0, some.count(group.id) - share)
    return total


def conference(
    people: int,
    seed: int,
    *,
    buses: Sequence[int] = (2, 2, 1),
    delegations: int = 6,
    slack: float = 1.1,
    aims: tuple[Aim, ...] = (Aim.WISHES, Aim.TOGETHER),
) -> Problem:
    """A conference: delegations whose people mostly wish alike, and a few buses to each site."""
    chance = Random(seed)
    sites = list(range(len(buses)))
    of_group = [site for site in sites for _ in range(buses[site])]
    each = -(-round(people * slack) // len(of_group))
    groups = tuple(Group(i, chr(65 + i), site, each) for i, site in enumerate(of_group))
    wish = {it: chance.sample(sites, len(sites)) for it in range(delegations)}
    persons = []
    for i in range(people):
        delegation = i % delegations
        own = wish[delegation] if chance.random() < 0.7 else chance.sample(sites, len(sites))
        wishes = tuple(own[: chance.randint(0, len(sites))])
        persons.append(Person(i, f"P{i}", delegation, i % 5, wishes=wishes))
    named = tuple(Site(it, f"S{it}") for it in sites)
    return Problem(groups, named, tuple(persons), aims=aims)


def values(problem: Problem, placements: Mapping[int, int]) -> tuple[int, ...]:
    """The aims' values as the package measures them."""
    return tuple(measure(problem, placements, aim) for aim in problem.aims)
