"""The colours that a template means, on a badge of a category's and a visit group's colour.

Contrast is that of WCAG 2.2.
"""

from functools import lru_cache

from eventapp.events.colours import is_colour, luminance

_LIGHT = 0.13
_UNKNOWN_COLOUR = "#3b4754"
_FIXED = {"text": "#16202b", "soft": "#4a5766", "line": "#8e9aa8"}


def colour_of(ink: str, category: str, group: str = "") -> str:
    """The ``#rrggbb`` that a template's colour means on a badge of a category's and a visit group's
    colour."""
    if ink.startswith("#"):
        return ink
    if ink in _FIXED:
        return _FIXED[ink]
    colour = usable_colour(group if "group" in ink else category)
    if ink.startswith("on_"):
        return ink_on(colour)
    if ink.endswith("_light"):
        return light_of(colour)
    return readable_on_light(colour) if ink.endswith("_text") else colour


def usable_colour(colour: str) -> str:
    """The colour, or a calm grey for one that is no ``#rrggbb``."""
    return colour if is_colour(colour) else _UNKNOWN_COLOUR


@lru_cache(maxsize=256)
def ink_on(colour: str) -> str:
    """White on the colour where its contrast is 4.5 (WCAG 2.2, 1.4.3), otherwise black, whose is
    more there."""
    return "#ffffff" if contrast("#ffffff", colour) >= READABLE else "#000000"


@lru_cache(maxsize=256)
def light_of(colour: str) -> str:
    """The colour as a tint: a little of it on white."""
    return "#" + "".join(
        f"{round(255 - _LIGHT * (255 - int(colour[at : at + 2], 16))):02x}" for at in (1, 3, 5)
    )


@lru_cache(maxsize=256)
def readable_on_light(colour: str) -> str:
    """The colour, darkened until it is read on its own tint, and so on white."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    below = light_of(colour)
    while contrast(colour, below) < READABLE:
        channels = [int(channel * 0.9) for channel in channels]
        colour = "#" + "".join(f"{channel:02x}" for channel in channels)
    return colour


READABLE = 4.5
"""The least contrast between a text and what is below it (WCAG 2.2, 1.4.3, level AA)."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb``, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
