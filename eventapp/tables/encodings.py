"""Which encoding text is in, guessed by what would be Vietnamese.

For bytes: Unicode if they can be; otherwise, of the encodings that offices used, the one in which
most marked words are Vietnamese syllables. For cells that are Unicode already: whether they are
TCVN3 or VNI that a program took for Western European. Correct Unicode is never changed, and plain
ASCII never guessed at.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from eventapp.tables.legacy import (
    CONVERTERS,
    from_tcvn3,
    from_vni,
    is_vietnamese,
    marked_words,
    settle_capitals,
)
from eventapp.tables.table import Encoding, Places, address

_SHARE = 0.7
"""So many of the marked words must be Vietnamese for a guess to be believed."""
_WORDS = 2_000
"""Different words that are looked at."""
_LONGEST = 100
_SAMPLE = 4_096

# --- Bytes --------------------------------------------------------------------------------------


def _windows(data: bytes) -> str:
    return data.decode("cp1252", "replace")


_DECODERS: dict[Encoding, Callable[[bytes], str]] = {
    Encoding.UTF_8: lambda data: data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"),
    Encoding.UTF_16_LE: lambda data: data.removeprefix(codecs.BOM_UTF16_LE).decode(
        "utf-16-le", "replace"
    ),
    Encoding.UTF_16_BE: lambda data: data.removeprefix(codecs.BOM_UTF16_BE).decode(
        "utf-16-be", "replace"
    ),
    # Tones are combining marks of their own.
    Encoding.WINDOWS_1258: lambda data: unicodedata.normalize(
        "NFC", data.decode("cp1258", "replace")
    ),
    Encoding.WINDOWS_1252: _windows,
    Encoding.TCVN3: lambda data: from_tcvn3(_windows(data)),
    Encoding.VNI: lambda data: from_vni(_windows(data)),
}
_OF_ONE_BYTE = (Encoding.TCVN3, Encoding.WINDOWS_1258, Encoding.VNI)
UNICODE = frozenset({Encoding.UTF_8, Encoding.UTF_16_LE, Encoding.UTF_16_BE})


def decode(data: bytes, encoding: Encoding | None = None) -> tuple[str, Encoding]:
    """The text and its encoding: the one given, or guessed. What cannot be decoded is U+FFFD.

    TCVN3 and VNI come as the Windows-1252 they look like: `convert_cells` does the rest.
    """
    guessed = guess(data)
    if encoding is None:
        encoding = guessed
    elif encoding in CONVERTERS and guessed in UNICODE:
        return _DECODERS[guessed](data), encoding
    decoder = _windows if encoding in CONVERTERS else _DECODERS[encoding]
    return decoder(data), encoding


def guess(data: bytes) -> Encoding:
    """The encoding that bytes of text are most likely in; Windows-1252 when none is likely."""
    if data.startswith(codecs.BOM_UTF8):
        return Encoding.UTF_8
    if data.startswith(codecs.BOM_UTF16_LE):
        return Encoding.UTF_16_LE
    if data.startswith(codecs.BOM_UTF16_BE):
        return Encoding.UTF_16_BE
    if (wide := _wide(data[:_SAMPLE])) is not None:
        return wide
    if _is_utf_8(data):
        return Encoding.UTF_8
    words = _marked_words(data)
    scores = {encoding: _share(words, _DECODERS[encoding]) for encoding in _OF_ONE_BYTE}
    best = max(_OF_ONE_BYTE, key=scores.__getitem__)
    return best if scores[best] >= _SHARE else Encoding.WINDOWS_1252


def _wide(sample: bytes) -> Encoding | None:
    """UTF-16 without a mark: every space and Latin letter has a zero byte on the same side."""
    pairs = len(sample) // 2
    low, high = sample[1::2].count(0), sample[0::2].count(0)
    if not pairs or max(low, high) < 0.2 * pairs or min(low, high) > 0.02 * pairs:
        return None
    return Encoding.UTF_16_LE if low > high else Encoding.UTF_16_BE


def _is_utf_8(data: bytes) -> bool:
    """Whether it is UTF-8, but for a few bytes that were damaged or cut."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        damaged = text.count("\ufffd")
        marked = len(text) - len(text.encode("ascii", "ignore")) - damaged
        return marked >= 10 * damaged
    return True


def _marked_words(data: bytes) -> set[bytes]:
    """Different words that are not ASCII."""
    words: set[bytes] = set()
    for word in re.finditer(rb"[^\x00-\x20,;\"]+", data):
        if not word[0].isascii():
            words.add(word[0][:_LONGEST])
            if len(words) == _WORDS:
                break
    return words


def _share(words: set[bytes], decoder: Callable[[bytes], str]) -> float:
    """How much of the words is Vietnamese when decoded so."""
    return sum(is_vietnamese(decoder(word)) for word in words) / max(len(words), 1)


# --- Cells --------------------------------------------------------------------------------------

# Vietnamese letters that Windows-1252 does not have: whoever wrote these wrote Unicode.
_SURELY_UNICODE = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300-\u036f\u1ea0-\u1ef9]")
_BEYOND = re.compile("[^\x00-\xff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]")

Cells = list[tuple[int, list[str]]]
"""Each row's number and its cells."""


@dataclass(slots=True)
class Converted:
    """What became of legacy text in cells."""

    encoding: Encoding | None = None
    places: Places = field(default_factory=Places)
    capitals: Places = field(default_factory=Places)


