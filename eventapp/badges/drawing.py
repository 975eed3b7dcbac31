"""One side of badges as PDF operators.

What repeats is worked out once: a category's artwork is a form in the file, a line of text that
has been drawn before (an office, a position) is a string of bytes, a code's corners belong to the
artwork. What is left for each badge is the name, the code and a few bytes that place the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from eventapp.badges import inks, placing
from eventapp.badges.layout import (
    Area,
    BadgeRecord,
    Box,
    Code,
    Design,
    Picture,
    Side,
    Stack,
)
from eventapp.badges.placing import PlacedLines
from eventapp.badges.template import GROUP_COLOUR
from eventapp.pdf import MM, fonts, qr
from eventapp.pdf.artwork import Artwork
from eventapp.pdf.fitting import Measure
from eventapp.pdf.surface import Surface

_BLACK = b"0 g "
_WHITE = b"1 g "
_KAPPA = 0.5523  # of a radius: where a curve's handles lie for a quarter of a circle
_MOST_KEPT = 4096


_Drawn = tuple[bytes, tuple["Remark", ...]]
Pictures = Callable[[str], Artwork | None]
"""The artwork of an image: of ``logo``, of a digest, or of a record's photo; None for none."""


def no_pictures(_image: str) -> Artwork | None:
    """Where there are none."""
    return None


@dataclass(frozen=True, slots=True)
class Remark:
    """What had to be done for a text on a badge beyond shrinking it."""

    element: int  # its number in the template's side
    text: str
    measure: Measure
    strange: str = ""  # characters that the font lacks; a stand-in or an empty box is drawn
    side: int = 0


