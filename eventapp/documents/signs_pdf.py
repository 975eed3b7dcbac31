"""Windscreen signs: the group's letter and the bus, as large as the paper takes, on paper across.

Drawn straight from operators, as name tents are. The letter stands in a block of the group's colour
within a frame, so that a sign from a printer without colours says as much.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from eventapp.documents import marks
from eventapp.pdf import MM, filling, fonts, lettering
from eventapp.pdf.lettering import Frame
from eventapp.pdf.sheet import A3, A4
from eventapp.pdf.stream import About, PageStream


class NoSigns(Exception):
    """There is no bus to print a sign for."""


class SignSize(StrEnum):
    """The paper, across."""

    A4 = "a4"
    A3 = "a3"


_PAPERS = {SignSize.A4: A4, SignSize.A3: A3}
_SOFT = "#333333"
_LARGEST, _SMALLEST = 2000.0, 4.0
# As parts of the paper's height.
_EDGE, _LINE, _GAP = 0.045, 0.008, 0.03
_UPPER = 0.62  # of the room, for letter and bus
_SITE, _EVENT = 0.6, 0.17  # of the rest; the departure has what is left
_LETTER_ALONE = (0.34, 0.6)  # least and most of the width, where there is a bus beside it


@dataclass(frozen=True, slots=True)
class Sign:
    """What one sign says; empty where there is nothing. ``colour`` is the group's."""

    letter: str
    colour: str
    bus: str
    site: str
    event: str
    departure: str


def write_signs(
    signs: Iterable[Sign], stream: BinaryIO, *, about: About, size: SignSize = SignSize.A4
) -> int:
    """Write a page for each sign, in their order, as a PDF; returns how many there were.

    Signs are read as they are drawn; the same ones give the same bytes. Raises NoSigns, and has
    written nothing then.
    """
    waiting = iter(signs)
    sign = next(waiting, None)
    if sign is None:
        raise NoSigns
    height, width = _PAPERS[size]
    pages = PageStream(stream, about)
    number = 0
    while sign is not None:
        pages.add_page(width * MM, height * MM, _sign(pages, sign, width * MM, height * MM))
        number += 1
        sign = next(waiting, None)
    pages.close()
    return number


def _sign(pages: PageStream, sign: Sign, width: float, height: float) -> bytes:
    edge, line, gap = _EDGE * height, _LINE * height, _GAP * height
    room = Frame(edge, edge, width - 2 * edge, height - 2 * edge)
    upper = room.height * _UPPER
    top = Frame(room.x, room.top - upper, room.width, upper)
    drawn = _letter_and_bus(pages, sign, top, line, gap)
    down = top.y - gap
    rest = down - room.y
    texts = (
        (sign.site, fonts.SANS_SEMIBOLD, _SITE, 3, marks.BLACK),
        (sign.departure, fonts.SANS_BOLD, 1 - _SITE - _EVENT, 1, marks.BLACK),
        (sign.event, fonts.SANS, _EVENT, 2, _SOFT),
    )
    for text, font, part, lines, colour in texts:
        tall = rest * part
        if text.strip():
            frame = Frame(room.x, down - tall + 0.12 * tall, room.width, 0.88 * tall)
            shown, _ = lettering.filled(
                pages,
                text,
                font,
                frame,
                sizes=(_LARGEST, _SMALLEST),
                colour=colour,
                lines=lines,
            )
            drawn += shown
        down -= tall
    return drawn


def _letter_and_bus(pages: PageStream, sign: Sign, top: Frame, line: float, gap: float) -> bytes:
    """The letter in its block; beside it the bus, which has the more room the wider it is."""
    if not sign.bus.strip():
        return marks.mark(pages, sign.letter, top, sign.colour, line=line)
    letter, bus = (_wide(text) for text in (sign.letter, sign.bus))
    least, most = _LETTER_ALONE
    share = min(max(letter / (letter + bus), least), most)
    wide = top.width * share
    block = Frame(top.x, top.y, wide, top.height)
    beside = Frame(top.x + wide + gap, top.y, top.width - wide - gap, top.height)
    drawn = marks.mark(pages, sign.letter, block, sign.colour, line=line)
    shown, _ = lettering.filled(
        pages, sign.bus, fonts.SANS_BOLD, beside, sizes=(_LARGEST, _SMALLEST), lines=3
    )
    return drawn + shown


def _wide(text: str) -> float:
    """How wide a text is where it is as high as its neighbour, roughly."""
    above, below = filling.ink(text, fonts.SANS_BOLD)
    return fonts.em_width(text, fonts.SANS_BOLD) / max(above + below, 0.1) + 0.3
