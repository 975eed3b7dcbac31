"""Cover sheets for the envelopes in which delegations get their badges: who, and what is inside."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fonts, tables
from eventapp.pdf.code import Code
from eventapp.pdf.sheet import A4, A5
from eventapp.pdf.stream import About

_CODE = 36.0


@dataclass(frozen=True, slots=True)
class CoverPerson:
    """One line of the checklist; ``note`` is what is to be known of the badge: a reprint."""

    name: str
    position: str
    office: str
    category: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """The envelope of one delegation: its lead, and whose badges are inside, in order."""

    delegation: str
    code: str
    """The text of the QR code."""
    people: tuple[CoverPerson, ...]
    lead: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CoverLabels:
    """The sheet's own words, in its language."""

    kind: str = "Phong bì thẻ đại biểu"
    lead: str = "Đầu mối:"
    phone: str = "Điện thoại:"
    total: str = "Tổng số thẻ:"
    number: str = "TT"
    name: str = "Họ và tên, chức vụ"
    office: str = "Đơn vị"
    category: str = "Thành phần"
    note: str = "Ghi chú"
    tick: str = "Đủ"
    received: str = "Người nhận (ký, ghi rõ họ tên)"


@dataclass(frozen=True, slots=True)
class CoverSheets:
    """What all sheets say."""

    event_title: str
    author: str
    labels: CoverLabels
    is_small: bool = False
    """A5 instead of A4."""
    language: str = "vi"


def write_covers(sheets: CoverSheets, covers: Iterable[Cover], stream: BinaryIO) -> int:
    """Write a sheet for each envelope, which goes on over more pages where its list is long.

    Returns the number of pages. The same input gives the same bytes.
    """
    width, height = A5 if sheets.is_small else A4
    edge = 10.0 if sheets.is_small else 18.0
    paper = document.Paper(width, height, document.Margins(edge, edge, edge, edge))
    return document.write(
        _story(sheets, covers, paper.text_width),
        stream,
        about=About(f"{sheets.labels.kind}: {sheets.event_title}", sheets.author, sheets.language),
        paper=paper,
    )


def _story(sheets: CoverSheets, covers: Iterable[Cover], width: float) -> Iterator[Flowable]:
    is_first = True
    for cover in covers:
        if not is_first:
            yield from document.next_paper()
        is_first = False
        yield _head(sheets, cover, width)
        yield Spacer(0, 3 * MM)
        yield _checklist(sheets, cover.people, width)
        yield Spacer(0, 6 * MM)
        small = document.style(fonts.SERIF_ITALIC, 11 if sheets.is_small else 12, "right")
        yield document.paragraph(sheets.labels.received, small)


def _head(sheets: CoverSheets, cover: Cover, width: float) -> Flowable:
    labels, step = sheets.labels, 2 if sheets.is_small else 0
    left = width - _CODE - 4
    size = 20 - 2 * step if len(cover.delegation) < 40 else 16 - 2 * step
    lines: list[Flowable] = [
        document.heading(sheets.event_title, document.style(size=12 - step / 2), left),
        document.paragraph(
            labels.kind.upper(), document.style(fonts.SERIF_BOLD, 13 - step, above=2)
        ),
        document.heading(
            cover.delegation, document.style(fonts.SERIF_BOLD, size, above=1, below=2), left
        ),
    ]
    fact = document.style(size=13 - step, leading=1.35)
    for label, text in (
        (labels.lead, cover.lead),
        (labels.phone, cover.phone),
        (labels.total, _total(cover.people)),
    ):
        if text:
            lines.append(document.paragraph(f"{label} {text}", fact))
    code: list[Flowable] = [
        Code(cover.code, _CODE, centred=True),
        document.paragraph(cover.code, document.style(fonts.SERIF, 9, "center", leading=1.1)),
    ]
    return tables.plain([[lines, code]], [width - _CODE, _CODE], font=fonts.SERIF)


def _total(people: Sequence[CoverPerson]) -> str:
    """``12 (Đại biểu 10, Khách mời 2)``, categories in the order in which they come."""
    counts: dict[str, int] = {}
    for person in people:
        counts[person.category] = counts.get(person.category, 0) + 1
    by_category = ", ".join(f"{name} {number}" for name, number in counts.items())
    return f"{len(people)} ({by_category})" if people else "0"


def _checklist(sheets: CoverSheets, people: Sequence[CoverPerson], width: float) -> Flowable:
    labels, size = sheets.labels, 10.5 if sheets.is_small else 12.0
    fixed = (8.5, 11.0) if sheets.is_small else (10.0, 13.0)
    rest = width - sum(fixed)
    # A ministry is its own office: then names have the room.
    with_office = any(person.office for person in people)
    shares = (0.40, 0.28, 0.17, 0.15) if with_office else (0.55, 0.25, 0.20)
    widths = (fixed[0], *(rest * it for it in shares), fixed[1])
    title = document.style(fonts.SERIF_BOLD, size, "center")
    texts = [labels.number, labels.name, labels.category, labels.note, labels.tick]
    if with_office:
        texts.insert(2, labels.office)
    rows: list[Sequence[tables.Cell]] = [[document.paragraph(text, title) for text in texts]]
    middle = document.style(size=size, align="center")
    bold = document.style(fonts.SERIF_BOLD, size)
    plain, italic = document.style(size=size - 1), document.style(fonts.SERIF_ITALIC, size - 1)
    for number, person in enumerate(people, 1):
        name: list[Flowable] = [document.paragraph(person.name, bold)]
        if person.position:
            name.append(document.paragraph(person.position, plain))
        row: list[tables.Cell] = [
            document.paragraph(str(number), middle),
            name,
            document.paragraph(person.category, plain),
            document.paragraph(person.note, italic),
            tables.TickBox(),
        ]
        if with_office:
            row.insert(2, document.paragraph(person.office, plain))
        rows.append(row)
    return tables.grid(
        rows,
        widths,
        font=fonts.SERIF,
        size=size,
        shaded=[(0, tables.HEADER)],
        centred_columns=(len(widths) - 1,),
        padding=0.8,
    )
