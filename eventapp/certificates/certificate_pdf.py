"""Certificates of training (giấy chứng nhận) as PDF, A4 landscape, page after page to the output.

What all have in common (frame, head, words, signature) is a form that is stored once; what comes
again and again (an office, the title) is put into lines once. What is left for each is a name, a
number and a code.
"""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from eventapp.certificates import ornament
from eventapp.documents.invitation_pdf import file_name
from eventapp.pdf import MM, fitting, fonts, qr
from eventapp.pdf.artwork import Artwork
from eventapp.pdf.qr_series import series
from eventapp.pdf.stream import About, PageStream

WIDTH, HEIGHT = 297.0, 210.0
_TEXT, _SOFT, _NAME = "#1b1b1b", "#4d4d4d", "#16325c"
_LEADING = 1.2
_MIDDLE = WIDTH / 2
_ROOM = 236.0
"""The width of what stands in the middle (mm)."""
_LOGO = (26.0, 24.0, 24.0)  # left, top, side
_CODE = 25.0
_CODE_LEFT, _CODE_TOP = 25.0, 158.0
_BESIDE = 84.0
_SIGNED, _SIGNED_ROOM = 222.0, 92.0
_FEW = 60
"""Up to so many codes are made one by one; a series pays from there on."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class NoCertificates(Exception):
    """There is none to print."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One certificate: what differs from the others."""

    name: str
    number: str  # "12/GCN-BTC"
    code: str
    place_and_date: str
    file_stem: str  # what its file is called after, where each has its own
    title: str
    title_below: str = ""  # in the second language
    position: str = ""
    organisation: str = ""
    when: str = ""  # "Thời gian: 26–27/11/2026; thời lượng: 4 giờ 30 phút"
    visited: str = ""  # "Tham quan thực tế: Làng tranh Đông Hồ"
    note: str = ""  # that it was issued anew


@dataclass(frozen=True, slots=True)
class Words:
    """The paper's own words, in its language or both."""

    country: str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    motto: str = "Độc lập - Tự do - Hạnh phúc"
    kind: str = "Giấy chứng nhận"
    kind_below: str = ""
    certifies: str = "Chứng nhận ông/bà:"
    position: str = "Chức vụ:"
    organisation: str = "Đơn vị:"
    completed: str = "đã hoàn thành chương trình tập huấn"
    number: str = "Số vào sổ:"
    code: str = "Mã tra cứu:"
    verify: str = "Tra cứu tại:"


@dataclass(frozen=True, slots=True)
class Form:
    """What all the certificates of a file have in common."""

    issuer: str
    address: str
    """Before the code, what its QR code opens: ``https://hoi-nghi.example/c/``."""
    parent: str = ""
    signature: tuple[str, ...] = ()  # "TM. BAN TỔ CHỨC", "TRƯỞNG BAN"
    signatory: str = ""
    logo: Artwork | None = None
    words: Words = field(default_factory=Words)
    language: str = "vi"
    title: str = ""  # of the file


def write_certificates(form: Form, holders: Iterable[Holder], stream: BinaryIO) -> int:
    """Write a page for each; returns how many there were. Raises NoCertificates, writing nothing.

    Read as they are needed and written at once: memory does not grow with their number. The same
    certificates give the same bytes.
    """
    waiting = iter(holders)
    holder = next(waiting, None)
    if holder is None:
        raise NoCertificates
    pages = PageStream(stream, About(form.title or form.words.kind, form.issuer, form.language))
    printer = _Printer(pages, form)
    while holder is not None:
        pages.add_page(WIDTH * MM, HEIGHT * MM, printer.page(holder))
        holder = next(waiting, None)
    pages.close()
    return pages.pages


def write_certificates_apart(form: Form, holders: Iterable[Holder], stream: BinaryIO) -> int:
    """Write each certificate as a PDF of its own into a ZIP file; returns how many there are.

    Names are readable everywhere: no marks, no spaces, none twice. Raises NoCertificates.
    """
    taken: set[str] = set()
    waiting = iter(holders)
    holder = next(waiting, None)
    if holder is None:
        raise NoCertificates
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        while holder is not None:
            paper = io.BytesIO()
            write_certificates(form, [holder], paper)
            name = file_name(form.words.kind, holder.file_stem, taken)
            # No date of today: the same certificates give the same bytes.
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), paper.getvalue())
            holder = next(waiting, None)
    return len(taken)


