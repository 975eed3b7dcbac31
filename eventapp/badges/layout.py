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

_STEPS = 50
"""At the last step type is a twentieth of its largest size: everything fits before that."""
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
    position: str = ""
    organisation: str = ""
    province: str = ""  # or the ministry: whose delegate it is
    group: str = ""  # letter of the visit group
    bus: str = ""  # what else is said of the group


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
    POSITION = "position"
    ORGANISATION = "organisation"
    PROVINCE = "province"
    GROUP = "group"
    BUS = "bus"
    GROUP_LABEL = "group_label"


_ARTWORK = frozenset({Field.CATEGORY, Field.EVENT, Field.DATES, Field.GROUP_LABEL})
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
    organisation and province; the QR code with its code in letters and, beside it, the visit
    group; the category in large capitals on a strip in its colour.
    """
    unit = width / 90
    edge = 6 * unit
    inner = width - 2 * edge
    band, strip, code_zone = 27 * unit, 13 * unit, 41 * unit
    side = 27.0 * unit
    quiet = side * 4 / 21
    code_top = height - strip - code_zone + 1.5 * unit
    spelled = Box(0, code_top + side + quiet, 0, code_zone - 1.5 * unit - side - quiet - 1 * unit)
    left, middle = edge + 1.5 * unit, (width - side) / 2
    group_x = left + side + quiet + 2 * unit
    group = Box(group_x, code_top, width - edge - group_x, side)

    def code_and_letters(x: float, shown: Shown) -> tuple[Element, ...]:
        around = Box(x - quiet, spelled.y, side + 2 * quiet, spelled.height)
        letters = Part(Field.CODE, fonts.SANS_MEDIUM, 9.5 * unit, 6, ink=Ink.SOFT)
        return Code(x, code_top, side, shown), Stack(around, (letters,), shown)

    return Design(
        width,
        height,
        (
            Area(Box(0, 0, width, band), Ink.CATEGORY),
            Stack(
                Box(edge, 4 * unit, inner, band - 6.5 * unit),
                (
                    Part(
                        Field.EVENT,
                        fonts.SANS_SEMIBOLD,
                        13 * unit,
                        8 * unit,
                        lines=3,
                        ink=Ink.ON_CATEGORY,
                    ),
                    Part(
                        Field.DATES,
                        fonts.SANS,
                        9.5 * unit,
                        7 * unit,
                        lines=2,
                        ink=Ink.ON_CATEGORY,
                        above=1.4 * unit,
                    ),
                ),
            ),
            Stack(
                Box(edge, band + 2 * unit, inner, height - band - strip - code_zone - 3 * unit),
                (
                    Part(Field.NAME, fonts.SANS_BOLD, 34 * unit, 21 * unit, lines=3, leading=1.16),
                    Part(
                        Field.POSITION,
                        fonts.SANS_MEDIUM,
                        13 * unit,
                        8.5 * unit,
                        lines=3,
                        above=1.8 * unit,
                    ),
                    Part(
                        Field.ORGANISATION,
                        fonts.SANS,
                        12 * unit,
                        8 * unit,
                        lines=4,
                        above=1 * unit,
                    ),
                    Part(
                        Field.PROVINCE,
                        fonts.SANS_SEMIBOLD,
                        12.5 * unit,
                        9 * unit,
                        lines=2,
                        ink=Ink.CATEGORY_TEXT,
                        above=1 * unit,
                    ),
                ),
            ),
            *code_and_letters(middle, Shown.WITHOUT_GROUP),
            *code_and_letters(left, Shown.WITH_GROUP),
            Area(group, Ink.LINE, radius=2.2 * unit, line=0.45 * unit, shown=Shown.WITH_GROUP),
            Stack(
                Box(group.x + 2 * unit, group.y + 1.5 * unit, group.width - 4 * unit, 5 * unit),
                (Part(Field.GROUP_LABEL, fonts.SANS_MEDIUM, 8.5 * unit, 5.5, ink=Ink.SOFT),),
                Shown.WITH_GROUP,
            ),
            Stack(
                Box(
                    group.x + 2 * unit,
                    group.y + 6 * unit,
                    group.width - 4 * unit,
                    group.height - 7 * unit,
                ),
                (
                    Part(
                        Field.GROUP,
                        fonts.SANS_BOLD,
                        40 * unit,
                        20 * unit,
                        ink=Ink.CATEGORY_TEXT,
                        leading=1.05,
                    ),
                    Part(Field.BUS, fonts.SANS_MEDIUM, 10 * unit, 7 * unit, lines=2),
                ),
                Shown.WITH_GROUP,
            ),
            Area(Box(0, height - strip, width, strip), Ink.CATEGORY),
            Stack(
                Box(edge, height - strip + 1 * unit, inner, strip - 2 * unit),
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
        scale = 0.94**step
        blocks = [_block(part, text, width, scale**part.yielding) for part, text in shown]
        spaces = [part.above * MM * scale if at else 0.0 for at, (part, _) in enumerate(shown)]
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


@lru_cache(maxsize=16384)
def _block(part: Part, text: str, width: float, scale: float) -> tuple[Part, Fitted]:
    """A part's lines at a scale."""
    largest = part.largest * scale
    text = text.upper() if part.upper else text
    smallest = min(part.smallest, largest)
    return part, fitting.fit(text, part.font, width, largest, smallest, part.lines)


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
def readable_on_white(colour: str) -> str:
    """The colour, darkened until its contrast on white is 4.5 (WCAG 2.2, 1.4.3)."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    while 1.05 / (luminance(colour) + 0.05) < 4.5:
        channels = [int(channel * 0.9) for channel in channels]
        colour = "#" + "".join(f"{channel:02x}" for channel in channels)
    return colour
