"""Films for Chromium's fake camera."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

FRAME = (1280, 720)
SECONDS = 30
"""Frames of a film's second."""


def film(path: Path, frames: Sequence[tuple[Image.Image, int]]) -> Path:
    """A film of pictures, each shown for so many frames: JPEGs one after another."""
    with path.open("wb") as stream:
        for picture, times in frames:
            kept = io.BytesIO()
            picture.save(kept, "JPEG", quality=85, subsampling="4:2:0")
            stream.write(kept.getvalue() * times)
    return path
