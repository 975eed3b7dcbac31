"""Name tents: folded cards that stand on a table, with the name on both sides.

Drawn straight from operators, page after page, as badges are. A tent is folded across its middle,
so that its upper half is printed upside down.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

from eventapp.pdf import MM, filling, fonts
from eventapp.pdf.filling import Filled
from eventapp.pdf.stream import About, PageStream

_INK, _SOFT, _MARKS = b"0 g\n", b"0.27 g\n", b"0.5 G 0.4 w\n"
_MARK = 5.0  # mm


class NoTents(Exception):
    """There is nobody to print a tent for."""


class TentSize(StrEnum):
    """The card before it is folded: one on a sheet of A4 across, or two on one upright."""

    A4 = "a4"
    A5 = "a5"


@dataclass(frozen=True, slots=True)
class TentRecord:
    """What one tent says; empty where there is nothing."""

    name: str
    position: str = ""
    organisation: str = ""


class Logo(Protocol):
    """Artwork that is stored once in a file and drawn anywhere."""

    def add_to(self, pages: PageStream) -> bytes:
        """Store it; returns the operator that `placed` takes."""

    def placed(self, operator: bytes, x: float, y: float, width: float, height: float) -> bytes:
        """Operators that draw it in the middle of a box (points, from the bottom left)."""


@dataclass(frozen=True, slots=True)
class Tents:
    """How tents look."""

    size: TentSize = TentSize.A4
    capitals: bool = True
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet of paper and the faces on it; millimetres."""

    width: float
    height: float
    face: float  # how high one side of a tent is
    tents: int


_SHEETS = {
    TentSize.A4: _Sheet(297, 210, 105, 1),
    TentSize.A5: _Sheet(210, 297, 74.25, 2),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A kind of text on a tent: sizes as parts of a face's height."""

    font: str
    largest: float
    smallest: float
    ink: bytes


_NAME = _Line(fonts.SANS_BOLD, 0.6, 0.09, _INK)
_POSITION = _Line(fonts.SANS_SEMIBOLD, 0.105, 0.05, _INK)
_ORGANISATION = _Line(fonts.SANS, 0.09, 0.045, _SOFT)
_SIDE, _RIDGE, _FOOT = 0.1, 0.06, 0.09  # white around the text, as parts of a face's height
_SMALL_ROOM = 2.6  # of its largest size: two lines
_GAP, _BELOW_NAME = 0.055, 0.08  # between texts; capitals stand on their line
_LOGO = 0.3


def write_tents(
    records: Iterable[TentRecord], stream: BinaryIO, *, about: About, tents: Tents | None = None
) -> int:
    """Write a tent for each record, in their order, as a PDF; returns how many there were.

    Records are read as they are needed and pages written as soon as they are full. The same
    records give the same bytes. Raises NoTents, and has written nothing then.
    """
    tents = tents or Tents()
    waiting = iter(records)
    record = next(waiting, None)
    if record is None:
        raise NoTents
    sheet = _SHEETS[tents.size]
    pages = PageStream(stream, about)
    printer = _Printer(pages, sheet, tents)
    marks = _marks(sheet)
    number = 0
    while record is not None:
        drawn = [marks]
        for place in range(sheet.tents):
            drawn.append(printer.tent(record, sheet.height - (place + 1) * 2 * sheet.face))
            number += 1
            record = next(waiting, None)
            if record is None:
                break
        pages.add_page(sheet.width * MM, sheet.height * MM, b"".join(drawn))
    pages.close()
    return number


class _Printer:
    """Operators of the tents in one file."""

    def __init__(self, pages: PageStream, sheet: _Sheet, tents: Tents) -> None:
        self._pages, self._tents = pages, tents
        self._width, self._height = sheet.width * MM, sheet.face * MM
        self._logo = tents.logo.add_to(pages) if tents.logo else b""

    def tent(self, record: TentRecord, bottom: float) -> bytes:
        """Both sides, the lower edge that far (mm) above that of the page."""
        face, low = self._face(record), bottom * MM
        return b"q 1 0 0 1 0 %.2f cm\n%bQ\nq -1 0 0 -1 %.2f %.2f cm\n%bQ\n" % (
            low,
            face,
            self._width,
            low + 2 * self._height,
            face,
        )

    def _face(self, record: TentRecord) -> bytes:
        """One side, its bottom left corner at the origin; the fold is its upper edge."""
        height = self._height
        left, width = _SIDE * height, self._width - 2 * _SIDE * height
        drawn = b""
        if self._tents.logo:
            side = _LOGO * height
            top = height * (1 - 2 * _RIDGE) - side
            drawn = self._tents.logo.placed(self._logo, left, top, side, side)
            left, width = left + side + _GAP * height, width - side - _GAP * height
        name = record.name.upper() if self._tents.capitals else record.name
        small = [
            (kind, self._fitted(kind, text, width, _SMALL_ROOM * kind.largest))
            for kind, text in ((_POSITION, record.position), (_ORGANISATION, record.organisation))
            if text.strip()
        ]
        room = height * (1 - _RIDGE - _FOOT)
        gaps = [_BELOW_NAME * height, *(_GAP * height for _ in small)][: len(small)]
        taken = sum(it.height for _, it in small) + sum(gaps)
        largest = self._fitted(_NAME, name, width, (room - taken) / height)
        blocks = [(_NAME, largest), *small]
        down = (room - taken - largest.height) / 2 + _RIDGE * height
        lines = []
        for (kind, fitted), gap in zip(blocks, (*gaps, 0.0), strict=True):
            lines.append(self._block(kind, fitted, left + width / 2, height - down))
            down += fitted.height + gap
        return drawn + b"BT\n%bET\n" % b"".join(lines)

    def _fitted(self, kind: _Line, text: str, width: float, room: float) -> Filled:
        """The text as large as it may be; room as a part of a face's height."""
        height = self._height
        return filling.fill(
            text,
            kind.font,
            (width, room * height),
            (kind.largest * height, kind.smallest * height),
        )

    def _block(self, kind: _Line, fitted: Filled, centre: float, top: float) -> bytes:
        """Centred lines below that height; in a text object."""
        drawn = [kind.ink, b"%.2f Tz\n" % (100 * fitted.stretch)]
        down = fitted.size * fitted.above
        for line in fitted.lines:
            wide = fonts.width(line, kind.font, fitted.size) * fitted.stretch
            drawn.append(b"1 0 0 1 %.2f %.2f Tm\n" % (centre - wide / 2, top - down))
            drawn.append(self._pages.show(line, kind.font, fitted.size))
            down += fitted.size * fitted.distance
        return b"".join(drawn)


def _marks(sheet: _Sheet) -> bytes:
    """Short lines at both edges: broken where to fold, whole where to cut."""
    lines = [_MARKS]
    for tent in range(sheet.tents):
        fold = sheet.height - (2 * tent + 1) * sheet.face
        lines += (b"[3 2] 0 d\n", *_at_edges(sheet, fold), b"S [] 0 d\n")
        if tent:
            lines += (*_at_edges(sheet, fold + sheet.face), b"S\n")
    return b"q %bQ\n" % b"".join(lines)


def _at_edges(sheet: _Sheet, height: float) -> Iterable[bytes]:
    y = height * MM
    for start, end in ((0.0, _MARK), (sheet.width - _MARK, sheet.width)):
        yield b"%.2f %.2f m %.2f %.2f l\n" % (start * MM, y, end * MM, y)
