"""Who attended which session, visit and day: what the scans add up to, and what was corrected.

Read for all people of an event, or some, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from eventapp.certificates.models import AttendanceCorrection
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme import published
from eventapp.programme.models import Session, SessionKind
from eventapp.visits.models import VisitGroup


class Source(StrEnum):
    """What the attendance at a session is taken from."""

    CHECKPOINT = "checkpoint"  # its own
    DOOR = "door"  # the main door on its day


@dataclass(frozen=True, slots=True)
class Venue:
    """What a checkpoint says of whoever is scanned there: at which session, on which day, with
    which visit group."""

    session_id: int | None
    day_id: int | None
    group_id: int | None = None


@dataclass(slots=True)
class Record:
    """What is known of some people; corrections come before scans."""

    sessions: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    days: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    visits: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def of(self, delegate_id: int) -> frozenset[int]:
        """The sessions that somebody attended."""
        return frozenset(self.sessions.get(delegate_id, ()))

    def days_of(self, delegate_id: int) -> frozenset[int]:
        """The days on which somebody was there."""
        return frozenset(self.days.get(delegate_id, ()))

    def visits_of(self, delegate_id: int) -> frozenset[int]:
        """The visit groups with which somebody went."""
        return frozenset(self.visits.get(delegate_id, ()))


def training_sessions(event_id: int) -> Sequence[Session]:
    """The event's training, in the order of time; once a programme is published, as far as it is.

    What organisers only plan must not count against those who attended everything there was.
    """
    query = select(Session).filter_by(event_id=event_id)
    public = published.latest(event_id)
    if public is None:
        query = query.filter_by(kind=SessionKind.TRAINING)
    else:
        training = [it.uid for it in public.records if it.kind == SessionKind.TRAINING]
        query = query.where(Session.uid.in_(training))
    return db.session.scalars(query.order_by(Session.starts_at, Session.ends_at, Session.id)).all()


def record(
    event: Event,
    sessions: Sequence[Session],
    *,
    door_counts: bool,
    ids: Collection[int] | None = None,
) -> Record:
    """Who of these people (None: of everybody) attended what.

    A session without a checkpoint of its own was attended by whoever was scanned at the door on its
    day, if ``door_counts``. A day was attended by whoever was scanned anywhere on it, or was at a
    session of it. With a visit group went whoever was scanned at its bus, at any stop.
    """
    venues = _venues(event)
    with_checkpoint = {it.session_id for it in venues.values()}
    by_day: dict[int, list[int]] = defaultdict(list)
    for it in sessions:
        if door_counts and it.id not in with_checkpoint:
            by_day[it.day_id].append(it.id)
    doors = _doors(event.id)
    found = Record()
    for checkpoint_id, delegate_id in _scanned(event.id, ids):
        venue = venues.get(checkpoint_id)
        if venue is None:
            continue
        if venue.session_id is not None:
            found.sessions[delegate_id].add(venue.session_id)
        if venue.group_id is not None:
            found.visits[delegate_id].add(venue.group_id)
        if venue.day_id is not None:
            found.days[delegate_id].add(venue.day_id)
            if checkpoint_id in doors:
                found.sessions[delegate_id].update(by_day[venue.day_id])
    _correct(found, event.id, {it.id: it.day_id for it in sessions}, ids)
    return found


def sources(
    event: Event, sessions: Sequence[Session], *, door_counts: bool
) -> dict[int, Source | None]:
    """By a session's id, what its attendance is taken from; None where only organisers say."""
    venues = _venues(event)
    own = {it.session_id for it in venues.values()}
    days = {venues[id_].day_id for id_ in _doors(event.id)}
    found: dict[int, Source | None] = {}
    for it in sessions:
        by_door = Source.DOOR if door_counts and it.day_id in days else None
        found[it.id] = Source.CHECKPOINT if it.id in own else by_door
    return found


def _venues(event: Event) -> dict[int, Venue]:
    """By a checkpoint's id. A bus counts for the day on which it leaves."""
    days = {it.date: it.id for it in event.days}
    rows = db.session.execute(
        select(
            Checkpoint.id,
            Checkpoint.session_id,
            Checkpoint.day_id,
            Checkpoint.group_id,
            Session.day_id.label("of_session"),
            VisitGroup.departs_at,
        )
        .outerjoin(Session, Session.id == Checkpoint.session_id)
        .outerjoin(VisitGroup, VisitGroup.id == Checkpoint.group_id)
        .where(Checkpoint.event_id == event.id)
    )
    found = {}
    for row in rows:
        day_id = row.day_id or row.of_session
        if day_id is None and row.departs_at is not None:
            day_id = days.get(row.departs_at.astimezone(event.zone).date())
        found[row.id] = Venue(row.session_id, day_id, row.group_id)
    return found


def _doors(event_id: int) -> frozenset[int]:
    return frozenset(
        db.session.scalars(
            select(Checkpoint.id).filter_by(event_id=event_id, kind=CheckpointKind.DOOR)
        )
    )


def _scanned(event_id: int, ids: Collection[int] | None) -> Any:
    query = select(Attendance.checkpoint_id, Attendance.delegate_id).where(
        Attendance.event_id == event_id
    )
    if ids is not None:
        query = query.where(Attendance.delegate_id.in_(ids))
    return db.session.execute(query)


def _correct(
    found: Record, event_id: int, days: Mapping[int, int], ids: Collection[int] | None
) -> None:
    """Days last: who was at a session was there on its day, unless that is corrected as well."""
    query = select(
        AttendanceCorrection.delegate_id,
        AttendanceCorrection.session_id,
        AttendanceCorrection.day_id,
        AttendanceCorrection.group_id,
        AttendanceCorrection.present,
    ).where(AttendanceCorrection.event_id == event_id)
    if ids is not None:
        query = query.where(AttendanceCorrection.delegate_id.in_(ids))
    rows = db.session.execute(query).all()
    for it in rows:
        if it.session_id is not None:
            _put(found.sessions[it.delegate_id], it.session_id, present=it.present)
            if it.present and it.session_id in days:
                found.days[it.delegate_id].add(days[it.session_id])
        if it.group_id is not None:
            _put(found.visits[it.delegate_id], it.group_id, present=it.present)
    for it in rows:
        if it.day_id is not None:
            _put(found.days[it.delegate_id], it.day_id, present=it.present)


def _put(into: set[int], what: int, *, present: bool) -> None:
    if present:
        into.add(what)
    else:
        into.discard(what)
