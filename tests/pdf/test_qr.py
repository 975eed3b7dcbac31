import random

import pytest
import segno
import zxingcpp
from PIL import Image

from eventapp.pdf import qr

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def codes(number):
    chance = random.Random(1)
    return ["".join(chance.choices(ALPHABET, k=12)) for _ in range(number)]


def picture(rows, scale=4):
    side = len(rows)
    image = Image.new("L", (side + 8, side + 8), 255)
    for y, row in enumerate(rows):
        for x in range(side):
            if row >> (side - 1 - x) & 1:
                image.putpixel((x + 4, y + 4), 0)
    return image.resize((image.width * scale,) * 2, Image.Resampling.NEAREST)


@pytest.mark.parametrize("code", codes(20))
def test_a_pass_code_is_one_that_segno_makes(code):
    by_segno = {
        tuple(
            int("".join(map(str, row)), 2)
            for row in segno.make(
                code, version=1, error="q", mask=mask, boost_error=False, micro=False
            ).matrix
        )
        for mask in range(8)
    }
    assert qr.symbol(code) in by_segno


def test_an_independent_reader_reads_them_back():
    for code in codes(200):
        assert zxingcpp.read_barcode(picture(qr.symbol(code))).text == code


def test_masks_differ_with_the_code():
    # The third and following bits of the format, beside the upper left finder, name the mask.
    assert len({qr.symbol(code)[8] >> 16 for code in codes(200)}) > 3


def test_any_other_text_is_encoded_too():
    address = "https://example.org/p/7QXJ4M2K9TBC?lang=vi"
    assert zxingcpp.read_barcode(picture(qr.symbol(address))).text == address
    assert not qr.is_pass_code(address)


@pytest.mark.parametrize("text", ["", "x" * 8000])
def test_what_no_code_holds_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - segno's own message
        qr.symbol(text)


def test_finders_and_the_rest_make_the_whole():
    place = {"x": 10.0, "y": 20.0, "size": 63.0}

    def dark(operators):
        modules = set()
        for line in operators.decode().splitlines()[1:-1]:
            x, y, width, _, _ = line.split()
            modules |= {(int(x) + step, int(y)) for step in range(int(width))}
        return modules

    for code in codes(20):
        rest = dark(qr.operators(code, finders=False, **place))
        corners = dark(qr.finder_operators(qr.PASS_SIDE, **place))
        assert not rest & corners
        assert rest | corners == dark(qr.operators(code, **place))


def test_svg_has_its_quiet_zone_and_its_label():
    svg = qr.svg("7QXJ4M2K9TBC", "Mã <của> bạn")
    assert 'viewBox="0 0 29 29"' in svg
    assert "<title>Mã &lt;của&gt; bạn</title>" in svg
    assert "style=" not in svg


def test_letters_in_groups():
    assert qr.grouped("7QXJ4M2K9TBC") == "7QXJ 4M2K 9TBC"
