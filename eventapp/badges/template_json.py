"""Badge templates as JSON: read by the types of `template`, written, and described by a schema.

The schema is a JSON schema (https://json-schema.org, draft 2020-12). Knows neither Flask nor the
database.
"""

import base64
import hashlib
import inspect
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from eventapp import text
from eventapp.badges.template import Element, Part, Template, Text, Words

MAX_BYTES = 256 * 1024
"""Of a template without its images."""
MAX_FILE_BYTES = 12 * 1024 * 1024
"""Of a template's file, with its images."""


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
    BEYOND_NUMBERS = "beyond_numbers"
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
        (r"Number out of range", Wrong.BEYOND_NUMBERS),
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
        cleaned = _cleaned(found)
        if cleaned != found:
            # What is composed can be longer than what was typed, and is what will be read again.
            _decoder.decode(msgspec.json.encode(msgspec.structs.replace(cleaned, images={})))
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except RecursionError:
        raise NotATemplate(Wrong.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotATemplate(Wrong.NO_JSON) from None
    for digest, image in found.images.items():
        if hashlib.sha256(image).hexdigest() != digest:
            raise NotATemplate(Wrong.OTHER_IMAGE, f"images[{digest[:12]}…]")
    return cleaned


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


def _explained(message: str) -> NotATemplate:
    path = _PATH.search(message)
    where = path["path"].lstrip(".") if path else ""
    if where in ("format", "version"):
        return NotATemplate(Wrong.OTHER_FORMAT, where)
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
        msgspec.structs.replace(
            side,
            elements=tuple(map(element, side.elements)),
            by_category={
                clean: it for name, it in side.by_category.items() if (clean := text.clean(name))
            },
        )
        for side in template.sides
    )
    return msgspec.structs.replace(template, name=words(template.name), sides=sides)


def _joining(words: str) -> str:
    """Cleaned, but for the spaces that hold it apart from what it goes with."""
    clean = text.clean(words)
    before = " " if clean and words[0].isspace() else ""
    return f"{before}{clean} " if clean and words[-1].isspace() else f"{before}{clean}"
