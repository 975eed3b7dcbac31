"""The sites that can be visited and the groups that go there: find, add, change, remove them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Site
from eventapp.registration.models import Preference
from eventapp.visits import plans
from eventapp.visits.boarding import seat_in_buses
from eventapp.visits.models import VisitGroup
from eventapp.visits.plans import BusData, StopData, write_plan

_PLAN = frozenset({"buses", "stops"})


class VisitError(Exception):
    """A refusal that concerns site visits."""


class SiteNotFound(VisitError):
    """The event has no such site."""


class SiteNameTaken(VisitError):
    """Another site of the event has the name."""


class SiteInUse(VisitError):
    """Groups go to the site, or delegates have wished for it."""


class GroupNotFound(VisitError):
    """The event has no such group."""


class LetterTaken(VisitError):
    """Another group of the event has the letter."""


class LabelTaken(VisitError):
    """Two buses of a group have the same label."""


class GroupInUse(VisitError):
    """The group has members, or a checkpoint with scans."""


class StopInUse(VisitError):
    """A stop that is to go has a checkpoint at which people were scanned. Names of those to go."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


class CapacityBelowTaken(VisitError):
    """The group has more members than that."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


@dataclass(frozen=True, slots=True)
class SiteData:
    """A place to visit."""

    name: str
    address: str = ""
    description: str = ""
    map_url: str = ""
    languages: str = ""
    safety: str = ""
    capacity: int | None = None
    is_step_free: bool = False


@dataclass(frozen=True, slots=True)
class GroupData:
    """One departure to one site. Phones are E.164; times are instants; a colour is ``#rrggbb``."""

    site_id: int
    letter: str
    capacity: int
    colour: str = ""
    leader_name: str = ""
    leader_phone: str = ""
    leader_user_id: int | None = None
    guide_name: str = ""
    guide_phone: str = ""
    reserved: int = 0
    minimum: int | None = None
    is_step_free: bool = False
    meeting_point: str = ""
    departs_at: datetime | None = None
    returns_at: datetime | None = None
    notes: str = ""
    buses: Sequence[BusData] = ()
    stops: Sequence[StopData] = ()


@dataclass(frozen=True, slots=True)
class SiteGroups:
    """A site with the groups that go there."""

    site: Site
    groups: list[VisitGroup]

    @property
    def capacity(self) -> int:
        """Seats of all its groups."""
        return sum(group.capacity for group in self.groups)

    @property
    def taken(self) -> int:
        """Seats taken in all its groups."""
        return sum(group.taken for group in self.groups)


def sites_with_groups(event_id: int) -> list[SiteGroups]:
    """Every site in order with its groups by letter."""
    sites = db.session.scalars(
        select(Site).filter_by(event_id=event_id).order_by(Site.position, Site.id)
    ).all()
    groups = groups_of(event_id)
    return [SiteGroups(site, [g for g in groups if g.site_id == site.id]) for site in sites]


def groups_of(event_id: int) -> Sequence[VisitGroup]:
    """Every group by letter, with its site, its buses and its stops."""
    return db.session.scalars(
        select(VisitGroup)
        .filter_by(event_id=event_id)
        .options(
            joinedload(VisitGroup.site),
            selectinload(VisitGroup.buses),
            selectinload(VisitGroup.stops),
        )
        .order_by(func.length(VisitGroup.letter), VisitGroup.letter)
    ).all()


def group(event_id: int, group_id: int, *, locked: bool = False) -> VisitGroup:
    """One group of the event, with its site. Raises GroupNotFound.

    ``locked``: nobody else changes its row until the end of the transaction.
    """
    query = select(VisitGroup).filter_by(id=group_id, event_id=event_id)
    query = query.with_for_update() if locked else query.options(joinedload(VisitGroup.site))
    found = db.session.scalar(query)
    if found is None:
        raise GroupNotFound(group_id)
    return found


def site(event_id: int, site_id: int) -> Site:
    """One site of the event. Raises SiteNotFound."""
    found = db.session.scalar(select(Site).filter_by(id=site_id, event_id=event_id))
    if found is None:
        raise SiteNotFound(site_id)
    return found


