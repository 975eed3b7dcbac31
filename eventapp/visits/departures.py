"""What the programme asks of site visits: which groups are away, when, and who with them."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.attendance import Attendance
from eventapp.programme.clashes import Departure
from eventapp.registration.models import HOLDING, Delegate
from eventapp.visits.models import Allocation, VisitGroup


def add_departures(event_id: int, known: Attendance) -> None:
    """Add each group whose departure is set; without a return it is away until the day ends."""
    groups = db.session.scalars(
        select(VisitGroup).where(
            VisitGroup.event_id == event_id, VisitGroup.departs_at.is_not(None)
        )
    ).all()
    if not groups:
        return
    zone = db.session.get_one(Event, event_id).zone
    members: defaultdict[int, set[int]] = defaultdict(set)
    for group_id, delegate_id in db.session.execute(
        select(Allocation.group_id, Allocation.delegate_id)
        .join(Delegate, Delegate.id == Allocation.delegate_id)
        .where(Delegate.event_id == event_id, Delegate.status.in_(HOLDING))
    ):
        members[group_id].add(delegate_id)
    for group in groups:
        if group.departs_at is None:
            continue
        day = group.departs_at.astimezone(zone).date()
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        returns = group.returns_at or end
        known.departures.append(
            Departure(group.id, group.departs_at, returns, frozenset(members[group.id]))
        )
        known.groups[group.id] = group.letter
