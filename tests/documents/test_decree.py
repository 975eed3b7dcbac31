"""The agenda and the invitation measured against Nghị định 30/2020/NĐ-CP, phụ lục I."""

import io
from dataclasses import replace

import pytest

from eventapp.documents.agenda_pdf import write_agenda
from eventapp.documents.invitation_pdf import Addressee, write_invitations
from tests.documents.test_agenda_pdf import AGENDA
from tests.documents.test_invitation_pdf import INVITATION
from tests.pdf.pictures import lines_of, needs_poppler, pictures

WIDTH, HEIGHT = 210, 297


def agenda():
    stream = io.BytesIO()
    write_agenda(AGENDA, stream)
    return stream.getvalue()


def invitation():
    stream = io.BytesIO()
    letter = replace(INVITATION, letterhead=replace(AGENDA.letterhead, number="12/GM-BTC"))
    to = Addressee(("Ông (Bà) Nguyễn Văn An", "Giám đốc, Sở Nội vụ, tỉnh Bắc Ninh"), "An")
    write_invitations(letter, [to], stream)
    return stream.getvalue()


@pytest.fixture(params=[agenda, invitation], scope="module")
def paper(request):
    return request.param()


def line(paper, text, page=0):
    found = [it for it in lines_of(paper, page) if it.text.startswith(text)]
    assert found, f"{text}: {[it.text for it in lines_of(paper, page)]}"
    return found[0]


def middle(it):
    return (it.left + it.right) / 2


@needs_poppler
def test_margins(paper, tmp_path):
    """Top and bottom 20 to 25 mm, left 30 to 35 mm, right 15 to 20 mm."""
    for picture in pictures(paper, tmp_path, dpi=254):
        # 10 pixels are a millimetre.
        left, top, right, _ = picture.point(lambda grey: 255 - grey).getbbox()
        assert 29.7 <= left / 10 <= 35
        assert 14.7 <= WIDTH - right / 10 <= 20
        assert top / 10 >= 19.9


def test_texts_keep_clear_of_the_edges(paper):
    for it in lines_of(paper):
        assert it.left >= 29.9
        assert it.right <= WIDTH - 14.9
        assert it.top >= 19.9
        assert it.baseline <= HEIGHT - 20


def test_the_first_line_stands_at_the_margin(paper):
    assert 20 <= line(paper, "CỘNG HÒA").top <= 25


def test_country_and_motto_top_right(paper):
    """Part 1: capitals 12 to 13, upright and bold; the motto 13 to 14, bold."""
    country, motto = line(paper, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), line(paper, "Độc lập")
    assert motto.text == "Độc lập - Tự do - Hạnh phúc"
    assert 12 <= country.size <= 13
    assert 13 <= motto.size <= 14
    assert country.font == motto.font == "Tinos-Bold"
    assert country.left > WIDTH / 2 - 5
    assert abs(middle(country) - middle(motto)) < 1
    assert 4 < motto.baseline - country.baseline < 8


def test_issuer_top_left_over_its_number(paper):
    """Parts 2 and 3: the parent upright, the issuer bold, capitals 12 to 13; number 13."""
    parent, issuer = (
        line(paper, "BỘ THÔNG TIN VÀ TRUYỀN THÔNG"),
        line(paper, "BAN TỔ CHỨC HỘI NGHỊ"),
    )
    number = line(paper, "Số:")
    assert (parent.font, issuer.font, number.font) == (
        "Tinos-Regular",
        "Tinos-Bold",
        "Tinos-Regular",
    )
    assert 12 <= parent.size == issuer.size <= 13
    assert number.size == 13
    assert parent.baseline < issuer.baseline < number.baseline
    for it in (parent, issuer, number):
        assert it.right < line(paper, "CỘNG HÒA").left
        assert abs(middle(it) - middle(issuer)) < 1


def test_issuer_and_country_begin_on_one_line(paper):
    parent = line(paper, "BỘ THÔNG TIN")
    assert abs(parent.baseline - line(paper, "CỘNG HÒA").baseline) < 0.5