def add_site(event_id: int, data: SiteData) -> int:
    """Add a site after the others and return its id. Raises SiteNameTaken."""
    with transaction():
        last = db.session.scalar(select(func.max(Site.position)).filter_by(event_id=event_id))
        added = Site(event_id=event_id, position=(last or 0) + 1)
        _write_site(added, data)
        db.session.add(added)
        changes = audit.changes_of(added)
        _flush(SiteNameTaken(data.name))
        audit.record("create", "site", added.id, event_id=event_id, changes=changes)
        return added.id


def change_site(event_id: int, site_id: int, data: SiteData) -> None:
    """Change a site. Raises SiteNotFound, SiteNameTaken."""
    with transaction():
        found = site(event_id, site_id)
        _write_site(found, data)
        if changes := audit.changes_of(found):
            _flush(SiteNameTaken(data.name))
            audit.record("change", "site", site_id, event_id=event_id, changes=changes)


def delete_site(event_id: int, site_id: int) -> None:
    """Remove a site. Raises SiteNotFound, SiteInUse."""
    with transaction():
        found = site(event_id, site_id)
        if db.session.scalar(select(Preference.delegate_id).filter_by(site_id=site_id).limit(1)):
            raise SiteInUse(site_id)
        changes = {"name": [found.name, None]}
        audit.record("delete", "site", site_id, event_id=event_id, changes=changes)
        db.session.delete(found)
        _flush(SiteInUse(site_id))


def add_group(event_id: int, data: GroupData) -> int:
    """Add a group and return its id. Raises SiteNotFound, LetterTaken, LabelTaken."""
    with transaction():
        site(event_id, data.site_id)
        added = VisitGroup(event_id=event_id)
        _write_group(added, data)
        db.session.add(added)
        changes = audit.changes_of(added)
        _flush(LetterTaken(data.letter))
        changes |= _plan(added, data)
        audit.record("create", "visit_group", added.id, event_id=event_id, changes=changes)
        return added.id


def change_group(event_id: int, group_id: int, data: GroupData) -> None:
    """Change a group. Whoever sat in a bus that goes sits in another, if there is room.

    Raises GroupNotFound, SiteNotFound, LetterTaken, LabelTaken, StopInUse, CapacityBelowTaken.
    """
    with transaction():
        found = group(event_id, group_id, locked=True)
        site(event_id, data.site_id)
        if data.capacity < found.taken:
            raise CapacityBelowTaken(found.taken)
        _write_group(found, data)
        changes = audit.changes_of(found)
        _flush(LetterTaken(data.letter))
        if changes := changes | _plan(found, data):
            seat_in_buses(event_id, [group_id])
            audit.record("change", "visit_group", group_id, event_id=event_id, changes=changes)


def delete_group(event_id: int, group_id: int) -> None:
    """Remove a group that nobody is in. Raises GroupNotFound, GroupInUse."""
    with transaction():
        found = group(event_id, group_id, locked=True)
        if found.taken:
            raise GroupInUse(group_id)
        changes = {"letter": [found.letter, None]}
        audit.record("delete", "visit_group", group_id, event_id=event_id, changes=changes)
        db.session.delete(found)
        _flush(GroupInUse(group_id))


def _write_site(row: Site, data: SiteData) -> None:
    for one in fields(data):
        setattr(row, one.name, getattr(data, one.name))


def _write_group(row: VisitGroup, data: GroupData) -> None:
    for one in fields(data):
        if one.name not in _PLAN:
            setattr(row, one.name, getattr(data, one.name))


def _plan(row: VisitGroup, data: GroupData) -> dict[str, Any]:
    try:
        changes = write_plan(row, data.buses, data.stops)
        db.session.flush()
    except plans.StopInUse as error:
        raise StopInUse(error.names) from None
    except IntegrityError:
        raise LabelTaken from None
    return changes


def _flush(refusal: VisitError) -> None:
    """Write what is pending; the refusal when a rule of the tables is broken."""
    try:
        db.session.flush()
    except IntegrityError:
        raise refusal from None
