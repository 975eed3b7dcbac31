"""Luggage and seat tags: sheets of small cards with the group's letter, the bus and a name.

Cut from A4, a luggage tag has a place for the hole of its string, and a seat tag is folded over, so
that it is read from both sides; on sheets of labels each is as large as a label.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from eventapp.documents import marks
from eventapp.pdf import MM, fonts, lettering, qr, stocks
from eventapp.pdf.lettering import Frame
from eventapp.pdf.sheet import A4, Line, Sheet, n_up
from eventapp.pdf.stream import About, PageStream

LUGGAGE, SEAT = "luggage", "seat"
FORMS = (LUGGAGE, SEAT, *stocks.by_name())
"""What `write_tags` can make: cut from A4, or on the labels of that name."""

_FACE = {LUGGAGE: (95.0, 54.0), SEAT: (95.0, 46.0)}
_HOLE, _HOLE_AWAY = 2.5, 7.0  # its radius, and how far its middle is from the edge; mm
_INSIDE = 3.0  # mm of white within a tag
_GAP = 2.5
_MARK = 0.36  # of a tag's width, at most
_LEAST_CODE = 14.0  # mm, with its quiet zone
_CODE = 0.3  # of a tag's width
_SOFT = "#444444"
_CUT, _FOLD = b"0.478 0.478 0.478", b"[1.4 1.4] 0 d "
_KAPPA = 0.5523
_SMALLEST = 4.0


class NoTags(Exception):
    """There is nobody to print a tag for."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What one tag says; empty where there is nothing. Without a ``code`` there is no QR code."""

    letter: str
    colour: str
    bus: str
    name: str
    delegation: str
    event: str
    code: str = ""


def write_tags(tags: Iterable[Tag], stream: BinaryIO, *, about: About, form: str = LUGGAGE) -> int:
    """Write the tags, in their order, as a PDF; returns how many there were.

    Tags are read a sheet's worth at a time; the same ones give the same bytes. Raises NoTags, and
    has written nothing then; KeyError for a form that is not in `FORMS`.
    """
    sheet = sheet_of(form)
    waiting = iter(tags)
    first = list(islice(waiting, sheet.per_page))
    if not first:
        raise NoTags
    pages = PageStream(stream, about)
    printer = _Printer(pages, form, sheet)
    number = 0
    for batch in _batches(first, waiting, sheet.per_page):
        pages.add_page(sheet.width * MM, sheet.height * MM, printer.page(batch))
        number += len(batch)
    pages.close()
    return number


def sheet_of(form: str) -> Sheet:
    """How tags of a form lie on their paper. Raises KeyError."""
    if form not in _FACE:
        return stocks.by_name()[form].sheet()
    width, height = _FACE[form]
    return n_up(A4, width, height * (2 if form == SEAT else 1))


def _batches(first: list[Tag], others: Iterator[Tag], size: int) -> Iterator[list[Tag]]:
    batch = first
    while batch:
        yield batch
        batch = list(islice(others, size))


