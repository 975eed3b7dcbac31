"""Events: find them, change their settings."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.accounts.models import Membership
from eventapp.database import db, transaction
from eventapp.events.models import Event


class EventNotFound(Exception):
    """No event has that name."""


def find(slug: str) -> Event:
    """The event of that name. Raises EventNotFound."""
    event = db.session.scalar(select(Event).filter_by(slug=slug))
    if event is None:
        raise EventNotFound(slug)
    return event


def all_events() -> Sequence[Event]:
    """Every event, the newest first."""
    return db.session.scalars(select(Event).order_by(Event.id.desc())).all()


def events_of(user_id: int) -> Sequence[Event]:
    """The events at which the user has a role, the newest first."""
    mine = select(Membership.event_id).filter_by(user_id=user_id)
    return db.session.scalars(
        select(Event).where(Event.id.in_(mine)).order_by(Event.id.desc())
    ).all()


def change_settings(event_id: int, values: Mapping[str, object]) -> None:
    """Change columns of an event and record what they were."""
    with transaction():
        event = db.session.get_one(Event, event_id)
        for name, value in values.items():
            setattr(event, name, value)
        changes = audit.changes_of(event)
        if changes:
            audit.record("update", "event", event_id, event_id=event_id, changes=changes)
