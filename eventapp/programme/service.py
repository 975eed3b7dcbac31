"""The programme: its sessions, their speakers, and the rooms."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Day, Event, Room
from eventapp.programme.models import Material, Session, SessionKind, Speaker

STEP_MINUTES = 5
"""Sessions begin and end at full steps of the hour."""


class ProgrammeError(Exception):
    """A refusal that concerns the programme."""


class SessionNotFound(ProgrammeError):
    """The event has no such session."""


class SessionChanged(ProgrammeError):
    """Somebody else has saved the session since it was read."""


class SessionInUse(ProgrammeError):
    """Delegates are enrolled in the session, or have been scanned at it."""


class OtherFiles(ProgrammeError):
    """The session has another number of files than somebody was told."""

    def __init__(self, files: int) -> None:
        """With how many it has."""
        super().__init__(files)
        self.files = files


class EndsBeforeStart(ProgrammeError):
    """A session ends after it starts."""


class OutsideDay(ProgrammeError):
    """The session does not lie within that day of the event."""


class NotAtStep(ProgrammeError):
    """A time is not at a full step of STEP_MINUTES."""


class UnknownRoom(ProgrammeError):
    """The room is not one of the event's."""


class RoomNotFound(ProgrammeError):
    """The event has no such room."""


class RoomNameTaken(ProgrammeError):
    """Another room of the event has the name."""


class RoomInUse(ProgrammeError):
    """Sessions take place in the room."""


@dataclass(frozen=True, slots=True)
class SpeakerData:
    """Who speaks, in the order of the rows."""

    name: str
    position: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """When and where a session takes place. Times are instants."""

    day_id: int
    room_id: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Places:
    """For how many people the sign-up of a session is open; None is no limit."""

    number: int | None


@dataclass(frozen=True, slots=True)
class SessionData:
    """What a session is made of. Times are instants; their day is the one in the event's zone."""

    day_id: int
    kind: SessionKind
    title: str
    starts_at: datetime
    ends_at: datetime
    room_id: int | None = None
    title_en: str = ""
    chair: str = ""
    takes_enrolment: bool = False
    speakers: tuple[SpeakerData, ...] = ()


# Called as (event id, session id, number of places) within the transaction that saves a session:
# places are counted by a feature above this one. Filled in eventapp.features.
on_setting_places: list[Callable[[int, int, int | None], object]] = []


def sessions_of(event_id: int) -> Sequence[Session]:
    """Every session in the order of the programme, with its day, room and speakers."""
    return db.session.scalars(
        select(Session)
        .filter_by(event_id=event_id)
        .outerjoin(Session.room)
        .options(joinedload(Session.day), joinedload(Session.room), selectinload(Session.speakers))
        .order_by(Session.starts_at, Room.position, Session.ends_at, Session.id)
    ).all()


def session_of(event_id: int, session_id: int) -> Session:
    """One session of the event. Raises SessionNotFound."""
    session = db.session.scalar(
        select(Session)
        .filter_by(id=session_id, event_id=event_id)
        .options(joinedload(Session.room), selectinload(Session.speakers))
    )
    if session is None:
        raise SessionNotFound(session_id)
    return session


def add_session(event_id: int, data: SessionData, places: Places | None = None) -> int:
    """Put a session into the programme, with places if they are given, and return its id.

    Raises EndsBeforeStart, OutsideDay, NotAtStep, UnknownRoom.
    """
    with transaction():
        _check(event_id, data)
        session = Session(event_id=event_id, uid=f"{secrets.token_hex(12)}@eventapp")
        _write(session, data)
        db.session.add(session)
        changes = audit.changes_of(session)
        changes["speakers"] = [None, _spoken(data.speakers)]
        db.session.flush()
        audit.record("create", "session", session.id, event_id=event_id, changes=changes)
        _set_places(event_id, session.id, data, places)
        return session.id


