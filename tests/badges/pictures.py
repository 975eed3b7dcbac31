"""PDFs as pictures, and the codes that an independent decoder reads from them."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image


def pages(pdf: bytes, folder: Path, dpi: int = 150) -> list[Image.Image]:
    """A picture of each page, made by Poppler."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is missing: apt-get install poppler-utils")
    source = folder / "pages.pdf"
    source.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", str(source), str(folder / "page")], check=True
    )
    pictures = []
    for path in sorted(folder.glob("page*.pgm")):
        pictures.append(Image.open(io.BytesIO(path.read_bytes())))
        path.unlink()
    return pictures


def codes(pdf: bytes, folder: Path) -> list[str]:
    """The QR codes in the order of pages, each page row by row from the left."""
    found: list[str] = []
    for picture in pages(pdf, folder):
        read = zxingcpp.read_barcodes(picture)
        read.sort(key=lambda it: (it.position.top_left.y // 100, it.position.top_left.x))
        found += [it.text for it in read]
    return found
