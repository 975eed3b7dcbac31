"""The agenda (chương trình) as an official paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from itertools import groupby
from typing import BinaryIO

from reportlab.platypus import Flowable, KeepTogether, Spacer

from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.code import Code
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.stream import About

_SIZE = 13.0
_PAPER = document.Paper()
# Time, content, chair or speaker, room: together the width of the text.
_WIDTHS = (29.0, 66.0, 41.0, 29.0)

_CODE = 24.0
_TOGETHER = 120.0
"""What is higher (mm) is not kept on one page."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One session; local times, texts in the paper's language."""

    starts: time
    ends: time
    title: str
    other_title: str = ""  # in the second language, where the paper has two
    chair: str = ""
    speakers: tuple[str, ...] = ()  # "Nguyễn Văn A, Cục trưởng …"
    room: str = ""
    is_break: bool = False  # breaks and meals: printed lighter, across all columns


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """A day's heading, as it is to be printed, and its sessions in order."""

    heading: str
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True)
class AgendaLabels:
    """The paper's own words, in its language."""

    kind: str = "Chương trình"
    time: str = "Thời gian"
    content: str = "Nội dung"
    chair: str = "Chủ trì, trình bày"
    room: str = "Địa điểm"
    at: str = "Địa điểm:"
    on: str = "Thời gian:"
    nothing_yet: str = "Chưa có nội dung."
    draft: str = "Dự thảo"


@dataclass(frozen=True, slots=True)
class Edition:
    """Which version of the programme a print shows, and where one learns whether it is the last."""

    version: str  # "Phiên bản 3, công bố lúc 10:00 ngày 12/11/2012"
    address: str  # whole, for the QR code
    how_to: str  # what the code is for
    # Both in the second language, where the paper has two.
    other_version: str = ""
    other_how_to: str = ""

    @property
    def versions(self) -> str:
        """The version in each of the paper's languages."""
        return " / ".join(filter(None, (self.version, self.other_version)))


@dataclass(frozen=True, slots=True)
class AgendaDocument:
    """All that an agenda says."""

    letterhead: Letterhead
    title: str  # of the event
    days: tuple[AgendaDay, ...]
    venue: str = ""
    dates: str = ""
    labels: AgendaLabels = field(default_factory=AgendaLabels)
    signature: Signature | None = None
    note: str = ""  # small, at the end, such as what is illustrative
    other_title: str = ""  # of the event, in the second language
    edition: Edition | None = None  # None for a draft
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_agenda(agenda: AgendaDocument, stream: BinaryIO) -> int:
    """Write the agenda as a PDF to a binary stream; returns the number of pages.

    The form is that of Nghị định 30/2020/NĐ-CP. Sessions at the same time share one cell for it;
    a day's heading and the columns' titles come again on each page that the day goes on to.
    """
    labels = agenda.labels
    width = _PAPER.text_width
    head = agenda.letterhead
    if agenda.edition is None:
        head = replace(head, mark=labels.draft.upper())
    lines = [(labels.kind, True), (agenda.title, False)]
    story: list[Flowable] = [
        *letterhead.head(head, width=width, language=agenda.language),
        *letterhead.title(lines, width=width, below=agenda.other_title),
    ]
    centred = document.style(size=_SIZE, align="center", below=0.6)
    for label, text in ((labels.on, agenda.dates), (labels.at, agenda.venue)):
        if text:
            story.append(document.heading(f"{label} {text}", centred, width))
    for day in agenda.days:
        story += [Spacer(0, 4 * MM), _day(day, labels)]
    if agenda.note:
        small = document.style(fonts.SERIF_ITALIC, 11, soft=True, above=3)
        story.append(document.heading(agenda.note, small, width))
    if agenda.signature is not None:
        story += letterhead.foot(agenda.signature, width=width, language=agenda.language)
    if agenda.edition is not None:
        story.append(KeepTogether([Spacer(0, 6 * MM), _edition(agenda.edition, width)]))
    edition = agenda.edition
    return document.write(
        story,
        stream,
        about=about_of(agenda),
        paper=_PAPER,
        running=edition.version if edition else labels.draft,
        # The head of a draft says on the first page what it is.
        first_foot=edition.versions if edition else "",
    )


def about_of(agenda: AgendaDocument) -> About:
    """What the file says about itself."""
    return About(
        title=f"{agenda.labels.kind}: {agenda.title}",
        author=agenda.author or agenda.letterhead.issuer,
        language=agenda.language,
        created=agenda.created,
    )


