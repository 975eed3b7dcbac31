"""Rosters of visit groups: for organisers and group leaders."""

from io import BytesIO

import pikepdf
import pytest

from eventapp.accounts.permissions import Role
from eventapp.visits import service as visits
from tests.builders import at, build_delegate, build_event
from tests.documents.test_agenda import text_of
from tests.visits.groups import build_group, chosen


@pytest.fixture
def group(event):
    """Group B with two members, led by somebody with a telephone."""
    group = build_group(
        event,
        "B",
        5,
        bus="Xe 2",
        leader_name="Trần Thị Lê",
        leader_phone="+84912345678",
        meeting_point="Sân trước hội trường",
        departs_at=at(event.days[1].date, 9, 45),
    )
    people = [
        build_delegate(event, "Lê Ổn", phone="+84987654321").id,
        build_delegate(event, "Vũ An", needs="Xe lăn").id,
    ]
    visits.assign(event, group.id, chosen(*people))
    return group


def test_it_says_who_goes_where_and_when(organiser, event, group):
    answer = organiser.get(f"/manage/hoi-nghi/visits/groups/{group.id}/roster.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for said in (
        "Xe 2",
        "Trần Thị Lê",
        "0912 345 678",
        "09:45, 27/11/2026",
        "Sân trước hội trường",
        "Trung tâm dữ liệu tỉnh",
        "0987 654 321",
        "Xe lăn",
        "Sở Nội vụ, Bắc Ninh",
    ):
        assert said in text
    assert text.index("Vũ An") < text.index("Lê Ổn")


def test_all_groups_at_once_begin_a_page_each(organiser, event, group):
    build_group(event, "A")
    answer = organiser.get("/manage/hoi-nghi/visits/rosters.pdf")
    with pikepdf.open(BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 2


def test_no_groups_is_a_message(organiser, event):
    answer = organiser.get("/manage/hoi-nghi/visits/rosters.pdf")
    assert answer.status_code == 303
    assert "notice-warning" in organiser.get("/manage/hoi-nghi/visits").text


def test_leaders_may_and_staff_may_not(sign_in, event, group):
    address = f"/manage/hoi-nghi/visits/groups/{group.id}/roster.pdf"
    assert sign_in(Role.LEADER, event).get(address).status_code == 200
    assert sign_in(Role.STAFF, event).get(address).status_code == 403


def test_a_group_of_another_event_is_not_found(organiser, event):
    other = build_group(build_event("khac"))
    address = f"/manage/hoi-nghi/visits/groups/{other.id}/roster.pdf"
    assert organiser.get(address).status_code == 404


def test_one_group_can_be_chosen_among_the_papers(organiser, event, group):
    build_group(event, "A", leader_name="Lò Văn Pành")
    address = "/manage/hoi-nghi/documents/rosters"
    assert "Nhóm B" in organiser.get(address).text
    text = text_of(organiser.get(f"{address}/file?group={group.id}").data)
    assert "Trần Thị Lê" in text
    assert "Lò Văn Pành" not in text
    assert "Lò Văn Pành" in text_of(organiser.get(f"{address}/file").data)


def test_a_group_of_another_event_cannot(organiser, event, group):
    other = build_group(build_event("khac"), "C")
    page = organiser.get(f"/manage/hoi-nghi/documents/rosters?group={other.id}").text
    assert "preview.png" not in page
