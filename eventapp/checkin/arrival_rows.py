"""What the arrivals of an event are made of, read from the database; see eventapp.checkin.live.

By a connection of its own, so that what is read is what is there now and not what the request
before saw.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, bindparam, func, select
from sqlalchemy.sql import Select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin import way_rows
from eventapp.checkin.arrivals import Body, Facts, Guest, Point
from eventapp.checkin.flow import DeviceRow, Served
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    CheckpointKind,
    Device,
    EntryKind,
    Passage,
    Scan,
    Screen,
    checkpoint_category,
)
from eventapp.checkin.roll_call_models import RollCall
from eventapp.checkin.verdicts import Gate, Passed, Person
from eventapp.events.models import Day, Event
from eventapp.registration import ranks
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Province,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.visits.models import Allocation, SeatSource

LATE = timedelta(seconds=10)
"""So long after the time that it was given a scan may become visible: its transaction was waiting,
or another host's clock is behind."""
LATE_ENTRIES = 500
"""So many numbers may be given to the change log before one of them becomes visible."""
REMEMBERED = timedelta(minutes=60)
"""Scans that are kept one by one, for how fast a desk is."""

_EVENT: Any = bindparam("event")


@dataclass(frozen=True, slots=True)
class Marks:
    """By what it is seen that something has changed. Both logs only ever grow."""

    scanned: int
    """Scans that were received since the first bound."""
    changed: int
    """Entries of the change log above the second bound."""
    reported: datetime | None
    """When a device last said something of itself that was new."""
    created_at: datetime | None
    """When the event was made; None where there is none of the number."""
    rolled: int
    """Rolls that leaders have closed or opened again."""


# One statement, and each of its parts a look into an index.
_MARKS = select(
    select(func.count())
    .where(Scan.event_id == _EVENT, Scan.received_at >= bindparam("scans_from"))
    .scalar_subquery()
    .label("scanned"),
    select(func.count())
    .where(AuditEntry.event_id == _EVENT, AuditEntry.id > bindparam("changes_from"))
    .scalar_subquery()
    .label("changed"),
    select(func.max(Device.reported_at))
    .where(Device.event_id == _EVENT)
    .scalar_subquery()
    .label("reported"),
    select(Event.created_at).where(Event.id == _EVENT).scalar_subquery().label("created_at"),
    select(func.count()).where(RollCall.event_id == _EVENT).scalar_subquery().label("rolled"),
)


def marks(connection: Connection, event_id: int, scans_from: datetime, changes_from: int) -> Marks:
    """The marks as they are now, counted from these bounds. One query."""
    given = {"event": event_id, "scans_from": scans_from, "changes_from": changes_from}
    row = connection.execute(_MARKS, given).one()
    return Marks(row.scanned, row.changed, row.reported, row.created_at, row.rolled)


def changes(connection: Connection, event_id: int) -> tuple[int, int]:
    """From which entry of the change log on there may be unknown ones, and how many are known."""
    row = connection.execute(_CHANGES, {"event": event_id}).one()
    return (row.newest or 0) - LATE_ENTRIES, row.known


_NEWEST = select(func.max(AuditEntry.id)).where(AuditEntry.event_id == _EVENT).scalar_subquery()
_CHANGES = select(
    _NEWEST.label("newest"),
    select(func.count())
    .where(AuditEntry.event_id == _EVENT, AuditEntry.id > _NEWEST - LATE_ENTRIES)
    .scalar_subquery()
    .label("known"),
)


def facts(connection: Connection, event_id: int) -> Facts | None:
    """Everything but who has passed where; None where there is no such event."""
    given = {"event": event_id}
    event = connection.execute(_OF_EVENT, given).one_or_none()
    if event is None:
        return None
    return Facts(
        event_id=event_id,
        slug=event.slug,
        created_at=event.created_at,
        zone=ZoneInfo(event.timezone),
        days={row.id: row.date for row in connection.execute(_DAYS, given)},
        points=_points(connection, event_id),
        bodies=tuple(
            Body(row.id, row.name, row.lead_name, row.lead_phone, row.kind or "", row.is_other)
            for row in connection.execute(_BODIES, given)
        ),
        guests=_guests(connection, event_id),
        screens=frozenset(connection.scalars(_SCREENS, given)),
        ways=way_rows.ways(connection, event_id),
    )


