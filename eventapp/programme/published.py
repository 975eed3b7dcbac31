"""Versions of the programme: what the public sees is the last that was published, never the draft.

The draft are the sessions that organisers edit. Publishing copies them as they are into a version,
which has a number from 1 and never changes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, func, orm, select
from sqlalchemy.orm import undefer

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.programme import service
from eventapp.programme.differences import Difference, differences
from eventapp.programme.models import ProgrammeVersion, Session
from eventapp.programme.records import Person, Place, Record, as_json, from_json
from eventapp.programme.service import ProgrammeError
from eventapp.programme.timetable import DayPlan, by_day


class VersionNotFound(ProgrammeError):
    """The event has no version of that number."""


class NothingToPublish(ProgrammeError):
    """The draft is what the public sees already, or there is no session yet."""


class DraftChanged(ProgrammeError):
    """Draft or versions are no longer those that somebody has looked at."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version with its sessions, in the order of the programme."""

    event_id: int
    number: int
    published_at: datetime
    published_by: str
    note: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Publication:
    """A version that is being published, for those who tell people of it."""

    event_id: int
    number: int
    before: Published | None
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Draft:
    """The sessions as organisers have them now, beside what the public sees."""

    records: tuple[Record, ...]
    last: Published | None
    differences: Sequence[Difference]

    @property
    def can_be_published(self) -> bool:
        """Whether the public would see anything new."""
        return bool(self.differences)

    @property
    def state(self) -> str:
        """A mark that is another as soon as the draft, or the last version, is."""
        content = [self.last.number if self.last else 0, *map(as_json, self.records)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


_MOST = 2**31 - 1  # what the database's column holds; more may stand in an address

on_publishing: list[Callable[[Publication], int]] = []
"""Called within the transaction that publishes, where people are to be told; each says how many
letters it has put into the outbox. Filled in eventapp.features."""


def latest(event_id: int, session: orm.Session | None = None) -> Published | None:
    """What the public sees; None before the first publication. It is read in that session."""
    row = (session or db.session).scalar(
        _with_content(event_id).order_by(ProgrammeVersion.number.desc()).limit(1)
    )
    return _published(row) if row else None


def number_of_latest(event_id: int) -> int | None:
    """The number of the version that the public sees."""
    return db.session.scalar(
        select(func.max(ProgrammeVersion.number)).where(ProgrammeVersion.event_id == event_id)
    )


def version(event_id: int, number: int) -> Published:
    """The version of that number. Raises VersionNotFound."""
    if number > _MOST:
        raise VersionNotFound(number)
    row = db.session.scalar(_with_content(event_id).where(ProgrammeVersion.number == number))
    if row is None:
        raise VersionNotFound(number)
    return _published(row)


def versions_of(event_id: int) -> Sequence[ProgrammeVersion]:
    """Every version, the newest first; without their sessions."""
    return db.session.scalars(
        select(ProgrammeVersion)
        .filter_by(event_id=event_id)
        .order_by(ProgrammeVersion.number.desc())
    ).all()


def draft_of(event_id: int) -> Draft:
    """The draft, and what publishing it would change."""
    records = tuple(_record(it) for it in service.sessions_of(event_id))
    last = latest(event_id)
    return Draft(records, last, differences(last.records if last else (), records))


def public_records(event_id: int) -> tuple[Record, ...]:
    """The sessions that delegates go by: the last version, before the first one the draft."""
    last = latest(event_id)
    return last.records if last else tuple(_record(it) for it in service.sessions_of(event_id))


def as_public(sessions: Sequence[Session], records: Sequence[Record]) -> list[Record]:
    """Sessions as they stand in these records; one that is not there, as it is in the draft."""
    known = {it.uid: it for it in records}
    found = [known.get(it.uid) or _record(it) for it in sessions]
    return sorted(found, key=lambda it: (it.starts_at, it.uid))


def as_read(session: Session) -> Record:
    """One session as delegates read of it: as published, or else as it is in the draft."""
    [record] = as_public([session], public_records(session.event_id))
    return record


def cancelled_in(published: Published) -> list[Record]:
    """The sessions that this version has taken out, as calendars are to be told of them."""
    if published.number == 1:
        return []
    before = version(published.event_id, published.number - 1).records
    present = {it.uid for it in published.records}
    return [
        replace(it, revision=it.revision + 1, changed_at=published.published_at)
        for it in before
        if it.uid not in present
    ]


def plans(event: Event, records: Sequence[Record]) -> list[DayPlan[Record]]:
    """The days of the event, and of the records, with what takes place on them."""
    days = {day.date for day in event.days} | {it.day for it in records}
    return by_day([_Day(it, it) for it in sorted(days)], records)


def publish(
    event: Event, note: str = "", *, tell: bool = True, seen: str | None = None
) -> tuple[int, int]:
    """Make the draft what the public sees: the number of the version, and how many are written to.

    With ``tell``, each delegate whom a difference concerns gets one letter; a first version tells
    nobody. ``seen`` is the state of the draft that somebody has looked at, if that matters.
    Raises NothingToPublish, DraftChanged.
    """
    event_id = event.id
    with transaction():
        return publish_within(event_id, note, tell=tell, seen=seen)


def publish_within(
    event_id: int, note: str = "", *, tell: bool = True, seen: str | None = None
) -> tuple[int, int]:
    """As `publish`, joining the transaction in progress."""
    _lock(event_id)
    draft = draft_of(event_id)
    if seen is not None and draft.state != seen:
        raise DraftChanged
    if not draft.can_be_published:
        raise NothingToPublish
    number = draft.last.number + 1 if draft.last else 1
    at = now()
    db.session.add(
        ProgrammeVersion(
            event_id=event_id,
            number=number,
            published_at=at,
            published_by=audit.actor.get().removeprefix("user:"),
            note=note,
            content=[as_json(it) for it in _revised(event_id, draft, at)],
        )
    )
    db.session.flush()
    letters = 0
    if tell and draft.last is not None:
        publication = Publication(event_id, number, draft.last, draft.differences)
        letters = sum(hook(publication) for hook in on_publishing)
    audit.record(
        "publish",
        "programme",
        number,
        event_id=event_id,
        changes={"version": [number - 1 or None, number], "letters": [None, letters]},
        note=note or None,
    )
    return number, letters


@dataclass(frozen=True, slots=True)
class _Day:
    id: date
    date: date


def _lock(event_id: int) -> None:
    """Nobody else publishes, and no session is changed, until the transaction ends.

    Rows that refer to the event or to a session can be written meanwhile: people register. The
    sessions first, as whoever changes one has it: their offer's version is the event's, and comes
    after (eventapp.registration.offer).
    """
    db.session.scalars(
        select(Session.id)
        .where(Session.event_id == event_id)
        .order_by(Session.id)
        .with_for_update(key_share=True)
    ).all()
    db.session.scalars(
        select(Event.id).where(Event.id == event_id).with_for_update(key_share=True)
    ).one()


def _revised(event_id: int, draft: Draft, at: datetime) -> Iterable[Record]:
    """The draft's records, each with a revision above every one that calendars have seen of it."""
    last = {it.uid: it for it in draft.last.records} if draft.last else {}
    ever = _highest_revisions(event_id) if draft.last else {}
    for record in draft.records:
        before = last.get(record.uid)
        if before is not None and before.shown == record.shown:
            yield replace(record, revision=before.revision, changed_at=before.changed_at)
        else:
            # One more for the cancellation that stood between (`cancelled_in`).
            least = ever[record.uid] + (1 if before else 2) if record.uid in ever else 0
            yield replace(record, revision=max(record.revision, least), changed_at=at)


def _highest_revisions(event_id: int) -> dict[str, int]:
    highest: dict[str, int] = {}
    contents = select(ProgrammeVersion.content).where(ProgrammeVersion.event_id == event_id)
    for content in db.session.scalars(contents):
        for stored in content:
            uid = stored["uid"]
            highest[uid] = max(highest.get(uid, 0), stored["revision"])
    return highest


def _with_content(event_id: int) -> Select[ProgrammeVersion]:
    return (
        select(ProgrammeVersion)
        .filter_by(event_id=event_id)
        .options(undefer(ProgrammeVersion.content))
    )


def _published(row: ProgrammeVersion) -> Published:
    return Published(
        event_id=row.event_id,
        number=row.number,
        published_at=row.published_at,
        published_by=row.published_by,
        note=row.note,
        records=tuple(map(from_json, row.content)),
    )


def _record(session: Session) -> Record:
    """A session of the draft as a record."""
    room = session.room
    return Record(
        uid=session.uid,
        day=session.day.date,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        kind=str(session.kind),
        title=session.title,
        title_en=session.title_en,
        chair=session.chair,
        room=Place(room.id, room.name) if room else None,
        speakers=tuple(Person(it.name, it.position, it.organisation) for it in session.speakers),
        takes_enrolment=session.takes_enrolment,
        revision=session.revision,
        changed_at=session.updated_at,
    )
