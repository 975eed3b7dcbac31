"""A page of a PDF as a picture: what a preview shows, on phones too, whose browsers show no PDF."""

import io
import threading

import pypdfium2

_WIDTH = 1000  # pixels
# PDFium is not made for several threads.
_one_at_a_time = threading.Lock()


def picture(pdf: bytes, page: int) -> tuple[bytes, int]:
    """A page (from 1; one beyond the last is the last) as PNG, and how many pages there are."""
    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        number = len(document)
        shown = document[min(max(page, 1), number) - 1]
        bitmap = shown.render(scale=_WIDTH / shown.get_width())
        stream = io.BytesIO()
        bitmap.to_pil().quantize(64).save(stream, "PNG")
        return stream.getvalue(), number
