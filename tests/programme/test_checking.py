"""Clashes found in a programme as the database has it, and how they are told."""

from dataclasses import replace
from datetime import time
from html import unescape

import pytest

from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme import days, service
from eventapp.programme.checking import check
from eventapp.programme.clashes import Rule
from eventapp.programme.models import SessionKind
from eventapp.programme.service import Places, SessionData, SpeakerData
from eventapp.registration.models import Status
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import at, build_delegate
from tests.conftest import post

NEW = "/manage/hoi-nghi/programme/sessions/new"


def plenary(event: Event, hour: int = 8, **changes) -> SessionData:
    first = event.days[0]
    return replace(
        SessionData(
            day_id=first.id,
            kind=SessionKind.PLENARY,
            title="Phiên toàn thể",
            starts_at=at(first.date, hour),
            ends_at=at(first.date, hour + 1),
        ),
        **changes,
    )


def rules(event: Event) -> list[Rule]:
    return [it.rule for it in check(event).clashes]


@pytest.fixture
def programme(event):
    """The two classes, each in a room of its own: nothing clashes."""
    second = service.sessions_of(event.id)[1]
    second.room = event.rooms[0]
    db.session.commit()
    assert rules(event) == []
    return event


def test_two_classes_in_one_room(event):
    assert rules(event) == [Rule.ROOM]


def test_a_chair_who_speaks_elsewhere(programme):
    service.add_session(programme.id, plenary(programme, chair="Thứ trưởng Lê Văn Hòa"))
    speakers = (SpeakerData("LÊ VĂN HOÀ", "Thứ trưởng"),)
    service.add_session(programme.id, plenary(programme, title="Khác", speakers=speakers))
    checked = check(programme)
    assert [it.rule for it in checked.clashes] == [Rule.PERSON]
    assert checked.people[checked.clashes[0].person] in {"Lê Văn Hòa", "LÊ VĂN HOÀ"}


def test_a_body_that_chairs_two_sessions_is_no_clash(programme):
    for chair in ("Ban Tổ chức", "Giảng viên", "Bộ Nội vụ", "Chủ tọa Hội nghị", "Sở Nội vụ"):
        for _ in range(2):
            service.add_session(programme.id, plenary(programme, chair=chair))
    assert rules(programme) == []


def test_a_delegate_in_two_classes_at_once(programme):
    one, other = service.sessions_of(programme.id)
    build_delegate(programme, enrolments=[one, other])
    build_delegate(programme, enrolments=[one, other], status=Status.CANCELLED)
    found = check(programme).clashes
    assert [(it.rule, it.number) for it in found] == [(Rule.DELEGATES, 1)]


def test_outside_the_hours_of_the_day(programme):
    days.set_hours(programme.id, programme.days[0].id, time(8), time(16))
    assert rules(programme) == [Rule.HOURS, Rule.HOURS]  # the classes end at 16:30
    days.set_hours(programme.id, programme.days[0].id, time(13, 30), time(16, 30))
    assert rules(programme) == []


def test_a_class_with_more_people_than_places_or_seats(programme):
    one = service.sessions_of(programme.id)[0]
    for _ in range(2):
        build_delegate(programme, enrolments=[one])
    service.change_room(programme.id, one.room_id, one.room.name, 1)
    found = check(programme).clashes
    assert [(it.rule, it.number, it.limit) for it in found] == [(Rule.CAPACITY, 2, 1)]


def test_a_bus_that_leaves_before_the_class_of_its_people_ends(programme):
    one = service.sessions_of(programme.id)[0]
    day = programme.days[0].date
    group = VisitGroup(
        event_id=programme.id,
        site=programme.sites[0],
        letter="A",
        capacity=10,
        departs_at=at(day, 16),
        returns_at=None,
    )
    db.session.add(group)
    db.session.add(Allocation(delegate=build_delegate(programme, enrolments=[one]), group=group))
    db.session.add(Allocation(delegate=build_delegate(programme), group=group))
    db.session.commit()
    found = check(programme).clashes
    assert [(it.rule, it.sessions, it.number) for it in found] == [(Rule.VISIT, (one.id,), 1)]
    group = db.session.get_one(VisitGroup, group.id)
    group.departs_at = at(day, 16, 30)
    db.session.commit()
    assert rules(programme) == []
    service.add_session(programme.id, plenary(programme, hour=17))  # which everybody attends
    assert [(it.rule, it.number) for it in check(programme).clashes] == [(Rule.VISIT, 2)]


