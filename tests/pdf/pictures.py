"""PDFs as other programs see them: checked, as text, as pictures, with their QR codes read."""

import ctypes
import gc
import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from eventapp.pdf import MM

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftoppm") is None, reason="pdftoppm is missing: apt install poppler-utils"
)


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The file in a second reader: sound, each font embedded, and PDF/A-2b as it claims."""
    document = pikepdf.open(io.BytesIO(pdf))
    assert document.check_pdf_syntax() == []
    # Where the judge takes warnings for faults, files that an earlier test left to the collector of
    # garbage would count as faults of this one.
    gc.disable()
    try:
        judged = pikepdf.pdfa.validate_written(io.BytesIO(pdf), "2b")
    finally:
        gc.enable()
    assert judged.findings == [], judged
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font":
            assert "/FontFile2" in thing.FontDescriptor, f"{thing.BaseFont} is not embedded"
    return document


def text_of(pdf: bytes) -> str:
    """The text that a reader would copy, in the order of the page."""
    found = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return found.stdout.decode()


def texts_of(pdf: bytes) -> list[str]:
    """The text of each page as it was written: what stands in one cell comes together."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def pictures(pdf: bytes, folder: Path, *, dpi: float = 150) -> list[Image.Image]:
    """Each page as a grey picture."""
    for earlier in folder.glob("page*.pgm"):
        earlier.unlink()
    source = folder / "pages.pdf"
    source.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-gray", "-r", str(dpi), str(source), str(folder / "page")], check=True
    )
    return [Image.open(path) for path in sorted(folder.glob("page*.pgm"))]


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of the QR codes in a picture, from the top, from the left."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    places = sorted(
        found, key=lambda code: (round(code.position.top_left.y / 50), code.position.top_left.x)
    )
    return [code.text for code in places]


def codes(pdf: bytes, folder: Path) -> list[str]:
    """The texts of the QR codes of a file in the order of its pages; skips without Poppler."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is missing: apt install poppler-utils")
    return [code for page in pictures(pdf, folder) for code in codes_in(page)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page: its place in millimetres from the top left, and its type."""

    text: str
    left: float
    top: float  # of the tallest letter
    right: float
    baseline: float  # the lowest that the letters without tails reach
    size: float  # points
    font: str


def lines_of(pdf: bytes, page: int = 0) -> list[Line]:
    """The lines of a page as PDFium sees them, letter by letter, from the top, from the left."""
    with pypdfium2.PdfDocument(pdf) as document:
        shown = document[page]
        height = shown.get_height()
        text = shown.get_textpage()
        lines: list[list[tuple[str, float, float, float, float, float, str]]] = []
        raw = pypdfium2.raw
        for at in range(text.count_chars()):
            char = chr(raw.FPDFText_GetUnicode(text, at))
            x, y = ctypes.c_double(), ctypes.c_double()
            raw.FPDFText_GetCharOrigin(text, at, x, y)
            left, _, right, top = text.get_charbox(at)
            size = raw.FPDFText_GetFontSize(text, at)
            name = ctypes.create_string_buffer(200)
            raw.FPDFText_GetFontInfo(text, at, name, 200, None)
            font = name.value.decode().rpartition("+")[2]
            if char in "\r\n" or (raw.FPDFText_IsGenerated(text, at) == 1 and char != " "):
                continue
            letter = (char, left, top, right, y.value, size, font)
            same = lines and abs(lines[-1][-1][4] - y.value) < 0.5
            if same and -1 < left - lines[-1][-1][3] < 2 * size:
                lines[-1].append(letter)
            elif char != " ":
                lines.append([letter])
        found = [
            Line(
                "".join(it[0] for it in line).strip(),
                min(it[1] for it in line) / MM,
                (height - max(it[2] for it in line)) / MM,
                max(it[3] for it in line) / MM,
                (height - line[0][4]) / MM,
                line[0][5],
                line[0][6],
            )
            for line in lines
        ]
        return sorted(found, key=lambda it: (round(it.baseline, 1), it.left))
