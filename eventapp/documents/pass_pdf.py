"""A delegate's pass on one A5 page: the QR code to show at the door, and what to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from eventapp.documents import marks
from eventapp.events.colours import ink, is_colour
from eventapp.pdf import MM, fitting, fonts, qr
from eventapp.pdf.lettering import Frame
from eventapp.pdf.sheet import A5
from eventapp.pdf.stream import About, PageStream

_WIDTH, _HEIGHT = A5
_EDGE = 11.0
_BAND = 33.0
_CODE = 44.0
_LABEL, _MARK = 34.0, 15.0
_TEXT, _SOFT, _LINE = "#16202b", "#4a5766", "#cfd6de"
_DEFAULT_COLOUR = "#1d4e89"


@dataclass(frozen=True, slots=True)
class PassLabels:
    """The page's own words, in its language."""

    kind: str = "Thẻ tham dự"
    how_to: str = "Cách dùng thẻ"
    footer: str = "Thẻ chỉ dùng cho người có tên trên thẻ."


@dataclass(frozen=True, slots=True)
class PassVisit:
    """The visit group: its letter, its colour (``#rrggbb`` or nothing), and what to know as lines:
    the site first, then bus, meeting point and departure."""

    label: str
    letter: str
    colour: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassDocument:
    """All that a pass says, in its language; empty where there is nothing."""

    name: str
    code: str
    event_title: str
    category: str
    colour: str  # of the category, #rrggbb
    labels: PassLabels
    position: str = ""
    organisation: str = ""
    province: str = ""
    dates: str = ""
    # (label, text): days, training class, visit group, venue …; those without text are left out.
    facts: tuple[tuple[str, str], ...] = ()
    visit: PassVisit | None = None  # below the facts
    how_to: tuple[str, ...] = ()  # short steps
    notice: str = ""  # what matters most, such as that the registration is not yet approved
    language: str = "vi"
    author: str = ""
    created: datetime | None = None


def write_pass(paper: PassDocument, stream: BinaryIO) -> None:
    """Write the pass as a PDF of one A5 page to a binary stream. Same input, same bytes."""
    about = About(
        title=f"{paper.labels.kind}: {paper.name}",
        author=paper.author,
        language=paper.language,
        created=paper.created,
    )
    pages = PageStream(stream, about)
    page = _Page(pages)
    _band(page, paper)
    bottom = _person(page, paper)
    _facts_and_steps(page, paper, bottom)
    pages.add_page(_WIDTH * MM, _HEIGHT * MM, page.operators())
    pages.close()


def _band(page: "_Page", paper: PassDocument) -> None:
    """The coloured band: what this is, the event, its dates."""
    colour = paper.colour if is_colour(paper.colour) else _DEFAULT_COLOUR
    on_it = ink(colour)
    inner = _WIDTH - 2 * _EDGE
    page.area(0, 0, _WIDTH, _BAND, colour)
    kind = f"{paper.labels.kind.upper()}  ·  {paper.category.upper()}"
    title, leading = _fit_height(paper.event_title, fonts.SANS_SEMIBOLD, inner, 13, 7, 4, 15.0)
    top = 5.5
    top += page.text(_EDGE, top, inner, kind, fonts.SANS_BOLD, 10, on_it)
    top = page.lines(_EDGE, top + 1.5, title, fonts.SANS_SEMIBOLD, leading, on_it)
    if paper.dates:
        page.text(_EDGE, top + 1.0, inner, paper.dates, fonts.SANS, 9.5, on_it)


