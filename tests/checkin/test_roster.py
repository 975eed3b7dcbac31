"""Devices hold the delegates as they are, whatever changes them; only what has changed is sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text as sql
from sqlalchemy import update

from eventapp.checkin import roster
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.models import RosterLine, RosterState, Scan, WalkIn, WalkInOutcome
from eventapp.database import now, transaction
from eventapp.delegations import service as delegations
from eventapp.duplicates import merging
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.privacy import erasing
from eventapp.registration import quota, service, substitution
from eventapp.registration.models import Delegate, Status, delegate_day, enrolment
from eventapp.registration.search import Filters, Selection
from eventapp.visits import bus_moves
from eventapp.visits import service as visits
from eventapp.visits.models import Bus, VisitGroup
from tests.builders import build_delegate, build_event, organisation
from tests.checkin.phone import Phone
from tests.registration.filled import classes


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks sets off a comparison."""
    monkeypatch.setattr(roster, "EVERY", timedelta(0))
    monkeypatch.setattr(roster, "SHARE", 0)


@pytest.fixture
def people(event: Event) -> list[Delegate]:
    made = [build_delegate(event, name) for name in ("Ý", "Giàng A Páo", "Nguyễn Đình Đức")]
    event_id = event.id
    with transaction():
        quota.recount(event_id)
    make_checkpoints(event)
    return made


@pytest.fixture
def phone(client: FlaskClient, event: Event, people: list[Delegate]) -> Phone:
    """A device that knows everything so far."""
    phone = Phone(client, event)
    phone.sync()
    assert len(phone.people) == len(people)
    return phone


def only_change(phone: Phone) -> dict[str, Any]:
    """The one line that the next answer has."""
    answer = phone.sync()
    assert not answer["roster"]["whole"]
    [line] = answer["roster"]["people"]
    return phone.people[line[0]]


def test_a_line_says_all_that_a_verdict_needs(
    phone: Phone, event: Event, people: list[Delegate]
) -> None:
    it = people[0]
    assert phone.people[it.id] == {
        "id": it.id,
        "codes": [it.code],
        "status": "approved",
        "name": "Ý",
        "position": "Chuyên viên",
        "organisation": "Sở Nội vụ",
        "delegation_id": it.organisation.delegation_id,
        "category_id": it.category_id,
        "group_id": None,
        "day_ids": [day.id for day in event.days],
        "session_ids": [],
        "substitutes": None,
        "reprint": 0,
    }


def test_contacts_and_needs_are_not_on_devices(phone: Phone) -> None:
    assert "@" not in str(phone.last)


def test_nothing_changed_is_nothing_sent(phone: Phone) -> None:
    before = phone.roster
    answer = phone.sync()
    assert answer["roster"] == {"number": before, "whole": False, "people": [], "gone": []}


def test_somebody_new(phone: Phone, event: Event) -> None:
    assert build_delegate(event, "Vừ Mí Sính").name == only_change(phone)["name"]


def test_a_substitute(phone: Phone, event: Event, people: list[Delegate]) -> None:
    new = substitution.substitute(event, people[0].id, substitution.Substitute("Lò Văn Thay"))
    phone.sync()
    assert phone.people[new.id]["substitutes"] == "Ý"
    assert phone.people[new.id]["reprint"] == 1
    assert phone.people[people[0].id]["status"] == "cancelled"
    assert len(phone.last["roster"]["people"]) == 2


def test_two_registrations_merged(phone: Phone, event: Event, people: list[Delegate]) -> None:
    door = all_checkpoints(event.id)[0].id
    kept, other = people[0], people[1]
    phone.scan(door, other.code)
    phone.sync()
    with transaction():
        db.session.execute(update(Scan).values(received_at=now() - timedelta(hours=1)))
    merging.merge(event, kept.id, other.id)
    answer = phone.sync()
    assert not answer["log"]["whole"]
    assert phone.people[kept.id]["codes"] == [kept.code, other.code]
    assert other.id not in phone.people
    assert (door, kept.id) in phone.passed


def test_who_was_merged_twice(phone: Phone, event: Event, people: list[Delegate]) -> None:
    merging.merge(event, people[1].id, people[0].id)
    merging.merge(event, people[2].id, people[1].id)
    phone.sync()
    assert list(phone.people) == [people[2].id]
    assert set(phone.people[people[2].id]["codes"]) == {it.code for it in people}


def test_somebody_cancels(phone: Phone, event: Event, people: list[Delegate]) -> None:
    service.cancel(event, people[0].id)
    assert only_change(phone)["status"] == "cancelled"


def test_somebody_is_put_back_to_pending(
    phone: Phone, event: Event, people: list[Delegate]
) -> None:
    service.set_status(event, people[0].id, Status.PENDING)
    assert only_change(phone)["status"] == "pending"


