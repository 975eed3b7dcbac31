"""Leaders who call the roll at once, while people cancel, are replaced and are moved."""

import multiprocessing
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from eventapp import create_app
from eventapp.accounts.models import AuditEntry
from eventapp.checkin import roll_calls, service
from eventapp.checkin.models import Attendance, Device, Discrepancy, Scan
from eventapp.checkin.roll_call_models import RollCall
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Status
from eventapp.registration.substitution import Substitute, substitute
from eventapp.visits import service as visits
from eventapp.visits import sites
from eventapp.visits.models import Allocation, Bus, VisitGroup
from tests.builders import build_delegate
from tests.checkin.entries import earlier, entry
from tests.checkin.groups import build_leader, build_way, seat
from tests.visits.groups import chosen, seats, taken

LEADERS = 4
PEOPLE = 12
SEATS = 3
_apps: dict[Config, Flask] = {}


@pytest.fixture(autouse=True)
def _this_app(app: Flask, settings: Config) -> None:
    """Threads share the tests' application; a process makes its own."""
    _apps[settings] = app


def _app(settings: Config) -> Flask:
    if settings not in _apps:
        _apps[settings] = create_app(settings)
    return _apps[settings]


def _executor(kind: str) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(8)
    return ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn"))


def _send(settings: Config, device_id: int, batch: list[dict[str, Any]]) -> list[str]:
    """What a leader's phone does: it sends again what was not answered."""
    with _app(settings).app_context():
        try:
            while True:
                try:
                    results = service.record(db.session.get_one(Device, device_id), batch)
                except OperationalError:
                    db.session.rollback()  # somebody held a row for too long
                    continue
                return [str(it.reason or it.verdict) for it in results]
        finally:
            db.session.remove()


def _close(settings: Config, device_id: int, checkpoint_id: int) -> str:
    with _app(settings).app_context():
        try:
            called = {
                **{"id": str(uuid.uuid4()), "checkpoint": checkpoint_id, "bus": None},
                **{"kind": "closed", "called_at": earlier(0).isoformat(), "present": 1},
                **{"missing": [], "guests": 0},
            }
            device = db.session.get_one(Device, device_id)
            return roll_calls.record(device, [called])[0].outcome
        finally:
            db.session.remove()


def _change(settings: Config, what: str, delegate_id: int, group_id: int) -> str:
    """Somebody cancels, is replaced, or is moved by organisers."""
    with _app(settings).app_context():
        event = events.find("hoi-nghi")
        try:
            if what == "cancel":
                registration.cancel(event, delegate_id)
            elif what == "substitute":
                substitute(event, delegate_id, Substitute(f"Người thay {delegate_id}"))
            else:
                visits.assign(event, group_id, chosen(delegate_id))
        except sites.VisitError as error:
            return type(error).__name__
        except registration.DelegateNotFound:
            return "gone"
        finally:
            db.session.remove()
    return what


def check_counts(event: Event) -> None:
    """Groups count whoever sits in them, and buses hold no more than they may."""
    db.session.rollback()
    sitting = Counter(seats().values())
    for group in db.session.scalars(select(VisitGroup).filter_by(event_id=event.id)):
        assert group.taken == sitting[group.id] <= group.capacity
        for bus in group.buses:
            inside = db.session.scalars(select(Allocation).filter_by(bus_id=bus.id)).all()
            assert {it.group_id for it in inside} <= {group.id}
            assert bus.seats is None or len(inside) <= bus.seats


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_guests_of_a_full_group(event: Event, settings: Config, kind: str) -> None:
    """Twelve guests on a bus with three seats, each seen by every leader."""
    way = build_way(event, "A", SEATS, [2, 1])
    group_id = way["departure"].group_id
    guests = [build_delegate(event) for _ in range(PEOPLE)]
    bus_ids = cycle(db.session.scalars(select(Bus.id).filter_by(group_id=group_id)).all())
    leaders = [build_leader(event, group_id, name=f"Trưởng nhóm {i}").id for i in range(LEADERS)]
    batches = [
        [
            entry(it, way["departure"], source="roll", guest=True, bus=next(bus_ids))
            for it in guests[turn:] + guests[:turn]
        ]
        for turn in range(LEADERS)
    ]
    db.session.rollback()
    with _executor(kind) as executor:
        calls = [
            executor.submit(_send, settings, leader, part)
            for leader, batch in zip(leaders, batches, strict=True)
            for part in (batch[:4], batch[4:], batch)  # and again, as after a lost answer
        ]
        said = Counter(it for call in calls for it in call.result(timeout=120))
    assert taken(group_id) == SEATS
    check_counts(event)
    count = select(func.count()).select_from
    assert db.session.scalar(count(Scan)) == PEOPLE * LEADERS  # no scan is lost
    assert db.session.scalar(count(Attendance)) == PEOPLE
    assert set(said) == {"admitted", "duplicate"}
    assert said["admitted"] == 2 * PEOPLE  # each once, and again as a replay
    without = db.session.scalar(count(Discrepancy).where(Discrepancy.kind == "guest"))
    assert without == PEOPLE - SEATS


