"""Pages of a PDF as pictures, by PDFium, which is not made for several threads."""

import io
import threading
from collections.abc import Sequence

import pypdfium2
from PIL import Image

from eventapp.pdf import MM

one_at_a_time = threading.Lock()
"""Held by whoever uses PDFium in this process."""


def pictures(
    pdf: bytes, pages: Sequence[int], pixels_per_mm: float, *, clear: bool = False
) -> list[bytes]:
    """Pages (from 0) as PNGs at a resolution; on white or, ``clear``, on nothing."""
    with one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        return [_png(document[page], pixels_per_mm / MM, clear) for page in pages]


def _png(page: pypdfium2.PdfPage, scale: float, clear: bool) -> bytes:
    stream = io.BytesIO()
    if clear:
        bitmap = page.render(scale=scale, fill_color=(255, 255, 255, 0), maybe_alpha=True)
        bitmap.to_pil().save(stream, "PNG")
    else:
        # A third of the size, and papers and badges have few colours.
        drawn = page.render(scale=scale).to_pil().convert("RGB")
        drawn.quantize(256, Image.Quantize.FASTOCTREE).save(stream, "PNG")
    return stream.getvalue()
