"""Artwork that papers carry, such as a logo: read once, stored once in a file, drawn anywhere.

A PNG becomes a picture in red, green and blue, a JPEG stays as it is, an SVG of plain shapes
becomes drawing operators. What is transparent in a PNG lets through what lies below, where pages
are made of operators; elsewhere it is white.
"""

import io
import math
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from PIL import Image
from reportlab.graphics import renderPDF, shapes
from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable
from svglib.svglib import svg2rlg

from eventapp.pdf import MM
from eventapp.pdf.stream import StreamedCanvas
from eventapp.pdf.surface import Surface

PNG, SVG, JPEG = "image/png", "image/svg+xml", "image/jpeg"
# ReportLab names a font before it draws any shape.
_FONT = re.compile(r"BT /F\d+ [\d.]+ Tf [\d.]+ TL ET\s*")
# No numbers, and operators that need a resource.
_NOT_PLAIN = re.compile(r"nan|inf|/|\bTj\b", re.IGNORECASE)
_COLOURS = ("fillColor", "strokeColor")
_OPACITIES = ("fillOpacity", "strokeOpacity")
# What svglib and ReportLab raise for numbers, paths and styles that are none.
_UNREADABLE = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(RecursionError, NotImplementedError),
)


class NotDrawable(ValueError):
    """The file holds something else than shapes, or nothing at all."""


@dataclass(frozen=True, slots=True)
class Artwork:
    """Artwork of a width and a height; only their ratio counts."""

    width: float
    height: float
    operators: bytes = b""  # of an SVG
    pixels: bytes = b""  # of a PNG: three bytes each, from the top left
    alpha: bytes = b""  # of a PNG: one byte each, how far it covers
    jpeg: bytes = b""  # the file

    def draw(self, canvas: StreamedCanvas, x: float, y: float, width: float, height: float) -> None:
        """Draw it in the middle of a box, as large as fits; points, from the bottom left."""
        scale, left, bottom = self._fit(x, y, width, height)
        canvas.saveState()
        canvas.translate(left, bottom)
        canvas.scale(scale, scale)
        if self.pixels:
            canvas.drawImage(_reader(self), 0, 0, self.width, self.height)
        else:
            name = f"artwork{zlib.crc32(self.operators)}"
            if not canvas.hasForm(name):
                canvas.beginForm(name, 0, 0, self.width, self.height)
                cast(Any, canvas)._code.append(self.operators.decode("ascii"))
                canvas.endForm()
            canvas.doForm(name)
        canvas.restoreState()

    def add_to(self, pages: Surface) -> bytes:
        """Store it in a file made of operators; returns the operator that `placed` takes."""
        width, height = int(self.width), int(self.height)
        # A picture is a square of one unit.
        if self.jpeg:
            image = pages.add_jpeg(width, height, self.jpeg)
        elif self.pixels:
            image = pages.add_image(width, height, self.pixels, self.alpha)
        else:
            return pages.add_form(self.width, self.height, self.operators)
        return b"q %.3f 0 0 %.3f 0 0 cm %bQ\n" % (self.width, self.height, image)

    def placed(self, operator: bytes, x: float, y: float, width: float, height: float) -> bytes:
        """Operators that draw it in the middle of a box, as large as fits; see `draw`."""
        scale, left, bottom = self._fit(x, y, width, height)
        return b"q %.5f 0 0 %.5f %.3f %.3f cm %bQ\n" % (scale, scale, left, bottom, operator)

    def covering(self, operator: bytes, x: float, y: float, width: float, height: float) -> bytes:
        """As `placed`, but as small as covers the box; what reaches beyond it is to be clipped."""
        scale, left, bottom = self._fit(x, y, width, height, covers=True)
        return b"q %.5f 0 0 %.5f %.3f %.3f cm %bQ\n" % (scale, scale, left, bottom, operator)

    def _fit(
        self, x: float, y: float, width: float, height: float, *, covers: bool = False
    ) -> tuple[float, float, float]:
        scale = (max if covers else min)(width / self.width, height / self.height)
        return (
            scale,
            x + (width - scale * self.width) / 2,
            y + (height - scale * self.height) / 2,
        )


class Picture(Flowable):
    """Artwork in flowing text, in a box of that size (mm) in the middle or at the left."""

    def __init__(
        self, artwork: Artwork, width: float, height: float, *, centred: bool = True
    ) -> None:
        super().__init__()
        self._artwork, self._size = artwork, (width * MM, height * MM)
        self._centred = centred

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        self.width = availWidth
        return availWidth, self._size[1]

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        width, height = self._size
        canvas = cast(StreamedCanvas, self.canv)
        left = (self.width - width) / 2 if self._centred else 0
        self._artwork.draw(canvas, left, 0, width, height)


@lru_cache(maxsize=8)
def of(content: bytes, media_type: str) -> Artwork:
    """Artwork from a PNG, an RGB JPEG or an SVG of plain shapes. Raises NotDrawable."""
    if media_type == JPEG:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            return Artwork(*picture.size, jpeg=content)
    if media_type == PNG:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.mode in ("RGBA", "LA") or "transparency" in picture.info:
                whole = picture.convert("RGBA")
                alpha = whole.getchannel("A").tobytes()
                return Artwork(*whole.size, pixels=whole.convert("RGB").tobytes(), alpha=alpha)
            return Artwork(*picture.size, pixels=picture.convert("RGB").tobytes())
    try:
        return _of_shapes(content)
    except _UNREADABLE:
        raise NotDrawable from None


def _of_shapes(content: bytes) -> Artwork:
    drawing = svg2rlg(io.BytesIO(content))
    if drawing is None or not _is_size(drawing.width) or not _is_size(drawing.height):
        raise NotDrawable
    if not _make_plain(drawing):
        raise NotDrawable
    canvas = Canvas(io.BytesIO(), pagesize=(drawing.width, drawing.height))
    canvas.saveState()
    before = len(cast(Any, canvas)._code)
    renderPDF.draw(drawing, canvas, 0, 0)
    operators = _FONT.sub("", "\n".join(cast(Any, canvas)._code[before:]))
    if _NOT_PLAIN.search(operators):
        raise NotDrawable
    return Artwork(drawing.width, drawing.height, operators.encode("ascii"))


def _is_size(length: float) -> bool:
    return math.isfinite(length) and 0 < length < 1e6


def _make_plain(group: Any) -> int:
    """Make every colour below an opaque one, as it looks on white; how many shapes there are.

    Raises NotDrawable for anything that is no shape.
    """
    count = 0
    for node in group.contents:
        if isinstance(node, shapes.Group):
            count += _make_plain(node)
        elif isinstance(node, shapes.String | shapes.Image) or not isinstance(
            node, shapes.SolidShape | shapes.LineShape
        ):
            raise NotDrawable
        else:
            count += 1
            for name, opacity in zip(_COLOURS, _OPACITIES, strict=True):
                _make_opaque(node, name, opacity)
    return count


def _make_opaque(node: Any, name: str, opacity: str) -> None:
    colour = getattr(node, name, None)
    if colour is not None:
        own = getattr(node, opacity, None)
        strength: float = getattr(colour, "alpha", 1) if own is None else own
        mixed = (1 - strength * (1 - part) for part in (colour.red, colour.green, colour.blue))
        setattr(node, name, Color(*mixed) if strength > 0 else None)
    if getattr(node, opacity, None) is not None:
        setattr(node, opacity, None)


@lru_cache(maxsize=8)
def _reader(artwork: Artwork) -> ImageReader:
    size = int(artwork.width), int(artwork.height)
    return ImageReader(Image.frombytes("RGB", size, artwork.pixels))
