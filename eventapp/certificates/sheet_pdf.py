"""Confirmations of attendance (giấy xác nhận), a sheet for each delegation, as official papers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fonts, letterhead
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.listing import Column, Listing, Row, Text
from eventapp.pdf.stream import About

_PAPER = document.Paper()
_SIZE = 12.0
_NUMBER, _NAME, _TOTAL = 11.0, 46.0, 15.0
_DAY = 16.0
_MOST_COLUMNS = 4
"""Of more days than that, those attended are listed in one column."""
_LISTED = 44.0
_PRESENT = "x"


class NoSheets(Exception):
    """Nobody was there, so there is nothing to confirm."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """A line: somebody, and on which of the days they were there."""

    name: str
    position: str
    office: str  # empty where it is the delegation itself
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The confirmation for one delegation."""

    letterhead: Letterhead
    subject: str  # "Đoàn tỉnh Bắc Ninh tham dự …"
    opening: str  # "… xác nhận các đại biểu có tên dưới đây …"
    people: tuple[Attendee, ...]
    total: str  # "Tổng số: 23 đại biểu, 45 ngày."


@dataclass(frozen=True, slots=True)
class SheetLabels:
    """The paper's own words, in its language."""

    kind: str = "Giấy xác nhận"
    number: str = "TT"
    name: str = "Họ và tên"
    post: str = "Chức vụ, đơn vị"
    days: str = "Ngày có mặt"
    count: str = "Số ngày"
    closing: str = ""


@dataclass(frozen=True, slots=True)
class SheetDocument:
    """What all the sheets of a file have in common; they are read as they are written."""

    title: str
    issuer: str
    days: tuple[date, ...]
    sheets: Iterable[Sheet]
    signature: Signature
    labels: SheetLabels = field(default_factory=SheetLabels)
    language: str = "vi"


def write_sheets(paper: SheetDocument, stream: BinaryIO) -> int:
    """Write the sheets to one PDF, each on pages of its own; returns the number of pages.

    The form is that of Nghị định 30/2020/NĐ-CP. Memory does not grow with the number of sheets.
    Raises NoSheets, writing nothing.
    """
    waiting = iter(paper.sheets)
    first = next(waiting, None)
    if first is None:
        raise NoSheets
    about = About(title=paper.title, author=paper.issuer, language=paper.language)
    return document.write(_story(paper, first, waiting), stream, about=about, paper=_PAPER)


def _story(paper: SheetDocument, first: Sheet, others: Iterator[Sheet]) -> Iterator[Flowable]:
    yield from _sheet(paper, first)
    for sheet in others:
        yield from document.next_paper()
        yield from _sheet(paper, sheet)


def _sheet(paper: SheetDocument, sheet: Sheet) -> Iterator[Flowable]:
    width, labels = _PAPER.text_width, paper.labels
    yield from letterhead.head(sheet.letterhead, width=width, language=paper.language)
    yield from letterhead.title([(labels.kind, True), (sheet.subject, False)], width=width)
    text = document.indented(document.style(align="justify", leading=1.3, below=2.0), 10.0)
    yield document.paragraph(sheet.opening, text)
    above: list[Flowable] = [
        Spacer(0, 3 * MM),
        document.paragraph(sheet.total, document.style(fonts.SERIF_BOLD, below=1.0)),
    ]
    if labels.closing:
        above.append(document.paragraph(labels.closing, text))
    after = sum(it.wrap(width * MM, 1000 * MM)[1] for it in above) / MM + 5
    after += letterhead.foot_height(paper.signature, width=width, language=paper.language)
    yield Listing(_columns(paper), _rows(paper.days, sheet.people), after=after)
    yield from letterhead.foot(paper.signature, width=width, language=paper.language, above=above)


def _columns(paper: SheetDocument) -> list[Column]:
    labels, days = paper.labels, paper.days
    if len(days) <= _MOST_COLUMNS:
        attended = [Column(f"{it:%d/%m}", _DAY, "center") for it in days]
    else:
        attended = [Column(labels.days, _LISTED)]
    used = _NUMBER + _NAME + _TOTAL + sum(it.width for it in attended)
    return [
        Column(labels.number, _NUMBER, "center"),
        Column(labels.name, _NAME),
        Column(labels.post, _PAPER.text_width - used),
        *attended,
        Column(labels.count, _TOTAL, "center"),
    ]


def _rows(days: Sequence[date], people: Iterable[Attendee]) -> Iterator[Row]:
    for number, it in enumerate(people, start=1):
        if len(days) <= _MOST_COLUMNS:
            attended = [_PRESENT if day in it.days else "" for day in days]
        else:
            attended = [", ".join(f"{day:%d/%m}" for day in it.days)]
        yield Row(
            (
                (Text(str(number), size=_SIZE),),
                (Text(it.name, fonts.SERIF_BOLD, _SIZE),),
                tuple(Text(text, size=_SIZE) for text in (it.position, it.office) if text),
                *((Text(text, size=_SIZE),) if text else () for text in attended),
                (Text(str(len(it.days)), size=_SIZE),),
            )
        )