def _person(page: "_Page", paper: PassDocument) -> float:
    """QR code on the left, who it is on the right; returns where that ends (mm from the top)."""
    top = _BAND + 12
    page.code(_EDGE + 1, top, _CODE, paper.code)
    quiet = qr.quiet(len(qr.symbol(paper.code)), _CODE)
    letters_top = top + _CODE + quiet
    page.text(
        _EDGE + 1 - quiet,
        letters_top,
        _CODE + 2 * quiet,
        qr.grouped(paper.code),
        fonts.SANS_MEDIUM,
        12,
        _SOFT,
        centred=True,
    )
    left = _EDGE + 1 + _CODE + quiet + 3
    width = _WIDTH - _EDGE - left
    parts = (
        (paper.name, fonts.SANS_BOLD, 22.0, 12.0, 4, 22.0, 0.0),
        (paper.position, fonts.SANS_MEDIUM, 11.0, 8.0, 4, 13.0, 2.5),
        (paper.organisation, fonts.SANS, 11.0, 8.0, 5, 16.0, 1.2),
        (paper.province, fonts.SANS_SEMIBOLD, 11.0, 8.0, 2, 9.0, 1.2),
    )
    at = top - 1
    for text, font, size, smallest, lines, room, above in parts:
        if text.strip():
            fitted, leading = _fit_height(text, font, width, size, smallest, lines, room)
            at = page.lines(left, at + above, fitted, font, leading, _TEXT)
    return max(at, letters_top + 6)


def _facts_and_steps(page: "_Page", paper: PassDocument, start: float) -> None:
    """Facts as label and text, then the steps; type shrinks until all of it is on the page."""
    scale = 1.0
    while True:
        trial = _Page(page.pages)
        end = _lower_part(trial, paper, start + 5, scale)
        if end <= _HEIGHT - 16 or scale < 0.3:
            break
        scale *= 0.93
    page.add(trial)
    page.rule(_EDGE, _HEIGHT - 13, _WIDTH - _EDGE)
    page.text(_EDGE, _HEIGHT - 11, _WIDTH - 2 * _EDGE, paper.labels.footer, fonts.SANS, 8.5, _SOFT)


def _lower_part(page: "_Page", paper: PassDocument, top: float, scale: float) -> float:
    inner, size = _WIDTH - 2 * _EDGE, 10 * scale
    label_width = _LABEL
    if paper.notice:
        lines = fitting.balanced(paper.notice, fonts.SANS_SEMIBOLD, size, (inner - 8) * MM)
        height = len(lines) * size * 1.35 / MM + 5
        page.area(_EDGE, top, inner, height, "#fff3cd")
        page.plain_lines(_EDGE + 4, top + 2.5, lines, fonts.SANS_SEMIBOLD, size, "#5c4400")
        top += height + 4
    page.rule(_EDGE, top, _WIDTH - _EDGE)
    for label, text in paper.facts:
        if text.strip():
            lines = fitting.balanced(text, fonts.SANS_MEDIUM, size, (inner - label_width) * MM)
            page.text(_EDGE, top + 1.8 * scale, label_width - 2, label, fonts.SANS, size, _SOFT)
            end = page.plain_lines(
                _EDGE + label_width, top + 1.8 * scale, lines, fonts.SANS_MEDIUM, size, _TEXT
            )
            top = end + 1.8 * scale
            page.rule(_EDGE, top, _WIDTH - _EDGE)
    if paper.visit is not None:
        top = _visit(page, paper.visit, top, scale)
    if paper.how_to:
        top += 5 * scale
        top += page.text(
            _EDGE, top, inner, paper.labels.how_to, fonts.SANS_SEMIBOLD, 11 * scale, _TEXT
        )
        for number, step in enumerate(paper.how_to, 1):
            lines = fitting.balanced(step, fonts.SANS, 9.5 * scale, (inner - 6) * MM)
            page.text(_EDGE, top + 1 * scale, 6, f"{number}.", fonts.SANS, 9.5 * scale, _SOFT)
            top = page.plain_lines(
                _EDGE + 6, top + 1 * scale, lines, fonts.SANS, 9.5 * scale, _TEXT
            )
    return top


def _visit(page: "_Page", visit: PassVisit, top: float, scale: float) -> float:
    """The group's mark beside what to know of it; returns where that ends."""
    size, side = 10 * scale, _MARK * scale
    left = _EDGE + _LABEL + side + 3
    page.text(_EDGE, top + 1.8 * scale, _LABEL - 2, visit.label, fonts.SANS, size, _SOFT)
    page.mark(_EDGE + _LABEL, top + 2.2 * scale, side, visit.letter, visit.colour)
    end = top + 1.8 * scale
    for at, text in enumerate(visit.lines):
        font = fonts.SANS_SEMIBOLD if at == 0 else fonts.SANS_MEDIUM
        room = (_WIDTH - _EDGE - left) * MM
        broken = fitting.broken(text, font, size, room)
        lines = fitting.balanced(broken, font, size, room)
        end = page.plain_lines(left, end, lines, font, size, _TEXT)
    end = max(end, top + 2.2 * scale + side) + 1.8 * scale
    page.rule(_EDGE, end, _WIDTH - _EDGE)
    return end


