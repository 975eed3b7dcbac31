"""Tables of papers: headers repeated on each page, rows never torn in two.

Only a row that is higher than a page is divided; nothing is lost.
"""

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

_NEARLY_A_PAGE = 200 * MM

Cell = Flowable | str | Sequence[Flowable]
"""A cell; a string must be empty or drawable by the table's font."""


@dataclass(frozen=True, slots=True)
class Span:
    """A cell that covers others: (column, row) of its first and last corner."""

    first: tuple[int, int]
    last: tuple[int, int]


class WholeRows(LongTable):
    """A table that divides a row only when a whole page cannot hold it."""

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803
        """ReportLab's hook: the parts before and after the foot of the page (points)."""
        self.splitInRow = 0
        parts: list[Flowable] = super().split(availWidth, availHeight)
        if not parts and availHeight > _NEARLY_A_PAGE:
            self.splitInRow = 1
            parts = super().split(availWidth, availHeight)
        return parts


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
) -> WholeRows:
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
    return WholeRows(
        [list(row) for row in rows],
        colWidths=[width * MM for width in widths],
        repeatRows=header_rows,
        style=commands,
        hAlign="LEFT",
    )


def plain(rows: Sequence[Sequence[Cell]], widths: Sequence[float], *, font: str) -> WholeRows:
    """A table without rules or padding, for placing things side by side; widths in millimetres."""
    return WholeRows(
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
