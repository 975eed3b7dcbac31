"""What a badge says and where: records, designs, and texts made to fit.

A design is a list of elements in millimetres from the badge's top left corner, later ones on top.
A text element is a stack of parts that share one box: they shrink together, from their largest to
their smallest sizes, until the stack fits. Nothing is ever cut off, and the QR code's quiet zone
is an element's box of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from eventapp.events.colours import is_colour, luminance
from eventapp.pdf import MM, fitting, fonts
from eventapp.pdf.fitting import Fitted, Measure

_SHRINK = 0.94
_PATIENCE = 20
_STEPS = 80
"""At the last step type is a fiftieth of its largest size: everything fits before that."""
_UNKNOWN_COLOUR = "#3b4754"


@dataclass(frozen=True, slots=True)
class BadgeRecord:
    """What one badge says, every text as it is to be printed; empty where there is nothing."""

    name: str
    code: str
    category: str
    colour: str  # of the category, #rrggbb
    event: str  # its short title
    dates: str = ""
    venue: str = ""
    position: str = ""
    organisation: str = ""
    province: str = ""  # or the ministry: whose delegate it is
    group: str = ""  # letter of the visit group
    bus: str = ""  # what else is said of the group
    further: str = ""  # answers to the event's own questions


@dataclass(frozen=True, slots=True)
class BadgeLabels:
    """Words on every badge, in the badges' language."""

    group: str = "Nhóm tham quan"


class Field(StrEnum):
    """What a part of a text shows: a field of the record, or a label."""

    NAME = "name"
    CODE = "code"
    CATEGORY = "category"
    EVENT = "event"
    DATES = "dates"
    VENUE = "venue"
    POSITION = "position"
    ORGANISATION = "organisation"
    PROVINCE = "province"
    FURTHER = "further"
    GROUP = "group"
    BUS = "bus"
    GROUP_LABEL = "group_label"


_ARTWORK = frozenset({Field.CATEGORY, Field.EVENT, Field.DATES, Field.VENUE, Field.GROUP_LABEL})
_OWN = frozenset({Field.NAME, Field.CODE})


class Ink(StrEnum):
    """A colour, as far as the design knows it; the category decides the rest."""

    TEXT = "text"
    SOFT = "soft"
    CATEGORY = "category"  # the category's colour as it is, for areas
    ON_CATEGORY = "on_category"  # black or white, whichever is read on it
    CATEGORY_TEXT = "category_text"  # darkened until it is read on white
    LINE = "line"


class Shown(StrEnum):
    """On which badges an element is."""

    ALWAYS = "always"
    WITH_GROUP = "with_group"
    WITHOUT_GROUP = "without_group"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres; x and y are its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Area:
    """A filled or, with a line width (mm), outlined rectangle with round corners."""

    box: Box
    ink: Ink
    radius: float = 0.0
    line: float = 0.0
    shown: Shown = Shown.ALWAYS


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a stack: sizes in points, the most lines it may take, the space above it (mm)."""

    field: Field
    font: str
    largest: float
    smallest: float
    lines: int = 1
    ink: Ink = Ink.TEXT
    upper: bool = False
    above: float = 0.0
    leading: float = 1.22
    # How readily it shrinks when its stack is too high: 1 as the others, less for what dominates.
    yielding: float = 1.0


@dataclass(frozen=True, slots=True)
class Stack:
    """Texts below one another, centred, in the middle of a box."""

    box: Box
    parts: tuple[Part, ...]
    shown: Shown = Shown.ALWAYS

    @property
    def is_artwork(self) -> bool:
        """Whether it is the same on many badges, and is drawn once for all of them."""
        return all(part.field in _ARTWORK for part in self.parts)

    @property
    def repeats(self) -> bool:
        """Whether it is likely to be drawn again on another badge as it is."""
        return not any(part.field in _OWN for part in self.parts)


@dataclass(frozen=True, slots=True)
class Code:
    """The QR code; x and y are the corner of the symbol itself, side its width without quiet zone.

    The quiet zone is four modules more on each side: 0.19 of the side for a pass code.
    """

    x: float
    y: float
    side: float
    shown: Shown = Shown.ALWAYS


Element = Area | Stack | Code


@dataclass(frozen=True, slots=True)
class Design:
    """A badge's size in millimetres and what is on it."""

    width: float
    height: float
    elements: tuple[Element, ...]


# --- The designs that ship ----------------------------------------------------------------------


