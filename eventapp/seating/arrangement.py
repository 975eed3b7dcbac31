"""Seating people in a hall: the front rows by rank, behind them delegation by delegation. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventapp.seating.hall import Hall, Seat
from eventapp.seating.together import keep_together, pieces_of

_FAR = 1_000
_A_ROW = 3
"""How many seats beside each other a row between two people counts as."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be seated, and the place of their delegation among the delegations."""

    id: int
    delegation: int


Seated = dict[Seat, int]
"""Who sits where: ids of people by seat."""


def arrange(hall: Hall, people: Sequence[Person], pins: Mapping[Seat, int]) -> Seated:
    """Seat people, who are given in protocol order; those pinned keep their seats.

    Where seats are too few, the last in protocol order have none.
    """
    seated = {seat: id_ for seat, id_ in pins.items() if hall.holds(seat)}
    waiting = [it for it in people if it.id not in set(seated.values())]
    free = [seat for seat in hall.in_use() if seat not in seated]
    waiting = waiting[: len(free)]
    front = [seat for seat in free if seat.row <= hall.front_rows]
    front.sort(key=lambda it: (it.row, abs(2 * it.number - hall.seats - 1), it.number))
    seated.update(zip(front, (it.id for it in waiting), strict=False))
    groups: dict[int, list[int]] = defaultdict(list)
    for person in waiting[len(front) :]:
        groups[person.delegation].append(person.id)
    free_behind = hall.blocks(seated)
    together = [groups[key] for key in sorted(groups)]
    for seats, ids in zip(keep_together(hall, free_behind, together), together, strict=True):
        seated.update(zip(seats, ids, strict=True))
    return seated


def fill(hall: Hall, seated: Mapping[Seat, int], people: Sequence[Person]) -> Seated:
    """Give a seat to those who have none, and move nobody else.

    Each sits as near to their delegation as a free seat is; in the front rows only when no other
    seat is left.
    """
    filled = dict(seated)
    of = {it.id: it.delegation for it in people}
    sitting = set(filled.values())
    free = [seat for seat in hall.in_use() if seat not in filled]
    # How far each free seat is from the nearest of a delegation.
    near: dict[int, dict[Seat, int]] = {}
    for person in people:
        if person.id in sitting or not free:
            continue
        here = near.get(person.delegation)
        if here is None:
            own = [seat for seat, id_ in filled.items() if of.get(id_) == person.delegation]
            here = {it: min((_distance(it, by) for by in own), default=_FAR) for it in free}
            near[person.delegation] = here
        seat = min(free, key=lambda it: (it.row <= hall.front_rows, here[it], it))
        free.remove(seat)
        filled[seat] = person.id
        for it in free:
            here[it] = min(here[it], _distance(it, seat))
    return filled


def _distance(seat: Seat, other: Seat) -> int:
    return _A_ROW * abs(seat.row - other.row) + abs(seat.number - other.number)


def pieces(hall: Hall, seated: Mapping[Seat, int], people: Sequence[Person]) -> dict[int, int]:
    """In how many pieces each delegation sits behind the front rows; see `together.pieces`."""
    of = {it.id: it.delegation for it in people}
    seats: dict[int, set[Seat]] = defaultdict(set)
    for seat, id_ in seated.items():
        if seat.row > hall.front_rows and id_ in of:
            seats[of[id_]].add(seat)
    return {delegation: pieces_of(hall, its) for delegation, its in seats.items()}
