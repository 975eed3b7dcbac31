"""The protocol rank of somebody by their position: ministers before directors before deputies.

Ranks are data: each event lists positions with their ranks, 1 for the highest; several spellings
of one position share a rank.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventapp.text import fold

UNRANKED = 9_999
"""Who holds no position that the event ranks: after everybody who does."""

# A deputy (phó), a former one (nguyên), an assistant (trợ lý) or a secretary (thư ký) of somebody
# does not hold that position.
_NOT_THE_SAME = (("pho",), ("nguyen",), ("tro", "ly"), ("thu", "ky"))
_BETWEEN_POSITIONS = re.compile(r"[,;/()–]| - ")


@dataclass(frozen=True, slots=True)
class Rank:
    """A position, folded and in words, and its rank."""

    words: tuple[str, ...]
    rank: int


def ranks(rows: Iterable[tuple[str, int]]) -> tuple[Rank, ...]:
    """From (position, rank) rows, the highest first, of the same rank the longest first."""
    made = [Rank(_words(position), rank) for position, rank in rows]
    return tuple(sorted((it for it in made if it.words), key=lambda it: (it.rank, -len(it.words))))


def rank_of(position: str, office: str, known: Sequence[Rank]) -> int:
    """The highest rank that a position gives, UNRANKED where none does.

    The office goes on where the position ends: "Giám đốc" of "Sở Nội vụ" is a "Giám đốc Sở".
    Marks and capitals do not matter. Of several positions the highest counts.

    >>> known = ranks([("Giám đốc Sở", 11), ("Phó Giám đốc Sở", 13)])
    >>> rank_of("Phó Giám đốc", "Sở Nội vụ", known), rank_of("Giám đốc", "Sở Nội vụ", known)
    (13, 11)
    """
    goes_on = _words(office)
    held = [_words(it) for it in _BETWEEN_POSITIONS.split(position)]
    for it in known:
        if any(_holds(words, goes_on, it.words) for words in held):
            return it.rank
    return UNRANKED


def can_match(position: str) -> bool:
    """Whether anybody's position can be this one: it has letters, and is not several positions.

    >>> can_match("Phó Giám đốc Sở"), can_match("Giám đốc, Bí thư Chi bộ"), can_match("…")
    (True, False, False)
    """
    return len(parts(position)) == 1


def parts(position: str) -> list[str]:
    """The positions that a person's text names, one by one, as they were written."""
    return [it.strip() for it in _BETWEEN_POSITIONS.split(position) if _words(it)]


def _holds(words: tuple[str, ...], goes_on: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    together = words + goes_on
    return any(
        together[start : start + len(wanted)] == wanted
        and not any(words[:start][-len(it) :] == it for it in _NOT_THE_SAME)
        for start in range(len(words))
    )


def _words(text: str) -> tuple[str, ...]:
    kept = "".join(it if it.isalnum() else " " for it in fold(text))
    return tuple(kept.split())
