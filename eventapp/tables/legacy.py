"""Vietnamese text of the time before Unicode: TCVN3 (ABC) and VNI, as Unicode.

Both put Vietnamese letters on codes that Western European text (Windows-1252) has for others, and
relied on their fonts. Such text in a file of today reads "NguyÔn V¨n An" or "Nguyeãn Vaên An".

* TCVN3 is the third set of TCVN 5712:1993 (ISO-IR 180, VN3), one byte a letter. It has no
  capitals with tones: fonts whose names end in H show the small letters' codes as capitals.
* VNI is the encoding of the VNI-Windows fonts (VNI Software Company): a letter, then a code for
  its shape and tone together; i, y with the tone nặng, đ, ơ and ư have codes of their own.
"""

import re
import unicodedata
from collections.abc import Callable

from eventapp.tables.syllables import is_syllable
from eventapp.tables.table import Encoding

_TCVN3 = {
    **dict(zip(range(0xA1, 0xAF), "ĂÂÊÔƠƯĐăâêôơưđ", strict=True)),
    **dict(zip(range(0xB5, 0xBA), "àảãáạ", strict=True)),
    **dict(zip(range(0xBB, 0xBF), "ằẳẵắ", strict=True)),
    **dict(zip(range(0xC6, 0xCD), "ặầẩẫấậè", strict=True)),
    **dict(zip(range(0xCE, 0xD9), "ẻẽéẹềểễếệìỉ", strict=True)),
    **dict(zip(range(0xDC, 0xE0), "ĩíịò", strict=True)),
    **dict(zip(range(0xE1, 0xF0), "ỏõóọồổỗốộờởỡớợù", strict=True)),
    **dict(zip(range(0xF1, 0xFF), "ủũúụừửữứựỳỷỹýỵ", strict=True)),
}

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_HAT, _BREVE = "\u0302", "\u0306"
# What a code adds to the letter before it, and to which letters.
_VNI_MARKS = {
    **{
        code: (mark, "aeouyôö")
        for code, mark in {"ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE}.items()
    },
    "ï": (_DOT, "aeouôö"),
    **{
        code: (_HAT + mark, "aeo")
        for code, mark in {
            "â": "", "á": _ACUTE, "à": _GRAVE, "å": _HOOK, "ã": _TILDE, "ä": _DOT,
        }.items()
    },
    **{
        code: (_BREVE + mark, "a")
        for code, mark in {
            "ê": "", "é": _ACUTE, "è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT,
        }.items()
    },
}  # fmt: skip
_VNI_LETTERS = {
    "ñ": "đ", "ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ",
}  # fmt: skip


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_LETTERS)
    for code, (marks, letters) in _VNI_MARKS.items():
        for letter in letters:
            base = _VNI_LETTERS.get(letter, letter)
            table[letter + code] = unicodedata.normalize("NFC", base + marks)
    for pair, letter in list(table.items()):
        # A capital takes the capital mark, but people mixed them.
        table[pair.upper()] = letter.upper()
        table[pair[0].upper() + pair[1:]] = letter.upper()
    return table


_VNI = _vni_table()
_VNI_UNIT = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """Text whose TCVN3 codes were taken for Windows-1252; what TCVN3 does not have stays."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Text whose VNI codes were taken for Windows-1252; what VNI does not have stays."""
    return _VNI_UNIT.sub(lambda unit: _VNI[unit[0]], text)


CONVERTERS: dict[Encoding, Callable[[str], str]] = {
    Encoding.TCVN3: from_tcvn3,
    Encoding.VNI: from_vni,
}

_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+")


def settle_capitals(text: str) -> str:
    """Text from TCVN3 with the small letters in words of capitals made capitals: NGUYễN.

    A word counts with two plain capitals, or any word where the whole text has four; a text that
    has small plain letters is judged word by word.
    """
    plain = [char for char in text if char.isascii() and char.isalpha()]
    if len(plain) >= 4 and all(map(str.isupper, plain)):
        return text.upper()

    def settle(found: re.Match[str]) -> str:
        ascii_letters = [char for char in found[0] if char.isascii()]
        capital = len(ascii_letters) >= 2 and all(map(str.isupper, ascii_letters))
        return found[0].upper() if capital else found[0]

    return _LETTERS.sub(settle, text)


def marked_words(text: str) -> list[str]:
    """The words that tell encodings apart: two characters or more, one of them not ASCII."""
    return [word for word in _WORD.findall(text) if len(word) > 1 and not word.isascii()]


def is_vietnamese(word: str) -> bool:
    """Whether a marked word is made of Vietnamese syllables: Nguyễn, (Sở), Trần-Lê."""
    parts = _LETTERS.findall(word)
    rest = _LETTERS.sub("", word)
    return (
        bool(parts)
        and not any(char > "\x7f" and char not in "‘’“”–—…" for char in rest)
        and all(is_syllable(part) for part in parts if not part.isascii())
        and any(not part.isascii() for part in parts)
    )
