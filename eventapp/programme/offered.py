"""Classes that people sign up for, as they are told of them: as published, not as in the draft."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, object_session

from eventapp.events.models import Event
from eventapp.programme import published
from eventapp.programme.models import Session
from eventapp.programme.records import Place, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingClass:
    """A class with the title, day, time and room that the public reads. Its id is its session's."""

    id: int
    day_id: int
    title: str
    title_en: str
    starts_at: datetime
    ends_at: datetime
    room: Place | None
    is_public: bool
    """Whether people may choose it themselves: it is in what is published."""
    takes_enrolment: bool = True
    """Whether anybody may still be signed up."""
    names: tuple[str, ...] = ()
    """Every title that it goes by, also those of the draft."""

    def title_in(self, language: str) -> str:
        """The title in ``vi`` or ``en``."""
        return self.title_en if language == "en" and self.title_en else self.title


def classes_of(event: Event, also: Collection[int] = ()) -> list[TrainingClass]:
    """The classes of an event, in the order of the programme; ``also`` these, though sign-up is
    closed: somebody is in them.

    Before the first publication they are those of the draft. Afterwards the public is offered what
    is published *and* takes sign-ups in the draft: so sign-up is closed at once, but opened only by
    publishing. A class that is not published yet is as in the draft, and not public.
    The rows are read in the event's own database session.
    """
    session = object_session(event)
    if session is None:
        raise RuntimeError("an event without a session offers nothing")
    rows = session.scalars(
        select(Session)
        .where(Session.event_id == event.id, or_(Session.takes_enrolment, Session.id.in_(also)))
        .options(joinedload(Session.room))
    ).all()
    return classes_from(event, rows)


def classes_from(event: Event, rows: Sequence[Session]) -> list[TrainingClass]:
    """The classes that these sessions of the event are, in the order of the programme."""
    last = published.latest(event.id, object_session(event)) if rows else None
    records = {it.uid: it for it in last.records} if last else None
    days = {it.date: it.id for it in event.days}
    found = [_class(it, records, days) for it in rows]
    return sorted(found, key=lambda it: (it.starts_at, it.title, it.id))


def _class(row: Session, records: dict[str, Record] | None, days: dict[date, int]) -> TrainingClass:
    record = records.get(row.uid) if records is not None else None
    day_id = days.get(record.day) if record else None
    shown: Session | Record = row
    if record is not None and day_id is not None:
        shown = record
    is_open = record is not None and record.takes_enrolment and day_id is not None
    return TrainingClass(
        id=row.id,
        day_id=day_id or row.day_id,
        title=shown.title,
        title_en=shown.title_en,
        starts_at=shown.starts_at,
        ends_at=shown.ends_at,
        room=Place(shown.room.id, shown.room.name) if shown.room else None,
        is_public=row.takes_enrolment and (records is None or is_open),
        takes_enrolment=row.takes_enrolment,
        names=tuple(filter(None, (row.title, row.title_en, shown.title, shown.title_en))),
    )
