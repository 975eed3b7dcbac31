import io
import unicodedata
from dataclasses import replace
from datetime import date, time

import pytest

from eventapp.documents.agenda_pdf import (
    AgendaDay,
    AgendaDocument,
    AgendaItem,
    AgendaLabels,
    Edition,
    write_agenda,
)
from eventapp.documents.compact_pdf import write_compact
from eventapp.pdf.artwork import Artwork
from eventapp.pdf.letterhead import Letterhead, Signature, place_and_date
from tests.pdf.pictures import codes, lines_of, needs_poppler, opened, pictures, text_of, texts_of

TITLE = (
    "Hội nghị Tổng kết 5 năm thực hiện Nghị định số 64/2007/NĐ-CP về ứng dụng công nghệ thông tin "
    "trong hoạt động của cơ quan Nhà nước và tập huấn về quản lý đầu tư ứng dụng CNTT theo "
    "Nghị định số 102/2009/NĐ-CP khu vực miền Bắc"
)
HEAD = Letterhead(
    issuer="Ban Tổ chức Hội nghị",
    parent="Bộ Thông tin và Truyền thông",
    number="12/CTr-BTC",
    place_and_date=place_and_date("Bắc Ninh", date(2012, 11, 6)),
)
DAY = AgendaDay(
    "Thứ Sáu, ngày 16/11/2012",
    (
        AgendaItem(
            time(8), time(8, 20), "Phát biểu khai mạc", chair="Thứ trưởng", room="Hội trường"
        ),
        AgendaItem(time(9, 40), time(10), "Nghỉ giải lao", is_break=True),
        AgendaItem(time(13, 30), time(16, 30), "Tập huấn (lớp A)", room="Phòng A"),
        AgendaItem(time(13, 30), time(16, 30), "Tập huấn (lớp B)", room="Phòng B"),
    ),
)
AGENDA = AgendaDocument(
    HEAD,
    TITLE,
    (DAY,),
    venue="Trung tâm văn hóa Kinh Bắc",
    dates="16–17/11/2012",
    signature=Signature(
        "Trưởng ban", "Nguyễn Minh Hồng", "TM. Ban Tổ chức", ("Đại biểu", "Lưu: VT")
    ),
    note="Chương trình có thể thay đổi.",
)


def pdf_of(agenda=AGENDA):
    stream = io.BytesIO()
    pages = write_agenda(agenda, stream)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


@needs_poppler
def test_the_official_form_is_complete():
    text = " ".join(text_of(pdf_of()).split())
    for part in (
        "BỘ THÔNG TIN VÀ TRUYỀN THÔNG",
        "BAN TỔ CHỨC HỘI NGHỊ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 12/CTr-BTC",
        "Bắc Ninh, ngày 06 tháng 11 năm 2012",
        "CHƯƠNG TRÌNH",
        "khu vực miền Bắc",
        "Thứ Sáu, ngày 16/11/2012",
        "08:00 – 08:20",
        "Nghỉ giải lao",
        "Nơi nhận:",
        "- Lưu: VT.",
        "TM. BAN TỔ CHỨC",
        "Nguyễn Minh Hồng",
    ):
        assert part in text, part


@needs_poppler
def test_sessions_at_the_same_time_share_it():
    assert text_of(pdf_of()).count("13:30 – 16:30") == 1


EDITION = Edition(
    "Phiên bản 3, công bố lúc 10:00 ngày 12/11/2012",
    "https://hoinghi.bacninh.example/e/hoi-nghi/agenda/version/3",
    "Quét mã để biết bản in này còn hiệu lực hay không.",
)


def compact_of(agenda=AGENDA, logo=None):
    stream = io.BytesIO()
    pages = write_compact(agenda, stream, logo=logo)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


@pytest.mark.parametrize("make", [pdf_of, compact_of])
def test_a_published_one_says_its_version_and_leads_to_its_page(make, tmp_path):
    pdf = make(replace(AGENDA, edition=EDITION))
    text = " ".join(" ".join(texts_of(pdf)).split())
    assert "Phiên bản 3, công bố lúc 10:00" in text
    assert "DỰ THẢO" not in text
    assert codes(pdf, tmp_path) == [EDITION.address]


@pytest.mark.parametrize("make", [pdf_of, compact_of])
@pytest.mark.parametrize("days", [1, 12])
def test_every_page_says_the_version(make, days):
    pages = texts_of(make(replace(AGENDA, edition=EDITION, days=(DAY,) * days)))
    assert (len(pages) > 1) == (days > 1)
    for page in pages:
        assert "Phiên bản 3, công bố lúc 10:00 ngày 12/11/2012" in " ".join(page.split())


def test_the_version_is_small_in_the_bottom_margin_of_the_first_page():
    pdf = pdf_of(
        replace(AGENDA, edition=replace(EDITION, other_version="Version 3"), days=(DAY,) * 9)
    )
    (foot,) = [it for it in lines_of(pdf) if it.text.startswith("Phiên bản")]
    assert foot.text == f"{EDITION.version} / Version 3"
    assert 277 < foot.top < foot.baseline < 292
    assert foot.size < 12
    assert abs((foot.left + foot.right) / 2 - (30 + 195) / 2) < 1
    assert not [it for it in lines_of(pdf, 1) if it.baseline > 277]


