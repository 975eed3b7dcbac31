"""Issuing, issuing anew, withdrawing and correcting: what happens, and every refusal."""

from datetime import date

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.certificates import judging, service
from eventapp.certificates.errors import (
    AlreadyWithdrawn,
    CertificateNotFound,
    NobodyToIssue,
    NothingChanged,
    NotOfThisEvent,
    ReasonMissing,
    RuleChanged,
)
from eventapp.certificates.models import AttendanceCorrection, Certificate
from eventapp.certificates.rule import Standing
from eventapp.certificates.service import RuleData
from eventapp.documents import settings
from eventapp.documents.settings import SettingsData
from eventapp.duplicates import merging
from eventapp.extensions import db
from eventapp.programme import published
from eventapp.programme.models import Session, SessionKind
from eventapp.registration import service as registration
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.models import Status
from tests.builders import at, build_delegate, build_event
from tests.certificates.attended import attend_all, classes, coming, prepare, scan

ON = date(2026, 11, 27)


@pytest.fixture
def common(event):
    """The session for everybody; checkpoints are made."""
    return prepare(event)


@pytest.fixture
def an(event, common):
    """Somebody who attended everything."""
    delegate = coming(event, position="Trưởng phòng")
    attend_all(event, delegate)
    return delegate


def of(event, delegate):
    """How it stands with somebody."""
    return judging.judge(event, judging.rule_of(event.id), [delegate.id])[delegate.id]


def all_issued():
    return db.session.scalars(select(Certificate).order_by(Certificate.number)).all()


# --- Issuing ------------------------------------------------------------------------------------


def test_whoever_attended_gets_a_numbered_certificate(event, an):
    done = service.issue(event, on=ON)
    assert (done.count, done.first, done.last) == (1, 1, 1)
    it = all_issued()[0]
    assert (it.number, it.number_text, it.issued_on) == (1, "1/GCN", ON)
    assert (it.name, it.position) == ("Nguyễn Văn An", "Trưởng phòng")
    assert it.organisation == "Sở Nội vụ, tỉnh Bắc Ninh"
    assert (it.title, it.title_en, it.minutes) == (event.title, event.title_en, 270)
    assert len(it.code) == 12 and it.code != an.code
    entry = db.session.scalars(select(AuditEntry).filter_by(action="issue_certificate")).one()
    assert (entry.subject_id, entry.changes) == (str(an.id), {"certificate": [None, "1/GCN"]})


def test_numbers_follow_the_order_of_lists_and_go_on(event, an):
    later = coming(event, "Trần Thị Bình", 1)
    first = coming(event, "Phạm Văn Cường", protocol_rank=1)
    attend_all(event, first)
    service.issue(event, on=ON)
    attend_all(event, later)
    assert service.issue(event, on=ON).first == 3
    assert [(it.number, it.delegate_id) for it in all_issued()] == [
        (1, first.id),
        (2, an.id),
        (3, later.id),
    ]


def test_the_number_follows_the_pattern_of_the_papers(event, an):
    settings.save(event, 0, SettingsData(number_pattern="{number}/{year}/{kind}-BTC"))
    service.issue(event, on=ON)
    assert all_issued()[0].number_text == "1/2026/GCN-BTC"


def test_nobody_gets_two(event, an):
    service.issue(event, on=ON)
    for ids in (None, [an.id]):
        with pytest.raises(NobodyToIssue):
            service.issue(event, ids, on=ON)
    assert len(all_issued()) == 1


def test_whoever_attended_too_little_gets_none_even_if_named(event, common):
    late = coming(event)
    scan(event, late, session_id=late.enrolments[0].id)
    assert of(event, late).standing is Standing.TOO_LITTLE
    with pytest.raises(NobodyToIssue):
        service.issue(event, [late.id], on=ON)


def test_of_those_named_only_who_qualifies_gets_one(event, an):
    other = coming(event, "Lê Thị Lan")
    attend_all(event, other)
    absent = coming(event, "Bùi Văn Vắng")
    assert service.issue(event, [other.id, absent.id], on=ON).count == 1
    assert [it.delegate_id for it in all_issued()] == [other.id]


def test_a_lower_threshold_lets_more_people_in(event, common):
    late = coming(event)
    scan(event, late, session_id=late.enrolments[0].id)
    service.save_rule(event, RuleData(threshold=50))
    assert service.issue(event, on=ON).count == 1
    assert all_issued()[0].minutes == 180


def test_an_excluded_category_gets_none(event, an):
    service.save_rule(event, RuleData(80, (an.category_id,)))
    assert of(event, an).standing is Standing.EXCLUDED
    with pytest.raises(NobodyToIssue):
        service.issue(event, on=ON)


def test_the_door_counts_only_where_organisers_say_so(event, an):
    service.save_rule(event, RuleData(80, door_counts=False))
    assert of(event, an).share.attended == 1


