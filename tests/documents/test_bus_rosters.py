"""Rosters of buses: for leaders, with phones, needs, and boxes for each place of the way."""

import io
from dataclasses import replace

import pytest

from eventapp.accounts.permissions import Role
from eventapp.documents.bus_roster_pdf import (
    BusRoster,
    BusRosterDocument,
    Place,
    write_bus_rosters,
)
from eventapp.documents.paper import NothingToPrint
from eventapp.documents.roster_pdf import NoRosters, RosterPerson
from eventapp.extensions import db
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, build_event
from tests.documents.touring import (
    LONG_SITE,
    LONGEST,
    build_tour,
    paper,
    people_of,
    put_into,
    seat,
)
from tests.pdf.pictures import needs_poppler, opened, text_of, texts_of
from tests.visits.groups import build_group

KIND = "bus-rosters"
ROSTER = BusRoster(
    letter="B",
    colour="#b3261e",
    title="Nhóm B – Xe 2",
    site="Bệnh viện đa khoa tỉnh",
    places=(
        Place("Đi", "07:30", "Khởi hành: Sân trước"),
        Place("1", "08:00–08:40", "Nhà truyền thống"),
        Place("Về", "11:30", "Trở về"),
    ),
    people=(RosterPerson("H'Hen Niê", "Trưởng phòng", "Sở Nội vụ", "0912 345 678", "Xe lăn"),),
    facts=(("Biển số:", "99B-002.24"), ("Lái xe:", "")),
    leader="Trần Thị Lê",
)
PAPER = BusRosterDocument("Ban Tổ chức", "Hội nghị tổng kết")


def pdf_of(*rosters, paper=PAPER):
    stream = io.BytesIO()
    pages = write_bus_rosters(paper, rosters, stream)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


@pytest.fixture
def tour(event):
    """Group B with somebody in each of its buses."""
    group = build_tour(event)
    first, second, third = people_of(event)
    seat(event, group, first, second, third)
    put_into(group.buses[0], first, third)
    put_into(group.buses[1], second)
    return group


@needs_poppler
def test_a_leader_has_it_all_on_the_paper_of_the_bus(event, tour):
    text = " ".join(text_of(paper(event, KIND, bus=f"bus-{tour.buses[0].id}")).split())
    for said in (
        "DANH SÁCH THEO XE",
        "Nhóm B – Xe 1",
        "Trung tâm dữ liệu tỉnh",
        "Biển số: 99B-001.23",
        "Mùa A Páo, 0977 888 999",
        "Trần Thị Lê, 0912 345 678",
        "Đỗ Văn Dẫn, 0911 222 333",
        "Sân trước hội trường",
        "08:00–08:40 Nhà truyền thống",
        "Số chỗ: 12",
        "Lê Ổn",
        "0987 654 321",
        "Sở Nội vụ, tỉnh Bắc Ninh",
        "Tổng số đại biểu: 2",
        "Số người có mặt",
        "TRƯỞNG NHÓM",
    ):
        assert said in text, said
    assert text.index("Lê Ổn") < text.index("Hoàng Ước")
    assert "Vũ An" not in text


@needs_poppler
def test_each_bus_begins_a_page_and_whoever_has_none_is_not_lost(event, tour):
    second = db.session.query(Delegate).filter_by(name="Vũ An").one()
    put_into(None, second)
    papers = text_of(paper(event, KIND)).split("DANH SÁCH THEO XE")[1:]
    assert [it.split("\n")[1].strip() for it in papers] == [
        "Nhóm B – Xe 1",
        "Nhóm B – Xe 2",
        "Nhóm B – chưa xếp xe",
    ]
    assert "Xe này chưa có đại biểu." in papers[1]
    rest = " ".join(papers[2].split())
    assert "Xe 1 (99B-001.23), Xe 2 (99B-002.24)" in rest
    assert "Vũ An" in rest
    assert "Lối đi không bậc · Dị ứng đậu phộng" in rest
    # The paper of one bus has nobody else.
    assert "Vũ An" not in text_of(paper(event, KIND, bus=f"bus-{tour.buses[1].id}"))


@needs_poppler
def test_a_group_without_buses_is_on_one_paper(event):
    group = build_group(event, "C")
    seat(event, group, build_delegate(event, "Lò Thị Ín"))
    text = " ".join(text_of(paper(event, KIND, bus=f"group-{group.id}")).split())
    assert "Xe: Chưa ấn định" in text
    assert "Lò Thị Ín" in text


