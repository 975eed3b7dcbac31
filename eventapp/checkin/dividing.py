"""Dividing a list of people among desks. Pure."""

from collections.abc import Sequence
from itertools import pairwise

_SLACK = 0.25
"""How far, as a part of a desk's share, a desk may reach to end where a group does."""


def divide(groups: Sequence[object], desks: int) -> list[slice]:
    """Which people come to which desk: each takes up where the one before ends, in equal shares.

    ``groups`` says of each person, in order, to whom they belong: a desk ends with a group where
    that makes it a quarter larger or smaller at most, so that a sign above it can say whose it is.
    A larger group is divided. There are no more desks than people.

    >>> divide("aaaabbbbcc", 2)
    [slice(0, 4, None), slice(4, 10, None)]
    """
    people = len(groups)
    desks = min(desks, people)
    if not desks:
        return []
    share = people / desks
    ends = [at for at in range(1, people) if groups[at] != groups[at - 1]]
    cuts, before = [0], 0
    for number in range(1, desks):
        ideal = round(number * share)
        near = [it for it in ends if before < it and abs(it - ideal) <= share * _SLACK]
        # Somebody is left for each desk that follows.
        last = people - (desks - number)
        cut = min(near, key=lambda it: (abs(it - ideal), it)) if near else ideal
        before = min(max(cut, before + 1), last)
        cuts.append(before)
    cuts.append(people)
    return [slice(start, end) for start, end in pairwise(cuts)]
