"""A list of delegates (danh sách đại biểu) as an official paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.listing import Band, Column, Listing, Row, Text
from eventapp.pdf.stream import About

_SIZE = 12.0
_PAPER = document.Paper()
_SIGN_HERE = 9.5
"""Room for a signature: a row is as high as that at least (mm)."""
# Number, name, position, office, signature: together the width of the text. Without offices, names
# and positions have their room.
_NUMBER, _SIGNATURE = 11.0, 26.0
_WIDTHS = (48.0, 40.0, 40.0)
_WIDTHS_UNSIGNED = (48.0, 50.0, 56.0)
_NAME_ALONE = 58.0


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the list."""

    name: str
    position: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A delegation (level 1), or an office (level 2), with what is said of it."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class ListLabels:
    """The paper's own words, in its language."""

    kind: str = "Danh sách"
    number: str = "TT"
    name: str = "Họ và tên"
    position: str = "Chức vụ"
    office: str = "Đơn vị công tác"
    signature: str = "Ký nhận"
    on: str = "Thời gian:"
    at: str = "Địa điểm:"


@dataclass(frozen=True, slots=True)
class ListDocument:
    """All that a list says; its rows are read as they are written."""

    letterhead: Letterhead
    subject: tuple[str, ...]  # below the kind: whose list, of which event
    rows: Iterable[Person | Heading]
    total: str  # "Danh sách gồm 23 đại biểu."
    labels: ListLabels = field(default_factory=ListLabels)
    with_offices: bool = True
    for_signing: bool = False
    dates: str = ""
    venue: str = ""
    signature: Signature | None = None
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_list(paper: ListDocument, stream: BinaryIO) -> int:
    """Write the list as a PDF to a binary stream; returns the number of pages.

    The form is that of Nghị định 30/2020/NĐ-CP. Memory does not grow with the number of rows.
    """
    about = About(
        title=": ".join((paper.labels.kind, *paper.subject)),
        author=paper.author or paper.letterhead.issuer,
        language=paper.language,
        created=paper.created,
    )
    return document.write(_story(paper), stream, about=about, paper=_PAPER)


def _story(paper: ListDocument) -> Iterator[Flowable]:
    labels, width = paper.labels, _PAPER.text_width
    yield from letterhead.head(paper.letterhead, width=width, language=paper.language)
    lines = [(labels.kind, True), *((text, False) for text in paper.subject)]
    yield from letterhead.title(lines, width=width)
    centred = document.style(size=_SIZE, align="center", below=0.6)
    for label, text in ((labels.on, paper.dates), (labels.at, paper.venue)):
        if text:
            yield document.heading(f"{label} {text}", centred, width)
    yield Spacer(0, 3 * MM)
    total = document.paragraph(
        paper.total, document.style(fonts.SERIF_ITALIC, _SIZE, above=0, below=0)
    )
    above: list[Flowable] = [Spacer(0, 2 * MM), total]
    after = 2 + float(total.wrap(width * MM, 1000)[1]) / MM
    if paper.signature is not None:
        after += letterhead.foot_height(paper.signature, width=width, language=paper.language)
    yield Listing(_columns(paper), _rows(paper), after=after + 1)
    if paper.signature is None:
        yield from above
    else:
        yield from letterhead.foot(
            paper.signature, width=width, language=paper.language, above=above
        )


def _columns(paper: ListDocument) -> list[Column]:
    labels = paper.labels
    name, position, office = _WIDTHS if paper.for_signing else _WIDTHS_UNSIGNED
    columns = [Column(labels.number, _NUMBER, "center")]
    if paper.with_offices:
        columns += [
            Column(labels.name, name),
            Column(labels.position, position),
            Column(labels.office, office),
        ]
    else:
        columns += [
            Column(labels.name, _NAME_ALONE),
            Column(labels.position, name + position + office - _NAME_ALONE),
        ]
    if paper.for_signing:
        columns.append(Column(labels.signature, _SIGNATURE))
    return columns


def _rows(paper: ListDocument) -> Iterator[Row | Band]:
    number = 0
    for row in paper.rows:
        if isinstance(row, Heading):
            if row.level == 1:
                yield Band(Text(row.text, fonts.SERIF_BOLD, _SIZE), tables.HEADER)
            else:
                yield Band(Text(row.text, fonts.SERIF_BOLD_ITALIC, _SIZE), tables.LIGHT)
            continue
        number += 1
        cells = [
            (Text(str(number), size=_SIZE),),
            (Text(row.name, fonts.SERIF_BOLD, _SIZE),),
            (Text(row.position, size=_SIZE),),
        ]
        if paper.with_offices:
            cells.append((Text(row.office, size=_SIZE),))
        if paper.for_signing:
            yield Row((*cells, ()), least=_SIGN_HERE)
        else:
            yield Row(tuple(cells))
