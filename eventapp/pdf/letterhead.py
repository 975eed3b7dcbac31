"""Head and foot of an official paper after Nghị định 30/2020/NĐ-CP, phụ lục I.

The head has two columns: on the left the issuing body over the number, on the right the country's
name and motto over place and date. The foot has "Nơi nhận" on the left and the signature on the
right. The Vietnamese words of these parts are fixed by the decree; the English ones are those of
Thông tư 03/2009/TT-BNG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from reportlab.platypus import Flowable, KeepTogether, Spacer

from eventapp.pdf import MM, document, fonts, tables
from eventapp.pdf.stream import StreamedCanvas

_HEAD_SIZE = 12.0
_TEXT_SIZE = 13.0
_SIGNING = 26.0


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands at the head of a paper."""

    issuer: str
    parent: str = ""  # the body above the issuer
    # What follows "Số:", as "12/CTr-BTTTT"; empty leaves room to write it by hand, None leaves
    # the line out.
    number: str | None = None
    place_and_date: str = ""
    mark: str = ""  # "DỰ THẢO": in a box below the number


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, and who receives the paper."""

    position: str  # "TRƯỞNG BAN"
    name: str = ""  # empty where it is written by hand
    authority: str = ""  # "TM. BAN TỔ CHỨC"
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Formulas:
    country: str
    motto: str
    number: str
    recipients: str


_FORMULAS = {
    "vi": _Formulas(
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số:", "Nơi nhận:"
    ),
    "en": _Formulas(
        "SOCIALIST REPUBLIC OF VIET NAM", "Independence - Freedom - Happiness", "No.:", "Copies to:"
    ),
}


def place_and_date(place: str, day: date) -> str:
    """Place and date as the decree writes them: days below 10, January and February with a zero.

    >>> place_and_date("Bắc Ninh", date(2012, 1, 6))
    'Bắc Ninh, ngày 06 tháng 01 năm 2012'
    """
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def head(letterhead: Letterhead, *, width: float, language: str = "vi") -> list[Flowable]:
    """The head of a paper across a text of that width (mm)."""
    words = _FORMULAS.get(language, _FORMULAS["vi"])
    # The country's name is one line; the issuer has the rest.
    right = fonts.width(words.country, fonts.SERIF_BOLD, _HEAD_SIZE) / MM + 1
    left = width - right
    bold = document.style(fonts.SERIF_BOLD, _HEAD_SIZE, "center")
    normal = document.style(fonts.SERIF, _HEAD_SIZE, "center")
    body: list[Flowable] = []
    if letterhead.parent:
        body.append(document.heading(letterhead.parent.upper(), normal, left - 3))
    body.append(document.heading(letterhead.issuer.upper(), bold, left - 3))
    body.append(_Rule(left * 0.4))
    if letterhead.number is not None:
        number = f"{words.number} {letterhead.number or '……/……'}"
        body.append(document.paragraph(number, document.style(size=_TEXT_SIZE, align="center")))
    if letterhead.mark:
        body += [Spacer(0, 1.5 * MM), _Box(letterhead.mark)]
    motto_style = document.style(fonts.SERIF_BOLD, _TEXT_SIZE, "center")
    nation: list[Flowable] = [
        document.paragraph(words.country, bold),
        document.paragraph(words.motto, motto_style),
        _Rule(fonts.width(words.motto, fonts.SERIF_BOLD, _TEXT_SIZE) / MM),
    ]
    if letterhead.place_and_date:
        italic = document.style(fonts.SERIF_ITALIC, _TEXT_SIZE, "center", above=1)
        nation.append(document.paragraph(letterhead.place_and_date, italic))
    return [
        tables.plain([[body, nation]], [left, right], font=fonts.SERIF),
        Spacer(0, 6 * MM),
    ]


def foot(
    signature: Signature, *, width: float, language: str = "vi", above: Sequence[Flowable] = ()
) -> list[Flowable]:
    """Recipients and signature across a text of that width (mm), never parted by a page's end.

    What is `above` stays on their page.
    """
    parts = [*above, Spacer(0, 8 * MM), signed(signature, width=width, language=language)]
    return [KeepTogether(parts)]


def foot_height(signature: Signature, *, width: float, language: str = "vi") -> float:
    """How high the foot is, in millimetres."""
    table = signed(signature, width=width, language=language)
    return 8 + float(table.wrap(width * MM, 1000 * MM)[1]) / MM


def signed(
    signature: Signature, *, width: float, language: str = "vi", signing: float = _SIGNING
) -> Flowable:
    """Recipients and signature beside one another, with so much room to sign in (mm)."""
    words = _FORMULAS.get(language, _FORMULAS["vi"])
    left = width * 0.48
    received: list[Flowable] = []
    if signature.recipients:
        label = document.style(fonts.SERIF_BOLD_ITALIC, 12)
        received.append(document.paragraph(words.recipients, label))
        small = document.style(size=11)
        last = len(signature.recipients) - 1
        for at, recipient in enumerate(signature.recipients):
            end = "." if at == last else ";"
            received.append(document.paragraph(f"- {recipient.rstrip('.;')}{end}", small))
    bold = document.style(fonts.SERIF_BOLD, _TEXT_SIZE, "center")
    right: list[Flowable] = [
        document.heading(line.upper(), bold, width - left)
        for line in (signature.authority, signature.position)
        if line
    ]
    right.append(Spacer(0, signing * MM))
    if signature.name:
        right.append(document.paragraph(signature.name, bold))
    return tables.plain([[received, right]], [left, width - left], font=fonts.SERIF)


def title(lines: Sequence[tuple[str, bool]], *, width: float, below: str = "") -> list[Flowable]:
    """The paper's kind and subject, centred and bold, with the short rule below.

    Lines are (text, whether in capitals); `below` is the subject in a second language.
    """
    bold = document.style(fonts.SERIF_BOLD, 14, "center", leading=1.25)
    parts: list[Flowable] = [
        document.heading(text.upper() if capitals else text, bold, width - 6)
        for text, capitals in lines
        if text
    ]
    if below:
        italic = document.style(fonts.SERIF_ITALIC, 12, "center", leading=1.25, above=1)
        parts.append(document.heading(below, italic, width - 6))
    return [*parts, _Rule(width * 0.2, above=1.6), Spacer(0, 3 * MM)]


class _Rule(Flowable):
    """A thin line in the middle of the space it gets; lengths in millimetres."""

    def __init__(self, length: float, *, above: float = 0.8, below: float = 1.0) -> None:
        super().__init__()
        self._length, self._above, self._below = length * MM, above * MM, below * MM

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        self.width, self.height = availWidth, self._above + self._below
        return self.width, self.height

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        start = (self.width - self._length) / 2
        self.canv.setLineWidth(0.7)
        self.canv.line(start, self._below, start + self._length, self._below)


class _Box(Flowable):
    """A word in a frame, in the middle of the space it gets."""

    _SIZE = 12.0
    _PADDING = 1.2 * MM

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        self.width, self.height = availWidth, self._SIZE + 2 * self._PADDING
        return self.width, self.height

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        wide = fonts.width(self._text, fonts.SERIF_BOLD, self._SIZE)
        left = (self.width - wide) / 2
        canvas = cast(StreamedCanvas, self.canv)
        canvas.setLineWidth(0.7)
        canvas.rect(left - 2 * MM, 0, wide + 4 * MM, self.height)
        line = (left, self._PADDING + self._SIZE * 0.2, self._text, fonts.SERIF_BOLD, self._SIZE)
        canvas.show_lines([line])
