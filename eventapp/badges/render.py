"""Badges as PDF: drawn from ready operators, page after page straight to the output.

What repeats is worked out once: a category's artwork is a form in the file, a line of text that
has been drawn before (an office, a position) is a string of bytes, a code's corners belong to the
artwork. What is left for each badge is the name, the code and a few bytes that place the rest.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import BinaryIO, Literal, TypeVar

from eventapp.badges import layout
from eventapp.badges.layout import (
    Area,
    BadgeLabels,
    BadgeRecord,
    Code,
    Design,
    Field,
    Ink,
    PlacedLines,
    Shown,
    Stack,
)
from eventapp.pdf import MM, fonts, qr
from eventapp.pdf.sheet import A4, Sheet, n_up, single
from eventapp.pdf.stream import About, PageStream

SheetName = Literal["single", "a4"]

_FIXED = {Ink.TEXT: "#16202b", Ink.SOFT: "#4a5766", Ink.LINE: "#8e9aa8"}
_CUT = "#7a7a7a"
_BLACK = b"0 g "
_KAPPA = 0.5523  # of a radius: where a curve's handles lie for a quarter of a circle
_MOST_KEPT = 4096


class NoBadges(Exception):
    """There is nobody to print a badge for."""


def write_badges(
    records: Iterable[BadgeRecord],
    stream: BinaryIO,
    *,
    sheet: SheetName = "single",
    title: str,
    author: str,
    language: str = "vi",
    labels: BadgeLabels | None = None,
    design: Design = layout.CONFERENCE,
) -> int:
    """Write a badge for each record, in their order, as a PDF; returns how many there were.

    On a "single" sheet each badge is a page of its own size; on "a4" as many as fit, with crop
    marks. Records are read as they are needed and pages written as soon as they are full, so
    memory does not grow with their number. The same records give the same bytes. Raises NoBadges,
    and has written nothing then.
    """
    return write_sheets(
        records,
        stream,
        design=design,
        paper=paper_for(design, sheet),
        about=About(title, author, language),
        labels=labels or BadgeLabels(),
    )


def paper_for(design: Design, name: SheetName) -> Sheet:
    """The sheet of that name for a design."""
    if name == "single":
        return single(design.width, design.height)
    return n_up(A4, design.width, design.height)


def write_sheets(
    records: Iterable[BadgeRecord],
    stream: BinaryIO,
    *,
    design: Design,
    paper: Sheet,
    about: About,
    labels: BadgeLabels,
) -> int:
    """`write_badges` with any design on any sheet."""
    waiting = iter(records)
    record = next(waiting, None)
    if record is None:
        raise NoBadges
    pages = PageStream(stream, about)
    printer = _Printer(pages, design, labels)
    marks = _crop_marks(paper)
    corners = [
        b"q 1 0 0 1 %.3f %.3f cm\n" % (x * MM, (paper.height - y - paper.item_height) * MM)
        for x, y in paper.places()
    ]
    number = 0
    while record is not None:
        drawn = [marks]
        for corner in corners:
            drawn += (corner, printer.badge(record), b"Q\n")
            number += 1
            record = next(waiting, None)
            if record is None:
                break
        pages.add_page(paper.width * MM, paper.height * MM, b"".join(drawn))
    pages.close()
    return number


def _crop_marks(paper: Sheet) -> bytes:
    lines = [
        b"%.2f %.2f m %.2f %.2f l"
        % (x1 * MM, (paper.height - y1) * MM, x2 * MM, (paper.height - y2) * MM)
        for x1, y1, x2, y2 in paper.marks()
    ]
    if not lines:
        return b""
    return b"q %b RG 0.35 w\n%b S Q\n" % (_rgb(_CUT), b"\n".join(lines))


class _Printer:
    """Operators of one design's badges in one file."""

    def __init__(self, pages: PageStream, design: Design, labels: BadgeLabels) -> None:
        self._pages = pages
        self._design = design
        self._labels = labels
        self._artwork: dict[tuple[str | bool, ...], bytes] = {}
        self._stacks: dict[tuple[int, str, tuple[str, ...]], bytes] = {}
        self._lines_known: dict[tuple[str, float, tuple[str, ...], float], bytes] = {}
        self._elements = {
            grouped: tuple(
                element
                for element in design.elements
                if element.shown is Shown.ALWAYS or (element.shown is Shown.WITH_GROUP) is grouped
            )
            for grouped in (False, True)
        }

    def badge(self, record: BadgeRecord) -> bytes:
        """One badge, its lower left corner at the origin."""
        drawn = [self._artwork_of(record)]
        finders = not qr.is_pass_code(record.code)
        for element in self._elements[bool(record.group)]:
            if isinstance(element, Stack):
                if not element.is_artwork:
                    drawn.append(self._stack(element, record))
            elif isinstance(element, Code):
                drawn.append(_BLACK)
                drawn.append(
                    qr.operators(record.code, finders=finders, **self._code_place(element))
                )
        return b"".join(drawn)

    def _artwork_of(self, record: BadgeRecord) -> bytes:
        """The operator that draws all that this badge has in common with others."""
        is_pass = qr.is_pass_code(record.code)
        grouped = bool(record.group)
        key = (
            record.category,
            record.colour,
            record.event,
            record.dates,
            record.venue,
            grouped,
            is_pass,
        )
        known = self._artwork.get(key)
        if known is None:
            drawn = []
            for element in self._elements[grouped]:
                if isinstance(element, Area):
                    drawn.append(self._area(element, record))
                elif isinstance(element, Stack):
                    if element.is_artwork:
                        drawn.append(self._stack(element, record))
                elif is_pass:
                    place = self._code_place(element)
                    drawn += (_BLACK, qr.finder_operators(qr.PASS_SIDE, **place))
            width, height = self._design.width * MM, self._design.height * MM
            known = self._pages.add_form(width, height, b"".join(drawn))
            self._artwork[key] = known
        return known

    def _area(self, area: Area, record: BadgeRecord) -> bytes:
        box = area.box
        path = _rectangle(
            box.x * MM,
            (self._design.height - box.y - box.height) * MM,
            box.width * MM,
            box.height * MM,
            area.radius * MM,
        )
        colour = _rgb(_colour(area.ink, record.colour))
        if area.line:
            return b"%b RG %.2f w\n%bS\n" % (colour, area.line * MM, path)
        return b"%b rg\n%bf\n" % (colour, path)

    def _code_place(self, element: Code) -> dict[str, float]:
        return {
            "x": element.x * MM,
            "y": (self._design.height - element.y - element.side) * MM,
            "size": element.side * MM,
        }

    def _stack(self, stack: Stack, record: BadgeRecord) -> bytes:
        texts = tuple(self._text(part.field, record) for part in stack.parts)
        if not stack.repeats:
            return self._draw_stack(stack, texts, record.colour)
        key = (id(stack), record.colour, texts)
        known = self._stacks.get(key)
        if known is None:
            known = self._draw_stack(stack, texts, record.colour)
            _keep(self._stacks, key, known)
        return known

    def _draw_stack(self, stack: Stack, texts: tuple[str, ...], colour: str) -> bytes:
        placed, _ = layout.place(stack, texts)
        centre = (stack.box.x + stack.box.width / 2) * MM
        top = (self._design.height - stack.box.y) * MM
        drawn = [b"BT\n"]
        for lines in placed:
            drawn.append(
                b"%b rg 1 0 0 1 %.2f %.2f Tm\n"
                % (_rgb(_colour(lines.part.ink, colour)), centre, top - lines.baseline)
            )
            drawn.append(self._lines(lines))
        drawn.append(b"ET\n")
        return b"".join(drawn)

    def _text(self, field: Field, record: BadgeRecord) -> str:
        if field is Field.GROUP_LABEL:
            return self._labels.group
        if field is Field.CODE:
            return qr.grouped(record.code)
        text: str = getattr(record, field.value)
        return text

    def _lines(self, placed: PlacedLines) -> bytes:
        """Centred lines, the first on the current text position."""
        fitted, font = placed.fitted, placed.part.font
        key = (font, fitted.size, fitted.lines, fitted.stretch)
        known = self._lines_known.get(key)
        if known is None:
            drawn = []
            if fitted.stretch != 1:
                drawn.append(b"%.2f Tz\n" % (100 * fitted.stretch))
            before, down = 0.0, 0.0
            for line in fitted.lines:
                start = -fonts.width(line, font, fitted.size) * fitted.stretch / 2
                drawn.append(b"%.2f %.2f Td\n" % (start - before, down))
                drawn.append(self._pages.show(line, font, fitted.size))
                before, down = start, -placed.leading
            if fitted.stretch != 1:
                drawn.append(b"100 Tz\n")
            known = b"".join(drawn)
            _keep(self._lines_known, key, known)
        return known


