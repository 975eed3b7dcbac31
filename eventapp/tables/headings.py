"""Headings of a table: what they mean, and in which rows they are."""

import re
from collections.abc import Iterable, Sequence

from eventapp.text import fold

SEARCHED_ROWS = 15
"""The headings are among the first so many rows that have text."""

Meaning = tuple[str, int | None]
"""The key of a column, and which part of its text, if not the whole."""

_IGNORED = frozenset(
    {"stt", "tt", "so tt", "so thu tu", "thu tu", "no", "nr", "number", "index", "ordinal", "s no"}
)
_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NUMBERING = re.compile(r"\(?(\d{1,2})\)?")


class Names:
    """What headings mean, by their folded forms."""

    def __init__(self, names: Iterable[tuple[str, Meaning]]) -> None:
        self._exact: dict[str, list[Meaning]] = {}
        for text, meaning in names:
            for form in _forms(text):
                meanings = self._exact.setdefault(form, [])
                if meaning not in meanings:
                    meanings.append(meaning)

    def exactly(self, heading: str) -> list[Meaning]:
        """What a heading is called, with or without its remarks in parentheses."""
        for form in _forms(heading):
            if form in self._exact:
                return self._exact[form]
        return []

    def within(self, heading: str) -> list[Meaning]:
        """What the longest known name in a heading means: "Họ và tên đại biểu"."""
        folded = f" {fold(_PARENTHESES.sub(' ', heading)) or fold(heading)} "
        best = ""
        for name in self._exact:
            # A short word is in too many headings: "tên" in "tên cơ quan".
            if len(name) > max(len(best), 4) and f" {name} " in folded:
                best = name
        return [it for it in self._exact.get(best, []) if it[1] is None]

    def score(self, cells: Sequence[str]) -> float:
        """How much a row looks like headings; 0 if it does not."""
        texts = [text for text in cells if text and not is_ordinal(text)]
        exact = {meaning for text in texts for meaning in self.exactly(text)[:1]}
        loose = {
            meaning
            for text in texts
            if len(text) <= 60 and not self.exactly(text)
            for meaning in self.within(text)[:1]
        }
        if len(exact) >= 2 or (exact and len(exact) == len(texts)):
            return len(exact) + len(loose - exact) / 2
        return len(loose | exact) / 2 if len(loose | exact) >= 3 else 0.0


def _forms(heading: str) -> tuple[str, ...]:
    """A heading folded; without parentheses; and each written together: "e mail", "email"."""
    forms = (fold(heading), fold(_PARENTHESES.sub(" ", heading)))
    spaced = tuple(dict.fromkeys(filter(None, forms)))
    together = (form.replace(" ", "") for form in spaced)
    return tuple(dict.fromkeys((*spaced, *together)))


def is_ordinal(heading: str) -> bool:
    """Whether it heads the numbers of the rows: STT, No., #."""
    return (fold(_PARENTHESES.sub(" ", heading)) or fold(heading)) in _IGNORED or (
        heading.strip() in ("#", "№")
    )


def find_headings(rows: Sequence[Sequence[str]], names: Names) -> tuple[int, int, int] | None:
    """The first and the last row of the headings, and the row where the data begin; or None."""
    scores = [names.score(cells) for cells in rows[:SEARCHED_ROWS]]
    if not any(scores):
        return None
    upper = lower = scores.index(max(scores))
    below = rows[lower + 1] if lower + 1 < len(rows) else []
    if _continues(rows[upper], below, names) and not _is_numbering(below):
        lower += 1
    elif upper and _stands_over(rows[upper - 1], rows[lower], names):
        upper -= 1
    first = lower + 1
    if first < len(rows) and _is_numbering(rows[first]):
        first += 1
    return upper, lower, first


def _stands_over(upper: Sequence[str], lower: Sequence[str], names: Names) -> bool:
    """Whether a row has headings that the one below leaves blank: these were merged downward."""
    return any(
        text and not cell(lower, it) and names.exactly(text) for it, text in enumerate(upper)
    )


def cell(cells: Sequence[str], at: int) -> str:
    """The text in a column; empty where the row is shorter."""
    return cells[at] if at < len(cells) else ""


def _continues(upper: Sequence[str], lower: Sequence[str], names: Names) -> bool:
    """Whether a row is the second line of headings: it repeats those, or fills in under them."""
    texts = [(it, text) for it, text in enumerate(lower) if text]
    new = [text for it, text in texts if text != cell(upper, it)]
    if not new:
        return bool(texts)
    return all(len(text) <= 60 for text in new) and any(
        names.exactly(text) or names.exactly(f"{cell(upper, it)} {text}")
        for it, text in texts
        if text != cell(upper, it)
    )


def _is_numbering(cells: Sequence[str]) -> bool:
    """Whether a row numbers the columns: (1) (2) (3), or A, B, 1, 2."""
    texts = [text for text in cells if text]
    found = [_NUMBERING.fullmatch(text) for text in texts]
    numbers = [int(it[1]) for it in found if it]
    letters = [text for text, it in zip(texts, found, strict=True) if not it]
    return (
        len(numbers) >= 3
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and all(re.fullmatch("[A-D]", text) for text in letters)
    )
