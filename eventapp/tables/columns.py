"""Which column of a table is which: by its heading, or without headings by what it holds.

The caller says which columns it knows, with every name they go by; nothing here raises. Headings
are compared folded (no marks, no capitals, no punctuation), with what stands in parentheses
("(*)", "(bắt buộc)") or without. Titles above the headings, headings in two lines, and the row of
numbers that official tables have below them are understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from eventapp.tables.contents import Content, share
from eventapp.tables.headings import (
    SEARCHED_ROWS,
    Meaning,
    Names,
    cell,
    find_headings,
    is_ordinal,
)
from eventapp.tables.table import Row
from eventapp.text import fold

_SAMPLE = 200
_ENOUGH = 0.6
"""So much of a column must look alike to be known by its content."""


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """A column that the caller can use."""

    key: str
    names: tuple[str, ...]
    """Headings and synonyms, in any language, as people write them."""
    needed: bool = False
    parts: tuple[tuple[str, ...], ...] = ()
    """For a text that people also write in several columns, the names of each, in the order in
    which they are joined: ``(("Họ đệm", "Họ và tên đệm"), ("Tên",))``."""
    content: Content | None = None
    """By which it is known without a heading."""
    values: frozenset[str] = frozenset()
    """What it can hold (provinces, offices): by these too it is known without a heading."""
    is_rest: bool = False
    """Without headings it is the column of text that nothing else was, if that leaves no choice."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading nobody could place, or could in more than one way."""

    column: int
    text: str
    keys: tuple[str, ...] = ()
    """The columns it could be."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What was recognised. Columns are indexes in a row's cells."""

    at: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Key to its column; several where the text is written in parts."""
    first: int = 0
    """Index of the row where the data begin."""
    heading_row: int | None = None
    """Number of the (last) row of headings, as shown; None where there is none."""
    by_content: bool = False
    """There are no headings: columns are guessed by what they hold."""
    unknown: tuple[Heading, ...] = ()
    """Without headings their texts are empty."""
    ambiguous: tuple[Heading, ...] = ()
    """Headings that could be of several columns, and are used for none."""
    doubled: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Key to further columns with such a heading; the first is used."""
    missing: tuple[str, ...] = ()
    """Keys of needed columns that are not there."""

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """A row by key; empty where the row is shorter, parts joined by a space."""
        return {
            key: " ".join(cells[it] for it in places if it < len(cells) and cells[it])
            for key, places in self.at.items()
        }

    def data(self, rows: Sequence[Row], *, example: str = "") -> Iterator[Row]:
        """The rows below the headings, without headings repeated on a later page.

        With ``example``, without rows whose first text begins with that word: the example row
        of eventapp.tables.template.
        """
        above = (row for row in rows[: self.first] if row.number == self.heading_row)
        headings = next(map(_folded, above), None)
        marker = fold(example)
        for row in rows[self.first :]:
            if _folded(row) == headings:
                continue
            if marker and f"{fold(next(filter(None, row.cells), ''))} ".startswith(f"{marker} "):
                continue
            yield row


def find_columns(rows: Sequence[Row], known: Sequence[KnownColumn]) -> Columns:
    """Recognise the columns of a table; by content only if no row looks like headings."""
    names = Names(
        (text, (column.key, part))
        for column in known
        for part, texts in [(None, column.names), *enumerate(column.parts)]
        for text in texts
    )
    found = find_headings([row.cells for row in rows[: SEARCHED_ROWS + 3]], names)
    if found is None:
        return _by_content(rows, known)
    return _by_headings(rows, known, names, found)


def _folded(row: Row) -> list[str]:
    return [fold(text) for text in row.cells]


# --- By headings --------------------------------------------------------------------------------


def _by_headings(
    rows: Sequence[Row], known: Sequence[KnownColumn], names: Names, found: tuple[int, int, int]
) -> Columns:
    top, bottom, first = found
    upper, lower = rows[top].cells, rows[bottom].cells if bottom > top else []
    pairs = [(cell(upper, it), cell(lower, it)) for it in range(max(len(upper), len(lower)))]
    matched = _Matched()
    for column, pair in enumerate(pairs):
        matched.place(column, *pair, names)
    matched.settle()
    at = matched.joined(known)
    blank = {it for it, pair in enumerate(pairs) if not any(pair)} | {len(pairs)}
    at |= _split_under_one_heading(rows[first:], blank, at)
    return Columns(
        at=at,
        first=first,
        heading_row=rows[bottom].number,
        unknown=tuple(matched.unknown),
        ambiguous=tuple(matched.ambiguous),
        doubled={key: tuple(places) for key, places in matched.doubled.items()},
        missing=_missing(known, at),
    )


