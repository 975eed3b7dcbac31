"""People who come unregistered: by the rules, once each, and never lost."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.checkin import closing, roster, walk_ins
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.models import (
    Attendance,
    Device,
    Discrepancy,
    Rights,
    Scan,
    WalkIn,
    WalkInOutcome,
)
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import quota, service
from eventapp.registration.models import Delegate, Organisation, Quota, Status
from tests.builders import build_delegate, build_event, organisation
from tests.checkin.phone import Phone

ON_THE_FIRST_DAY = "2025-03-04T07:45:00+07:00"  # not in the future, whenever the tests run


@pytest.fixture
def phone(client: FlaskClient, event: Event) -> Phone:
    event.days[0].date, event.days[1].date = date(2025, 3, 4), date(2025, 3, 5)
    db.session.commit()
    make_checkpoints(event)
    return Phone(client, event, name="Cửa chính 1")


def walk_in(event: Event, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "made_at": ON_THE_FIRST_DAY,
        "offset_ms": 0,
        "name": "Vừ Mí Sính",
        "position": "Chuyên viên",
        "organisation": "Sở Nội vụ",
        "delegation": organisation(event).delegation_id,
        "category": event.categories[0].id,
        "phone": "",
        "email": "",
        "note": "",
        "code": tokens.new_code(),
        **changes,
    }


def send(phone: Phone, *batch: Any, language: str = "en") -> list[dict[str, Any]]:
    answer = phone.call("walkins", {"walk_ins": list(batch)}, **{"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["results"])


def stored(id_: str) -> WalkIn:
    db.session.rollback()
    return db.session.get_one(WalkIn, id_)


def the_open_one() -> Discrepancy:
    return db.session.scalars(select(Discrepancy)).one()


def test_somebody_is_registered_and_their_handwritten_badge_is_valid(
    phone: Phone, event: Event
) -> None:
    sent = walk_in(event, phone="0912 345 678", email="sinh@dienbien.example")
    [result] = send(phone, sent)
    assert (result["outcome"], result["why"]) == ("registered", "")
    assert result["delegate"]["code"] == sent["code"]
    assert result["delegate"]["organisation"] == "Sở Nội vụ"
    delegate = db.session.scalars(select(Delegate)).one()
    assert delegate.organisation_id == organisation(event).id
    assert (delegate.phone, delegate.email) == ("+84912345678", "sinh@dienbien.example")
    assert [it.id for it in delegate.days] == [day.id for day in event.days]
    assert delegate.consent_by == "door" and delegate.consent_at is not None
    assert quota.taken(event.id) == 1
    assert phone.scan(all_checkpoints(event.id)[0].id, sent["code"])["verdict"] == "admitted"


def test_nothing_of_it_is_kept_twice(phone: Phone, event: Event) -> None:
    sent = walk_in(event, note="đến thay trưởng phòng")
    send(phone, sent)
    assert stored(sent["id"]).data is None
    assert db.session.scalar(select(func.count(Discrepancy.id))) == 0


def test_the_change_log_says_which_device(phone: Phone, event: Event) -> None:
    send(phone, walk_in(event))
    entry = db.session.scalars(select(AuditEntry).filter_by(subject="delegate")).one()
    assert (entry.action, entry.actor) == ("register", "device:Cửa chính 1")


@pytest.mark.parametrize(("email", "letters"), [("", 0), ("sinh@dienbien.example", 1)])
def test_a_letter_only_to_an_address(phone: Phone, event: Event, email: str, letters: int) -> None:
    send(phone, walk_in(event, email=email))
    assert db.session.scalar(select(func.count(Message.id))) == letters


def test_the_door_is_open_when_registration_is_closed(phone: Phone, event: Event) -> None:
    event.registration_open = False
    db.session.commit()
    assert send(phone, walk_in(event))[0]["outcome"] == "registered"


def test_who_comes_on_the_second_day_comes_on_no_earlier_one(phone: Phone, event: Event) -> None:
    send(phone, walk_in(event, made_at="2025-03-05T00:30:00+07:00"))
    delegate = db.session.scalars(select(Delegate)).one()
    assert [it.id for it in delegate.days] == [event.days[1].id]


def test_the_days_go_by_the_clock_of_the_server(phone: Phone, event: Event) -> None:
    """The device's clock was a day late."""
    send(phone, walk_in(event, offset_ms=24 * 3_600_000))
    delegate = db.session.scalars(select(Delegate)).one()
    assert [it.id for it in delegate.days] == [event.days[1].id]


