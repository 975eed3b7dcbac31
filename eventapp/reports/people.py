"""What visits and check-in know of delegates, for lists of them: group and arrival."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind, Scan
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate
from eventapp.visits.models import Allocation, VisitGroup


@dataclass(frozen=True, slots=True)
class About:
    """By delegate id; who is not in a dictionary has none."""

    letters: dict[int, str]
    """The letter of the visit group."""
    arrivals: dict[int, datetime]
    """When they first came through a door, on whatever day."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first time somebody was admitted at a checkpoint."""

    checkpoint: Checkpoint
    at: datetime


def about(delegates: Sequence[Delegate]) -> About:
    """Group and arrival of these delegates, in two queries."""
    ids = [delegate.id for delegate in delegates]
    return About(group_letters(ids), first_arrivals(ids))


def group_letters(ids: Sequence[int]) -> dict[int, str]:
    """The letter of each delegate's visit group, of those who have one."""
    rows = db.session.execute(
        select(Allocation.delegate_id, VisitGroup.letter)
        .join(VisitGroup, VisitGroup.id == Allocation.group_id)
        .where(Allocation.delegate_id.in_(ids))
    )
    return {row[0]: row[1] for row in rows}


def first_arrivals(ids: Sequence[int]) -> dict[int, datetime]:
    """When each delegate first came through a door, of those who have."""
    rows = db.session.execute(
        select(Attendance.delegate_id, func.min(Attendance.first_read_at))
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Attendance.delegate_id.in_(ids), Checkpoint.kind == CheckpointKind.DOOR)
        .group_by(Attendance.delegate_id)
    )
    return {row[0]: row[1] for row in rows}


def groups(event: Event) -> Sequence[VisitGroup]:
    """The visit groups of the event with their sites, by letter."""
    return db.session.scalars(
        select(VisitGroup)
        .where(VisitGroup.event_id == event.id)
        .options(joinedload(VisitGroup.site))
        .order_by(VisitGroup.letter)
    ).all()


def trainings(event: Event) -> Sequence[Session]:
    """The sessions that take enrolment, in the order of the programme."""
    return db.session.scalars(
        select(Session)
        .where(Session.event_id == event.id, Session.takes_enrolment)
        .order_by(Session.starts_at, Session.id)
    ).all()


def arrivals_of(delegate: Delegate) -> list[Arrival]:
    """Where and when a delegate was first admitted, the earliest first."""
    rows = db.session.execute(
        select(Checkpoint, Attendance.first_read_at)
        .join(Attendance, Attendance.checkpoint_id == Checkpoint.id)
        .where(Attendance.delegate_id == delegate.id)
        .order_by(Attendance.first_read_at)
    )
    return [Arrival(checkpoint, at) for checkpoint, at in rows]


def scans_of(delegate: Delegate) -> int:
    """How often a delegate's code was read, whatever came of it."""
    return (
        db.session.scalar(select(func.count(Scan.id)).where(Scan.delegate_id == delegate.id)) or 0
    )
