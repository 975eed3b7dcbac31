"""Moving sessions: what the service keeps, and what the builder's answers say."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.extensions import db
from eventapp.programme import service
from eventapp.programme.models import Session
from eventapp.programme.service import Placement
from tests.builders import at, build_event
from tests.conftest import csrf_token

PAGE = "/manage/hoi-nghi/programme"


@pytest.fixture
def session(event):
    return service.sessions_of(event.id)[0]


@pytest.fixture
def place(event):
    first = event.days[0]
    return Placement(first.id, event.rooms[0].id, at(first.date, 9), at(first.date, 9, 30))


def test_move(event, session, place):
    session_id, revision, title = session.id, session.revision, session.title
    assert service.move_session(event.id, session_id, revision, place) == revision + 1
    moved = service.session_of(event.id, session_id)
    assert (moved.starts_at, moved.room_id) == (place.starts_at, place.room_id)
    assert moved.title == title
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.subject) == ("change", "session")
    assert {"starts_at", "ends_at", "room_id"} <= set(entry.changes)


def test_moving_to_where_it_is_changes_nothing(event, session):
    here = Placement(session.day_id, session.room_id, session.starts_at, session.ends_at)
    session_id, revision = session.id, session.revision
    assert service.move_session(event.id, session_id, revision, here) == revision


def test_refusals(event, session, place):
    other, first = build_event("khac"), event.days[0]
    session_id, revision = session.id, session.revision
    for wrong, refusal in [
        (replace(place, ends_at=place.starts_at), service.EndsBeforeStart),
        (replace(place, day_id=event.days[1].id), service.OutsideDay),
        (replace(place, day_id=other.days[0].id), service.OutsideDay),
        (replace(place, ends_at=at(first.date, 9, 31)), service.NotAtStep),
        (replace(place, room_id=other.rooms[0].id), service.UnknownRoom),
    ]:
        with pytest.raises(refusal):
            service.move_session(event.id, session_id, revision, wrong)
    with pytest.raises(service.SessionNotFound):
        service.move_session(other.id, session_id, revision, place)
    with pytest.raises(service.SessionChanged):
        service.move_session(event.id, session_id, revision - 1, place)
    assert service.session_of(event.id, session_id).revision == revision


def test_of_moves_at_the_very_same_time_one_is_made(app, event, session, place):
    event_id, session_id, revision = event.id, session.id, session.revision
    first = event.days[0]
    places = [
        replace(place, starts_at=at(first.date, 7 + n), ends_at=at(first.date, 8 + n))
        for n in range(6)
    ]
    db.session.rollback()

    def move(to: Placement) -> str:
        with app.app_context():
            try:
                service.move_session(event_id, session_id, revision, to)
            except service.SessionChanged:
                return "told"
            finally:
                db.session.remove()
        return "moved"

    with ThreadPoolExecutor(len(places)) as executor:
        verdicts = list(executor.map(move, places))
    assert sorted(verdicts) == ["moved"] + ["told"] * 5
    assert service.session_of(event_id, session_id).revision == revision + 1


def send(organiser, event, session, **changes):
    values = {
        "revision": session.revision,
        "day": event.days[0].id,
        "room": event.rooms[0].id,
        "starts": "09:00",
        "ends": "09:30",
        **changes,
    }
    token = csrf_token(organiser, f"{PAGE}/rooms")
    return organiser.post(
        f"{PAGE}/sessions/{session.id}/move", data=values, headers={"X-CSRFToken": token}
    )


def test_the_answer_is_the_grid_as_it_is_now(organiser, event, session):
    revision = session.revision
    answer = send(organiser, event, session)
    assert answer.status_code == 200
    assert 'id="builder-live"' in answer.text and "<html" not in answer.text
    assert f'data-revision="{revision + 1}"' in answer.text
    assert 'data-from="540" data-to="570"' in answer.text
    assert "style=" not in answer.text


def test_an_old_revision_is_refused_and_shows_what_was_saved(organiser, event, session):
    revision = session.revision
    assert send(organiser, event, session).status_code == 200
    late = send(organiser, event, session, revision=revision, starts="15:00", ends="16:00")
    assert late.status_code == 409
    assert 'data-from="540" data-to="570"' in late.text
    assert "is-theirs" in late.text
    assert "Người khác vừa thay đổi" in unescape(late.text)


def test_a_session_that_was_deleted(organiser, event, session):
    gone = service.session_of(event.id, session.id)
    token = csrf_token(organiser, f"{PAGE}/rooms")
    address = f"{PAGE}/sessions/{gone.id}/move"
    data = {"revision": gone.revision, "day": event.days[0].id, "starts": "09:00", "ends": "10:00"}
    service.delete_session(event.id, gone.id, gone.revision)
    answer = organiser.post(address, data=data, headers={"X-CSRFToken": token})
    assert answer.status_code == 409
    assert "Người khác vừa xóa" in unescape(answer.text)


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "999"},
        {"day": ""},
        {"room": "999"},
        {"starts": "9 giờ"},
        {"starts": "09:00+07:00"},
        {"ends": "09:00"},
        {"ends": "09:31"},
    ],
)
def test_what_is_no_place_is_refused(organiser, event, session, changes):
    revision = session.revision
    answer = send(organiser, event, session, **changes)
    assert answer.status_code == 422
    assert 'data-said=""' not in answer.text
    assert db.session.get_one(Session, session.id).revision == revision


def test_a_session_of_another_event_stays(organiser, event, session):
    other = build_event("khac")
    theirs = service.sessions_of(other.id)[0]
    assert send(organiser, event, theirs).status_code == 409
    assert service.session_of(other.id, theirs.id).revision == theirs.revision


@pytest.mark.parametrize("view", ["days", "rooms", "list", "party"])
def test_every_view_has_every_session_to_be_edited(organiser, event, session, view):
    page = organiser.get(f"{PAGE}?view={view}")
    assert page.status_code == 200
    for it in service.sessions_of(event.id):
        assert f"{PAGE}/sessions/{it.id}" in page.text


def test_an_event_without_days_has_a_page(organiser, event):
    for session in service.sessions_of(event.id):
        service.delete_session(event.id, session.id, session.revision)
    for day in list(event.days):
        db.session.delete(day)
    db.session.commit()
    assert organiser.get(PAGE).status_code == 200


def test_the_form_begins_where_the_grid_was_pointed_at(organiser, event):
    day, room = event.days[1].id, event.rooms[1].id
    page = organiser.get(f"{PAGE}/sessions/new?day={day}&room={room}&starts=09:15").text
    assert 'value="09:15"' in page
    assert f'<option selected value="{room}"' in page
    assert organiser.get(f"{PAGE}/sessions/new?day=x&room=-1&starts=soon").status_code == 200


def test_the_builder_takes_the_same_queries_however_long_the_programme_is(
    organiser, event, count_queries
):
    def number() -> int:
        with count_queries() as queries:
            assert organiser.get(PAGE).status_code == 200
        return sum(it.startswith("SELECT") for it in queries)

    few = number()
    first = event.days[0]
    for n in range(40):
        data = service.SessionData(
            day_id=first.id,
            kind="plenary",
            title=f"Phiên {n}",
            starts_at=at(first.date, 8),
            ends_at=at(first.date, 9),
            chair=f"Nguyễn Văn {n}",
            speakers=(service.SpeakerData("Lê Na"),),
        )
        service.add_session(event.id, data)
    assert number() == few
