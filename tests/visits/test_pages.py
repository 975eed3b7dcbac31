"""The pages of site visits: what organisers do, what leaders see, what is refused."""

from html import unescape

import pytest

from eventapp.accounts.permissions import Role
from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.visits import service
from eventapp.visits.models import VisitGroup
from tests.builders import at, build_delegate, build_event
from tests.conftest import post
from tests.visits.groups import build_group, chosen, seats, taken

INDEX = "/manage/hoi-nghi/visits"
ASSIGN = f"{INDEX}/assign"


def page_of(group_id):
    return f"{INDEX}/groups/{group_id}"


def typed(event, **changes):
    return {
        "letter": "c",
        "site": event.sites[1].id,
        "capacity": "45",
        "colour": "#1b6e3c",
        "reserved": "0",
        "buses-0-label": "Xe 3",
        "buses-0-plate": "99B-012.34",
        "leader_name": "Trần Thị Lê",
        "leader_phone": "0912 345 678",
        "day": event.days[1].id,
        "departs": "09:45",
        "returns": "11:45",
        **changes,
    }


def test_index_shows_sites_groups_and_seats(organiser, event):
    group = build_group(event, "A", 2, bus="Xe 1", departs_at=at(event.days[1].date, 9, 45))
    service.assign(event, group.id, chosen(build_delegate(event).id))
    build_delegate(event)
    page = organiser.get(f"{INDEX}?lang=en").text
    assert "Trung tâm dữ liệu tỉnh" in page
    assert "Xe 1 · 09:45 27/11/2026" in page
    assert "Seats taken: 1 of 2. Coming without a group: 1." in page


def test_index_takes_few_queries_however_many_groups(organiser, event, count_queries):
    for letter in "ABCDEF":
        build_group(event, letter)
    organiser.get(INDEX)
    with count_queries() as queries:
        organiser.get(INDEX)
    assert sum(q.startswith("SELECT") for q in queries) <= 10


def test_add_a_group(organiser, event):
    assert post(organiser, f"{INDEX}/groups/new", typed(event)).status_code == 302
    group = db.session.query(VisitGroup).one()
    assert (group.letter, group.capacity, group.leader_phone) == ("C", 45, "+84912345678")
    assert group.departs_at == at(event.days[1].date, 9, 45)


def test_edit_a_group(organiser, event):
    group_id = build_group(event, "A", 2, departs_at=at(event.days[1].date, 9, 45)).id
    address = f"{page_of(group_id)}/edit"
    assert 'value="09:45"' in organiser.get(address).text
    assert post(organiser, address, typed(event, letter="B")).status_code == 302
    assert db.session.get_one(VisitGroup, group_id).letter == "B"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"letter": ""}, "Enter the group's letter."),
        ({"letter": "A"}, "Another group has this letter."),
        ({"capacity": "-1"}, "Enter a number of seats from 0 to 10,000."),
        ({"capacity": ""}, "Enter how many seats there are."),
        ({"leader_phone": "gọi sau"}, "This is not a telephone number."),
        ({"returns": "09:45"}, "The return must come after the departure."),
        ({"day": "0"}, "Choose the day of the departure."),
        ({"departs": "", "returns": ""}, "Enter when the group departs on this day."),
        ({"site": "999"}, "Choose one of the list."),
    ],
)
def test_a_wrong_group_is_refused_beside_the_field(organiser, event, changes, message):
    build_group(event, "A")
    answer = post(organiser, f"{INDEX}/groups/new?lang=en", typed(event, **changes))
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert "Trần Thị Lê" in answer.text
    assert db.session.query(VisitGroup).count() == 1


def test_capacity_below_the_members_is_refused(organiser, event):
    group_id = build_group(event).id
    service.assign(event, group_id, chosen(*(build_delegate(event).id for _ in range(2))))
    answer = post(
        organiser, f"{page_of(group_id)}/edit?lang=en", typed(event, letter="A", capacity="1")
    )
    assert answer.status_code == 422
    assert "The group has 2 members." in answer.text


def test_search_and_add_one(organiser, event):
    group_id = build_group(event).id
    an = build_delegate(event, "Nguyễn Đình An").id
    found = post(
        organiser, f"{page_of(group_id)}/find", {"q": "nguyen dinh"}, form_at=page_of(group_id)
    )
    assert "Nguyễn Đình An" in found.text
    answer = post(organiser, ASSIGN, {"to": group_id, "ids": an}, form_at=page_of(group_id))
    assert answer.location.endswith(page_of(group_id))
    assert seats() == {an: group_id}
    assert "Nguyễn Đình An" in organiser.get(page_of(group_id)).text