_OF_EVENT = select(Event.slug, Event.created_at, Event.timezone).where(Event.id == _EVENT)
_DAYS = select(Day.id, Day.date).where(Day.event_id == _EVENT).order_by(Day.date)
_BODY: tuple[Any, ...] = (
    Delegation.id,
    Delegation.name,
    Delegation.lead_name,
    Delegation.lead_phone,
    Delegation.is_other,
    Province.kind,
)
_BODIES = (
    select(*_BODY)
    .outerjoin(Province, Province.code == Delegation.province_code)
    .where(Delegation.event_id == _EVENT)
    .order_by(Delegation.position, Delegation.name)
)
_SCREENS = select(Screen.id).where(Screen.event_id == _EVENT, Screen.revoked_at.is_(None))
_POINT: tuple[Any, ...] = (
    Checkpoint.id,
    Checkpoint.name,
    Checkpoint.name_en,
    Checkpoint.kind,
    Checkpoint.day_id,
    Checkpoint.session_id,
    Checkpoint.group_id,
    Checkpoint.opens_at,
    Checkpoint.closes_at,
    Checkpoint.passage,
    Checkpoint.leg,
    Checkpoint.stop_id,
)
_POINTS = (
    select(*_POINT)
    .where(Checkpoint.event_id == _EVENT)
    .order_by(Checkpoint.position, Checkpoint.id)
)
_CATEGORIES = (
    select(checkpoint_category.c.checkpoint_id, checkpoint_category.c.category_id)
    .join(Checkpoint, Checkpoint.id == checkpoint_category.c.checkpoint_id)
    .where(Checkpoint.event_id == _EVENT)
)


def _points(connection: Connection, event_id: int) -> tuple[Point, ...]:
    given = {"event": event_id}
    only = _links(connection, _CATEGORIES, event_id)
    return tuple(
        Point(
            row.id,
            row.name,
            row.name_en,
            Gate(
                kind=CheckpointKind(row.kind),
                day_id=row.day_id,
                session_id=row.session_id,
                group_id=row.group_id,
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                passage=Passage(row.passage),
                category_ids=only.get(row.id, frozenset()),
            ),
            row.leg,
            row.stop_id,
        )
        for row in connection.execute(_POINTS, given)
    )


_GUEST: tuple[Any, ...] = (
    Delegate.id,
    Delegate.name,
    Delegate.position,
    Delegate.phone,
    Delegate.status,
    Delegate.category_id,
    Delegate.protocol_rank,
    Delegate.anonymised_at,
    Organisation.delegation_id,
    Organisation.name.label("office"),
    Allocation.group_id,
    Allocation.bus_id,
    Allocation.source,
)
_GUESTS = (
    select(*_GUEST)
    .join(Organisation, Organisation.id == Delegate.organisation_id)
    .join(Delegation, Delegation.id == Organisation.delegation_id)
    .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
    .where(Delegate.event_id == _EVENT, Delegate.merged_into_id.is_(None))
    .order_by(*ranks.BY_DELEGATION)
)
_THEIR_DAYS = (
    select(delegate_day.c.delegate_id, delegate_day.c.day_id)
    .join(Day, Day.id == delegate_day.c.day_id)
    .where(Day.event_id == _EVENT)
)
_THEIR_CLASSES = (
    select(enrolment.c.delegate_id, enrolment.c.session_id)
    .join(Checkpoint, Checkpoint.session_id == enrolment.c.session_id)
    .where(Checkpoint.event_id == _EVENT)
)


def _guests(connection: Connection, event_id: int) -> tuple[Guest, ...]:
    days = _links(connection, _THEIR_DAYS, event_id)
    classes = _links(connection, _THEIR_CLASSES, event_id)
    none: frozenset[int] = frozenset()
    return tuple(
        Guest(
            row.id,
            row.delegation_id,
            row.name,
            row.position,
            row.office,
            row.phone,
            Person(
                Status(row.status),
                row.group_id,
                days.get(row.id, none),
                classes.get(row.id, none),
                row.category_id,
            ),
            row.protocol_rank,
            row.anonymised_at is not None,
            row.bus_id,
            row.source == SeatSource.GUEST,
        )
        for row in connection.execute(_GUESTS, {"event": event_id})
    )


def _links(
    connection: Connection, statement: Select[Any], event_id: int
) -> Mapping[int, frozenset[int]]:
    links: defaultdict[int, set[int]] = defaultdict(set)
    for id_, value in connection.execute(statement, {"event": event_id}):
        links[id_].add(value)
    shared: dict[frozenset[int], frozenset[int]] = {}  # most people come on the same days
    return {
        id_: shared.setdefault(found, found)
        for id_, found in ((key, frozenset(values)) for key, values in links.items())
    }


