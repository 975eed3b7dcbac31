"""The embedded typefaces: which has which glyph, how wide it is, and what stands in for it.

Be Vietnam Pro is for badges and passes; Tinos, whose letters are as wide as those of Times New
Roman, is for official papers (Nghị định 30/2020/NĐ-CP, phụ lục I). Both are embedded as subsets.
A font is read when it is first used, once in a process.

A character that a font lacks is taken from another, or drawn as the plain letters that it is a
variant of (`runs`). What none of that helps with is left out when it is a picture or a mark, and
is drawn as an empty box when it is a letter, so that nobody overlooks that a name is incomplete.
Letters that are written from right to left stand in the order in which they are read.
"""

import re
import struct
import threading
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Any, Literal, NamedTuple, cast
from xml.sax.saxutils import escape

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from eventapp.pdf.unhinted import unhinted

SANS = "BeVietnamPro-Regular"
SANS_MEDIUM = "BeVietnamPro-Medium"
SANS_SEMIBOLD = "BeVietnamPro-SemiBold"
SANS_BOLD = "BeVietnamPro-Bold"
SANS_ITALIC = "BeVietnamPro-Italic"
SANS_MEDIUM_ITALIC = "BeVietnamPro-MediumItalic"
SANS_SEMIBOLD_ITALIC = "BeVietnamPro-SemiBoldItalic"
SANS_BOLD_ITALIC = "BeVietnamPro-BoldItalic"
SERIF = "Tinos-Regular"
SERIF_BOLD = "Tinos-Bold"
SERIF_ITALIC = "Tinos-Italic"
SERIF_BOLD_ITALIC = "Tinos-BoldItalic"

# Where to look next, in this order. Tinos has Greek, Cyrillic and Hebrew; Be Vietnam Pro has not.
_FALLBACKS = {
    SANS: (SERIF,),
    SANS_MEDIUM: (SERIF_BOLD,),
    SANS_SEMIBOLD: (SERIF_BOLD,),
    SANS_BOLD: (SERIF_BOLD,),
    SANS_ITALIC: (SERIF_ITALIC, SERIF),
    SANS_MEDIUM_ITALIC: (SERIF_ITALIC, SERIF),
    SANS_SEMIBOLD_ITALIC: (SERIF_BOLD_ITALIC, SERIF_BOLD),
    SANS_BOLD_ITALIC: (SERIF_BOLD_ITALIC, SERIF_BOLD),
    SERIF: (SANS,),
    SERIF_BOLD: (SANS_BOLD,),
    SERIF_ITALIC: (SERIF, SANS_ITALIC),
    SERIF_BOLD_ITALIC: (SERIF_BOLD, SANS_BOLD),
}
ALL = tuple(_FALLBACKS)
"""Names of all fonts; they are the names of their files too."""

_STYLES: tuple[tuple[Literal[0, 1], Literal[0, 1]], ...] = ((0, 0), (0, 1), (1, 0), (1, 1))
_SUBSETS_KEPT = 32
_BOX = "\u25a1"
_SPACES = dict.fromkeys(map(ord, "\t\n\r\u00a0\u2002\u2003\u2009\u202f"), " ")

_reading = threading.RLock()


class Shape(NamedTuple):
    """Heights of a font, as parts of its size."""

    ascent: float
    descent: float  # below the baseline, positive
    cap_height: float


@cache
def font(name: str) -> TTFont:
    """The font of that name, registered with ReportLab. Raises KeyError for an unknown name."""
    if name not in _FALLBACKS:
        raise KeyError(name)
    with _reading:
        if name not in pdfmetrics.getRegisteredFontNames():
            with as_file(files(__package__) / "fonts" / f"{name}.ttf") as path:
                # Letters are placed one by one: composed Vietnamese letters need no shaping. What
                # is embedded are those that are used, not all of ASCII besides.
                loaded = TTFont(name, str(path), shapable=False, asciiReadable=False)
            _embed_lean(loaded)
            pdfmetrics.registerFont(loaded)
        return cast(TTFont, pdfmetrics.getFont(name))