def conference(width: float, height: float) -> Design:
    """The customary badge of a conference, upright; made for widths from 85 to 110 mm.

    From the top: a band in the category's colour with event and dates; name, position,
    organisation, answers to the event's own questions and province; the QR code with its code in
    letters and, beside it, the visit group; the category in large capitals on a strip in its
    colour.
    """
    unit = width / 90
    edge, band, strip, rule = 6 * unit, 23.5 * unit, 12 * unit, 0.7 * unit
    inner = width - 2 * edge
    side = 26.25 * unit
    quiet = side * 4 / 21
    letters_height = 4 * unit
    code_top = height - strip - 3 * rule - letters_height - quiet - side
    left, middle = edge + 1 * unit, (width - side) / 2
    group_left = left + side + quiet + 1.5 * unit
    group = Box(group_left, code_top, width - edge - group_left, side)
    people_top = band + 4 * rule
    return Design(
        width,
        height,
        (
            Area(Box(0, 0, width, band), Ink.CATEGORY),
            Area(Box(0, band + rule, width, rule), Ink.CATEGORY),
            Area(Box(0, height - strip, width, strip), Ink.CATEGORY),
            Area(Box(0, height - strip - 2 * rule, width, rule), Ink.CATEGORY),
            Stack(Box(edge, 3 * unit, inner, band - 5 * unit), _heading(unit)),
            Stack(Box(edge, people_top, inner, code_top - quiet - people_top), _person(unit)),
            *_code_with_letters(middle, code_top, side, letters_height, Shown.WITHOUT_GROUP),
            *_code_with_letters(left, code_top, side, letters_height, Shown.WITH_GROUP),
            *_group_panel(group, unit),
            Stack(
                Box(edge, height - strip + 0.5 * unit, inner, strip - 1 * unit),
                (
                    Part(
                        Field.CATEGORY,
                        fonts.SANS_BOLD,
                        20 * unit,
                        9 * unit,
                        lines=2,
                        ink=Ink.ON_CATEGORY,
                        upper=True,
                    ),
                ),
            ),
        ),
    )


def _heading(unit: float) -> tuple[Part, ...]:
    event = Part(
        Field.EVENT, fonts.SANS_SEMIBOLD, 12.5 * unit, 8 * unit, lines=3, ink=Ink.ON_CATEGORY
    )
    small = fonts.SANS, 9 * unit, 7 * unit
    dates = Part(Field.DATES, *small, ink=Ink.ON_CATEGORY, above=1.2 * unit)
    venue = Part(Field.VENUE, *small, lines=2, ink=Ink.ON_CATEGORY, above=0.2 * unit)
    return event, dates, venue


def _person(unit: float) -> tuple[Part, ...]:
    """The name dominates: it shrinks half as readily as what stands below it."""
    name = Part(
        Field.NAME, fonts.SANS_BOLD, 34 * unit, 20 * unit, lines=3, leading=1.16, yielding=0.5
    )
    position = Part(
        Field.POSITION, fonts.SANS_MEDIUM, 13 * unit, 9 * unit, lines=3, above=1.6 * unit
    )
    organisation = Part(
        Field.ORGANISATION, fonts.SANS, 12.5 * unit, 8.5 * unit, lines=4, above=1.1 * unit
    )
    further = Part(Field.FURTHER, fonts.SANS, 11 * unit, 8 * unit, lines=3, above=1.1 * unit)
    province = Part(
        Field.PROVINCE,
        fonts.SANS_SEMIBOLD,
        13 * unit,
        9.5 * unit,
        lines=2,
        ink=Ink.CATEGORY_TEXT,
        above=1.1 * unit,
    )
    return name, position, organisation, further, province


def _code_with_letters(
    x: float, top: float, side: float, letters_height: float, shown: Shown
) -> tuple[Element, ...]:
    """The QR code and, below its quiet zone, what it says."""
    quiet = side * 4 / 21
    below = Box(x - quiet, top + side + quiet, side + 2 * quiet, letters_height)
    letters = Part(Field.CODE, fonts.SANS_MEDIUM, side * 0.37, side * 0.2, ink=Ink.SOFT)
    return Code(x, top, side, shown), Stack(below, (letters,), shown)


