"""What a delegate's calendar holds: each day they come, and the class they chose, as published.

The entries are the delegate's own: their UID stays for life and their SEQUENCE grows with the
revision of the registration, so that a later file replaces, or cancels, what an earlier one has put
into a calendar (RFC 5546, 2.1.4 and 2.1.5).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Day, Event
from eventapp.programme import published
from eventapp.programme.calendar import Item, Method, Organizer, calendar
from eventapp.programme.models import Session, SessionKind
from eventapp.programme.records import Record
from eventapp.registration.models import Delegate

# For a day whose programme is not made yet.
_USUAL_HOURS = (time(8), time(17))


def calendar_file(delegate: Delegate, taken_away: Iterable[Item] = ()) -> bytes:
    """The calendar of one delegate (RFC 5545), in the language of the page or letter.

    What was ``taken_away`` is cancelled in it. It names no secret and no code: calendars are
    shared with colleagues.
    """
    items = [*_items(delegate, delegate.days, delegate.enrolments), *taken_away]
    return _file(delegate, items, Method.PUBLISH)


def cancellation_file(delegate: Delegate, taken_away: Iterable[Item] = ()) -> bytes:
    """What takes every entry of a delegate out of their calendar again."""
    mine = _items(delegate, delegate.days, delegate.enrolments, is_cancelled=True)
    return _file(delegate, [*mine, *taken_away], Method.CANCEL)


def taken_away(delegate: Delegate, changes: Sequence[Mapping[str, Any]]) -> list[Item]:
    """The entries that changes of a delegate (``days`` and ``training``: [before, after], ids)
    have taken away, as cancelled; those that have come back since are not among them."""
    days = _lost(changes, "days", {day.id for day in delegate.days})
    classes = _lost(changes, "training", {it.id for it in delegate.enrolments})
    return _items(
        delegate,
        [day for day in delegate.event.days if day.id in days] if days else [],
        _sessions(delegate.event, classes),
        is_cancelled=True,
    )


def classes_of(delegate: Delegate) -> list[Record]:
    """The classes that a delegate has chosen, when and where they are as published."""
    if not delegate.enrolments:
        return []
    return published.as_public(delegate.enrolments, published.public_records(delegate.event_id))


def where(event: Event) -> str:
    """The venue and the place, unless the one names the other already."""
    if event.place in event.venue:
        return event.venue
    return ", ".join(part for part in (event.venue, event.place) if part)


def _lost(changes: Sequence[Mapping[str, Any]], field: str, present: Collection[int]) -> set[int]:
    before = {id_ for change in changes for id_ in (change.get(field) or ([],))[0] or ()}
    return before - set(present)


def _sessions(event: Event, ids: Collection[int]) -> Sequence[Session]:
    if not ids:
        return ()
    query = select(Session).where(Session.event_id == event.id, Session.id.in_(ids))
    return db.session.scalars(query.order_by(Session.starts_at, Session.id)).all()


def _file(delegate: Delegate, items: Iterable[Item], method: Method) -> bytes:
    event = delegate.event
    organizer = None
    if event.contact_email:
        organizer = Organizer(event.contact_name or event.organiser, event.contact_email)
    return calendar(
        event.short_title,
        event.zone,
        items,
        language=delegate.language,
        method=method,
        organizer=organizer,
    )


def entry_uid(record: Record, delegate: Delegate) -> str:
    """The UID of a session in the calendar of one delegate.

    Not the session's own: cancelling it must not take it out of a calendar that follows the
    programme.
    """
    return f"{record.uid.partition('@')[0]}-of-{delegate.id}@{delegate.event.slug}.eventapp"


def _items(
    delegate: Delegate,
    days: Sequence[Day],
    classes: Sequence[Session],
    *,
    is_cancelled: bool = False,
) -> list[Item]:
    event = delegate.event
    records = published.public_records(event.id) if days or classes else ()
    hours = _hours(event, records)
    place = where(event)
    # The hours of a day change with each version of the programme.
    version = published.number_of_latest(event.id) or 0 if days else 0
    items = [
        Item(
            uid=f"day-{day.id}-of-{delegate.id}@{event.slug}.eventapp",
            sequence=delegate.revision + version,
            changed_at=delegate.updated_at,
            title=event.short_title,
            starts_at=starts_at,
            ends_at=ends_at,
            location=place,
            description=_("Please bring your pass: on paper or on your phone."),
            is_cancelled=is_cancelled,
        )
        for day in days
        for starts_at, ends_at in [hours[day.date]]
    ]
    items += [
        Item(
            uid=entry_uid(it, delegate),
            sequence=delegate.revision + it.revision,
            changed_at=max(delegate.updated_at, it.changed_at),
            title=it.title_in(delegate.language),
            starts_at=it.starts_at,
            ends_at=it.ends_at,
            location=", ".join(filter(None, (it.room_name, event.venue))),
            is_cancelled=is_cancelled,
        )
        for it in published.as_public(classes, records)
    ]
    return items


def _hours(event: Event, records: Sequence[Record]) -> dict[date, tuple[datetime, datetime]]:
    """From the first to the last session of each day."""
    hours = {}
    for day in event.days:
        planned = [it for it in records if it.day == day.date and it.kind != SessionKind.LOGISTICS]
        opens, closes = (datetime.combine(day.date, it, event.zone) for it in _USUAL_HOURS)
        hours[day.date] = (
            min((it.starts_at for it in planned), default=opens),
            max((it.ends_at for it in planned), default=closes),
        )
    return hours
