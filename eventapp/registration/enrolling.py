"""What the programme asks of registrations: who signed up for which class, and for how many."""

from collections import defaultdict

from sqlalchemy import select

from eventapp.database import db
from eventapp.programme.attendance import Attendance
from eventapp.registration import quota, waitlist
from eventapp.registration.models import HOLDING, Delegate, Quota, enrolment


def add_enrolments(event_id: int, known: Attendance) -> None:
    """Add who has a place in which session, and how many places each has."""
    rows = db.session.execute(
        select(enrolment.c.session_id, enrolment.c.delegate_id)
        .join(Delegate, Delegate.id == enrolment.c.delegate_id)
        .where(Delegate.event_id == event_id, Delegate.status.in_(HOLDING))
    )
    gathered: defaultdict[int, list[int]] = defaultdict(list)
    for session_id, delegate_id in rows:
        gathered[session_id].append(delegate_id)
    known.delegates.update((it, frozenset(who)) for it, who in gathered.items())
    limits = db.session.execute(
        select(Quota.session_id, Quota.places).where(
            Quota.event_id == event_id,
            Quota.session_id.is_not(None),
            # Those that count everybody in the class, not one delegation's share of it.
            Quota.scope.not_like("%/%"),
            Quota.places.is_not(None),
        )
    )
    for session_id, places in limits:
        if session_id is not None and places is not None:
            known.places[session_id] = places


def set_places(event_id: int, session_id: int, number: int | None) -> None:
    """Set for how many a class is open, within the transaction in progress; who waits for it is
    offered what is free now."""
    if quota.set_in_transaction(event_id, number, session_id=session_id):
        db.session.flush()
        waitlist.advance(event_id, quota.Ledger(event_id))
