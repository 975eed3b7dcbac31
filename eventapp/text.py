"""Vietnamese text: cleaning what people type, searching without marks, and Vietnamese order.

Pure functions on strings; nothing here knows a database. What they return is made to be stored
beside the text: `fold` in a search column, `sort_key` and `collate` in columns that SQLite
(``BINARY``) and PostgreSQL (``COLLATE "C"``) order by code point, which the databases' own
Vietnamese collations, where there are any, do not do alike.

Order follows the rules of the Vietnam Lexicography Centre (Vũ Xuân Lương, "Quy tắc sắp xếp
ABC"), and its letters and tones agree with Unicode CLDR's ``vi`` collation:

* letters: a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z;
* then tones: ngang, huyền, hỏi, ngã, sắc, nặng;
* syllable by syllable: letters of the first syllable, its tone, letters of the second, and so on,
  so that everyone called Hoa comes before everyone called Hòa (CLDR instead leaves all tones to
  the very end, which would mix the two);
* lower case before upper case, when nothing else differs.
"""

import re
import unicodedata
from functools import lru_cache

SORT_KEY_LENGTH = 400
"""No sort key is longer; beyond it, only very long texts in other scripts are cut."""

MAX_SEARCH_TERMS = 12
"""Further words of a query are ignored; no name or office needs more to be found."""

# --- Cleaning -----------------------------------------------------------------------------------

# White space, and the letters and symbols that only look like it.
_SPACES = re.compile("[\\s\u115f\u1160\u2800\u3164\uffa0]+")
# Never seen and never meant: controls, bidi marks, zero-width characters, lone surrogates.
# Group 1 spares tag sequences (the flags of Scotland and Wales); a zero-width joiner stays
# between two emoji, where it makes one picture of them.
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007f]+)"
    "|[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u070f\u180b-\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
    f"|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"
)
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
# A tone typed before the hat or the breve: NFC cannot join these.
_TONE_BEFORE_SHAPE = re.compile("([AEOaeo])([\u0300\u0301\u0303\u0309])([\u0302\u0306])")


def clean(text: str) -> str:
    """One line of text as it should be stored: what was typed, without what cannot be seen.

    NFC; every run of spaces (no-break, tab, ideographic, line end) is one plain space, none at
    the ends; control, bidi and zero-width characters are gone. Letters, case, punctuation and
    emoji stay as they are. Idempotent.
    """
    spaced = _SPACES.sub(" ", text)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub(r"\1", spaced))
    if "\u0302" in text or "\u0306" in text:
        decomposed = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", _TONE_BEFORE_SHAPE.sub(r"\1\3\2", decomposed))
    return _SPACES.sub(" ", text).strip()


def clean_lines(text: str) -> str:
    """Several lines, each as `clean` leaves it, joined by ``\\n``.

    Every kind of line end counts; at most one empty line in a row, none at either end.
    """
    joined = "\n".join(clean(line) for line in _LINE_ENDS.split(text))
    return re.sub("\n{3,}", "\n\n", joined).strip("\n")


# --- Searching ----------------------------------------------------------------------------------

