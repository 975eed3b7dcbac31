"""The programme with its clashes: rows of the database as the pure rules of `clashes` see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from eventapp.events.models import Event
from eventapp.programme import persons, service
from eventapp.programme.attendance import Attendance, attendance_of
from eventapp.programme.clashes import Clash, Item, by_session, find, overlapping
from eventapp.programme.models import Session, SessionKind

_ATTENDED = (SessionKind.PLENARY, SessionKind.TRAINING)


@dataclass(frozen=True, slots=True)
class Checked:
    """A programme and what is wrong with it."""

    sessions: Sequence[Session]
    clashes: Sequence[Clash]
    of_session: Mapping[int, Sequence[Clash]]
    attendance: Attendance
    people: Mapping[str, str]
    """How the people are spelled, by the key that clashes name them by."""

    by_id: Mapping[int, Session]


def check(event: Event) -> Checked:
    """The event's programme as it is now, with every clash; in a fixed number of queries."""
    sessions = service.sessions_of(event.id)
    known = attendance_of(event.id)
    spelled = {it.id: _people(it) for it in sessions}
    keys = persons.identities(name for names in spelled.values() for name in names)
    items = [
        _item(event, it, known, frozenset(keys[name] for name in spelled[it.id])) for it in sessions
    ]
    found = find(_with_those_for_all(items, sessions), known.departures)
    return Checked(
        sessions,
        found,
        by_session(found),
        known,
        {key: name for name, key in sorted(keys.items(), reverse=True)},
        {it.id: it for it in sessions},
    )


def _people(session: Session) -> list[str]:
    named = [persons.speaker(it.name) for it in session.speakers]
    return [*persons.named_in(session.chair), *filter(None, named)]


def _item(event: Event, session: Session, known: Attendance, people: frozenset[str]) -> Item:
    day, room = session.day, session.room

    def moment(clock: time | None) -> datetime | None:
        return None if clock is None else datetime.combine(day.date, clock, event.zone)

    return Item(
        id=session.id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        room=session.room_id,
        people=people,
        delegates=known.delegates.get(session.id, frozenset()),
        places=known.places.get(session.id),
        seats=room.capacity if room else None,
        opens_at=moment(day.opens_at),
        closes_at=moment(day.closes_at),
    )


def _with_those_for_all(items: Sequence[Item], sessions: Sequence[Session]) -> list[Item]:
    """Everybody attends what nobody signs up for, unless something else goes on beside it."""
    open_to_all = {it.id for it in sessions if it.kind in _ATTENDED and not it.takes_enrolment}
    attended = [it for it in items if it.id in open_to_all]
    beside = {it.id for pair in overlapping(attended) for it in pair}
    return [replace(it, is_for_all=it.id in open_to_all - beside) for it in items]