def test_place_and_date_in_italics_below_the_motto(paper):
    """Part 4: 13 to 14, italic, across from the number, in the middle below the motto."""
    where = line(paper, "Bắc Ninh, ngày")
    assert where.text == "Bắc Ninh, ngày 06 tháng 11 năm 2012"
    assert where.font == "Tinos-Italic"
    assert 13 <= where.size <= 14
    assert abs(middle(where) - middle(line(paper, "Độc lập"))) < 1
    assert abs(where.baseline - line(paper, "Số:").baseline) < 4


@pytest.mark.parametrize(("make", "kind"), [(agenda, "CHƯƠNG TRÌNH"), (invitation, "GIẤY MỜI")])
def test_kind_and_subject_in_the_middle(make, kind):
    """Part 5a: the kind in capitals, 13 to 14, bold; the subject below it, 13 to 14, bold."""
    paper = make()
    found = line(paper, kind)
    subject = [it for it in lines_of(paper) if it.font == "Tinos-Bold" and it.size == 14][1:]
    assert found.text == kind
    for it in (found, *subject[:4]):
        assert it.font == "Tinos-Bold"
        assert 13 <= it.size <= 14
        assert abs(middle(it) - (30 + 195) / 2) < 1
    assert subject[0].baseline > found.baseline > line(paper, "Bắc Ninh, ngày").baseline
    # No lonely last word.
    assert all(len(it.text.split()) > 1 for it in subject[:4])


def test_text_of_the_invitation():
    """Part 6: 13 to 14, upright, even on both sides, the first line 1 cm or 1.27 cm in."""
    paper = invitation()
    first = line(paper, "Bộ Thông tin và Truyền thông trân trọng kính mời")
    second = next(it for it in lines_of(paper) if it.baseline > first.baseline)
    assert 13 <= first.size <= 14
    assert first.font == "Tinos-Regular"
    assert abs(first.left - 40) < 0.7
    assert abs(second.left - 30) < 0.7
    assert abs(first.right - 195) < 0.7
    assert line(paper, "Kính gửi:").baseline < first.baseline


def test_signature_bottom_right(paper):
    """Parts 7a and 7b: capitals, 13 to 14, bold; the name below them with room to sign."""
    page = 0
    authority, position = line(paper, "TM. BAN TỔ CHỨC", page), line(paper, "TRƯỞNG BAN", page)
    name = line(paper, "Nguyễn Minh Hồng", page)
    for it in (authority, position, name):
        assert it.font == "Tinos-Bold"
        assert 13 <= it.size <= 14
        assert it.left > WIDTH / 2
        assert abs(middle(it) - middle(position)) < 1
    assert authority.baseline < position.baseline
    assert name.baseline - position.baseline > 18


def test_recipients_bottom_left(paper):
    """Part 9b: "Nơi nhận:" 12, italic and bold; the recipients 11, upright, each after a dash."""
    label, last = line(paper, "Nơi nhận:"), line(paper, "- Lưu: VT.")
    assert (label.size, label.font) == (12, "Tinos-BoldItalic")
    assert (last.size, last.font) == (11, "Tinos-Regular")
    assert abs(label.left - 30) < 1
    assert abs(last.left - 30) < 1
    authority = line(paper, "TM. BAN TỔ CHỨC")
    assert abs(label.baseline - authority.baseline) < 2


def test_page_numbers_in_the_middle_of_the_top_margin_from_the_second_page():
    stream = io.BytesIO()
    write_agenda(replace(AGENDA, days=AGENDA.days * 6), stream)
    pages = [lines_of(stream.getvalue(), page) for page in range(2)]
    assert not any("/" in it.text and it.top < 20 for it in pages[0])
    number = min(pages[1], key=lambda it: it.baseline)
    assert number.text.startswith("2/")
    assert 13 <= number.size <= 14
    assert number.baseline < 20
    assert abs(number.right - 112.5) < 8
