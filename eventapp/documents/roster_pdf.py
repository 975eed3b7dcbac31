"""The roster of a visit group, for its leader: who comes along, to tick off out and back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.letterhead import Letterhead
from eventapp.pdf.stream import About

_PAPER = document.Paper(margins=document.Margins(top=20, bottom=20, left=20, right=15))
_WIDTHS = (11.0, 45.0, 62.0, 29.0, 14.0, 14.0)


class NoRosters(Exception):
    """There is no group to print."""


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """One line of the list."""

    name: str
    position: str = ""
    organisation: str = ""
    phone: str = ""
    note: str = ""  # needs, such as a wheelchair


@dataclass(frozen=True, slots=True)
class RosterLabels:
    """The paper's own words, in its language."""

    kind: str = "Danh sách đoàn tham quan"
    number: str = "TT"
    name: str = "Họ và tên"
    post: str = "Chức vụ, đơn vị"
    phone: str = "Điện thoại"
    out: str = "Lượt đi"
    back: str = "Lượt về"
    total: str = "Tổng số đại biểu:"
    signature: str = "Trưởng đoàn"
    nobody: str = "Chưa có đại biểu."


@dataclass(frozen=True, slots=True)
class Roster:
    """One group: its title ("Nhóm B: …"), facts as (label, text), and people in order."""

    title: str
    people: tuple[RosterPerson, ...]
    facts: tuple[tuple[str, str], ...] = ()
    leader: str = ""  # printed below the place for the signature


@dataclass(frozen=True, slots=True)
class RosterDocument:
    """Rosters of one event, each beginning a page."""

    letterhead: Letterhead
    event_title: str
    rosters: tuple[Roster, ...]
    labels: RosterLabels = field(default_factory=RosterLabels)
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_rosters(paper: RosterDocument, stream: BinaryIO) -> int:
    """Write the rosters as a PDF to a binary stream; returns the number of pages.

    Raises NoRosters when there is none.
    """
    if not paper.rosters:
        raise NoRosters
    story: list[Flowable] = []
    for roster in paper.rosters:
        if story:
            story += document.next_paper()
        story += _roster(paper, roster)
    about = About(
        title=f"{paper.labels.kind}: {paper.event_title}",
        author=paper.author or paper.letterhead.issuer,
        language=paper.language,
        created=paper.created,
    )
    return document.write(story, stream, about=about, paper=_PAPER)


def _roster(paper: RosterDocument, roster: Roster) -> list[Flowable]:
    labels, width = paper.labels, _PAPER.text_width
    story: list[Flowable] = [
        *letterhead.head(paper.letterhead, width=width, language=paper.language),
        *letterhead.title([(labels.kind, True), (roster.title, False)], width=width),
        document.heading(
            paper.event_title, document.style(fonts.SERIF_ITALIC, 12, "center", below=3), width
        ),
    ]
    facts = [(label, text) for label, text in roster.facts if text]
    facts.append((labels.total, str(len(roster.people))))
    story.append(_facts(facts, width))
    story += [Spacer(0, 4 * MM), _people(roster.people, labels)]
    story += letterhead.foot(
        letterhead.Signature(position=labels.signature, name=roster.leader),
        width=width,
        language=paper.language,
    )
    return story


def _facts(facts: Sequence[tuple[str, str]], width: float) -> Flowable:
    """Facts in two columns, down the left one first."""
    label = document.style(size=12, soft=True, leading=1.35)
    text = document.style(fonts.SERIF_BOLD, 12, leading=1.35)
    half = (len(facts) + 1) // 2
    cells = [(document.paragraph(a, label), document.paragraph(b, text)) for a, b in facts]
    rows = [
        [*cells[at], *(cells[at + half] if at + half < len(cells) else ("", ""))]
        for at in range(half)
    ]
    return tables.plain(
        rows, [width * 0.19, width * 0.34, width * 0.19, width * 0.28], font=fonts.SERIF
    )


def _people(people: Sequence[RosterPerson], labels: RosterLabels) -> Flowable:
    title = document.style(fonts.SERIF_BOLD, 12, "center")
    texts = (labels.number, labels.name, labels.post, labels.phone, labels.out, labels.back)
    rows: list[Sequence[tables.Cell]] = [[document.paragraph(text, title) for text in texts]]
    middle, bold = document.style(size=12, align="center"), document.style(fonts.SERIF_BOLD, 12)
    small = document.style(size=11)
    for number, person in enumerate(people, 1):
        post = [
            document.heading(text, small, _WIDTHS[2] - tables.PADDING)
            for text in (person.position, person.organisation)
            if text
        ]
        name = [document.heading(person.name, bold, _WIDTHS[1] - tables.PADDING)]
        if person.note:
            italic = document.style(fonts.SERIF_ITALIC, 11, soft=True)
            name.append(document.paragraph(person.note, italic))
        rows.append(
            [
                document.paragraph(str(number), middle),
                name,
                post,
                document.paragraph(person.phone, middle),
                tables.TickBox(),
                tables.TickBox(),
            ]
        )
    spans = []
    if not people:
        soft = document.style(fonts.SERIF_ITALIC, 12, "center", soft=True)
        rows.append([document.paragraph(labels.nobody, soft), "", "", "", "", ""])
        spans.append(tables.Span((0, 1), (5, 1)))
    return tables.grid(
        rows,
        _WIDTHS,
        font=fonts.SERIF,
        size=12,
        spans=spans,
        shaded=[(0, tables.HEADER)],
        centred_columns=(4, 5),
    )