class SidePrinter:
    """Operators of one side of one design's badges in one file."""

    def __init__(
        self,
        surface: Surface,
        design: Design,
        side: Side,
        pictures: Pictures = no_pictures,
        number: int = 0,  # of the side, for its remarks
    ) -> None:
        self._surface = surface
        self._design, self._side, self._number = design, side, number
        self._pictures = pictures
        self._artwork: dict[tuple[str, ...], tuple[bytes, tuple[Remark, ...]]] = {}
        self._stacks: dict[tuple[int, str, str, tuple[str, ...]], _Drawn] = {}
        self._lines_known: dict[tuple[str, float, tuple[str, ...], float, str], bytes] = {}
        self._images: dict[str, tuple[Artwork, bytes] | None] = {}
        self._layers = tuple(enumerate(side.layers))
        self.remarks: list[Remark] = []
        """Of the badge drawn last."""

    def badge(self, record: BadgeRecord) -> bytes:
        """One badge's side, its lower left corner at the origin."""
        self.remarks = []
        drawn: list[bytes] = []
        values = record.values
        for level, layer in self._layers:
            drawn.append(self._artwork_of(record, level))
            for element in layer.own:
                if not element.shown.holds(values):
                    continue
                if isinstance(element, Stack):
                    drawn.append(self._stack(element, record))
                elif isinstance(element, Code):
                    drawn += (_BLACK, self._code(element, record.code))
                elif isinstance(element, Picture) and record.photo:
                    drawn.append(self._picture(element, record.photo))
        return b"".join(drawn)

    def _artwork_of(self, record: BadgeRecord, level: int) -> bytes:
        """The operator that draws all that this badge has in common with others in a layer."""
        values, is_pass = record.values, qr.is_pass_code(record.code)
        key = (
            str(level),
            record.category,
            record.colour,
            "pass" if is_pass else "",
            # Of what is not drawn here only whether it is there counts.
            *(
                values.get(it, "") if it in self._side.drawn_keys else "1" if values.get(it) else ""
                for it in self._side.artwork_keys
            ),
        )
        known = self._artwork.get(key)
        if known is None:
            others, self.remarks = self.remarks, []
            drawn = [] if level else [self._ground(record)]
            for element in self._side.layers[level].common:
                if not element.shown.holds(values):
                    continue
                if isinstance(element, Area):
                    drawn.append(self._area(element, record))
                elif isinstance(element, Stack):
                    drawn.append(self._stack(element, record))
                elif isinstance(element, Picture):
                    drawn.append(self._picture(element, element.image))
                else:
                    drawn.append(self._behind_code(element, is_pass))
            width, height = self._design.width * MM, self._design.height * MM
            operator = self._surface.add_form(width, height, b"".join(drawn))
            known = self._artwork[key] = operator, tuple(self.remarks)
            self.remarks = others
        operator, remarks = known
        self.remarks.extend(remarks)
        return operator

    def _ground(self, record: BadgeRecord) -> bytes:
        ground = self._side.ground_of(record.category)
        whole = Box(0, 0, self._design.width, self._design.height)
        drawn = b""
        if ground.colour is not None:
            colour = _ink(ground.colour, record)
            drawn = b"%b rg\n%bf\n" % (colour, self._path(whole, 0))
        if ground.image is not None:
            drawn += self._image(ground.image, whole, covers=True, radius=0)
        return drawn

    def _area(self, area: Area, record: BadgeRecord) -> bytes:
        path = self._path(area.box, area.radius)
        drawn = b""
        if area.fill is not None:
            drawn += b"%b rg\n%bf\n" % (_ink(area.fill, record), path)
        if area.line is not None and area.line_width:
            colour = _ink(area.line, record)
            drawn += b"%b RG %.2f w\n%bS\n" % (colour, area.line_width * MM, path)
        return drawn

    def _path(self, box: Box, radius: float) -> bytes:
        return _rectangle(
            box.x * MM,
            (self._design.height - box.y - box.height) * MM,
            box.width * MM,
            box.height * MM,
            min(radius, box.width / 2, box.height / 2) * MM,
        )

    def _picture(self, picture: Picture, image: str) -> bytes:
        return self._image(image, picture.box, covers=picture.covers, radius=picture.radius)

    def _image(self, image: str, box: Box, *, covers: bool, radius: float) -> bytes:
        if image not in self._images:
            artwork = self._pictures(image)
            self._images[image] = None
            if artwork is not None:
                # Only the measures stay in memory: photos are as many as badges.
                measures = Artwork(artwork.width, artwork.height)
                self._images[image] = measures, artwork.add_to(self._surface)
        found = self._images[image]
        if found is None:
            return b""
        artwork, operator = found
        place = (
            box.x * MM,
            (self._design.height - box.y - box.height) * MM,
            box.width * MM,
            box.height * MM,
        )
        drawn = (artwork.covering if covers else artwork.placed)(operator, *place)
        if not covers and not radius:
            return drawn
        return b"q %bW n\n%bQ\n" % (self._path(box, radius), drawn)

    def _behind_code(self, element: Code, is_pass: bool) -> bytes:
        """The white square and, of a pass code, the corners that all have in common."""
        square = _WHITE + self._path(element.box, 0) + b"f\n"
        if not is_pass:
            return square
        x, y, size = self._place(element.symbol)
        finders = qr.finder_operators(qr.PASS_SIDE, x=x, y=y, size=size)
        return square + _BLACK + finders

    def _code(self, element: Code, code: str) -> bytes:
        if qr.is_pass_code(code):
            x, y, size = self._place(element.symbol)
            return qr.operators(code, x=x, y=y, size=size, finders=False)
        side = len(qr.symbol(code))
        quiet = element.box.width * qr.QUIET_ZONE / (side + 2 * qr.QUIET_ZONE)
        inner = element.box.width - 2 * quiet
        symbol = Box(element.box.x + quiet, element.box.y + quiet, inner, inner)
        x, y, size = self._place(symbol)
        return qr.operators(code, x=x, y=y, size=size)

    def _place(self, symbol: Box) -> tuple[float, float, float]:
        """Its bottom left corner and its side, in points."""
        bottom = self._design.height - symbol.y - symbol.height
        return symbol.x * MM, bottom * MM, symbol.width * MM

    def _stack(self, stack: Stack, record: BadgeRecord) -> bytes:
        texts = tuple(
            [
                qr.grouped(record.code) if it.key == "code" else it.text(record.values)
                for it in stack.parts
            ]
        )
        if not stack.repeats:
            drawn, remarks = self._draw_stack(stack, texts, record)
        else:
            key = (id(stack), record.colour, record.values.get(GROUP_COLOUR, ""), texts)
            known = self._stacks.get(key)
            if known is None:
                known = self._draw_stack(stack, texts, record)
                _keep(self._stacks, key, known)
            drawn, remarks = known
        if remarks:
            self.remarks.extend(remarks)
        return drawn

    def _draw_stack(
        self, stack: Stack, texts: tuple[str, ...], record: BadgeRecord
    ) -> tuple[bytes, tuple[Remark, ...]]:
        placed, _ = placing.place(stack, texts)
        box = stack.box
        anchor = {"left": box.x, "center": box.x + box.width / 2, "right": box.x + box.width}
        left = anchor[stack.align] * MM
        top = (self._design.height - box.y) * MM
        drawn = [b"BT\n"]
        remarks = []
        # As they were given: of what no font can draw, the lines have nothing left.
        given = dict(zip(stack.parts, texts, strict=True))
        for lines in placed:
            colour = _ink(lines.part.ink, record)
            drawn.append(b"%b rg 1 0 0 1 %.2f %.2f Tm\n" % (colour, left, top - lines.baseline))
            drawn.append(self._lines(lines, stack.align))
            if remark := _remark(stack.number, lines, given[lines.part], self._number):
                remarks.append(remark)
        drawn.append(b"ET\n")
        return b"".join(drawn), tuple(remarks)

    def _lines(self, placed: PlacedLines, align: str) -> bytes:
        """Lines of one text, the first on the current text position."""
        fitted, font = placed.fitted, placed.part.font
        key = (font, fitted.size, fitted.lines, fitted.stretch, align)
        known = self._lines_known.get(key)
        if known is None:
            drawn = []
            if fitted.stretch != 1:
                drawn.append(b"%.2f Tz\n" % (100 * fitted.stretch))
            share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
            before, down = 0.0, 0.0
            for line in fitted.lines:
                start = -fonts.width(line, font, fitted.size) * fitted.stretch * share
                drawn.append(b"%.2f %.2f Td\n" % (start - before, down))
                drawn.append(self._surface.show(line, font, fitted.size))
                before, down = start, -placed.leading
            if fitted.stretch != 1:
                drawn.append(b"100 Tz\n")
            known = b"".join(drawn)
            _keep(self._lines_known, key, known)
        return known


def _remark(element: int, placed: PlacedLines, text: str, side: int) -> Remark | None:
    measure = placed.measure
    strange = fonts.strange(text, placed.part.font)
    if measure <= Measure.SHRUNK and not strange:
        return None
    return Remark(element, text, measure, strange, side)


_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


def _keep(known: dict[_Key, _Kept], key: _Key, drawn: _Kept) -> None:
    """Remember what was drawn, but not without end: names hardly ever come back."""
    if len(known) >= _MOST_KEPT:
        known.clear()
    known[key] = drawn


def _ink(ink: str, record: BadgeRecord) -> bytes:
    """What a template's colour is on this badge."""
    return _rgb(inks.colour_of(ink, record.colour, record.values.get(GROUP_COLOUR, "")))


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
