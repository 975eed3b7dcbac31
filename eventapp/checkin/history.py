"""What the log says of one person, for a supervisor who is to judge."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from eventapp.checkin.models import Device, Direction, EntryKind, Reason, Scan, Verdict, WalkIn
from eventapp.database import db
from eventapp.registration.models import Delegate

MAX_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the log; ``device`` is a name."""

    id: str
    kind: EntryKind
    checkpoint: int | None
    verdict: Verdict
    reason: Reason | None
    direction: Direction
    happened_at: datetime
    device: str
    note: str


def of_code(event_id: int, code: str) -> list[Line]:
    """The entries about whoever has a code (normalised), under whichever of their codes.

    Of a code that nobody has, the entries with that code. The newest first, at most MAX_ENTRIES.
    """
    columns: tuple[Any, ...] = (
        Scan.id,
        Scan.kind,
        Scan.checkpoint_id,
        Scan.verdict,
        Scan.reason,
        Scan.direction,
        Scan.happened_at,
        Device.name,
        Scan.note,
    )
    found: dict[str, Line] = {}
    # One after the other: both at once would be looked for in the whole log.
    for which in (Scan.delegate_id.in_(_ids(event_id, code)), Scan.code == code):
        rows = db.session.execute(
            select(*columns)
            .join(Device, Device.id == Scan.device_id)
            .where(Scan.event_id == event_id, which)
            .order_by(Scan.happened_at.desc(), Scan.id)
            .limit(MAX_ENTRIES)
        )
        found |= {row.id: Line(*row) for row in rows}
    lines = sorted(found.values(), key=lambda it: it.id)
    return sorted(lines, key=lambda it: it.happened_at, reverse=True)[:MAX_ENTRIES]


def _ids(event_id: int, code: str) -> set[int]:
    """Everybody whom a code leads to: the registration, and those that were merged into it."""
    written = select(WalkIn.delegate_id).where(WalkIn.event_id == event_id, WalkIn.code == code)
    row = db.session.execute(
        select(Delegate.id, Delegate.merged_into_id).where(
            Delegate.event_id == event_id, or_(Delegate.code == code, Delegate.id.in_(written))
        )
    ).first()
    if row is None:
        return set()
    kept = row.merged_into_id or row.id
    merged = db.session.scalars(select(Delegate.id).where(Delegate.merged_into_id == kept))
    return {kept, row.id, *merged}
