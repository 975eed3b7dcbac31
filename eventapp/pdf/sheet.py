"""Imposition: where items of one size lie on a sheet of paper, and where to cut them apart.

Millimetres, from the sheet's top left corner.
"""

from dataclasses import dataclass

A3 = (297.0, 420.0)
A4 = (210.0, 297.0)
A5 = (148.0, 210.0)
A6 = (105.0, 148.0)
LETTER = (215.9, 279.4)

_MARK = 5.0
_MARK_AWAY = 1.5


class DoesNotFit(ValueError):
    """Not even one item fits the sheet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows and columns of equal items, in the middle of a page."""

    width: float
    height: float
    item_width: float
    item_height: float
    columns: int = 1
    rows: int = 1
    gap: float = 0.0
    crop_marks: bool = False

    @property
    def per_page(self) -> int:
        """How many items one page holds."""
        return self.columns * self.rows

    def places(self) -> tuple[tuple[float, float], ...]:
        """The items' top left corners, row by row."""
        return tuple((x, y) for y in self._tops() for x in self._lefts())

    def marks(self) -> tuple[tuple[float, float, float, float], ...]:
        """Crop marks as lines (x1, y1, x2, y2) around the block of items, none across an item.

        They stand in the margin, as far as there is one.
        """
        if not self.crop_marks:
            return ()
        lefts, tops = self._lefts(), self._tops()
        right = lefts[-1] + self.item_width
        bottom = tops[-1] + self.item_height
        lines: list[tuple[float, float, float, float]] = []
        for x in sorted({x for left in lefts for x in (left, left + self.item_width)}):
            if tops[0] > _MARK_AWAY:
                top = max(0.0, tops[0] - _MARK_AWAY - _MARK)
                lines.append((x, top, x, tops[0] - _MARK_AWAY))
                lines.append((x, bottom + _MARK_AWAY, x, self.height - top))
        for y in sorted({y for top in tops for y in (top, top + self.item_height)}):
            if lefts[0] > _MARK_AWAY:
                left = max(0.0, lefts[0] - _MARK_AWAY - _MARK)
                lines.append((left, y, lefts[0] - _MARK_AWAY, y))
                lines.append((right + _MARK_AWAY, y, self.width - left, y))
        return tuple(lines)

    def _lefts(self) -> tuple[float, ...]:
        block = self.columns * (self.item_width + self.gap) - self.gap
        start = (self.width - block) / 2
        return tuple(start + n * (self.item_width + self.gap) for n in range(self.columns))

    def _tops(self) -> tuple[float, ...]:
        block = self.rows * (self.item_height + self.gap) - self.gap
        start = (self.height - block) / 2
        return tuple(start + n * (self.item_height + self.gap) for n in range(self.rows))


def single(width: float, height: float) -> Sheet:
    """One item a page, the page as large as the item."""
    return Sheet(width, height, width, height)


def n_up(
    paper: tuple[float, float],
    width: float,
    height: float,
    *,
    gap: float = 4.0,
    margin: float = 0.0,
    crop_marks: bool = True,
) -> Sheet:
    """As many items as fit the paper, upright or across, whichever holds more.

    The gap is given up when one more row or column fits without it. `margin` is what the printer
    leaves white on each side. Raises DoesNotFit.
    """

    def along(length: float, item: float, between: float) -> int:
        return int((length - 2 * margin + between + 1e-6) // (item + between))

    choices = [
        Sheet(across, down, width, height, columns, rows, between, crop_marks)
        for across, down in (paper, paper[::-1])
        for between in (gap, 0.0)
        if (columns := along(across, width, between)) > 0
        and (rows := along(down, height, between)) > 0
    ]
    if not choices:
        raise DoesNotFit(f"{width:g} × {height:g} mm does not fit {paper[0]:g} × {paper[1]:g} mm.")
    return max(choices, key=lambda sheet: sheet.per_page)
