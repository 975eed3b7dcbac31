"""Who has made which visit: whoever was on the bus at a roll call of its group.

Of a group of which nobody was ever scanned the roll was called on paper, or not at all: then
whoever has a seat in it has made the visit.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from eventapp.checkin.models import Attendance, Checkpoint
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.models import COMING, Delegate
from eventapp.visits.models import Allocation, VisitGroup


def on_board(event_id: int) -> Any:
    """(group, delegate, time) for each scan that first admitted somebody at a bus of a group."""
    return (
        select(
            Checkpoint.group_id.label("group_id"),
            Attendance.delegate_id.label("delegate_id"),
            Attendance.first_read_at.label("at"),
        )
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Attendance.event_id == event_id, Checkpoint.group_id.is_not(None))
    )


def is_back(group: VisitGroup, event: Event, at: datetime) -> bool:
    """Whether a group is back by its plan; without a return, once the day of departure is over."""
    if group.returns_at is not None:
        return at >= group.returns_at
    if group.departs_at is None:
        return False
    local = group.departs_at.astimezone(event.zone)
    return at >= local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def groups_of(event_id: int, ids: Collection[int] | None = None) -> Mapping[int, int]:
    """Delegate → the group with which they went last, of all who are coming or of these.

    Two queries.
    """
    scanned = on_board(event_id).order_by(Attendance.first_read_at)
    if ids is not None:
        scanned = scanned.where(Attendance.delegate_id.in_(ids))
    coming = select(Delegate.id).where(Delegate.event_id == event_id, Delegate.status.in_(COMING))
    if ids is not None:
        coming = coming.where(Delegate.id.in_(ids))
    seats = select(Allocation.delegate_id, Allocation.group_id).where(
        Allocation.delegate_id.in_(coming), Allocation.group_id.not_in(_called(event_id))
    )
    found = {it.delegate_id: it.group_id for it in db.session.execute(seats)}
    found.update((it.delegate_id, it.group_id) for it in db.session.execute(scanned))
    return found


def visit_of(delegate: Delegate) -> VisitGroup | None:
    """The group with which somebody went, with its site."""
    group_id = groups_of(delegate.event_id, (delegate.id,)).get(delegate.id)
    if group_id is None:
        return None
    return db.session.scalar(
        select(VisitGroup).filter_by(id=group_id).options(joinedload(VisitGroup.site))
    )


def _called(event_id: int) -> Select[Any]:
    """The groups of which somebody was scanned."""
    return select(on_board(event_id).subquery().c.group_id).distinct()
