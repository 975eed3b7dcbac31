"""The draft as organisers change it, in one line."""

from typing import Any

from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme import service
from eventapp.programme.models import Session, SessionKind
from eventapp.programme.service import SessionData, SpeakerData
from tests.builders import at


def add(event: Event, title: str = "Khai mạc", hour: int = 8, **values: Any) -> int:
    """Put a session of half an hour into the draft: its id."""
    day = event.days[values.pop("on", 0)]
    data = SessionData(
        **{
            "day_id": day.id,
            "kind": SessionKind.PLENARY,
            "title": title,
            "starts_at": at(day.date, hour),
            "ends_at": at(day.date, hour, 30),
            "room_id": event.rooms[0].id,
            **values,
        }
    )
    return service.add_session(event.id, data)


def change(event: Event, session_id: int, **values: Any) -> None:
    """Change something of a session; ``hour`` moves it."""
    session = service.session_of(event.id, session_id)
    day = event.days[values.pop("on")] if "on" in values else session.day
    if "hour" in values:
        hour = values.pop("hour")
        values |= {"starts_at": at(day.date, hour), "ends_at": at(day.date, hour, 30)}
    data = SessionData(
        **{
            "day_id": day.id,
            "kind": session.kind,
            "title": session.title,
            "title_en": session.title_en,
            "chair": session.chair,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "room_id": session.room_id,
            "takes_enrolment": session.takes_enrolment,
            "speakers": tuple(SpeakerData(it.name, it.position) for it in session.speakers),
            **values,
        }
    )
    service.change_session(event.id, session_id, session.revision, data)


def delete(event: Event, session_id: int) -> None:
    """Take a session out of the draft."""
    session = service.session_of(event.id, session_id)
    service.delete_session(event.id, session_id, session.revision)


def uid_of(session_id: int) -> str:
    """The UID of a session."""
    return db.session.get_one(Session, session_id).uid
