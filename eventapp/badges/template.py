"""Badge templates: what a badge of one design holds, as JSON that is checked when it is read.

Lengths are millimetres from a side's top left corner, sizes of type are points; later elements lie
on top of earlier ones. What a template may say is written once, as the types below: `msgspec`
reads by them and refuses everything else, and makes the published schema from them
(https://json-schema.org, draft 2020-12). Beyond types, `problems` finds what lies outside a badge
or on its code. Knows neither Flask nor the database.
"""

import base64
import hashlib
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from eventapp import text

FORMAT: Final = "eventapp-badge-template"
MAX_BYTES = 256 * 1024
"""Of a template without its images."""
MAX_FILE_BYTES = 12 * 1024 * 1024
"""Of a template's file, with its images."""

SMALLEST_CODE = 13.0
"""Side of a code with its quiet zone, mm: modules of 0.45 mm, which cheap scanners read."""

Length = Annotated[float, Meta(ge=0, le=450)]
Side = Annotated[float, Meta(ge=20, le=450)]
Colour = Annotated[
    str,
    Meta(
        pattern=r"^(#[0-9a-f]{6}|text|soft|line"
        r"|category|on_category|category_text|category_light)$"
    ),
]
"""``#rrggbb``, or by meaning: ``category`` is the category's colour, ``on_category`` black or
white, whichever is read on it, ``category_light`` a tint of it, ``category_text`` the same darkened
until it is read on that and on white."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of an image, which the event keeps or which the file brings along."""
Picture = Annotated[str, Meta(pattern=r"^(logo|photo|[0-9a-f]{64})$")]
Source = Annotated[str, Meta(pattern=r"^([a-z_]{2,30}|question:[0-9]{1,9})$")]


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
    by_category: Annotated[dict[str, Ground], Meta(max_length=40)] = {}


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
        return frozenset(
            key for side in self.sides for element in side.elements for key in _keys(element)
        )


class NotATemplate(ValueError):
    """The JSON is no template: ``path`` says where (``sides[0].elements[2].x``), ``kind`` why.

    ``wanted`` is the bound or the kind of value that was expected, as far as it is known.
    """

    def __init__(self, kind: "Wrong", path: str = "", wanted: str = "") -> None:
        super().__init__(f"{kind} at {path or 'the top'} {wanted}".strip())
        self.kind, self.path, self.wanted = kind, path, wanted


class Wrong(StrEnum):
    """What can be wrong with a template's JSON."""

    TOO_LARGE = "too_large"
    NO_JSON = "no_json"
    TOO_DEEP = "too_deep"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    TOO_SMALL_NUMBER = "too_small_number"
    TOO_LARGE_NUMBER = "too_large_number"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    OTHER_FORMAT = "other_format"
    OTHER_VALUE = "other_value"
    OTHER_TYPE = "other_type"
    OTHER_IMAGE = "other_image"  # its digest is not that of its bytes


