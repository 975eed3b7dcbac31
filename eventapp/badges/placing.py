"""Texts made to fit the boxes of a badge.

A text element is a stack of parts that share one box: they shrink together, from their largest to
their smallest sizes, until the stack fits; a part that is too wide takes more lines than are usual
for it; then letters are condensed; at last everything is made as small as it must be. Nothing is
ever cut off, and no letter reaches out of its box.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from eventapp.badges.layout import Part, Stack
from eventapp.pdf import MM, fitting, fonts
from eventapp.pdf.fitting import Fitted, Measure

_SHRINK = 0.94
_STRETCHES = (0.92, 0.84, 0.77, fitting.LEAST_STRETCH)
_APART = 0.02
_SMALLER = 20
"""Steps below the smallest sizes before everything that is left is scaled down at once."""


@dataclass(frozen=True, slots=True)
class PlacedLines:
    """A part's lines: baseline of the first, from the box's top, and their distance; points."""

    part: Part
    fitted: Fitted
    baseline: float
    leading: float

    @property
    def measure(self) -> Measure:
        """What the text needed to fit."""
        if self.fitted.size < self.part.smallest - 1e-6:
            return Measure.TOO_SMALL
        shrunk = Measure.SHRUNK if self.fitted.size < self.part.largest - 1e-6 else Measure.NONE
        return max(self.fitted.measure, shrunk)


_Block = tuple[Part, Fitted, float]
"""A part, its lines, and their distance times the size of type."""


def place(stack: Stack, texts: tuple[str, ...]) -> tuple[tuple[PlacedLines, ...], Measure]:
    """Lines of a stack for the texts of its parts, and the most that one needed to fit.

    Parts without text take no space. Every letter lies inside the box.
    """
    width, height = stack.box.width * MM, stack.box.height * MM
    shown = [
        (part, text.upper() if part.upper else text)
        for part, text in zip(stack.parts, texts, strict=True)
        if text.strip()
    ]
    if not shown:
        return (), Measure.NONE
    patience = _patience(stack)
    for step in range(patience + 1 + len(_STRETCHES) + _SMALLER):
        blocks = [_block(part, text, width, step, patience) for part, text in shown]
        spaces = [part.above * MM * _SHRINK**step for part, _ in shown]
        spaces[0] = 0.0
        needed = sum(map(_height, blocks)) + sum(spaces)
        above, below = _overhang(blocks)
        if above + needed + below <= height:
            break
    else:
        # Everything scales alike: so it fits exactly.
        scale = height / (above + needed + below)
        blocks = [(part, _scaled(fitted, scale), leading) for part, fitted, leading in blocks]
        spaces = [space * scale for space in spaces]
        needed, above, below = needed * scale, above * scale, below * scale
    free = height - needed
    top = {"top": 0.0, "middle": free / 2, "bottom": free}[stack.valign]
    top = max(min(top, free - below), above)
    placed: list[PlacedLines] = []
    worst = Measure.NONE
    for space, block in zip(spaces, blocks, strict=True):
        part, fitted, leading = block
        top += space
        first = top + _first_baseline(part, fitted)
        placed.append(PlacedLines(part, fitted, first, fitted.size * leading))
        worst = max(worst, placed[-1].measure)
        top += _height(block)
    return tuple(placed), worst


@lru_cache(maxsize=256)
def _patience(stack: Stack) -> int:
    """After how many steps each part of a stack is at its smallest size."""
    shrinking = math.log(_SHRINK)
    return max(
        math.ceil(math.log(min(1.0, it.smallest / it.largest)) / shrinking / it.yielding)
        for it in stack.parts
    )


@lru_cache(maxsize=4096)
def _block(part: Part, text: str, width: float, step: int, patience: int) -> _Block:
    """A part's lines after so many steps.

    Down to its smallest size it goes at its own pace; when everything in the stack has come as far
    as that, letters are condensed so that there are fewer lines, and only then they go on.
    """
    size = max(min(part.smallest, part.largest), part.largest * _SHRINK ** (step * part.yielding))
    if step <= patience:
        smallest = min(part.smallest, size)
        fitted = fitting.fit(text, part.font, width, size, smallest, part.lines, part.usual)
        return part, fitted, _leading(part, fitted)
    further = step - patience - 1
    stretch = _STRETCHES[min(further, len(_STRETCHES) - 1)]
    size *= _SHRINK ** max(0, further - len(_STRETCHES) + 1)
    fitted = fitting.condensed(text, part.font, width, size, part.lines, stretch)
    return part, fitted, _leading(part, fitted)


def _leading(part: Part, fitted: Fitted) -> float:
    """The distance of lines times the size of type: what the template says, or as much as keeps the
    marks below one line off those above the next."""
    if len(fitted.lines) == 1:
        return part.leading
    inks = [fonts.ink(line, part.font) for line in fitted.lines]
    marks = max(below + above for (_, below), (above, _) in pairwise(inks))
    return max(part.leading, marks + _APART)


def _scaled(fitted: Fitted, scale: float) -> Fitted:
    return Fitted(fitted.lines, fitted.size * scale, fitted.stretch, fitted.measure)


def _overhang(blocks: Sequence[_Block]) -> tuple[float, float]:
    """By how much letters reach above the first line's height, and below the last one's; points.

    That is the case of two marks on a capital, where lines are close.
    """
    (part, fitted, _), (last, last_fitted, leading) = blocks[0], blocks[-1]
    above = fonts.ink(fitted.lines[0], part.font)[0] * fitted.size
    below = fonts.ink(last_fitted.lines[-1], last.font)[1] * last_fitted.size
    under = _height(blocks[-1]) - _first_baseline(last, last_fitted)
    under -= (len(last_fitted.lines) - 1) * last_fitted.size * leading
    return max(0.0, above - _first_baseline(part, fitted)), max(0.0, below - under)


def _height(block: _Block) -> float:
    part, fitted, leading = block
    return fitted.size * (part.leading + leading * (len(fitted.lines) - 1))


def _first_baseline(part: Part, fitted: Fitted) -> float:
    """From a block's top: the letters' middle, between capitals and baseline, is the line's."""
    return fitted.size * (part.leading + fonts.shape(part.font).cap_height) / 2