def _group_panel(box: Box, unit: float) -> tuple[Element, ...]:
    """The visit group beside the QR code: its letter large, its bus below."""
    left, inner = box.x + 2 * unit, box.width - 4 * unit
    label = Part(Field.GROUP_LABEL, fonts.SANS_MEDIUM, 9 * unit, 5.5 * unit, ink=Ink.SOFT)
    letter = Part(
        Field.GROUP,
        fonts.SANS_BOLD,
        42 * unit,
        16 * unit,
        ink=Ink.CATEGORY_TEXT,
        leading=1.05,
        yielding=0.3,
    )
    bus = Part(Field.BUS, fonts.SANS_MEDIUM, 10 * unit, 6.5 * unit, lines=2)
    shown = Shown.WITH_GROUP
    return (
        Area(box, Ink.LINE, radius=2.2 * unit, line=0.4 * unit, shown=shown),
        Stack(Box(left, box.y + 1.5 * unit, inner, 5 * unit), (label,), shown),
        Stack(Box(left, box.y + 6 * unit, inner, box.height - 7.5 * unit), (letter, bus), shown),
    )


CONFERENCE = conference(90, 130)
"""90 × 130 mm, upright: the customary size for holders on a lanyard."""

A6 = conference(105, 148)
"""105 × 148 mm: four fill an A4 sheet without waste."""


# --- Fitting ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlacedLines:
    """A part's lines: baseline of the first, from the box's top, and their distance; points."""

    part: Part
    fitted: Fitted
    baseline: float
    leading: float


def place(stack: Stack, texts: tuple[str, ...]) -> tuple[tuple[PlacedLines, ...], Measure]:
    """Lines of a stack for the texts of its parts, and the most that one needed to fit.

    Parts without text take no space. Everything lies inside the box.
    """
    width, height = stack.box.width * MM, stack.box.height * MM
    shown = [(part, text) for part, text in zip(stack.parts, texts, strict=True) if text.strip()]
    for step in range(_STEPS):
        blocks = [_block(part, text, width, step) for part, text in shown]
        spaces = [part.above * MM * _SHRINK**step for part, _ in shown]
        spaces[:1] = [0.0] * len(spaces[:1])
        needed = sum(_height(part, fitted) for part, fitted in blocks) + sum(spaces)
        if needed <= height:
            break
    top = (height - needed) / 2
    placed: list[PlacedLines] = []
    worst = Measure.SHRUNK if step else Measure.NONE
    for space, (part, fitted) in zip(spaces, blocks, strict=True):
        top += space
        first = top + _first_baseline(part, fitted)
        placed.append(PlacedLines(part, fitted, first, fitted.size * part.leading))
        top += _height(part, fitted)
        too_small = fitted.size < part.smallest - 1e-6
        worst = max(worst, Measure.TOO_SMALL if too_small else fitted.measure)
    return tuple(placed), worst


@lru_cache(maxsize=4096)
def _block(part: Part, text: str, width: float, step: int) -> tuple[Part, Fitted]:
    """A part's lines after so many steps of shrinking.

    Down to its smallest size it goes at its own pace; there it waits until everything in the
    stack is as small, and only then goes on.
    """
    size = max(part.smallest, part.largest * _SHRINK ** (step * part.yielding))
    size *= _SHRINK ** max(0, step - _PATIENCE)
    text = text.upper() if part.upper else text
    smallest = min(part.smallest, size)
    return part, fitting.fit(text, part.font, width, size, smallest, part.lines)


def _height(part: Part, fitted: Fitted) -> float:
    return fitted.size * part.leading * len(fitted.lines)


def _first_baseline(part: Part, fitted: Fitted) -> float:
    """From a block's top: the letters' middle, between capitals and baseline, is the line's."""
    return fitted.size * (part.leading + fonts.shape(part.font).cap_height) / 2


# --- Colours ------------------------------------------------------------------------------------


def usable_colour(colour: str) -> str:
    """The category's colour, or a calm grey for one that is no ``#rrggbb``."""
    return colour if is_colour(colour) else _UNKNOWN_COLOUR


@lru_cache(maxsize=256)
def ink_on(colour: str) -> str:
    """White on the colour where that is read well enough in large type, otherwise black."""
    return "#ffffff" if 1.05 / (luminance(colour) + 0.05) >= 3.9 else "#000000"


@lru_cache(maxsize=256)
def readable_on_white(colour: str) -> str:
    """The colour, darkened until its contrast on white is 4.5 (WCAG 2.2, 1.4.3)."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    while 1.05 / (luminance(colour) + 0.05) < 4.5:
        channels = [int(channel * 0.9) for channel in channels]
        colour = "#" + "".join(f"{channel:02x}" for channel in channels)
    return colour
