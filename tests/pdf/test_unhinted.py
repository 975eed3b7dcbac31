"""Embedded fonts: the same letters, without instructions."""

import io
import struct

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops
from reportlab.pdfgen.canvas import Canvas

from eventapp.pdf import fonts
from eventapp.pdf.stream import About, PageStream
from eventapp.pdf.unhinted import unhinted
from tests.pdf.pictures import opened

LETTERS = "ẪỐỞỹđĐ Hội nghị H'Hen Niê 64/2007/NĐ-CP (\\)"


def tables_of(font: bytes) -> dict[bytes, bytes]:
    """The tables; their sums, and that of the whole, are checked."""
    (number,) = struct.unpack_from(">H", font, 4)
    found = {}
    for at in range(number):
        tag, summed, offset, length = struct.unpack_from(">4s3L", font, 12 + 16 * at)
        table = font[offset : offset + length]
        if tag != b"head":
            assert sum_of(table) == summed, tag
        found[tag] = table
    assert list(found) == sorted(found)
    assert sum_of(font) == 0xB1B0AFBA
    return found


def sum_of(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF


def subset_of(name: str) -> bytes:
    """As ReportLab cuts it out, with its instructions."""
    face = fonts.font(name).face
    return type(face).makeSubset(face, [ord(it) for it in LETTERS])


@pytest.mark.parametrize("name", fonts.ALL)
def test_it_is_a_sound_font_of_half_the_size(name):
    whole = subset_of(name)
    lean = unhinted(whole)
    tables = tables_of(lean)
    assert not {b"fpgm", b"prep", b"cvt "} & set(tables)
    assert set(tables) >= {b"glyf", b"loca", b"head", b"hhea", b"hmtx", b"maxp", b"cmap"}
    assert len(lean) < 0.8 * len(whole)


@pytest.mark.parametrize("name", fonts.ALL)
def test_doing_it_twice_changes_nothing(name):
    lean = unhinted(subset_of(name))
    assert unhinted(lean) == lean


@pytest.mark.parametrize("name", fonts.ALL)
def test_letters_look_the_same(name, monkeypatch):
    fonts.font(name)

    def picture():
        stream = io.BytesIO()
        canvas = Canvas(stream, pagesize=(520, 60), initialFontName=name)
        canvas.setFont(name, 24)
        canvas.drawString(10, 20, LETTERS)
        canvas.save()
        with pypdfium2.PdfDocument(stream.getvalue()) as document:
            return document[0].render(scale=3).to_pil().convert("L")

    lean = picture()
    face = fonts.font(name).face
    monkeypatch.setattr(face, "makeSubset", lambda codes: type(face).makeSubset(face, codes))
    assert ImageChops.difference(lean, picture()).getbbox() is None
    assert lean.getextrema() == (0, 255)


def test_only_the_letters_that_are_used_are_embedded():
    stream = io.BytesIO()
    pages = PageStream(stream, About("A", "B"))
    shown = pages.show("Ân (1)", fonts.SERIF, 12)
    pages.add_page(100, 100, b"BT 10 10 Td %b ET" % shown)
    pages.close()
    file = opened(stream.getvalue())
    (font,) = (it for it in file.objects if isinstance(it, pikepdf.Stream) and "/Length1" in it)
    # Four that are drawn, the two parts of Â, the space, and the box for what is missing.
    (glyphs,) = struct.unpack_from(">H", tables_of(font.read_bytes())[b"maxp"], 4)
    assert glyphs <= 10
