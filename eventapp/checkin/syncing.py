"""What a device is told when it asks for what is new: people, what others have scanned, tables.

One answer, so that a device that was away has everything after one call. What it knows already it
says itself (`reporting.Report`); nothing is remembered here of what it was sent.
"""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, func, select, union, update

from eventapp.checkin import device_counts, group_tables, leading, roster
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    Device,
    Discrepancy,
    RosterLine,
    Scan,
    checkpoint_category,
)
from eventapp.checkin.reporting import Report, cursor
from eventapp.checkin.roster import Difference
from eventapp.database import db, now, transaction
from eventapp.events.models import Category, Day, Event
from eventapp.programme.models import Session
from eventapp.registration.models import Delegation, Organisation
from eventapp.visits.models import VisitGroup

OVERLAP = timedelta(seconds=30)
"""What arrived so shortly before the last answer is told again: a batch that was being written then
is stored with the time at which it came, and seen only later."""
WHOLE_AFTER = timedelta(hours=6)
"""Who was away for longer gets all who have passed, and not those who have since."""
REPORTED_ANEW = timedelta(seconds=30)


def answer(event: Event, device: Device, report: Report) -> bytes:
    """What is new to the device, as JSON; see the interface's document.

    What the device says of itself is kept.
    """
    event_id = event.id
    own = leading.scans_at(device)
    who = {
        "id": device.id,
        "name": device.name,
        "rights": device.rights,
        "checkpoints": own,
    }
    _note(device, report)
    roster.bring_up_to_date(event_id)
    moment = now()
    difference = roster.since(event_id, report.roster)
    everything = _tables(event, device)
    encoded = msgspec.json.encode(everything)
    digest = hashlib.sha256(encoded).hexdigest()[:16]
    is_known = report.tables == digest
    return msgspec.json.encode(
        {
            "server_time": moment.isoformat(),
            "device": who,
            "tables": None if is_known else {"digest": digest, **everything},
            "roster": {
                "number": difference.number,
                "whole": difference.is_whole,
                "people": [msgspec.Raw(line.encode()) for line in difference.lines],
                "gone": difference.gone,
            },
            "log": _log(event_id, own, report, difference, moment),
            "counts": _counts(event_id, own),
            "open_discrepancies": _open_discrepancies(event_id),
            "phones": group_tables.phones(device, report.phones),
            "rolls": group_tables.rolls(device, own),
        }
    )


def _log(
    event_id: int, own: Collection[int] | None, report: Report, difference: Difference, moment: Any
) -> dict[str, Any]:
    """Who has passed where, as it is now, of those who were scanned or have changed since."""
    since = report.log
    whole = (
        since is None or difference.is_whole or not moment - WHOLE_AFTER < since <= moment + OVERLAP
    )
    if whole:
        query = _attended(event_id)
    else:
        assert since is not None  # noqa: S101 - whole otherwise
        query = _concerned(event_id, since - OVERLAP, report.roster if difference.changed else None)
    rows = db.session.connection().execute(query)
    passed = [
        (
            checkpoint_id,
            delegate_id,
            None if first is None else int(first.timestamp()),
            int(first is not None and left is None),
        )
        for checkpoint_id, delegate_id, first, left in rows
        if own is None or checkpoint_id in own
    ]
    return {"cursor": cursor(moment), "whole": whole, "passed": passed}


def _attended(event_id: int) -> Any:
    return select(
        Attendance.checkpoint_id,
        Attendance.delegate_id,
        Attendance.first_read_at,
        Attendance.left_at,
    ).where(Attendance.event_id == event_id)


def _concerned(event_id: int, since: Any, number: int | None) -> Any:
    """Pairs that were scanned since, and all of people who have changed since that number of the
    roster, if any have: arrivals of another registration may have become theirs."""
    scanned = select(Scan.checkpoint_id, Scan.delegate_id).where(
        Scan.event_id == event_id,
        Scan.received_at >= since,
        Scan.checkpoint_id.is_not(None),
        Scan.delegate_id.is_not(None),
    )
    if number is None:
        pairs = scanned.distinct().subquery()
    else:
        moved = (
            select(Attendance.checkpoint_id, Attendance.delegate_id)
            .join(RosterLine, RosterLine.delegate_id == Attendance.delegate_id)
            .where(RosterLine.event_id == event_id, RosterLine.number > number)
        )
        pairs = union(scanned, moved).subquery()
    return select(
        pairs.c.checkpoint_id,
        pairs.c.delegate_id,
        Attendance.first_read_at,
        Attendance.left_at,
    ).outerjoin(
        Attendance,
        and_(
            Attendance.checkpoint_id == pairs.c.checkpoint_id,
            Attendance.delegate_id == pairs.c.delegate_id,
        ),
    )