def test_somebody_is_anonymised(phone: Phone, event: Event, people: list[Delegate]) -> None:
    id_ = people[0].id
    erasing.withdraw(event, id_)
    lines = db.session.scalars(db.select(RosterLine.line)).all()
    assert not any("Ý" in (it or "") for it in lines)  # before any device has asked
    answer = phone.sync()
    assert answer["roster"]["gone"] == [id_]
    assert phone.sync()["roster"]["gone"] == []
    late = Phone(phone.client, event)
    assert id_ not in {line[0] for line in late.sync()["roster"]["people"]}


def test_somebody_is_deleted(phone: Phone, people: list[Delegate]) -> None:
    id_ = people[0].id
    with transaction():
        db.session.execute(delegate_day.delete().where(delegate_day.c.delegate_id == id_))
        db.session.execute(sql("delete from delegate where id = :id"), {"id": id_})
    assert phone.sync()["roster"]["gone"] == [id_]


def test_a_category_is_renamed(phone: Phone, event: Event) -> None:
    event.categories[0].name = "Đại biểu chính thức"
    db.session.commit()
    answer = phone.sync()
    assert answer["roster"]["people"] == []  # lines speak of categories by their ids
    assert phone.tables is not None
    assert phone.tables["categories"][0]["name"] == "Đại biểu chính thức"
    assert phone.sync()["tables"] is None


def test_somebody_gets_another_category(phone: Phone, event: Event, people: list[Delegate]) -> None:
    people[0].category = event.categories[1]
    db.session.commit()
    assert only_change(phone)["category_id"] == event.categories[1].id


def test_a_seat_on_a_bus(phone: Phone, event: Event, people: list[Delegate]) -> None:
    group = VisitGroup(event_id=event.id, site_id=event.sites[0].id, letter="A", capacity=9)
    db.session.add(group)
    db.session.commit()
    phone.sync()
    visits.assign(event, group.id, Selection((people[0].id,), Filters()))
    assert only_change(phone)["group_id"] == group.id
    visits.remove(event, [people[0].id])
    assert only_change(phone)["group_id"] is None


def test_another_bus_of_the_same_group(phone: Phone, event: Event, people: list[Delegate]) -> None:
    buses = [Bus(label="Xe 1", seats=9), Bus(label="Xe 2", seats=9, position=1)]
    group = VisitGroup(
        event_id=event.id, site_id=event.sites[0].id, letter="A", capacity=9, buses=buses
    )
    db.session.add(group)
    db.session.commit()
    first, second = (it.id for it in buses)
    phone.sync()
    assert phone.tables is not None
    assert [(it["id"], it["label"]) for it in phone.tables["buses"]] == [
        (first, "Xe 1"),
        (second, "Xe 2"),
    ]
    visits.assign(event, group.id, Selection((people[0].id,), Filters()))
    assert only_change(phone)["bus_id"] == first
    bus_moves.move_to_bus(event.id, group.id, second, [people[0].id])
    assert only_change(phone)["bus_id"] == second
    visits.remove(event, [people[0].id])
    assert "bus_id" not in only_change(phone)


def test_another_day(phone: Phone, event: Event, people: list[Delegate]) -> None:
    people[0].days = [event.days[1]]
    db.session.commit()
    assert only_change(phone)["day_ids"] == [event.days[1].id]


def test_a_class(phone: Phone, event: Event, people: list[Delegate]) -> None:
    session = classes(event)[0]
    with transaction():
        db.session.execute(
            enrolment.insert().values(delegate_id=people[0].id, session_id=session.id)
        )
    assert only_change(phone)["session_ids"] == [session.id]


def test_an_office_is_renamed(phone: Phone, event: Event, people: list[Delegate]) -> None:
    organisation(event).name = "Sở Nội vụ và Lao động"
    db.session.commit()
    phone.sync()
    assert {it["organisation"] for it in phone.people.values()} == {"Sở Nội vụ và Lao động"}


def test_a_badge_to_be_reprinted(phone: Phone, event: Event, people: list[Delegate]) -> None:
    service.mark_for_reprint(event, [people[0].id], is_needed=True)
    assert only_change(phone)["reprint"] == 1


def test_what_is_written_past_the_program(phone: Phone, people: list[Delegate]) -> None:
    with transaction():
        db.session.execute(
            sql("update delegate set position = 'Vụ trưởng' where id = :id"), {"id": people[0].id}
        )
    assert only_change(phone)["position"] == "Vụ trưởng"


def test_a_code_that_was_written_at_the_door_leads_to_whoever_was_registered(
    phone: Phone, event: Event, people: list[Delegate]
) -> None:
    with transaction():
        db.session.add(
            WalkIn(
                id="0" * 36,
                event_id=event.id,
                device_id=phone.id,
                delegate_id=people[0].id,
                outcome=WalkInOutcome.KNOWN,
                code="ABCD12345678",
                made_at=now(),
            )
        )
    assert only_change(phone)["codes"] == [people[0].code, "ABCD12345678"]


