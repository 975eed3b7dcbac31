"""Tables of papers: headers repeated on each page, rows never torn in two.

ReportLab can divide a row too, but does not always come to an end of it where cells are joined.
Who makes the rows keeps each lower than a page; `height` tells.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import Flowable, LongTable

from eventapp.pdf import MM

GRID = HexColor("#404040")
HEADER = HexColor("#e9edf2")
LIGHT = HexColor("#f5f5f5")

PADDING = 3.4
"""White to the left and right of a cell's text together, in millimetres."""

Cell = Flowable | str | Sequence[Flowable]
"""A cell; a string must be empty or drawable by the table's font."""


@dataclass(frozen=True, slots=True)
class Span:
    """A cell that covers others: (column, row) of its first and last corner."""

    first: tuple[int, int]
    last: tuple[int, int]


def height(cell: Sequence[Flowable], width: float) -> float:
    """How high flowables below each other are in a column of that width; all in millimetres."""
    inside = (width - PADDING) * MM
    return sum(flowable.wrap(inside, math.inf)[1] for flowable in cell) / MM


def grid(
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[float],
    *,
    header_rows: int = 1,
    font: str,
    size: float,
    spans: Sequence[Span] = (),
    shaded: Sequence[tuple[int, Color]] = (),
    centred_columns: Sequence[int] = (),
    padding: float = 1.2,
) -> LongTable:
    """A ruled table: widths and padding in millimetres, `shaded` as (row, colour).

    The header rows come again on every page.
    """
    commands: list[Any] = [
        ("FONT", (0, 0), (-1, -1), font, size),
        ("GRID", (0, 0), (-1, -1), 0.5, GRID),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), padding * MM),
        ("BOTTOMPADDING", (0, 0), (-1, -1), padding * MM),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING / 2 * MM),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING / 2 * MM),
    ]
    commands += [("ALIGN", (column, 0), (column, -1), "CENTER") for column in centred_columns]
    commands += [("SPAN", span.first, span.last) for span in spans]
    # What shares a time stays on one page.
    commands += [("NOSPLIT", span.first, span.last) for span in spans]
    commands += [("BACKGROUND", (0, row), (-1, row), colour) for row, colour in shaded]
    return LongTable(
        [list(row) for row in rows],
        colWidths=[width * MM for width in widths],
        repeatRows=header_rows,
        splitInRow=0,
        style=commands,
        hAlign="LEFT",
    )


def plain(rows: Sequence[Sequence[Cell]], widths: Sequence[float], *, font: str) -> LongTable:
    """A table without rules or padding, for placing things side by side; widths in millimetres."""
    return LongTable(
        [list(row) for row in rows],
        colWidths=[width * MM for width in widths],
        style=[
            ("FONT", (0, 0), (-1, -1), font, 10),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ],
        hAlign="LEFT",
    )


class TickBox(Flowable):
    """An empty square to tick with a pen."""

    _SIDE = 4.6 * MM

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        return self._SIDE, self._SIDE

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        self.canv.setLineWidth(0.7)
        self.canv.rect(0, 0, self._SIDE, self._SIDE)
