"""Invitations (giấy mời): one letter to many, as official papers, in one file or one in each."""

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO, cast

from reportlab.platypus import Flowable, Spacer

from eventapp.pdf import MM, document, fitting, fonts, letterhead
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.pdf.stamp import Stamp
from eventapp.pdf.stream import About, StreamedCanvas

_PAPER = document.Paper(margins=document.Margins(top=20, bottom=20, left=30, right=15))
_WIDTH = _PAPER.text_width
_LEADING = 1.3


@dataclass(frozen=True, slots=True)
class _Fit:
    """How large a letter is set: its type (points), lines (in sizes), and where one signs (mm)."""

    size: float = 14.0
    leading: float = _LEADING
    signing: float = 26.0
    below: float = 1.6  # white after a paragraph (mm)


_FITS = (_Fit(), _Fit(13.0), _Fit(13.0, 1.12, 18.0, 0.4))
"""From the larger size that the decree allows to the smaller; the first that fits a page counts."""
_BELOW_ADDRESSEE = 4 * MM
_INDENT = 10.0  # of the first line of a paragraph: 1 cm
_LONGEST_NAME = 110
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom one letter goes."""

    lines: tuple[str, ...]  # "Ông (Bà) Nguyễn Văn An", "Giám đốc, Sở Nội vụ, tỉnh Bắc Ninh"
    file_stem: str  # what its file is called after: "Bắc Ninh Nguyễn Văn An"
    number: str = ""  # what follows "Số:", where each letter has its own


@dataclass(frozen=True, slots=True)
class Invitation:
    """What all the letters say; texts in the paper's language."""

    letterhead: Letterhead
    kind: str  # "Giấy mời"
    subject: str  # of the invitation: "Dự Hội nghị …"
    to: str  # "Kính gửi:"
    opening: str  # "… trân trọng kính mời Ông (Bà) tới dự …"
    facts: tuple[tuple[str, str], ...]  # ("Thời gian:", "…"), those without text are left out
    closing: str
    signature: Signature
    programme_heading: str = ""
    # (a day's heading, its sessions as (time, title)), if the letter sums up the programme
    programme: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    language: str = "vi"
    author: str = ""  # the issuer, when empty
    created: datetime | None = None


def write_invitations(
    invitation: Invitation, addressees: Iterable[Addressee], stream: BinaryIO
) -> int:
    """Write all the letters to one PDF, each on pages of its own; returns the number of pages.

    What they share is laid out once. Memory does not grow with their number.
    """
    return _write(_Shared(invitation), addressees, stream)


def _write(shared: "_Shared", addressees: Iterable[Addressee], stream: BinaryIO) -> int:
    about = _about(shared.invitation)
    return document.write(_letters(shared, addressees), stream, about=about, paper=_PAPER)


def write_invitations_apart(
    invitation: Invitation, addressees: Iterable[Addressee], stream: BinaryIO
) -> int:
    """Write each letter as a PDF of its own into a ZIP file; returns how many there are.

    Names are readable everywhere: no marks, no spaces, none twice.
    """
    taken: set[str] = set()
    shared = _Shared(invitation)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for addressee in addressees:
            letter = io.BytesIO()
            _write(shared, [addressee], letter)
            name = file_name(invitation.kind, addressee.file_stem, taken)
            # No date of today: the same letters give the same bytes.
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), letter.getvalue())
    return len(taken)


def file_name(kind: str, stem: str, taken: set[str]) -> str:
    """A name that no other file has, and that any system takes; it is added to those taken.

    >>> file_name("Giấy mời", "Bắc Ninh Đỗ Thị Ước", set())
    'giay-moi-Bac-Ninh-Do-Thi-Uoc.pdf'
    """
    plain = f"{_plain(kind).lower()}-{_plain(stem)}"[:_LONGEST_NAME].strip("-")
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name.casefold())
    return f"{name}.pdf"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(
        it if it.isascii() and it.isalnum() else "" if unicodedata.combining(it) else "-"
        for it in letters
    )
    return "-".join(filter(None, kept.split("-")))


def _about(invitation: Invitation) -> About:
    return About(
        title=f"{invitation.kind}: {invitation.subject}",
        author=invitation.author or invitation.letterhead.issuer,
        language=invitation.language,
        created=invitation.created,
    )


def _letters(shared: "_Shared", addressees: Iterable[Addressee]) -> Iterator[Flowable]:
    invitation = shared.invitation
    for at, addressee in enumerate(addressees):
        if at:
            yield from document.next_paper()
        if addressee.number:
            head = replace(invitation.letterhead, number=addressee.number)
            yield from letterhead.head(head, width=_WIDTH, language=invitation.language)
        else:
            yield shared.head
        yield shared.title
        yield _To(invitation.to, addressee.lines, shared.size)
        yield from shared.body