@needs_poppler
def test_who_has_cancelled_is_on_none(event, tour):
    gone = db.session.query(Delegate).filter_by(name="Lê Ổn").one()
    gone.status = Status.CANCELLED
    db.session.commit()
    assert "Lê Ổn" not in text_of(paper(event, KIND))


@needs_poppler
def test_in_english_stops_have_their_english_names(event, tour):
    text = " ".join(text_of(paper(event, KIND, "en")).split())
    assert "Group B – Xe 1" in text
    assert "Museum of tradition" in text
    assert "Trung tâm dữ liệu" in text  # there is no other name for it


def test_no_groups_are_refused(event):
    with pytest.raises(NothingToPrint):
        paper(event, KIND)


def test_leaders_may_and_staff_may_not(sign_in, event, tour):
    address = f"/manage/hoi-nghi/visits/groups/{tour.id}/bus-rosters.pdf"
    leader = sign_in(Role.LEADER, event)
    both, one = leader.get(address), leader.get(f"{address}?bus={tour.buses[1].id}")
    assert both.mimetype == one.mimetype == "application/pdf"
    assert len(opened(both.data).pages) > len(opened(one.data).pages)
    assert sign_in(Role.STAFF, event).get(address).status_code == 403


def test_what_is_not_there_is_not_found(organiser, event, tour):
    other = build_tour(build_event("khac"))
    groups = "/manage/hoi-nghi/visits/groups"
    assert organiser.get(f"{groups}/{other.id}/bus-rosters.pdf").status_code == 404
    bus = f"{groups}/{tour.id}/bus-rosters.pdf?bus={other.buses[0].id}"
    assert organiser.get(bus).status_code == 404
    page = organiser.get(f"/manage/hoi-nghi/documents/{KIND}?bus=bus-{other.buses[0].id}").text
    assert "preview.png" not in page


def test_it_is_found_where_people_look(organiser, sign_in, event, tour):
    address = f"/manage/hoi-nghi/visits/groups/{tour.id}"
    for page in ("/manage/hoi-nghi/visits", address):
        assert f'href="{address}/bus-rosters.pdf' in organiser.get(page).text
    assert f"bus-rosters.pdf?bus={tour.buses[1].id}" in organiser.get(address).text
    seen = sign_in(Role.LEADER, event).get(address).text
    assert "bus-rosters.pdf" in seen
    assert "/documents/" not in seen


@needs_poppler
def test_every_place_has_a_column_of_its_own_however_many_there_are():
    stops = tuple(Place(str(at), "08:00", f"Điểm {at}") for at in range(1, 31))
    long = replace(ROSTER, places=(ROSTER.places[0], *stops, ROSTER.places[-1]))
    text = text_of(pdf_of(long))
    assert text.count("H'Hen Niê") == 4  # 32 columns, ten on a list
    pages = texts_of(pdf_of(long))
    columns = {word for page in pages for word in page.partition("Điện thoại")[2].split()}
    assert {"Đi", *(str(at) for at in range(1, 31)), "Về"} <= columns


@needs_poppler
def test_the_longest_names_and_a_long_list_lose_nothing():
    people = tuple(RosterPerson(f"{LONGEST} {at}", LONGEST, LONG_SITE) for at in range(1, 61))
    hard = replace(ROSTER, letter="VIP1", site=LONG_SITE, people=people)
    words = " ".join(texts_of(pdf_of(hard))).split()
    assert words.count("Huyền") == 120
    assert "VIP1" in words


@needs_poppler
def test_a_way_of_long_names_goes_below_the_facts():
    stops = tuple(Place(str(at), "08:00–09:00", LONG_SITE) for at in range(1, 9))
    text = text_of(pdf_of(replace(ROSTER, places=(ROSTER.places[0], *stops))))
    assert " ".join(text.split()).count("Điều hành đô thị thông minh,") >= 8


def test_no_roster_is_refused():
    with pytest.raises(NoRosters):
        write_bus_rosters(PAPER, (), io.BytesIO())


def test_the_same_roster_gives_the_same_bytes():
    assert pdf_of(ROSTER) == pdf_of(ROSTER)
