import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.pdf import fonts
from eventapp.pdf.fitting import LEAST_STRETCH, Measure, balanced, broken, condensed, divide, fit

FONT = fonts.SANS_BOLD
TITLE = (
    "Hội nghị Tổng kết 5 năm thực hiện Nghị định số 64/2007/NĐ-CP về ứng dụng công nghệ thông tin "
    "trong hoạt động của cơ quan Nhà nước và tập huấn về quản lý đầu tư ứng dụng CNTT theo "
    "Nghị định số 102/2009/NĐ-CP khu vực miền Bắc"
)


def test_a_short_name_keeps_its_size():
    fitted = fit("Lê A", FONT, 200, 34, 20, 3)
    assert fitted.lines == ("Lê A",)
    assert (fitted.size, fitted.stretch, fitted.measure) == (34, 1, Measure.NONE)


def test_a_longer_name_is_wrapped_before_it_shrinks():
    fitted = fit("Nguyễn Thị Minh Hạnh", FONT, 215, 34, 20, 3)
    assert fitted.lines == ("Nguyễn Thị", "Minh Hạnh")
    assert fitted.measure is Measure.NONE


def test_a_very_long_name_shrinks():
    fitted = fit("Công Tằng Tôn Nữ Mỹ Nhung Huyền Trân Ngọc Diễm", FONT, 215, 34, 15, 3)
    assert len(fitted.lines) == 3
    assert 15 <= fitted.size < 34
    assert fitted.measure is Measure.SHRUNK


def test_on_the_usual_lines_it_shrinks_before_it_takes_more():
    name = "Nguyễn Thị Minh Hạnh"
    wide = fonts.em_width(name, FONT)
    shrunk = fit(name, FONT, wide * 25, 34, 20, 3, 1)
    assert (shrunk.lines, shrunk.measure) == ((name,), Measure.SHRUNK)
    assert shrunk.size == pytest.approx(25)
    wrapped = fit(name, FONT, wide * 19.9, 34, 20, 3, 1)
    assert (len(wrapped.lines), wrapped.measure) == (2, Measure.WRAPPED)
    assert fit(name, FONT, wide * 19.9, 34, 20, 3, 2).measure is Measure.NONE


def test_what_is_too_high_is_condensed_into_fewer_lines():
    name = "Nguyễn Thị Minh Hạnh"
    wide = fonts.em_width(name, FONT) * 20
    narrow = condensed(name, FONT, wide * 0.8, 20, 3, LEAST_STRETCH)
    assert (narrow.lines, narrow.size, narrow.measure) == ((name,), 20, Measure.CONDENSED)
    assert narrow.stretch == pytest.approx(0.8)
    assert condensed(name, FONT, wide, 20, 3, LEAST_STRETCH).measure is Measure.NONE
    assert len(condensed(name, FONT, wide * 0.8, 20, 3, 0.9).lines) == 2


def test_a_long_word_is_condensed_and_then_made_smaller_than_wished():
    wide = fonts.em_width("W" * 12, FONT)
    condensed = fit("W" * 12, FONT, wide * 20 * 0.8, 34, 20, 3)
    assert (condensed.size, condensed.measure) == (20, Measure.CONDENSED)
    assert condensed.stretch == pytest.approx(0.8)
    tiny = fit("W" * 60, FONT, 100, 34, 20, 3)
    assert (tiny.stretch, tiny.measure) == (LEAST_STRETCH, Measure.TOO_SMALL)


def drawn(text: str) -> str:
    """What is seen of a text, but for spaces: no pictures."""
    pieces = (piece for _, piece in fonts.runs(text, FONT))
    return "".join("".join(pieces).split())


@given(
    st.text(alphabet="NguyễnThịĐ 64/-,.李🙂", max_size=120),
    st.floats(20, 400),
    st.integers(1, 5),
)
def test_nothing_is_lost_and_nothing_sticks_out(text, width, lines):
    fitted = fit(text, FONT, width, 30, 12, lines)
    assert drawn(" ".join(fitted.lines)) == drawn(text)
    assert len(fitted.lines) <= lines
    for line in fitted.lines:
        assert fonts.width(line, FONT, fitted.size) * fitted.stretch <= width + 1e-6


