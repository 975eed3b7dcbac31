"""A hall as a drawing on A4 or A3 across, and who sits where as lists behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Literal

from eventapp.pdf import MM, filling, fitting, fonts
from eventapp.pdf.filling import Filled
from eventapp.pdf.stream import About, PageStream
from eventapp.seating.hall import Hall, Seat

Size = Literal["a4", "a3"]
_SHEETS: dict[Size, tuple[float, float, int]] = {"a4": (297, 210, 4), "a3": (420, 297, 6)}
_MARGIN, _TITLE, _STAGE, _LEGEND_LINE = 10.0, 15.0, 7.0, 4.2
_AISLE = 0.5  # of a seat's width
_HIGHEST, _WIDEST = 20.0, 34.0  # a seat, mm
_LARGEST_NAME = 12.0
_SHORTENED_FROM = 2  # syllables before the last
_LEAST_NAME = 3.4  # points; what is smaller nobody reads, and the lists say it
_LINE, _COLUMN_GAP, _ASCENT = 4.6, 5.0, 0.95
_LISTED, _SEAT = 9.0, 10.0  # type of the lists, points; width of their seats, mm
_ABOVE_HEADING = 0.5  # of a line
_NUMBER = 15.0  # room for a page's number, mm
_LEAST_STRETCH = 0.9  # of letters in a seat; rather than narrower ones, names are shortened
# Light enough for black letters, as on the screen (static/seating/seating.css).
_TINTS = (
    (0.992, 0.886, 0.882),
    (0.863, 0.925, 0.984),
    (0.886, 0.957, 0.851),
    (0.992, 0.941, 0.769),
    (0.918, 0.875, 0.973),
    (0.839, 0.953, 0.933),
    (0.984, 0.890, 0.812),
    (0.890, 0.906, 0.929),
    (0.976, 0.863, 0.937),
    (0.851, 0.886, 1.000),
    (0.933, 0.953, 0.776),
    (0.937, 0.886, 0.831),
)
_INK, _SOFT = b"0 g\n", b"0.3 g\n"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody on the drawing, and the number of their delegation."""

    name: str
    delegation: int


@dataclass(frozen=True, slots=True)
class SeatingLabels:
    """The paper's own words, in its language."""

    stage: str = "Sân khấu"
    by_delegation: str = "Chỗ ngồi theo đoàn"
    by_name: str = "Chỗ ngồi theo tên"
    unseated: str = "Chưa có chỗ"


@dataclass(frozen=True, slots=True)
class SeatingPaper:
    """A hall with everybody on it."""

    title: str
    room: str
    hall: Hall
    stage_above: bool
    seated: Mapping[Seat, Sitting]
    delegations: Mapping[int, str]
    """By their numbers, in their order."""
    by_name: Sequence[tuple[Sitting, Seat]]
    """In the order of names."""
    unseated: Sequence[Sitting] = ()
    labels: SeatingLabels = field(default_factory=SeatingLabels)


def write_seating(paper: SeatingPaper, stream: BinaryIO, *, about: About, size: Size = "a4") -> int:
    """Write the drawing and the lists as a PDF; returns the number of pages.

    Same input, same bytes.
    """
    pages = PageStream(stream, about)
    width, height, columns = _SHEETS[size]
    page = _Page(pages, width, height, columns)
    # With the delegation beside it, a name takes more room.
    wider = _Page(pages, width, height, columns - 1)
    written = [
        _drawing(paper, page),
        *_columns(f"{paper.room}: {paper.labels.by_delegation}", _groups(paper), page),
        *_columns(f"{paper.room}: {paper.labels.by_name}", [_names(paper)], wider),
    ]
    for number, content in enumerate(written, start=1):
        page.finish(content + page.number(f"{number}/{len(written)}"))
    pages.close()
    return pages.pages