_WRONGS: tuple[tuple[re.Pattern[str], Wrong], ...] = tuple(
    (re.compile(pattern), wrong)
    for pattern, wrong in (
        (r"contains unknown field `(?P<wanted>[^`]*)`", Wrong.UNKNOWN_FIELD),
        (r"missing required field `(?P<wanted>[^`]*)`", Wrong.MISSING_FIELD),
        (r"of length >= (?P<wanted>\d+)", Wrong.TOO_SHORT),
        (r"of length <= (?P<wanted>\d+)", Wrong.TOO_LONG),
        (r">=? (?P<wanted>[\d.]+)", Wrong.TOO_SMALL_NUMBER),
        (r"<=? (?P<wanted>[\d.]+)", Wrong.TOO_LARGE_NUMBER),
        (r"Number out of range", Wrong.TOO_LARGE_NUMBER),
        (r"matching regex", Wrong.OTHER_VALUE),
        (r"Invalid enum value|Invalid value", Wrong.OTHER_VALUE),
        (r"Expected `(?P<wanted>[^`]*)`", Wrong.OTHER_TYPE),
    )
)
_PATH = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`")

_decoder = msgspec.json.Decoder(Template)


def read(content: bytes, *, max_bytes: int = MAX_BYTES) -> Template:
    """A template from its JSON, its texts composed and without control characters.

    Raises NotATemplate. What lies outside the badge or on its code is found by `problems`.
    """
    if len(content) > max_bytes:
        raise NotATemplate(Wrong.TOO_LARGE, wanted=str(max_bytes // 1024))
    try:
        found = _decoder.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except RecursionError:
        raise NotATemplate(Wrong.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotATemplate(Wrong.NO_JSON) from None
    for digest, image in found.images.items():
        if hashlib.sha256(image).hexdigest() != digest:
            raise NotATemplate(Wrong.OTHER_IMAGE, f"images[{digest[:12]}…]")
    return _cleaned(found)


def written(template: Template) -> bytes:
    """The template as JSON, laid out to be read, without what goes without saying; the same
    template gives the same bytes."""
    said = {"format": template.format, "version": template.version} | _plain(template, whole=False)
    return msgspec.json.format(msgspec.json.encode(said), indent=2)


def schema() -> dict[str, Any]:
    """What a template may hold, as a JSON schema."""
    found = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Template)))
    for described in found["$defs"].values():
        if "description" in described:
            described["description"] = inspect.cleandoc(described["description"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def as_data(template: Template) -> dict[str, Any]:
    """The template as plain dictionaries and lists, every field named."""
    return dict(_plain(template, whole=True))


def _plain(value: Any, *, whole: bool) -> Any:
    """A value as JSON has it; of structures the fields that are not as they are by themselves,
    or the ``whole``."""
    if isinstance(value, Struct):
        config = value.__struct_config__
        found: dict[str, Any] = {config.tag_field: config.tag} if config.tag_field else {}
        for field in msgspec.structs.fields(value):
            held = getattr(value, field.name)
            usual = field.default
            if field.default_factory is not msgspec.NODEFAULT:
                usual = field.default_factory()
            if whole or held != usual:
                found[field.encode_name] = _plain(held, whole=whole)
        return found
    if isinstance(value, Mapping):
        return {key: _plain(value[key], whole=whole) for key in sorted(value)}
    if isinstance(value, tuple):
        return [_plain(it, whole=whole) for it in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 90, which is what people write
    return value


def key_of(source: str, language: str) -> str:
    """Under which key a record holds what a part shows: by language where it is kept in both."""
    return f"{source}@{language}" if source in BILINGUAL and language != Language.VI else source


BILINGUAL = frozenset({"event", "dates", "venue", "category", "class", "site", "days"})
OF_EVENT = ("event", "dates", "venue", "organiser", "contact", "web")
"""What is the same on all badges: ``web`` is the address of the event's public page."""
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


def _explained(message: str) -> NotATemplate:
    path = _PATH.search(message)
    where = path["path"].lstrip(".") if path else ""
    for pattern, wrong in _WRONGS:
        if found := pattern.search(message):
            return NotATemplate(wrong, where, found.groupdict().get("wanted") or "")
    return NotATemplate(Wrong.OTHER_VALUE, where)


def _cleaned(template: Template) -> Template:
    """Texts that people typed, cleaned as they are everywhere else."""

    def words(found: Words) -> Words:
        return Words(text.clean(found.vi), text.clean(found.en))

    def part(found: Part) -> Part:
        return msgspec.structs.replace(
            found,
            text=words(found.text),
            before=Words(*map(_joining, (found.before.vi, found.before.en))),
            after=Words(*map(_joining, (found.after.vi, found.after.en))),
        )

    def element(found: Element) -> Element:
        if not isinstance(found, Text):
            return found
        return msgspec.structs.replace(found, parts=tuple(map(part, found.parts)))

    sides = tuple(
        msgspec.structs.replace(side, elements=tuple(map(element, side.elements)))
        for side in template.sides
    )
    return msgspec.structs.replace(template, name=words(template.name), sides=sides)


def _joining(words: str) -> str:
    """Cleaned, but for the spaces that hold it apart from what it goes with."""
    clean = text.clean(words)
    before = " " if clean and words[0].isspace() else ""
    return f"{before}{clean} " if clean and words[-1].isspace() else f"{before}{clean}"


# --- What the types do not say --------------------------------------------------------------------


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


def extent(element: Element) -> tuple[float, float, float, float]:
    """Left, top, width and height of an element."""
    if isinstance(element, Code):
        return element.x, element.y, element.size, element.size
    return element.x, element.y, element.width, element.height
