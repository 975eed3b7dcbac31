"""Badge templates: what a badge of one design holds.

Lengths are millimetres from a side's top left corner, sizes of type are points; later elements lie
on top of earlier ones. What a template may say is written once, as the types below: `template_json`
reads by them and refuses everything else, and makes the published schema from them; `faults` finds
what they do not say. Knows neither Flask nor the database.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

FORMAT: Final = "eventapp-badge-template"

SMALLEST_CODE = 13.0
"""Side of a code with its quiet zone, mm: modules of 0.45 mm, which cheap scanners read."""

Length = Annotated[float, Meta(ge=0, le=450)]
Side = Annotated[float, Meta(ge=20, le=450)]
_END = r"$(?!\n)"
"""By itself ``$`` is also before a line end that comes last, in Python."""
Colour = Annotated[
    str,
    Meta(
        pattern=r"^(#[0-9a-f]{6}|text|soft|line"
        r"|category|on_category|category_text|category_light"
        rf"|group|on_group|group_text|group_light){_END}"
    ),
]
"""``#rrggbb``, or by meaning: ``category`` is the category's colour, ``on_category`` black or
white, whichever is read on it, ``category_light`` a tint of it, ``category_text`` the same darkened
until it is read on that and on white. ``group``, ``on_group``, ``group_light`` and ``group_text``
are the same of the visit group's colour, a calm grey where it has none."""
Digest = Annotated[str, Meta(pattern=rf"^[0-9a-f]{{64}}{_END}")]
"""SHA-256 of an image, which the event keeps or which the file brings along."""
Picture = Annotated[str, Meta(pattern=rf"^(logo|photo|[0-9a-f]{{64}}){_END}")]
Source = Annotated[str, Meta(pattern=rf"^([a-z_]{{2,30}}|question:[0-9]{{1,9}}){_END}")]
CategoryName = Annotated[str, Meta(max_length=200)]


class Language(StrEnum):
    """In which language what is kept in both is printed."""

    VI = "vi"
    EN = "en"


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages; the Vietnamese one where there is no English one."""

    vi: Annotated[str, Meta(max_length=500)] = ""
    en: Annotated[str, Meta(max_length=500)] = ""

    def in_(self, language: str) -> str:
        """The text in a language."""
        return self.en or self.vi if language == Language.EN else self.vi or self.en


class Size(Struct, frozen=True, forbid_unknown_fields=True):
    """Width and height in millimetres."""

    width: Side
    height: Side


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """When an element is there: only with a text of ``with``, only without one of ``without``."""

    having: Source | None = msgspec.field(default=None, name="with")
    lacking: Source | None = msgspec.field(default=None, name="without")


ALWAYS = Condition()


class Box(Struct, frozen=True, forbid_unknown_fields=True, tag="box", omit_defaults=True):
    """A rectangle, filled, outlined or both, with round corners."""

    x: Length
    y: Length
    width: Length
    height: Length
    fill: Colour | None = None
    line: Colour | None = None
    line_width: Annotated[float, Meta(ge=0, le=20)] = 0.3
    radius: Annotated[float, Meta(ge=0, le=100)] = 0
    show: Condition = ALWAYS


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One text of a stack. ``source`` names what it shows; ``text`` is its words by itself.

    ``before`` and ``after`` go with the source, and are away where it is empty. From ``size`` it
    shrinks to ``smallest`` on the ``usual`` lines, before it takes more, at most ``lines``;
    ``above`` is the space before it (mm).
    ``yielding`` is how readily it shrinks beside the others: 1 as they do, less for what dominates.
    """

    source: Source
    text: Words = Words()
    before: Words = Words()
    after: Words = Words()
    face: Literal["sans", "serif"] = "sans"
    weight: Literal["regular", "medium", "semibold", "bold"] = "regular"
    italic: bool = False
    size: Annotated[float, Meta(ge=3, le=300)] = 12
    smallest: Annotated[float, Meta(ge=3, le=300)] = 7
    lines: Annotated[int, Meta(ge=1, le=12)] = 1
    usual: Annotated[int, Meta(ge=1, le=12)] = 1
    colour: Colour = "text"
    upper: bool = False
    language: Language = Language.VI
    above: Annotated[float, Meta(ge=0, le=100)] = 0
    leading: Annotated[float, Meta(ge=0.8, le=3)] = 1.22
    yielding: Annotated[float, Meta(ge=0.1, le=1)] = 1


class Text(Struct, frozen=True, forbid_unknown_fields=True, tag="text", omit_defaults=True):
    """Texts below one another in a box, which shrink together until they fit."""

    x: Length
    y: Length
    width: Annotated[float, Meta(ge=3, le=450)]
    height: Annotated[float, Meta(ge=1.5, le=450)]
    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=8)]
    align: Literal["left", "center", "right"] = "center"
    valign: Literal["top", "middle", "bottom"] = "middle"
    show: Condition = ALWAYS


class Code(Struct, frozen=True, forbid_unknown_fields=True, tag="code", omit_defaults=True):
    """The QR code of the pass on a white square; ``size`` is its side with the quiet zone."""

    x: Length
    y: Length
    size: Annotated[float, Meta(ge=SMALLEST_CODE, le=300)]
    show: Condition = ALWAYS


