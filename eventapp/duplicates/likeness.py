"""Which registrations look like one person. Pure: neither Flask nor a database."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from typing import NamedTuple

from eventapp.registration.duplicates import SHARED

CROWD = 20
"""Of more namesakes than that in one delegation, each is put beside the next one only."""


class Sign(StrEnum):
    """What two registrations have in common."""

    EMAIL = "email"
    NAME_AND_OFFICE = "name_and_office"
    NAME_AND_DELEGATION = "name_and_delegation"
    PHONE = "phone"


STRONG = frozenset({Sign.EMAIL, Sign.NAME_AND_OFFICE})
"""Each of these alone makes it likely; the others are weak."""


class Card(NamedTuple):
    """What is compared of one registration. What is empty is like nothing."""

    id: int
    name: str
    """Folded (eventapp.text.fold): Hòa, Hoà and HOA are one."""
    email: str
    phone: str
    organisation_id: int
    delegation_id: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two registrations that look alike, the older one first."""

    first_id: int
    second_id: int
    signs: tuple[Sign, ...]

    @property
    def is_strong(self) -> bool:
        """Whether they are likely to be one person."""
        return not STRONG.isdisjoint(self.signs)


def pairs(cards: Sequence[Card], apart: Collection[tuple[int, int]] = ()) -> list[Pair]:
    """Every two that look alike, but those ``apart`` (lower id first): the likeliest first."""
    found = {
        (a.id, b.id): signs_of(a, b)
        for group in _groups(sorted(cards))
        for a, b in (combinations(group, 2) if len(group) <= CROWD else pairwise(group))
    }
    seen = [Pair(*ids, signs) for ids, signs in found.items() if ids not in apart]
    return sorted(
        seen, key=lambda it: (not it.is_strong, -len(it.signs), it.first_id, it.second_id)
    )


def signs_of(a: Card, b: Card) -> tuple[Sign, ...]:
    """What two registrations have in common."""
    signs = []
    if a.email and a.email == b.email:
        signs.append(Sign.EMAIL)
    if a.name and a.name == b.name and a.delegation_id == b.delegation_id:
        is_one_office = a.organisation_id == b.organisation_id
        signs.append(Sign.NAME_AND_OFFICE if is_one_office else Sign.NAME_AND_DELEGATION)
    if a.phone and a.phone == b.phone:
        signs.append(Sign.PHONE)
    return tuple(signs)


def _groups(ordered: Sequence[Card]) -> Iterator[list[Card]]:
    """Those who are alike, each group in the order of the ids."""
    yield from _alike(ordered, [(it.name, it.delegation_id) if it.name else None for it in ordered])
    for keys in ([it.email or None for it in ordered], [it.phone or None for it in ordered]):
        for group in _alike(ordered, keys):
            if len(group) <= SHARED:
                yield group
            else:
                yield from _alike(group, [it.name or None for it in group])


def _alike(cards: Sequence[Card], keys: Sequence[Hashable]) -> Iterable[list[Card]]:
    """Cards that have a key in common with another one; None is no key."""
    # Counted first: nearly everybody is alone, and a list for each of them would take longer.
    often = {key for key, number in Counter(keys).items() if number > 1 and key is not None}
    groups: dict[Hashable, list[Card]] = {}
    for card, key in zip(cards, keys, strict=True):
        if key in often:
            groups.setdefault(key, []).append(card)
    return groups.values()