class _Shared:
    """The parts of all letters that are the same, in a size at which a letter fits one page.

    Where none does, the signature takes the closing sentence along to the next page.
    """

    def __init__(self, invitation: Invitation) -> None:
        self.invitation = it = invitation
        head = letterhead.head(it.letterhead, width=_WIDTH, language=it.language)
        self.head = Stamp("head", head, _WIDTH)
        title = letterhead.title([(it.kind, True), (it.subject, False)], width=_WIDTH)
        self.title = Stamp("title", title, _WIDTH)
        room = (_PAPER.height - _PAPER.margins.top - _PAPER.margins.bottom) * MM
        for fit in _FITS:
            self.size, self.body = fit.size, _body(it, fit)
            to = 2 * fit.size * _LEADING + _BELOW_ADDRESSEE
            used = sum(
                part.height + part.getSpaceBefore() + part.getSpaceAfter() for part in self.body
            )
            if self.head.height + self.title.height + to + used <= room:
                break


def _body(it: Invitation, fit: _Fit) -> list[Stamp]:
    parts = [_text(it.opening, fit)]
    parts += [_text(f"{label} {text}", fit, "left") for label, text in it.facts if text]
    if it.programme:
        parts.append(_text(it.programme_heading, fit))
    body = [Stamp(f"text{at}", [part], _WIDTH) for at, part in enumerate(parts)]
    for at, (heading, sessions) in enumerate(it.programme):
        body += _day(at, heading, sessions, fit)
    ending: list[Flowable] = [
        Spacer(0, 1.5 * MM),
        _text(it.closing, fit),
        Spacer(0, 4 * MM),
        letterhead.signed(it.signature, width=_WIDTH, language=it.language, signing=fit.signing),
    ]
    return [*body, Stamp("ending", ending, _WIDTH)]


def _text(text: str, fit: _Fit, align: document.Align = "justify") -> Flowable:
    style = document.style(size=fit.size, align=align, leading=fit.leading, below=fit.below)
    return document.paragraph(text, document.indented(style, _INDENT))


def _day(at: int, heading: str, sessions: Iterable[tuple[str, str]], fit: _Fit) -> list[Stamp]:
    """A day of the programme: its heading stays with its first session."""
    bold = document.indented(
        document.style(fonts.SERIF_BOLD, 13, leading=1.25, above=0.5, below=0.8), _INDENT
    )
    lines: list[Flowable] = [document.paragraph(heading, bold)]
    lines += [_Session(time, title, fit) for time, title in sessions]
    first, rest = lines[:2], lines[2:]
    return [
        Stamp(f"day{at}", first, _WIDTH),
        *(Stamp(f"day{at}-{number}", [line], _WIDTH) for number, line in enumerate(rest)),
    ]


class _Session(Flowable):
    """When, and what, with the lines of a long title below one another."""

    _SIZE = 13.0
    _TIME = 32.0

    def __init__(self, time: str, title: str, fit: _Fit) -> None:
        super().__init__()
        self._time, self._line = time, self._SIZE * fit.leading
        self._below = fit.below / 3 * MM
        room = (_WIDTH - _INDENT - self._TIME) * MM
        self._lines = fitting.balanced(title, fonts.SERIF, self._SIZE, room)

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        self.height = self._line * max(1, len(self._lines)) + self._below
        return availWidth, self.height

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        top = self.height - self._SIZE
        left = (_INDENT + self._TIME) * MM
        lines = [(_INDENT * MM, top, self._time, fonts.SERIF, self._SIZE)]
        lines += [
            (left, top - at * self._line, line, fonts.SERIF, self._SIZE)
            for at, line in enumerate(self._lines)
        ]
        cast(StreamedCanvas, self.canv).show_lines(lines)


class _To(Flowable):
    """The addressee: the formula and the first line in one, the others below it, in the middle."""

    def __init__(self, formula: str, lines: tuple[str, ...], size: float) -> None:
        super().__init__()
        self._size = size
        room = _WIDTH * MM
        first, *others = lines
        self._lines: list[tuple[str, str]] = []
        whole = f"{formula} {first}"
        for text, font in ((whole, fonts.SERIF_BOLD), *((it, fonts.SERIF) for it in others)):
            broken = fitting.broken(text, font, size, room)
            self._lines += [(line, font) for line in fitting.balanced(broken, font, size, room)]

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        self.width = availWidth
        self.height = self._size * _LEADING * len(self._lines) + _BELOW_ADDRESSEE
        return self.width, self.height

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        shown = []
        for at, (line, font) in enumerate(self._lines):
            left = (self.width - fonts.width(line, font, self._size)) / 2
            top = self.height - self._size - at * self._size * _LEADING
            shown.append((left, top, line, font, self._size))
        cast(StreamedCanvas, self.canv).show_lines(shown)