class _Printer:
    """Operators of the pages of one file."""

    def __init__(self, pages: PageStream, form: Form) -> None:
        self._pages, self._form = pages, form
        self._known: dict[tuple[object, ...], bytes] = {}
        self._codes = 0
        # The logo is a form in the form.
        logo = form.logo.add_to(pages) if form.logo else b""
        self._common = pages.add_form(WIDTH * MM, HEIGHT * MM, self._shared(logo))

    def page(self, it: Holder) -> bytes:
        """One certificate, from the bottom left."""
        words = self._form.words
        person = [
            f"{label} {text}"
            for label, text in (
                (words.position, it.position),
                (words.organisation, it.organisation),
            )
            if text
        ]
        name_font = fonts.SERIF_BOLD
        parts = [
            self._common,
            self._text((it.name,), name_font, 40, 16, 84.5, 19.5, most=2, colour=_NAME, kept=False),
            self._text(tuple(person), fonts.SERIF, 15, 10, 104.5, 15.5, most=2),
            self._training(it),
            self._time_and_visit(it),
            self._number(it),
            self._line(it.place_and_date, fonts.SERIF_ITALIC, 13, _SIGNED, 161, _SIGNED_ROOM),
        ]
        return b"".join(parts)

    def _shared(self, logo: bytes) -> bytes:
        form, words = self._form, self._form.words
        top = 46.5 if form.parent else 43.5
        parts = [
            ornament.frame(WIDTH, HEIGHT),
            self._line(words.country, fonts.SERIF_BOLD, 13, _MIDDLE, 27, 190),
            self._line(words.motto, fonts.SERIF_BOLD, 13.5, _MIDDLE, 33, 190),
            self._rule(words.motto, 34.8),
            self._line(form.parent.upper(), fonts.SERIF, 11.5, _MIDDLE, 41.2, 190),
            self._text((form.issuer.upper(),), fonts.SERIF_BOLD, 12.5, 9, top - 4, 10, room=190),
            *self._kind(),
            self._line(words.certifies, fonts.SERIF_ITALIC, 14, _MIDDLE, 81.5, _ROOM),
            self._line(words.completed, fonts.SERIF_ITALIC, 14, _MIDDLE, 125.5, _ROOM),
        ]
        if form.logo is not None:
            left, from_top, side = _LOGO
            bottom = (HEIGHT - from_top - side) * MM
            parts.append(form.logo.placed(logo, left * MM, bottom, side * MM, side * MM))
        for at, line in enumerate(filter(None, form.signature)):
            parts.append(
                self._line(
                    line.upper(), fonts.SERIF_BOLD, 12.5, _SIGNED, 167 + 5.2 * at, _SIGNED_ROOM
                )
            )
        parts.append(self._line(form.signatory, fonts.SERIF_BOLD, 13, _SIGNED, 190, _SIGNED_ROOM))
        return b"".join(parts)

    def _kind(self) -> list[bytes]:
        words, red = self._form.words, ornament.RED
        base = 69.0 if words.kind_below else 71.0
        return [
            self._line(words.kind.upper(), fonts.SERIF_BOLD, 34, _MIDDLE, base, 220, red),
            self._line(words.kind_below, fonts.SERIF_ITALIC, 13, _MIDDLE, 75, 220, _SOFT),
        ]

    def _training(self, it: Holder) -> bytes:
        less = 3.5 if it.visited else 0.0
        if not it.title_below:
            return self._text((it.title,), fonts.SERIF_BOLD, 15, 8, 127.8, 20.5 - less, most=4)
        return self._text(
            (it.title,), fonts.SERIF_BOLD, 14, 7, 127.3, 12.5 - less / 2, most=3
        ) + self._text(
            (it.title_below,), fonts.SERIF_ITALIC, 12, 6.5, 140 - less / 2, 8.5 - less / 2, most=2
        )

    def _time_and_visit(self, it: Holder) -> bytes:
        if not it.visited:
            return self._text((it.when,), fonts.SERIF, 13, 10, 149, 6)
        return self._text((it.when, it.visited), fonts.SERIF, 12.5, 7, 144.8, 11.4)

    def _number(self, it: Holder) -> bytes:
        """The code with what is read beside it: register number, code, where to look it up."""
        words = self._form.words
        address = self._form.address
        rows = self._symbol(it.code)
        inside = _CODE * len(rows) / (len(rows) + 2 * qr.QUIET_ZONE)
        edge = (_CODE - inside) / 2
        parts = [
            b"0 g\n",
            qr.fill(
                rows,
                x=(_CODE_LEFT + edge) * MM,
                y=(HEIGHT - _CODE_TOP - _CODE + edge) * MM,
                size=inside * MM,
            ),
        ]
        left, y = _CODE_LEFT + _CODE + 1.5, _CODE_TOP + 6.5
        for text, font in (
            (f"{words.number} {it.number}", fonts.SERIF_BOLD),
            (f"{words.code} {qr.grouped(it.code)}", fonts.SERIF),
            (f"{words.verify} {address.rstrip('/')}", fonts.SERIF),
            (it.note, fonts.SERIF_ITALIC),
        ):
            if text:
                parts.append(self._line(text, font, 11, left, y, _BESIDE, align=0))
                y += 5.0
        return b"".join(parts)

    def _symbol(self, code: str) -> qr.Rows:
        self._codes += 1
        if self._codes <= _FEW:
            return _symbol(self._form.address + code)
        return series(self._form.address, len(code)).symbol(code)

    def _rule(self, below: str, y: float) -> bytes:
        half = fonts.width(below, fonts.SERIF_BOLD, 13.5) / 2
        at = (HEIGHT - y) * MM
        return b"0 G 0.7 w %.2f %.2f m %.2f %.2f l S\n" % (
            _MIDDLE * MM - half,
            at,
            _MIDDLE * MM + half,
            at,
        )

    def _line(
        self,
        text: str,
        font: str,
        size: float,
        x: float,
        y: float,
        room: float,
        colour: str = _TEXT,
        *,
        align: float = 0.5,
    ) -> bytes:
        """One line on a baseline, smaller if it must be; in the middle of x, or from it on."""
        if not text:
            return b""
        fitted = fitting.fit(text, font, room * MM, size, size * 0.6, 1)
        wide = fonts.width(fitted.lines[0], font, fitted.size) * fitted.stretch
        return b"BT %b rg %.2f Tz 1 0 0 1 %.2f %.2f Tm\n%b100 Tz ET\n" % (
            ornament.rgb(colour).encode(),
            100 * fitted.stretch,
            x * MM - align * wide,
            (HEIGHT - y) * MM,
            self._pages.show(fitted.lines[0], font, fitted.size),
        )

    def _text(
        self,
        texts: tuple[str, ...],
        font: str,
        size: float,
        smallest: float,
        top: float,
        height: float,
        *,
        most: int = 2,
        room: float = _ROOM,
        colour: str = _TEXT,
        kept: bool = True,
    ) -> bytes:
        """Texts below one another in a box (mm from the top), as large as fits, in its middle."""
        key = (texts, font, size, top, height)
        known = self._known.get(key)
        if known is not None:
            return known
        fitted = _fitted(texts, font, size, smallest, room * MM, height * MM, most)
        lines = [(line, it) for it in fitted for line in it.lines]
        used = sum(it.size for _, it in lines) * _LEADING
        y = (HEIGHT - top) * MM - (height * MM - used) / 2
        drawn = [b"BT %b rg\n" % ornament.rgb(colour).encode()]
        for line, it in lines:
            y -= it.size * _LEADING
            wide = fonts.width(line, font, it.size) * it.stretch
            drawn.append(
                b"%.2f Tz 1 0 0 1 %.2f %.2f Tm\n%b"
                % (
                    100 * it.stretch,
                    _MIDDLE * MM - wide / 2,
                    y + it.size * (_LEADING - 1) / 2 + it.size * 0.22,
                    self._pages.show(line, font, it.size),
                )
            )
        drawn.append(b"100 Tz ET\n")
        done = b"".join(drawn)
        if kept and len(self._known) < 4096:
            self._known[key] = done
        return done


