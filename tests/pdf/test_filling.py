"""A text as large as its box allows."""

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from eventapp.pdf import fonts
from eventapp.pdf.filling import fill, ink

BOX = (400.0, 120.0)
SIZES = (100.0, 12.0)
_VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
LETTERS = (
    "".join(unicodedata.normalize("NFC", v + tone) for v in _VOWELS for tone in ("", *"̣̀́̉̃"))
    + "bcdđghklmnpqrstvxfjzwBCDĐGHKLMNPQRSTVXFJZW0123456789,.-–&/()'’“”:;ŞÇçñÑüÜ"
)


def widest(fitted) -> float:
    widths = [fonts.width(it, fonts.SANS_BOLD, fitted.size) for it in fitted.lines]
    return max(widths, default=0.0) * fitted.stretch


@pytest.mark.parametrize("font", fonts.ALL)
def test_letters_reach_no_further_than_said(font):
    face = ImageFont.truetype(str(files("eventapp.pdf") / "fonts" / f"{font}.ttf"), 1000)
    for char in LETTERS:
        _, top, _, bottom = face.getbbox(char, anchor="ls")
        above, below = ink(char, font)
        assert -top <= above * 1000, char
        assert bottom <= below * 1000, char


def test_a_short_text_is_as_large_as_the_box_is_high():
    plain, marked = (fill(it, fonts.SANS_BOLD, BOX, (200.0, 12.0)) for it in ("AN", "ẪN"))
    assert plain.lines == ("AN",)
    assert plain.height == pytest.approx(120)
    assert marked.height == pytest.approx(120)
    assert plain.size > 1.5 * marked.size


def test_a_text_takes_a_line_more_only_where_it_becomes_much_larger():
    assert len(fill("Nguyễn Đình Thắng", fonts.SANS_BOLD, (500, 120), SIZES).lines) == 1
    long = "Nguyễn Thị Phương Ngọc Quỳnh Trường Khương"
    fitted = fill(long, fonts.SANS_BOLD, BOX, SIZES)
    assert len(fitted.lines) == 2
    assert " ".join(fitted.lines) == long


def test_it_is_never_larger_than_asked():
    assert fill("Ý", fonts.SANS_BOLD, (4000, 4000), SIZES).size == 100


def test_what_is_too_long_takes_more_lines_before_it_is_condensed():
    fitted = fill("Trung tâm Công nghệ thông tin " * 6, fonts.SANS, (200, 120), (40, 12))
    assert len(fitted.lines) > 2
    assert fitted.stretch == 1


@given(
    st.text(min_size=1, max_size=120),
    st.floats(20, 800),
    st.floats(10, 300),
)
def test_any_text_is_inside_any_box(text, width, height):
    fitted = fill(text, fonts.SANS_BOLD, (width, height), SIZES)
    assert widest(fitted) <= width * 1.0001
    assert fitted.height <= height * 1.0001
    drawn = "".join(it for it in "".join(text.split()) if unicodedata.category(it)[0] != "C")
    if fitted.lines:
        assert "".join("".join(fitted.lines).split()) == drawn
    else:
        assert not fonts.width(drawn, fonts.SANS_BOLD, 1)
