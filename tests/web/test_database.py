"""The write transaction and the types that both databases share."""

import fcntl
import multiprocessing
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from eventapp.database import FairLock, ProcessLock, transaction
from eventapp.events.models import Event
from eventapp.extensions import db

FORK = multiprocessing.get_context("fork")  # as the server makes its workers


def make(slug: str, **values: object) -> Event:
    return Event(slug=slug, title=slug, short_title=slug, **values)


def test_a_transaction_commits(app: Flask) -> None:
    with transaction():
        db.session.add(make("a"))
    db.session.rollback()
    assert db.session.scalar(select(Event.slug)) == "a"


def test_a_failed_transaction_leaves_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(make("a"))
        db.session.flush()
        raise ZeroDivisionError
    assert db.session.scalar(select(Event.slug)) is None


def test_changes_outside_a_transaction_are_refused(app: Flask) -> None:
    db.session.add(make("a"))
    with pytest.raises(RuntimeError, match="outside a transaction"), transaction():
        pass
    db.session.rollback()


def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    with transaction():
        db.session.add(make("a", place="1"))
    event = db.session.scalars(select(Event)).one()
    other = threading.Thread(target=_set_place, args=(app, "7"))
    other.start()
    other.join()
    with transaction():
        assert event.place == "7"


def _set_place(app: Flask, place: str) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(Event)).one().place = place


def test_writers_in_many_threads_lose_no_update(app: Flask) -> None:
    with transaction():
        db.session.add(make("a", place="0"))

    def raise_it() -> None:
        with app.app_context():
            for _ in range(5):
                with transaction():
                    row = db.session.scalars(select(Event).with_for_update()).one()
                    row.place = str(int(row.place) + 1)

    threads = [threading.Thread(target=raise_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(Event.place)) == "40"


def test_times_come_back_in_utc(app: Flask) -> None:
    local = datetime(2012, 11, 16, 7, 30, tzinfo=timezone(timedelta(hours=7)))
    with transaction():
        db.session.add(make("a", created_at=local))
    back = db.session.scalars(select(Event.created_at)).one()
    assert back == local
    assert back.tzinfo == UTC


def test_a_time_without_its_offset_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError), transaction():
        db.session.add(make("a", created_at=datetime(2012, 11, 16)))


def test_the_lock_serves_in_the_order_of_arrival() -> None:
    lock = FairLock()
    order: list[int] = []
    queued = [threading.Event() for _ in range(5)]

    def wait(number: int) -> None:
        with lock:
            order.append(number)

    with lock:
        threads = []
        for number, mark in enumerate(queued):
            before = len(lock._waiting)
            thread = threading.Thread(target=wait, args=(number,))
            thread.start()
            while len(lock._waiting) == before:  # the thread is in the queue, not merely started
                mark.wait(0.001)
            threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def run_forked(*works: Callable[[], object]) -> None:
    processes = [FORK.Process(target=work) for work in works]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(works)


def test_processes_take_turns(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    counted = tmp_path / "counted"
    counted.write_text("0")

    def count(number: int) -> None:
        lock = ProcessLock(path)
        for _ in range(number):
            with lock:
                counted.write_text(str(int(counted.read_text()) + 1))

    run_forked(*[lambda: count(500)] * 4)
    assert counted.read_text() == "2000"


def test_whoever_waits_is_not_passed_by_a_busy_process(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    has_it, turns, seen = FORK.Event(), FORK.Value("i", 0), FORK.Value("i", -1)

    def wait() -> None:
        has_it.wait()
        with ProcessLock(path):
            seen.value = turns.value

    def hurry() -> None:
        lock = ProcessLock(path)
        with lock:
            has_it.set()
            while not is_next_taken(lock):  # the other is in the queue, not merely started
                has_it.wait(0.001)
        for _ in range(1_000):
            with lock:
                turns.value += 1

    run_forked(wait, hurry)
    assert (seen.value, turns.value) == (0, 1_000)


def is_next_taken(lock: ProcessLock) -> bool:
    try:
        fcntl.lockf(lock._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, lock._NEXT)
    except BlockingIOError:
        return True
    fcntl.lockf(lock._file, fcntl.LOCK_UN, 1, lock._NEXT)
    return False


def test_a_process_that_is_killed_gives_its_turn_back(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    has_it = FORK.Event()

    def hold() -> None:
        with ProcessLock(path):
            has_it.set()
            signal.pause()

    holder = FORK.Process(target=hold)
    holder.start()
    has_it.wait()
    holder.kill()
    with ProcessLock(path):
        holder.join()
    assert holder.exitcode == -signal.SIGKILL
