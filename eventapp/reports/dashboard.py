"""The figures of an event: who registered, who arrived, where from, and when.

Aggregated by the database; the number of queries and of rows read does not grow with the number
of delegates.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute

from eventapp.accounts.models import AuditEntry
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.database import db
from eventapp.events.models import Category, Event
from eventapp.registration.models import (
    COMING,
    Delegate,
    Delegation,
    Organisation,
    Quota,
    Status,
)
from eventapp.reports.figures import ARRIVAL_STEP

_DAY = timedelta(days=1)


@dataclass(slots=True)
class Count:
    """How many of some group registered and did not cancel, and how many of them arrived."""

    registered: int = 0
    arrived: int = 0

    def add(self, registered: int, arrived: int) -> None:
        """Count some more."""
        self.registered += registered
        self.arrived += arrived


@dataclass(frozen=True, slots=True)
class Group:
    """A delegation, an office or a category, with its count."""

    name: str
    count: Count
    id: int | None = None
    key: str = ""
    """An office's folded name: the value of `Filters.office`."""


@dataclass(slots=True)
class Figures:
    """What the dashboard shows."""

    total: Count = field(default_factory=Count)
    pending: int = 0
    cancelled: int = 0
    waiting: int = 0
    """On the waitlist, or offered a place."""
    places: int | None = None
    """None where the event has no limit."""
    places_left: int | None = None
    provinces: list[Group] = field(default_factory=list)
    ministries: list[Group] = field(default_factory=list)
    """And the delegation of people from elsewhere, last."""
    offices: list[Group] = field(default_factory=list)
    """Offices of the same name counted together, in customary order."""
    other_offices: Count = field(default_factory=Count)
    """Offices that people typed."""
    categories: list[tuple[Category, Count]] = field(default_factory=list)
    registrations: dict[date, int] = field(default_factory=dict)
    """By day in the event's zone, those since cancelled too."""
    arrivals: dict[datetime, int] = field(default_factory=dict)
    """At the doors on the latest day with any, by the start of each five minutes, UTC."""


def fingerprint(event: Event) -> str:
    """Changes whenever `figures` would: every change of a delegate is in the audit log.

    Three look-ups in indexes, so that asking often costs little.
    """
    changes = select(func.max(AuditEntry.id)).where(AuditEntry.event_id == event.id)
    arrivals = select(func.count()).where(Attendance.event_id == event.id)
    taken = select(Quota.taken).where(Quota.event_id == event.id, Quota.scope == "")
    row = db.session.execute(
        select(
            changes.scalar_subquery(),
            arrivals.scalar_subquery(),
            taken.scalar_subquery(),
        )
    ).one()
    return "-".join(str(value or 0) for value in row)


def figures(event: Event) -> Figures:
    """All figures of the event, as of now."""
    result = Figures()
    quota = db.session.scalar(select(Quota).filter_by(event_id=event.id, scope=""))
    if quota is not None and quota.places is not None:
        result.places = quota.places
        result.places_left = max(0, quota.places - quota.taken)
    _count_people(event, result)
    result.registrations = _registrations(event)
    result.arrivals = _arrivals(event)
    return result


def _count_people(event: Event, result: Figures) -> None:
    by_office: dict[int, Count] = {}
    by_category: dict[int, Count] = {}
    for office, category, status, registered, arrived in _counted(event):
        if status not in COMING:
            result.cancelled += registered if status == Status.CANCELLED else 0
            result.waiting += registered if status in (Status.WAITLISTED, Status.OFFERED) else 0
            continue
        if status == Status.PENDING:
            result.pending += registered
        result.total.add(registered, arrived)
        by_office.setdefault(office, Count()).add(registered, arrived)
        by_category.setdefault(category, Count()).add(registered, arrived)
    result.categories = [(it, by_category.get(it.id, Count())) for it in event.categories]
    _sort_offices(event, by_office, result)