# Apostrophes as they are typed, pasted and autocorrected; deleted, so H'Hen is one word.
_APOSTROPHES = dict.fromkeys(
    map(ord, "'`\u00b4\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201b\u2032\uff07")
)
# Letters that Unicode does not decompose. Eth and the African D are often typed for đ, whose
# capital looks the same; barred b is Bahnar and Ê-đê.
_LOOKALIKES = str.maketrans(
    {"ð": "đ", "ɖ": "đ", "ƀ": "b", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"}
)
_TO_ASCII = _LOOKALIKES | str.maketrans("đðɖ", "ddd")
_MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The form that is searched: ``"Nguyễn Đình  Đức"`` → ``"nguyen dinh duc"``.

    * lower case; tone marks, hats, horns, breves and foreign accents removed; đ → d;
    * apostrophes of every kind are deleted: H'Hen, H’Hen and HHen are all ``hhen``;
    * hyphens and all other punctuation and symbols are a space: Trần-Lê is ``tran le``,
      TT&TT is ``tt tt``, an emoji leaves nothing;
    * one space between words, none at the ends. No ``%`` or ``_`` is left, so a folded query
      can stand in a LIKE pattern as it is.

    Idempotent, and the same for NFC and NFD.
    """
    text = unicodedata.normalize("NFKD", clean(text).translate(_APOSTROPHES)).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    text = text.translate(_APOSTROPHES).translate(_TO_ASCII)
    return unicodedata.normalize("NFC", _NOT_WORD.sub(" ", text).strip())


def search_terms(query: str) -> tuple[str, ...]:
    """The words of a query, folded, each once, in the order typed; empty for an empty query.

    At most `MAX_SEARCH_TERMS`.
    """
    return tuple(dict.fromkeys(fold(query).split()))[:MAX_SEARCH_TERMS]


def matches(folded: str, terms: tuple[str, ...]) -> bool:
    """Whether every term begins some word of `folded` (made by `fold`), in any order.

    The same question in SQL: ``' ' || folded LIKE '% ' || term || '%'`` for each term.
    """
    words = f" {folded}"
    return all(f" {term}" in words for term in terms)


# --- Parts of a name ----------------------------------------------------------------------------

_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[(\[].*$")


def split_name(full: str) -> tuple[str, str, str]:
    """A full name as (family, middle, given), by the order of Vietnamese names.

    The last word is the given name, the first the family name, what lies between is the middle
    name; a single word is the given name. Words are divided by spaces only, so Trần-Lê is one.
    Notes in parentheses or brackets ("(Phó GĐ)") and words without a letter or digit (emoji) are
    no part of the name. Lists go by the last word whoever the person is, so Y Krông Niê Kđăm is
    under Kđăm although that is his clan.
    """
    return _split(clean(full))


def _split(name: str) -> tuple[str, str, str]:
    words = [word for word in _NOTE.sub(" ", name).split() if any(map(str.isalnum, word))]
    if not words:
        return "", "", ""
    if len(words) == 1:
        return "", "", words[0]
    return words[0], " ".join(words[1:-1]), words[-1]


# --- Vietnamese order ---------------------------------------------------------------------------

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_VOWELS = "aăâeêioôơuưy"
# Combining marks in the order of the tones: huyền, hỏi, ngã, sắc, nặng.
_TONE_MARKS = "\u0300\u0309\u0303\u0301\u0323"
# What ends a syllable in a key: the tone, below digits and letters, so a shorter word is first.
_TONE_CODES = "*+,-./"
_LETTER_CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"

# Each letter, with or without a tone, both cases: (letter, number of the tone).
_LETTERS: dict[str, tuple[str, int]] = {letter: (letter, 0) for letter in _ALPHABET}
_LETTERS |= {
    unicodedata.normalize("NFC", vowel + mark): (vowel, tone)
    for vowel in _VOWELS
    for tone, mark in enumerate(_TONE_MARKS, 1)
}
_LETTERS |= {key.upper(): (letter.upper(), tone) for key, (letter, tone) in _LETTERS.items()}
_CODES = dict(zip(_ALPHABET, _LETTER_CODES, strict=True))

_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
_PIECE = re.compile(r"\d+|\D")


def sort_key(name: str) -> str:
    """Key of a person's name: by given name, then family, then middle name; see the module.

    Printable ASCII, about as long as the name, never over `SORT_KEY_LENGTH`; compare by code
    point. A note in parentheses comes after the name, the case of the letters last. Old and new
    tone placement (Hòa, Hoà) give the same key, as do NFC and NFD; a name without any letter or
    digit gives the empty key, first of all.
    """
    name = clean(name)
    family, middle, given = _split(name)
    if not given:
        return collate(name)
    note = " ".join(_NOTE.findall(name))
    return _join(given, family, middle, note)


def collate(text: str) -> str:
    """Key of a phrase (an office, a province, a room), from left to right; see the module.

    Punctuation does not count, and numbers go by size: "Xe 2" before "Xe 10". Same form and
    limits as `sort_key`; do not mix the two in one list.
    """
    return _join(clean(text))


def _join(*fields: str) -> str:
    """The fields' keys, each closed by a space (the lowest character), then each word's case."""
    keys: list[str] = []
    cases: list[str] = []
    for field in fields:
        for word in _WORD.findall(field.translate(_APOSTROPHES)):
            key, case = _word_key(word)
            keys.append(key)
            cases.append(case)
        keys.append(" ")
    return ("".join(keys) + "".join(cases))[:SORT_KEY_LENGTH] if cases else ""


@lru_cache(maxsize=16384)
def _word_key(word: str) -> tuple[str, str]:
    """The key of one word (letters, then its tone) and a digit for its case.

    The tone belongs to the syllable, wherever it is written: that makes Hòa and Hoà equal.
    """
    codes: list[str] = []
    tone = 0
    for piece in _PIECE.findall(word.lower().translate(_LOOKALIKES)):
        if piece[0].isdecimal():
            digits = "".join(str(unicodedata.decimal(digit)) for digit in piece).lstrip("0")
            # The number of digits first: then 9 comes before 10.
            codes.append(f"{min(len(digits), 9)}{digits}")
            continue
        letter, its_tone = _LETTERS.get(piece, ("", 0))
        if letter:
            codes.append(_CODES[letter])
            tone = its_tone or tone
            continue
        for part in unicodedata.normalize("NFKD", piece).lower():
            if part in _TONE_MARKS:
                tone = _TONE_MARKS.index(part) + 1
            elif not unicodedata.combining(part):
                codes.append(_CODES.get(part) or f"~{ord(part):05x}")
    if word.islower():
        case = "0"
    elif word[0].isupper() and not any(map(str.isupper, word[1:])):
        case = "1"
    else:
        case = "3" if word.isupper() else "2"
    return "".join(codes) + _TONE_CODES[tone], case


# --- Where the tone mark stands -----------------------------------------------------------------

_SYLLABLE = re.compile(
    "(ngh|ng|nh|gh|kh|ch|ph|th|tr|gi(?=[aăâeêioôơuưy])|qu(?=[aăâeêioôơuưy])|[bcdđghklmnprstvx]?)"
    "([aăâeêioôơuưy]{1,3})"
    "(ch|ng|nh|[cmnpt]?)"
)
_WITH_TONE = {pair: char for char, pair in _LETTERS.items()}
_LETTER_RUN = re.compile(r"[^\W\d_]+")


def canonical_tone_placement(text: str) -> str:
    """Text with each tone mark where the older spelling has it: Hoà → Hòa, Thuý → Thúy, Qúy → Quý.

    That is the spelling of official papers (CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM). Only words that
    are one Vietnamese syllable with one tone mark change; everything else stays. Meant for
    comparing names, not for correcting how people write their own. Returns NFC; idempotent.
    """
    return _LETTER_RUN.sub(lambda found: _place_tone(found[0]), clean(text))


@lru_cache(maxsize=16384)
def _place_tone(word: str) -> str:
    pairs = [_LETTERS.get(char, (char, 0)) for char in word]
    tones = [tone for _, tone in pairs if tone]
    letters = [letter for letter, _ in pairs]
    syllable = _SYLLABLE.fullmatch("".join(letters).lower()) if len(tones) == 1 else None
    if syllable is None:
        return word
    start, end = syllable.span(2)
    shaped = [at for at in range(start, end) if letters[at].lower() in "ăâêôơư"]
    if shaped:
        place = shaped[-1]
    elif syllable[3]:
        place = end - 1
    else:
        # hòa, thúy: the first of two; ngoài, khuỷu: the middle of three.
        place = start + (end - start - 1) // 2
    letters[place] = _WITH_TONE[letters[place], tones[0]]
    return "".join(letters)