def test_delegations_and_groups_and_checkpoints_are_in_the_tables(
    phone: Phone, event: Event
) -> None:
    assert phone.tables is not None
    names = [it["name"] for it in phone.tables["delegations"]]
    assert names == ["Bắc Ninh", "Điện Biên", "Bộ Tài chính", "Khác"]
    assert [it["date"] for it in phone.tables["checkpoints"]][:2] == ["2026-11-26", "2026-11-27"]
    assert [it[1] for it in phone.tables["organisations"]][:2] == ["Sở Nội vụ", "Văn phòng UBND"]
    row = delegations.overview(event)[0]
    assert row.delegation.code in {it["code"] for it in phone.tables["delegations"]}


def test_a_device_with_a_number_from_elsewhere_gets_everything(
    phone: Phone, people: list[Delegate]
) -> None:
    for number in (2**31 - 1, 0, -1, "1", True, None, 1.5):
        phone.roster = number  # type: ignore[assignment]
        assert phone.sync()["roster"]["whole"]
        assert len(phone.people) == len(people)


def test_an_older_database_put_back_says_everything_anew(
    phone: Phone, event: Event, people: list[Delegate]
) -> None:
    """What was written since is forgotten, with the numbers under which it was told."""
    people[0].name = "Tên Mới"
    db.session.commit()
    phone.sync()
    with transaction():
        db.session.execute(update(Delegate).where(Delegate.id == people[0].id).values(name="Ý"))
        db.session.execute(sql("delete from roster_line"))
        db.session.execute(update(RosterState).values(number=0))
    phone.sync()
    assert phone.people[people[0].id]["name"] == "Ý"


def test_only_one_of_those_who_ask_compares(
    phone: Phone,
    event: Event,
    people: list[Delegate],
    monkeypatch: pytest.MonkeyPatch,
    count_queries: Callable[[], Any],
) -> None:
    monkeypatch.setattr(roster, "EVERY", timedelta(hours=1))
    people[0].name = "Tên Mới"
    db.session.commit()
    with count_queries() as seen:
        assert phone.sync()["roster"]["people"] == []
    assert not any("allocation" in it for it in seen)


def test_who_was_overtaken_writes_nothing(
    phone: Phone, event: Event, people: list[Delegate], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two compare at once: the one that read earlier does not put the older names back."""
    event_id, read = event.id, roster._lines

    def slow(event_id: int) -> Any:
        lines = list(read(event_id))
        monkeypatch.setattr(roster, "_lines", read)
        people[0].name = "Tên Mới Hơn"
        db.session.commit()
        assert roster.compare(event_id) == 1
        return lines

    people[0].name = "Tên Mới"
    db.session.commit()
    monkeypatch.setattr(roster, "_lines", slow)
    assert roster.compare(event_id) == 0
    assert only_change(phone)["name"] == "Tên Mới Hơn"


def test_events_are_apart(phone: Phone, people: list[Delegate]) -> None:
    other = build_event("su-kien-khac")
    build_delegate(other, "Người Khác")
    assert phone.sync()["roster"]["people"] == []
    assert [it["name"] for it in Phone(phone.client, other).sync() and []] == []


def test_the_number_of_queries_does_not_grow_with_people(
    phone: Phone, event: Event, count_queries: Callable[[], Any]
) -> None:
    def ask(new: int) -> int:
        for number in range(new):
            build_delegate(event, f"Người {number}")
        with count_queries() as seen:
            phone.sync()
        return len(seen)

    assert ask(2) == ask(20) <= 38
    assert ask(0) <= 31


def test_the_time_of_a_comparison_limits_how_often_it_comes(
    phone: Phone, event: Event, people: list[Delegate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "SHARE", 20)
    monkeypatch.setitem(roster._took, event.id, 60.0)
    people[0].name = "Tên Mới"
    db.session.commit()
    assert phone.sync()["roster"]["people"] == []
    monkeypatch.setitem(roster._took, event.id, 0.0)
    assert only_change(phone)["name"] == "Tên Mới"


def test_numbers_grow_with_the_time() -> None:
    since = (datetime.now(UTC) - datetime(2024, 1, 1, tzinfo=UTC)).total_seconds()
    assert roster._next(0) == pytest.approx(since / 3, abs=2)
    assert roster._next(2**30) == 2**30 + 1


def test_after_a_restore_everything_is_loaded_anew(phone: Phone, people: list[Delegate]) -> None:
    phone.sync()
    before = phone.roster
    assert before is not None
    roster.start_anew()
    roster.compare(people[0].event_id)
    again = phone.sync()
    assert again["roster"]["whole"] and again["roster"]["number"] > before
    assert len(phone.people) == len(people)
