"""The days of an event and the hours within which its sessions take place."""

from datetime import date, time

from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Day
from eventapp.programme.models import Session


class DayError(Exception):
    """A refusal that concerns a day."""


class DayNotFound(DayError):
    """The event has no such day."""


class DayTaken(DayError):
    """The event has that day already."""


class DayInUse(DayError):
    """Sessions take place on the day, or delegates come on it."""


class ClosesBeforeOpens(DayError):
    """A day closes after it opens."""


def add_day(
    event_id: int, on: date, opens_at: time | None = None, closes_at: time | None = None
) -> int:
    """Add a day and return its id. Raises DayTaken, ClosesBeforeOpens."""
    _check(opens_at, closes_at)
    with transaction():
        day = Day(event_id=event_id, date=on, opens_at=opens_at, closes_at=closes_at)
        db.session.add(day)
        changes = audit.changes_of(day)
        try:
            db.session.flush()
        except IntegrityError:
            raise DayTaken(on) from None
        audit.record("create", "day", day.id, event_id=event_id, changes=changes)
        return day.id


def set_hours(event_id: int, day_id: int, opens_at: time | None, closes_at: time | None) -> None:
    """Set from when to when sessions take place on a day; None is any time.

    Sessions outside stay: they show as clashes. Raises DayNotFound, ClosesBeforeOpens.
    """
    _check(opens_at, closes_at)
    with transaction():
        day = _day(event_id, day_id)
        day.opens_at, day.closes_at = opens_at, closes_at
        if changes := audit.changes_of(day):
            audit.record("change", "day", day_id, event_id=event_id, changes=changes)


def delete_day(event_id: int, day_id: int) -> None:
    """Remove a day on which nothing takes place and nobody comes. Raises DayNotFound, DayInUse."""
    with transaction():
        day = _day(event_id, day_id)
        # A table of registration, which builds on this feature and so cannot be imported.
        coming: Table = db.metadata.tables["delegate_day"]
        if db.session.scalar(select(func.count()).where(coming.c.day_id == day_id)):
            raise DayInUse(day_id)
        changes = {"date": [day.date, None]}
        audit.record("delete", "day", day_id, event_id=event_id, changes=changes)
        db.session.delete(day)
        try:
            db.session.flush()
        except IntegrityError:
            raise DayInUse(day_id) from None


def days_in_use(event_id: int) -> frozenset[int]:
    """The days on which some session takes place or somebody comes."""
    coming: Table = db.metadata.tables["delegate_day"]
    mine = select(Day.id).filter_by(event_id=event_id)
    planned = select(Session.day_id).filter_by(event_id=event_id)
    expected = select(coming.c.day_id).where(coming.c.day_id.in_(mine))
    return frozenset(db.session.scalars(planned.union(expected)))


def _check(opens_at: time | None, closes_at: time | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise ClosesBeforeOpens


def _day(event_id: int, day_id: int) -> Day:
    day = db.session.scalar(select(Day).filter_by(id=day_id, event_id=event_id))
    if day is None:
        raise DayNotFound(day_id)
    return day
