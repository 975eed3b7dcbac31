"""The mark of a visit group: its letter in a block of its colour, in a frame. Pure.

The letter is read by its contrast and stands in a frame, so that a sheet from a printer without
colours says the same. Without a colour the block is white.
"""

from typing import cast

from reportlab.platypus import Flowable

from eventapp.events.colours import ink, is_colour
from eventapp.pdf import MM, fonts, lettering
from eventapp.pdf.lettering import Frame, Shows
from eventapp.pdf.stream import StreamedCanvas

BLACK, WHITE = "#000000", "#ffffff"
_LARGEST, _SMALLEST = 2000.0, 3.0


def colours_of(colour: str) -> tuple[str, str]:
    """What a block of the group's colour is filled with, and what is written on it."""
    return (colour, ink(colour)) if is_colour(colour) else (WHITE, BLACK)


def block(frame: Frame, colour: str, *, line: float) -> tuple[bytes, Frame, str]:
    """A block of the colour in a frame of black and white lines so wide (points): operators, the
    room within it and the ink for it."""
    fill, on_it = colours_of(colour)
    within = frame.inset(2 * line)
    drawn = (
        lettering.area(frame, BLACK)
        + lettering.area(frame.inset(line), WHITE)
        + lettering.area(within, fill)
    )
    return drawn, within, on_it


def mark(surface: Shows, letter: str, frame: Frame, colour: str, *, line: float) -> bytes:
    """The letter as large as its block allows."""
    drawn, within, on_it = block(frame, colour, line=line)
    edge = min(within.width, within.height) * 0.08
    text, _ = lettering.filled(
        surface,
        letter,
        fonts.SANS_BOLD,
        within.inset(edge),
        sizes=(_LARGEST, _SMALLEST),
        colour=on_it,
        lines=1,
    )
    return drawn + text


class Mark(Flowable):
    """The mark in a text, a square of so many millimetres."""

    def __init__(self, letter: str, colour: str, side: float) -> None:
        super().__init__()
        self._letter, self._colour, self._side = letter, colour, side * MM

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        return self._side, self._side

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        canvas = cast(StreamedCanvas, self.canv)
        frame = Frame(0, 0, self._side, self._side)
        drawn = mark(canvas, self._letter, frame, self._colour, line=0.02 * self._side)
        canvas.show_operators(b"q " + drawn + b"Q\n")