def test_who_comes_before_or_after_the_event_comes_on_every_day(phone: Phone, event: Event) -> None:
    for made_at in ("2025-03-01T08:00:00+07:00", "2025-03-09T08:00:00+07:00"):
        send(phone, walk_in(event, made_at=made_at, name=f"Người {made_at}"))
    for delegate in db.session.scalars(select(Delegate)):
        assert len(delegate.days) == 2


def test_replays_are_no_ops(phone: Phone, event: Event) -> None:
    sent = walk_in(event)
    first = send(phone, sent, sent)
    assert first[0] == first[1]
    assert send(phone, {**sent, "name": "Tên Khác"}) == first[:1]
    assert db.session.scalar(select(func.count(Delegate.id))) == 1
    assert quota.taken(event.id) == 1


def test_another_office_is_made(phone: Phone, event: Event) -> None:
    send(phone, walk_in(event, organisation="Báo Bắc Ninh"), walk_in(event, name="Hai"))
    assert db.session.scalars(select(Organisation.name).filter_by(is_typed=True)).all() == [
        "Báo Bắc Ninh"
    ]


def test_from_elsewhere(phone: Phone, event: Event) -> None:
    send(phone, walk_in(event, organisation="Đại sứ quán", delegation=None))
    delegate = db.session.scalars(select(Delegate)).one()
    assert delegate.organisation.delegation.is_other


@pytest.mark.parametrize(("delegation", "office"), [(0, "Bắc Ninh"), (2, "Bộ Tài chính")])
def test_a_delegation_without_an_office(
    phone: Phone, event: Event, delegation: int, office: str
) -> None:
    send(phone, walk_in(event))
    phone.sync()
    assert phone.tables is not None
    chosen = phone.tables["delegations"][delegation]["id"]
    [result] = send(phone, walk_in(event, name="Hai", organisation="", delegation=chosen))
    assert result["delegate"]["organisation"] == office


def test_no_place_and_a_waitlist(phone: Phone, event: Event) -> None:
    event.has_waitlist = True
    db.session.commit()
    quota.set_places(event.id, 0)
    sent = walk_in(event)
    [result] = send(phone, sent)
    assert result["outcome"] == "waitlisted"
    assert result["delegate"]["status"] == "waitlisted"
    assert result["why"].startswith("No place is left: the person is on the waitlist. Ask")
    assert the_open_one().walk_in_id == sent["id"]
    assert stored(sent["id"]).data["name"] == "Vừ Mí Sính"


def test_no_place_and_no_waitlist(phone: Phone, event: Event) -> None:
    quota.set_places(event.id, 0)
    sent = walk_in(event, organisation="Báo Bắc Ninh", note="phóng viên")
    [result] = send(phone, sent)
    assert (result["outcome"], result["delegate"]) == ("refused", None)
    assert "No place is left (the whole event)" in result["why"]
    assert db.session.scalar(select(func.count(Delegate.id))) == 0
    assert db.session.scalar(select(func.count(Organisation.id)).filter_by(is_typed=True)) == 0
    assert stored(sent["id"]).data["note"] == "phóng viên"
    assert the_open_one().kind == "walk_in"


def test_it_is_said_which_quota_is_full(phone: Phone, event: Event) -> None:
    category = event.categories[0]
    db.session.add(
        Quota(event_id=event.id, scope=f"category:{category.id}", category_id=category.id, places=0)
    )
    db.session.commit()
    assert "(Delegate)" in send(phone, walk_in(event))[0]["why"]
    assert "(Đại biểu)" in send(phone, walk_in(event, name="Hai"), language="vi")[0]["why"]


def test_a_category_that_needs_approval(phone: Phone, event: Event) -> None:
    event.categories[0].needs_approval = True
    db.session.commit()
    [result] = send(phone, walk_in(event))
    assert result["outcome"] == "registered"
    assert result["delegate"]["status"] == "pending"
    assert "needs approval" in result["why"]
    assert the_open_one().settled_at is None


def test_who_is_registered_from_the_same_office(phone: Phone, event: Event) -> None:
    known = build_delegate(event, "VỪ MÍ SÍNH")
    sent = walk_in(event)
    [result] = send(phone, sent)
    assert result["outcome"] == "known"
    assert result["delegate"]["id"] == known.id
    assert "same person" in result["why"]
    assert stored(sent["id"]).data["category"] == event.categories[0].id
    assert db.session.scalar(select(func.count(Delegate.id))) == 1


