"""Groups and wishes that tests of site visits start from. Each function commits."""

from typing import Any

from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate, Preference
from eventapp.registration.search import Filters, Selection
from eventapp.visits.models import Allocation, Bus, VisitGroup


def build_group(event: Event, letter: str = "A", capacity: int = 2, **values: Any) -> VisitGroup:
    """An empty group to the event's first site; ``bus`` is what its only bus is called."""
    if label := values.pop("bus", ""):
        values["buses"] = [Bus(label=label)]
    group = VisitGroup(
        event_id=event.id,
        letter=letter,
        capacity=capacity,
        **{"site_id": event.sites[0].id, **values},
    )
    db.session.add(group)
    db.session.commit()
    return group


def wish(delegate: Delegate, *site_ids: int) -> None:
    """Give a delegate wishes, the first first."""
    delegate.preferences = [
        Preference(site_id=site_id, rank=rank) for rank, site_id in enumerate(site_ids, start=1)
    ]
    db.session.commit()


def chosen(*ids: int) -> Selection:
    """A selection of ticked people."""
    return Selection(tuple(ids), Filters())


def seats() -> dict[int, int]:
    """Delegate → group, as the table has it."""
    db.session.rollback()
    return dict(db.session.query(Allocation.delegate_id, Allocation.group_id).all())


def taken(group_id: int) -> int:
    """How many seats the group counts as taken."""
    db.session.rollback()
    return db.session.get_one(VisitGroup, group_id).taken
