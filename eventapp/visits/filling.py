"""Filling groups by wishes, first come, first served."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)
Group = TypeVar("Group", bound=Hashable)
Site = TypeVar("Site", bound=Hashable)


def fill(
    people: Sequence[tuple[Person, Sequence[Site]]], seats: Mapping[Group, tuple[Site, int]]
) -> dict[Person, Group]:
    """A group for each person, as far as the seats go; whoever finds none is left out.

    ``people`` are (id, sites wished for, best first), whoever came first first; ``seats`` are
    group → (site, free seats), the group to fill first first. Everybody's wishes are served in
    turn before the seats that are left go to those whose wishes were full and to those without
    wishes, again in turn, into the group with the most room. No group gets more than its free
    seats, and the same input always gives the same answer.
    """
    free = {group: max(0, places) for group, (_, places) in seats.items()}
    groups_of: dict[Site, list[Group]] = defaultdict(list)
    for group, (site, _) in seats.items():
        groups_of[site].append(group)

    seated: dict[Person, Group] = {}
    for person, wishes in people:
        for group in (g for wish in wishes for g in groups_of.get(wish, ())):
            if free[group]:
                seated[person] = group
                free[group] -= 1
                break

    for person, _ in people:
        if person in seated or not free:
            continue
        group = max(free, key=free.__getitem__)  # the first of those with equally many
        if free[group]:
            seated[person] = group
            free[group] -= 1
    return seated


def wishes_met(
    people: Sequence[tuple[Person, Sequence[Site]]],
    seats: Mapping[Group, tuple[Site, int]],
    seated: Mapping[Person, Group],
) -> Counter[int]:
    """How many of those seated got their 1st, 2nd, 3rd … wish; 0 counts those who got none."""
    met: Counter[int] = Counter()
    for person, wishes in people:
        if person in seated:
            site = seats[seated[person]][0]
            met[list(wishes).index(site) + 1 if site in wishes else 0] += 1
    return met