_PASSED: tuple[Any, ...] = (
    Attendance.checkpoint_id,
    Attendance.delegate_id,
    Attendance.first_read_at,
    Attendance.left_at,
    Attendance.moved_at,
)
_ALL_PASSED = select(*_PASSED).where(Attendance.event_id == _EVENT)


def passed(connection: Connection, event_id: int) -> dict[int, dict[int, Passed]]:
    """Everybody who has passed a checkpoint of the event."""
    found: dict[int, dict[int, Passed]] = {}
    for checkpoint, delegate, first, left, moved in connection.execute(
        _ALL_PASSED, {"event": event_id}
    ):
        found.setdefault(checkpoint, {})[delegate] = Passed(first, left, moved)
    return found


_SERVED: tuple[Any, ...] = (
    Scan.id,
    Scan.device_id,
    Scan.checkpoint_id,
    Scan.delegate_id,
    Scan.happened_at,
    Scan.received_at,
    Scan.source,
    Scan.kind,
)
_NEW = (
    select(*_SERVED, Attendance.first_read_at, Attendance.left_at, Attendance.moved_at)
    .outerjoin(
        Attendance,
        and_(
            Attendance.checkpoint_id == Scan.checkpoint_id,
            Attendance.delegate_id == Scan.delegate_id,
        ),
    )
    .where(
        Scan.event_id == _EVENT,
        Scan.received_at >= bindparam("scans_from"),
    )
)


def news(
    connection: Connection, event_id: int, since: datetime
) -> tuple[list[Served], dict[tuple[int, int], Passed | None]]:
    """The entries that arrived since, and how each pair of checkpoint and delegate that they are
    about stands now: None for whoever has not passed, or not any more. One query."""
    served: list[Served] = []
    pairs: dict[tuple[int, int], Passed | None] = {}
    for row in connection.execute(_NEW, {"event": event_id, "scans_from": since}):
        served.append(_served(row))
        if row.delegate_id is not None and row.checkpoint_id is not None:
            pairs[row.checkpoint_id, row.delegate_id] = (
                None
                if row.first_read_at is None
                else Passed(row.first_read_at, row.left_at, row.moved_at)
            )
    return served, pairs


_LAST = (
    select(Scan.device_id, Scan.checkpoint_id, func.max(Scan.happened_at))
    .where(Scan.event_id == _EVENT, Scan.kind == EntryKind.SCAN, Scan.checkpoint_id.is_not(None))
    .group_by(Scan.device_id, Scan.checkpoint_id)
)
_RECENT = select(*_SERVED).where(
    Scan.event_id == _EVENT, Scan.received_at >= bindparam("scans_from")
)


def last_scans(connection: Connection, event_id: int) -> dict[tuple[int, int], datetime]:
    """When each device last scanned at each checkpoint."""
    rows = connection.execute(_LAST, {"event": event_id})
    return {(device, checkpoint or 0): last for device, checkpoint, last in rows}


def recent(connection: Connection, event_id: int, since: datetime) -> list[Served]:
    """The entries that arrived since then."""
    rows = connection.execute(_RECENT, {"event": event_id, "scans_from": since})
    return [_served(row) for row in rows]


def _served(row: Any) -> Served:
    return Served(
        row.id,
        row.device_id,
        row.checkpoint_id,
        row.happened_at,
        row.received_at,
        row.source,
        row.kind == EntryKind.SCAN,
    )


_DEVICE: tuple[Any, ...] = (
    Device.id,
    Device.name,
    Device.unsent,
    Device.battery,
    Device.last_seen_at,
    Device.revoked_at,
)
_DEVICES = select(*_DEVICE).where(Device.event_id == _EVENT).order_by(Device.name, Device.id)


def devices(connection: Connection, event_id: int) -> Sequence[DeviceRow]:
    """The event's devices by name."""
    rows = connection.execute(_DEVICES, {"event": event_id})
    leads = way_rows.leads(connection, event_id)
    return tuple(
        DeviceRow(
            row.id,
            row.name,
            row.unsent,
            row.battery,
            row.last_seen_at,
            row.revoked_at is not None,
            leads.get(row.id, frozenset()),
        )
        for row in rows
    )