def change_session(
    event_id: int,
    session_id: int,
    revision: int,
    data: SessionData,
    places: Places | None = None,
) -> None:
    """Change a session that was read at that revision; its places too, if they are given.

    Raises SessionNotFound, SessionChanged, and what :func:`add_session` raises.
    """
    with transaction():
        session = _at_revision(event_id, session_id, revision)
        _check(event_id, data)
        # Before anything is written: places are locked first, everywhere.
        _set_places(event_id, session_id, data, places)
        before = _spoken(_speakers_of(session))
        _write(session, data)
        changes = audit.changes_of(session)
        if before != (after := _spoken(data.speakers)):
            changes["speakers"] = [before, after]
        if not changes:
            return
        # Speakers have rows of their own: without this they would leave the revision as it was.
        session.updated_at = now()
        audit.record("change", "session", session_id, event_id=event_id, changes=changes)
        _flush(session_id)


def move_session(event_id: int, session_id: int, revision: int, to: Placement) -> int:
    """Put a session that was read at that revision elsewhere; returns its revision now.

    Raises SessionNotFound, SessionChanged, EndsBeforeStart, OutsideDay, NotAtStep, UnknownRoom.
    """
    with transaction():
        session = _at_revision(event_id, session_id, revision)
        _check(event_id, to)
        _place(session, to)
        changes = audit.changes_of(session)
        if changes:
            audit.record("change", "session", session_id, event_id=event_id, changes=changes)
            _flush(session_id)
        return session.revision


def delete_session(event_id: int, session_id: int, revision: int, files: int = 0) -> None:
    """Take a session out of the programme, with that many files.

    Files do not come back with an earlier version, so they go only with somebody's knowledge.
    Raises SessionNotFound, SessionChanged, OtherFiles, SessionInUse.
    """
    with transaction():
        # Locked, so that whoever is being enrolled now is either seen below or refused.
        db.session.execute(select(Session.id).filter_by(id=session_id).with_for_update())
        session = _at_revision(event_id, session_id, revision)
        # A table of registration, which builds on this feature and so cannot be imported.
        enrolment: Table = db.metadata.tables["enrolment"]
        taken = select(func.count()).where(enrolment.c.session_id == session_id)
        if db.session.scalar(taken):
            raise SessionInUse(session_id)
        names = db.session.scalars(select(Material.name).filter_by(session_id=session_id)).all()
        if len(names) != files:
            raise OtherFiles(len(names))
        changes: dict[str, list[object]] = {"title": [session.title, None]}
        if names:
            changes["files"] = ["; ".join(sorted(names)), None]
        audit.record("delete", "session", session_id, event_id=event_id, changes=changes)
        db.session.delete(session)
        try:
            _flush(session_id)
        except IntegrityError:  # scans at its checkpoint are a log, and stay
            raise SessionInUse(session_id) from None


def add_room(event_id: int, name: str, capacity: int | None = None) -> int:
    """Add a room after the others and return its id. Raises RoomNameTaken."""
    with transaction():
        last = db.session.scalar(select(func.max(Room.position)).filter_by(event_id=event_id))
        room = Room(event_id=event_id, name=name, capacity=capacity, position=(last or 0) + 1)
        db.session.add(room)
        changes = audit.changes_of(room)
        _flush_room(name)
        audit.record("create", "room", room.id, event_id=event_id, changes=changes)
        return room.id


def change_room(event_id: int, room_id: int, name: str, capacity: int | None = None) -> None:
    """Rename a room or change how many it holds. Raises RoomNotFound, RoomNameTaken."""
    with transaction():
        room = _room(event_id, room_id)
        room.name, room.capacity = name, capacity
        changes = audit.changes_of(room)
        if changes:
            _flush_room(name)
            audit.record("change", "room", room_id, event_id=event_id, changes=changes)