@lru_cache(maxsize=_FEW)
def _symbol(text: str) -> qr.Rows:
    return qr.symbol(text)


def _fitted(
    texts: tuple[str, ...],
    font: str,
    size: float,
    smallest: float,
    width: float,
    height: float,
    most: int,
) -> list[fitting.Fitted]:
    """Each text in at most so many lines, all together no higher than the box (points).

    Of one text, the division is taken at which its letters are largest.
    """
    texts = tuple(filter(None, texts))
    if len(texts) != 1:
        return _below_one_another(texts, font, size, smallest, width, height, most)
    tries = [
        fitting.fit(texts[0], font, width, min(size, height / _LEADING / count), smallest, count)
        for count in range(1, most + 1)
        if count == 1 or height / _LEADING / count >= smallest
    ]
    fits = [it for it in tries if len(it.lines) * it.size * _LEADING <= height + 0.01]
    # Wide letters before narrow ones; of the same size the fewest lines.
    best = max(fits or tries, key=lambda it: (it.size * it.stretch, -len(it.lines)))
    return [best]


def _below_one_another(
    texts: tuple[str, ...],
    font: str,
    size: float,
    smallest: float,
    width: float,
    height: float,
    most: int,
) -> list[fitting.Fitted]:
    while True:
        fitted = [fitting.fit(it, font, width, size, min(size, smallest), most) for it in texts]
        used = sum(len(it.lines) * it.size * _LEADING for it in fitted)
        if used <= height or size <= 5:
            return fitted
        size -= 0.5
