"""Imposition: where items of one size lie on a sheet of paper, and where to cut or fold it.

Millimetres, from the sheet's top left corner.
"""

from dataclasses import dataclass
from typing import Literal

A3 = (297.0, 420.0)
A4 = (210.0, 297.0)
A5 = (148.0, 210.0)
A6 = (105.0, 148.0)
LETTER = (215.9, 279.4)

_MARK = 5.0
_MARK_AWAY = 1.5
_TICK = 2.0
_TOUCH = 1e-6

Line = tuple[float, float, float, float]
"""x and y of both ends."""


class Impossible(ValueError):
    """Items cannot be laid out in that way."""


class DoesNotFit(Impossible):
    """Not even one item fits the sheet."""

    def __init__(self, item: tuple[float, float], paper: tuple[float, float]) -> None:
        super().__init__("{:g} × {:g} mm does not fit {:g} × {:g} mm.".format(*item, *paper))
        self.item, self.paper = item, paper


@dataclass(frozen=True, slots=True)
class Margins:
    """What stays free at the edges; None where nothing is asked for.

    Items begin at the left and at the top margin, or else end at the right and at the bottom one;
    where neither is given, they lie in the middle.
    """

    top: float | None = None
    right: float | None = None
    bottom: float | None = None
    left: float | None = None


CENTRED = Margins()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows and columns of equal items on a page; left and top are the first one's, None centres."""

    width: float
    height: float
    item_width: float
    item_height: float
    columns: int = 1
    rows: int = 1
    gap_x: float = 0.0
    gap_y: float = 0.0
    left: float | None = None
    top: float | None = None
    crop_marks: bool = False

    @property
    def per_page(self) -> int:
        """How many items one page holds."""
        return self.columns * self.rows

    def places(self) -> tuple[tuple[float, float], ...]:
        """The items' top left corners, row by row."""
        return tuple((x, y) for y in self._tops() for x in self._lefts())

    def marks(self) -> tuple[Line, ...]:
        """Crop marks around the block of items, none across an item.

        They stand in the margins, as far as there are any.
        """
        if not self.crop_marks:
            return ()
        lefts, tops = self._lefts(), self._tops()
        across = sorted(
            {_within(x, self.width) for left in lefts for x in (left, left + self.item_width)}
        )
        down = sorted(
            {_within(y, self.height) for top in tops for y in (top, top + self.item_height)}
        )
        return self._in_margins(across, down, shortest=0.0)

    def folds(self, axis: Literal["x", "y"]) -> tuple[Line, ...]:
        """Marks for folding each item in the middle of its width (x) or its height (y).

        Where there is no margin, they are short ticks at the paper's edges.
        """
        if axis == "x":
            return self._in_margins(
                [left + self.item_width / 2 for left in self._lefts()], [], shortest=_TICK
            )
        return self._in_margins(
            [], [top + self.item_height / 2 for top in self._tops()], shortest=_TICK
        )

    def _in_margins(
        self, across: list[float], down: list[float], shortest: float
    ) -> tuple[Line, ...]:
        """Lines at these places from each edge of the paper towards the block of items."""
        lefts, tops = self._lefts(), self._tops()
        right, bottom = lefts[-1] + self.item_width, tops[-1] + self.item_height
        lines: list[Line] = []
        for free, edge, inwards in ((tops[0], 0.0, 1), (self.height - bottom, self.height, -1)):
            begins, ends = _span(free, shortest)
            if ends > begins:
                lines += [(x, edge + inwards * begins, x, edge + inwards * ends) for x in across]
        for free, edge, inwards in ((lefts[0], 0.0, 1), (self.width - right, self.width, -1)):
            begins, ends = _span(free, shortest)
            if ends > begins:
                lines += [(edge + inwards * begins, y, edge + inwards * ends, y) for y in down]
        return tuple(lines)

    def _lefts(self) -> tuple[float, ...]:
        block = self.columns * (self.item_width + self.gap_x) - self.gap_x
        start = (self.width - block) / 2 if self.left is None else self.left
        return tuple(start + n * (self.item_width + self.gap_x) for n in range(self.columns))

    def _tops(self) -> tuple[float, ...]:
        block = self.rows * (self.item_height + self.gap_y) - self.gap_y
        start = (self.height - block) / 2 if self.top is None else self.top
        return tuple(start + n * (self.item_height + self.gap_y) for n in range(self.rows))


def _within(place: float, length: float) -> float:
    """A place on the paper: what just fits may end a hair (`_TOUCH`) beyond it."""
    return min(max(place, 0.0), length)


def _span(free: float, shortest: float) -> tuple[float, float]:
    """From and to how far from the paper's edge a mark goes in a margin of that width."""
    ends = free - _MARK_AWAY
    begins = max(0.0, ends - _MARK)
    return (begins, ends) if ends - begins > shortest else (0.0, shortest)


def single(width: float, height: float) -> Sheet:
    """One item a page, the page as large as the item."""
    return Sheet(width, height, width, height)


def n_up(
    paper: tuple[float, float],
    width: float,
    height: float,
    *,
    gap: tuple[float, float] = (4.0, 4.0),
    margins: Margins = CENTRED,
    orientation: Literal["auto", "portrait", "landscape"] = "auto",
    crop_marks: bool = True,
) -> Sheet:
    """As many items as fit the paper, upright or across, by itself whichever holds more.

    The gap (to the right and below) is given up when one more row or column fits without it.
    Raises DoesNotFit.
    """
    upright = min(paper), max(paper)
    papers = {"auto": (paper, paper[::-1]), "portrait": (upright,), "landscape": (upright[::-1],)}
    choices = [
        _filled(size, (width, height), between, margins, crop_marks)
        for size in papers[orientation]
        for between in dict.fromkeys((gap, (gap[0], 0.0), (0.0, gap[1]), (0.0, 0.0)))
    ]
    found = max(choices, key=lambda sheet: sheet.per_page)
    if not found.per_page:
        raise DoesNotFit((width, height), papers[orientation][0])
    return found


def _filled(
    paper: tuple[float, float],
    item: tuple[float, float],
    gap: tuple[float, float],
    margins: Margins,
    crop_marks: bool,
) -> Sheet:
    columns, left = _along(paper[0], item[0], gap[0], margins.left, margins.right)
    rows, top = _along(paper[1], item[1], gap[1], margins.top, margins.bottom)
    return Sheet(*paper, *item, columns, rows, *gap, left, top, crop_marks)


def _along(
    length: float, item: float, gap: float, before: float | None, after: float | None
) -> tuple[int, float | None]:
    """How many items fit a length between its margins, and where the first begins."""
    room = length - (before or 0.0) - (after or 0.0)
    count = max(0, int((room + gap + _TOUCH) // (item + gap)))
    if before is None and after is not None:
        return count, length - after - count * (item + gap) + gap
    return count, before
