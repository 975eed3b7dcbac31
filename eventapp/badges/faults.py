"""What a badge template of the right form can still do wrong: reach off the badge, lie on the code,
show what there is not. Knows neither Flask nor the database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventapp.badges.template import (
    Box,
    Code,
    Condition,
    Element,
    Face,
    Image,
    Size,
    Template,
    Text,
    extent,
    is_source,
)


class Fault(StrEnum):
    """What a template of the right form can still do wrong."""

    NO_NAME = "no_name"
    OFF_THE_BADGE = "off_the_badge"
    EMPTY_BOX = "empty_box"
    ON_THE_CODE = "on_the_code"
    SMALLEST_IS_LARGER = "smallest_is_larger"
    UNKNOWN_SOURCE = "unknown_source"
    NO_SUCH_IMAGE = "no_such_image"
    NO_WORDS = "no_words"
    TWO_CODES = "two_codes"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, and where: side and element count from 0, None where it concerns neither."""

    fault: Fault
    side: int | None = None
    element: int | None = None


_TOUCH = 0.05
"""Millimetres by which elements may reach beyond the edge or each other, for rounded numbers."""


def problems(template: Template, *, images: frozenset[str] = frozenset()) -> list[Problem]:
    """Everything that is wrong with it, in order; `images` are the digests that the event keeps."""
    found: list[Problem] = []
    if not (template.name.vi or template.name.en):
        found.append(Problem(Fault.NO_NAME))
    known = images | template.images.keys()
    for number, side in enumerate(template.sides):
        grounds = (side.ground, *side.by_category.values())
        if any(it.image is not None and it.image not in known for it in grounds):
            found.append(Problem(Fault.NO_SUCH_IMAGE, number))
        for at, element in enumerate(side.elements):
            found.extend(Problem(it, number, at) for it in _faults(template.size, element, known))
        found.extend(_on_the_code(side, number))
    return found


def _faults(
    size: Size, element: Element, images: frozenset[str] | Mapping[str, object]
) -> list[Fault]:
    x, y, width, height = extent(element)
    found: list[Fault] = []
    if x + width > size.width + _TOUCH or y + height > size.height + _TOUCH:
        found.append(Fault.OFF_THE_BADGE)
    if width <= 0 or height <= 0:
        found.append(Fault.EMPTY_BOX)
    conditions = {element.show.having, element.show.lacking} - {None, "photo"}
    if not all(is_source(it) and it != "text" for it in conditions if it is not None):
        found.append(Fault.UNKNOWN_SOURCE)
    if isinstance(element, Text):
        for part in element.parts:
            if not is_source(part.source):
                found.append(Fault.UNKNOWN_SOURCE)
            elif part.source == "text" and not (part.text.vi or part.text.en):
                found.append(Fault.NO_WORDS)
            if part.smallest > part.size:
                found.append(Fault.SMALLEST_IS_LARGER)
    is_own = isinstance(element, Image) and element.image not in ("logo", "photo")
    if is_own and isinstance(element, Image) and element.image not in images:
        found.append(Fault.NO_SUCH_IMAGE)
    return found


def _on_the_code(side: Face, number: int) -> Iterator[Problem]:
    """Texts and images may not touch a code, and nothing may lie on top of one.

    Two elements that are never on the same badge may share a place.
    """
    codes = [(at, it) for at, it in enumerate(side.elements) if isinstance(it, Code)]
    for place, code in codes:
        for at, element in enumerate(side.elements):
            if at == place or _exclude(code.show, element.show) or not _overlap(code, element):
                continue
            if isinstance(element, Code):
                if at > place:
                    yield Problem(Fault.TWO_CODES, number, at)
            elif not isinstance(element, Box) or at > place:
                yield Problem(Fault.ON_THE_CODE, number, at)


def _exclude(one: Condition, other: Condition) -> bool:
    return (one.having is not None and one.having == other.lacking) or (
        one.lacking is not None and one.lacking == other.having
    )


def _overlap(one: Element, other: Element) -> bool:
    x1, y1, width1, height1 = extent(one)
    x2, y2, width2, height2 = extent(other)
    return (
        min(x1 + width1, x2 + width2) - max(x1, x2) > _TOUCH
        and min(y1 + height1, y2 + height2) - max(y1, y2) > _TOUCH
    )
