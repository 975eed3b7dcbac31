from itertools import product

import pytest

from eventapp.pdf import fonts

VIETNAMESE = "".join(
    letter + upper
    for letter, upper in zip(
        "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ",
        "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ",
        strict=True,
    )
)


@pytest.mark.parametrize("name", fonts.ALL)
def test_each_font_has_all_of_vietnamese(name):
    assert fonts.missing(VIETNAMESE + "0123456789.,;:!?()/–-·“”’", name) == ""
    assert fonts.runs(VIETNAMESE, name) == ((name, VIETNAMESE),)


def test_decomposed_letters_are_composed():
    assert fonts.runs("Nguye\u0302\u0303n", fonts.SANS) == ((fonts.SANS, "Nguyễn"),)


def test_another_font_stands_in_for_single_letters():
    pieces = fonts.runs("Bảng Ω 2", fonts.SANS_BOLD)
    assert pieces == (
        (fonts.SANS_BOLD, "Bảng "),
        (fonts.SERIF_BOLD, "Ω"),
        (fonts.SANS_BOLD, " 2"),
    )


def test_pictures_and_marks_of_direction_are_left_out():
    assert fonts.runs("Ân 🙂\u200f", fonts.SANS) == ((fonts.SANS, "Ân "),)
    assert fonts.missing("Ân 🙂\u200f", fonts.SANS) == "🙂"


@pytest.mark.parametrize("name", fonts.ALL)
@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Trần \U0001f642 An", "Trần An"),
        ("\U0001f642 An", "An"),
        ("A\u202en\u202c \u200bB\u00ad", "An B"),
        ("a  b", "a  b"),
    ],
)
def test_what_is_left_out_leaves_no_trace(name, text, drawn):
    assert "".join(piece for _, piece in fonts.runs(text, name)) == drawn
    assert fonts.em_width(text, name) == pytest.approx(fonts.em_width(drawn, name))


def test_a_letter_that_no_font_has_is_seen_as_a_box():
    assert "".join(piece for _, piece in fonts.runs("李 Minh", fonts.SANS)) == "□ Minh"
    assert fonts.missing("李 Minh", fonts.SANS) == "李"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("𝐍𝐠𝐮𝐲ễ𝐧", "Nguyễn"), ("Ａｎ", "An"), ("①", "1")],
)
def test_variants_of_letters_are_drawn_as_these(text, drawn):
    assert "".join(piece for _, piece in fonts.runs(text, fonts.SANS)) == drawn
    assert "□" not in "".join(piece for _, piece in fonts.runs(text, fonts.SANS))


def test_marks_of_variants_and_what_is_private_are_left_out():
    assert fonts.runs("An\ufe0f\ue000", fonts.SANS) == ((fonts.SANS, "An"),)
    assert fonts.missing("An\ufe0f\ue000", fonts.SANS) == "\ue000"


def test_what_another_font_or_letter_stands_in_for_is_strange():
    assert fonts.strange("Nguyễn Ω 𝐍 🙂 李\u200f", fonts.SANS) == "Ω𝐍🙂李"
    assert fonts.strange("Nguyễn\u00a0An", fonts.SANS) == ""


def test_words_from_right_to_left_stand_as_they_are_read():
    def drawn(text):
        return "".join(piece for _, piece in fonts.runs(text, fonts.SANS))

    assert drawn("Lê\u200f Văn Tám") == "Lê Văn Tám"
    assert drawn("\u202eNguyễn") == "Nguyễn"
    assert drawn("An שלום Ba") == "An םולש Ba"
    assert drawn("שלום (12) עולם Minh") == "םלוע (12) םולש Minh"
    assert fonts.em_width("שלום", fonts.SANS) == pytest.approx(fonts.em_width("םולש", fonts.SANS))


@pytest.mark.parametrize("name", fonts.ALL)
def test_how_far_letters_reach(name):
    cap = fonts.shape(name).cap_height
    plain, marked = fonts.ink("H", name), fonts.ink("Ễ", name)
    assert plain == pytest.approx((cap, 0), abs=0.03)
    assert marked[0] > plain[0] + 0.1
    assert fonts.ink("ặ", name)[1] > 0.1
    assert fonts.ink("HỄặ", name) == (marked[0], fonts.ink("ặ", name)[1])
    assert fonts.ink(" 🙂", name) == (0, 0)


def test_nothing_is_drawn_of_nothing():
    assert fonts.runs("", fonts.SANS) == ()
    assert fonts.width("🙂", fonts.SANS, 10) == 0


@pytest.mark.parametrize(("name", "text"), list(product(fonts.ALL, ("Đỗ Thị Thuỳ", "Ω mega"))))
def test_widths_are_those_of_reportlab(name, text):
    by_reportlab = sum(
        fonts.font(face).stringWidth(piece, 10) for face, piece in fonts.runs(text, name)
    )
    assert fonts.width(text, name, 10) == pytest.approx(by_reportlab)


def test_markup_is_escaped():
    assert fonts.markup("<b>Sở</b> & A\nB", fonts.SERIF) == "&lt;b&gt;Sở&lt;/b&gt; &amp; A<br/>B"


def test_an_unknown_font_is_refused():
    with pytest.raises(KeyError):
        fonts.font("Helvetica")
