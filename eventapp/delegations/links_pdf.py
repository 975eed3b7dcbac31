"""The secret links of delegations as a paper of cards to cut out: two a row, each with its QR."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table, TableStyle

from eventapp.pdf import document, fonts, qr
from eventapp.pdf.stream import About

_MARGINS = document.Margins(15, 15, 15, 15)
_CARD, _CODE = 90 * mm, 34 * mm
_HEIGHT = 62 * mm
_INK, _RULE = HexColor("#14202e"), HexColor("#76839a")


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


class _Code(Flowable):
    """A QR code with its quiet zone left empty around it."""

    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        self.text = text
        self.width = self.height = size

    def draw(self) -> None:
        rows = qr.symbol(self.text)
        quiet = self.width * qr.QUIET_ZONE / (len(rows) + 2 * qr.QUIET_ZONE)
        module = (self.width - 2 * quiet) / len(rows)
        self.canv.setFillColor(HexColor("#000000"))
        path = self.canv.beginPath()
        for y, row in enumerate(rows):
            for x in range(len(rows)):
                if row >> (len(rows) - 1 - x) & 1:
                    top = self.height - quiet - (y + 1) * module
                    path.rect(quiet + x * module, top, module, module)
        self.canv.drawPath(path, stroke=0, fill=1)


def write_links(sheet: LinkSheet, cards: Sequence[LinkCard], stream: BinaryIO) -> int:
    """Write the cards as a PDF; how many pages. Same input, same bytes."""
    title = document.style(fonts.SANS_BOLD, 14, "left", below=2)
    soft = document.style(fonts.SANS, 9, "left", below=6)
    story: list[Flowable] = [
        document.paragraph(escape(sheet.title), title),
        document.paragraph(escape(f"{sheet.event_title}. {sheet.warning}"), soft),
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
    width = _CARD - _CODE - 14
    size = 12 if len(card.delegation) < 40 else 9
    name = document.style(fonts.SANS_BOLD, size, "left", below=3)
    text = document.style(fonts.SANS, 8.5, "left", below=2)
    small = document.style(fonts.SANS, 6.5, "left")
    lines: list[Flowable] = [document.paragraph(escape(card.delegation), name)]
    for label, value in ((sheet.lead_label, card.lead), (sheet.deadline_label, card.deadline)):
        if value:
            lines.append(document.paragraph(escape(f"{label}: {value}"), text))
    lines.append(document.paragraph(escape(sheet.how_to), text))
    upper = Table(
        [[_Code(card.address, _CODE), lines]],
        colWidths=[_CODE + 2, width],
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        ),
    )
    return [upper, document.paragraph(escape(card.address), small)]