def test_a_long_version_stays_between_the_margins():
    long = replace(EDITION, version=EDITION.version * 4)
    (foot,) = [it for it in lines_of(pdf_of(replace(AGENDA, edition=long))) if it.top > 277]
    assert foot.left >= 29.9
    assert foot.right <= 195.1


@needs_poppler
@pytest.mark.parametrize("make", [pdf_of, compact_of])
def test_a_draft_says_so(make, tmp_path):
    pdf = make(replace(AGENDA, days=AGENDA.days * 12))
    pages = text_of(pdf).split("\f")[:-1]
    assert "DỰ THẢO" in pages[0]
    assert len(pages) > 1
    assert all("Dự thảo" in page for page in pages[1:])
    assert codes(pdf, tmp_path) == []


@needs_poppler
@pytest.mark.parametrize("make", [pdf_of, compact_of])
def test_in_two_languages_each_title_is_in_both(make):
    item = replace(DAY.items[0], other_title="Opening address")
    day = AgendaDay("Thứ Sáu / Friday", (item, replace(DAY.items[1], other_title="Coffee break")))
    text = " ".join(text_of(make(replace(AGENDA, days=(day,), other_title="A conference"))).split())
    for said in ("Phát biểu khai mạc", "Opening address", "Coffee break", "A conference"):
        assert said in text


@needs_poppler
def test_the_compact_form_has_everything_on_fewer_pages():
    many = replace(AGENDA, days=(DAY,) * 8)
    text = " ".join(text_of(compact_of(many)).split())
    for part in (
        "CHƯƠNG TRÌNH",
        "khu vực miền Bắc",
        "Thứ Sáu, ngày 16/11/2012",
        "Phòng B",
        "Thứ trưởng",
    ):
        assert part in text, part
    assert len(opened(compact_of(many)).pages) < len(opened(pdf_of(many)).pages)
    assert compact_of(many) == compact_of(many)


@needs_poppler
def test_the_compact_form_carries_the_logo_and_the_official_one_none(tmp_path):
    red = Artwork(4, 2, operators=b"1 0 0 rg 0 0 4 2 re f")
    assert b"artwork" in compact_of(logo=red)
    assert b"artwork" not in compact_of()
    assert b"artwork" not in pdf_of()


@needs_poppler
def test_texts_are_copied_as_they_were_typed():
    text = text_of(pdf_of())
    assert unicodedata.is_normalized("NFC", text)
    assert "Nguyễn Minh Hồng" in text


def test_title_author_and_language():
    pdf = opened(pdf_of())
    assert str(pdf.docinfo["/Title"]) == f"Chương trình: {TITLE}"
    assert str(pdf.docinfo["/Author"]) == "Ban Tổ chức Hội nghị"
    assert str(pdf.Root.Lang) == "vi"


def test_the_same_agenda_gives_the_same_bytes():
    assert pdf_of() == pdf_of()


@needs_poppler
def test_margins_are_those_of_the_decree(tmp_path):
    for picture in pictures(pdf_of(), tmp_path, dpi=127):
        # 5 pixels are a millimetre. White is 255.
        left, top, right, bottom = picture.point(lambda grey: 255 - grey).getbbox()
        assert left / 5 >= 29.5
        assert (picture.width - right) / 5 >= 14.5
        assert top / 5 >= 19
        assert (picture.height - bottom) / 5 >= 19


@needs_poppler
def test_english_on_request():
    labels = AgendaLabels(
        "Programme", "Time", "Content", "Chair", "Room", "Venue:", "Date:", "None"
    )
    text = text_of(pdf_of(replace(AGENDA, labels=labels, language="en")))
    assert "SOCIALIST REPUBLIC OF VIET NAM" in text
    assert "PROGRAMME" in text


@needs_poppler
def test_a_day_without_sessions_and_a_paper_without_anything_optional():
    bare = AgendaDocument(Letterhead("Ban Tổ chức"), "Hội nghị", (AgendaDay("Ngày đầu", ()),))
    text = text_of(pdf_of(bare))
    assert "Chưa có nội dung." in text
    assert "Số:" not in text
    assert "Nơi nhận" not in text


@needs_poppler
def test_two_hundred_sessions_repeat_their_headings():
    items = tuple(
        AgendaItem(
            time(7 + at // 20, at % 20 * 3),
            time(18),
            f"Phiên {at}: {TITLE[:90]}",
            chair="Nguyễn Văn A, Cục trưởng",
            room="Phòng A",
        )
        for at in range(200)
    )
    pdf = pdf_of(replace(AGENDA, days=(AgendaDay("Ngày thứ nhất", items),)))
    pages = text_of(pdf).split("\f")[:-1]
    assert len(pages) > 10
    with_sessions = [page for page in pages if "Phiên " in page]
    assert all("Ngày thứ nhất" in page and "Nội dung" in page for page in with_sessions)
    assert sum(page.count("Phiên ") for page in pages) == 200


@pytest.mark.parametrize("title", ["W" * 1000, "từ " * 333, "<b>&\u0000🙂", "Một " * 3])
def test_odd_titles_never_break_the_file(title):
    item = AgendaItem(time(8), time(9), title, chair=title[:300], room="🙂")
    crowded = replace(item, speakers=(title[:300],) * 40)
    day = AgendaDay(title[:300], (item, crowded, *[item] * 20, replace(item, is_break=True)))
    pdf_of(replace(AGENDA, title=title[:300], days=(day,)))
    compact_of(replace(AGENDA, title=title[:300], days=(day,)))