def test_the_form_says_what_clashes_after_saving(organiser, programme):
    answer = post(
        organiser,
        f"{NEW}?lang=en",
        {
            "day": programme.days[0].id,
            "starts": "14:00",
            "ends": "15:00",
            "kind": "plenary",
            "title": "Phiên chen ngang",
            "room": programme.rooms[0].id,
        },
    )
    assert answer.status_code == 302
    page = unescape(organiser.get(answer.location).text)
    assert "Room taken twice: Hội trường lớn: “Tập huấn lớp B” and “Phiên chen ngang”" in page
    assert "Move one of the two, or give it another room." in page
    saved = next(it for it in service.sessions_of(programme.id) if it.title == "Phiên chen ngang")
    form = organiser.get(f"/manage/hoi-nghi/programme/sessions/{saved.id}").text
    assert "This session clashes" in form


def test_the_list_of_clashes_names_the_delegates(organiser, programme):
    one, other = service.sessions_of(programme.id)
    for n in range(12):
        build_delegate(programme, f"Nguyễn Văn {n}", enrolments=[one, other])
    page = unescape(organiser.get("/manage/hoi-nghi/programme/clashes?lang=en").text)
    assert "Signed up twice" in page
    assert "Nguyễn Văn 0" in page
    assert "Nguyễn Văn 11" not in page and "and 2 more" in page


def test_the_list_takes_the_same_queries_however_many_clash(organiser, programme, count_queries):
    def number() -> int:
        with count_queries() as queries:
            assert organiser.get("/manage/hoi-nghi/programme/clashes").status_code == 200
        return sum(it.startswith("SELECT") for it in queries)

    service.add_session(programme.id, plenary(programme, room_id=programme.rooms[0].id))
    one, other = service.sessions_of(programme.id)[1:]
    build_delegate(programme, enrolments=[one, other])
    few = number()
    for _ in range(15):
        service.add_session(programme.id, plenary(programme, room_id=programme.rooms[0].id))
        build_delegate(programme, enrolments=[one, other])
    assert number() == few


# --- Places of a class --------------------------------------------------------------------------


def as_it_is(session) -> SessionData:
    return SessionData(
        day_id=session.day_id,
        kind=session.kind,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        room_id=session.room_id,
        takes_enrolment=session.takes_enrolment,
    )


def test_places_are_saved_with_the_session(programme):
    session = service.sessions_of(programme.id)[0]
    session_id, revision, data = session.id, session.revision, as_it_is(session)
    service.change_session(programme.id, session_id, revision, data, Places(30))
    assert check(programme).attendance.places == {session_id: 30}
    service.change_session(programme.id, session_id, revision, data)
    assert check(programme).attendance.places == {session_id: 30}  # not asked, not changed
    service.change_session(programme.id, session_id, revision, data, Places(None))
    assert check(programme).attendance.places == {}


def test_a_session_that_ends_its_sign_up_has_no_places(programme):
    session = service.sessions_of(programme.id)[0]
    session_id, revision, data = session.id, session.revision, as_it_is(session)
    service.change_session(programme.id, session_id, revision, data, Places(30))
    closed = replace(data, takes_enrolment=False)
    service.change_session(programme.id, session_id, revision, closed, Places(30))
    assert check(programme).attendance.places == {}


def test_places_are_not_set_when_the_session_is_refused(programme):
    session = service.sessions_of(programme.id)[0]
    session_id, revision, data = session.id, session.revision, as_it_is(session)
    with pytest.raises(service.SessionChanged):
        service.change_session(programme.id, session_id, revision - 1, data, Places(30))
    with pytest.raises(service.EndsBeforeStart):
        wrong = replace(data, ends_at=data.starts_at)
        service.change_session(programme.id, session_id, revision, wrong, Places(30))
    assert check(programme).attendance.places == {}


def test_the_form_has_places_and_where_speakers_come_from(organiser, programme):
    session = service.sessions_of(programme.id)[0]
    address = f"/manage/hoi-nghi/programme/sessions/{session.id}"
    values = {
        "day": session.day_id,
        "starts": "13:30",
        "ends": "16:30",
        "kind": "training",
        "title": session.title,
        "room": session.room_id,
        "takes_enrolment": "y",
        "places": "45",
        "speakers-0-name": "Lê Na",
        "speakers-0-organisation": "Học viện Hành chính",
        "revision": session.revision,
    }
    assert post(organiser, address, {**values, "places": "many"}).status_code == 422
    assert post(organiser, address, {**values, "speakers-0-name": ""}).status_code == 422
    assert post(organiser, address, values).status_code == 302
    page = organiser.get(address).text
    assert 'name="places" type="number" value="45"' in page
    assert 'value="Học viện Hành chính"' in page
    assert "đã đăng ký: 0/45" in organiser.get("/manage/hoi-nghi/programme").text