class _Page:
    """A sheet to draw on: millimetres from its top left corner."""

    def __init__(self, pages: PageStream, width: float, height: float, columns: int) -> None:
        self._pages = pages
        self.width, self.height, self.columns = width, height, columns
        self.inside = width - 2 * _MARGIN

    def finish(self, operators: bytes) -> None:
        """Write a page."""
        self._pages.add_page(self.width * MM, self.height * MM, operators)

    def number(self, text: str) -> bytes:
        """The number of a page, top right."""
        left = self.width - _MARGIN - fonts.width(text, fonts.SANS, 9) / MM
        return _SOFT + self.line(text, fonts.SANS, left, _MARGIN, _NUMBER, 9)

    def box(self, x: float, y: float, width: float, height: float, paint: bytes) -> bytes:
        """A rectangle, painted by these operators."""
        return b"%.2f %.2f %.2f %.2f re %b\n" % (
            x * MM,
            (self.height - y - height) * MM,
            width * MM,
            height * MM,
            paint,
        )

    def text(self, filled: Filled, font: str, x: float, y: float, *, width: float = 0.0) -> bytes:
        """Lines from that top; in the middle of the width if there is one."""
        drawn = [b"BT %.2f Tz\n" % (100 * filled.stretch)]
        top = (self.height - y) * MM - filled.size * filled.above
        for line in filled.lines:
            left = x * MM
            if width:
                wide = fonts.width(line, font, filled.size) * filled.stretch
                left += (width * MM - wide) / 2
            drawn.append(b"1 0 0 1 %.2f %.2f Tm\n" % (left, top))
            drawn.append(self._pages.show(line, font, filled.size))
            top -= filled.size * filled.distance
        return b"".join((*drawn, b"100 Tz ET\n"))

    def line(self, text: str, font: str, x: float, y: float, width: float, size: float) -> bytes:
        """One line, made smaller where it is too wide; on one baseline with others beside it."""
        filled = filling.fill(text, font, (width * MM, _LINE * MM), (size, 3.0), lines=1)
        return self.text(replace(filled, above=_ASCENT * size / filled.size), font, x, y)


