"""Drawings of shapes: an SVG of which only shapes are left.

Of an SVG what the list below names is taken: no script, no reference to anything outside, no
document type, no style that names an address; gradients become one colour, for papers are to be
PDF/A and print the same everywhere. Whatever would be missing then (texts, pictures, parts used
twice) is refused with its name rather than left out.
"""

import re
from enum import StrEnum
from statistics import fmean
from typing import Any

from lxml import etree
from reportlab.lib.colors import Color, toColor

from eventapp.pdf import artwork
from eventapp.pdf.artwork import SVG

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_GRADIENTS = {"linearGradient", "radialGradient"}
_KEPT = _SHAPES | {"svg", "g", "defs", "clipPath", "style"}
_NEEDED = {"text", "tspan", "image", "use", "mask", "pattern", "symbol", "filter", "foreignObject"}
_ATTRIBUTES = frozenset(
    (
        *("id", "class", "style", "d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy"),
        *("r", "rx", "ry", "width", "height", "viewBox", "preserveAspectRatio", "transform"),
        *("fill", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"),
        *("stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "clip-path"),
        *("clip-rule", "color", "display", "visibility"),
    )
)
_ELSEWHERE = re.compile(r"url\((?!\s*['\"]?#)|[@\\<]|expression|javascript:", re.IGNORECASE)
_LOCAL = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)['\"]?\s*\)")
_OPACITY = re.compile(r"[\w-]*opacity\s*:[^;}]*;?", re.IGNORECASE)


class Refusal(StrEnum):
    """Why an SVG is not taken."""

    UNKNOWN = "unknown"
    BROKEN = "broken"
    DOCUMENT_TYPE = "document_type"
    NOT_SHAPES = "not_shapes"


class NotShapes(ValueError):
    """The file is not taken; `reason` says why, `part` which element is in the way."""

    def __init__(self, reason: Refusal, part: str = "") -> None:
        super().__init__(str(reason))
        self.reason, self.part = reason, part


def is_svg(content: bytes) -> bool:
    """Whether a file may be an SVG: it begins as markup does, in UTF-8 or UTF-16."""
    return content[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def shapes(content: bytes) -> bytes:
    """What is kept of an SVG. Raises NotShapes."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotShapes(Refusal.BROKEN) from None
    kind = root.getroottree().docinfo
    if kind.doctype or kind.internalDTD is not None:
        raise NotShapes(Refusal.DOCUMENT_TYPE)
    if root.tag != f"{_SVG}svg":
        raise NotShapes(Refusal.UNKNOWN)
    colours = _colours_of_gradients(root)
    kept = etree.Element(f"{_SVG}svg", nsmap={None: _SVG[1:-1]})
    _copy(root, kept, colours)
    clean: bytes = etree.tostring(kept, encoding="utf-8")
    try:
        artwork.of(clean, SVG)
    except artwork.NotDrawable:
        raise NotShapes(Refusal.BROKEN) from None
    return clean


def _copy(source: Any, target: Any, colours: dict[str, str]) -> None:
    """What is kept of an element and of those in it."""
    for name, value in source.attrib.items():
        if name in _ATTRIBUTES:
            value = _style(value, colours) if name == "style" else _value(value, colours)
            if value:
                target.set(name, value)
    if source.tag == f"{_SVG}style":
        target.text = _style(source.text or "", colours)
        return
    for child in source:
        name = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else ""
        if name in _NEEDED:
            raise NotShapes(Refusal.NOT_SHAPES, name)
        if name in _KEPT:
            _copy(child, etree.SubElement(target, child.tag), colours)


def _style(text: str, colours: dict[str, str]) -> str:
    return _OPACITY.sub("", _value(text, colours))


def _value(text: str, colours: dict[str, str]) -> str:
    """A value without gradients; empty if it names anything outside."""
    text = _LOCAL.sub(lambda it: colours.get(it[1], it[0]), text)
    return "" if _ELSEWHERE.search(text) else text


def _colours_of_gradients(root: Any) -> dict[str, str]:
    """The mean colour of each gradient by its id; of one that refers to another, that one's."""
    stops: dict[str, list[Color]] = {}
    refers: dict[str, str] = {}
    for gradient in root.iter(*(f"{_SVG}{name}" for name in _GRADIENTS)):
        name = gradient.get("id", "")
        stops[name] = [_stop(stop) for stop in gradient.iter(f"{_SVG}stop")]
        refers[name] = (gradient.get("href") or gradient.get(_HREF) or "").removeprefix("#")
    found = {}
    for name in stops:
        colours = stops[name] or stops.get(refers[name]) or []
        parts = [
            round(255 * fmean(getattr(it, part) for it in colours)) if colours else 0
            for part in ("red", "green", "blue")
        ]
        found[name] = "#{:02x}{:02x}{:02x}".format(*parts)
    return found


def _stop(stop: Any) -> Color:
    written = re.search(r"stop-color\s*:\s*([^;]+)", stop.get("style", ""))
    named = (written[1] if written else stop.get("stop-color", "black")).strip()
    if re.fullmatch("#[0-9a-fA-F]{3}", named):
        named = "#" + "".join(2 * digit for digit in named[1:])
    try:
        return toColor(named)
    except (ValueError, KeyError):
        return toColor("black")
