"""What a delegate's calendar holds: each day they come, and the class they chose."""

from datetime import datetime, time

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.calendar import Item, calendar
from eventapp.programme.models import Session, SessionKind
from eventapp.registration.models import Delegate

# For a day whose programme is not made yet.
_USUAL_HOURS = (time(8), time(17))


def calendar_file(delegate: Delegate) -> bytes:
    """The calendar of one delegate (RFC 5545), in the language of the page or letter.

    It names no secret and no code: calendars are shared with colleagues.
    """
    event = delegate.event
    return calendar(event.short_title, event.zone, _items(delegate), language=delegate.language)


def _items(delegate: Delegate) -> list[Item]:
    event = delegate.event
    hours = _hours(event)
    place = ", ".join(part for part in (event.venue, event.place) if part)
    items = [
        Item(
            # Stable for life, so that a later file replaces the entry.
            uid=f"day-{day.id}-of-{delegate.id}@{event.slug}.eventapp",
            sequence=delegate.revision,
            changed_at=delegate.updated_at,
            title=event.short_title,
            starts_at=starts_at,
            ends_at=ends_at,
            location=place,
            description=_("Please bring your pass: on paper or on your phone."),
        )
        for day in delegate.days
        for starts_at, ends_at in [hours[day.id]]
    ]
    items += [
        Item(
            uid=session.uid,  # as in the agenda's own calendar: the same entry, once
            sequence=session.revision,
            changed_at=session.updated_at,
            title=session.title_in(delegate.language),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            location=", ".join(p for p in (session.room and session.room.name, event.venue) if p),
        )
        for session in delegate.enrolments
    ]
    return items


def _hours(event: Event) -> dict[int, tuple[datetime, datetime]]:
    """From the first to the last session of each day."""
    rows = db.session.execute(
        select(Session.day_id, func.min(Session.starts_at), func.max(Session.ends_at))
        .where(Session.event_id == event.id, Session.kind != SessionKind.LOGISTICS)
        .group_by(Session.day_id)
    )
    planned = {day_id: (starts_at, ends_at) for day_id, starts_at, ends_at in rows}
    return {
        day.id: planned.get(day.id)
        or (
            datetime.combine(day.date, _USUAL_HOURS[0], event.zone),
            datetime.combine(day.date, _USUAL_HOURS[1], event.zone),
        )
        for day in event.days
    }
