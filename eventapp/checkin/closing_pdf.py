"""The report of a checkpoint that was closed out, to be signed: in the form of official papers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.listing import Column, Listing, Row, Text
from eventapp.pdf.stream import About

_PAPER = document.Paper()
_SIZE = 11.0
_SIGNING = 24.0
_BEGINNING = 40 * MM


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the report: its heading, columns as (title, share of the width, align), rows."""

    heading: str
    columns: tuple[tuple[str, float, Literal["left", "center"]], ...]
    rows: Sequence[tuple[str, ...]]
    nothing: str = ""
    """Said in place of a table without rows."""


@dataclass(frozen=True, slots=True)
class ClosingDocument:
    """All that the report says, in one language."""

    letterhead: Letterhead
    kind: str
    subject: tuple[str, ...]
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    statement: str
    """What is signed for."""
    signatures: tuple[Signature, Signature]
    """On the left and on the right."""
    notes: Sequence[str] = ()
    language: str = "vi"
    created: datetime | None = None


def write_closing(paper: ClosingDocument, stream: BinaryIO) -> int:
    """Write the report as a PDF to a binary stream; returns the number of pages."""
    about = About(
        title=": ".join((paper.kind, *paper.subject)),
        author=paper.letterhead.issuer,
        language=paper.language,
        created=paper.created,
    )
    return document.write(_story(paper), stream, about=about, paper=_PAPER)


def _story(paper: ClosingDocument) -> Iterator[Flowable]:
    width = _PAPER.text_width
    yield from letterhead.head(paper.letterhead, width=width, language=paper.language)
    lines = [(paper.kind, True), *((text, False) for text in paper.subject)]
    yield from letterhead.title(lines, width=width)
    yield _facts(paper.facts, width)
    for note in paper.notes:
        yield document.paragraph(note, document.style(fonts.SERIF_ITALIC, 12, above=1.5))
    for table in paper.tables:
        yield Spacer(0, 5 * MM)
        yield from _table(table, width)
    yield Spacer(0, 5 * MM)
    text = document.indented(document.style(align="justify", leading=1.3), 10.0)
    yield KeepTogether(
        [
            document.paragraph(paper.statement, text),
            Spacer(0, 8 * MM),
            _signed(paper.signatures, width),
        ]
    )


def _facts(facts: Sequence[tuple[str, str]], width: float) -> Flowable:
    label = document.style(size=12, soft=True, leading=1.35)
    text = document.style(fonts.SERIF_BOLD, 12, leading=1.35)
    rows = [[document.paragraph(a, label), document.paragraph(b, text)] for a, b in facts]
    return tables.plain(rows, [width * 0.42, width * 0.58], font=fonts.SERIF)


def _table(table: Table, width: float) -> Iterator[Flowable]:
    bold = document.style(fonts.SERIF_BOLD, 12, below=1.5)
    if not table.rows:
        soft = document.style(fonts.SERIF_ITALIC, 12)
        yield KeepTogether(
            [document.paragraph(table.heading, bold), document.paragraph(table.nothing, soft)]
        )
        return
    yield CondPageBreak(_BEGINNING)  # a heading, the columns' titles and some rows
    yield document.paragraph(table.heading, bold)
    yield Listing(
        [Column(title, share * width, align) for title, share, align in table.columns],
        (Row(tuple((Text(it, size=_SIZE),) if it else () for it in row)) for row in table.rows),
        size=_SIZE,
    )


def _signed(signatures: tuple[Signature, Signature], width: float) -> Flowable:
    half = width / 2
    bold = document.style(fonts.SERIF_BOLD, 13, "center")
    columns: list[list[Flowable]] = []
    most = max(sum(bool(it) for it in (one.authority, one.position)) for one in signatures)
    for one in signatures:
        lines = [it for it in (one.authority, one.position) if it]
        parts: list[Flowable] = [document.heading(line.upper(), bold, half - 4) for line in lines]
        # Both names stand at one height, also where one side has a line more above.
        parts.append(Spacer(0, _SIGNING * MM + (most - len(lines)) * 13 * 1.2))
        if one.name:
            parts.append(document.paragraph(one.name, bold))
        columns.append(parts)
    return tables.plain([columns], [half, half], font=fonts.SERIF)