def test_a_cancelled_registration_gets_none(event, an):
    registration.cancel(event, an.id)
    with pytest.raises(NobodyToIssue):
        service.issue(event, on=ON)


def test_one_that_is_not_approved_gets_none(event, an):
    an.status = Status.PENDING
    db.session.commit()
    with pytest.raises(NobodyToIssue):
        service.issue(event, [an.id], on=ON)


def test_people_of_another_event_are_not_touched(event, an):
    other = build_event("khac")
    prepare(other)
    stranger = coming(other, "Ngô Người Khác")
    attend_all(other, stranger)
    with pytest.raises(NobodyToIssue):
        service.issue(event, [stranger.id], on=ON)
    service.issue(event, on=ON)
    service.issue(other, on=ON)
    assert [(it.event_id, it.number) for it in all_issued()] == [(event.id, 1), (other.id, 1)]


def test_a_refused_issue_takes_no_number(event, an, monkeypatch):
    monkeypatch.setattr(service, "_note", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        service.issue(event, on=ON)
    monkeypatch.undo()
    assert service.issue(event, on=ON).first == 1


# --- The rule -----------------------------------------------------------------------------------


def test_the_rule_is_kept_and_recorded(event):
    service.save_rule(event, RuleData(75, (event.categories[1].id,), title="Lớp tập huấn"))
    rule = judging.rule_of(event.id)
    assert (rule.threshold, rule.excluded_category_ids) == (75, [event.categories[1].id])
    entry = db.session.scalars(select(AuditEntry).filter_by(subject="certificates")).one()
    assert entry.changes["threshold"] == [80, 75]


def test_what_was_completed_can_be_said_otherwise(event, an):
    service.save_rule(event, RuleData(80, title="Lớp tập huấn", title_en=""))
    service.issue(event, on=ON)
    assert (all_issued()[0].title, all_issued()[0].title_en) == ("Lớp tập huấn", "")


def test_a_category_of_another_event_is_refused(event):
    with pytest.raises(RuleChanged):
        service.save_rule(event, RuleData(80, (build_event("khac").categories[0].id,)))


@pytest.mark.parametrize("threshold", [0, 101])
def test_an_impossible_share_is_refused(event, threshold):
    with pytest.raises(RuleChanged):
        service.save_rule(event, RuleData(threshold))


# --- Anew, and withdrawn ------------------------------------------------------------------------


@pytest.fixture
def certificate(event, an):
    service.issue(event, on=ON)
    return all_issued()[0]


def test_a_corrected_name_is_issued_anew_under_the_same_number(event, an, certificate):
    code = certificate.code
    an.name = "Nguyễn Văn Ân"
    db.session.commit()
    held = judging.certificates(event.id)
    judged = judging.judge(event, judging.rule_of(event.id))
    says = judging.snapshots(event, judging.rule_of(event.id), judged)
    assert judging.outdated(held, says) == {an.id}
    it = service.reissue(event, certificate.id, "sai dấu", on=date(2026, 12, 1))
    assert (it.number, it.code, it.name) == (1, code, "Nguyễn Văn Ân")
    assert (it.reissues, it.reissued_on, it.reissue_note) == (1, date(2026, 12, 1), "sai dấu")
    assert it.issued_on == ON
    entry = db.session.scalars(select(AuditEntry).filter_by(action="reissue_certificate")).one()
    assert entry.changes["name"] == ["Nguyễn Văn An", "Nguyễn Văn Ân"]
    assert entry.note == "sai dấu"


def test_nothing_is_issued_anew_that_is_right(event, certificate):
    with pytest.raises(NothingChanged):
        service.reissue(event, certificate.id, "thử")
    assert all_issued()[0].reissues == 0


def test_withdrawn_it_is_not_valid_and_its_number_stays_taken(event, an, certificate):
    it = service.withdraw(event, certificate.id, "cấp nhầm")
    assert it.is_withdrawn and it.withdrawal_reason == "cấp nhầm"
    # Everybody at once does not mean those again; by name they get another one.
    with pytest.raises(NobodyToIssue):
        service.issue(event, on=ON)
    assert service.issue(event, [an.id], on=ON).first == 2
    assert [(it.number, it.is_withdrawn) for it in all_issued()] == [(1, True), (2, False)]


@pytest.mark.parametrize("change", [service.withdraw, service.reissue])
def test_a_withdrawn_one_is_not_changed_again(event, certificate, change):
    service.withdraw(event, certificate.id, "cấp nhầm")
    with pytest.raises(AlreadyWithdrawn):
        change(event, certificate.id, "nữa")


@pytest.mark.parametrize("change", [service.withdraw, service.reissue])
def test_a_certificate_that_there_is_not(event, certificate, change):
    with pytest.raises(CertificateNotFound):
        change(event, 999_999, "thử")
    with pytest.raises(CertificateNotFound):
        change(build_event("khac"), certificate.id, "thử")


@pytest.mark.parametrize("change", [service.withdraw, service.reissue])
def test_a_reason_is_needed(event, certificate, change):
    with pytest.raises(ReasonMissing):
        change(event, certificate.id, "  ")


# --- Attendance ---------------------------------------------------------------------------------


def test_an_absence_that_was_scanned_over_is_corrected(event, an, common):
    service.correct(event, an.id, session_id=common.id, present=False, reason="về sớm")
    assert of(event, an).share.attended == 1
    it = db.session.scalars(select(AttendanceCorrection)).one()
    assert (it.present, it.reason, it.made_by) == (False, "về sớm", "system")
    entry = db.session.scalars(select(AuditEntry).filter_by(action="correct_attendance")).one()
    assert entry.changes == {"session_id": [None, common.id], "present": [None, False]}
    assert (entry.subject, entry.subject_id, entry.note) == ("delegate", str(an.id), "về sớm")


def test_a_presence_that_nobody_scanned_is_corrected(event, common):
    delegate = coming(event)
    for session in (common, delegate.enrolments[0]):
        service.correct(event, delegate.id, session_id=session.id, present=True, reason="máy hỏng")
    assert of(event, delegate).standing is Standing.QUALIFIES


def test_a_correction_is_corrected_and_taken_back(event, an, common):
    for present, attended in ((False, 1), (True, 2), (False, 1), (None, 2)):
        service.correct(event, an.id, session_id=common.id, present=present, reason="xem lại")
        assert of(event, an).share.attended == attended
    assert db.session.scalar(select(AttendanceCorrection.id)) is None
    said = [
        it.changes["present"]
        for it in db.session.scalars(
            select(AuditEntry).filter_by(action="correct_attendance").order_by(AuditEntry.id)
        )
    ]
    assert said == [[None, False], [False, True], [True, False], [False, None]]


def test_what_is_so_already_is_not_recorded_again(event, an, common):
    for _ in range(2):
        service.correct(event, an.id, session_id=common.id, present=False, reason="về sớm")
    entries = select(AuditEntry).filter_by(action="correct_attendance")
    assert len(db.session.scalars(entries).all()) == 1


def test_a_reason_is_needed_to_correct(event, an, common):
    with pytest.raises(ReasonMissing):
        service.correct(event, an.id, session_id=common.id, present=False, reason="")


def test_a_delegate_of_another_event_is_not_found(event, common):
    stranger = build_delegate(build_event("khac"))
    with pytest.raises(DelegateNotFound):
        service.correct(event, stranger.id, session_id=common.id, present=True, reason="thử")


def test_only_training_and_days_of_the_event_are_corrected(event, an, common):
    other = build_event("khac")
    for what in (
        {"session_id": classes(other)[0].id},
        {"session_id": 999_999},
        {"day_id": other.days[0].id},
        {"session_id": common.id, "day_id": event.days[0].id},
        {},
    ):
        with pytest.raises(NotOfThisEvent):
            service.correct(event, an.id, present=True, reason="thử", **what)


# --- Two registrations become one ---------------------------------------------------------------


def test_merged_corrections_and_certificates_are_those_of_the_one_kept(event, an, common):
    service.issue(event, on=ON)
    twin = coming(event, "Nguyễn Văn An", email="khac@bacninh.example")
    service.correct(event, an.id, session_id=common.id, present=True, reason="thấy")
    service.correct(event, twin.id, session_id=common.id, present=False, reason="không thấy")
    merging.merge(event, twin.id, an.id)
    assert [it.delegate_id for it in all_issued()] == [twin.id]
    kept = db.session.scalars(select(AttendanceCorrection)).one()
    assert (kept.delegate_id, kept.present) == (twin.id, False)


def test_of_two_valid_certificates_one_is_withdrawn(event, an):
    twin = coming(event, "Nguyễn Văn An", email="khac@bacninh.example")
    attend_all(event, twin)
    service.issue(event, on=ON)
    merging.merge(event, an.id, twin.id)
    mine = {it.number_text: it for it in all_issued()}
    assert {it.delegate_id for it in mine.values()} == {an.id}
    assert sorted(it.is_withdrawn for it in mine.values()) == [False, True]


def test_training_counts_once_it_is_published(event, an):
    published.publish(event)
    before = of(event, an)
    day = event.days[1]
    db.session.add(
        Session(
            event_id=event.id,
            day=day,
            kind=SessionKind.TRAINING,
            title="Tập huấn dự kiến",
            starts_at=at(day.date, 14),
            ends_at=at(day.date, 16),
            uid="session-du-kien@eventapp",
        )
    )
    db.session.commit()
    assert of(event, an) == before
    published.publish(event)
    assert of(event, an).share.needed == before.share.needed + 1
    # What it is called in a draft changes nothing either.
    planned = db.session.query(Session).filter_by(title="Tập huấn dự kiến").one()
    planned.kind = SessionKind.PLENARY
    db.session.commit()
    assert of(event, an).share.needed == before.share.needed + 1