def test_the_badge_that_was_written_leads_to_who_was_registered(phone: Phone, event: Event) -> None:
    known = build_delegate(event, "Vừ Mí Sính")
    sent = walk_in(event)
    send(phone, sent)
    door = all_checkpoints(event.id)[0].id
    result = phone.scan(door, sent["code"])
    assert (result["verdict"], result["delegate"]["id"]) == ("admitted", known.id)
    assert phone.scan(door, known.code)["verdict"] == "duplicate"


def test_who_is_registered_with_the_same_address(phone: Phone, event: Event) -> None:
    known = build_delegate(event, "Vừ Mí Sính", email="sinh@dienbien.example")
    [result] = send(
        phone, walk_in(event, email="Sinh@DienBien.example", organisation="Văn phòng UBND")
    )
    assert (result["outcome"], result["delegate"]["id"]) == ("known", known.id)
    assert "registered already" in result["why"]


def test_who_had_cancelled_comes_after_all(phone: Phone, event: Event) -> None:
    build_delegate(event, "Vừ Mí Sính", status=Status.CANCELLED)
    assert send(phone, walk_in(event))[0]["outcome"] == "registered"


@pytest.mark.parametrize("owner", ["delegate", "delegation", "walk-in"])
def test_a_code_that_somebody_has_is_not_given_again(
    phone: Phone, event: Event, owner: str
) -> None:
    delegate = build_delegate(event, "Người Trước")
    code = delegate.code
    if owner == "delegation":
        code = organisation(event).delegation.code
    if owner == "walk-in":
        code = tokens.new_code()
        send(phone, walk_in(event, name="Người Trước", code=code))
    [result] = send(phone, walk_in(event, code=code))
    assert result["outcome"] == "registered"
    assert result["delegate"]["code"] != code
    assert "is somebody else's" in result["why"]  # and not given away without a word
    assert db.session.scalars(select(Discrepancy).filter_by(walk_in_id=result["id"])).one()


@pytest.mark.parametrize("is_known", [False, True])
def test_a_badge_that_was_scanned_before_its_holder_was_known(
    phone: Phone, event: Event, client: FlaskClient, is_known: bool
) -> None:
    door = all_checkpoints(event.id)[0]
    if is_known:
        build_delegate(event, "Vừ Mí Sính")
    sent = walk_in(event)
    other = Phone(client, event, name="Cửa 2")
    scans = [
        other.scan(door.id, sent["code"], shown="to_confirm", read_at=f"2025-03-04T0{hour}:00:00Z")
        for hour in (3, 2)
    ]
    assert [it["discrepancy"] for it in scans] == ["unknown"] * 2
    other.sync()
    [result] = send(phone, sent)
    whose = db.session.scalars(select(Attendance)).one()
    assert (whose.delegate_id, whose.checkpoint_id) == (result["delegate"]["id"], door.id)
    assert (whose.scan_id, whose.first_read_at.hour) == (scans[1]["id"], 2)
    settled = db.session.scalars(select(Discrepancy).filter_by(kind="unknown")).all()
    assert all(it.settled_at and "registered since" in it.note for it in settled)
    assert db.session.get_one(Scan, scans[0]["id"]).reason == "unknown"  # the log stays
    roster.compare(event.id)  # as is done every few seconds
    other.sync()
    assert (door.id, result["delegate"]["id"]) in other.passed
    assert other.scan(door.id, sent["code"])["verdict"] == "duplicate"


@pytest.mark.parametrize("order", ["people first", "scans first"])
@pytest.mark.parametrize("problem", ["full", "namesake", "waits", "nameless"])
def test_it_is_known_where_they_were_let_in(
    phone: Phone, event: Event, organiser: FlaskClient, problem: str, order: str
) -> None:
    first, door = all_checkpoints(event.id)[:2]
    sent = walk_in(event, name="" if problem == "nameless" else "Vừ Mí Sính")
    if problem == "namesake":
        build_delegate(event, "Vừ Mí Sính")
    if problem in ("full", "waits"):
        event.has_waitlist = problem == "waits"
        db.session.commit()
        quota.set_places(event.id, 0)

    def scan() -> None:
        more = {"source": "walk_in", "shown": "to_confirm", "read_at": "2025-03-05T01:00:00Z"}
        phone.scan(door.id, sent["code"], **more)

    send(phone, walk_in(event, name=""))  # somebody else, of whom nobody knows where they were
    if order == "people first":
        send(phone, sent)
        scan()
        phone.scan(first.id, sent["code"], source="walk_in")  # later, elsewhere
    else:
        scan()
        phone.scan(first.id, sent["code"])
        send(phone, sent)
    found = {
        it.walk_in_id == sent["id"]: it.checkpoint_id
        for it in db.session.scalars(select(Discrepancy).filter_by(kind="walk_in"))
    }
    assert found == {True: door.id, False: None}
    page = organiser.get(f"/manage/{event.slug}/discrepancies?kind=walk_in&checkpoint={door.id}")
    assert page.text.count('<li class="panel odd') == 1
    assert door.name in page.text
    told = phone.call("discrepancies").get_json()["results"]
    assert [it["checkpoint"] for it in told if it["kind"] == "walk_in"].count(door.id) == 1
    assert closing.standing(event.id, door.id).open_discrepancies >= 1


