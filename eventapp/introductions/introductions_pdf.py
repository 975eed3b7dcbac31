"""The introduction of delegates in large type, to read from at a lectern."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, KeepTogether

from eventapp.pdf import document, fonts
from eventapp.pdf.stream import About

_PAPER = document.Paper(margins=document.Margins(top=20, bottom=20, left=25, right=20))
_SIZE = 17.0
_HANGING = 5.0  # of the second line of a name, mm
_TOGETHER = 3
"""So many lines of a part stay on one page with its heading."""


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
    """A part whose heading does not stand alone at the foot of a page, nor its end at the head."""
    title = document.style(fonts.SERIF_BOLD, _SIZE + 1, above=5, below=2)
    person = document.style(size=_SIZE, leading=1.35, below=2.5)
    rest = document.style(fonts.SERIF_ITALIC, _SIZE, leading=1.35, below=1.5)
    lines = [_line(_person(name, held), person) for name, held in part.named]
    lines += [_line([(f"– {text}", fonts.SERIF_ITALIC)], rest) for text in part.rest]
    heading: Flowable = document.heading(f"{part.heading}:", title, _PAPER.text_width)
    if len(lines) <= _TOGETHER:
        return [KeepTogether([heading, *lines])]
    return [KeepTogether([heading, lines[0]]), *lines[1:-2], KeepTogether(lines[-2:])]


def _person(name: str, held: str) -> list[tuple[str, str]]:
    named = [("–", fonts.SERIF), (name, fonts.SERIF_BOLD)]
    return [*named, (f"– {held}", fonts.SERIF)] if held else named


def _line(pieces: Sequence[tuple[str, str]], like: ParagraphStyle) -> Flowable:
    return document.phrased(pieces, document.hanging(like, _HANGING), _PAPER.text_width)
