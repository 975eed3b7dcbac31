"""Paragraphs: how they are divided into lines."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventapp.pdf import MM, document, fitting, fonts

OFFICES = (
    "Phó Vụ trưởng, Bộ Kế hoạch và Đầu tư",
    "Giám đốc Sở Thông tin và Truyền thông",
    "Ủy viên Ban Thường vụ Tỉnh ủy Cao Bằng",
    "Phó Giám đốc Trung tâm Công nghệ thông tin và Truyền thông tỉnh Bắc Ninh",
)
SYLLABLES = st.lists(
    st.sampled_from(("Bộ", "Kế", "hoạch", "và", "Đầu", "tư", "nghiệp", "Nguyễn", "ở", "Ω")),
    min_size=6,
    max_size=60,
)


# In the second some of the letters come from another font, which ReportLab divides otherwise.
FONTS = st.sampled_from((fonts.SERIF, fonts.SANS))


def lines_in(text, width, align="left", font=fonts.SERIF):
    """The lines of a paragraph in a column of so many millimetres, and how much each leaves."""
    style = document.style(font, 13, align)
    paragraph = document.paragraph(text, style)
    paragraph.wrap(width * MM, 1000)
    lines = paragraph.blPara.lines
    if paragraph.blPara.kind == 0:
        return [(" ".join(words), room) for room, words in lines]
    return [("".join(it.text for it in line.words).strip(), line.extraSpace) for line in lines]


@given(SYLLABLES, st.integers(60, 160), st.sampled_from(("left", "justify")), FONTS)
@example([*["Bộ"] * 6, "hoạch", "Ω", "Bộ"], 62, "left", fonts.SANS)
def test_no_paragraph_ends_with_a_lonely_syllable(words, width, align, font):
    lines = lines_in(" ".join(words), width, align, font)
    assert " ".join(line for line, _ in lines).split() == words
    assert len(lines) == 1 or len(lines[-1][0].split()) > 1


@given(SYLLABLES, st.integers(30, 160), FONTS)
def test_what_each_line_leaves_is_true(words, width, font):
    # Justified lines are stretched by it.
    for line, room in lines_in(" ".join(words), width, "justify", font):
        assert room == pytest.approx(width * MM - fonts.width(line, font, 13), abs=0.02)


@pytest.mark.parametrize("words", ["Bắc Ninh", "Nguyễn", "W" * 90, "Nguyễn " + "W" * 90, ""])
def test_what_cannot_be_divided_better_stays(words):
    assert "".join(line for line, _ in lines_in(words, 30)).replace(" ", "") == words.replace(
        " ", ""
    )


def test_a_stroke_is_no_company_for_a_lonely_word():
    assert [it for it, _ in lines_in("Chủ trì, trình bày / Speakers", 40)] == [
        "Chủ trì, trình bày /",
        "Speakers",
    ]


@pytest.mark.parametrize("office", OFFICES)
def test_titles_to_read_out_end_their_lines_at_a_pause(office):
    words = [("–", fonts.SERIF), *((it, fonts.SERIF_BOLD) for it in ["Ông", "Vũ", "Thanh", "Hoà"])]
    words += [(it, fonts.SERIF) for it in f"– {office}".split()]
    for width in range(110, 175, 5):
        starts = fitting.phrased(words, 17, width * MM)
        lines = [words[a:b] for a, b in pairwise([*starts, len(words)])]
        for line in lines:
            wide = sum(fonts.width(f"{word} ", font, 17) for word, font in line)
            assert wide - fonts.width(" ", fonts.SERIF, 17) <= width * MM + 1
        ends = [" ".join((a[-1][0], b[0][0])) for a, b in pairwise(lines)]
        assert not {"Đầu tư", "Truyền thông", "Tỉnh ủy", "Bắc Ninh", "Cao Bằng"} & set(ends)
        assert all(a[-1][0] != "và" for a, _ in pairwise(lines))
        assert len(lines) == 1 or len(lines[-1]) > 1


@given(SYLLABLES, st.integers(40, 200))
def test_titles_to_read_out_lose_nothing_and_take_no_more_lines_than_they_must(words, width):
    starts = fitting.phrased([(it, fonts.SERIF) for it in words], 17, width * MM)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert len(starts) == len(fitting.balanced(" ".join(words), fonts.SERIF, 17, width * MM))


def test_the_lines_of_a_heading_are_divided_by_themselves():
    heading = document.heading("Một hai\nBa bốn", document.style(size=12), 100)
    heading.wrap(100 * MM, 1000)
    assert len(heading.blPara.lines) == 2
