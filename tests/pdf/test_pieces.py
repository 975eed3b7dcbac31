import io
import pickle

import pytest

from eventapp.pdf import codes, fonts
from eventapp.pdf.pieces import Collector, PagePiece, Wanted
from eventapp.pdf.stream import About, PageStream
from tests.pdf.pictures import needs_poppler, opened, text_of

ABOUT = About("Thẻ", "Ban Tổ chức")


def draw(surface):
    """A page with text, a form and two pictures, of which one lets through what lies below."""
    form = surface.add_form(100, 100, b"0.5 g 0 0 10 10 re f\n")
    again = surface.add_form(100, 100, b"0.5 g 0 0 10 10 re f\n")
    image = surface.add_image(1, 1, b"\x00\x00\xff", b"\x80")
    other = surface.add_image(1, 1, b"\x00\x00\xff")
    text = surface.show("Đỗ (Ω) \\", fonts.SANS, 12)
    assert form == again != image != other
    surface.add_page(200, 100, form + image + other + b"BT 10 50 Td " + text + b"ET\n")


def test_pieces_from_elsewhere_make_the_same_file():
    direct, put = io.BytesIO(), io.BytesIO()
    stream = PageStream(direct, ABOUT)
    draw(stream)
    stream.close()

    collector = Collector()
    draw(collector)
    stream = PageStream(put, ABOUT)
    for piece in pickle.loads(pickle.dumps(collector.taken())):  # noqa: S301 - made above
        stream.put(piece)
    stream.used.update(collector.used)
    stream.close()
    assert put.getvalue() == direct.getvalue()
    opened(direct.getvalue())


def test_what_is_kept_elsewhere_is_wanted_once_and_before_its_page():
    collector = Collector()
    collector.want("photo")
    collector.want("photo")
    collector.add_page(10, 10, b"")
    wanted, page = collector.taken()
    assert wanted == Wanted("photo")
    assert isinstance(page, PagePiece)
    assert collector.taken() == []


@pytest.mark.parametrize("font", fonts.ALL)
@needs_poppler
def test_every_letter_of_a_font_is_drawn_and_copied(font):
    letters = [char for char in sorted(fonts.characters(font)) if char.isalnum()]
    stream = io.BytesIO()
    pages = PageStream(stream, ABOUT)
    for at in range(0, len(letters), 40):
        shown = pages.show("".join(letters[at : at + 40]), font, 10)
        pages.add_page(600, 50, b"BT 10 20 Td " + shown + b"ET\n")
    pages.close()
    opened(stream.getvalue())
    text = text_of(stream.getvalue())
    # Poppler writes some letters as the two that they stand for.
    assert len([char for char in letters if char in text]) > 0.97 * len(letters)


def test_vietnamese_and_ascii_are_in_the_first_part_of_a_font():
    used = {}
    vietnamese = "Đường Nguyễn Huệ, số 5 – Ỷ Ỡ ẵ (quận 1) “Hội nghị” …"
    for font in fonts.ALL:
        shown = codes.show(vietnamese, font, 10, used)
        assert shown.count(b"Tj") == 1
        assert b"+0 10 Tf" in shown
