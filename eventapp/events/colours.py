"""Colours of categories as a stylesheet, with a text colour that can be read on each."""

import re
from collections.abc import Iterable
from typing import Protocol


class HasColour(Protocol):
    """A category, as far as colour goes."""

    id: int
    colour: str


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2, "relative luminance")."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink(colour: str) -> str:
    """Black or white, whichever has the greater contrast on the colour."""
    light = luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def is_colour(text: str) -> bool:
    """Whether the text is ``#rrggbb``."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def stylesheet(categories: Iterable[HasColour]) -> str:
    """``.category-7 { --category: …; --category-ink: … }``, a line for each category."""
    return "".join(
        f".category-{c.id} {{ --category: {c.colour}; --category-ink: {ink(c.colour)} }}\n"
        for c in categories
        if is_colour(c.colour)
    )
