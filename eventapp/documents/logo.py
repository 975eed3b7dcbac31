"""A logo as it is stored: a PNG drawn anew, or an SVG of which only shapes are left.

What is uploaded is never kept. Of a PNG the pixels are taken, on white, at most `MAX_SIDE` to a
side; of an SVG what `media.drawings` takes.
"""

import io
from enum import StrEnum

from PIL import Image

from eventapp.media import drawings
from eventapp.media.drawings import NotShapes
from eventapp.pdf.artwork import PNG, SVG

MAX_BYTES = 512 * 1024
MAX_PIXELS = 16_000_000
MAX_SIDE = 1_200
ACCEPT = f"{PNG},{SVG},.png,.svg"
"""What a browser offers to choose."""


class Refusal(StrEnum):
    """Why a file is no logo."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNKNOWN = "unknown"
    BROKEN = "broken"
    DOCUMENT_TYPE = "document_type"
    NOT_SHAPES = "not_shapes"


class LogoRefused(ValueError):
    """The file is not taken; `reason` says why, `part` which element is in the way."""

    def __init__(self, reason: Refusal, part: str = "") -> None:
        super().__init__(str(reason))
        self.reason, self.part = reason, part


def accept(content: bytes) -> tuple[str, bytes]:
    """The media type and what is to be stored of an uploaded file. Raises LogoRefused."""
    if len(content) > MAX_BYTES:
        raise LogoRefused(Refusal.TOO_LARGE)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG, _pixels(content)
    if drawings.is_svg(content):
        return SVG, _shapes(content)
    raise LogoRefused(Refusal.UNKNOWN)


def _pixels(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise LogoRefused(Refusal.TOO_MANY_PIXELS)
            seen = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, LogoRefused):
            raise
        raise LogoRefused(Refusal.BROKEN) from None
    seen.thumbnail((MAX_SIDE, MAX_SIDE))
    on_white = Image.new("RGB", seen.size, "white")
    on_white.paste(seen, mask=seen.getchannel("A"))
    stream = io.BytesIO()
    on_white.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _shapes(content: bytes) -> bytes:
    try:
        return drawings.shapes(content)
    except NotShapes as error:
        raise LogoRefused(Refusal(error.reason.value), error.part) from None