def _counted(event: Event) -> Iterable[Any]:
    """(organisation, category, status, people, arrived), one row for each that occurs."""
    at_doors = (
        select(Attendance.delegate_id)
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Attendance.event_id == event.id, Checkpoint.kind == CheckpointKind.DOOR)
        .distinct()
        .subquery()
    )
    return db.session.execute(
        select(
            Delegate.organisation_id,
            Delegate.category_id,
            Delegate.status,
            func.count(Delegate.id),
            func.count(at_doors.c.delegate_id),
        )
        .outerjoin(at_doors, at_doors.c.delegate_id == Delegate.id)
        .where(Delegate.event_id == event.id)
        .group_by(Delegate.organisation_id, Delegate.category_id, Delegate.status)
    ).all()


def _sort_offices(event: Event, counts: dict[int, Count], result: Figures) -> None:
    """Add up by delegation and by office name, all in customary order."""
    delegations: dict[int, Group] = {}
    offices: dict[str, Group] = {}
    rows = db.session.execute(
        select(
            Delegation.id,
            Delegation.name,
            Delegation.province_code,
            Organisation.id,
            Organisation.name,
            Organisation.name_folded,
            Organisation.is_typed,
        )
        .outerjoin(Organisation, Organisation.delegation_id == Delegation.id)
        .where(Delegation.event_id == event.id)
        .order_by(
            Delegation.is_other,
            case((Delegation.province_code.is_(None), 1), else_=0),
            Delegation.position,
            Delegation.name,
            Organisation.position,
            Organisation.sort_key,
        )
    )
    for delegation_id, name, province, office_id, office, folded, is_typed in rows:
        if delegation_id not in delegations:
            group = Group(name, Count(), id=delegation_id)
            delegations[delegation_id] = group
            (result.provinces if province else result.ministries).append(group)
        count = counts.get(office_id)
        if office_id is None or (is_typed and count is None):
            continue
        registered, arrived = (count.registered, count.arrived) if count else (0, 0)
        delegations[delegation_id].count.add(registered, arrived)
        if is_typed:
            result.other_offices.add(registered, arrived)
        else:
            group = offices.setdefault(folded, Group(office, Count(), key=folded))
            group.count.add(registered, arrived)
    result.offices = list(offices.values())


def _registrations(event: Event) -> dict[date, int]:
    # The zone's offset at the event serves for every day: Vietnam keeps no summer time, and
    # elsewhere an hour around midnight moves to the day beside it.
    offset = _offset(event)
    number = _steps_since_1970(Delegate.created_at, _DAY, offset)
    rows = db.session.execute(
        select(number, func.count()).where(Delegate.event_id == event.id).group_by(number)
    )
    return {date(1970, 1, 1) + int(days) * _DAY: count for days, count in rows}


def _arrivals(event: Event) -> dict[datetime, int]:
    at_doors = (
        Attendance.event_id == event.id,
        Checkpoint.id == Attendance.checkpoint_id,
        Checkpoint.kind == CheckpointKind.DOOR,
    )
    latest = db.session.scalar(select(func.max(Attendance.first_read_at)).where(*at_doors))
    if latest is None:
        return {}
    midnight = latest.astimezone(event.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    number = _steps_since_1970(Attendance.first_read_at, ARRIVAL_STEP, timedelta())
    rows = db.session.execute(
        select(number, func.count())
        .where(*at_doors, Attendance.first_read_at >= midnight)
        .group_by(number)
    )
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    counts = Counter({epoch + int(steps) * ARRIVAL_STEP: count for steps, count in rows})
    return dict(sorted(counts.items()))


def _offset(event: Event) -> timedelta:
    day = event.days[0].date if event.days else datetime.now(UTC).date()
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=event.zone)
    return noon.utcoffset() or timedelta()


def _steps_since_1970(
    instant: InstrumentedAttribute[datetime], step: timedelta, offset: timedelta
) -> ColumnElement[int]:
    """The number of whole steps from 1970-01-01 00:00, shifted by a zone's offset."""
    if db.engine.dialect.name == "sqlite":
        seconds: ColumnElement[Any] = cast(func.strftime("%s", instant), Integer)
    else:
        seconds = cast(func.floor(func.extract("epoch", instant)), Integer)
    # Written out and not as parameters: PostgreSQL must see the same text in GROUP BY.
    shift, length = int(offset.total_seconds()), int(step.total_seconds())
    return (seconds + literal_column(str(shift), Integer)) // literal_column(str(length), Integer)
