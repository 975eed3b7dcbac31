"""Where the texts of one badge come to lie: what the designer draws while things are moved.

The lines are those of `placing.place`, by which the PDF is printed, so both look alike. Lengths are
millimetres from the side's top left corner. Knows neither Flask nor the database.
"""

from dataclasses import dataclass
from typing import Any

from eventapp.badges import inks, layout, placing
from eventapp.badges.drawing import Remark, SidePrinter
from eventapp.badges.layout import BadgeRecord, Design, Part, Stack
from eventapp.badges.template import GROUP_COLOUR, Template
from eventapp.pdf import MM, fonts, qr

_SHARE = {"left": 0.0, "center": 0.5, "right": 1.0}
_MEANINGS = (
    *("text", "soft", "line"),
    *("category", "on_category", "category_text", "category_light"),
    *("group", "on_group", "group_text", "group_light"),
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """One badge for the canvas; every list has an entry for each element of each side."""

    shown: list[list[bool]]
    """Whether the badge has the element."""
    lines: list[list[list[dict[str, Any]]]]
    """Of texts: ``text x y width size`` (mm, y of the baseline), ``font`` and ``colour``."""
    colours: dict[str, str]
    """What a template's colours mean on this badge."""
    code: list[str]
    """Rows of the QR code from the top, a 1 for each dark module."""
    category: str


def sketch(template: Template, record: BadgeRecord) -> Sketch:
    """One badge for the canvas."""
    design = layout.design_of(template)
    symbol = qr.symbol(record.code)
    group = record.values.get(GROUP_COLOUR, "")
    return Sketch(
        [[it.shown.holds(record.values) for it in side.elements] for side in design.sides],
        [
            [_lines(it, record) if isinstance(it, Stack) else [] for it in side.elements]
            for side in design.sides
        ],
        {it: inks.colour_of(it, record.colour, group) for it in _MEANINGS},
        [format(row, f"0{len(symbol)}b") for row in symbol],
        record.category,
    )


def remarks(design: Design, record: BadgeRecord) -> list[tuple[int, Remark]]:
    """What the texts of a badge needed beyond shrinking, by side."""
    found: list[tuple[int, Remark]] = []
    for number, side in enumerate(design.sides):
        printer = SidePrinter(_Nowhere(), design, side)
        printer.badge(record)
        # What is drawn once for many badges is remarked on as it is drawn, for the first of them.
        found.extend((number, it) for it in printer.remarks)
    return found


def _lines(stack: Stack, record: BadgeRecord) -> list[dict[str, Any]]:
    texts = tuple(_text(part, record) for part in stack.parts)
    box = stack.box
    found = []
    for placed in placing.place(stack, texts)[0]:
        fitted, part = placed.fitted, placed.part
        baseline = box.y + placed.baseline / MM
        for line in fitted.lines:
            width = fonts.width(line, part.font, fitted.size) * fitted.stretch / MM
            found.append(
                {
                    "text": line,
                    "x": round(box.x + (box.width - width) * _SHARE[stack.align], 3),
                    "y": round(baseline, 3),
                    "width": round(width, 3),
                    "size": round(fitted.size / MM, 3),
                    "font": part.font,
                    "colour": part.ink,
                }
            )
            baseline += placed.leading / MM
    return found


def _text(part: Part, record: BadgeRecord) -> str:
    return qr.grouped(record.code) if part.key == "code" else part.text(record.values)


class _Nowhere:
    """A surface that keeps nothing."""

    def show(self, text: str, font: str, size: float) -> bytes:
        """No operators."""
        return b""

    def add_form(self, width: float, height: float, operators: bytes) -> bytes:
        """No form."""
        return b""

    def add_image(self, width: int, height: int, pixels: bytes, alpha: bytes = b"") -> bytes:
        """No picture."""
        return b""

    def add_jpeg(self, width: int, height: int, content: bytes) -> bytes:
        """No picture."""
        return b""
