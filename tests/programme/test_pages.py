"""The organisers' pages of the programme: what they save, and what they refuse by name."""

import re
from html import unescape

import pytest

from eventapp.accounts.permissions import Role
from eventapp.extensions import db
from eventapp.programme import service
from eventapp.programme.models import Session
from tests.builders import build_delegate, build_event
from tests.conftest import post

NEW = "/manage/hoi-nghi/programme/sessions/new"


def typed(event, **changes):
    return {
        "day": event.days[0].id,
        "starts": "08:00",
        "ends": "08:20",
        "kind": "plenary",
        "title": "  Phát biểu  khai mạc ",
        "room": event.rooms[0].id,
        "chair": "Thứ trưởng",
        "speakers-0-name": "Nguyễn Minh Hồng",
        "speakers-0-position": "Thứ trưởng",
        "speakers-1-name": "",
        "speakers-1-position": "",
        **changes,
    }


def sessions():
    db.session.rollback()
    return {s.title: s for s in db.session.query(Session)}


def test_add(organiser, event):
    answer = post(organiser, NEW, typed(event))
    assert answer.status_code == 302
    session = sessions()["Phát biểu khai mạc"]
    assert session.starts_at.astimezone(event.zone).strftime("%H:%M") == "08:00"
    assert [s.name for s in session.speakers] == ["Nguyễn Minh Hồng"]
    page = organiser.get("/manage/hoi-nghi/programme").text
    assert "Phát biểu khai mạc" in page
    assert "08:00–08:20" in page


def test_edit(organiser, event):
    post(organiser, NEW, typed(event))
    address = f"/manage/hoi-nghi/programme/sessions/{sessions()['Phát biểu khai mạc'].id}"
    page = organiser.get(address).text
    assert 'value="08:20"' in page
    assert "Nguyễn Minh Hồng" in page
    answer = post(organiser, address, typed(event, title="Khai mạc", revision=1))
    assert answer.status_code == 302
    assert "Khai mạc" in sessions()


def test_two_editors_at_once(organiser, event):
    post(organiser, NEW, typed(event))
    address = f"/manage/hoi-nghi/programme/sessions/{sessions()['Phát biểu khai mạc'].id}"
    assert post(organiser, address, typed(event, title="Một", revision=1)).status_code == 302
    second = post(organiser, address, typed(event, title="Hai", revision=1))
    assert second.status_code == 409
    assert "Một" in sessions()
    assert 'value="Hai"' in second.text  # what was typed is still there
    assert "Một" in second.text  # beside what the other has saved
    assert 'name="revision" type="hidden" value="2"' in second.text
    assert post(organiser, address, typed(event, title="Hai", revision=2)).status_code == 302
    assert "Hai" in sessions()


def test_the_second_editor_sees_everything_that_the_first_has_saved(organiser, event):
    post(organiser, NEW, typed(event))
    address = f"/manage/hoi-nghi/programme/sessions/{sessions()['Phát biểu khai mạc'].id}"
    first = {"chair": "Chủ trì mới", "kind": "training", "takes_enrolment": "y", "places": 40}
    first |= {"speakers-0-name": "Lê Văn Báo", "speakers-0-organisation": "Sở Y tế"}
    post(organiser, address, typed(event, revision=1, **first))
    second = post(organiser, f"{address}?lang=en", typed(event, revision=1, title="Hai", places=""))
    told = dict(re.findall("<dt>([^<]+)</dt><dd>([^<]+)</dd>", second.text))
    assert told == {
        "Title": "Phát biểu khai mạc",
        "Kind": "Training",
        "Chair": "Chủ trì mới",
        "Delegates choose this session when they register": "yes",
        "Places": "40",
        "Speakers": "Lê Văn Báo, Thứ trưởng, Sở Y tế",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": " "}, "Enter a title."),
        ({"starts": ""}, "Enter when it starts."),
        ({"starts": "25:00"}, "Enter a time such as 07:30."),
        ({"ends": "08:00"}, "The end must come after the start."),
        ({"ends": "08:21"}, "Choose a time in steps of five minutes."),
        ({"room": "999"}, "Choose one of the list."),
        ({"day": "999"}, "Choose one of the list."),
        ({"kind": "party"}, "Choose one of the list."),
        (
            {"speakers-1-position": "Vụ trưởng"},
            "Enter the speaker's name, or clear the position.",
        ),
    ],
)
def test_refusals_stand_beside_the_field(organiser, event, changes, message):
    answer = post(organiser, f"{NEW}?lang=en", typed(event, **changes))
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert "Nguyễn Minh Hồng" in answer.text
    assert len(sessions()) == 2


def test_more_speakers_adds_rows_and_saves_nothing(organiser, event):
    answer = post(organiser, NEW, typed(event, more_speakers="1"))
    assert answer.status_code == 200
    assert 'name="speakers-3-name"' in answer.text
    assert "Nguyễn Minh Hồng" in answer.text
    assert len(sessions()) == 2


def test_delete(organiser, event):
    post(organiser, NEW, typed(event))
    address = f"/manage/hoi-nghi/programme/sessions/{sessions()['Phát biểu khai mạc'].id}"
    post(organiser, f"{address}/delete", {"revision": 1}, form_at=address)
    assert "Phát biểu khai mạc" not in sessions()


def test_delete_refuses_while_delegates_are_enrolled(organiser, event):
    training = service.sessions_of(event.id)[0]
    build_delegate(event, enrolments=[training])
    address = f"/manage/hoi-nghi/programme/sessions/{training.id}"
    answer = post(organiser, f"{address}/delete", {"revision": training.revision}, form_at=address)
    assert answer.location.endswith(address)
    assert len(sessions()) == 2


def test_a_session_of_another_event_is_not_found(organiser, event):
    build_event("khac")
    other = db.session.query(Session).filter(Session.event_id != event.id).first()
    address = f"/manage/hoi-nghi/programme/sessions/{other.id}"
    assert organiser.get(address).status_code == 404
    assert post(organiser, f"{address}/delete", {"revision": 1}, form_at=NEW).status_code == 404


def test_rooms(organiser, event):
    address = "/manage/hoi-nghi/programme/rooms"
    assert post(organiser, address, {"name": "Phòng B", "capacity": "80"}).status_code == 302
    room = {r.name: r.id for r in event.rooms}
    post(organiser, f"{address}/{room['Phòng B']}", {"name": "Phòng C", "capacity": ""})
    assert "Phòng C" in organiser.get(address).text
    post(organiser, f"{address}/{room['Phòng B']}/delete", {}, form_at=address)
    assert "Phòng C" not in organiser.get(address).text.split("<table")[1]


def test_rooms_refuse(organiser, event):
    address = "/manage/hoi-nghi/programme/rooms"
    taken = post(organiser, f"{address}?lang=en", {"name": "Phòng A"})
    assert taken.status_code == 422
    assert "Another room has this name." in taken.text
    assert post(organiser, address, {"name": ""}).status_code == 422
    used = event.rooms[1].id
    post(organiser, f"{address}/{used}/delete", {}, form_at=address)
    assert "Sessions take place in this room. Move them first." in organiser.get(address).text
    assert organiser.get(f"{address}/999").status_code == 404


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_only_organisers_edit(sign_in, event, role):
    assert sign_in(role, event).get("/manage/hoi-nghi/programme").status_code == 403
