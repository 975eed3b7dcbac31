"""Sessions and rooms: the happy path, then every refusal by name."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.events.models import Event, Room
from eventapp.extensions import db
from eventapp.programme import service
from eventapp.programme.models import SessionKind, Speaker
from eventapp.programme.service import SessionData, SpeakerData
from tests.builders import at, build_delegate, build_event


def data(event: Event, **changes: object) -> SessionData:
    first = event.days[0]
    return replace(
        SessionData(
            day_id=first.id,
            kind=SessionKind.PLENARY,
            title="Phát biểu khai mạc",
            starts_at=at(first.date, 8),
            ends_at=at(first.date, 8, 20),
            room_id=event.rooms[0].id,
            chair="Thứ trưởng",
            speakers=(SpeakerData("Nguyễn Minh Hồng", "Thứ trưởng"),),
        ),
        **changes,
    )


def test_add(event):
    session_id = service.add_session(event.id, data(event))
    session = service.session_of(event.id, session_id)
    assert session.title == "Phát biểu khai mạc"
    assert [(s.name, s.position) for s in session.speakers] == [("Nguyễn Minh Hồng", "Thứ trưởng")]
    assert service.sessions_of(event.id)[0].id == session_id  # before the afternoon's classes


def test_change_keeps_the_uid_and_raises_the_revision(event):
    session_id = service.add_session(event.id, data(event))
    before = service.session_of(event.id, session_id)
    uid, revision = before.uid, before.revision
    service.change_session(event.id, session_id, revision, data(event, title="Khai mạc"))
    after = service.session_of(event.id, session_id)
    assert (after.title, after.uid, after.revision) == ("Khai mạc", uid, revision + 1)


def test_a_change_is_in_the_audit_log_from_what_to_what(event):
    session_id = service.add_session(event.id, data(event))
    service.change_session(
        event.id, session_id, 1, data(event, title="Khai mạc", speakers=(SpeakerData("Lê Na"),))
    )
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.subject, entry.subject_id) == ("change", "session", str(session_id))
    assert entry.changes == {
        "title": ["Phát biểu khai mạc", "Khai mạc"],
        "speakers": ["Nguyễn Minh Hồng, Thứ trưởng", "Lê Na"],
    }


def test_speakers_alone_raise_the_revision(event):
    session_id = service.add_session(event.id, data(event))
    service.change_session(event.id, session_id, 1, data(event, speakers=()))
    assert service.session_of(event.id, session_id).revision == 2
    assert db.session.scalars(select(Speaker)).all() == []


def test_saving_without_a_change_changes_nothing(event):
    session_id = service.add_session(event.id, data(event))
    service.change_session(event.id, session_id, 1, data(event))
    assert service.session_of(event.id, session_id).revision == 1


def test_the_second_of_two_editors_is_told_and_not_obeyed(event):
    session_id = service.add_session(event.id, data(event))
    service.change_session(event.id, session_id, 1, data(event, title="Của người thứ nhất"))
    with pytest.raises(service.SessionChanged):
        service.change_session(event.id, session_id, 1, data(event, title="Của người thứ hai"))
    assert service.session_of(event.id, session_id).title == "Của người thứ nhất"


def test_of_editors_at_the_very_same_time_one_is_obeyed(app, event):
    session_id = service.add_session(event.id, data(event))
    event_id, changed = event.id, [data(event, title=f"Người thứ {n}") for n in range(6)]
    db.session.rollback()

    def save(new: SessionData) -> str:
        with app.app_context():
            try:
                service.change_session(event_id, session_id, 1, new)
            except service.SessionChanged:
                return "told"
            finally:
                db.session.remove()
        return new.title

    with ThreadPoolExecutor(len(changed)) as executor:
        verdicts = list(executor.map(save, changed))
    assert verdicts.count("told") == len(changed) - 1
    session = service.session_of(event_id, session_id)
    assert session.title in verdicts
    assert session.revision == 2


def test_a_session_ends_after_it_starts(event):
    first = event.days[0].date
    for end in (at(first, 8), at(first, 7, 55)):
        with pytest.raises(service.EndsBeforeStart):
            service.add_session(event.id, data(event, ends_at=end))


def test_a_session_lies_within_its_day_of_the_event(event):
    first = event.days[0].date
    other = build_event("khac")
    with pytest.raises(service.OutsideDay):
        service.add_session(event.id, data(event, ends_at=at(first + timedelta(days=1), 0, 5)))
    with pytest.raises(service.OutsideDay):
        service.add_session(event.id, data(event, day_id=event.days[1].id))
    with pytest.raises(service.OutsideDay):
        service.add_session(event.id, data(event, day_id=other.days[0].id))


def test_times_are_on_the_five_minutes(event):
    with pytest.raises(service.NotAtStep):
        service.add_session(event.id, data(event, ends_at=at(event.days[0].date, 8, 21)))


def test_a_room_of_another_event_is_refused(event):
    other = build_event("khac")
    with pytest.raises(service.UnknownRoom):
        service.add_session(event.id, data(event, room_id=other.rooms[0].id))


def test_a_session_of_another_event_is_not_found(event):
    other = build_event("khac")
    session_id = service.add_session(event.id, data(event))
    with pytest.raises(service.SessionNotFound):
        service.change_session(other.id, session_id, 1, data(other))


def test_delete(event):
    session_id = service.add_session(event.id, data(event))
    service.delete_session(event.id, session_id, 1)
    with pytest.raises(service.SessionNotFound):
        service.session_of(event.id, session_id)


def test_delete_refuses_when_somebody_else_has_changed_it(event):
    session_id = service.add_session(event.id, data(event))
    service.change_session(event.id, session_id, 1, data(event, title="Khai mạc"))
    with pytest.raises(service.SessionChanged):
        service.delete_session(event.id, session_id, 1)


def test_delete_refuses_while_delegates_are_enrolled(event):
    training = service.sessions_of(event.id)[0]
    session_id, revision = training.id, training.revision
    build_delegate(event, enrolments=[training])
    with pytest.raises(service.SessionInUse):
        service.delete_session(event.id, session_id, revision)


def test_rooms_are_added_last_and_renamed(event):
    room_id = service.add_room(event.id, "Phòng B", 80)
    service.change_room(event.id, room_id, "Phòng B1", None)
    names = db.session.scalars(
        select(Room.name).filter_by(event_id=event.id).order_by(Room.position)
    ).all()
    assert names == ["Hội trường lớn", "Phòng A", "Phòng B1"]


def test_room_name_taken(event):
    with pytest.raises(service.RoomNameTaken):
        service.add_room(event.id, "Phòng A")
    with pytest.raises(service.RoomNameTaken):
        service.change_room(event.id, event.rooms[0].id, "Phòng A")


def test_room_in_use(event):
    with pytest.raises(service.RoomInUse):
        service.delete_room(event.id, event.rooms[1].id)
    service.delete_room(event.id, event.rooms[0].id)
    assert service.rooms_in_use(event.id) == {event.rooms[0].id}  # Phòng A, now the first


def test_room_not_found(event):
    other = build_event("khac")
    with pytest.raises(service.RoomNotFound):
        service.delete_room(event.id, other.rooms[0].id)


def test_the_programme_takes_two_queries_however_long_it_is(event, count_queries):
    for hour in range(7, 12):
        service.add_session(
            event.id,
            data(
                event,
                starts_at=at(event.days[0].date, hour),
                ends_at=at(event.days[0].date, hour, 30),
            ),
        )
    event_id = event.id
    db.session.rollback()
    with count_queries() as queries:
        for session in service.sessions_of(event_id):
            assert session.day.date
            assert session.room is None or session.room.name
            assert all(s.name for s in session.speakers)
    assert sum(q.startswith("SELECT") for q in queries) == 2
