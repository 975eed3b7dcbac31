import io
from dataclasses import replace

import pytest

from eventapp.documents.pass_pdf import PassDocument, PassLabels, PassVisit, write_pass
from tests.pdf.pictures import codes_in, lines_of, needs_poppler, opened, pictures, text_of

PASS = PassDocument(
    name="Nguyễn Thị Minh Hạnh",
    code="7QXJ4M2K9TBC",
    event_title="Hội nghị tổng kết 5 năm",
    category="Đại biểu",
    colour="#1d4e89",
    labels=PassLabels(),
    position="Phó Giám đốc",
    organisation="Sở Thông tin và Truyền thông",
    province="Tỉnh Bắc Ninh",
    dates="16–17/11/2012",
    facts=(("Lớp tập huấn", "Lớp A"), ("Nhóm tham quan", ""), ("Địa điểm", "Kinh Bắc")),
    how_to=("Xuất trình mã QR này khi đến hội nghị.", "Nhận thẻ đeo tại bàn đón tiếp."),
    author="Bộ TT&TT",
)


def pdf_of(paper=PASS):
    stream = io.BytesIO()
    write_pass(paper, stream)
    assert len(opened(stream.getvalue()).pages) == 1
    return stream.getvalue()


@needs_poppler
def test_it_says_who_and_where_and_how():
    text = " ".join(text_of(pdf_of()).split())
    for part in (
        "THẺ THAM DỰ",
        "Nguyễn Thị",
        "Minh Hạnh",
        "Phó Giám đốc",
        "7QXJ 4M2K 9TBC",
        "Lớp A",
        "Kinh Bắc",
        "Xuất trình mã QR này khi đến hội nghị.",
    ):
        assert part in text
    assert "Nhóm tham quan" not in text


@needs_poppler
def test_an_independent_reader_reads_the_code(tmp_path):
    (page,) = pictures(pdf_of(), tmp_path)
    assert codes_in(page) == ["7QXJ4M2K9TBC"]


def test_the_same_pass_gives_the_same_bytes_with_title_and_language():
    assert pdf_of() == pdf_of()
    pdf = opened(pdf_of(replace(PASS, language="en")))
    assert str(pdf.docinfo["/Title"]) == "Thẻ tham dự: Nguyễn Thị Minh Hạnh"
    assert str(pdf.Root.Lang) == "en"


@needs_poppler
@pytest.mark.parametrize(
    "changed",
    [
        {
            "name": "Ý",
            "position": "",
            "organisation": "",
            "province": "",
            "facts": (),
            "how_to": (),
        },
        {"name": "Công Tằng Tôn Nữ Mỹ Nhung Huyền Trân Ngọc Diễm", "position": "x" * 300},
        {"event_title": "Hội nghị " * 60, "organisation": "Văn phòng Ban Chỉ đạo " * 12},
        {"facts": tuple((f"Mục {at}", "Nội dung dài " * 12) for at in range(20))},
        {"notice": "Đăng ký đang chờ duyệt.", "colour": "blue", "name": "<b>🙂</b>"},
    ],
)
def test_everything_stays_on_the_page_and_the_code_is_read(tmp_path, changed):
    (page,) = pictures(pdf_of(replace(PASS, **changed)), tmp_path)
    assert codes_in(page) == ["7QXJ4M2K9TBC"]
    # Nothing but white in the outermost 4 mm, below the coloured band.
    lower = page.crop((0, page.height // 4, page.width, page.height))
    left, _, right, bottom = lower.point(lambda grey: 255 - grey).getbbox()
    edge = 4 / 25.4 * 150
    assert left > edge
    assert right < page.width - edge
    assert bottom < lower.height - edge


VISIT = PassVisit(
    "Tham quan thực tế",
    "VIP1",
    "#ffe066",
    ("Nhóm VIP1: Bệnh viện đa khoa tỉnh", "Xe 2 · Sân trước", "Khởi hành 07:30 27/11/2026"),
)


@needs_poppler
def test_the_group_is_there_by_its_letter_with_all_there_is_to_know(tmp_path):
    pdf = pdf_of(replace(PASS, visit=VISIT))
    text = " ".join(text_of(pdf).split())
    for part in ("VIP1", *VISIT.lines):
        assert part in text
    (page,) = pictures(pdf, tmp_path)
    assert codes_in(page) == ["7QXJ4M2K9TBC"]


@needs_poppler
@pytest.mark.parametrize("colour", ["#1d4e89", "#ffe066", ""])
def test_its_letter_is_read_whatever_the_colour(colour, tmp_path):
    pdf = pdf_of(replace(PASS, visit=replace(VISIT, letter="I", colour=colour)))
    # The letter in its block, which is the only line that is an I alone.
    line = next(it for it in lines_of(pdf) if it.text == "I")
    (page,) = pictures(pdf, tmp_path, dpi=254)  # ten pixels a millimetre
    middle = round((line.left + line.right) * 5), round((line.top + line.baseline) * 5)
    within = [page.getpixel((middle[0] + dx, middle[1])) for dx in range(-45, 46)]
    assert max(within) - min(within) > 110


def test_a_site_of_the_longest_name_stays_on_the_page():
    lines = ("Nhóm VIP1: " + "Trung tâm Điều hành đô thị thông minh, " * 5, "Xe số 12, " * 20)
    pdf = pdf_of(replace(PASS, visit=replace(VISIT, lines=lines)))
    assert all(it.baseline < 210 - 3 for it in lines_of(pdf))