def convert_cells(rows: Cells, forced: Encoding | None = None) -> Converted:
    """Convert cells in TCVN3 or VNI, in place; ``forced`` is a user's choice instead of a guess.

    The table is judged as a whole if none of it is surely Unicode, and otherwise column by
    column; in a column that has both, only cells that make no sense as they are.
    """
    done = Converted()
    if forced is not None:
        if forced in CONVERTERS:
            done.encoding = forced
            _convert(rows, range(_width(rows)), forced, done, lambda text: True)
        return done
    suspects = _suspects(rows)
    if not suspects:
        return done
    whole = _Evidence()
    columns = {column: _Evidence() for column in suspects}
    for column, text in _texts(rows):
        whole.add(text)
        if column in columns:
            columns[column].add(text)
    if whole.encoding is not None and not whole.has_unicode:
        done.encoding = whole.encoding
        _convert(rows, range(_width(rows)), whole.encoding, done, _plausible(whole.encoding))
        return done
    for column, evidence in columns.items():
        if (encoding := evidence.encoding) is None:
            continue
        done.encoding = done.encoding or encoding
        judge = _only_sensible(encoding) if evidence.has_unicode else _plausible(encoding)
        _convert(rows, [column], encoding, done, judge)
    return done


def _width(rows: Cells) -> int:
    return max((len(cells) for _number, cells in rows), default=0)


def _texts(rows: Cells) -> Iterator[tuple[int, str]]:
    """Each different text of a column that is not plain ASCII."""
    seen: set[tuple[int, str]] = set()
    for _number, cells in rows:
        for column, text in enumerate(cells):
            if not text.isascii() and (column, text) not in seen:
                seen.add((column, text))
                yield column, text


def _suspects(rows: Cells) -> set[int]:
    """Columns with a text that could be a legacy encoding's."""
    known: dict[str, bool] = {}
    suspects: set[int] = set()
    for _number, cells in rows:
        for column, text in enumerate(cells):
            if text.isascii():
                continue
            if (suspect := known.get(text)) is None:
                suspect = known[text] = not _SURELY_UNICODE.search(text) and any(
                    map(_readings, marked_words(text))
                )
            if suspect:
                suspects.add(column)
    return suspects


def _readings(word: str) -> list[Encoding]:
    """The encodings in which a word that is not Vietnamese as it stands is."""
    if _BEYOND.search(word) or is_vietnamese(word):
        return []
    return [encoding for encoding, convert in CONVERTERS.items() if is_vietnamese(convert(word))]


class _Evidence:
    """Different marked words, and what they would be Vietnamese in."""

    def __init__(self) -> None:
        self.has_unicode = False
        self._seen: set[str] = set()
        self._legacy = dict.fromkeys(CONVERTERS, 0)
        self._other = 0

    def add(self, text: str) -> None:
        if _SURELY_UNICODE.search(text):
            self.has_unicode = True
            return
        for word in marked_words(text):
            if word in self._seen or len(self._seen) >= _WORDS:
                continue
            self._seen.add(word)
            readings = _readings(word)
            for encoding in readings:
                self._legacy[encoding] += 1
            self._other += not readings and not is_vietnamese(word)

    @property
    def encoding(self) -> Encoding | None:
        """Two words at least must say so, and few contradict."""
        best = max(self._legacy, key=self._legacy.__getitem__)
        count = self._legacy[best]
        if count < 2 or (not self.has_unicode and count < _SHARE * (count + self._other)):
            return None
        return best


def _plausible(encoding: Encoding) -> Callable[[str], bool]:
    """Accepts text most of whose marked words are Vietnamese once converted."""
    convert = CONVERTERS[encoding]

    def judge(text: str) -> bool:
        if _BEYOND.search(text):
            return False
        words = marked_words(text)
        return 2 * sum(is_vietnamese(convert(word)) for word in words) >= len(words)

    return judge


def _only_sensible(encoding: Encoding) -> Callable[[str], bool]:
    """Accepts text that is Vietnamese once converted and was not before."""

    def judge(text: str) -> bool:
        if _SURELY_UNICODE.search(text) or _BEYOND.search(text):
            return False
        words = marked_words(text)
        return any(encoding in _readings(word) for word in words) and all(
            is_vietnamese(CONVERTERS[encoding](word)) for word in words
        )

    return judge


def _convert(
    rows: Cells,
    columns: Iterable[int],
    encoding: Encoding,
    done: Converted,
    accepts: Callable[[str], bool],
) -> None:
    known: dict[str, tuple[str, bool]] = {}
    chosen = list(columns)
    for number, cells in rows:
        for column in chosen:
            if column >= len(cells) or cells[column].isascii():
                continue
            text = cells[column]
            if text not in known:
                known[text] = _converted(text, encoding, accepts)
            changed, capitals = known[text]
            if changed != text:
                cells[column] = changed
                done.places.add(address(column, number))
                if capitals:
                    done.capitals.add(address(column, number))


def _converted(text: str, encoding: Encoding, accepts: Callable[[str], bool]) -> tuple[str, bool]:
    """The text, and whether small letters were made capitals."""
    if not accepts(text):
        return text, False
    converted = CONVERTERS[encoding](text)
    if encoding is Encoding.TCVN3:
        settled = settle_capitals(converted)
        return settled, settled != converted
    return converted, False
