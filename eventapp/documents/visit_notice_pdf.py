"""What a delegation is told of its site visits: who goes with which group, where they meet, what to
know of the site.

The form is that of Nghị định 30/2020/NĐ-CP.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from eventapp.documents.marks import Mark
from eventapp.pdf import MM, document, fonts, letterhead, tables
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.listing import Column, Listing, Row, Text
from eventapp.pdf.stream import About

_PAPER = document.Paper()
_WIDTH = _PAPER.text_width
_INDENT = 10.0
_MARK = 18.0
_COLUMNS = (11.0, 50.0, 74.0, 30.0)
_TOGETHER = 75.0
"""A group begins a page where less is left (mm): its facts, and some of its people."""


class NoNotices(Exception):
    """There is no delegation to write to."""


@dataclass(frozen=True, slots=True)
class NoticePerson:
    """One of a delegation who goes along."""

    name: str
    position: str = ""
    office: str = ""
    bus: str = ""


@dataclass(frozen=True, slots=True)
class NoticeGroup:
    """A group that people of the delegation go with: facts as (label, text), and they."""

    letter: str
    colour: str  # #rrggbb, or nothing
    heading: str
    people: Sequence[NoticePerson]
    facts: tuple[tuple[str, str], ...] = ()
    safety: str = ""


@dataclass(frozen=True, slots=True)
class NoticeLabels:
    """The paper's own words, in its language."""

    kind: str = "Thông báo"
    to: str = "Kính gửi:"
    number: str = "TT"
    name: str = "Họ và tên"
    post: str = "Chức vụ, đơn vị"
    bus: str = "Xe"
    safety: str = "Lưu ý an toàn:"


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice to one delegation: to whom, as lines, and its own sentences."""

    to: tuple[str, ...]
    subject: str
    opening: str
    groups: Sequence[NoticeGroup]
    waiting: str  # who is in no group yet, as a sentence; or nothing
    closing: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class NoticeDocument:
    """Notices of one event, each beginning a page."""

    letterhead: Letterhead
    event_title: str
    labels: NoticeLabels = field(default_factory=NoticeLabels)
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_notices(paper: NoticeDocument, notices: Iterable[Notice], stream: BinaryIO) -> int:
    """Write the notices as a PDF to a binary stream; returns the number of pages.

    They are read as they are laid out. Raises NoNotices when there is none.
    """
    waiting = iter(notices)
    first = next(waiting, None)
    if first is None:
        raise NoNotices
    about = About(
        title=f"{paper.labels.kind}: {paper.event_title}",
        author=paper.author or paper.letterhead.issuer,
        language=paper.language,
        created=paper.created,
    )
    return document.write(_story(paper, first, waiting), stream, about=about, paper=_PAPER)


def _story(paper: NoticeDocument, first: Notice, others: Iterator[Notice]) -> Iterator[Flowable]:
    yield from _notice(paper, first)
    for notice in others:
        yield from document.next_paper()
        yield from _notice(paper, notice)


def _notice(paper: NoticeDocument, notice: Notice) -> Iterator[Flowable]:
    labels, language = paper.labels, paper.language
    yield from letterhead.head(paper.letterhead, width=_WIDTH, language=language)
    yield from letterhead.title([(labels.kind, True), (notice.subject, False)], width=_WIDTH)
    bold = document.style(fonts.SERIF_BOLD, align="center")
    first, *others = notice.to
    yield document.heading(f"{labels.to} {first}", bold, _WIDTH)
    for line in others:
        yield document.heading(line, document.style(align="center"), _WIDTH)
    yield Spacer(0, 3 * MM)
    yield _sentence(notice.opening)
    ending = [
        *([_sentence(notice.waiting)] if notice.waiting else []),
        _sentence(notice.closing, "left"),  # it may end with an address, which is not divided
    ]
    after = letterhead.foot_height(notice.signature, width=_WIDTH, language=language) + sum(
        tables.height([it], _WIDTH) + 3 for it in ending
    )
    last = len(notice.groups) - 1
    for at, group in enumerate(notice.groups):
        yield from _group(labels, group, after=min(after, 150) if at == last else 0)
    yield Spacer(0, 3 * MM)
    yield from ending[:-1]
    yield from letterhead.foot(notice.signature, width=_WIDTH, language=language, above=ending[-1:])


def _sentence(text: str, align: document.Align = "justify") -> Flowable:
    style = document.style(align=align, leading=1.25, below=1.5)
    return document.paragraph(text, document.indented(style, _INDENT))


def _group(labels: NoticeLabels, group: NoticeGroup, *, after: float) -> Iterator[Flowable]:
    yield CondPageBreak(_TOGETHER * MM)
    yield Spacer(0, 3 * MM)
    inside = _WIDTH - _MARK - 4
    texts: list[Flowable] = [
        document.heading(group.heading, document.style(fonts.SERIF_BOLD, below=0.8), inside)
    ]
    plain = document.style(size=12.5, leading=1.22)
    texts += [document.paragraph(f"{label} {text}", plain) for label, text in group.facts if text]
    yield tables.plain(
        [[[Mark(group.letter, group.colour, _MARK)], texts]], [_MARK + 4, inside], font=fonts.SERIF
    )
    if group.safety:
        yield document.paragraph(
            f"{labels.safety} {group.safety}",
            document.style(fonts.SERIF_ITALIC, 12.5, leading=1.22, above=1),
        )
    yield Spacer(0, 2.5 * MM)
    titles = (labels.number, labels.name, labels.post, labels.bus)
    columns = [
        Column(title, width, "left" if title in titles[1:3] else "center")
        for title, width in zip(titles, _COLUMNS, strict=True)
    ]
    yield Listing(columns, _rows(group.people), after=after)


def _rows(people: Sequence[NoticePerson]) -> Iterator[Row]:
    for number, it in enumerate(people, 1):
        post = [Text(text, size=11.5) for text in (it.position, it.office) if text]
        bus = (Text(it.bus, size=11.5),) if it.bus else ()
        yield Row(((Text(str(number)),), (Text(it.name, fonts.SERIF_BOLD),), tuple(post), bus))
