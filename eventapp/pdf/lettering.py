"""Texts that fill a box, as ready operators: for signs, tags and marks.

`filling` says how large a text can be in a box, by what its letters really take.
"""

from dataclasses import dataclass
from typing import Protocol

from eventapp.pdf import filling, fonts
from eventapp.pdf.filling import Filled

_SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}
_DOWN = {"top": 0.0, "middle": 0.5, "bottom": 1.0}


class Shows(Protocol):
    """A file that shows text: a `pdf.surface.Surface`, or a canvas."""

    def show(self, text: str, font: str, size: float) -> bytes:
        """Operators that show one line at the text position; between BT and ET, in points."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle in points, x and y its bottom left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    def inset(self, by: float) -> "Frame":
        """The rectangle within it, so far from each edge."""
        return Frame(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


def filled(
    surface: Shows,
    text: str,
    font: str,
    frame: Frame,
    *,
    sizes: tuple[float, float],
    colour: str = "#000000",
    lines: int = 2,
    align: str = "center",
    valign: str = "middle",
) -> tuple[bytes, float]:
    """The text as large as the frame allows: operators, and how high it came to be (points).

    Sizes are (largest, smallest) in points; nothing is cut off, however long it is. ``colour`` is
    ``#rrggbb``.
    """
    fitted = filling.fill(text, font, (frame.width, frame.height), sizes, lines=lines)
    left = {"left": frame.x, "center": frame.x + frame.width / 2, "right": frame.right}[align]
    top = frame.top - (frame.height - fitted.height) * _DOWN[valign]
    return _operators(surface, fitted, font, left, top, _SHARES[align], colour), fitted.height


def _operators(
    surface: Shows, fitted: Filled, font: str, x: float, top: float, share: float, colour: str
) -> bytes:
    if not fitted.lines:
        return b""
    drawn = [b"BT %b rg %.2f Tz\n" % (rgb(colour), 100 * fitted.stretch)]
    down = fitted.size * fitted.above
    for line in fitted.lines:
        wide = fonts.width(line, font, fitted.size) * fitted.stretch
        drawn.append(b"1 0 0 1 %.2f %.2f Tm\n" % (x - wide * share, top - down))
        drawn.append(surface.show(line, font, fitted.size))
        down += fitted.size * fitted.distance
    drawn.append(b"100 Tz ET\n")
    return b"".join(drawn)


def area(frame: Frame, colour: str) -> bytes:
    """A filled rectangle."""
    return b"%b rg %.2f %.2f %.2f %.2f re f\n" % (
        rgb(colour),
        frame.x,
        frame.y,
        frame.width,
        frame.height,
    )


def rgb(colour: str) -> bytes:
    """``#rrggbb`` as the operands of PDF's rg and RG."""
    return b"%.3g %.3g %.3g" % tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
