"""Offers from the waitlist that nobody accepted in time."""

from sqlalchemy import select

from eventapp.database import db, now
from eventapp.events.models import Event
from eventapp.registration import waitlist
from eventapp.registration.models import Delegate, Status


def expire_offers() -> int:
    """End the offers of all events whose time is over, each event by itself; how many ended.

    Safe in any number of processes at once.
    """
    over = select(Delegate.event_id).where(
        Delegate.status == Status.OFFERED, Delegate.offer_expires_at < now()
    )
    events = db.session.scalars(select(Event).where(Event.id.in_(over)).order_by(Event.id)).all()
    return sum(waitlist.expire(event) for event in events)
