"""The rolls of a checkpoint: who is expected, desk by desk, to be ticked where no network is.

Each row has the pass's code, so that what was ticked is scanned back in. Codes and their quiet
zones lie within their rows: modules of half a millimetre are three pixels wide in a scan of 150
dpi, and five or more in the picture of a telephone that is held 10 cm away. Such a telephone sees
several rows at once, so the codes stand at the left and at the right edge by turns: the next one
on the same side is 32 mm away at least, from middle to middle, and between the two sides lies the
whole page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fitting, fonts, tables
from eventapp.pdf.listing import Band, Box, Column, Listing, Part, Row, Symbol, Text
from eventapp.pdf.stream import About, StreamedCanvas

_PAPER = document.Paper(margins=document.Margins(top=25, bottom=12, left=12, right=12))
_MODULE = 0.5
_CODE = _MODULE * 29  # the 21 modules of a pass code and a quiet zone of four on each side
_ROW = 16.0
_SIZE, _SMALL = 12.0, 9.5
_EDGE, _TICK, _TIME, _NAME, _OFFICE, _DETAILS = 16.5, 12.0, 17.0, 50.0, 45.0, 29.0


@dataclass(frozen=True, slots=True)
class Person:
    """A row. ``arrived`` is the time at which they came, where that is known already."""

    code: str
    name: str
    office: str = ""
    details: tuple[str, ...] = ()
    """Category, and group: below one another."""
    arrived: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the rows below it have in common: their delegation."""

    text: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk's roll: "Bàn 2/5", "Nguyễn Văn An – Trần Thị Hà", and its rows."""

    name: str
    whose: str
    rows: Sequence[Person | Heading]


@dataclass(frozen=True, slots=True)
class RollLabels:
    """The paper's own words, in its language."""

    kind: str = "Danh sách điểm danh"
    printed: str = "In lúc"
    page: str = "Trang"
    how: str = ""
    """What is to be done with it."""
    code: str = "Mã"
    tick: str = "Có mặt"
    time: str = "Giờ"
    name: str = "Họ và tên"
    office: str = "Đơn vị"
    details: str = "Loại, nhóm"
    walk_ins: str = ""
    """Above the rows that are left empty."""


@dataclass(frozen=True, slots=True)
class RollDocument:
    """The rolls of one checkpoint; each begins a page and counts its own pages."""

    event_title: str
    checkpoint: str
    printed: str
    desks: Sequence[Desk]
    blanks: int = 0
    """Rows left empty at the end of each roll."""
    labels: RollLabels = field(default_factory=RollLabels)
    language: str = "vi"
    author: str = ""
    created: datetime | None = None


class NoDesks(Exception):
    """There is nobody to print."""


def write_rolls(paper: RollDocument, stream: BinaryIO) -> int:
    """Write the rolls as a PDF to a binary stream; returns the number of pages.

    Raises NoDesks where there is none. Same input, same bytes.
    """
    if not paper.desks:
        raise NoDesks
    about = About(
        title=f"{paper.labels.kind}: {paper.checkpoint}",
        author=paper.author or paper.event_title,
        language=paper.language,
        created=paper.created,
    )
    return document.write(
        _story(paper),
        stream,
        about=about,
        paper=_PAPER,
        head=lambda canvas: _head(canvas, paper),
    )


def _story(paper: RollDocument) -> Iterator[Flowable]:
    labels = paper.labels
    for number, desk in enumerate(paper.desks):
        if number:
            yield from document.next_paper()
        if labels.how:
            yield document.paragraph(labels.how, document.style(size=11))
            yield Spacer(0, 2.5 * MM)
        yield Listing(
            [
                Column(labels.code, _EDGE, "center"),
                Column(labels.tick, _TICK, "center"),
                Column(labels.time, _TIME, "center"),
                Column(labels.name, _NAME),
                Column(labels.office, _OFFICE),
                Column(labels.details, _DETAILS),
                Column(labels.code, _EDGE, "center"),
            ],
            _rows(paper, desk),
            size=10.5,
            heading=_first_and_last,
        )


def _first_and_last(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _rows(paper: RollDocument, desk: Desk) -> Iterator[Row | Band]:
    number = 0
    for it in desk.rows:
        if isinstance(it, Heading):
            yield Band(Text(it.text, fonts.SERIF_BOLD, _SIZE), tables.HEADER)
            continue
        number += 1
        yield _row(it, number)
    if paper.blanks:
        if paper.labels.walk_ins:
            yield Band(Text(paper.labels.walk_ins, fonts.SERIF_BOLD_ITALIC, 11), tables.LIGHT)
        for _ in range(paper.blanks):
            tick: tuple[Part, ...] = (Box(6.0),)
            yield Row(((), tick, (Text(":", size=14),), (), (), (), ()), least=_ROW)


def _row(person: Person, number: int) -> Row:
    symbol: tuple[Part, ...] = (Symbol(person.code, _CODE),)
    left, right = (symbol, ()) if number % 2 else ((), symbol)
    time = Text(person.arrived, size=_SIZE) if person.arrived else Text(":", size=14)
    return Row(
        (
            left,
            (Box(6.0, is_ticked=bool(person.arrived)), Text(str(number), size=8.0)),
            (time,),
            (Text(person.name, fonts.SERIF_BOLD, _SIZE),),
            (Text(person.office, size=10.5),),
            tuple(Text(it, size=_SMALL) for it in person.details),
            right,
        ),
        least=_ROW,
        key=person.name,
    )


def _head(canvas: StreamedCanvas, paper: RollDocument) -> None:
    """What every page says of itself: a page that has come loose is put back by it."""
    desk, labels = paper.desks[canvas.paper_number], paper.labels
    left, width = _PAPER.margins.left * MM, _PAPER.text_width * MM
    side = 38 * MM
    top = (_PAPER.height - 9) * MM
    lines = [*_fitted(f"{desk.name}: {desk.whose}", fonts.SERIF_BOLD, 13, left, top, width - side)]
    below = f"{labels.kind}: {paper.checkpoint}. {paper.event_title}"
    under = lines[-1][1] - 5 * MM
    lines += _fitted(below, fonts.SERIF, 11, left, under, width - side, lines=2)
    right = left + width
    printed = f"{labels.printed} {paper.printed}"
    lines += _fitted(printed, fonts.SERIF, 10, right - side, top - 5 * MM, side, align_right=True)
    canvas.show_lines(lines)
    number = f"{labels.page} {canvas.page_of_paper}/"
    # Room for the total, which is known only at the end.
    room = fonts.width("000", fonts.SERIF_BOLD, 13)
    canvas.show_lines(
        [
            (
                right - room - fonts.width(number, fonts.SERIF_BOLD, 13),
                top,
                number,
                fonts.SERIF_BOLD,
                13,
            )
        ]
    )
    canvas.show_total(right - room, top, fonts.SERIF_BOLD, 13)


def _fitted(
    text: str,
    font: str,
    size: float,
    left: float,
    top: float,
    width: float,
    *,
    lines: int = 1,
    align_right: bool = False,
) -> list[tuple[float, float, str, str, float]]:
    """A text in so many lines at most, smaller where it must be; (x, y, text, font, size)."""
    fitted = fitting.fit(fonts.clean(text), font, width, size, 4.0, lines)
    size = fitted.size * fitted.stretch
    return [
        (
            left + (width - fonts.width(line, font, size) if align_right else 0),
            top - at * size * 1.15,
            line,
            font,
            size,
        )
        for at, line in enumerate(fitted.lines)
    ]
