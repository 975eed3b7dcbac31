"""Making a text fit a width: shrink, then wrap between syllables, then condense; never cut.

Vietnamese is written in syllables with spaces between them, so a line may end at any space. Lines
are balanced: no last word stands alone where another division gives more equal lines. Only a word
that would be too small to read on one line is broken itself.

What is done to a text, as far as it must be: on the lines that are usual for it, it shrinks; it
takes more lines, up to those allowed; it is condensed; it becomes smaller than it should.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from eventapp.pdf import fonts
from eventapp.pdf.words import LEADING_ON, WORDS

LEAST_STRETCH = 0.7
"""Letters narrower than this are hard to read; rather than that, they become smaller."""


class Measure(IntEnum):
    """How far a text had to be changed to fit, from nothing to the last resort.

    ``WRAPPED`` is on more lines than are usual for it.
    """

    NONE = 0
    SHRUNK = 1
    WRAPPED = 2
    CONDENSED = 3
    TOO_SMALL = 4  # smaller than the least size asked for


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit, at a size (points) and a horizontal stretch (1 is none)."""

    lines: tuple[str, ...]
    size: float
    stretch: float
    measure: Measure


_JOINT = "\0"
"""After a piece of a word that goes on: of no width, and in no text that people typed."""
_OVER = 1e9
_MOST_EVEN_LINES = 12
"""Beyond a dozen lines, nobody sees that they are even, and computing it takes long."""

_Division = tuple[float, float, tuple[int, ...]]


@lru_cache(maxsize=4096)
def divide(
    text: str, font: str, lines: int, limit: float = math.inf
) -> tuple[float, tuple[str, ...]]:
    """The best division into so many lines: (width of the widest in ems, the lines).

    Best is even, with words and numbers kept together where that costs little; but no line is
    wider than the limit (ems) if that can be had at all. Fewer lines when there are fewer words.
    """
    words = _words(text, font)
    if lines <= 1 or len(words) <= 1:
        whole = _line(words)
        return fonts.em_width(whole, font), (whole,)
    lines = min(lines, len(words))
    space = fonts.em_width(" ", font)
    gaps = [space] * (len(words) + 1)
    if _JOINT in text:
        gaps[1:] = [0.0 if word.endswith(_JOINT) else space for word in words]
    ends = [0.0]
    for word, gap in zip(words, gaps[1:], strict=True):
        ends.append(ends[-1] + fonts.em_width(word, font) + gap)
    count = len(words)
    # What a line end costs between two words, as a part of what an average line costs.
    average = (ends[-1] / lines) ** 4
    tie = [0.0] + [_tie(a, b) * average for a, b in pairwise(words)]
    # best[i]: (cost, widest, starts) of the first i words in the current number of lines. The
    # fourth power weighs the widest line most, but evens out the others too.
    nowhere: _Division = (math.inf, 0.0, ())
    best = [nowhere] * (count + 1)
    best[0] = (0.0, 0.0, ())
    for used in range(1, lines + 1):
        following = [nowhere] * (count + 1)
        for end in range(used, count - (lines - used) + 1):
            for start in range(used - 1, end):
                cost, widest, starts = best[start]
                if cost < math.inf:
                    line = ends[end] - ends[start] - gaps[end]
                    over = _OVER * (line - limit) if line > limit else 0.0
                    total = cost + line**4 + tie[start] + over
                    if total < following[end][0]:
                        following[end] = (total, max(widest, line), (*starts, start))
        best = following
    _, widest, starts = best[count]
    bounds = [*starts, count]
    return widest, tuple(_line(words[a:b]) for a, b in pairwise(bounds))


@lru_cache(maxsize=4096)
def fit(
    text: str, font: str, width: float, size: float, smallest: float, lines: int, usual: int = 0
) -> Fitted:
    """The text at the greatest size not above `size` at which it has at most so many lines.

    Width in points. Where it needs no more than the `usual` lines (0: all of them are), it has no
    more, and shrinks for that; at the size that it comes to, the fewest lines that do are used.
    Below `smallest` the letters are condensed first, and made smaller still only when that is not
    enough.
    """
    usual = min(usual, lines) or lines
    for count in dict.fromkeys((usual, lines)):
        divided, fitting = _sized(text, font, width, size, count)
        if fitting >= smallest:
            is_more = len(divided) > usual
            shrunk = Measure.SHRUNK if fitting < size else Measure.NONE
            return Fitted(divided, fitting, 1.0, Measure.WRAPPED if is_more else shrunk)
    stretch = fitting / smallest
    if stretch >= LEAST_STRETCH:
        return Fitted(divided, smallest, stretch, Measure.CONDENSED)
    in_pieces = _broken(text, font, width / (smallest * LEAST_STRETCH))
    if in_pieces != text:
        return fit(in_pieces, font, width, size, smallest, lines, usual)
    return Fitted(divided, fitting / LEAST_STRETCH, LEAST_STRETCH, Measure.TOO_SMALL)


def _sized(
    text: str, font: str, width: float, size: float, lines: int
) -> tuple[tuple[str, ...], float]:
    """The text in at most so many lines at the greatest size, not above that, at which it fits."""
    total = fonts.em_width(_line(text.split()), font) * size
    for count in range(max(1, math.floor(total / width)), lines + 1):
        widest, divided = divide(text, font, count, width / size)
        if widest * size <= width:
            return divided, size
    widest, divided = divide(text, font, lines)
    return divided, width / widest


