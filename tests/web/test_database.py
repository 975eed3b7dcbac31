"""The write transaction and the types that both databases share."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from eventapp.database import transaction
from eventapp.events.models import Event
from eventapp.extensions import db


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