def _fit_height(
    text: str, font: str, width: float, size: float, smallest: float, lines: int, room: float
) -> tuple[fitting.Fitted, float]:
    """A text that fits a width and a height (mm), and the distance of its lines (points)."""
    while True:
        fitted = fitting.fit(text, font, width * MM, size, min(smallest, size), lines)
        leading = fitted.size * 1.24
        if len(fitted.lines) * leading <= room * MM or size < 2:
            return fitted, leading
        size *= 0.94


class _Page:
    """Operators of one page; places in millimetres from the top left."""

    def __init__(self, pages: PageStream) -> None:
        self.pages = pages
        self._drawn: list[bytes] = []

    def operators(self) -> bytes:
        """All that was drawn."""
        return b"".join(self._drawn)

    def add(self, other: "_Page") -> None:
        """Take over what was drawn on a trial page."""
        self._drawn.append(other.operators())

    def area(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        self._drawn.append(
            b"%b rg %.2f %.2f %.2f %.2f re f\n"
            % (_rgb(colour), x * MM, (_HEIGHT - y - height) * MM, width * MM, height * MM)
        )

    def rule(self, x: float, y: float, to: float) -> None:
        """A thin horizontal line."""
        at = (_HEIGHT - y) * MM
        self._drawn.append(
            b"%b RG 0.5 w %.2f %.2f m %.2f %.2f l S\n" % (_rgb(_LINE), x * MM, at, to * MM, at)
        )

    def code(self, x: float, y: float, side: float, code: str) -> None:
        """The QR code, without its quiet zone, black."""
        bottom = (_HEIGHT - y - side) * MM
        self._drawn += (b"0 g ", qr.operators(code, x=x * MM, y=bottom, size=side * MM))

    def mark(self, x: float, y: float, side: float, letter: str, colour: str) -> None:
        """A visit group's letter in a block of its colour."""
        frame = Frame(x * MM, (_HEIGHT - y - side) * MM, side * MM, side * MM)
        self._drawn.append(marks.mark(self.pages, letter, frame, colour, line=0.03 * side * MM))

    def text(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        font: str,
        size: float,
        colour: str,
        *,
        centred: bool = False,
    ) -> float:
        """One line, made to fit; returns its height (mm)."""
        fitted = fitting.fit(text, font, width * MM, size, size * 0.5, 1)
        if centred:
            wide = fonts.width(fitted.lines[0], font, fitted.size) * fitted.stretch / MM
            x += (width - wide) / 2
        return self.lines(x, y, fitted, font, size * 1.35, colour) - y

    def plain_lines(
        self, x: float, y: float, lines: Sequence[str], font: str, size: float, colour: str
    ) -> float:
        """Lines that are known to fit; returns where they end (mm)."""
        fitted = fitting.Fitted(tuple(lines), size, 1.0, fitting.Measure.NONE)
        return self.lines(x, y, fitted, font, size * 1.35, colour)

    def lines(
        self, x: float, y: float, fitted: fitting.Fitted, font: str, leading: float, colour: str
    ) -> float:
        """Lines below one another, `leading` points apart; returns where they end (mm)."""
        first = (leading + fitted.size * fonts.shape(font).cap_height) / 2
        self._drawn.append(
            b"BT %b rg %.2f Tz 1 0 0 1 %.2f %.2f Tm\n"
            % (_rgb(colour), 100 * fitted.stretch, x * MM, (_HEIGHT - y) * MM - first)
        )
        for line in fitted.lines:
            self._drawn.append(self.pages.show(line, font, fitted.size))
            self._drawn.append(b"0 %.2f Td\n" % -leading)
        self._drawn.append(b"100 Tz ET\n")
        return y + len(fitted.lines) * leading / MM


def _rgb(colour: str) -> bytes:
    return b"%.3g %.3g %.3g" % tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