@lru_cache(maxsize=1024)
def condensed(
    text: str, font: str, width: float, size: float, lines: int, stretch: float
) -> Fitted:
    """The text at that size (points), in the fewest lines that letters not narrower than that
    stretch allow: for what is too high, not too wide."""
    divided, fitting = _sized(text, font, width / stretch, size, lines)
    if fitting < size:
        return fit(text, font, width, size, size, lines)
    widest = max(fonts.em_width(line, font) for line in divided) * size
    if widest <= width:
        return Fitted(divided, size, 1.0, Measure.NONE)
    return Fitted(divided, size, width / widest, Measure.CONDENSED)


def _words(text: str, font: str) -> list[str]:
    """The words of which something can be drawn: of pictures, nothing can."""
    return [it for it in text.split() if fonts.em_width(it, font)]


def _line(words: Sequence[str]) -> str:
    """Words with spaces between them, the pieces of one without."""
    line = " ".join(words)
    return line.replace(f"{_JOINT} ", "").removesuffix(_JOINT) if _JOINT in line else line


def _broken(text: str, font: str, limit: float) -> str:
    """The text with each word wider than the limit (ems) in pieces that are not, which end with
    `_JOINT`: where two come to stand on one line after all, there is no space between them."""
    words: list[str] = []
    for word in _words(text, font):
        pieces = math.ceil(fonts.em_width(word, font) / limit)
        while pieces > 1 and len(word) > 1:
            length = math.ceil(len(word) / pieces)
            while length < len(word) and unicodedata.combining(word[length]):
                length += 1
            if length == len(word):
                break
            words.append(word[:length] + _JOINT)
            word = word[length:]
            pieces = math.ceil(fonts.em_width(word, font) / limit)
        if word:
            words.append(word)
    return " ".join(words)


def broken(text: str, font: str, size: float, width: float) -> str:
    """The text with each word wider than the width (points) in pieces that are not: for
    `balanced`, which makes lines of them."""
    return _broken(text, font, width / size)


def _tie(before: str, after: str) -> float:
    """How much two syllables belong together, from -0.2 to 0.6 average lines.

    Numbers stay with what they number (NĐ 64/2007, Xe 2, 5 năm), the two syllables of a word
    together (cơ quan) as far as they are known, and those of a name (Nguyễn Minh Hồng, Bắc Ninh);
    a line rather begins with "và" or "của" than ends with it; after a comma is a good place.
    """
    if before[-1] == _JOINT:
        return 0.0
    if before[-1] in ",;:·–":
        return -0.2
    if after[0].isdigit() or before.isdigit():
        return 0.6
    if f"{before} {after.rstrip('.,;:')}".lower() in WORDS:
        return 0.6
    if before.lower() in LEADING_ON or (_has_capital(before) and _has_capital(after)):
        return 0.3
    return 0.0


def _has_capital(word: str) -> bool:
    """Whether it begins with one, and is not all in capitals."""
    first = word.lstrip('("“')[:1]
    return first.isupper() and (len(word) == 1 or not word.isupper())


def balanced(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """The text in as few lines as the width (points) allows, as even as they can be.

    A word wider than the width keeps its line to itself and stands out.
    """
    limit = width / size
    filled = _filled(text, font, limit)
    if len(filled) > _MOST_EVEN_LINES:
        return filled
    return divide(text, font, len(filled), limit)[1]


def phrased(words: Sequence[tuple[str, str]], size: float, width: float) -> list[int]:
    """With which words the lines begin of a text that is read out: their places, the first 0.

    Words are (text, font), the width is in points. There are as few lines as can be; they end
    where a reader may pause, if that leaves not too much of them empty, and the last is not a
    lonely syllable.
    """
    limit = width / size
    wide = [fonts.em_width(text, font) for text, font in words]
    space = fonts.em_width(" ", words[0][1]) if words else 0.0
    ties = [0.0, *(_tie(a, b) for (a, _), (b, _) in pairwise(words))]
    count = len(words)
    # best[i]: (lines, cost, starts) of the first i words.
    best: list[tuple[int, float, list[int]]] = [(0, 0.0, [])]
    for end in range(1, count + 1):
        choices = []
        line = -space
        for start in range(end - 1, -1, -1):
            line += wide[start] + space
            if line > limit and start < end - 1:
                break
            lines, cost, starts = best[start]
            if end < count:
                cost += ((limit - line) / limit) ** 2
            elif start == count - 1 > 0:
                cost += 2.0
            choices.append((lines + 1, cost + ties[start], [*starts, start]))
        best.append(min(choices))
    return best[count][2]


def _filled(text: str, font: str, width: float) -> tuple[str, ...]:
    """Each line as full as it can be; width in ems."""
    lines: list[list[str]] = [[]]
    space = fonts.em_width(" ", font)
    used = 0.0
    for word in _words(text, font):
        wide = fonts.em_width(word, font)
        gap = 0.0 if lines[-1] and lines[-1][-1].endswith(_JOINT) else space
        if lines[-1] and used + gap + wide > width:
            lines.append([])
        used = used + gap + wide if lines[-1] else wide
        lines[-1].append(word)
    return tuple(map(_line, lines))