def test_add_many_by_the_filters_of_the_list(organiser, event):
    group_id = build_group(event, capacity=9).id
    first = event.categories[0].id
    ids = {build_delegate(event).id for _ in range(3)}
    build_delegate(event, category=event.categories[1])
    post(
        organiser,
        ASSIGN,
        {"to": group_id, "scope": "all", "category": first, "group": "none"},
        form_at=page_of(group_id),
    )
    assert seats().keys() == ids


def test_too_many_at_once_is_refused_with_the_numbers(organiser, event):
    group_id = build_group(event, capacity=2).id
    ids = [build_delegate(event).id for _ in range(3)]
    post(organiser, ASSIGN, {"to": group_id, "ids": ids}, form_at=page_of(group_id))
    page = organiser.get(f"{page_of(group_id)}?lang=en").text
    assert seats() == {}
    assert "seats left" in page or "còn" in page


def test_cancelled_people_are_refused_by_name(organiser, event):
    group_id = build_group(event).id
    gone = build_delegate(event, "Lê Văn Nghỉ", status=Status.CANCELLED).id
    post(organiser, ASSIGN, {"to": group_id, "ids": gone}, form_at=page_of(group_id))
    assert "Lê Văn Nghỉ" in organiser.get(page_of(group_id)).text
    assert seats() == {}


def test_move_and_take_out(organiser, event):
    first, second = build_group(event, "A").id, build_group(event, "B").id
    an = build_delegate(event).id
    service.assign(event, first, chosen(an))
    post(organiser, ASSIGN, {"to": second, "ids": an}, form_at=page_of(first))
    assert seats() == {an: second}
    post(organiser, f"{page_of(second)}/remove", {"ids": an}, form_at=page_of(second))
    assert seats() == {}
    assert taken(second) == 0


def test_assign_without_a_group_or_people_says_so(organiser, event):
    group_id = build_group(event).id
    for data in ({}, {"to": group_id, "scope": "selected"}):
        assert post(organiser, ASSIGN, data, form_at=page_of(group_id)).status_code == 302
        assert "notice-danger" in organiser.get(INDEX).text


def test_groups_and_sites_of_another_event_are_not_found(organiser, event):
    other = build_event("khac")
    group_id, site_id = build_group(other).id, other.sites[0].id
    here = page_of(build_group(event).id)
    for address in (page_of(group_id), f"{page_of(group_id)}/edit", f"{INDEX}/sites/{site_id}"):
        assert organiser.get(address).status_code == 404
    assert post(organiser, ASSIGN, {"to": group_id, "ids": 1}, form_at=here).status_code == 404


def test_sites(organiser, event):
    new = f"{INDEX}/sites/new"
    assert post(organiser, new, {"name": "Bệnh viện đa khoa tỉnh"}).status_code == 302
    assert post(organiser, new, {"name": "Bệnh viện đa khoa tỉnh"}).status_code == 422
    site = event.sites[-1]
    address = f"{INDEX}/sites/{site.id}"
    assert post(organiser, address, {"name": "Bệnh viện tỉnh"}).status_code == 302
    assert "Bệnh viện tỉnh" in organiser.get(INDEX).text
    post(organiser, f"{address}/delete", {}, form_at=address)
    assert organiser.get(address).status_code == 404


def test_leaders_see_groups_and_phones_and_change_nothing(sign_in, event):
    group_id = build_group(event).id
    an = build_delegate(event, "Nguyễn Văn An", phone="+84912345678").id
    service.assign(event, group_id, chosen(an))
    leader = sign_in(Role.LEADER, event)
    assert leader.get(INDEX).status_code == 200
    page = leader.get(page_of(group_id)).text
    assert "0912 345 678" in page
    assert "/assign" not in page
    assert leader.get(f"{page_of(group_id)}/edit").status_code == 403
    answer = post(leader, ASSIGN, {"to": group_id, "ids": an}, form_at=page_of(group_id))
    assert answer.status_code == 403


def test_staff_see_no_groups(sign_in, event):
    assert sign_in(Role.STAFF, event).get(INDEX).status_code == 403