def _embed_lean(loaded: TTFont) -> None:
    """Embed subsets without instructions; a file after another often needs the same one."""
    face: Any = loaded.face
    subset_of = face.makeSubset
    lean = lru_cache(maxsize=_SUBSETS_KEPT)(lambda codes: unhinted(subset_of(list(codes))))
    face.makeSubset = lambda codes: lean(tuple(codes))


@cache
def register_families() -> None:
    """Let bold and italic in the markup of paragraphs find their fonts. Reads all the fonts."""
    for name in ALL:
        font(name)
    for family, faces in (
        (SERIF, (SERIF, SERIF_ITALIC, SERIF_BOLD, SERIF_BOLD_ITALIC)),
        (SANS, (SANS, SANS_ITALIC, SANS_BOLD, SANS_BOLD_ITALIC)),
    ):
        for (bold, italic), face in zip(_STYLES, faces, strict=True):
            addMapping(family, bold, italic, face)


@cache
def shape(name: str) -> Shape:
    """The heights of a font, for placing lines."""
    face = font(name).face
    return Shape(face.ascent / 1000, -face.descent / 1000, face.capHeight / 1000)


@cache
def _widths(name: str) -> Mapping[int, float]:
    """Width of each character that the font has, as a part of the size of type.

    Marks that steer other programs (right to left, joiners) are none, though Tinos has signs for
    them.
    """
    face = font(name).face
    return {
        code: face.charWidths.get(code, face.defaultWidth) / 1000
        for code in face.charToGlyph
        if unicodedata.category(chr(code))[0] != "C"
    }


@cache
def characters(name: str) -> frozenset[str]:
    """The characters that a font has."""
    return frozenset(map(chr, _widths(name)))


def clean(text: str) -> str:
    """Text as it can be drawn: composed letters, every space a plain one."""
    return unicodedata.normalize("NFC", text.translate(_SPACES))


@lru_cache(maxsize=4096)
def runs(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """The text in pieces as (font, piece), each drawable in its font; see the module.

    Of the spaces around what is left out, one is left out too.
    """
    text = clean(text)
    glyphs = _widths(name)
    if all(map(glyphs.__contains__, map(ord, text))):
        return ((name, text),) if text else ()
    pieces: list[tuple[str, str]] = []
    is_gap = False
    for char in _as_read(text):
        found = _place(char, name)
        if found is None:
            is_gap = is_gap or not pieces or pieces[-1][1].endswith(" ")
            continue
        if is_gap and char == " ":
            continue
        is_gap = False
        if pieces and pieces[-1][0] == found[0]:
            pieces[-1] = (found[0], pieces[-1][1] + found[1])
        else:
            pieces.append(found)
    return tuple(pieces)


@lru_cache(maxsize=4096)
def _place(char: str, name: str) -> tuple[str, str] | None:
    """Which font draws a character and as what; None when it is left out."""
    if not _is_seen(char):
        return None
    faces = (name, *_FALLBACKS[name])
    for shown in (char, *_plainer(char)):
        for face in faces:
            if all(ord(it) in _widths(face) for it in shown):
                return face, shown
    return (SERIF, _BOX) if unicodedata.category(char)[0] in "LN" else None


def _is_seen(char: str) -> bool:
    """Whether a character is to be seen at all: no control, and no mark of direction or variant."""
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs") and not _VARIANT.match(char)


def _plainer(char: str) -> list[str]:
    """What may be drawn in place of a character: that of which it is a variant (𝐍 is N, ﬁ is fi),
    else its letter without the marks that no font has."""
    plain = unicodedata.normalize("NFKC", char)
    letters = "".join(
        it for it in unicodedata.normalize("NFKD", char) if not unicodedata.combining(it)
    )
    return [it for it in dict.fromkeys((plain, letters)) if it.strip() and it != char]


_VARIANT = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FROM_THE_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def _as_read(text: str) -> str:
    """The characters from left to right as they stand on paper.

    Of the bidirectional algorithm (Unicode, annex 9) only what a name needs: words from right to
    left change their order, each with its marks; numbers in them stay as they are.
    """
    if not _FROM_THE_RIGHT.search(text):
        return text
    clusters: list[str] = []
    for char in text:
        is_further_digit = char.isdigit() and clusters and clusters[-1][-1].isdigit()
        if clusters and (unicodedata.combining(char) or is_further_digit):
            clusters[-1] += char
        else:
            clusters.append(char)
    turned: list[str] = []
    at = 0
    while at < len(clusters):
        end = last = at
        while end < len(clusters) and unicodedata.bidirectional(clusters[end][0]) != "L":
            end += 1
            if _FROM_THE_RIGHT.match(clusters[end - 1]):
                last = end
        if _FROM_THE_RIGHT.match(clusters[at]):
            turned += [_MIRRORED.get(it, it) for it in reversed(clusters[at:last])]
            at = last
        else:
            turned.append(clusters[at])
            at += 1
    return "".join(turned)


_MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))


