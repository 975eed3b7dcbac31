"""Versions: published, numbered, compared, restored; then every refusal by name."""

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin.models import Checkpoint, CheckpointKind, Device, Scan, Verdict
from eventapp.database import now
from eventapp.events.models import Room
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.programme import published, restoring, service
from eventapp.programme.differences import Change
from eventapp.programme.models import Material, ProgrammeVersion
from eventapp.programme.service import SpeakerData
from eventapp.registration.models import Quota
from tests.builders import build_delegate, build_event
from tests.programme.drafts import add, change, delete, uid_of


def titles(event):
    return [it.title for it in published.latest(event.id).records]


def revision(event, uid):
    found = {it.uid: it.revision for it in published.latest(event.id).records}
    return found.get(uid)


def test_the_public_has_nothing_before_the_first_version(event):
    assert published.latest(event.id) is None
    assert published.draft_of(event.id).can_be_published
    assert published.publish(event, "Bản đầu") == (1, 0)
    version = published.latest(event.id)
    assert (version.number, version.note) == (1, "Bản đầu")
    assert [it.title for it in version.records] == ["Tập huấn lớp A", "Tập huấn lớp B"]
    assert not published.draft_of(event.id).can_be_published


def test_a_version_says_all_that_the_draft_said(event):
    session_id = add(
        event,
        title_en="Opening",
        chair="Thứ trưởng",
        speakers=(SpeakerData("H'Hen Niê", "Cục trưởng"),),
    )
    published.publish(event)
    record = published.latest(event.id).records[0]
    session = service.session_of(event.id, session_id)
    assert record.uid == session.uid
    assert (record.title_in("vi"), record.title_in("en")) == ("Khai mạc", "Opening")
    assert (record.chair, record.room_name) == ("Thứ trưởng", "Hội trường lớn")
    assert [(it.name, it.position) for it in record.speakers] == [("H'Hen Niê", "Cục trưởng")]
    assert (record.starts_at, record.ends_at) == (session.starts_at, session.ends_at)
    assert record.day == event.days[0].date