class Image(Struct, frozen=True, forbid_unknown_fields=True, tag="image", omit_defaults=True):
    """A picture: ``logo`` is the event's, ``photo`` the delegate's, otherwise one of its images.

    It is as large as fits the box, or with ``cover`` fills it and what reaches beyond is away.
    """

    x: Length
    y: Length
    width: Annotated[float, Meta(ge=1, le=450)]
    height: Annotated[float, Meta(ge=1, le=450)]
    image: Picture
    fit: Literal["contain", "cover"] = "contain"
    radius: Annotated[float, Meta(ge=0, le=100)] = 0
    show: Condition = ALWAYS


Element = Box | Text | Code | Image


class Ground(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What lies below the elements: a colour, and over it an image that covers the side."""

    colour: Colour | None = None
    image: Digest | None = None


class Face(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One side of a badge. ``by_category`` has grounds of their own for categories, by name."""

    elements: Annotated[tuple[Element, ...], Meta(max_length=60)] = ()
    ground: Ground = Ground()
    by_category: Annotated[dict[CategoryName, Ground], Meta(max_length=40)] = {}


class Template(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A badge: its name, its size, its front and perhaps its back.

    ``images`` is only in files: what the template shows, as base64 by digest.
    """

    name: Words
    size: Size
    sides: Annotated[tuple[Face, ...], Meta(min_length=1, max_length=2)]
    format: Literal["eventapp-badge-template"] = FORMAT
    version: Literal[1] = 1
    images: Annotated[dict[Digest, bytes], Meta(max_length=40)] = {}

    @property
    def has_back(self) -> bool:
        """Whether there is something to print on the other side."""
        return len(self.sides) == 2

    def image_digests(self) -> frozenset[str]:
        """The images that it shows, without the logo and the photo."""
        found: set[str] = set()
        for side in self.sides:
            grounds = (side.ground, *side.by_category.values())
            found.update(it.image for it in grounds if it.image is not None)
            found.update(
                it.image
                for it in side.elements
                if isinstance(it, Image) and it.image not in ("logo", "photo")
            )
        return frozenset(found)

    def sources(self) -> frozenset[str]:
        """The keys of what it shows of a delegate and of the event; see `key_of`."""
        return frozenset(key for side in self.sides for key in _keys_of(side))


def key_of(source: str, language: str) -> str:
    """Under which key a record holds what a part shows: by language where it is kept in both."""
    return f"{source}@{language}" if source in BILINGUAL and language != Language.VI else source


BILINGUAL = frozenset({"event", "dates", "venue", "category", "class", "site", "days"})
OF_EVENT = ("event", "dates", "venue", "organiser", "contact", "web")
"""What is the same on all badges: ``web`` is the address of the event's public page."""
GROUP_COLOUR = "group_colour"
"""Under which key a record holds the colour of the visit group, where a template shows it. No part
shows it as a text."""
GROUP_COLOURS = frozenset({"group", "on_group", "group_text", "group_light"})
SOURCES = (
    *("name", "position", "organisation", "province", "category", "code"),
    *OF_EVENT,
    *("group", "bus", "site", "class", "days", "further"),
)
"""What a part can show, beside ``text`` (its own words) and ``question:<number>``."""


def with_images(template: Template, digests: Mapping[str, str]) -> Template:
    """The template without the images that it brought along, showing others in place of some."""

    def ground(found: Ground) -> Ground:
        image = found.image and digests.get(found.image, found.image)
        return msgspec.structs.replace(found, image=image)

    def element(found: Element) -> Element:
        if isinstance(found, Image) and found.image in digests:
            return msgspec.structs.replace(found, image=digests[found.image])
        return found

    sides = tuple(
        msgspec.structs.replace(
            side,
            elements=tuple(map(element, side.elements)),
            ground=ground(side.ground),
            by_category={name: ground(it) for name, it in side.by_category.items()},
        )
        for side in template.sides
    )
    return msgspec.structs.replace(template, sides=sides, images={})


def carrying(template: Template, images: Mapping[str, bytes]) -> Template:
    """The template with images for a file, in the order of their digests."""
    return msgspec.structs.replace(template, images=dict(sorted(images.items())))


def is_source(source: str) -> bool:
    """Whether a part can show it."""
    return source == "text" or source in SOURCES or source.startswith("question:")


def _keys_of(side: Face) -> Iterator[str]:
    grounds = (side.ground, *side.by_category.values())
    if any(it.colour in GROUP_COLOURS for it in grounds):
        yield GROUP_COLOUR
    for element in side.elements:
        yield from _keys(element)
        if GROUP_COLOURS.intersection(_colours(element)):
            yield GROUP_COLOUR


def _colours(element: Element) -> tuple[str | None, ...]:
    if isinstance(element, Box):
        return element.fill, element.line
    return tuple(it.colour for it in element.parts) if isinstance(element, Text) else ()


def _keys(element: Element) -> Iterator[str]:
    for condition in (element.show.having, element.show.lacking):
        if condition is not None:
            yield condition
    if isinstance(element, Text):
        for part in element.parts:
            if part.source != "text":
                yield key_of(part.source, part.language)
    elif isinstance(element, Image) and element.image == "photo":
        yield "photo"


def extent(element: Element) -> tuple[float, float, float, float]:
    """Left, top, width and height of an element."""
    if isinstance(element, Code):
        return element.x, element.y, element.size, element.size
    return element.x, element.y, element.width, element.height