def test_a_word_too_long_to_be_read_on_one_line_is_broken():
    fitted = fit("W" * 60, FONT, 200, 30, 12, 3)
    assert fitted.size * fitted.stretch >= 12 * LEAST_STRETCH
    assert len(fitted.lines) == 3
    assert fit("Nguyễn " + "W" * 8, FONT, 200, 30, 12, 3).lines == ("Nguyễn", "W" * 8)


@pytest.mark.parametrize("lines", [2, 3, 5])
@pytest.mark.parametrize("text", ["Nghiêng" * 17, "Trần " + "Ngh" * 40 + " Anh", "Ẵ" * 90])
def test_the_pieces_of_a_word_have_no_spaces_between_them(text, lines):
    fitted = fit(text, FONT, 200, 30, 12, lines)
    assert "".join(fitted.lines) == text.replace(" ", "") or " " in text
    assert sum(line.count(" ") for line in fitted.lines) <= text.count(" ")
    assert "".join(fitted.lines).isprintable()
    laid = balanced(broken(text, FONT, 10, 60), FONT, 10, 60)
    assert "".join(laid).replace(" ", "") == text.replace(" ", "")
    assert sum(line.count(" ") for line in laid) <= text.count(" ")


def test_a_letter_is_not_torn_from_its_marks():
    for number in range(40, 60):
        fitted = fit("e\u0302\u0303" * number, FONT, 200, 30, 12, 3)
        assert len(fitted.lines) > 1
        assert all(line.startswith("e") for line in fitted.lines)


@given(
    st.lists(st.text(alphabet="abcđêư", min_size=1, max_size=8), max_size=80), st.floats(30, 300)
)
def test_balanced_lines_are_as_few_as_can_be_and_fit(words, width):
    lines = balanced(" ".join(words), FONT, 10, width)
    assert " ".join(lines).split() == words
    for line in lines:
        assert " " not in line or fonts.width(line, FONT, 10) <= width + 1e-6


def test_titles_end_without_a_lonely_word():
    for width in range(250, 520, 10):
        lines = balanced(TITLE, fonts.SERIF_BOLD, 14, width)
        widths = [fonts.width(line, fonts.SERIF_BOLD, 14) for line in lines]
        assert min(widths) > 0.5 * max(widths), lines


def test_numbers_and_known_words_are_not_torn():
    lines = balanced(TITLE, fonts.SERIF_BOLD, 14, 440)
    ends = [line.split()[-1] for line in lines[:-1]]
    starts = [line.split()[0] for line in lines[1:]]
    assert "số" not in ends
    assert not any(start[0].isdigit() for start in starts)
    assert ("cơ", "quan") not in set(zip(ends, starts, strict=True))


def test_fewer_words_than_lines():
    assert divide("Lê A", FONT, 5)[1] == ("Lê", "A")
    assert divide("", FONT, 5)[1] == ("",)


def test_a_very_long_text_is_quick():
    lines = balanced("một hai ba " * 2000, FONT, 10, 300)
    assert len(lines) > 100


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Bộ Thông tin và Truyền thông", 125, ("Bộ Thông tin", "và Truyền thông")),
        ("BỘ THÔNG TIN VÀ TRUYỀN THÔNG", 190, ("BỘ THÔNG TIN", "VÀ TRUYỀN THÔNG")),
        ("Thứ trưởng Nguyễn Minh Hồng", 130, ("Thứ trưởng", "Nguyễn Minh Hồng")),
        ("Phó Chủ tịch UBND tỉnh Bắc Ninh", 130, ("Phó Chủ tịch UBND", "tỉnh Bắc Ninh")),
        ("Five-year review of the work", 110, ("Five-year review", "of the work")),
    ],
)
def test_lines_end_where_words_and_names_do(text, width, lines):
    assert balanced(text, FONT, 12, width) == lines


def test_a_picture_takes_no_room_in_a_line():
    lines = balanced("Hội nghị 🎉 Tổng kết 🎉", FONT, 12, 80)
    assert lines == ("Hội nghị", "Tổng kết")