def _edition(edition: Edition, width: float) -> Flowable:
    """The version, beside the code that says whether it is the last one."""
    room = width - _CODE - 2
    bold, other = document.style(fonts.SERIF_BOLD, 11), document.style(fonts.SERIF_ITALIC, 11)
    texts = (
        (edition.version, bold),
        (edition.how_to, document.style(size=11)),
        (edition.other_version, other),
        (edition.other_how_to, other),
    )
    lines: list[Flowable] = [document.heading(text, it, room) for text, it in texts if text]
    above = Spacer(0, (2 if edition.other_version else 6) * MM)
    return tables.plain(
        [[Code(edition.address, _CODE), [above, *lines]]], [_CODE + 2, room], font=fonts.SERIF
    )


def _day(day: AgendaDay, labels: AgendaLabels) -> Flowable:
    """One day's table; its first two rows are the heading and the columns' titles."""
    bold = document.style(fonts.SERIF_BOLD, _SIZE)
    title = document.style(fonts.SERIF_BOLD, 12, "center")
    rows: list[list[tables.Cell]] = [
        [document.paragraph(day.heading, bold), "", "", ""],
        [
            document.paragraph(text, title)
            for text in (labels.time, labels.content, labels.chair, labels.room)
        ],
    ]
    spans = [tables.Span((0, 0), (3, 0))]
    shaded = [(0, tables.HEADER), (1, tables.LIGHT)]
    for (starts, ends), parallel in groupby(day.items, key=lambda item: (item.starts, item.ends)):
        first = len(rows)
        for item in parallel:
            if item.is_break:
                shaded.append((len(rows), tables.LIGHT))
                spans.append(tables.Span((1, len(rows)), (3, len(rows))))
                rows.append(_break_row(item))
            else:
                rows += _session_rows(item)
        together = rows[first:]
        one_cell = sum(_height(row) for row in together) <= _TOGETHER
        for at, row in enumerate(together):
            row[0] = _times(starts, ends) if at == 0 or not one_cell else ""
        if one_cell and len(together) > 1:
            spans.append(tables.Span((0, first), (0, len(rows) - 1)))
    if not day.items:
        soft = document.style(fonts.SERIF_ITALIC, _SIZE, soft=True)
        rows.append(["", document.paragraph(labels.nothing_yet, soft), "", ""])
        spans.append(tables.Span((1, 2), (3, 2)))
    return tables.grid(
        rows,
        _WIDTHS,
        header_rows=2,
        font=fonts.SERIF,
        size=_SIZE,
        spans=spans,
        shaded=shaded,
    )


def _times(starts: time, ends: time) -> tables.Cell:
    return document.paragraph(
        f"{starts:%H:%M} – {ends:%H:%M}", document.style(size=_SIZE, align="center")
    )


def _session_rows(item: AgendaItem) -> list[list[tables.Cell]]:
    """The row of a session; more of them where those who speak would fill a page."""
    smaller = document.style(size=12)
    middle = document.style(size=12, align="center")
    rows: list[list[tables.Cell]] = [
        ["", _titles(item), [], document.heading(item.room, middle, _inside(3))]
    ]
    who: list[Flowable] = []
    for text in filter(None, (item.chair, *item.speakers)):
        person = document.heading(text, smaller, _inside(2))
        if who and tables.height([*who, person], _WIDTHS[2]) > _TOGETHER:
            who = []
            rows.append(["", "", who, ""])
        who.append(person)
        rows[-1][2] = who
    return rows


def _titles(item: AgendaItem) -> list[Flowable]:
    """A title in the size of the text, in a smaller one if it is as long as a page; in italics
    what it is called in the second language."""
    texts = [(item.title, fonts.SERIF, 0.0), (item.other_title, fonts.SERIF_ITALIC, 1.0)]
    titles: list[Flowable] = []
    for size in (_SIZE, 11.0, 8.0):
        titles = [
            document.heading(text, document.style(font, size - less), _inside(1))
            for text, font, less in texts
            if text
        ]
        if tables.height(titles, _WIDTHS[1]) <= _TOGETHER:
            break
    return titles


def _break_row(item: AgendaItem) -> list[tables.Cell]:
    soft = document.style(fonts.SERIF_ITALIC, _SIZE, soft=True)
    text = " / ".join(filter(None, (item.title, item.other_title)))
    if item.room:
        text = f"{text} ({item.room})"
    return ["", document.paragraph(text, soft), "", ""]


def _inside(column: int) -> float:
    return _WIDTHS[column] - tables.PADDING


def _height(row: Sequence[tables.Cell]) -> float:
    """About how high a row is, in millimetres."""
    return max(
        tables.height([cell] if isinstance(cell, Flowable) else cell, width)
        for cell, width in zip(row, _WIDTHS, strict=True)
        if cell and not isinstance(cell, str)
    )