def test_a_badge_whose_holder_may_not_pass_stays_to_be_looked_at(
    phone: Phone, event: Event
) -> None:
    door = all_checkpoints(event.id)[1]  # of the second day
    sent = walk_in(event, made_at="2025-03-04T07:45:00+07:00")
    door.opens_at = datetime(2025, 3, 5, tzinfo=UTC)
    db.session.commit()
    phone.scan(door.id, sent["code"], shown="to_confirm", read_at="2025-03-04T03:00:00Z")
    send(phone, sent)
    assert the_open_one().settled_at is None
    assert db.session.scalars(select(Attendance)).all() == []


def test_a_scan_that_was_taken_back_stays_so(phone: Phone, event: Event) -> None:
    door, sent = all_checkpoints(event.id)[0], walk_in(event)
    scan = phone.scan(door.id, sent["code"], shown="to_confirm")
    phone.scan(door.id, sent["code"], kind="undo", undoes=scan["id"], note="Nhầm")
    send(phone, sent)
    assert the_open_one().settled_at is not None
    assert db.session.scalars(select(Attendance)).all() == []


@pytest.mark.parametrize("code", ["", "SHORT", "UUUUUUUUUUUU", "Ỗ" * 12, None, 5])
def test_a_code_that_is_none(phone: Phone, event: Event, code: object) -> None:
    [result] = send(phone, walk_in(event, code=code))
    assert len(result["delegate"]["code"]) == 12


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [("email", "không có", "e-mail address"), ("phone", "123", "telephone number")],
)
def test_a_wrong_contact_is_left_out_and_kept_to_be_corrected(
    phone: Phone, event: Event, field: str, value: str, word: str
) -> None:
    sent = walk_in(event, **{field: value})
    [result] = send(phone, sent)
    assert result["outcome"] == "registered"
    assert word in result["why"]
    assert stored(sent["id"]).data[field] == value
    assert the_open_one()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": " "}, "name is missing"),
        ({"name": None}, "name is missing"),
        ({"name": "…"}, "name is missing"),
        ({"category": None}, "category is missing"),
        ({"category": True}, "category is missing"),
        ({"organisation": "", "delegation": None}, "office is missing"),
        ({"category": 999_999}, "no longer there"),
        ({"delegation": 999_999}, "no longer there"),
        ({"delegation": 999_999, "organisation": ""}, "no longer there"),
    ],
)
def test_what_lacks_something_is_kept_to_be_looked_at(
    phone: Phone, event: Event, changes: dict[str, Any], word: str
) -> None:
    sent = walk_in(event, **changes)
    [result] = send(phone, sent)
    assert result["outcome"] == "refused"
    assert word in result["why"]
    assert stored(sent["id"]).data["position"] == "Chuyên viên"
    assert the_open_one().walk_in_id == sent["id"]


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"id": "x"}, {"id": 5}, {"id": "é" * 36}])
def test_one_that_cannot_be_kept_does_not_fail_the_others(
    phone: Phone, event: Event, raw: object
) -> None:
    results = send(phone, raw, walk_in(event))
    assert [it["outcome"] for it in results] == ["refused", "registered"]
    assert results[0]["detail"]
    assert db.session.scalar(select(func.count()).select_from(WalkIn)) == 1


def test_texts_that_no_database_keeps(phone: Phone, event: Event) -> None:
    sent = walk_in(event, name="Vừ\0 Mí\ud800 Sính", note="x" * 5_000, position="y" * 400)
    [result] = send(phone, sent)
    assert result["delegate"]["name"] == "Vừ Mí Sính"


