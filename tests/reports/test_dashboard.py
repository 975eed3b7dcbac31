"""The figures of an event, counted by the database."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from eventapp.accounts import audit
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.database import transaction
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate, Organisation, Status
from eventapp.reports import dashboard
from tests.builders import at, build_delegate, build_event, organisation


@pytest.fixture
def door(event: Event) -> Checkpoint:
    return checkpoint(event, CheckpointKind.DOOR)


def checkpoint(event: Event, kind: CheckpointKind) -> Checkpoint:
    made = Checkpoint(event_id=event.id, kind=kind, name="Cửa chính", day_id=event.days[0].id)
    db.session.add(made)
    db.session.commit()
    return made


def arrive(delegate: Delegate, where: Checkpoint, when: datetime) -> None:
    db.session.add(
        Attendance(
            checkpoint_id=where.id,
            delegate_id=delegate.id,
            event_id=delegate.event_id,
            scan_id=str(uuid4()),
            first_read_at=when,
        )
    )
    db.session.commit()


def test_counts_people_by_everything(event: Event, door: Checkpoint) -> None:
    day = event.days[0].date
    an = build_delegate(event, "An")
    build_delegate(event, "Bình", status=Status.PENDING)
    chi = build_delegate(
        event,
        "Chi",
        organisation=organisation(event, "Bộ Tài chính"),
        category=event.categories[1],
    )
    build_delegate(event, "Dung", status=Status.CANCELLED)
    arrive(an, door, at(day, 7, 52))
    arrive(chi, door, at(day, 7, 53))
    arrive(an, checkpoint(event, CheckpointKind.DOOR), at(day, 9))  # twice there is once arrived
    shown = dashboard.figures(event)
    assert (shown.total.registered, shown.total.arrived) == (3, 2)
    assert (shown.pending, shown.cancelled) == (1, 1)
    assert [(it.name, it.count.registered, it.count.arrived) for it in shown.provinces] == [
        ("Bắc Ninh", 2, 1),
        ("Điện Biên", 0, 0),
    ]
    assert [(it.name, it.count.registered) for it in shown.ministries] == [
        ("Bộ Tài chính", 1),
        ("Khác", 0),
    ]
    offices = {it.name: (it.count.registered, it.count.arrived) for it in shown.offices}
    assert offices == {
        "Sở Nội vụ": (2, 1),
        "Văn phòng UBND": (0, 0),
        "Bộ Tài chính": (1, 1),
    }
    assert [(it.name, n.registered, n.arrived) for it, n in shown.categories] == [
        ("Đại biểu", 2, 1),
        ("Khách mời", 1, 1),
    ]


def test_who_was_scanned_in_class_only_has_not_arrived(event: Event) -> None:
    training = checkpoint(event, CheckpointKind.TRAINING)
    arrive(build_delegate(event), training, at(event.days[0].date, 13, 30))
    shown = dashboard.figures(event)
    assert shown.total.arrived == 0
    assert shown.arrivals == {}


def test_typed_offices_are_counted_together(event: Event) -> None:
    delegation = organisation(event).delegation
    for name in ("Hội Tin học", "Báo Bắc Ninh"):
        typed = Organisation(
            delegation_id=delegation.id,
            name=name,
            name_folded=name.lower(),
            sort_key=name,
            is_typed=True,
        )
        db.session.add(typed)
        db.session.commit()
        build_delegate(event, "An", organisation=typed)
    shown = dashboard.figures(event)
    assert shown.other_offices.registered == 2
    assert shown.provinces[0].count.registered == 2
    assert "Hội Tin học" not in {it.name for it in shown.offices}


def test_places_left(event: Event) -> None:
    assert dashboard.figures(event).places_left is None
    limited = build_event("co-han", places=3)
    assert dashboard.figures(limited).places_left == 3


def test_registrations_by_the_day_in_the_events_zone(event: Event) -> None:
    build_delegate(event, "An", created_at=at(date(2026, 11, 1), 0, 5))  # 31 October in UTC
    build_delegate(event, "Bình", created_at=at(date(2026, 11, 1), 23, 55))
    build_delegate(event, "Chi", created_at=at(date(2026, 11, 3), 12))
    assert dashboard.figures(event).registrations == {
        date(2026, 11, 1): 2,
        date(2026, 11, 3): 1,
    }


def test_arrivals_on_the_latest_day_by_five_minutes(event: Event, door: Checkpoint) -> None:
    first, second = (day.date for day in event.days)
    other_door = checkpoint(event, CheckpointKind.DOOR)
    people = [build_delegate(event, f"Người {i}") for i in range(3)]
    for person in people:
        arrive(person, door, at(first, 7, 40))
    arrive(people[0], other_door, at(second, 7, 51))
    arrive(people[1], other_door, at(second, 7, 54))
    arrive(people[2], other_door, at(second, 8, 0))
    assert dashboard.figures(event).arrivals == {
        at(second, 7, 50): 2,
        at(second, 8, 0): 1,
    }


def test_an_empty_event(event: Event) -> None:
    shown = dashboard.figures(event)
    assert shown.total.registered == 0
    assert shown.registrations == shown.arrivals == {}


def test_the_fingerprint_changes_with_changes_and_arrivals(event: Event, door: Checkpoint) -> None:
    delegate = build_delegate(event)
    before = dashboard.fingerprint(event)
    assert dashboard.fingerprint(event) == before
    arrive(delegate, door, at(event.days[0].date, 8))
    arrived = dashboard.fingerprint(event)
    assert arrived != before
    with transaction():
        audit.record("update", "delegate", delegate.id, event_id=event.id)
    assert dashboard.fingerprint(event) != arrived


def test_queries_do_not_grow_with_the_delegates(
    event: Event, door: Checkpoint, count_queries: Callable[[], Any]
) -> None:
    def queries() -> int:
        db.session.expire_all()
        assert event.zone
        with count_queries() as seen:
            dashboard.figures(event)
        return len([statement for statement in seen if not statement.startswith("BEGIN")])

    arrive(build_delegate(event), door, at(event.days[0].date, 8))
    few = queries()
    for number in range(40):
        arrive(
            build_delegate(event, f"Người {number}"),
            door,
            at(event.days[0].date, 8, number),
        )
    assert queries() == few <= 9
