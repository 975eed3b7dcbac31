"""Lists of visitors for sites: for hosts and gates, who leave phones to others."""

import io
from datetime import timedelta

import pytest

from eventapp.documents.list_pdf import Person
from eventapp.documents.paper import NothingToPrint
from eventapp.documents.roster_pdf import NoRosters
from eventapp.documents.site_roster_pdf import (
    Coming,
    ComingDay,
    GroupList,
    SiteRoster,
    SiteRosterDocument,
    write_site_rosters,
)
from eventapp.extensions import db
from eventapp.pdf.letterhead import Letterhead
from tests.builders import build_delegate, build_event, organisation
from tests.documents.touring import LONG_SITE, LONGEST, build_tour, paper, people_of, seat
from tests.pdf.pictures import needs_poppler, opened, text_of, texts_of
from tests.visits.groups import build_group

KIND = "site-rosters"
PAPER = SiteRosterDocument(Letterhead("Ban Tổ chức"), "Hội nghị tổng kết")


@pytest.fixture
def tours(event):
    """Group B on the second day, group A to the same site on the first, C to another one."""
    late = build_tour(event)
    early = build_tour(event, "A", buses=[], stops=[])
    early.departs_at -= timedelta(days=1)
    other = build_group(event, "C", site_id=event.sites[1].id)
    first, second, third = people_of(event)
    seat(event, late, first, third)
    seat(event, early, second)
    elsewhere = organisation(event, "Văn phòng UBND")
    seat(event, other, build_delegate(event, "Lò Thị Ín", organisation=elsewhere))
    site = event.sites[0]
    site.address, site.capacity = "Số 10 đường Lý Thái Tổ", 50
    db.session.commit()
    return late, early, other


@needs_poppler
def test_the_host_sees_who_comes_when_and_in_what(event, tours):
    text = " ".join(text_of(paper(event, KIND, site=str(event.sites[0].id))).split())
    for said in (
        "Số: ……/DS",
        "DANH SÁCH KHÁCH THAM QUAN",
        "Trung tâm dữ liệu tỉnh",
        "Địa chỉ: Số 10 đường Lý Thái Tổ",
        "Số khách tối đa cùng lúc: 50",
        "Ngày 26/11/2026: 1 nhóm, 1 người",
        "Ngày 27/11/2026: 1 nhóm, 2 người",
        "Tổng cộng: 2 nhóm, 3 người.",
        "99B-001.23",
        "07:30 Khởi hành",
        "Nhóm B: 2 người",
        "Giám đốc",
        "Sở Nội vụ, tỉnh Bắc Ninh",
        "Số người thực tế đã đến:",
        "ĐẠI DIỆN NƠI ĐÓN TIẾP",
    ):
        assert said in text, said
    # Day by day, each group in protocol order.
    assert text.index("Vũ An") < text.index("Lê Ổn") < text.index("Hoàng Ước")
    assert "Lò Thị Ín" not in text


@needs_poppler
def test_it_has_no_phone_and_no_need(event, tours):
    text = text_of(paper(event, KIND))
    for kept in ("0987", "0900", "0912", "0911", "0977", "Dị ứng", "không bậc"):
        assert kept not in text


@needs_poppler
def test_each_site_that_is_visited_begins_a_page(event, tours):
    papers = text_of(paper(event, KIND)).split("DANH SÁCH KHÁCH THAM QUAN")[1:]
    assert len(papers) == 2
    assert "Lò Thị Ín" in papers[1]
    assert "Ngày (chưa ấn định): 1 nhóm, 1 người" in " ".join(papers[1].split())


@needs_poppler
def test_in_english(event, tours):
    text = " ".join(text_of(paper(event, KIND, "en")).split())
    assert "In all: 2 groups, 3 people." in text
    assert "Museum of tradition" in text


def test_a_site_to_which_nobody_goes_is_refused(event, tours):
    tours[2].site_id = event.sites[0].id
    db.session.commit()
    with pytest.raises(NothingToPrint):
        paper(event, KIND, site=str(event.sites[1].id))


def test_a_site_of_another_event_cannot_be_chosen(organiser, event, tours):
    other = build_event("khac")
    page = organiser.get(f"/manage/hoi-nghi/documents/{KIND}?site={other.sites[0].id}").text
    assert "preview.png" not in page


def test_it_is_found_where_people_look(organiser, event, tours):
    site = event.sites[0].id
    for page in (
        "/manage/hoi-nghi/visits",
        f"/manage/hoi-nghi/visits/sites/{site}",
        f"/manage/hoi-nghi/visits/groups/{tours[0].id}",
    ):
        assert f'href="/manage/hoi-nghi/documents/{KIND}?site={site}"' in organiser.get(page).text


def pdf_of(*rosters):
    stream = io.BytesIO()
    pages = write_site_rosters(PAPER, rosters, stream)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


def hard_roster():
    coming = Coming("VIP1", [LONG_SITE] * 10, ["Xe số 12, bãi xe phía Đông"] * 20, LONGEST, 300)
    people = [Person(LONGEST, LONGEST, LONG_SITE)] * 300
    return SiteRoster(
        LONG_SITE,
        [ComingDay("Ngày 27/11/2026", [coming])],
        (GroupList(f"Nhóm {letter}", people if letter == "A" else []) for letter in "AB"),
        "Tổng cộng: 2 nhóm, 300 người.",
    )


@needs_poppler
def test_the_longest_names_lose_nothing():
    words = " ".join(texts_of(pdf_of(hard_roster()))).split()
    # As a leader, as a name and as a position.
    assert words.count("Huyền") == 601
    assert "VIP1" in words


def test_people_are_read_group_by_group():
    taken = []

    def lists():
        for letter in "ABCDEFGHIJ":
            taken.append((letter, stream.tell()))
            yield GroupList(f"Nhóm {letter}", [Person(LONGEST, LONGEST)] * 40)

    stream = io.BytesIO()
    write_site_rosters(PAPER, [SiteRoster("Bảo tàng", [], lists(), "")], stream)
    assert [it[0] for it in taken] == list("ABCDEFGHIJ")
    assert taken[0][1] < taken[4][1] < taken[9][1]  # pages have left meanwhile


def test_no_site_is_refused():
    with pytest.raises(NoRosters):
        write_site_rosters(PAPER, (), io.BytesIO())


def test_the_same_roster_gives_the_same_bytes():
    assert pdf_of(hard_roster()) == pdf_of(hard_roster())
