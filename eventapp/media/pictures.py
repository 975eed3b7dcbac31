"""Pictures made ready for print: upright, in sRGB, no larger than needed, and nothing else in them.

Whatever a camera or a program has noted beside the pixels (place, time, owner, previews, profiles)
is away. What is opaque becomes a JPEG, what is transparent a PNG.
"""

import io
import struct
import threading
import zlib
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from eventapp.media import JPEG, PNG, WEBP, FileRefused, Refusal, recognise

KINDS = (PNG, JPEG, WEBP)
MAX_PIXELS = 40_000_000
MAX_SIDE_CLEAR = 1600
"""Of what is transparent, which is printed from its pixels: four bytes each."""
_FORMATS = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
_SRGB = ImageCms.createProfile("sRGB")
# What is unpacked takes a hundred megabytes: not several at once.
_one_at_a_time = threading.Lock()
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept; sizes in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int


def normalised(
    content: bytes, *, max_bytes: int, max_side: int, on_white: bool = False, quality: int = 88
) -> Picture:
    """A PNG, JPEG or WebP made ready, at most so many pixels to a side.

    ``on_white`` makes what is transparent white. Raises media.FileRefused.
    """
    media_type, content = recognise(content, KINDS, max_bytes)
    with _one_at_a_time:
        try:
            found = _unpacked(content, media_type, max_side)
        except (*_BROKEN, Image.DecompressionBombError):
            raise FileRefused(Refusal.BROKEN) from None
    if found.mode == "RGBA" and on_white:
        white = Image.new("RGB", found.size, "white")
        white.paste(found, mask=found.getchannel("A"))
        found = white
    found.info = {}  # comments are written again otherwise
    stream = io.BytesIO()
    if found.mode == "RGBA":
        found.save(stream, "PNG", optimize=True)
        return Picture(PNG, stream.getvalue(), *found.size)
    found.save(stream, "JPEG", quality=quality, subsampling=0, optimize=True)
    return Picture(JPEG, stream.getvalue(), *found.size)


def _unpacked(content: bytes, media_type: str, max_side: int) -> Image.Image:
    """The pixels, upright, RGB or where something is transparent RGBA, no larger than that."""
    with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as opened:
        opened.draft(opened.mode, (max_side, max_side))  # a JPEG is unpacked no larger than needed
        opened.load()
        profile = opened.info.get("icc_profile")
        found = ImageOps.exif_transpose(opened)
    if found.mode.startswith("I"):
        # Sixteen bits: of each the upper half.
        found = found.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    alpha = None
    if found.mode in ("RGBA", "LA", "PA") or "transparency" in found.info:
        whole = found.convert("RGBA")
        alpha, found = whole.getchannel("A"), whole.convert("RGB")
        if alpha.getextrema() == (255, 255):
            alpha = None
    found = _in_srgb(found, profile)
    if alpha is not None:
        found.putalpha(alpha)
        max_side = min(max_side, MAX_SIDE_CLEAR)
    found.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return found


def _in_srgb(found: Image.Image, profile: bytes | None) -> Image.Image:
    """Its colours as sRGB; by its own profile, if that is one that can be used."""
    if profile and found.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(found, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, *_BROKEN):
            turned = None
        if turned is not None:
            return turned
    return found.convert("RGB")
