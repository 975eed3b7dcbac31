"""Who visits a site, for its host and its gate: groups with their times and buses, and their people
by name, position and organisation. It leaves the house, so it has no phones.

The form is that of Nghị định 30/2020/NĐ-CP.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from eventapp.documents.list_pdf import Person
from eventapp.documents.roster_pdf import NoRosters
from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.listing import Band, Column, Listing, Row, Text
from eventapp.pdf.stream import About

_PAPER = document.Paper()
_SIZE = 12.0
_GROUPS = (15.0, 55.0, 42.0, 34.0, 19.0)
_PEOPLE = (11.0, 48.0, 50.0, 56.0)
_TOGETHER = 60.0


@dataclass(frozen=True, slots=True)
class Coming:
    """A group that comes: its way as lines, its buses with their plates, how many people."""

    letter: str
    way: Sequence[str]
    buses: Sequence[str]
    leader: str
    number: int


@dataclass(frozen=True, slots=True)
class ComingDay:
    """The groups of one day, and what stands above them ("Ngày 17/11/2012: 2 nhóm, 95 người")."""

    heading: str
    groups: Sequence[Coming]


@dataclass(frozen=True, slots=True)
class GroupList:
    """A group's people in order, below its heading."""

    heading: str
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class SiteRosterLabels:
    """The paper's own words, in its language."""

    kind: str = "Danh sách khách tham quan"
    groups: str = "I. Các nhóm"
    people: str = "II. Danh sách theo nhóm"
    group: str = "Nhóm"
    way: str = "Lịch trình"
    bus: str = "Xe, biển số"
    leader: str = "Trưởng nhóm"
    count: str = "Số người"
    number: str = "TT"
    name: str = "Họ và tên"
    position: str = "Chức vụ"
    office: str = "Đơn vị công tác"
    nobody: str = "Chưa có đại biểu."
    received: str = "Số người thực tế đã đến: ……………"
    host: str = "Đại diện nơi đón tiếp"


@dataclass(frozen=True, slots=True)
class SiteRoster:
    """One site: its name, facts as (label, text), its groups by day; people are read as they are
    laid out."""

    site: str
    days: Sequence[ComingDay]
    lists: Iterable[GroupList]
    total: str  # "Tổng số: 5 nhóm, 190 người."
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SiteRosterDocument:
    """Rosters of one event, each beginning a page."""

    letterhead: Letterhead
    event_title: str
    labels: SiteRosterLabels = field(default_factory=SiteRosterLabels)
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_site_rosters(
    paper: SiteRosterDocument, rosters: Iterable[SiteRoster], stream: BinaryIO
) -> int:
    """Write the rosters as a PDF to a binary stream; returns the number of pages.

    They are read as they are laid out. Raises NoRosters when there is none.
    """
    waiting = iter(rosters)
    first = next(waiting, None)
    if first is None:
        raise NoRosters
    about = About(
        title=f"{paper.labels.kind}: {paper.event_title}",
        author=paper.author or paper.letterhead.issuer,
        language=paper.language,
        created=paper.created,
    )
    return document.write(_story(paper, first, waiting), stream, about=about, paper=_PAPER)


def _story(
    paper: SiteRosterDocument, first: SiteRoster, others: Iterator[SiteRoster]
) -> Iterator[Flowable]:
    yield from _roster(paper, first)
    for roster in others:
        yield from document.next_paper()
        yield from _roster(paper, roster)


def _roster(paper: SiteRosterDocument, roster: SiteRoster) -> Iterator[Flowable]:
    labels, width = paper.labels, _PAPER.text_width
    yield from letterhead.head(paper.letterhead, width=width, language=paper.language)
    lines = [(labels.kind, True), (roster.site, False), (paper.event_title, False)]
    yield from letterhead.title(lines, width=width)
    plain = document.style(below=0.8)
    for label, text in roster.facts:
        if text:
            yield document.paragraph(f"{label} {text}", plain)
    heading = document.style(fonts.SERIF_BOLD, above=2, below=1.5)
    yield document.paragraph(labels.groups, heading)
    yield Listing(_group_columns(labels), _groups(roster.days))
    yield document.paragraph(roster.total, document.style(fonts.SERIF_BOLD_ITALIC, above=1.5))
    yield Spacer(0, 3 * MM)
    yield CondPageBreak(_TOGETHER * MM)
    yield document.paragraph(labels.people, heading)
    received = document.paragraph(labels.received, document.style(above=2))
    signature = Signature(position=labels.host)
    after = 10 + letterhead.foot_height(signature, width=width, language=paper.language)
    yield Listing(_people_columns(labels), _people(labels, roster.lists), after=after)
    yield from letterhead.foot(
        signature, width=width, language=paper.language, above=[Spacer(0, 2 * MM), received]
    )


def _group_columns(labels: SiteRosterLabels) -> list[Column]:
    titles = (labels.group, labels.way, labels.bus, labels.leader, labels.count)
    aligns = ("center", "left", "left", "left", "center")
    return [
        Column(title, width, "center" if align == "center" else "left")
        for title, width, align in zip(titles, _GROUPS, aligns, strict=True)
    ]


def _groups(days: Sequence[ComingDay]) -> Iterator[Row | Band]:
    for day in days:
        yield Band(Text(day.heading, fonts.SERIF_BOLD, _SIZE), tables.LIGHT)
        for it in day.groups:
            yield Row(
                (
                    (Text(it.letter, fonts.SERIF_BOLD, 15 if len(it.letter) < 3 else 10),),
                    tuple(Text(line, size=11.5) for line in it.way),
                    tuple(Text(line, size=11.5) for line in it.buses),
                    (Text(it.leader, size=11.5),),
                    (Text(str(it.number), fonts.SERIF_BOLD, _SIZE),),
                )
            )


def _people_columns(labels: SiteRosterLabels) -> list[Column]:
    number, *rest = _PEOPLE
    titles = (labels.name, labels.position, labels.office)
    return [
        Column(labels.number, number, "center"),
        *(Column(title, width) for title, width in zip(titles, rest, strict=True)),
    ]


def _people(labels: SiteRosterLabels, lists: Iterable[GroupList]) -> Iterator[Row | Band]:
    for group in lists:
        yield Band(Text(group.heading, fonts.SERIF_BOLD, _SIZE), tables.HEADER)
        if not group.people:
            yield Band(Text(labels.nobody, fonts.SERIF_ITALIC, _SIZE), tables.LIGHT)
        for number, it in enumerate(group.people, 1):
            yield Row(
                (
                    (Text(str(number), size=_SIZE),),
                    (Text(it.name, fonts.SERIF_BOLD, _SIZE),),
                    (Text(it.position, size=_SIZE),),
                    (Text(it.office, size=_SIZE),),
                )
            )
