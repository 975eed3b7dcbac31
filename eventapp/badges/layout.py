"""What a badge says and where: records, and a template made ready for drawing.

`placing` makes texts fit their boxes, `inks` says which colours are meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from eventapp.badges import template
from eventapp.badges.template import Ground
from eventapp.pdf import fonts, qr

_HAIR = 0.05  # mm, for rounded numbers
_ARTWORK = frozenset({"category", *template.OF_EVENT})
_OWN = frozenset({"name", "code"})


@dataclass(frozen=True, slots=True)
class BadgeRecord:
    """What one badge says. ``values`` has every text as it is to be printed, by the keys of
    `template.key_of`; empty or absent where there is nothing. ``photo`` names the delegate's."""

    code: str
    category: str
    colour: str  # of the category, #rrggbb
    values: Mapping[str, str] = field(default_factory=dict)
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres; x and y are its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Box", reach: float = 0.0) -> bool:
        """Whether they share a place, if both reached so much further; a hair is none."""
        least = _HAIR - 2 * reach
        return (
            min(self.x + self.width, other.x + other.width) - max(self.x, other.x) > least
            and min(self.y + self.height, other.y + other.height) - max(self.y, other.y) > least
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """Keys of which a badge has a text, and keys of which it has none."""

    having: str | None = None
    lacking: str | None = None

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether an element is on a badge with these texts."""
        return (self.having is None or bool(values.get(self.having))) and (
            self.lacking is None or not values.get(self.lacking)
        )

    def excludes(self, other: "Condition") -> bool:
        """Whether no badge has what is there on this one and what is there on that one."""
        return (self.having is not None and self.having == other.lacking) or (
            self.lacking is not None and self.lacking == other.having
        )


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A filled and, with a line (mm), outlined rectangle with round corners."""

    box: Box
    fill: str | None
    line: str | None
    line_width: float
    radius: float
    shown: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One text of a stack: sizes in points, the most lines it may take and how many of them are
    usual, the space above it (mm).

    It shows the record's text of ``key``, between ``before`` and ``after``, or else ``words``.
    """

    key: str | None
    words: str
    before: str
    after: str
    font: str
    largest: float
    smallest: float
    lines: int
    usual: int
    ink: str
    upper: bool
    above: float
    leading: float
    yielding: float

    def text(self, values: Mapping[str, str]) -> str:
        """What it says on a badge."""
        if self.key is None:
            return self.words
        found = values.get(self.key, "")
        return f"{self.before}{found}{self.after}" if found else ""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Texts below one another in a box, which shrink together."""

    box: Box
    parts: tuple[Part, ...]
    align: str
    valign: str
    shown: Condition
    number: int  # of the element in the template

    @property
    def is_artwork(self) -> bool:
        """Whether it is the same on many badges, and is drawn once for all of them."""
        return all(part.key is None or _source(part.key) in _ARTWORK for part in self.parts)

    @property
    def repeats(self) -> bool:
        """Whether it is likely to be drawn again on another badge as it is."""
        return not any(part.key is not None and part.key in _OWN for part in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """The QR code on a white square, which is its quiet zone."""

    box: Box
    shown: Condition

    @property
    def symbol(self) -> Box:
        """Where the symbol of a pass code lies, without the quiet zone."""
        quiet = self.box.width * qr.QUIET_ZONE / (qr.PASS_SIDE + 2 * qr.QUIET_ZONE)
        side = self.box.width - 2 * quiet
        return Box(self.box.x + quiet, self.box.y + quiet, side, side)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image: of the event by its digest, its ``logo``, or the delegate's ``photo``."""

    box: Box
    image: str
    covers: bool
    radius: float
    shown: Condition

    @property
    def is_artwork(self) -> bool:
        """Whether it is the same on many badges."""
        return self.image != "photo"


Element = Area | Stack | Code | Picture


def _is_common(element: Element) -> bool:
    """Whether it, or of a code the square below it, is the same on many badges."""
    return not isinstance(element, Stack | Picture) or element.is_artwork


def _inks(element: Element) -> frozenset[str | None]:
    """The colours it is drawn in, as the template says them."""
    if isinstance(element, Area):
        return frozenset({element.fill, element.line})
    return frozenset(it.ink for it in element.parts) if isinstance(element, Stack) else frozenset()


def _is_own(element: Element) -> bool:
    return isinstance(element, Code) or not _is_common(element)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Elements that many badges have in common, and over them those of one badge; a code is in
    both."""

    common: tuple[Element, ...]
    own: tuple[Element, ...]


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a badge, ready to be drawn."""

    elements: tuple[Element, ...]
    ground: Ground
    by_category: Mapping[str, Ground]

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The elements as they are drawn, one layer over the other: as few as there can be, where
        nothing lies below what it comes after. One is enough for most designs."""
        levels: list[int] = []
        for at, element in enumerate(self.elements):
            level = 0
            for below, before in zip(self.elements[:at], levels, strict=True):
                if _lie_together(below, element):
                    is_over = _is_own(below) and _is_common(element)
                    level = max(level, before + is_over)
            levels.append(level)
        leveled = list(zip(self.elements, levels, strict=True))
        return tuple(
            Layer(
                tuple(it for it, its in leveled if its == level and _is_common(it)),
                tuple(it for it, its in leveled if its == level and _is_own(it)),
            )
            for level in range(max(levels, default=0) + 1)
        )

    def ground_of(self, category: str) -> Ground:
        """What lies below the elements on a badge of a category."""
        return self.by_category.get(category, self.ground)

    @cached_property
    def drawn_keys(self) -> frozenset[str]:
        """Keys of the texts that are the same on many badges, and are drawn once for them; and of
        the group's colour, if something of it is."""
        common = [it for it in self.elements if _is_common(it)]
        found = {
            part.key
            for element in common
            if isinstance(element, Stack)
            for part in element.parts
            if part.key is not None
        }
        grounds = (self.ground, *self.by_category.values())
        inks = {it.colour for it in grounds}.union(*map(_inks, common))
        return frozenset(
            found | ({template.GROUP_COLOUR} if inks & template.GROUP_COLOURS else set())
        )

    @cached_property
    def artwork_keys(self) -> tuple[str, ...]:
        """Keys of the texts that decide what badges have in common."""
        found: dict[str, None] = {}
        for element in self.elements:
            for key in (element.shown.having, element.shown.lacking):
                if key is not None:
                    found[key] = None
        return tuple(dict.fromkeys((*found, *sorted(self.drawn_keys))))


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A badge's size in millimetres and its one or two sides."""

    width: float
    height: float
    sides: tuple[Side, ...]


def _lie_together(one: Element, other: Element) -> bool:
    """Whether a badge may have both in one place."""
    lines = [it.line_width for it in (one, other) if isinstance(it, Area) and it.line]
    reach = max(lines, default=0.0) / 2
    return one.box.meets(other.box, reach) and not one.shown.excludes(other.shown)


def design_of(source: template.Template) -> Design:
    """A template as it is drawn."""
    return Design(
        source.size.width,
        source.size.height,
        tuple(
            Side(
                tuple(_element(it, number) for number, it in enumerate(side.elements)),
                side.ground,
                side.by_category,
            )
            for side in source.sides
        ),
    )


def _element(element: template.Element, number: int) -> Element:
    box = Box(*template.extent(element))
    shown = Condition(element.show.having, element.show.lacking)
    if isinstance(element, template.Box):
        width = element.line_width if element.line else 0.0
        return Area(box, element.fill, element.line, width, element.radius, shown)
    if isinstance(element, template.Code):
        return Code(box, shown)
    if isinstance(element, template.Image):
        return Picture(box, element.image, element.fit == "cover", element.radius, shown)
    parts = tuple(map(_part, element.parts))
    return Stack(box, parts, element.align, element.valign, shown, number)


def _part(part: template.Part) -> Part:
    is_fixed = part.source == "text"
    return Part(
        key=None if is_fixed else template.key_of(part.source, part.language),
        words=part.text.in_(part.language) if is_fixed else "",
        before=part.before.in_(part.language),
        after=part.after.in_(part.language),
        font=_FONTS[part.face, part.italic][_WEIGHTS.index(part.weight)],
        largest=part.size,
        smallest=part.smallest,
        lines=part.lines,
        usual=min(part.usual, part.lines),
        ink=part.colour,
        upper=part.upper,
        above=part.above,
        leading=part.leading,
        yielding=part.yielding,
    )


_WEIGHTS = ("regular", "medium", "semibold", "bold")
# By face and whether it is italic, the weights in that order. Of the serif face there are two: the
# others get the nearest.
_FONTS = {
    ("sans", False): (fonts.SANS, fonts.SANS_MEDIUM, fonts.SANS_SEMIBOLD, fonts.SANS_BOLD),
    ("sans", True): (
        fonts.SANS_ITALIC,
        fonts.SANS_MEDIUM_ITALIC,
        fonts.SANS_SEMIBOLD_ITALIC,
        fonts.SANS_BOLD_ITALIC,
    ),
    ("serif", False): (fonts.SERIF, fonts.SERIF, fonts.SERIF_BOLD, fonts.SERIF_BOLD),
    ("serif", True): (
        fonts.SERIF_ITALIC,
        fonts.SERIF_ITALIC,
        fonts.SERIF_BOLD_ITALIC,
        fonts.SERIF_BOLD_ITALIC,
    ),
}


def _source(key: str) -> str:
    return key.partition("@")[0]
