"""Two registrations of one person become one; nothing of either is lost."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.checkin import service as checkin
from eventapp.checkin.checkpoints import make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind, Scan
from eventapp.database import transaction
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.duplicates import choosing, merging
from eventapp.duplicates.errors import AlreadyGone, NotTwo
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.questions.models import Answer, AnswerFile, Question, QuestionKind
from eventapp.registration import links, quota, service
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.models import Delegate, NotTheSame, Preference, Status
from eventapp.registration.quota import QuotaFull
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import build_delegate, build_event
from tests.conftest import post
from tests.registration.filled import classes, details

MORNING = datetime(2026, 11, 26, 0, 52, tzinfo=UTC)


def register(event, **changes):
    return service.register(
        event,
        details(event, **changes),
        submission=tokens.new_secret(),
        consent=service.Consent("2026-01"),
        is_somebody_else=True,
    ).delegate


def recount(event):
    event_id = event.id
    with transaction():
        quota.recount(event_id)


@pytest.fixture
def two(event):
    """The older registration, and a newer one of the same person; both took a place."""
    quota.set_places(event.id, 10)
    older = register(
        event, name="TRAN THI HOA", email="cu@bacninh.example", day_ids=[event.days[0].id]
    )
    newer = register(
        event,
        name="Trần Thị Hòa",
        email="moi@bacninh.example",
        position="Phó Giám đốc Sở Nội vụ",
        phone="",
        day_ids=[event.days[1].id],
        diet="Ăn chay",
    )
    return older, newer


def entries(delegate):
    return {
        it.action: it
        for it in db.session.scalars(
            select(AuditEntry).filter_by(subject="delegate", subject_id=str(delegate.id))
        )
    }


def test_two_become_one(event, two):
    older, newer = two
    proposal = choosing.propose(older, newer)
    kept = merging.merge(event, older.id, newer.id, proposal.values)
    assert (kept.id, kept.status) == (older.id, Status.APPROVED)
    assert kept.name == "Trần Thị Hòa"
    assert kept.email == "moi@bacninh.example"
    assert kept.phone == "+84912345678"
    assert kept.position == "Phó Giám đốc Sở Nội vụ"
    assert kept.diet == "Ăn chay"
    assert kept.name_folded == "tran thi hoa" and "moi" in kept.search_text
    assert kept.days == event.days
    assert (newer.status, newer.merged_into_id) == (Status.CANCELLED, kept.id)
    assert quota.taken(event.id) == 1
    mine, theirs = entries(kept)["merge"], entries(newer)["merge"]
    assert mine.changes["merged_from"] == [None, newer.id]
    assert mine.changes["email"] == ["cu@bacninh.example", "moi@bacninh.example"]
    assert mine.changes["also_code"] == [None, newer.code]
    assert theirs.changes["merged_into_id"] == [None, kept.id]
    assert theirs.changes["status"] == ["approved", "cancelled"]
    assert theirs.changes["name"] == ["Trần Thị Hòa", None]
    assert theirs.changes["days"] == [[event.days[1].id], []]
    assert {len(it) for it in theirs.changes.values()} == {2}, "each from and to"
    last = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert (last.kind, last.to_address) == ("changed", "moi@bacninh.example")


def test_what_is_not_chosen_stays(event, two):
    older, newer = two
    kept = merging.merge(event, newer.id, older.id)
    assert (kept.id, kept.email, kept.name) == (newer.id, "moi@bacninh.example", "Trần Thị Hòa")


def test_who_was_scanned_stays_unless_somebody_decides_otherwise(two):
    older, newer = two
    assert choosing.propose(newer, older).kept_id == older.id
    assert choosing.propose(older, newer, frozenset({newer.id})).kept_id == newer.id
    assert choosing.propose(older, newer, frozenset({newer.id, older.id})).kept_id == older.id


def test_classes_come_along_where_day_and_time_are_free(event, two):
    older, newer = two
    first, second = classes(event)
    service.update(
        event,
        older.id,
        details(event, name=older.name, email=older.email, enrolment_ids=[first.id]),
        revision=older.revision,
    )
    service.update(
        event,
        newer.id,
        details(event, name=newer.name, email=newer.email, enrolment_ids=[second.id]),
        revision=newer.revision,
    )
    quota.set_places(event.id, 5, session_id=second.id)
    kept = merging.merge(event, older.id, newer.id)
    assert kept.enrolments == [first]  # both are at the same time
    assert {it.scope: it.taken for it in quota.all_of(event.id)} == {
        "": 1,
        f"session:{second.id}": 0,
    }


def test_a_class_of_the_other_one_is_kept(event, two):
    older, newer = two
    [first, _] = classes(event)
    service.update(
        event,
        newer.id,
        details(event, name=newer.name, email=newer.email, enrolment_ids=[first.id]),
        revision=newer.revision,
    )
    assert merging.merge(event, older.id, newer.id).enrolments == [first]


def test_wishes_follow_one_another(event):
    one = build_delegate(event, preferences=[Preference(site_id=event.sites[1].id, rank=1)])
    two = build_delegate(
        event,
        preferences=[
            Preference(site_id=event.sites[0].id, rank=1),
            Preference(site_id=event.sites[1].id, rank=2),
        ],
    )
    recount(event)
    kept = merging.merge(event, one.id, two.id)
    assert [it.site_id for it in kept.preferences] == [event.sites[1].id, event.sites[0].id]


def test_the_place_goes_to_the_waitlist(event, two):
    older, newer = two
    quota.set_places(event.id, 2)
    event.has_waitlist = True
    db.session.commit()
    waiting = register(event, name="Lê Chờ", email="cho@bacninh.example")
    assert waiting.status == Status.WAITLISTED
    merging.merge(event, older.id, newer.id)
    assert waiting.status == Status.OFFERED
    assert quota.taken(event.id) == 2


@pytest.mark.parametrize("kept_is_waiting", [True, False])
def test_the_better_standing_counts_and_what_has_no_place_takes_none(event, kept_is_waiting):
    quota.set_places(event.id, 1)
    quota.set_places(event.id, 0, day_id=event.days[1].id)
    event.has_waitlist = True
    db.session.commit()
    comes = register(event, day_ids=[event.days[0].id])
    waits = register(event, email="hai@bacninh.example")
    assert waits.status == Status.WAITLISTED
    pair = (waits.id, comes.id) if kept_is_waiting else (comes.id, waits.id)
    if kept_is_waiting:  # it asks for the day that is full
        with pytest.raises(QuotaFull):
            merging.merge(event, *pair)
        assert waits.status == Status.WAITLISTED and comes.merged_into_id is None
        return
    kept = merging.merge(event, *pair)
    assert kept.status == Status.APPROVED
    assert kept.days == [event.days[0]]
    assert quota.taken(event.id) == 1


def test_of_two_who_wait_the_earlier_place_in_line_counts(event):
    early, late = (datetime(2026, 10, day, tzinfo=UTC) for day in (1, 2))
    one = build_delegate(event, status=Status.WAITLISTED, waitlisted_at=late)
    two = build_delegate(event, status=Status.WAITLISTED, waitlisted_at=early)
    quota.set_places(event.id, 0)
    kept = merging.merge(event, one.id, two.id)
    assert (kept.status, kept.waitlisted_at) == (Status.WAITLISTED, early)


def test_answers_of_the_kept_one_first(event):
    texts = [
        Question(event_id=event.id, kind=QuestionKind.TEXT, label=f"Câu {number}")
        for number in range(3)
    ]
    db.session.add_all(texts)
    one, two = build_delegate(event), build_delegate(event)
    recount(event)
    a, b, c = (it.id for it in texts)
    file = AnswerFile(
        event_id=event.id,
        delegate_id=two.id,
        question_id=c,
        name="cv.pdf",
        media_type="application/pdf",
        size=3,
        sha256="0" * 64,
        content=b"%PD",
    )
    db.session.add(file)
    db.session.flush()
    db.session.add_all(
        [
            Answer(delegate_id=one.id, question_id=a, value="một"),
            Answer(delegate_id=two.id, question_id=a, value="hai"),
            Answer(delegate_id=two.id, question_id=b, value="ba"),
            Answer(delegate_id=two.id, question_id=c, value=file.id),
        ]
    )
    db.session.commit()
    merging.merge(event, one.id, two.id)
    found = db.session.execute(select(Answer.delegate_id, Answer.question_id, Answer.value)).all()
    assert sorted(map(tuple, found), key=str) == sorted(
        [(one.id, a, "một"), (two.id, a, "hai"), (one.id, b, "ba"), (one.id, c, file.id)], key=str
    )
    assert file.delegate_id == one.id


@pytest.mark.parametrize("seated", ["kept", "other", "both"])
def test_one_seat_stays_and_is_counted(event, seated):
    one, two = build_delegate(event), build_delegate(event)
    recount(event)
    groups = [
        VisitGroup(event_id=event.id, site_id=event.sites[0].id, letter=letter, capacity=5)
        for letter in "AB"
    ]
    db.session.add_all(groups)
    db.session.flush()
    for who, group in ((one, groups[0]), (two, groups[1])):
        if seated == "both" or (seated == "kept") == (who is one):
            db.session.add(Allocation(delegate_id=who.id, group_id=group.id))
            group.taken = 1
    db.session.commit()
    merging.merge(event, one.id, two.id)
    seats = db.session.execute(select(Allocation.delegate_id, Allocation.group_id)).all()
    assert seats == [(one.id, groups[1 if seated == "other" else 0].id)]
    assert [it.taken for it in groups] == ([0, 1] if seated == "other" else [1, 0])
    assert (one.reprint_since is not None) == (seated == "other")


def test_requests_and_letters_and_links_lead_to_the_one(event, two):
    older, newer = two
    secret = service.personal_links.known_secret(newer)
    asked = [
        ChangeRequest(
            event_id=event.id,
            delegation_id=older.organisation.delegation_id,
            kind=kind,
            delegate_id=newer.id,
            data={},
        )
        for kind in (RequestKind.EDIT, RequestKind.CANCEL)
    ]
    db.session.add_all(asked)
    db.session.commit()
    merging.merge(event, older.id, newer.id)
    assert links.by_secret(secret) is older
    edit, cancel = asked
    assert (edit.delegate_id, edit.decision) == (older.id, Decision.WAITING)
    # Whoever accepted that now would cancel the one that stays.
    assert (cancel.delegate_id, cancel.decision) == (newer.id, Decision.ACCEPTED)
    assert set(db.session.scalars(select(Message.delegate_id))) == {older.id}


def test_chains_are_flattened(event):
    one, two, three = (build_delegate(event) for _ in range(3))
    recount(event)
    merging.merge(event, two.id, three.id)
    merging.merge(event, one.id, two.id)
    assert (two.merged_into_id, three.merged_into_id) == (one.id, one.id)


def test_who_is_somebody_else_stays_so(event):
    one, two, three = (build_delegate(event) for _ in range(3))
    recount(event)
    merging.keep_apart(event, two.id, three.id)
    merging.merge(event, one.id, two.id)
    pairs = db.session.execute(select(NotTheSame.first_id, NotTheSame.second_id)).all()
    assert pairs == [(one.id, three.id)]


def test_substitutions_point_to_the_one(event):
    gone = build_delegate(event, "Lê Văn Cũ", status=Status.CANCELLED)
    one = build_delegate(event)
    two = build_delegate(event, substitutes_id=gone.id)
    later = build_delegate(event, "Lê Văn Mới", substitutes_id=two.id)
    recount(event)
    merging.merge(event, one.id, two.id)
    assert one.substitutes_id == gone.id
    assert later.substitutes_id == one.id


def test_a_merged_registration_with_a_missing_consent_takes_the_others(event):
    given = datetime(2026, 10, 1, tzinfo=UTC)
    one = build_delegate(event)
    two = build_delegate(event, consent_at=given, consent_version="2026-01", consent_by="self")
    recount(event)
    kept = merging.merge(event, one.id, two.id)
    assert (kept.consent_at, kept.consent_version, kept.consent_by) == (given, "2026-01", "self")
    assert db.session.scalar(select(Message.id)) is None  # nothing to write about


# --- At the door --------------------------------------------------------------------------------


def scan(who, checkpoint, at=MORNING, id_=""):
    code = who.code if isinstance(who, Delegate) else who
    return {
        "id": id_ or str(uuid.uuid4()),
        "checkpoint": checkpoint.id,
        "code": code,
        "read_at": at.isoformat(),
    }


@pytest.fixture
def doors(event):
    make_checkpoints(event)
    device = create_device(event, "Cửa 1").device
    door = db.session.scalars(
        select(Checkpoint).filter_by(kind=CheckpointKind.DOOR, day_id=event.days[0].id)
    ).one()
    return device, door


def test_either_code_is_the_one_person(event, doors):
    device, door = doors
    one, two = build_delegate(event, "Trần Hòa"), build_delegate(event, "Tran Hoa")
    recount(event)
    merging.merge(event, one.id, two.id)
    [first] = checkin.record(device, [scan(two, door)])
    [second] = checkin.record(device, [scan(one, door)])
    [third] = checkin.record(device, [scan(two, door)])
    assert [it.verdict for it in (first, second, third)] == ["admitted", "duplicate", "duplicate"]
    assert first.delegate["name"] == "Trần Hòa"
    assert {it.first_read_at for it in (first, second, third)} == {MORNING}
    assert set(db.session.scalars(select(Scan.delegate_id))) == {one.id}
    assert set(db.session.scalars(select(Scan.code))) == {one.code, two.code}


def test_both_codes_in_one_batch(event, doors):
    device, door = doors
    one, two = build_delegate(event), build_delegate(event)
    recount(event)
    merging.merge(event, one.id, two.id)
    done = checkin.record(device, [scan(two, door), scan(one, door)])
    assert sorted(it.verdict for it in done) == ["admitted", "duplicate"]


def test_who_came_on_the_other_code_is_here(event, doors):
    device, door = doors
    one, two = build_delegate(event), build_delegate(event)
    recount(event)
    before = scan(two, door)
    checkin.record(device, [before])
    merging.merge(event, one.id, two.id)
    assert db.session.scalars(select(Attendance.delegate_id)).all() == [one.id]
    # The log is not changed, and the same scan sent again gets the same answer.
    assert db.session.scalars(select(Scan.delegate_id)).all() == [two.id]
    [again] = checkin.record(device, [before])
    assert (again.verdict, again.first_read_at) == ("admitted", MORNING)
    [another] = checkin.record(device, [scan(one, door, MORNING + timedelta(minutes=5))])
    assert another.verdict == "duplicate"


@pytest.mark.parametrize("earlier", ["kept", "other"])
def test_of_two_arrivals_the_earlier_counts(event, doors, earlier):
    device, door = doors
    one, two = build_delegate(event), build_delegate(event)
    recount(event)
    late = MORNING + timedelta(minutes=7)
    mine = scan(one, door, MORNING if earlier == "kept" else late)
    theirs = scan(two, door, late if earlier == "kept" else MORNING)
    checkin.record(device, [mine, theirs])
    merging.merge(event, one.id, two.id)
    [row] = db.session.scalars(select(Attendance)).all()
    assert (row.delegate_id, row.first_read_at) == (one.id, MORNING)
    assert row.scan_id == (mine if earlier == "kept" else theirs)["id"]


def test_a_chain_is_followed_by_one_query_more(event, doors, count_queries):
    device, door = doors
    people = [build_delegate(event) for _ in range(3)]
    codes = [it.code for it in people]
    recount(event)
    merging.merge(event, people[1].id, people[2].id)
    merging.merge(event, people[0].id, people[1].id)
    plain = build_delegate(event, "Lê Thường")
    checkin.record(device, [scan(build_delegate(event), door)])  # notes that the device is there
    device.id, door.id, plain.code  # noqa: B018 - read before counting
    with count_queries() as plainly:
        checkin.record(device, [scan(plain, door)])
    device.id, door.id  # noqa: B018
    with count_queries() as merged:
        checkin.record(device, [scan(codes[2], door)])
    assert len(merged) == len(plainly) + 1


# --- Refusals -----------------------------------------------------------------------------------


def test_one_is_not_two(event):
    one = build_delegate(event)
    with pytest.raises(NotTwo):
        merging.merge(event, one.id, one.id)


def test_of_another_event(event):
    one, other = build_delegate(event), build_delegate(build_event("khac"))
    with pytest.raises(DelegateNotFound):
        merging.merge(event, one.id, other.id)
    with pytest.raises(DelegateNotFound):
        merging.merge(event, 999_999, one.id)


@pytest.mark.parametrize("which", [0, 1])
def test_who_has_cancelled_is_not_merged(event, two, which):
    service.cancel(event, two[which].id)
    with pytest.raises(AlreadyGone):
        merging.merge(event, two[0].id, two[1].id)
    assert two[1].merged_into_id is None


def test_not_twice(event, two):
    older, newer = two
    merging.merge(event, older.id, newer.id)
    for pair in ((older.id, newer.id), (newer.id, older.id)):
        with pytest.raises(AlreadyGone):
            merging.merge(event, *pair)


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_changed_since_it_was_read(event, two, which):
    read = {it.id: it.revision for it in two}
    changed = two[which]
    service.update(
        event,
        changed.id,
        details(event, name="Trần Hòa", email="x@bacninh.example"),
        revision=changed.revision,
    )
    with pytest.raises(StaleDataError):
        merging.merge(event, two[0].id, two[1].id, revisions=read)
    assert two[1].merged_into_id is None


def test_a_choice_that_needs_a_place_that_is_not_there(event):
    guests = event.categories[1].id
    quota.set_places(event.id, 0, category_id=guests)
    event.has_waitlist = True
    db.session.commit()
    comes = register(event)
    waiting = build_delegate(
        event, comes.name, category=event.categories[1], status=Status.WAITLISTED
    )
    with pytest.raises(QuotaFull):
        merging.merge(event, comes.id, waiting.id, {"category_id": waiting.id})
    assert comes.category_id == event.categories[0].id


@pytest.mark.parametrize("what", ["reinstate", "link"])
def test_a_merged_registration_stays_as_it_is(event, two, organiser, what):
    older, newer = two
    merging.merge(event, older.id, newer.id)
    at = f"/manage/{event.slug}/delegates/{newer.id}"
    assert f"/delegates/{older.id}" in organiser.get(at).text
    with pytest.raises(service.RegistrationOver):
        service.set_status(event, newer.id, Status.APPROVED)
    with pytest.raises(service.RegistrationOver):
        links.renew(event, newer.id)
    with pytest.raises(service.RegistrationOver):
        service.update(event, newer.id, details(event), revision=newer.revision)
    form_at = f"/manage/{event.slug}/settings"
    assert post(organiser, f"{at}/{what}", {}, form_at=form_at).status_code == 303
    assert db.session.get_one(Delegate, newer.id).status == Status.CANCELLED