def move_room(event_id: int, room_id: int, *, up: bool) -> None:
    """Change places with the room before, or after; the first and the last stay.

    Raises RoomNotFound.
    """
    with transaction():
        room = _room(event_id, room_id)
        rooms = list(
            db.session.scalars(
                select(Room)
                .filter_by(event_id=event_id)
                .order_by(Room.position, Room.id)
                .with_for_update()
            )
        )
        at = rooms.index(room)
        to = max(0, at - 1) if up else min(len(rooms) - 1, at + 1)
        rooms.insert(to, rooms.pop(at))
        for position, it in enumerate(rooms, start=1):
            it.position = position
        if to != at:
            changes = {"position": [at + 1, to + 1]}
            audit.record("change", "room", room_id, event_id=event_id, changes=changes)


def delete_room(event_id: int, room_id: int) -> None:
    """Remove a room in which nothing takes place. Raises RoomNotFound, RoomInUse."""
    with transaction():
        room = _room(event_id, room_id)
        changes = {"name": [room.name, None]}
        audit.record("delete", "room", room_id, event_id=event_id, changes=changes)
        db.session.delete(room)
        try:
            db.session.flush()
        except IntegrityError:
            raise RoomInUse(room_id) from None


def rooms_in_use(event_id: int) -> frozenset[int]:
    """The rooms in which some session takes place."""
    used = select(Session.room_id).filter_by(event_id=event_id).distinct()
    return frozenset(room for room in db.session.scalars(used) if room is not None)


def _at_revision(event_id: int, session_id: int, revision: int) -> Session:
    session = session_of(event_id, session_id)
    if session.revision != revision:
        raise SessionChanged(session_id)
    return session


def _check(event_id: int, data: SessionData | Placement) -> None:
    event = db.session.get_one(Event, event_id)
    day = db.session.scalar(select(Day).filter_by(id=data.day_id, event_id=event_id))
    if data.ends_at <= data.starts_at:
        raise EndsBeforeStart
    starts, ends = (t.astimezone(event.zone) for t in (data.starts_at, data.ends_at))
    if day is None or starts.date() != day.date or ends.date() != day.date:
        raise OutsideDay
    if any(t.minute % STEP_MINUTES or t.second or t.microsecond for t in (starts, ends)):
        raise NotAtStep
    if data.room_id is not None:
        known = select(Room.id).filter_by(id=data.room_id, event_id=event_id)
        if db.session.scalar(known) is None:
            raise UnknownRoom(data.room_id)


def _write(session: Session, data: SessionData) -> None:
    _place(session, data)
    session.kind, session.title, session.title_en = data.kind, data.title, data.title_en
    session.chair, session.takes_enrolment = data.chair, data.takes_enrolment
    if _speakers_of(session) != list(data.speakers):
        session.speakers = [
            Speaker(name=s.name, position=s.position, organisation=s.organisation, order=order)
            for order, s in enumerate(data.speakers, start=1)
        ]


def _place(session: Session, to: SessionData | Placement) -> None:
    session.day_id, session.room_id = to.day_id, to.room_id
    session.starts_at, session.ends_at = to.starts_at, to.ends_at


def _set_places(event_id: int, session_id: int, data: SessionData, places: Places | None) -> None:
    if places is None and data.takes_enrolment:
        return
    number = places.number if places is not None and data.takes_enrolment else None
    for set_places in on_setting_places:
        set_places(event_id, session_id, number)


def _speakers_of(session: Session) -> list[SpeakerData]:
    return [SpeakerData(s.name, s.position, s.organisation) for s in session.speakers]


def _spoken(speakers: Sequence[SpeakerData]) -> str:
    rows = ((s.name, s.position, s.organisation) for s in speakers)
    return "; ".join(", ".join(filter(None, row)) for row in rows)


def _flush(session_id: int) -> None:
    try:
        db.session.flush()
    except StaleDataError:
        raise SessionChanged(session_id) from None


def _room(event_id: int, room_id: int) -> Room:
    room = db.session.scalar(select(Room).filter_by(id=room_id, event_id=event_id))
    if room is None:
        raise RoomNotFound(room_id)
    return room


def _flush_room(name: str) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise RoomNameTaken(name) from None
