"""The secret links of delegations as a paper of cards to cut out: two a row, each with its QR."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table, TableStyle

from eventapp.pdf import document, fonts
from eventapp.pdf.code import Code
from eventapp.pdf.stream import About

_MARGINS = document.Margins(15, 15, 15, 15)
_CARD, _CODE = 90 * mm, 34.0  # points; mm
_HEIGHT = 62 * mm
# Without one a table names a font that is not embedded.
_FONT = ("FONT", (0, 0), (-1, -1), fonts.SANS, 8)
_RULE = HexColor("#76839a")


@dataclass(frozen=True, slots=True)
class LinkCard:
    """One delegation's card; ``deadline`` and ``lead`` may be empty."""

    delegation: str
    lead: str
    deadline: str
    address: str


@dataclass(frozen=True, slots=True)
class LinkSheet:
    """What all cards say, in the language of the paper."""

    event_title: str
    author: str
    language: str
    title: str
    lead_label: str
    deadline_label: str
    how_to: str
    warning: str
    created: datetime


def write_links(sheet: LinkSheet, cards: Sequence[LinkCard], stream: BinaryIO) -> int:
    """Write the cards as a PDF; how many pages. Same input, same bytes."""
    title = document.style(fonts.SANS_BOLD, 14, "left", below=2)
    soft = document.style(fonts.SANS, 9, "left", below=6)
    story: list[Flowable] = [
        document.paragraph(sheet.title, title),
        document.paragraph(f"{sheet.event_title}. {sheet.warning}", soft),
    ]
    cells: list[list[Flowable] | str] = [_card(sheet, card) for card in cards]
    rows = [[*cells[at : at + 2], ""][:2] for at in range(0, len(cells), 2)]
    if rows:
        story.append(
            Table(
                rows,
                colWidths=[_CARD, _CARD],
                rowHeights=[_HEIGHT] * len(rows),
                style=TableStyle(
                    [
                        _FONT,
                        ("GRID", (0, 0), (-1, -1), 0.5, _RULE, "butt", (2, 2)),
                        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                        ("LEFTPADDING", (0, 0), (-1, -1), 6),
                        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
                    ]
                ),
            )
        )
    return document.write(
        story,
        stream,
        about=About(sheet.title, sheet.author, sheet.language, created=sheet.created),
        paper=document.Paper(margins=_MARGINS),
        font=fonts.SANS,
    )


def _card(sheet: LinkSheet, card: LinkCard) -> list[Flowable]:
    width = _CARD - _CODE * mm - 14
    size = 12 if len(card.delegation) < 40 else 9
    name = document.style(fonts.SANS_BOLD, size, "left", below=3)
    text = document.style(fonts.SANS, 8.5, "left", below=2)
    small = document.style(fonts.SANS, 6.5, "left")
    lines: list[Flowable] = [document.paragraph(card.delegation, name)]
    for label, value in ((sheet.lead_label, card.lead), (sheet.deadline_label, card.deadline)):
        if value:
            lines.append(document.paragraph(f"{label}: {value}", text))
    lines.append(document.paragraph(sheet.how_to, text))
    upper = Table(
        [[Code(card.address, _CODE), lines]],
        colWidths=[_CODE * mm + 2, width],
        style=TableStyle(
            [
                _FONT,
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        ),
    )
    return [upper, document.paragraph(card.address, small)]