def test_two_leaders_want_the_same_guest(event: Event, settings: Config) -> None:
    """Whoever is on two buses at once, by two phones, has one seat."""
    ways = [build_way(event, letter, PEOPLE) for letter in "ABC"]
    guests = [build_delegate(event) for _ in range(PEOPLE)]
    sent = [
        (
            build_leader(event, way["departure"].group_id, name=f"Trưởng nhóm {i}").id,
            [entry(it, way["departure"], source="roll", guest=True) for it in guests[::step]],
        )
        for i, (way, step) in enumerate(zip(ways, (1, -1, 1), strict=True))
    ]
    db.session.rollback()
    with _executor("threads") as executor:
        calls = [
            executor.submit(_send, settings, leader, batch[part::3])
            for leader, batch in sent
            for part in range(3)
        ]
        for call in calls:
            assert set(call.result(timeout=120)) == {"admitted"}
    assert len(seats()) == PEOPLE
    assert sum(taken(way["departure"].group_id) for way in ways) == PEOPLE
    check_counts(event)


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_cancellations_in_bursts_while_leaders_call_the_roll(
    event: Event, settings: Config, kind: str
) -> None:
    ways = [build_way(event, letter, 10, [6, 4]) for letter in "ABC"]
    groups = [way["departure"].group_id for way in ways]
    people = [build_delegate(event) for _ in range(24)]
    for i, group_id in enumerate(groups):
        seat(group_id, *people[8 * i : 8 * i + 8])
    leaders = [build_leader(event, it, name=f"Trưởng nhóm {it}").id for it in groups]
    sent = [
        (leader, _roll(people[8 * i :] + people[: 8 * i], way))
        for i, (leader, way) in enumerate(zip(leaders, ways, strict=True))
    ]
    whats: Iterator[str] = cycle(("cancel", "substitute", "move"))
    changes = [
        (what, it.id, groups[(i + 1) % 3])
        for i, (what, it) in enumerate(zip(whats, people[::2], strict=False))
    ]
    departures = [way["departure"].id for way in ways]
    db.session.rollback()
    done: list[Any] = []
    with _executor(kind) as executor:
        submit: Callable[..., Any] = executor.submit
        for number in range(4):
            for leader, batch in sent:
                done.append(submit(_send, settings, leader, batch[number * 6 : number * 6 + 6]))
            for what, person, group_id in changes[number::4]:
                done.append(submit(_change, settings, what, person, group_id))
            for leader, checkpoint in zip(leaders, departures, strict=True):
                done.append(submit(_close, settings, leader, checkpoint))
        answers = [it.result(timeout=180) for it in done]
    check_counts(event)
    # Everything that was sent is in the log, and every roll that was closed is kept.
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 3 * 24
    assert db.session.scalar(select(func.count()).select_from(RollCall)) == 4 * 3
    assert "kept" in answers
    gone = db.session.scalars(select(Delegate.id).filter_by(status=Status.CANCELLED)).all()
    assert len(gone) == 8  # four cancelled, four replaced
    assert not set(gone) & seats().keys()
    _check_the_change_log(event)


def _roll(people: list[Delegate], way: dict[str, Any]) -> list[dict[str, Any]]:
    """Eight of the group, and as guests whoever else comes by."""
    return [
        entry(it, way["departure"], source="roll", **({"guest": True} if i >= 8 else {}))
        for i, it in enumerate(people)
    ]


def _check_the_change_log(event: Event) -> None:
    """What it says of each seat, one after the other, ends where the seat is."""
    letters = dict(db.session.execute(select(VisitGroup.id, VisitGroup.letter)).all())
    at: dict[int, str | None] = {}
    for row in db.session.scalars(
        select(AuditEntry).filter_by(event_id=event.id, action="seat").order_by(AuditEntry.id)
    ):
        if pair := (row.changes or {}).get("visit_group"):
            assert at.get(int(row.subject_id)) == pair[0]
            at[int(row.subject_id)] = pair[1]
    assert {who: letter for who, letter in at.items() if letter} == {
        who: letters[group] for who, group in seats().items()
    }
