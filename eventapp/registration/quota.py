"""The places of an event. They are only ever counted by guarded updates.

`take` and `release` belong inside the transaction of the row that they admit or let go: whoever
comes second waits for the row of the quota and then sees what the first one left.
"""

from sqlalchemy import select, update

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.registration.models import Quota


class QuotaFull(Exception):
    """The event has no free place."""


def take(event_id: int) -> None:
    """Take one place. Raises QuotaFull."""
    taken = db.session.execute(
        update(Quota)
        .where(
            Quota.event_id == event_id,
            Quota.places.is_(None) | (Quota.taken < Quota.places),
        )
        .values(taken=Quota.taken + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise QuotaFull


def release(event_id: int) -> None:
    """Give one place back."""
    db.session.execute(
        update(Quota)
        .where(Quota.event_id == event_id, Quota.taken > 0)
        .values(taken=Quota.taken - 1)
        .execution_options(synchronize_session=False)
    )


def places(event_id: int) -> int | None:
    """How many places there are; None is no limit."""
    return db.session.scalar(select(Quota.places).filter_by(event_id=event_id))


def taken(event_id: int) -> int:
    """How many places are taken."""
    return db.session.scalar(select(Quota.taken).filter_by(event_id=event_id)) or 0


def left(event_id: int) -> int | None:
    """How many places are free, for people to read; None is no limit."""
    row = db.session.execute(
        select(Quota.places, Quota.taken).filter_by(event_id=event_id)
    ).one_or_none()
    if row is None or row.places is None:
        return None
    return max(0, row.places - row.taken)


def set_places(event_id: int, number: int | None) -> None:
    """Set how many places there are. Fewer than are taken sends nobody away and admits nobody."""
    with transaction():
        quota = db.session.scalar(select(Quota).filter_by(event_id=event_id).with_for_update())
        before = quota.places if quota else None
        if quota is None:
            db.session.add(Quota(event_id=event_id, places=number))
        else:
            quota.places = number
        if before != number:
            audit.record(
                "update",
                "event",
                event_id,
                event_id=event_id,
                changes={"places": [before, number]},
            )