def _missing(known: Sequence[KnownColumn], at: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(column.key for column in known if column.needed and column.key not in at)


class _Matched:
    """Columns placed by their headings; an exact heading goes before one that contains a name."""

    def __init__(self) -> None:
        self.places: dict[Meaning, int] = {}
        self.doubled: dict[str, list[int]] = {}
        self.unknown: list[Heading] = []
        self.ambiguous: list[Heading] = []
        self._loose: list[tuple[int, str, Meaning]] = []

    def place(self, column: int, upper: str, lower: str, names: Names) -> None:
        text = " ".join(dict.fromkeys(filter(None, (upper, lower))))
        if not text or is_ordinal(upper) or is_ordinal(lower):
            return
        exact = names.exactly(lower) or names.exactly(text) or names.exactly(upper)
        if meanings := exact or names.within(text):
            keys = tuple(dict.fromkeys(key for key, _part in meanings))
            if len(keys) > 1:
                self.ambiguous.append(Heading(column, text, keys))
            elif exact:
                self._take(column, self._free(meanings))
            else:
                self._loose.append((column, text, meanings[0]))
        else:
            self.unknown.append(Heading(column, text))

    def _free(self, meanings: list[Meaning]) -> Meaning:
        """ "Tên" alone is the whole name, and beside "Họ đệm" its last part."""
        part = next((it for it in meanings if it[1] is not None), None)
        key = meanings[0][0]
        if part and any(it[0] == key and it[1] not in (None, part[1]) for it in self.places):
            return part
        return meanings[0]

    def _take(self, column: int, meaning: Meaning) -> None:
        if meaning in self.places:
            self.doubled.setdefault(meaning[0], []).append(column)
        else:
            self.places[meaning] = column

    def settle(self) -> None:
        """Headings that merely contain a name take what is left."""
        taken = {key for key, _part in self.places}
        for column, text, meaning in self._loose:
            if meaning[0] in taken:
                self.unknown.append(Heading(column, text))
            else:
                self._take(column, meaning)
        self.unknown.sort(key=lambda heading: heading.column)

    def joined(self, known: Sequence[KnownColumn]) -> dict[str, tuple[int, ...]]:
        """Key to its column, or to those of its parts."""
        joined: dict[str, tuple[int, ...]] = {}
        for column in known:
            parts = [self.places.get((column.key, it)) for it in range(len(column.parts))]
            found = [it for it in parts if it is not None]
            whole = self.places.get((column.key, None))
            if whole is not None:
                joined[column.key] = (whole,)
                self.doubled.setdefault(column.key, []).extend(found)
            elif found:
                joined[column.key] = tuple(found)
        self.doubled = {key: places for key, places in self.doubled.items() if places}
        return joined


def _split_under_one_heading(
    rows: Sequence[Row], blank: set[int], at: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """Names under one heading merged over two columns: "Nguyễn Văn" and "An"."""
    split: dict[str, tuple[int, ...]] = {}
    for key, places in at.items():
        beside = places[-1] + 1
        if len(places) > 1 or beside not in blank:
            continue
        left = [cell(row.cells, places[0]) for row in rows[:_SAMPLE]]
        right = [cell(row.cells, beside) for row in rows[:_SAMPLE]]
        both = [text for text, other in zip(right, left, strict=True) if text and other]
        if both and 2 * len(both) >= len(left) and share(Content.GIVEN_NAME, both) >= _ENOUGH:
            split[key] = (places[0], beside)
    return split


# --- By content ---------------------------------------------------------------------------------


def _by_content(rows: Sequence[Row], known: Sequence[KnownColumn]) -> Columns:
    """Each column to the key whose content it looks most like."""
    width = max((len(row.cells) for row in rows), default=0)
    scores: list[tuple[float, int, int]] = []
    for order, column in enumerate(known):
        values = frozenset(map(fold, column.values))
        for at in range(width):
            texts = [it for row in rows[:_SAMPLE] if (it := cell(row.cells, at))]
            score = max(
                share(column.content, texts) if column.content else 0.0,
                sum(fold(text) in values for text in texts) / max(len(texts), 1) if values else 0.0,
            )
            if score >= _ENOUGH:
                scores.append((score, -order, at))
    found: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for _score, order, at in sorted(scores, key=lambda it: (-it[0], -it[1], it[2])):
        key = known[-order].key
        if key not in found and at not in taken:
            found[key] = (at,)
            taken.add(at)
    left = [at for at in range(width) if at not in taken and not _is_unsaid(rows, at)]
    words = [at for at in left if _is_words(rows, at)]
    wanting = [column.key for column in known if column.is_rest and column.key not in found]
    if found and len(words) == len(wanting):
        found.update((key, (at,)) for key, at in zip(wanting, words, strict=True))
        left = [at for at in left if at not in words]
    first = 0
    if found:
        widest = max(it for places in found.values() for it in places)
        wanted = (len(found) + 1) // 2
        first = next(
            (
                at
                for at, row in enumerate(rows[:SEARCHED_ROWS])
                if len(row.cells) > widest
                or sum(bool(cell(row.cells, it[0])) for it in found.values()) >= max(wanted, 2)
            ),
            0,
        )
    return Columns(
        at=found,
        first=first,
        by_content=True,
        unknown=tuple(Heading(at, "") for at in left) if found else (),
        missing=_missing(known, found),
    )


def _is_unsaid(rows: Sequence[Row], at: int) -> bool:
    """Whether nobody misses a column: it is blank, or numbers the rows."""
    texts = [text for row in rows if (text := cell(row.cells, at))]
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) < 6]
    return len(numbers) == len(texts) and all(
        after == before + 1 for before, after in pairwise(numbers)
    )


def _is_words(rows: Sequence[Row], at: int) -> bool:
    texts = [text for row in rows[:_SAMPLE] if (text := cell(row.cells, at))]
    return sum(any(map(str.isalpha, text)) for text in texts) >= _ENOUGH * max(len(texts), 1)
