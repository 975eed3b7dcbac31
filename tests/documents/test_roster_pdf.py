import io
from dataclasses import replace

import pytest

from eventapp.documents.roster_pdf import (
    NoRosters,
    Roster,
    RosterDocument,
    RosterPerson,
    write_rosters,
)
from eventapp.pdf.letterhead import Letterhead
from tests.pdf.pictures import needs_poppler, opened, text_of

GROUP = Roster(
    "Nhóm B: Bệnh viện đa khoa tỉnh",
    (
        RosterPerson("H'Hen Niê", "Trưởng phòng", "Sở Nội vụ", "0912 345 678", "Cần xe lăn"),
        RosterPerson("Ý"),
    ),
    (("Xe:", "Xe 2"), ("Trưởng đoàn:", "Nguyễn Văn Bình"), ("Ghi chú:", "")),
    leader="Nguyễn Văn Bình",
)
PAPER = RosterDocument(Letterhead("Ban Tổ chức"), "Hội nghị tổng kết", (GROUP,))


def pdf_of(paper=PAPER):
    stream = io.BytesIO()
    pages = write_rosters(paper, stream)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


@needs_poppler
def test_it_lists_the_group():
    text = " ".join(text_of(pdf_of()).split())
    for part in (
        "DANH SÁCH ĐOÀN THAM QUAN",
        "Nhóm B: Bệnh viện đa khoa tỉnh",
        "H'Hen Niê",
        "Trưởng phòng",
        "Sở Nội vụ",
        "0912 345 678",
        "Cần xe lăn",
        "Lượt",
        "Tổng số đại biểu: 2",
        "TRƯỞNG ĐOÀN",
    ):
        assert part in text, part
    assert "Ghi chú" not in text


@needs_poppler
def test_a_long_list_repeats_its_head_and_loses_nobody():
    people = tuple(RosterPerson(f"Người số {at}", organisation="Sở Nội vụ") for at in range(1, 301))
    pages = text_of(pdf_of(replace(PAPER, rosters=(replace(GROUP, people=people),)))).split("\f")
    listing = [page for page in pages if "Người số" in page]
    assert len(listing) > 5
    assert all("Họ và tên" in page for page in listing)
    assert sum(page.count("Người số") for page in listing) == 300


@needs_poppler
def test_each_group_begins_a_page():
    empty = Roster("Nhóm C", ())
    pages = text_of(pdf_of(replace(PAPER, rosters=(GROUP, empty)))).split("\f")
    assert "Nhóm B" in pages[0]
    assert "Nhóm C" in pages[1]
    assert "Chưa có đại biểu." in pages[1]


def test_no_group_is_refused():
    with pytest.raises(NoRosters):
        write_rosters(replace(PAPER, rosters=()), io.BytesIO())


def test_the_same_roster_gives_the_same_bytes():
    assert pdf_of() == pdf_of()