def _drawing(paper: SeatingPaper, page: _Page) -> bytes:
    legend_lines = -(-len(paper.delegations) // page.columns)
    legend = legend_lines * _LEGEND_LINE + 3
    drawn = [_INK, _head(f"{paper.title} – {paper.room}", page)]
    top = _MARGIN + _TITLE
    height = page.height - _MARGIN - top - legend - _STAGE - 4
    hall = paper.hall
    aisles = len(hall.aisles - {hall.seats})
    across = min(_WIDEST, page.inside / (hall.seats + aisles * _AISLE))
    down = min(_HIGHEST, height / hall.rows)
    width = across * (hall.seats + aisles * _AISLE)
    left = (page.width - width) / 2
    stage_at = top if paper.stage_above else top + down * hall.rows + 3
    first = top + (_STAGE + 3 if paper.stage_above else 0)
    drawn.append(page.box(left, stage_at, width, _STAGE, b"S"))
    stage = filling.fill(
        paper.labels.stage.upper(), fonts.SANS_SEMIBOLD, (width * MM, _STAGE * MM), (11, 4), lines=1
    )
    middle = stage_at + (_STAGE - stage.height / MM) / 2
    drawn.append(page.text(stage, fonts.SANS_SEMIBOLD, left, middle, width=width))
    seats = _Seats(paper, page, across, down)
    for row in range(1, hall.rows + 1):
        place = row - 1 if paper.stage_above else hall.rows - row
        x = left
        for number in range(1, hall.seats + 1):
            seat = Seat(row, number)
            drawn.append(seats.draw(seat, x, first + place * down))
            x += across * (1 + (_AISLE if number in hall.aisles else 0))
    drawn.append(_legend(paper, page, page.height - _MARGIN - legend + 3))
    return b"".join(drawn)


class _Seats:
    """Seats of one size (mm), the names in them as large as most of them can be."""

    def __init__(self, paper: SeatingPaper, page: _Page, across: float, down: float) -> None:
        self._paper, self._page = paper, page
        self._gap = min(0.6, across * 0.04)
        self._width, self._height = across - 2 * self._gap, down - 2 * self._gap
        self._label = min(2.4, self._height * 0.25)
        # A few names are much shorter than the others; large letters would make them important.
        sizes = [self._fitted(it.name, _LARGEST_NAME).size for it in paper.seated.values()]
        usual = sorted(sizes)[len(sizes) // 4] if sizes else _LARGEST_NAME
        self._largest = max(usual, _LEAST_NAME)

    def draw(self, seat: Seat, x: float, y: float) -> bytes:
        """A seat with that top left corner, and who has it."""
        page, x, y = self._page, x + self._gap, y + self._gap
        if seat in self._paper.hall.closed:
            box = page.box(x, y, self._width, self._height, b"S")
            return b"q [1 1.5] 0 d 0.6 G 0.3 w\n%bQ\n" % box
        sitting = self._paper.seated.get(seat)
        tint = _tint(sitting.delegation) if sitting else b"1 g"
        box = page.box(x, y, self._width, self._height, b"B")
        drawn = [b"q %b 0.55 G 0.3 w\n%bQ\n" % (tint, box)]
        inside = self._width - 0.8
        size = min(6.0, self._label * MM / 0.9)
        drawn += (_SOFT, page.line(seat.label, fonts.SANS, x + 0.4, y + 0.4, inside / 2, size))
        if sitting:
            number = str(sitting.delegation)
            wide = fonts.width(number, fonts.SANS_SEMIBOLD, size) / MM
            right = x + self._width - 0.4 - min(wide, inside / 2)
            drawn += (
                _INK,
                page.line(number, fonts.SANS_SEMIBOLD, right, y + 0.4, inside / 2, size),
                self._name(sitting.name, x + 0.4, y + self._label + 0.4),
            )
        return b"".join(drawn)

    def _name(self, name: str, x: float, y: float) -> bytes:
        """A name in its seat; nothing where nobody could read it."""
        width, height = self._room
        if height * MM < _LEAST_NAME:
            return b""
        fitted = self._fitted(name, self._largest)
        if fitted.size < _LEAST_NAME - 0.01:
            return b""
        middle = y + (height - fitted.height / MM) / 2
        return self._page.text(fitted, fonts.SANS_SEMIBOLD, x, middle, width=width)

    @property
    def _room(self) -> tuple[float, float]:
        return self._width - 0.8, self._height - self._label - 0.8

    def _fitted(self, name: str, largest: float) -> Filled:
        width, height = self._room
        box, sizes = (width * MM, max(height * MM, 0.1)), (largest, _LEAST_NAME)
        for text in (name, shortened(name)):
            fitted = filling.fill(text, fonts.SANS_SEMIBOLD, box, sizes, lines=3)
            if fitted.size >= _LEAST_NAME - 0.01 and fitted.stretch >= _LEAST_STRETCH:
                return fitted
        given = (name.split() or [""])[-1]
        return filling.fill(given, fonts.SANS_SEMIBOLD, box, sizes, lines=2)


def shortened(name: str) -> str:
    """A name with the first letters of all its syllables but the last, by which people are known.

    >>> shortened("Nguyễn Thị Bích Ngọc"), shortened("H'Hen Niê")
    ('N.T.B. Ngọc', "H'Hen Niê")
    """
    *others, given = fonts.clean(name).split() or [""]
    if len(others) < _SHORTENED_FROM:
        return name
    first = [next((char for char in it if char.isalnum()), "") for it in others]
    return f"{'.'.join(filter(None, first))}. {given}"


def _tint(delegation: int) -> bytes:
    return b"%.3f %.3f %.3f rg" % _TINTS[delegation % len(_TINTS)]


def _legend(paper: SeatingPaper, page: _Page, top: float) -> bytes:
    width = page.inside / page.columns
    drawn = [b""]
    for place, (number, name) in enumerate(paper.delegations.items()):
        column, row = place % page.columns, place // page.columns
        x, y = _MARGIN + column * width, top + row * _LEGEND_LINE
        drawn += (
            b"q %b 0.55 G 0.3 w\n%bQ\n" % (_tint(number), page.box(x, y, 6, 3.4, b"B")),
            _INK,
            page.line(str(number), fonts.SANS_SEMIBOLD, x + 0.8, y + 0.7, 5, 7),
            page.line(name, fonts.SANS, x + 7.5, y + 0.7, width - 9, 8),
        )
    return b"".join(drawn)


def _head(text: str, page: _Page) -> bytes:
    box = ((page.inside - 2 * _NUMBER) * MM, (_TITLE - 3) * MM)
    filled = filling.fill(text, fonts.SANS_BOLD, box, (15, 6), lines=2)
    return page.text(filled, fonts.SANS_BOLD, _MARGIN, _MARGIN, width=page.inside)


@dataclass(frozen=True, slots=True)
class _Group:
    """A heading, which may be empty, and lines as (seat, name)."""

    heading: str
    lines: Sequence[tuple[str, str]]


def _groups(paper: SeatingPaper) -> list[_Group]:
    """Each delegation with its people in the order of their seats; at last who has none."""
    of: dict[int, list[tuple[str, str]]] = {number: [] for number in paper.delegations}
    for seat in sorted(paper.seated):
        sitting = paper.seated[seat]
        of[sitting.delegation].append((seat.label, sitting.name))
    groups = [
        _Group(f"{number}. {paper.delegations[number]} ({len(lines)})", lines)
        for number, lines in of.items()
        if lines
    ]
    if paper.unseated:
        standing = [(str(it.delegation), it.name) for it in paper.unseated]
        groups.append(_Group(f"{paper.labels.unseated} ({len(standing)})", standing))
    return groups


def _names(paper: SeatingPaper) -> _Group:
    lines = [
        (seat.label, f"{it.name} ({paper.delegations[it.delegation]})")
        for it, seat in paper.by_name
    ]
    return _Group("", lines)


def _columns(title: str, groups: Sequence[_Group], page: _Page) -> Iterator[bytes]:
    """Pages of lines in columns; a heading stands with its first line, and comes again above
    the column in which its lines go on."""
    top = _MARGIN + _TITLE
    places = int((page.height - _MARGIN - top) / _LINE)
    width = (page.inside + _COLUMN_GAP) / page.columns
    room = width - _COLUMN_GAP
    drawn: list[bytes] = []
    column, used = 0, 0.0
    for heading, seat, name in _lines(groups):
        starts = bool(heading) and not seat
        texts = _divided(name, room - _SEAT) if seat else []
        needed = _ABOVE_HEADING + 2 if starts else len(texts)
        if used and used + needed > places:
            column, used = column + 1, 0.0
        if column == page.columns:
            yield b"".join((_INK, _head(title, page), *drawn))
            drawn, column = [], 0
        x = _MARGIN + column * width
        if starts or (heading and used == 0):
            used += _ABOVE_HEADING if used else 0.0
            drawn.append(page.line(heading, fonts.SANS_BOLD, x, top + used * _LINE, room, _LISTED))
            used += 1
        y = top + used * _LINE
        drawn.append(page.line(seat, fonts.SANS_SEMIBOLD, x, y, _SEAT - 1, _LISTED))
        for text in texts:
            y = top + used * _LINE
            drawn.append(page.line(text, fonts.SANS, x + _SEAT, y, room - _SEAT, _LISTED))
            used += 1
    if drawn:
        yield b"".join((_INK, _head(title, page), *drawn))


def _divided(text: str, width: float) -> Sequence[str]:
    """The lines of a text in a column of that width (mm)."""
    whole = fitting.broken(text, fonts.SANS, _LISTED, width * MM)
    return fitting.balanced(whole, fonts.SANS, _LISTED, width * MM)


def _lines(groups: Iterable[_Group]) -> Iterator[tuple[str, str, str]]:
    """(heading, "", "") before each group, and (heading, seat, name) for each of its lines."""
    for group in groups:
        if group.heading:
            yield group.heading, "", ""
        for seat, name in group.lines:
            yield group.heading, seat, name
