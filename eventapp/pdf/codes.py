"""Which byte of which part of a font stands for a character: the same in every file.

PDF's simple fonts hold 256 characters each, so a font is embedded in parts. ReportLab gives out the
bytes as characters come; here they are settled beforehand, by the font alone. So pages that
different processes write fit into one file, and a text is turned into bytes once for all files.
Only the characters that are used are embedded.
"""

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import SUBSETN

from eventapp.pdf import fonts

if TYPE_CHECKING:
    from eventapp.pdf.stream import StreamedDocument

_LETTERS = "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_SIGNS = "–—…·•°“”‘’«»₫€№§×±"
# Whatever needs no escaping in a string of PDF; the first part keeps ASCII where it is.
_FREE = tuple(code for code in range(1, 256) if code not in b"\n\r ()\\")
_ENDS_STRING = ((b"\\", b"\\\\"), (b"(", b"\\("), (b")", b"\\)"))

_MOST_PAIRS = 100

Used = dict[str, set[str]]
"""The characters of each font that a file shows."""


def show(text: str, font: str, size: float, used: Used) -> bytes:
    """Operators that show one line at the text position; between BT and ET, in points."""
    shown = b""
    for face, piece in fonts.runs(text, font):
        used.setdefault(face, set()).update(piece)
        number, places = fonts.ALL.index(face), _places(face)
        coded = [places[char] for char in piece]
        if max(coded) < 256:
            shown += _shown(number, 0, size, bytes(coded))
            continue
        for part, run in groupby(coded, key=lambda place: place >> 8):
            shown += _shown(number, part, size, bytes([place & 0xFF for place in run]))
    return shown


def _shown(number: int, part: int, size: float, codes: bytes) -> bytes:
    if not part:
        for char, escaped in _ENDS_STRING:
            if char in codes:
                codes = codes.replace(char, escaped)
    return b"/F%d+%d %.4g Tf (%b) Tj\n" % (number, part, size, codes)


@cache
def _places(font: str) -> Mapping[str, int]:
    """For each character of a font the number of its part and, in the lowest 8 bits, its byte."""
    has = fonts.characters(font)
    places = {char: ord(char) for char in map(chr, range(0x20, 0x7F)) if char in has}
    common = (char for char in f"{_LETTERS}{_LETTERS.upper()}{_SIGNS}" if char in has)
    waiting = [char for char in dict.fromkeys((*common, *sorted(has))) if char not in places]
    part = 0
    while waiting:
        free = [code for code in _FREE if part or not 0x20 <= code <= 0x7F]
        for code, char in zip(free, waiting, strict=False):
            places[char] = part << 8 | code
        waiting = waiting[len(free) :]
        part += 1
    return places


def add_fonts(document: "StreamedDocument", used: Used) -> None:
    """Register with the document the fonts that show these characters."""
    embedded = cast(Any, document.idToObject[pdfdoc.BasicFonts]).dict
    for number, font in enumerate(fonts.ALL):
        parts: dict[int, dict[int, int]] = {}
        for char in used.get(font, ()):
            place = _places(font)[char]
            parts.setdefault(place >> 8, {})[place & 0xFF] = ord(char)
        for part, codes in sorted(parts.items()):
            characters = [codes.get(code, 0) for code in range(max(codes) + 1)]
            embedded[f"F{number}+{part}"] = _font(document, font, part, characters)


def _font(
    document: "StreamedDocument", name: str, part: int, characters: list[int]
) -> pdfdoc.PDFObjectReference:
    """One part, described as ReportLab's TTFont.addObjects does."""
    face = cast(Any, fonts.font(name).face)
    base = (SUBSETN(part) + b"+" + face.name + face.subfontNameX).decode("ascii")
    meaning = pdfdoc.PDFStream(content=_to_unicode(base, characters), filters=[pdfdoc.PDFZCompress])
    return document.refer(
        pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("TrueType"),
                "BaseFont": pdfdoc.PDFName(base),
                "FirstChar": 0,
                "LastChar": len(characters) - 1,
                "Widths": pdfdoc.PDFArray([face.getCharWidth(code) for code in characters]),
                "ToUnicode": document.refer(meaning),
                "FontDescriptor": face.addSubsetObjects(document, base, characters),
            }
        )
    )


def _to_unicode(name: str, characters: list[int]) -> str:
    """What the bytes of one part mean, for copying (ISO 32000-1, 9.10.3)."""
    pairs = [f"<{code:02X}> <{char:04X}>" for code, char in enumerate(characters) if char]
    blocks = (pairs[at : at + _MOST_PAIRS] for at in range(0, len(pairs), _MOST_PAIRS))
    lines = (
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo <</Registry ({name}) /Ordering ({name}) /Supplement 0>> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
        *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
        "endcmap",
        "CMapName currentdict /CMap defineresource pop",
        "end",
        "end",
    )
    return "\n".join(lines)