def missing(text: str, name: str) -> str:
    """The characters that are drawn as a box or left out, each once, in order."""
    found = dict.fromkeys(char for char in clean(text) if _is_seen(char))
    return "".join(it for it in found if (_place(it, name) or (SERIF, _BOX))[1] == _BOX != it)


@lru_cache(maxsize=4096)
def strange(text: str, name: str) -> str:
    """The characters that the font itself lacks, each once, in order: something stands in for
    them, or they are missing."""
    glyphs = _widths(name)
    found = dict.fromkeys(clean(text))
    return "".join(it for it in found if ord(it) not in glyphs and _is_seen(it))


@lru_cache(maxsize=16384)
def em_width(text: str, name: str) -> float:
    """Width of a text in ems: times the size of type, it is points."""
    widths = _widths(name)
    if not unicodedata.is_normalized("NFC", text):
        text = clean(text)  # as it is drawn: W and an acute are two signs, Ẃ is one of another font
    try:
        return sum(map(widths.__getitem__, map(ord, text)))
    except KeyError:
        return sum(
            sum(map(_widths(face).__getitem__, map(ord, piece))) for face, piece in runs(text, name)
        )


@cache
def _inks(name: str) -> Mapping[int, tuple[float, float]]:
    """How far each character reaches above and below the baseline, as parts of the size."""
    face = font(name).face
    start, places = face.get_table_pos("glyf")[0], face.glyphPos
    found = {}
    for code, glyph in face.charToGlyph.items():
        begin, end = places[glyph], places[glyph + 1]
        # A glyph begins with the number of its contours and its bounds; a space has none.
        header = cast(Any, face)._ttf_data[start + begin : start + begin + 10]
        low, high = struct.unpack(">4xh2xh", header) if end > begin else (0, 0)
        found[code] = high / face.unitsPerEm, -low / face.unitsPerEm
    return found


@lru_cache(maxsize=16384)
def ink(text: str, name: str) -> tuple[float, float]:
    """How far a text reaches above and below its baseline: times the size of type, points."""
    above = below = 0.0
    for face, piece in runs(text, name):
        heights = _inks(face)
        for char in set(piece):
            high, low = heights[ord(char)]
            above, below = max(above, high), max(below, low)
    return above, below


def width(text: str, name: str, size: float) -> float:
    """Width of a text in points."""
    return em_width(text, name) * size


def markup(text: str, name: str) -> str:
    """A text for a platypus Paragraph in that font: escaped, with stand-ins for what it lacks.

    Line ends become ``<br/>``.
    """
    return "<br/>".join(
        "".join(
            escape(piece) if face == name else f'<font face="{face}">{escape(piece)}</font>'
            for face, piece in runs(line, name)
        )
        for line in text.strip().splitlines()
    )
