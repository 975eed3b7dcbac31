"""Codes put together by exclusive or are those that segno makes."""

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eventapp.pdf import qr
from eventapp.pdf.qr_series import Series, series
from eventapp.tokens import CODE_ALPHABET

BEGINNING = "https://hoi-nghi.example/c/"
CODES = st.text(CODE_ALPHABET, min_size=12, max_size=12)


@given(CODES)
def test_a_symbol_is_the_one_that_segno_makes(code):
    made = series(BEGINNING, 12)
    expected = segno.make(BEGINNING + code, **made._settings).matrix
    rows = tuple(int("".join(str(module & 1) for module in row), 2) for row in expected)
    assert made.symbol(code) == rows


@given(CODES)
def test_it_reads_as_the_address(code):
    rows = series(BEGINNING, 12).symbol(code)
    side = len(rows) + 2 * qr.QUIET_ZONE
    picture = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows):
        for x in range(len(rows)):
            if row >> (len(rows) - 1 - x) & 1:
                picture.putpixel((x + qr.QUIET_ZONE, y + qr.QUIET_ZONE), 0)
    found = zxingcpp.read_barcode(picture.resize((side * 4, side * 4), Image.Resampling.NEAREST))
    assert found is not None and found.text == BEGINNING + code


@pytest.mark.parametrize("code", ["", "7QXJ4M2K9TB", "7QXJ4M2K9TBCD", "7QXJ4M2K9TBĐ"])
def test_another_length_is_refused(code):
    with pytest.raises(ValueError):  # noqa: PT011 - it says the code itself
        Series(BEGINNING, 12).symbol(code)
