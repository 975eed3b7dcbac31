"""Site visits as far as certificates ask: when groups go, whose seats are where, and the sites."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from eventapp.certificates.rule import Training
from eventapp.database import db
from eventapp.events.models import Site
from eventapp.visits.models import Allocation, VisitGroup


def departures(event_id: int) -> Sequence[Training]:
    """The groups of an event whose departure is known, in the order of time.

    Of a group whose return is not known the visit takes no time.
    """
    rows = db.session.execute(
        select(VisitGroup.id, VisitGroup.departs_at, VisitGroup.returns_at)
        .where(VisitGroup.event_id == event_id, VisitGroup.departs_at.is_not(None))
        .order_by(VisitGroup.departs_at, VisitGroup.id)
    )
    return [
        Training(it.id, it.departs_at, max(it.departs_at, it.returns_at or it.departs_at))
        for it in rows
    ]


def seats(event_id: int, ids: Collection[int] | None = None) -> Mapping[int, tuple[int]]:
    """By a delegate's id, the group in which their seat is."""
    query = (
        select(Allocation.delegate_id, Allocation.group_id)
        .join(VisitGroup, VisitGroup.id == Allocation.group_id)
        .where(VisitGroup.event_id == event_id)
    )
    if ids is not None:
        query = query.where(Allocation.delegate_id.in_(ids))
    return {it.delegate_id: (it.group_id,) for it in db.session.execute(query)}


def sites(event_id: int) -> Mapping[int, str]:
    """By a group's id, what its site is called; in the order of departure."""
    rows = db.session.execute(
        select(VisitGroup.id, Site.name)
        .join(Site, Site.id == VisitGroup.site_id)
        .where(VisitGroup.event_id == event_id)
        .order_by(VisitGroup.departs_at, VisitGroup.id)
    )
    return {it.id: it.name for it in rows}


def named(of: Mapping[int, str], visited: Collection[int]) -> str:
    """The sites of these groups as a certificate names them, each once."""
    return "; ".join(dict.fromkeys(name for id_, name in of.items() if id_ in visited))
