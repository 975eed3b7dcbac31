"""PDFs as other programs see them: checked, as text, as pictures, with their QR codes read."""

import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftoppm") is None, reason="pdftoppm is missing: apt install poppler-utils"
)


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The file in a second reader, with everything in it sound and each font embedded."""
    document = pikepdf.open(io.BytesIO(pdf))
    assert document.check_pdf_syntax() == []
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
