"""The agenda in a compact form: as much as fits a page, to fold and to hand out."""

from collections.abc import Iterator
from typing import BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, Spacer

from eventapp.documents.agenda_pdf import AgendaDocument, AgendaItem, about_of
from eventapp.pdf import MM, document, fonts, tables
from eventapp.pdf.artwork import Artwork, Picture
from eventapp.pdf.code import Code
from eventapp.pdf.listing import Band, Column, Listing, Row, Text

_PAPER = document.Paper(margins=document.Margins(top=14, bottom=12, left=14, right=14))
_SIZE = 9.0
_SMALL = 8.0
_HEAD = 24.0  # height of the logo and of the code
_WIDTHS = (31.0, 113.0, 38.0)  # time, content, room
_DAY = HexColor("#dfe5ec")


def write_compact(agenda: AgendaDocument, stream: BinaryIO, *, logo: Artwork | None = None) -> int:
    """Write the agenda as a PDF to a binary stream; returns the number of pages."""
    running = agenda.edition.version if agenda.edition else agenda.labels.draft
    return document.write(
        _story(agenda, logo),
        stream,
        about=about_of(agenda),
        paper=_PAPER,
        font=fonts.SANS,
        running=running,
    )


def _story(agenda: AgendaDocument, logo: Artwork | None) -> Iterator[Flowable]:
    labels = agenda.labels
    yield _head(agenda, logo)
    yield Spacer(0, 4 * MM)
    columns = [
        Column(title, width)
        for title, width in zip((labels.time, labels.content, labels.room), _WIDTHS, strict=True)
    ]
    yield Listing(columns, _rows(agenda), font=fonts.SANS_SEMIBOLD, size=_SIZE)
    if agenda.note:
        small = document.style(fonts.SANS_ITALIC, _SMALL, soft=True, above=2, leading=1.3)
        yield document.heading(agenda.note, small, _PAPER.text_width)


def _head(agenda: AgendaDocument, logo: Artwork | None) -> Flowable:
    """Logo, titles, and the version with its code, beside one another."""
    labels, edition = agenda.labels, agenda.edition
    side = _HEAD + 3
    left = side if logo else 0.0
    right = side + 12 if edition else 0.0
    middle = _PAPER.text_width - left - right
    titles: list[Flowable] = [
        document.paragraph(
            labels.kind.upper(), document.style(fonts.SANS_BOLD, 14, leading=1.25, below=0.5)
        ),
        document.heading(
            agenda.title, document.style(fonts.SANS_SEMIBOLD, 10.5, leading=1.3), middle - 2
        ),
    ]
    if agenda.other_title:
        italic = document.style(fonts.SANS_ITALIC, 9, leading=1.3)
        titles.append(document.heading(agenda.other_title, italic, middle - 2))
    facts = " · ".join(filter(None, (agenda.dates, agenda.venue)))
    titles.append(
        document.paragraph(facts, document.style(fonts.SANS, _SIZE, leading=1.3, above=1))
    )
    if edition is None:
        draft = document.style(fonts.SANS_BOLD, 12, leading=1.3, above=1)
        titles.append(document.paragraph(labels.draft.upper(), draft))
    cells: list[tables.Cell] = [titles]
    widths = [middle]
    if logo:
        cells.insert(0, [Picture(logo, _HEAD, _HEAD, centred=False)])
        widths.insert(0, left)
    if edition:
        small = document.style(fonts.SANS, 7, "center", leading=1.25)
        texts = [
            document.heading(it, small, right - 1)
            for it in (
                edition.version,
                edition.how_to,
                edition.other_version,
                edition.other_how_to,
            )
            if it
        ]
        cells.append([Code(edition.address, _HEAD, centred=True), *texts])
        widths.append(right)
    return tables.plain([cells], widths, font=fonts.SANS)


def _rows(agenda: AgendaDocument) -> Iterator[Row | Band]:
    for day in agenda.days:
        yield Band(Text(day.heading, fonts.SANS_SEMIBOLD, 10), _DAY)
        for item in day.items:
            yield _row(item)
        if not day.items:
            nothing = Text(agenda.labels.nothing_yet, fonts.SANS_ITALIC, _SIZE)
            yield Row(((), (nothing,), ()))


def _row(item: AgendaItem) -> Row:
    times = Text(f"{item.starts:%H:%M} – {item.ends:%H:%M}", fonts.SANS, _SIZE)
    title = fonts.SANS_ITALIC if item.is_break else fonts.SANS_MEDIUM
    content = [Text(item.title, title, _SIZE)]
    if item.other_title:
        content.append(Text(item.other_title, fonts.SANS_ITALIC, _SMALL))
    content += [Text(who, fonts.SANS, _SMALL) for who in (item.chair, *item.speakers) if who]
    return Row(((times,), tuple(content), (Text(item.room, fonts.SANS, _SMALL),)))
