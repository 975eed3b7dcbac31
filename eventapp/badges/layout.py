"""What a badge says and where: records, a template made ready for drawing, and texts made to fit.

A text element is a stack of parts that share one box: they shrink together, from their largest to
their smallest sizes, until the stack fits; a part that is too wide takes more lines than are usual
for it; then letters are condensed; at last everything is made as small as it must be. Nothing is
ever cut off, and no letter reaches out of its box.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from eventapp.badges import template
from eventapp.badges.template import Ground
from eventapp.events.colours import is_colour, luminance
from eventapp.pdf import MM, fitting, fonts, qr
from eventapp.pdf.fitting import Fitted, Measure

_SHRINK = 0.94
_STRETCHES = (0.92, 0.84, 0.77, fitting.LEAST_STRETCH)
_SMALLER = 20
"""Steps below the smallest sizes before everything that is left is scaled down at once."""
_LIGHT = 0.13
_UNKNOWN_COLOUR = "#3b4754"
_FIXED = {"text": "#16202b", "soft": "#4a5766", "line": "#8e9aa8"}
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


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a badge, ready to be drawn."""

    elements: tuple[Element, ...]
    ground: Ground
    by_category: Mapping[str, Ground]

    def ground_of(self, category: str) -> Ground:
        """What lies below the elements on a badge of a category."""
        return self.by_category.get(category, self.ground)

    @cached_property
    def drawn_keys(self) -> frozenset[str]:
        """Keys of the texts that are the same on many badges, and are drawn once for them."""
        return frozenset(
            part.key
            for element in self.elements
            if isinstance(element, Stack) and element.is_artwork
            for part in element.parts
            if part.key is not None
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
        font=_FONTS[part.face][part.weight, part.italic],
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


# Of the serif face there are two weights: the others get the nearest.
_FONTS: dict[str, dict[tuple[str, bool], str]] = {
    "sans": {
        ("regular", False): fonts.SANS,
        ("medium", False): fonts.SANS_MEDIUM,
        ("semibold", False): fonts.SANS_SEMIBOLD,
        ("bold", False): fonts.SANS_BOLD,
        ("regular", True): fonts.SANS_ITALIC,
        ("medium", True): fonts.SANS_MEDIUM_ITALIC,
        ("semibold", True): fonts.SANS_SEMIBOLD_ITALIC,
        ("bold", True): fonts.SANS_BOLD_ITALIC,
    },
    "serif": {
        ("regular", False): fonts.SERIF,
        ("medium", False): fonts.SERIF,
        ("semibold", False): fonts.SERIF_BOLD,
        ("bold", False): fonts.SERIF_BOLD,
        ("regular", True): fonts.SERIF_ITALIC,
        ("medium", True): fonts.SERIF_ITALIC,
        ("semibold", True): fonts.SERIF_BOLD_ITALIC,
        ("bold", True): fonts.SERIF_BOLD_ITALIC,
    },
}


def _source(key: str) -> str:
    return key.partition("@")[0]


# --- Fitting ------------------------------------------------------------------------------------


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


_Block = tuple[Part, Fitted]


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
        needed = sum(_height(part, fitted) for part, fitted in blocks) + sum(spaces)
        above, below = _overhang(blocks)
        if above + needed + below <= height:
            break
    else:
        # Everything scales alike: so it fits exactly.
        scale = height / (above + needed + below)
        blocks = [(part, _scaled(fitted, scale)) for part, fitted in blocks]
        spaces = [space * scale for space in spaces]
        needed, above, below = needed * scale, above * scale, below * scale
    free = height - needed
    top = {"top": 0.0, "middle": free / 2, "bottom": free}[stack.valign]
    top = max(min(top, free - below), above)
    placed: list[PlacedLines] = []
    worst = Measure.NONE
    for space, (part, fitted) in zip(spaces, blocks, strict=True):
        top += space
        first = top + _first_baseline(part, fitted)
        placed.append(PlacedLines(part, fitted, first, fitted.size * part.leading))
        worst = max(worst, placed[-1].measure)
        top += _height(part, fitted)
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
        return part, fitting.fit(text, part.font, width, size, smallest, part.lines, part.usual)
    further = step - patience - 1
    stretch = _STRETCHES[min(further, len(_STRETCHES) - 1)]
    size *= _SHRINK ** max(0, further - len(_STRETCHES) + 1)
    return part, fitting.condensed(text, part.font, width, size, part.lines, stretch)


def _scaled(fitted: Fitted, scale: float) -> Fitted:
    return Fitted(fitted.lines, fitted.size * scale, fitted.stretch, fitted.measure)


def _overhang(blocks: Sequence[_Block]) -> tuple[float, float]:
    """By how much letters reach above the first line's height, and below the last one's; points.

    That is the case of two marks on a capital, where lines are close.
    """
    (part, fitted), (last, last_fitted) = blocks[0], blocks[-1]
    above = fonts.ink(fitted.lines[0], part.font)[0] * fitted.size
    below = fonts.ink(last_fitted.lines[-1], last.font)[1] * last_fitted.size
    under = _height(last, last_fitted) - _first_baseline(last, last_fitted)
    under -= (len(last_fitted.lines) - 1) * last_fitted.size * last.leading
    return max(0.0, above - _first_baseline(part, fitted)), max(0.0, below - under)


def _height(part: Part, fitted: Fitted) -> float:
    return fitted.size * part.leading * len(fitted.lines)


def _first_baseline(part: Part, fitted: Fitted) -> float:
    """From a block's top: the letters' middle, between capitals and baseline, is the line's."""
    return fitted.size * (part.leading + fonts.shape(part.font).cap_height) / 2


# --- Colours ------------------------------------------------------------------------------------


def colour_of(ink: str, category: str) -> str:
    """The ``#rrggbb`` that a template's colour means on a badge of a category's colour."""
    if ink.startswith("#"):
        return ink
    if ink in _FIXED:
        return _FIXED[ink]
    colour = usable_colour(category)
    if ink == "on_category":
        return ink_on(colour)
    if ink == "category_light":
        return light_of(colour)
    return readable_on_light(colour) if ink == "category_text" else colour


def usable_colour(colour: str) -> str:
    """The category's colour, or a calm grey for one that is no ``#rrggbb``."""
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