def _counts(event_id: int, own: Collection[int] | None) -> dict[str, int]:
    rows = db.session.execute(
        select(Attendance.checkpoint_id, func.count())
        .where(Attendance.event_id == event_id)
        .group_by(Attendance.checkpoint_id)
    )
    return {str(id_): number for id_, number in rows if own is None or id_ in own}


def _open_discrepancies(event_id: int) -> int:
    query = select(func.count(Discrepancy.id)).where(
        Discrepancy.event_id == event_id, Discrepancy.settled_at.is_(None)
    )
    return db.session.scalar(query) or 0


def _tables(event: Event, device: Device) -> dict[str, Any]:
    """What lines and scans speak of by their ids."""
    event_id = event.id
    return {
        "event": {
            "slug": event.slug,
            "title": event.short_title,
            "title_en": event.short_title_in("en"),
            "timezone": event.timezone,
        },
        "checkpoints": _checkpoints(event),
        "categories": _rows(
            select(Category.id, Category.name, Category.name_en, Category.colour)
            .where(Category.event_id == event_id)
            .order_by(Category.position, Category.id)
        ),
        **group_tables.tables(event_id, device),
        "delegations": _rows(
            select(Delegation.id, Delegation.name, Delegation.code)
            .where(Delegation.event_id == event_id)
            .order_by(Delegation.position, Delegation.name)
        ),
        "organisations": [
            list(row)
            for row in db.session.execute(
                select(Organisation.id, Organisation.name, Organisation.delegation_id)
                .join(Delegation, Delegation.id == Organisation.delegation_id)
                .where(Delegation.event_id == event_id, Organisation.is_typed.is_(False))
                .order_by(
                    Delegation.position,
                    Delegation.name,
                    Organisation.position,
                    Organisation.sort_key,
                    Organisation.id,
                )
            )
        ],
    }


def _checkpoints(event: Event) -> list[dict[str, Any]]:
    categories: dict[int, list[int]] = {}
    for checkpoint_id, category_id in db.session.execute(
        select(checkpoint_category.c.checkpoint_id, checkpoint_category.c.category_id)
        .join(Checkpoint, Checkpoint.id == checkpoint_category.c.checkpoint_id)
        .where(Checkpoint.event_id == event.id)
        .order_by(checkpoint_category.c.category_id)
    ):
        categories.setdefault(checkpoint_id, []).append(category_id)
    rows = db.session.execute(
        select(Checkpoint, Day.date, Session.starts_at, VisitGroup.departs_at)
        .outerjoin(Day, Day.id == Checkpoint.day_id)
        .outerjoin(Session, Session.id == Checkpoint.session_id)
        .outerjoin(VisitGroup, VisitGroup.id == Checkpoint.group_id)
        .where(Checkpoint.event_id == event.id)
        .order_by(Checkpoint.position, Checkpoint.id)
    )
    return [
        {
            "id": it.id,
            "kind": it.kind,
            "name": it.name,
            "name_en": it.name_en or it.name,
            "date": _date(event, date, begins or departs or it.opens_at),
            "passage": it.passage,
            "day": it.day_id,
            "session": it.session_id,
            "group": it.group_id,
            "leg": it.leg,
            "stop": it.stop_id,
            # An id that no category has, where it is for categories that are gone.
            "categories": categories.get(it.id, [0] if it.is_for_some else []),
            "opens_at": it.opens_at.isoformat() if it.opens_at else None,
            "closes_at": it.closes_at.isoformat() if it.closes_at else None,
        }
        for it, date, begins, departs in rows
    ]


def _date(event: Event, date: Any, moment: Any) -> str | None:
    if date is None and moment is not None:
        date = moment.astimezone(event.zone).date()
    return date.isoformat() if date is not None else None


def _rows(query: Any) -> list[dict[str, Any]]:
    return [
        {**row, "name_en": row["name_en"] or row["name"]} if "name_en" in row else dict(row)
        for row in db.session.execute(query).mappings()
    ]


def _note(device: Device, report: Report) -> None:
    """Keep what a device says of itself, when it is something new or was long ago."""
    moment = now()
    device_id, event_id = device.id, device.event_id
    before, totals, known = device_counts.with_report(device, report)
    is_new = (
        device.reported_at is None
        or device.is_log_new
        or moment - device.reported_at >= REPORTED_ANEW
        or (device.unsent, device.battery) != (report.unsent, report.battery)
        or any(before.get(id_) != it for id_, it in totals.items() if id_ in known)
    )
    if not is_new:
        return
    with transaction():
        db.session.execute(
            update(Device)
            .where(Device.id == device_id)
            .values(
                last_seen_at=moment,
                reported_at=moment,
                unsent=report.unsent,
                battery=report.battery,
                is_log_new=False,
            )
            .execution_options(synchronize_session=False)
        )
        device_counts.write(event_id, device_id, totals, moment)
