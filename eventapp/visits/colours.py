"""What colours visit groups have. Pure."""

from collections.abc import Iterable

PALETTE = (
    "#1d4e89",
    "#b3261e",
    "#1b6e3c",
    "#6a3d9a",
    "#a14a00",
    "#00696d",
    "#a3195b",
    "#5f6b00",
    "#0b66c3",
    "#5d4037",
    "#455a64",
    "#222222",
)
"""Told apart from one another at a distance, also by most who see colours differently; white on
any of them has a contrast of more than 5.5 to 1 (WCAG 2.2 asks for 4.5)."""


def next_unused(used: Iterable[str]) -> str:
    """The first of the palette that no group has; once all are used, the one that fewest have."""
    counts = dict.fromkeys(PALETTE, 0)
    for colour in used:
        if colour.lower() in counts:
            counts[colour.lower()] += 1
    return min(PALETTE, key=lambda it: (counts[it], PALETTE.index(it)))
