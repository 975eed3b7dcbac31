"""The agenda (chương trình) as an official paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import groupby
from typing import BinaryIO

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.stream import About

_SIZE = 13.0
_PAPER = document.Paper()
# Time, content, chair or speaker, room: together the width of the text.
_WIDTHS = (29.0, 66.0, 41.0, 29.0)


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One session; local times, texts in the paper's language."""

    starts: time
    ends: time
    title: str
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
    note: str = ""  # small, at the end: the version, or what is illustrative
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
    story: list[Flowable] = [
        *letterhead.head(agenda.letterhead, width=width, language=agenda.language),
        *letterhead.title([(labels.kind, True), (agenda.title, False)], width=width),
    ]
    centred = document.style(size=_SIZE, align="center", below=0.6)
    for label, text in ((labels.on, agenda.dates), (labels.at, agenda.venue)):
        if text:
            story.append(document.heading(f"{label} {text}", centred, width))
    for day in agenda.days:
        story += [Spacer(0, 4 * MM), _day(day, labels)]
    if agenda.note:
        small = document.style(fonts.SERIF_ITALIC, 11, soft=True, above=3)
        story.append(document.paragraph(agenda.note, small))
    if agenda.signature is not None:
        story += letterhead.foot(agenda.signature, width=width, language=agenda.language)
    about = About(
        title=f"{labels.kind}: {agenda.title}",
        author=agenda.author or agenda.letterhead.issuer,
        language=agenda.language,
        created=agenda.created,
    )
    return document.write(story, stream, about=about, paper=_PAPER)


def _day(day: AgendaDay, labels: AgendaLabels) -> Flowable:
    """One day's table; its first two rows are the heading and the columns' titles."""
    bold = document.style(fonts.SERIF_BOLD, _SIZE)
    title = document.style(fonts.SERIF_BOLD, 12, "center")
    rows: list[Sequence[tables.Cell]] = [
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
            shown = _times(starts, ends) if len(rows) == first else ""
            if item.is_break:
                rows.append(_break_row(shown, item))
                spans.append(tables.Span((1, len(rows) - 1), (3, len(rows) - 1)))
                shaded.append((len(rows) - 1, tables.LIGHT))
            else:
                rows.append(_session_row(shown, item))
        if len(rows) - first > 1:
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


def _session_row(times: tables.Cell, item: AgendaItem) -> list[tables.Cell]:
    smaller = document.style(size=12)
    who = [
        document.heading(text, smaller, _WIDTHS[2] - tables.PADDING)
        for text in (item.chair, *item.speakers)
        if text
    ]
    middle = document.style(size=12, align="center")
    return [
        times,
        document.heading(item.title, document.style(size=_SIZE), _WIDTHS[1] - tables.PADDING),
        who,
        document.heading(item.room, middle, _WIDTHS[3] - tables.PADDING),
    ]


def _break_row(times: tables.Cell, item: AgendaItem) -> list[tables.Cell]:
    soft = document.style(fonts.SERIF_ITALIC, _SIZE, soft=True)
    text = f"{item.title} ({item.room})" if item.room else item.title
    return [times, document.paragraph(text, soft), "", ""]