def test_what_changes_in_the_draft_the_public_sees_once_it_is_published(event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Lễ khai mạc", hour=9)
    assert titles(event)[0] == "Khai mạc"
    (found,) = published.draft_of(event.id).differences
    assert found.changes == (Change.MOVED, Change.RETITLED)
    assert published.publish(event)[0] == 2
    assert titles(event)[0] == "Lễ khai mạc"
    assert published.version(event.id, 1).records[0].title == "Khai mạc"


def test_who_published_is_kept_with_the_version_and_in_the_log(event):
    published.publish(event, "Bản đầu")
    entry = db.session.scalars(select(AuditEntry).filter_by(action="publish")).one()
    assert (entry.subject, entry.subject_id, entry.note) == ("programme", "1", "Bản đầu")
    (row,) = published.versions_of(event.id)
    assert row.published_by == "system"


def test_events_number_their_versions_each_for_itself(event):
    other = build_event("khac")
    assert published.publish(event)[0] == published.publish(other)[0] == 1


def test_nothing_to_publish(event):
    published.publish(event)
    with pytest.raises(published.NothingToPublish):
        published.publish(event)
    session_id = add(event)
    delete(event, session_id)
    with pytest.raises(published.NothingToPublish):
        published.publish(event)
    assert db.session.query(ProgrammeVersion).count() == 1


def test_nothing_to_publish_where_there_is_no_session(event):
    for it in service.sessions_of(event.id):
        delete(event, it.id)
    with pytest.raises(published.NothingToPublish):
        published.publish(event)


def test_the_draft_changed_since_it_was_looked_at(event):
    published.publish(event)
    session_id = add(event)
    seen = published.draft_of(event.id).state
    change(event, session_id, chair="Ai khác")
    with pytest.raises(published.DraftChanged):
        published.publish(event, seen=seen)
    assert published.publish(event, seen=published.draft_of(event.id).state)[0] == 2


def test_somebody_else_has_just_published_the_same(event):
    seen = published.draft_of(event.id).state
    published.publish(event, seen=seen)
    with pytest.raises(published.DraftChanged):
        published.publish(event, seen=seen)


@pytest.mark.parametrize("number", [0, 2, 2**31, 10**30])
def test_no_such_version(event, number):
    published.publish(event)
    with pytest.raises(published.VersionNotFound):
        published.version(event.id, number)


def test_a_revision_grows_with_what_the_public_sees_and_only_then(event):
    session_id, other_id = add(event), add(event, "Báo cáo", 9)
    uid, other = uid_of(session_id), uid_of(other_id)
    published.publish(event)
    first, at_first = revision(event, uid), revision(event, other)
    for hour in (10, 11, 8):  # moved twice and back: the public sees nothing of it
        change(event, session_id, hour=hour)
    change(event, other_id, hour=14)
    published.publish(event)
    assert revision(event, uid) == first
    assert revision(event, other) > at_first


def test_what_was_cancelled_and_comes_back_is_newer_than_its_cancellation(event):
    session_id = add(event)
    uid = uid_of(session_id)
    published.publish(event)
    had = revision(event, uid)
    delete(event, session_id)
    published.publish(event)
    (gone,) = published.cancelled_in(published.latest(event.id))
    assert (gone.uid, gone.revision) == (uid, had + 1)
    add(event, "Bế mạc", 16)
    published.publish(event)
    assert published.cancelled_in(published.latest(event.id)) == []
    restoring.restore(event, 1)
    published.publish(event)
    assert revision(event, uid) > had + 1


def test_restoring_makes_the_draft_what_it_was_by_uid(event):
    kept, gone = add(event), add(event, "Báo cáo", 9, speakers=(SpeakerData("Lê Na", "Vụ phó"),))
    uids = [uid_of(kept), uid_of(gone)]
    published.publish(event)
    was = published.latest(event.id).records
    change(event, kept, title="Khác", hour=10, speakers=(SpeakerData("Ai đó"),))
    delete(event, gone)
    new = add(event, "Mới", 15)
    published.publish(event)
    restoring.restore(event, 1)
    draft = published.draft_of(event.id)
    assert [it.shown for it in draft.records] == [it.shown for it in was]
    assert [it.uid for it in draft.records[:2]] == uids
    assert service.session_of(event.id, kept).title == "Khai mạc"  # the same row
    with pytest.raises(service.SessionNotFound):
        service.session_of(event.id, new)
    assert titles(event)[0] == "Khác"  # the public sees nothing of it
    assert {it.changes for it in draft.differences} >= {(Change.ADDED,), (Change.CANCELLED,)}


def test_enrolments_and_places_stay_with_sessions_that_still_exist(event):
    published.publish(event)
    training = service.sessions_of(event.id)[0]
    delegate = build_delegate(event, enrolments=[training])
    db.session.add(Quota(event_id=event.id, scope="x", session_id=training.id, places=3))
    db.session.commit()
    session_id = training.id
    change(event, session_id, title="Lớp khác", takes_enrolment=True)
    restoring.restore(event, 1)
    db.session.refresh(delegate)
    assert [it.id for it in delegate.enrolments] == [session_id]
    assert delegate.enrolments[0].title == "Tập huấn lớp A"
    assert db.session.query(Quota).filter_by(session_id=session_id).count() == 1


def test_a_session_that_people_have_chosen_does_not_vanish(event):
    published.publish(event)
    session_id = add(event, "Lớp mới", 13, takes_enrolment=True)
    build_delegate(event, enrolments=[service.session_of(event.id, session_id)])
    plan = restoring.plan(event.id, 1)
    assert [(it.title, it.enrolled, it.files) for it in plan.kept] == [("Lớp mới", 1, 0)]
    assert plan.differences == []
    done = restoring.restore(event, 1)
    assert [it.title for it in done.kept] == ["Lớp mới"]
    assert service.session_of(event.id, session_id).title == "Lớp mới"


def test_a_session_with_files_does_not_vanish(event):
    published.publish(event)
    session_id = add(event, "Có tài liệu")
    db.session.add(
        Material(
            session_id=session_id,
            title="Tham luận",
            name="tham-luan.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            content=b"x",
        )
    )
    db.session.commit()
    assert [it.title for it in restoring.restore(event, 1).kept] == ["Có tài liệu"]
    assert service.session_of(event.id, session_id)


def test_who_has_chosen_a_class_keeps_it_when_it_was_none_before(event):
    session_id = add(event, "Toàn thể")
    published.publish(event)
    change(event, session_id, takes_enrolment=True)
    build_delegate(event, enrolments=[service.session_of(event.id, session_id)])
    restoring.restore(event, 1)
    assert service.session_of(event.id, session_id).takes_enrolment


def test_a_room_that_is_gone_comes_back_with_its_name(event):
    room_id = service.add_room(event.id, "Phòng C", 40)
    session_id = add(event, room_id=room_id)
    published.publish(event)
    change(event, session_id, room_id=None)
    service.delete_room(event.id, room_id)
    restoring.restore(event, 1)
    assert service.session_of(event.id, session_id).room.name == "Phòng C"
    assert db.session.query(Room).filter_by(name="Phòng C").count() == 1


def test_a_day_that_is_gone_is_said(event):
    session_id = add(event, "Ngày hai", on=1)
    published.publish(event)
    delete(event, session_id)
    db.session.delete(event.days[1])
    db.session.commit()
    plan = restoring.plan(event.id, 1)
    assert (plan.without_day, plan.differences) == (("Ngày hai",), [])
    restoring.restore(event, 1)


def test_restoring_refuses_what_was_not_looked_at(event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, hour=9)
    seen = published.draft_of(event.id).state
    change(event, session_id, hour=10)
    with pytest.raises(published.DraftChanged):
        restoring.restore(event, 1, seen=seen)
    with pytest.raises(published.VersionNotFound):
        restoring.restore(event, 2)
    with pytest.raises(published.VersionNotFound):
        restoring.restore(build_event("khac"), 1)


def test_an_editor_of_a_restored_session_is_told(event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, hour=9)
    open_form = service.session_of(event.id, session_id).revision
    restoring.restore(event, 1)
    with pytest.raises(service.SessionChanged):
        service.delete_session(event.id, session_id, open_form)


def test_restoring_is_in_the_log(event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Khác")
    restoring.restore(event, 1)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert [it.action for it in entries] == ["restore_version", "change"]
    assert entries[1].changes["title"] == ["Khác", "Khai mạc"]
    assert db.session.query(Message).count() == 0


def test_what_the_public_sees_takes_one_query(event, count_queries):
    published.publish(event)
    event_id = event.id
    with count_queries() as queries:
        published.latest(event_id)
    assert sum(it.startswith("SELECT") for it in queries) == 1


def test_checkpoints_and_scans_stay_with_their_sessions(event):
    old = add(event)
    published.publish(event)
    new = add(event, "Phiên mới", 15)
    change(event, old, hour=9)
    device = Device(event_id=event.id, name="Cửa", token_hash="0" * 64)
    db.session.add(device)
    db.session.flush()
    for session_id in (old, new):
        point = Checkpoint(
            event_id=event.id, kind=CheckpointKind.TRAINING, name="Cửa", session_id=session_id
        )
        db.session.add(point)
        db.session.flush()
        db.session.add(
            Scan(
                id=f"scan-{session_id}",
                event_id=event.id,
                device_id=device.id,
                checkpoint_id=point.id,
                code="X",
                verdict=Verdict.ADMITTED,
                read_at=now(),
                happened_at=now(),
            )
        )
    db.session.commit()
    done = restoring.restore(event, 1)
    assert [(it.title, it.scans) for it in done.kept] == [("Phiên mới", 1)]
    assert db.session.query(Scan).count() == 2
    assert {it.session_id for it in db.session.query(Checkpoint)} == {old, new}
    assert published.draft_of(event.id).records[0].title == "Khai mạc"
