"""A PDF as pictures: what a preview shows, on phones too, whose browsers show no PDF."""

import hashlib
import io
import threading
from collections import OrderedDict

import pypdfium2

from eventapp.pdf.raster import one_at_a_time

_WIDTH = 1000  # pixels

_KEPT = 8
_MOST_BYTES = 4_000_000
_kept: "OrderedDict[str, bytes]" = OrderedDict()
_keeping = threading.Lock()


def pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def picture(pdf: bytes, page: int) -> tuple[bytes, int]:
    """A page (from 1; one beyond the last is the last) as PNG, and how many pages there are."""
    with one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        number = len(document)
        shown = document[min(max(page, 1), number) - 1]
        bitmap = shown.render(scale=_WIDTH / max(shown.get_width(), shown.get_height() / 1.5))
        stream = io.BytesIO()
        bitmap.to_pil().quantize(64).save(stream, "PNG")
        return stream.getvalue(), number


def keep(scope: str, pdf: bytes) -> str:
    """Keep a PDF for the picture that the page is about to ask for; returns its mark.

    The last few are kept, in this process: whoever does not find one writes it again.
    """
    mark = hashlib.sha256(pdf).hexdigest()[:16]
    if len(pdf) <= _MOST_BYTES:
        with _keeping:
            _kept[f"{scope}/{mark}"] = pdf
            _kept.move_to_end(f"{scope}/{mark}")
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
    return mark


def kept(scope: str, mark: str) -> bytes | None:
    """The PDF that was kept under this mark for this scope, if it still is.

    A scope is an event and a kind of paper: who may see one sees no other.
    """
    with _keeping:
        return _kept.get(f"{scope}/{mark}")
