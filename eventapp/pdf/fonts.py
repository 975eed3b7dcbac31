"""The embedded typefaces: which has which glyph, how wide it is, and what stands in for it.

Be Vietnam Pro is for badges and passes; Tinos, whose letters are as wide as those of Times New
Roman, is for official papers (Nghị định 30/2020/NĐ-CP, phụ lục I). Both are embedded as subsets.
A font is read when it is first used, once in a process.

A character that a font lacks is taken from another (`runs`); one that none of them has is left
out when it is a picture or a mark, and is drawn as an empty box when it is a letter, so that
nobody overlooks that a name is incomplete.
"""

import threading
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Literal, NamedTuple, cast
from xml.sax.saxutils import escape

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS = "BeVietnamPro-Regular"
SANS_MEDIUM = "BeVietnamPro-Medium"
SANS_SEMIBOLD = "BeVietnamPro-SemiBold"
SANS_BOLD = "BeVietnamPro-Bold"
SANS_ITALIC = "BeVietnamPro-Italic"
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
    SERIF: (SANS,),
    SERIF_BOLD: (SANS_BOLD,),
    SERIF_ITALIC: (SERIF, SANS_ITALIC),
    SERIF_BOLD_ITALIC: (SERIF_BOLD, SANS_BOLD),
}
ALL = tuple(_FALLBACKS)
"""Names of all fonts; they are the names of their files too."""

_STYLES: tuple[tuple[Literal[0, 1], Literal[0, 1]], ...] = ((0, 0), (0, 1), (1, 0), (1, 1))
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
                # Letters are placed one by one: composed Vietnamese letters need no shaping.
                pdfmetrics.registerFont(TTFont(name, str(path), shapable=False))
        return cast(TTFont, pdfmetrics.getFont(name))


@cache
def register_families() -> None:
    """Let bold and italic in the markup of paragraphs find their fonts. Reads all the fonts."""
    for name in ALL:
        font(name)
    for family, faces in (
        (SERIF, (SERIF, SERIF_ITALIC, SERIF_BOLD, SERIF_BOLD_ITALIC)),
        (SANS, (SANS, SANS_ITALIC, SANS_BOLD, SANS_BOLD)),
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
    """Width of each character that the font has, as a part of the size of type."""
    face = font(name).face
    return {code: face.charWidths.get(code, face.defaultWidth) / 1000 for code in face.charToGlyph}


@cache
def characters(name: str) -> frozenset[str]:
    """The characters that a font has."""
    return frozenset(map(chr, _widths(name)))


def clean(text: str) -> str:
    """Text as it can be drawn: composed letters, every space a plain one."""
    return unicodedata.normalize("NFC", text.translate(_SPACES))


@lru_cache(maxsize=4096)
def runs(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """The text in pieces as (font, piece), each drawable in its font; see the module."""
    text = clean(text)
    glyphs = _widths(name)
    if all(map(glyphs.__contains__, map(ord, text))):
        return ((name, text),) if text else ()
    pieces: list[tuple[str, str]] = []
    for char in text:
        found = _place(char, name)
        if found is None:
            continue
        if pieces and pieces[-1][0] == found[0]:
            pieces[-1] = (found[0], pieces[-1][1] + found[1])
        else:
            pieces.append(found)
    return tuple(pieces)


@lru_cache(maxsize=4096)
def _place(char: str, name: str) -> tuple[str, str] | None:
    """Which font draws a character and as what; None when it is left out."""
    if unicodedata.category(char)[0] == "C":
        return None
    for candidate in (name, *_FALLBACKS[name]):
        if ord(char) in _widths(candidate):
            return candidate, char
    return (SERIF, _BOX) if unicodedata.category(char)[0] in "LN" else None


def missing(text: str, name: str) -> str:
    """The characters that neither the font nor a stand-in has, each once, in order."""
    faces = (name, *_FALLBACKS[name])
    return "".join(
        dict.fromkeys(
            char
            for char in clean(text)
            if unicodedata.category(char)[0] != "C"
            and not any(ord(char) in _widths(face) for face in faces)
        )
    )


@lru_cache(maxsize=16384)
def em_width(text: str, name: str) -> float:
    """Width of a text in ems: times the size of type, it is points."""
    widths = _widths(name)
    try:
        return sum(map(widths.__getitem__, map(ord, text)))
    except KeyError:
        return sum(
            sum(map(_widths(face).__getitem__, map(ord, piece))) for face, piece in runs(text, name)
        )


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
