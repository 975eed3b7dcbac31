"""What a file of ready operators is made of, in pieces that any process can make.

A form or an image is named for its content, and letters have bytes of their own in every file
(`codes`): so a page can be drawn, and packed, before the file is there that it goes into.
"""

import zlib
from abc import ABC, abstractmethod
from hashlib import blake2b
from typing import NamedTuple

from eventapp.pdf import codes


class FormPiece(NamedTuple):
    """Artwork that pages draw by its name; points."""

    name: str
    width: float
    height: float
    packed: bytes


class ImagePiece(NamedTuple):
    """A picture of so many pixels; the mask is how far each covers what lies below."""

    name: str
    width: int
    height: int
    packed: bytes
    mask: bytes = b""
    space: bytes = b"/DeviceRGB"
    packing: bytes = b"/FlateDecode"


class PagePiece(NamedTuple):
    """A page; points."""

    width: float
    height: float
    packed: bytes


Piece = FormPiece | ImagePiece | PagePiece


class Wanted(NamedTuple):
    """Stands for what whoever writes the file keeps under that key, and must put here."""

    key: str


class Gathering(ABC):
    """Makes pieces of what is drawn; a `pdf.surface.Surface`."""

    def __init__(self) -> None:
        self.used: codes.Used = {}
        """The characters that were shown, by font."""

    @abstractmethod
    def put(self, piece: Piece) -> None:
        """Take a piece, which may have come before."""

    def show(self, text: str, font: str, size: float) -> bytes:
        """Operators that show one line at the text position; between BT and ET, in points."""
        return codes.show(text, font, size, self.used)

    def add_form(self, width: float, height: float, operators: bytes) -> bytes:
        """Store artwork of that size (points) once; returns the operator that draws it."""
        name = _name(b"form", width, height, operators)
        self.put(FormPiece(name, width, height, zlib.compress(operators)))
        return _drawing(name)

    def add_image(self, width: int, height: int, pixels: bytes, alpha: bytes = b"") -> bytes:
        """Store a picture of so many pixels, each red, green and blue; returns the operator that
        draws it as a square of one unit. ``alpha`` is how far each covers what lies below."""
        name = _name(b"image", width, height, pixels, alpha)
        mask = zlib.compress(alpha) if alpha else b""
        self.put(ImagePiece(name, width, height, zlib.compress(pixels), mask))
        return _drawing(name)

    def add_jpeg(self, width: int, height: int, content: bytes) -> bytes:
        """Store a JPEG in red, green and blue as it is; see `add_image`."""
        name = _name(b"jpeg", width, height, content)
        self.put(ImagePiece(name, width, height, content, packing=b"/DCTDecode"))
        return _drawing(name)

    def add_page(self, width: float, height: float, operators: bytes) -> None:
        """Write a page of that size (points)."""
        self.put(PagePiece(width, height, zlib.compress(operators)))


class Collector(Gathering):
    """Keeps the pieces, each form and image once, until they are `taken`."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[Piece | Wanted] = []
        self._known: set[str | Wanted] = set()

    def put(self, piece: Piece) -> None:
        """Keep a piece, unless a form or an image of that name was kept before."""
        if not isinstance(piece, PagePiece):
            if piece.name in self._known:
                return
            self._known.add(piece.name)
        self._pieces.append(piece)

    def want(self, key: str) -> None:
        """Have something put here, before the pages to come, that is kept elsewhere."""
        wanted = Wanted(key)
        if wanted not in self._known:
            self._known.add(wanted)
            self._pieces.append(wanted)

    def taken(self) -> list[Piece | Wanted]:
        """The pieces since the last time, in the order in which a file needs them."""
        pieces, self._pieces = self._pieces, []
        return pieces


def _name(kind: bytes, width: float, height: float, *content: bytes) -> str:
    digest = blake2b(b"%b %.3f %.3f " % (kind, width, height), digest_size=8)
    for part in content:
        digest.update(b"%d " % len(part))
        digest.update(part)
    return f"A{digest.hexdigest()}"


def _drawing(name: str) -> bytes:
    return b"/%b Do\n" % name.encode()
