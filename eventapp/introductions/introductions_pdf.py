"""The introduction of delegates in large type, to read from at a lectern."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.platypus import Flowable, KeepTogether, Paragraph

from eventapp.pdf import document, fonts
from eventapp.pdf.stream import About

_PAPER = document.Paper(margins=document.Margins(top=20, bottom=20, left=25, right=20))
_SIZE = 17.0


@dataclass(frozen=True, slots=True)
class IntroductionPart:
    """A heading; people as (name, title), as they are read out; and who is summed up."""

    heading: str
    named: tuple[tuple[str, str], ...]
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntroductionDocument:
    """An introduction; every text in the paper's language."""

    title: str
    event: str
    present: str
    parts: tuple[IntroductionPart, ...]


def write_introduction(paper: IntroductionDocument, stream: BinaryIO, *, about: About) -> int:
    """Write the introduction as a PDF to a binary stream; returns the number of pages."""
    bold = document.style(fonts.SERIF_BOLD, 18, "center", below=1)
    italic = document.style(fonts.SERIF_ITALIC, 14, "center", below=2)
    story: list[Flowable] = [
        document.heading(paper.title.upper(), bold, _PAPER.text_width),
        document.heading(paper.event, italic, _PAPER.text_width),
        document.paragraph(paper.present, document.style(size=14, align="center", below=4)),
    ]
    for part in paper.parts:
        story += _part(part)
    return document.write(story, stream, about=about, paper=_PAPER)


def _part(part: IntroductionPart) -> Sequence[Flowable]:
    """A part whose heading does not stand alone at the foot of a page."""
    title = document.style(fonts.SERIF_BOLD, _SIZE + 1, above=5, below=2)
    rest = document.style(fonts.SERIF_ITALIC, _SIZE, leading=1.35, below=1.5)
    lines: list[Flowable] = [_person(name, held) for name, held in part.named]
    lines += [document.paragraph(f"– {text}" if part.named else text, rest) for text in part.rest]
    heading = document.paragraph(f"{part.heading}:", title)
    return [KeepTogether([heading, *lines[:1]]), *lines[1:]]


def _person(name: str, held: str) -> Paragraph:
    style = document.style(size=_SIZE, leading=1.35, below=2.5)
    text = f"– <b>{fonts.markup(name, fonts.SERIF_BOLD)}</b>"
    if held:
        text += f" – {fonts.markup(held, fonts.SERIF)}"
    return Paragraph(text, style)
