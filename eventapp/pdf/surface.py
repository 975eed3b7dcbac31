"""What ready operators are drawn into: a file's pages, or what stands in for them."""

from typing import Protocol


class Surface(Protocol):
    """A file that shows text and keeps artwork: `pdf.stream.PageStream`, or what collects for it.

    Operators that it gives are good for any page and form of the same file.
    """

    def show(self, text: str, font: str, size: float) -> bytes:
        """Operators that show one line at the text position; between BT and ET, in points."""

    def add_form(self, width: float, height: float, operators: bytes) -> bytes:
        """Store artwork of that size (points) once; the operator that draws it."""

    def add_image(self, width: int, height: int, pixels: bytes, alpha: bytes = b"") -> bytes:
        """Store a picture once; the operator that draws it as a square of one unit."""

    def add_jpeg(self, width: int, height: int, content: bytes) -> bytes:
        """Store a JPEG once; the operator that draws it as a square of one unit."""
