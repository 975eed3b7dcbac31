"""Seating people in a hall: the front rows by rank, behind them delegation by delegation. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_FAR = 1_000
_SEGMENTS_AHEAD = 4
_A_ROW = 3
"""How many seats beside each other a row between two people counts as."""


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A seat: rows are counted from the stage, seats of a row from the left; both from 1."""

    row: int
    number: int

    @property
    def label(self) -> str:
        """As it stands on the seat: ``B12``.

        >>> Seat(2, 12).label, Seat(27, 1).label
        ('B12', 'AA1')
        """
        return f"{row_label(self.row)}{self.number}"

    @property
    def key(self) -> str:
        """As it stands in forms: ``2-12``."""
        return f"{self.row}-{self.number}"

    @classmethod
    def parse(cls, key: str) -> "Seat | None":
        """The seat of that key; None for what is none."""
        row, _dash, number = key.partition("-")
        if not (row.isascii() and row.isdecimal() and number.isascii() and number.isdecimal()):
            return None
        return cls(int(row), int(number)) if len(key) < 10 else None


def row_label(row: int) -> str:
    """A row's letters: A, B … Z, AA …"""
    letters = ""
    while row > 0:
        row, letter = divmod(row - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Hall:
    """Rows of equally many seats."""

    rows: int
    seats: int
    aisles: frozenset[int] = frozenset()
    """After which seats of a row there is an aisle."""
    closed: frozenset[Seat] = frozenset()
    """Seats that nobody is to sit on."""
    front_rows: int = 0
    """How many rows are filled by rank, whatever the delegation."""

    def holds(self, seat: Seat) -> bool:
        """Whether there is such a seat, in use or not."""
        return 1 <= seat.row <= self.rows and 1 <= seat.number <= self.seats

    def in_use(self) -> list[Seat]:
        """Every seat that somebody may have, row by row."""
        return [
            seat
            for row in range(1, self.rows + 1)
            for number in range(1, self.seats + 1)
            if (seat := Seat(row, number)) not in self.closed
        ]

    def runs(self, row: int, taken: Collection[Seat]) -> list[list[Seat]]:
        """The seats of a row that are free, in runs without an aisle or another's seat between."""
        runs: list[list[Seat]] = [[]]
        for number in range(1, self.seats + 1):
            seat = Seat(row, number)
            if seat in self.closed or seat in taken:
                runs.append([])
            else:
                runs[-1].append(seat)
            if number in self.aisles:
                runs.append([])
        return [run for run in runs if run]


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
    runs = _winding(hall, seated)
    slack = sum(map(len, runs)) - sum(map(len, groups.values()))
    for seats, ids in _blocks(runs, [groups[key] for key in sorted(groups)], slack):
        seated.update(zip(seats, ids, strict=True))
    return seated


def _winding(hall: Hall, taken: Collection[Seat]) -> list[list[Seat]]:
    """The free runs behind the front rows, to and fro, so that where a delegation goes on in the
    next row it goes on behind itself."""
    runs: list[list[Seat]] = []
    for row in range(hall.front_rows + 1, hall.rows + 1):
        there = hall.runs(row, taken)
        if (row - hall.front_rows) % 2 == 0:
            there = [run[::-1] for run in there[::-1]]
        runs += there
    return runs


def _blocks(
    runs: Sequence[list[Seat]], groups: Sequence[list[int]], slack: int
) -> Iterable[tuple[list[Seat], list[int]]]:
    """(seats, ids) of each group, in their order.

    A group that would be torn begins in a later run where it is torn less, as long as the seats
    that are left empty then can be spared.
    """
    lengths = [len(run) for run in runs]
    seats = [seat for run in runs for seat in run]
    starts = [0]
    for length in lengths:
        starts.append(starts[-1] + length)
    at = 0
    for ids in groups:
        choices = [at, *(it for it in starts if at < it < len(seats))][:_SEGMENTS_AHEAD]
        possible = [it for it in choices if it - at <= slack]
        start = min(possible, key=lambda it: (_pieces(starts, it, len(ids)), it))
        slack -= start - at
        at = start + len(ids)
        yield seats[start:at], ids


def _pieces(starts: Sequence[int], start: int, number: int) -> int:
    """Into how many runs so many people go from there."""
    return 1 + sum(start < it < start + number for it in starts)


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
    """In how many pieces each delegation sits behind the front rows.

    Seats beside each other without an aisle between are one.
    """
    of = {it.id: it.delegation for it in people}
    found: Counter[int] = Counter()
    for row in range(hall.front_rows + 1, hall.rows + 1):
        before: int | None = None
        for number in range(1, hall.seats + 1):
            here = of.get(seated.get(Seat(row, number), 0))
            if here is not None and here != before:
                found[here] += 1
            before = None if number in hall.aisles else here
    return dict(found)
