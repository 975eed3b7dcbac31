"""A text as large as its box allows, by what its letters really take.

Vietnamese capitals carry up to two marks and then stand half as high again as the others: Ẫ reaches
1.2 of its size above the line, N 0.75. A box that has room for every letter would make most names
smaller than they could be.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from eventapp.pdf import fitting, fonts

_WORTH_A_LINE = 1.15
"""One more line must make letters this much larger."""
_LEAST_DISTANCE = 1.12
_BETWEEN = 0.06
# Heights as parts of the size of type.
_X_HEIGHT, _ASCENDER, _DESCENDER, _OVER = 0.57, 0.81, 0.28, 0.03
# One mark, two, and more: with serifs, without.
_MARKS = {True: (0.0, 0.21, 0.28, 0.5), False: (0.0, 0.29, 0.47, 0.7)}
_HORN, _HORN_RISES = 216, 0.1  # the combining class of that of ơ and ư
_UNKNOWN = (1.25, 0.4)
_TALL, _LOW = frozenset("bdđfhijklt"), frozenset("fgjpqyQJ,;()[]{}/|@&_")


@dataclass(frozen=True, slots=True)
class Filled:
    """Lines of a size (points) and horizontal stretch, and what they take, in sizes."""

    lines: tuple[str, ...]
    size: float
    stretch: float
    above: float
    """From the top to the first baseline."""
    distance: float
    """From one baseline to the next."""
    below: float

    @property
    def height(self) -> float:
        """How high the block is, in points."""
        return self.size * (self.above + self.below + max(0, len(self.lines) - 1) * self.distance)


@lru_cache(maxsize=4096)
def fill(
    text: str,
    font: str,
    box: tuple[float, float],
    sizes: tuple[float, float],
    *,
    lines: int = 2,
) -> Filled:
    """The text in at most so many lines, as large as fits a box (width, height), all in points.

    Sizes are (largest, smallest). Where the smallest is too large still, more lines are taken if
    the box is high enough, and then the letters are condensed, as `fitting.fit` does.
    """
    (width, height), (largest, smallest) = box, sizes
    # What is not drawn (marks that steer other programs) must not take a line of its own.
    text = "".join(it for it in text if it.isspace() or unicodedata.category(it)[0] != "C")
    best: Filled | None = None
    for count in range(1, min(lines, max(1, len(text.split()))) + 1):
        widest, divided = fitting.divide(text, font, count)
        needed = _filled(divided, font, 1.0, 1.0).height
        if not needed or not widest:  # nothing that can be drawn
            return _filled((), font, 1.0, 1.0)
        size = min(largest, height / needed, width / widest)
        if best is None or size > best.size * _WORTH_A_LINE:
            best = _filled(divided, font, size, 1.0)
    if best is not None and best.size >= smallest:
        return best
    line = sum(_UNKNOWN)
    size = min(smallest, height / line)
    fitted = fitting.fit(text, font, width, size, size, max(1, int(height / (size * line))))
    return _filled(fitted.lines, font, fitted.size, fitted.stretch)


def _filled(lines: tuple[str, ...], font: str, size: float, stretch: float) -> Filled:
    reaches = [ink(line, font) for line in lines] or [(0.0, 0.0)]
    distances = [low + high + _BETWEEN for (_, low), (high, _) in pairwise(reaches)]
    distance = max([_LEAST_DISTANCE, *distances])
    return Filled(lines, size, stretch, reaches[0][0], distance, reaches[-1][1])


def ink(text: str, font: str) -> tuple[float, float]:
    """How far a text's letters reach above and below the baseline at most, in sizes."""
    reaches = [_ink(char, font) for char in text if not char.isspace()]
    return max((it[0] for it in reaches), default=0.0), max((it[1] for it in reaches), default=0.0)


@lru_cache(maxsize=4096)
def _ink(char: str, font: str) -> tuple[float, float]:
    letters = unicodedata.normalize("NFD", char)
    base = letters[0]
    if ord(base) > 0x24F or fonts.runs(char, font) != ((font, char),):
        return _UNKNOWN
    above = _X_HEIGHT if base.islower() else fonts.shape(font).cap_height
    above = _ASCENDER if base in _TALL or not base.isalnum() else above
    classes = [unicodedata.combining(mark) for mark in letters[1:]]
    number, has_horn = classes.count(230), _HORN in classes
    is_low = base in _LOW or any(0 < it < 230 and it != _HORN for it in classes)
    marks = _MARKS[font.startswith("Tinos")]
    return (
        above + _OVER + _HORN_RISES * has_horn + marks[min(number, len(marks) - 1)],
        _DESCENDER if is_low else _OVER,
    )
