"""Keeping delegations together behind the front rows. Pure.

Blocks between aisles are filled to and fro, so that whoever follows sits beside or behind whoever
came before. Two ways of dividing the blocks among the delegations are tried:

- side by side: each delegation, in their order, gets the block whose next free seat is foremost,
  if it fits there as a whole. So the first sit in front across the whole hall;
- one after the other: through the whole first block and back through the next. A delegation is
  torn only where a block ends, which no crowd and no hall can prevent.

The first is taken unless it tears delegations more.
"""

from collections.abc import Collection, Sequence

from eventapp.seating.hall import Hall, Seat

MOST_PIECES = 2
"""In more pieces no delegation sits that is not larger than a block, if all seats are in use."""

Blocks = Sequence[list[Seat]]


def keep_together(hall: Hall, blocks: Blocks, groups: Sequence[Sequence[int]]) -> list[list[Seat]]:
    """The seats of each group; all of them together need no more seats than the blocks have."""
    sizes = [len(group) for group in groups]
    return min(
        (_side_by_side(blocks, sizes), _one_after_the_other(blocks, sizes)),
        key=lambda seats: _torn(hall, seats),
    )


def _torn(hall: Hall, groups: Sequence[Collection[Seat]]) -> tuple[int, int]:
    """How many pieces there are too many, and how many altogether."""
    pieces = [pieces_of(hall, seats) for seats in groups]
    return sum(max(0, it - MOST_PIECES) for it in pieces), sum(pieces)


def pieces_of(hall: Hall, seats: Collection[Seat]) -> int:
    """In how many pieces people sit who have these seats.

    Seats beside each other without an aisle between are in one piece, and so is one right behind
    the other.
    """
    left, number = set(seats), 0
    while left:
        number += 1
        reached = [left.pop()]
        while reached:
            near = left.intersection(hall.beside(reached.pop()))
            left -= near
            reached += near
    return number


def _side_by_side(blocks: Blocks, sizes: Sequence[int]) -> list[list[Seat]]:
    rest = [list(block) for block in blocks]
    spare = sum(map(len, blocks)) - sum(sizes)
    found = []
    for size in sizes:
        fitting = [it for it in rest if it and len(it) >= size]
        if fitting:
            foremost = min(fitting, key=lambda it: it[0])
            left_empty = _better_empty(foremost, size, spare)
            spare -= left_empty
            del foremost[:left_empty]
            wanted = [foremost]
        else:
            # In as few pieces as can be.
            wanted = sorted(rest, key=len, reverse=True)
        seats: list[Seat] = []
        for block in wanted:
            taken = size - len(seats)
            seats += block[:taken]
            del block[:taken]
        found.append(seats)
    return found


def _better_empty(block: Sequence[Seat], size: int, spare: int) -> int:
    """How many seats to leave empty so that a group begins with a row and is in fewer rows."""
    row = sum(it.row == block[0].row for it in block[:size])
    is_better = _rows(block[row : row + size]) < _rows(block[:size])
    return row if is_better and row <= spare and row + size <= len(block) else 0


def _rows(seats: Sequence[Seat]) -> int:
    return len({it.row for it in seats})


def _one_after_the_other(blocks: Blocks, sizes: Sequence[int]) -> list[list[Seat]]:
    line = [seat for at, block in enumerate(blocks) for seat in (block[::-1] if at % 2 else block)]
    ends = [0]
    for block in blocks:
        ends.append(ends[-1] + len(block))
    spare = len(line) - sum(sizes)
    at, found = 0, []
    for size in sizes:
        # Where a block ends within the group, it begins in the next one if seats can be spared.
        end = next((it for it in ends if at < it < at + size), at)
        if end - at <= spare:
            spare -= end - at
            at = end
        found.append(line[at : at + size])
        at += size
    return found
