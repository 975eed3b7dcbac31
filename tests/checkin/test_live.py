"""What screens are told: soon after it is so, and at a cost that does not grow with them."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import current_app
from sqlalchemy import event as listen
from sqlalchemy import update

from eventapp.accounts import audit
from eventapp.checkin import arrival_pages, arrivals, devices, live, service
from eventapp.checkin.live import View
from eventapp.checkin.models import Checkpoint, CheckpointKind, Passage, Rights, Scan
from eventapp.database import now, transaction
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate


@pytest.fixture(autouse=True)
def _ask_anew():
    live.forget()


@pytest.fixture
def clock(monkeypatch):
    """The time that goes by between two looks: ``clock.go(1)``."""

    class Clock:
        ahead = 0.0

        def go(self, seconds: float) -> None:
            self.ahead += seconds

    clock, real = Clock(), live.time.monotonic
    monkeypatch.setattr(live.time, "monotonic", lambda: real() + clock.ahead)
    return clock


@pytest.fixture
def door(event):
    door = Checkpoint(
        event_id=event.id, kind=CheckpointKind.DOOR, name="Cửa 1", day_id=event.days[0].id
    )
    db.session.add(door)
    db.session.commit()
    return door


@pytest.fixture
def device(event):
    return devices.create_device(event, "Bàn 1", rights=Rights.SUPERVISOR).device


def scan(device, door, delegate, **more):
    entry = {
        "id": str(uuid4()),
        "checkpoint": door.id,
        "code": delegate.code,
        "read_at": now().isoformat(),
        **more,
    }
    return service.record(device, [entry])[0]


def board(event, place="day"):
    facts = live.current(event.id, anew=False).facts
    found = live.current(event.id, anew=False)
    key = f"day-{event.days[0].id}" if place == "day" else place
    return arrivals.total(arrivals.tiles(facts, found.passed, facts.place(key)))


def test_an_arrival_is_seen_at_the_next_look(event, door, device, clock):
    somebody = build_delegate(event)
    assert board(event).arrived == 0
    scan(device, door, somebody)
    assert board(event).arrived == 0  # fresh enough
    clock.go(live.FRESH_FOR)
    assert board(event).arrived == 1


def test_what_is_taken_back_is_seen_too(event, door, device, clock):
    somebody = build_delegate(event)
    scan(device, door, somebody)
    assert board(event).arrived == 1
    assert scan(device, door, somebody, kind="undo").verdict == "admitted"
    clock.go(1)
    assert board(event).arrived == 0


def test_one_out_and_another_in_between_two_looks(event, door, device, clock):
    """The number of arrivals stays the same, and who has arrived does not."""
    first, second = build_delegate(event, "A"), build_delegate(event, "B")
    scan(device, door, first)
    assert board(event).arrived == 1
    scan(device, door, first, kind="undo")
    scan(device, door, second)
    clock.go(1)
    through = live.current(event.id, anew=False).passed
    assert set(through[door.id]) == {second.id}


def test_in_and_out(event, device, clock):
    gate = Checkpoint(
        event_id=event.id,
        kind=CheckpointKind.DOOR,
        name="Cửa",
        day_id=event.days[0].id,
        passage=Passage.IN_OUT,
    )
    db.session.add(gate)
    db.session.commit()
    somebody = build_delegate(event)
    scan(device, gate, somebody, direction="in")
    snapshot = live.current(event.id, anew=False)
    place = snapshot.facts.place(str(gate.id))
    assert arrivals.inside(snapshot.passed, place) == 1
    later = (now() + timedelta(seconds=1)).isoformat()
    scan(device, gate, somebody, direction="out", read_at=later)
    clock.go(1)
    snapshot = live.current(event.id, anew=False)
    assert arrivals.inside(snapshot.passed, place) == 0
    assert board(event).arrived == 1


def test_a_cancelled_registration_is_expected_no_more(event, door, clock):
    somebody = build_delegate(event)
    build_delegate(event, "B")
    assert board(event).expected == 2
    registration.cancel(event, somebody.id, reason="")
    clock.go(1)
    assert board(event).expected == 1


def receive(moment, *delegates):
    """Have the scans of these received at another time."""
    ids = [it.id for it in delegates]
    with transaction():
        db.session.execute(
            update(Scan).where(Scan.delegate_id.in_(ids)).values(received_at=moment),
            execution_options={"synchronize_session": False},
        )


def test_a_scan_that_was_committed_late_is_not_missed(event, door, device, clock):
    """It was received before one that is known already: its transaction had to wait."""
    first, late = build_delegate(event, "A"), build_delegate(event, "B")
    scan(device, door, first)
    assert board(event).arrived == 1
    scan(device, door, late)
    receive(now() - timedelta(seconds=5), late)
    clock.go(1)
    assert board(event).arrived == 2


def test_nothing_is_missed_whatever_the_marks_say(event, door, device, clock):
    somebody = build_delegate(event)
    assert board(event).arrived == 0
    scan(device, door, somebody)
    receive(now() - timedelta(days=1), somebody)  # before everything that is looked at
    clock.go(1)
    assert board(event).arrived == 0
    clock.go(61)
    assert board(event).arrived == 1


def test_another_event_of_the_same_number_is_another_event(event, door, device, clock):
    build_delegate(event)
    assert board(event).expected == 1
    with transaction():
        db.session.execute(update(Event).values(created_at=now()))
        db.session.execute(update(Delegate).values(status=Status.CANCELLED))
    clock.go(1)
    assert board(event).expected == 0


def test_fifty_screens_cost_what_one_costs(event, door, device, clock):
    """Through several changes: one look for each second, and one query for each change."""
    people = [build_delegate(event, f"Người {n}") for n in range(30)]
    views = [screen_view(event, n) for n in range(1, 51)]
    live.answer(views[0])
    seen: list[str] = []

    def note(conn, cursor, statement, *rest):
        seen.append(statement)

    for number, somebody in enumerate(people[:10], start=1):
        scan(device, door, somebody)
        clock.go(1)
        listen.listen(db.engine, "before_cursor_execute", note)
        try:
            told = [live.answer(it) for it in views for _ in range(2)]
        finally:
            listen.remove(db.engine, "before_cursor_execute", note)
        assert {it.tag for it in told} == {told[0].tag}
        assert f'"arrived":{number},' in told[0].body.decode()
    queries = [it for it in seen if not it.startswith("BEGIN")]
    assert len(queries) == 20  # for ten changes, told to fifty screens twice
    seen.clear()
    for _second in range(5):
        clock.go(1)
        listen.listen(db.engine, "before_cursor_execute", note)
        for it in views:
            live.answer(it)
        listen.remove(db.engine, "before_cursor_execute", note)
    assert len([it for it in seen if not it.startswith("BEGIN")]) == 5  # nothing has changed


def screen_view(event, screen=0):
    return View(event.id, event.slug, arrival_pages.SCREEN, "vi", (f"day-{event.days[0].id}",))


def test_screens_do_not_wait_for_one_who_looks(event, door, device, clock, monkeypatch):
    """While one thread reads, the others are told what was known before."""
    build_delegate(event)
    before = live.answer(screen_view(event))
    reading, go_on = threading.Event(), threading.Event()
    real = live.arrival_rows.marks

    def slowly(*given):
        reading.set()
        assert go_on.wait(10)
        return real(*given)

    monkeypatch.setattr(live.arrival_rows, "marks", slowly)
    clock.go(1)
    app = current_app._get_current_object()

    def look():
        with app.app_context():
            live.answer(screen_view(event))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        assert reading.wait(10)
        told = live.answer(screen_view(event))
        assert told.tag == before.tag
        assert told.age >= 1
    finally:
        go_on.set()
        thread.join(10)


def test_without_the_database_screens_are_told_what_was_so_and_how_old_it_is(
    event, door, clock, monkeypatch
):
    build_delegate(event)
    before = live.answer(screen_view(event))

    def broken(*given):
        raise OSError("gone")

    monkeypatch.setattr(live.arrival_rows, "marks", broken)
    clock.go(7)
    told = live.answer(screen_view(event))
    assert (told.tag, told.at) == (before.tag, before.at)
    assert told.age >= 7


def test_a_token_is_for_what_it_shows_alone(event, door):
    view = screen_view(event)
    token = live.token(view)
    assert live.view_of(token) == view
    for wrong in ("", "x", token[:-1], token + "A", token.replace(".", "", 1)):
        with pytest.raises(live.NoToken):
            live.view_of(wrong)


def test_a_token_ends(event, door, monkeypatch):
    token = live.token(screen_view(event))
    monkeypatch.setattr(live, "now", lambda: now() + timedelta(hours=12, minutes=1))
    with pytest.raises(live.NoToken):
        live.view_of(token)


def test_people_who_are_added_are_expected(event, door, clock):
    assert board(event).expected == 0
    build_delegate(event)
    with transaction():
        audit.record("create", "delegate", 1, event_id=event.id)
    clock.go(1)
    assert board(event).expected == 1


def test_reading_people_anew_takes_its_share_of_the_time_at_most(
    event, door, device, clock, monkeypatch
):
    """However often the change log grows; scans are seen all the same."""
    somebody = build_delegate(event)
    board(event)
    real = live.arrival_rows.facts
    read = []

    def slowly(*given):
        read.append(1)
        clock.go(0.5)
        return real(*given)

    monkeypatch.setattr(live.arrival_rows, "facts", slowly)
    for _ in range(12):
        with transaction():
            audit.record("change", "delegate", somebody.id, event_id=event.id)
        clock.go(1)
        board(event)
    assert 2 <= len(read) <= 4
    scan(device, door, somebody)
    clock.go(1)
    assert board(event).arrived == 1