@pytest.mark.parametrize("made_at", ["", None, 5, "2026-11-26", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_is_none_is_now(phone: Phone, event: Event, made_at: object) -> None:
    sent = walk_in(event, made_at=made_at)
    send(phone, sent)
    assert (datetime.now(UTC) - stored(sent["id"]).made_at).total_seconds() < 60


def test_an_id_of_another_event_registers_nobody(phone: Phone, event: Event) -> None:
    other = build_event("su-kien-khac")
    sent = walk_in(other)
    send(Phone(phone.client, other), sent)
    [result] = send(phone, {**walk_in(event), "id": sent["id"]})
    assert (result["outcome"], result["delegate"]) == ("refused", None)
    assert db.session.scalar(select(func.count(Delegate.id)).filter_by(event_id=event.id)) == 0


@pytest.mark.parametrize("body", [{}, [], "x", {"walk_ins": {}}, {"walk_ins": None}])
def test_what_is_no_batch(phone: Phone, body: Any) -> None:
    assert phone.call("walkins", body).status_code == 400


def test_too_many_at_once(phone: Phone) -> None:
    assert phone.call("walkins", {"walk_ins": [None] * 51}).status_code == 413
    assert phone.call("walkins", {"walk_ins": [None] * 50}).status_code == 200
    assert phone.call("walkins", {"walk_ins": ["x" * 300_000]}).status_code == 413


@pytest.mark.parametrize("rights", [Rights.STEWARD, Rights.KIOSK])
def test_only_a_supervisor_registers(client: FlaskClient, event: Event, rights: Rights) -> None:
    phone = Phone(client, event, rights=rights)
    assert phone.call("walkins", {"walk_ins": [walk_in(event)]}).status_code == 403
    assert db.session.scalar(select(func.count(Delegate.id))) == 0


def test_what_a_supervisor_may_do_is_in_vietnamese_first(phone: Phone, event: Event) -> None:
    quota.set_places(event.id, 0)
    [result] = send(phone, walk_in(event), language="fr")
    assert "Đã hết suất" in result["why"]


def test_the_log_of_scans_is_not_touched(phone: Phone, event: Event) -> None:
    send(phone, walk_in(event))
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_an_organiser_finds_a_place_and_the_badge_is_valid(phone: Phone, event: Event) -> None:
    event.has_waitlist = True
    db.session.commit()
    quota.set_places(event.id, 0)
    sent = walk_in(event)
    [result] = send(phone, sent)
    service.set_status(event, result["delegate"]["id"], Status.APPROVED, beyond="cho thêm chỗ")
    assert phone.scan(all_checkpoints(event.id)[0].id, sent["code"])["verdict"] == "admitted"


def test_what_was_typed_is_forgotten_once_it_is_settled(phone: Phone, event: Event) -> None:
    sent = walk_in(event, name="")
    send(phone, sent)
    found = stored(sent["id"])
    walk_ins.forget(found)
    db.session.commit()
    assert stored(sent["id"]).data is None


def test_the_same_walk_ins_from_several_devices_at_once(app: Flask, event: Event) -> None:
    """Two places; four people, each sent by each of four threads."""
    make_checkpoints(event)
    quota.set_places(event.id, 2)
    batch = [walk_in(event, name=f"Người Thứ {number}") for number in range(4)]
    phones = [Phone(app.test_client(), event, name=f"Cửa {number}") for number in range(4)]
    ids = [it.id for it in phones]
    event_id = event.id
    db.session.remove()
    start, found = threading.Barrier(4), []

    def run(device_id: int, batch: list[dict[str, Any]]) -> None:
        with app.app_context():
            event = db.session.get_one(Event, event_id)
            device = db.session.get_one(Device, device_id)
            start.wait(timeout=30)
            results = walk_ins.record(event, device, batch)
            found.append({it.id: (it.outcome, it.why) for it in results})
            db.session.remove()

    threads = [
        threading.Thread(target=run, args=(id_, batch[turn:] + batch[:turn]))
        for turn, id_ in enumerate(ids)
    ]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert found == [found[0]] * 4
    outcomes = sorted(outcome for outcome, _ in found[0].values())
    assert outcomes == sorted([WalkInOutcome.REGISTERED] * 2 + [WalkInOutcome.REFUSED] * 2)
    assert db.session.scalar(select(func.count(Delegate.id))) == 2
    assert quota.taken(event_id) == 2
    assert db.session.scalar(select(func.count(Discrepancy.id))) == 2


def test_the_number_of_queries_is_bounded(
    phone: Phone, event: Event, count_queries: Callable[[], Any]
) -> None:
    def ask(number: int) -> int:
        batch = [walk_in(event, name=f"Người {uuid.uuid4().hex}") for _ in range(number)]
        with count_queries() as seen:
            send(phone, *batch)
        return len(seen)

    one, eleven = ask(1), ask(11)
    assert eleven - one <= 10 * one
