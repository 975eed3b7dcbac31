"""The roster of a bus, for its leader: who boards, to tick off at each place of the way.

On A4 across, and without the official head: it is worked with, and as few pages as can be are best.
Ways of more places than have room beside one another are ticked off in a second list of the same
people.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from eventapp.documents.marks import Mark
from eventapp.documents.roster_pdf import NoRosters, RosterPerson
from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.listing import Band, Box, Column, Listing, Row, Text
from eventapp.pdf.stream import About

_PAPER = document.Paper(297, 210, document.Margins(top=15, bottom=15, left=20, right=15))
_NUMBER, _NAME, _POST, _PHONE = 10.0, 48.0, 60.0, 28.0
_TICK = 16.0  # at most
_TICKS = 10
"""So many columns to tick have room beside one another."""
_BOX = 4.8
_MARK = 22.0
_BLANK_ROWS = 3
_HIGH = 8.0
_HIGHEST_BESIDE = 100.0
_BEFORE_SIGNATURE, _SIGNING = 5.0, 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the way, where people are ticked off: ``title`` is that of its column (Out, 1,
    Back), ``when`` when, by the plan, and ``what`` where that is."""

    title: str
    when: str
    what: str


@dataclass(frozen=True, slots=True)
class BusRosterLabels:
    """The paper's own words, in its language."""

    kind: str = "Danh sách theo xe"
    number: str = "TT"
    name: str = "Họ và tên"
    post: str = "Chức vụ, đơn vị"
    phone: str = "Điện thoại"
    way: str = "Lịch trình"
    total: str = "Tổng số đại biểu:"
    present: str = "Số người có mặt"
    late: str = "Khách lên xe sau, khách từ xe khác"
    more: str = "Các điểm tiếp theo"
    signature: str = "Trưởng nhóm"
    nobody: str = "Chưa có đại biểu."


@dataclass(frozen=True, slots=True)
class BusRoster:
    """One bus: what it is called, facts as (label, text), its way, and people in order."""

    letter: str
    colour: str  # of the group, #rrggbb or nothing
    title: str  # "Nhóm B, Xe 2"
    site: str
    places: tuple[Place, ...]
    people: Sequence[RosterPerson]
    facts: tuple[tuple[str, str], ...] = ()
    leader: str = ""  # printed below the place for the signature


@dataclass(frozen=True, slots=True)
class BusRosterDocument:
    """Rosters of one event, each beginning a page."""

    issuer: str
    event_title: str
    labels: BusRosterLabels = field(default_factory=BusRosterLabels)
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_bus_rosters(
    paper: BusRosterDocument, rosters: Iterable[BusRoster], stream: BinaryIO
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
        author=paper.author or paper.issuer,
        language=paper.language,
        created=paper.created,
    )
    return document.write(_story(paper, first, waiting), stream, about=about, paper=_PAPER)


def _story(
    paper: BusRosterDocument, first: BusRoster, others: Iterator[BusRoster]
) -> Iterator[Flowable]:
    yield from _roster(paper, first)
    for roster in others:
        yield from document.next_paper()
        yield from _roster(paper, roster)


def _roster(paper: BusRosterDocument, roster: BusRoster) -> Iterator[Flowable]:
    labels, width = paper.labels, _PAPER.text_width
    yield _title(paper, roster)
    yield from _facts(labels, roster)
    yield Spacer(0, 3 * MM)
    signature = letterhead.signed(
        letterhead.Signature(position=labels.signature, name=roster.leader),
        width=width,
        language=paper.language,
        signing=_SIGNING,
    )
    after = tables.height([signature], width) + _BEFORE_SIGNATURE
    parts = [roster.places[at : at + _TICKS] for at in range(0, len(roster.places), _TICKS)]
    for at, places in enumerate(parts):
        if at:
            yield Spacer(0, 5 * MM)
            yield CondPageBreak(50 * MM)
            yield document.paragraph(
                labels.more, document.style(fonts.SERIF_BOLD, 12, above=2, below=1)
            )
        is_last = at == len(parts) - 1
        yield Listing(
            _columns(labels, places),
            _rows(labels, roster.people, len(places)),
            after=after + 1 if is_last else 0,
            size=9.5,
        )
    yield KeepTogether([Spacer(0, _BEFORE_SIGNATURE * MM), signature])


