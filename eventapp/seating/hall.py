"""A hall: rows of seats, with aisles, and seats that nobody is to sit on. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise


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

    def blocks(self, taken: Collection[Seat] = ()) -> list[list[Seat]]:
        """The free seats behind the front rows, block by block between the aisles, from the left.

        Each block goes to and fro from the front to the back: whoever follows in it sits beside
        or behind whoever came before, but for seats that are closed or taken.
        """
        edges = sorted({0, *(it for it in self.aisles if it < self.seats), self.seats})
        blocks = []
        for left, right in pairwise(edges):
            block: list[Seat] = []
            for row in range(self.front_rows + 1, self.rows + 1):
                there = [Seat(row, number) for number in range(left + 1, right + 1)]
                block += there[::-1] if (row - self.front_rows) % 2 == 0 else there
            blocks.append([it for it in block if it not in self.closed and it not in taken])
        return [block for block in blocks if block]

    def beside(self, seat: Seat) -> Iterator[Seat]:
        """The seats on its left and right, unless an aisle is between, and before and behind it."""
        if seat.number not in self.aisles:
            yield Seat(seat.row, seat.number + 1)
        if seat.number - 1 not in self.aisles:
            yield Seat(seat.row, seat.number - 1)
        yield Seat(seat.row - 1, seat.number)
        yield Seat(seat.row + 1, seat.number)
