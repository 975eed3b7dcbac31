"""Who of a group sits in which of its buses. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

Person = tuple[int, int]
"""Somebody's id, and that of the party whose people sit together: a delegation, or an office."""


def board(
    people: Sequence[Person], seats: Mapping[int, int], before: Mapping[int, int]
) -> dict[int, int | None]:
    """Person → bus, or None where no bus has a seat left.

    ``people`` are all of the group, ``seats`` how many each bus has, the bus to fill first first,
    and ``before`` who sits where. Whoever has a seat keeps it; of a bus that has too many people
    as many get off as are too many, whole parties first. The others go, the largest party first,
    to where the rest of their party sits, else into the emptiest bus, so that more of them find
    room beside them later, and are parted only where no bus takes all. The same people in any
    order sit the same.
    """
    party_of = dict(people)
    sitting = {
        person: bus for person, bus in sorted(before.items()) if person in party_of and bus in seats
    }
    for bus, places in seats.items():
        inside = [person for person, its in sitting.items() if its == bus]
        for person in _too_many(inside, party_of, len(inside) - places):
            del sitting[person]
    free = dict(seats)
    together: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for person, bus in sitting.items():
        free[bus] -= 1
        of_party = together[party_of[person]]
        of_party[bus] = of_party.get(bus, 0) + 1

    result: dict[int, int | None] = {**sitting}
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for person in sorted(party_of.keys() - sitting.keys()):
        waiting[party_of[person]].append(person)
    for party, members in sorted(waiting.items(), key=lambda it: (-len(it[1]), it[0])):
        for person, to in zip(members, _places(len(members), free, together[party]), strict=True):
            result[person] = to
    return result


def _places(number: int, free: dict[int, int], sitting: dict[int, int]) -> list[int | None]:
    """Buses for so many of one party, which are taken from those that are ``free``."""
    order = {bus: place for place, bus in enumerate(free)}
    found: list[int | None] = []
    while len(found) < number:
        left = number - len(found)
        open_ = [bus for bus, places in free.items() if places > 0]
        if not open_:
            return [*found, *[None] * left]
        with_them = [bus for bus in open_ if sitting.get(bus)]
        if with_them:
            to = max(with_them, key=lambda bus: (sitting[bus], -order[bus]))
        else:
            to = max(open_, key=lambda bus: (free[bus], -order[bus]))
        taken = min(left, free[to])
        free[to] -= taken
        found += [to] * taken
    return found


def _too_many(inside: Sequence[int], party_of: Mapping[int, int], number: int) -> list[int]:
    """So many of those in a bus who get off: the largest parties that fit, then some of one."""
    if number <= 0:
        return []
    parties: defaultdict[int, list[int]] = defaultdict(list)
    for person in inside:
        parties[party_of[person]].append(person)
    off: list[int] = []
    for _party, members in sorted(parties.items(), key=lambda it: (-len(it[1]), it[0])):
        if len(members) <= number - len(off):
            off += members
    rest = [person for person in reversed(inside) if person not in set(off)]
    return off + rest[: number - len(off)]
