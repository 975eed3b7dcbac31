"""Who sits in which bus of a group, changed by hand."""

from collections.abc import Iterable

from sqlalchemy import func, select

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.visits.boarding import places_of, write_seats
from eventapp.visits.models import Allocation
from eventapp.visits.sites import VisitError, group


class BusNotFound(VisitError):
    """The group has no such bus."""


class BusFull(VisitError):
    """The bus has fewer free seats than were asked for; nobody was moved."""

    def __init__(self, label: str, asked: int, left: int) -> None:
        super().__init__(label, asked, left)
        self.label = label
        self.asked = asked
        self.left = left


class NotInGroup(VisitError):
    """Somebody chosen is no longer in the group; nobody was moved."""


def move_to_bus(event_id: int, group_id: int, bus_id: int, ids: Iterable[int]) -> int:
    """Put members of a group into one of its buses: all of them or nobody; how many changed.

    Raises GroupNotFound, BusNotFound, NotInGroup, BusFull.
    """
    with transaction():
        target = group(event_id, group_id, locked=True)
        buses = {it.id: it for it in target.buses}
        if bus_id not in buses:
            raise BusNotFound(bus_id)
        before = dict(
            db.session.execute(
                select(Allocation.delegate_id, Allocation.bus_id).where(
                    Allocation.group_id == group_id
                )
            ).all()
        )
        chosen = sorted(set(ids))
        if not before.keys() >= set(chosen):
            raise NotInGroup
        coming = [person for person in chosen if before[person] != bus_id]
        left = places_of(buses[bus_id], target.capacity) - list(before.values()).count(bus_id)
        if len(coming) > left:
            raise BusFull(buses[bus_id].label, len(coming), max(0, left))
        write_seats((person, bus_id) for person in coming)
        for person in coming:
            known = buses.get(before[person])  # type: ignore[arg-type]
            pair = [known.label if known else None, buses[bus_id].label]
            audit.record("seat", "delegate", person, event_id=event_id, changes={"bus": pair})
        return len(coming)


def taken_in(group_id: int) -> dict[int | None, int]:
    """Bus → how many sit in it; None → how many of the group have none."""
    rows = db.session.execute(
        select(Allocation.bus_id, func.count())
        .where(Allocation.group_id == group_id)
        .group_by(Allocation.bus_id)
    )
    return {row[0]: row[1] for row in rows}