def _title(paper: BusRosterDocument, roster: BusRoster) -> Flowable:
    """The group's mark on the left, what this is in the middle."""
    width = _PAPER.text_width
    inside = width - 2 * (_MARK + 4)
    lines = [(paper.labels.kind, True), (roster.title, False), (roster.site, False)]
    issuer = document.style(size=11, align="center", below=1)
    middle: list[Flowable] = [
        document.heading(paper.issuer.upper(), issuer, inside),
        *letterhead.title(lines, width=inside)[:-2],
        document.heading(
            paper.event_title, document.style(fonts.SERIF_ITALIC, 12, "center", below=3), inside
        ),
    ]
    return tables.plain(
        [[[Mark(roster.letter, roster.colour, _MARK)], middle, ""]],
        [_MARK + 4, inside, _MARK + 4],
        font=fonts.SERIF,
    )


def _facts(labels: BusRosterLabels, roster: BusRoster) -> Iterator[Flowable]:
    """Facts, and beside them the way; below them where that is long."""
    width = _PAPER.text_width
    half = width * 0.46
    label = document.style(size=11.5, soft=True, leading=1.3)
    text = document.style(fonts.SERIF_BOLD, 11.5, leading=1.3)
    plain = document.style(size=11.5, leading=1.3)
    facts = [(a, b) for a, b in roster.facts if b]
    facts.append((labels.total, str(len(roster.people))))
    left = tables.plain(
        [[document.paragraph(a, label), document.paragraph(b, text)] for a, b in facts],
        [38, half - 38],
        font=fonts.SERIF,
    )

    def way(width: float) -> Flowable:
        places = [
            [document.paragraph(it, text if at == 0 else plain) for at, it in enumerate(place)]
            for place in ((it.title, it.when, it.what) for it in roster.places)
        ]
        return tables.plain(places, [11, 26, width - 37], font=fonts.SERIF)

    heading = document.paragraph(labels.way, label)
    right = [heading, way(width - half - 6)]
    # Wrapped once to see how high they are; what is drawn is the table that holds them.
    highest = max(tables.height(it, width) for it in ([left], right))
    yield Spacer(0, 2 * MM)
    if highest <= _HIGHEST_BESIDE:
        beside: list[list[tables.Cell]] = [[[left], "", [heading, way(width - half - 6)]]]
        yield tables.plain(beside, [half, 6, width - half - 6], font=fonts.SERIF)
        return
    yield from (left, Spacer(0, 2 * MM), heading, way(width))


def _columns(labels: BusRosterLabels, places: Sequence[Place]) -> list[Column]:
    room = _PAPER.text_width - _NUMBER - _NAME - _POST - _PHONE
    tick = min(_TICK, room / len(places))
    more = (room - tick * len(places)) / 2
    return [
        Column(labels.number, _NUMBER, "center"),
        Column(labels.name, _NAME + more),
        Column(labels.post, _POST + more),
        Column(labels.phone, _PHONE, "center"),
        *(
            Column(f"{it.title} {it.when.partition('–')[0]}".strip(), tick, "center")
            for it in places
        ),
    ]


def _rows(
    labels: BusRosterLabels, people: Sequence[RosterPerson], ticks: int
) -> Iterator[Row | Band]:
    boxes = tuple((Box(_BOX),) for _ in range(ticks))
    if not people:
        yield Band(Text(labels.nobody, fonts.SERIF_ITALIC), tables.LIGHT)
    for number, person in enumerate(people, 1):
        name = [Text(person.name, fonts.SERIF_BOLD)]
        if person.note:
            name.append(Text(person.note, fonts.SERIF_ITALIC, 10.5))
        post = [Text(it, size=10.5) for it in (person.position, person.organisation) if it]
        phone = (Text(person.phone, size=11),) if person.phone else ()
        yield Row(((Text(str(number)),), tuple(name), tuple(post), phone, *boxes), least=_HIGH)
    yield Band(Text(labels.late, fonts.SERIF_ITALIC, 11), tables.LIGHT)
    for _ in range(_BLANK_ROWS):
        yield Row(((), (), (), (), *boxes), least=_HIGH)
    present = (Text(labels.present, fonts.SERIF_BOLD, 11),)
    yield Row(((), present, (), (), *(() for _ in range(ticks))), least=_HIGH + 1)