class _Printer:
    """Operators of the tags in one file."""

    def __init__(self, pages: PageStream, form: str, sheet: Sheet) -> None:
        self._pages, self._form, self._sheet = pages, form, sheet
        self._places = sheet.places()
        folds = sheet.folds("y") if form == SEAT else ()
        self._marks = _marks(sheet.marks(), folds, sheet.height)
        self._forms: dict[tuple[str, str, str], bytes] = {}
        height = sheet.item_height / (2 if form == SEAT else 1)
        self._face = Frame(0, 0, sheet.item_width * MM, height * MM)

    def page(self, tags: Sequence[Tag]) -> bytes:
        """A sheet of tags."""
        drawn = [self._marks]
        for tag, (x, y) in zip(tags, self._places, strict=False):
            left, bottom = x * MM, (self._sheet.height - y - self._sheet.item_height) * MM
            face = self._face_of(tag)
            drawn.append(b"q 1 0 0 1 %.2f %.2f cm\n%bQ\n" % (left, bottom, face))
            if self._form == SEAT:
                right, top = left + self._face.width, bottom + 2 * self._face.height
                drawn.append(b"q -1 0 0 -1 %.2f %.2f cm\n%bQ\n" % (right, top, face))
        return b"".join(drawn)

    def _face_of(self, tag: Tag) -> bytes:
        """One face, its bottom left corner at the origin."""
        room = self._face.inset(_INSIDE * MM)
        drawn = b""
        if self._form == LUGGAGE:
            drawn = _hole(_HOLE_AWAY * MM, self._face.height / 2)
            taken = 2 * _HOLE_AWAY * MM - _INSIDE * MM
            room = Frame(room.x + taken, room.y, room.width - taken, room.height)
        gap = _GAP * MM
        wide = min(room.width * _MARK, room.height)
        drawn += b"q 1 0 0 1 %.2f %.2f cm\n%bQ\n" % (room.x, room.y, self._mark(tag, wide, room))
        rest = Frame(room.x + wide + gap, room.y, room.width - wide - gap, room.height)
        side = max(_LEAST_CODE * MM, min(room.width * _CODE, room.height * 0.5))
        if tag.code:
            drawn += _code(tag.code, Frame(rest.right - side, room.y, side, side))
        return drawn + self._texts(tag, rest, side if tag.code else 0)

    def _mark(self, tag: Tag, wide: float, room: Frame) -> bytes:
        """The letter over the bus; the same on all tags of a bus, and stored once."""
        key = (tag.letter, tag.colour, tag.bus)
        if key not in self._forms:
            low = room.height * 0.3 if tag.bus.strip() else 0.0
            block = Frame(0, low, wide, room.height - low)
            drawn = marks.mark(self._pages, tag.letter, block, tag.colour, line=0.35 * MM)
            if low:
                frame = Frame(0, 0, wide, low - 1 * MM)
                text, _ = lettering.filled(
                    self._pages, tag.bus, fonts.SANS_BOLD, frame, sizes=(26, _SMALLEST)
                )
                drawn += text
            self._forms[key] = self._pages.add_form(wide, room.height, drawn)
        return self._forms[key]

    def _texts(self, tag: Tag, rest: Frame, code: float) -> bytes:
        """Name above, then the delegation and the event, beside the code where there is one."""
        lower = max(code, rest.height * 0.45)
        upper = Frame(rest.x, rest.y + lower, rest.width, rest.height - lower)
        narrow = rest.width - code
        middle = Frame(rest.x, rest.y + 0.36 * lower, narrow, 0.56 * lower)
        last = Frame(rest.x, rest.y, narrow, 0.3 * lower)
        drawn = b""
        for text, font, frame, largest, lines, colour, valign in (
            (tag.name, fonts.SANS_BOLD, upper, 22.0, 3, marks.BLACK, "middle"),
            (tag.delegation, fonts.SANS_MEDIUM, middle, 12.0, 3, marks.BLACK, "top"),
            (tag.event, fonts.SANS, last, 8.0, 2, _SOFT, "bottom"),
        ):
            if text.strip():
                shown, _ = lettering.filled(
                    self._pages,
                    text,
                    font,
                    frame,
                    sizes=(largest, _SMALLEST),
                    colour=colour,
                    lines=lines,
                    align="left",
                    valign=valign,
                )
                drawn += shown
        return drawn


def _code(code: str, frame: Frame) -> bytes:
    """The pass's code, its quiet zone within the frame."""
    modules = qr.PASS_SIDE if qr.is_pass_code(code) else len(qr.symbol(code))
    inside = frame.width * modules / (modules + 2 * qr.QUIET_ZONE)
    edge = (frame.width - inside) / 2
    return b"0 g " + qr.operators(code, x=frame.x + edge, y=frame.y + edge, size=inside)


def _hole(x: float, y: float) -> bytes:
    """A thin circle where to punch."""
    r = _HOLE * MM
    k = r * _KAPPA
    curves = (
        (x + r, y + k, x + k, y + r, x, y + r),
        (x - k, y + r, x - r, y + k, x - r, y),
        (x - r, y - k, x - k, y - r, x, y - r),
        (x + k, y - r, x + r, y - k, x + r, y),
    )
    drawn = b"".join(b"%.2f %.2f %.2f %.2f %.2f %.2f c\n" % curve for curve in curves)
    return b"q %b RG 0.4 w %.2f %.2f m\n%bS Q\n" % (_CUT, x + r, y, drawn)


def _marks(cuts: Sequence[Line], folds: Sequence[Line], height: float) -> bytes:
    drawn = b"".join(
        b"%b%b S\n" % (dashes, _lines(lines, height))
        for dashes, lines in ((b"", cuts), (_FOLD, folds))
        if lines
    )
    return b"q %b RG 0.35 w\n%bQ\n" % (_CUT, drawn) if drawn else b""


def _lines(lines: Sequence[Line], height: float) -> bytes:
    return b"\n".join(
        b"%.2f %.2f m %.2f %.2f l" % (x1 * MM, (height - y1) * MM, x2 * MM, (height - y2) * MM)
        for x1, y1, x2, y2 in lines
    )