_Key = TypeVar("_Key")


def _keep(known: dict[_Key, bytes], key: _Key, drawn: bytes) -> None:
    """Remember what was drawn, but not without end: names hardly ever come back."""
    if len(known) >= _MOST_KEPT:
        known.clear()
    known[key] = drawn


def _colour(ink: Ink, colour: str) -> str:
    """The ``#rrggbb`` that an ink means on a badge of a category's colour."""
    if ink in _FIXED:
        return _FIXED[ink]
    colour = layout.usable_colour(colour)
    if ink is Ink.ON_CATEGORY:
        return layout.ink_on(colour)
    return layout.readable_on_white(colour) if ink is Ink.CATEGORY_TEXT else colour


@lru_cache(maxsize=256)
def _rgb(colour: str) -> bytes:
    return b"%.3g %.3g %.3g" % tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _rectangle(x: float, y: float, width: float, height: float, radius: float) -> bytes:
    """A closed path; lengths in points, from the bottom left."""
    if not radius:
        return b"%.2f %.2f %.2f %.2f re\n" % (x, y, width, height)
    right, top, bow = x + width, y + height, radius * (1 - _KAPPA)
    points = (
        (x + radius, y, "m"),
        (right - radius, y, "l"),
        (right - bow, y, right, y + bow, right, y + radius, "c"),
        (right, top - radius, "l"),
        (right, top - bow, right - bow, top, right - radius, top, "c"),
        (x + radius, top, "l"),
        (x + bow, top, x, top - bow, x, top - radius, "c"),
        (x, y + radius, "l"),
        (x, y + bow, x + bow, y, x + radius, y, "c h"),
    )
    return "".join(
        " ".join(f"{part:.2f}" if isinstance(part, float) else str(part) for part in step) + "\n"
        for step in points
    ).encode()
