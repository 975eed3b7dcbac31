"""The figures of a checkpoint that are signed when it is closed out.

They name delegations, categories and devices, and no people: they outlive the personal data.
"""

from typing import Any

from sqlalchemy import Integer, cast, func, or_, select

from eventapp.checkin import expected
from eventapp.checkin.closing_counts import Around
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    Discrepancy,
    EntryKind,
    Passage,
    Scan,
    Verdict,
)
from eventapp.database import db
from eventapp.events.models import Category
from eventapp.registration.models import Delegate, Delegation, Organisation


def of(checkpoint: Checkpoint, devices: Around) -> dict[str, Any]:
    """The figures as JSON holds them; times in RFC 3339, UTC."""
    entries = _entries(checkpoint.id)
    return {
        **_people(checkpoint),
        "inside": _inside(checkpoint) if checkpoint.passage == Passage.IN_OUT else None,
        "entries": sum(entries.values()),
        "admitted": entries.get((EntryKind.SCAN, Verdict.ADMITTED), 0),
        "duplicate": entries.get((EntryKind.SCAN, Verdict.DUPLICATE), 0),
        "refused": entries.get((EntryKind.SCAN, Verdict.REFUSED), 0),
        "undone": entries.get((EntryKind.UNDO, Verdict.ADMITTED), 0),
        "paper": _from_paper(checkpoint.id),
        **_first_and_last(checkpoint.id),
        "devices": [
            {
                "id": it.id,
                # Of whoever has signed in, the name is a person's.
                "name": "" if it.is_account else it.name,
                "made": it.counts.made,
                "received": it.counts.received,
                "unsent": it.counts.unsent,
                "reported_at": it.counts.reported_at and it.counts.reported_at.isoformat(),
                "state": it.state,
            }
            for it in devices.rows
        ],
        "elsewhere": len(devices.elsewhere),
        "discrepancies": _discrepancies(checkpoint.id),
    }


def _people(checkpoint: Checkpoint) -> dict[str, Any]:
    """How many are expected and have come: in all, by delegation, by category."""
    here = Attendance.checkpoint_id == checkpoint.id
    is_expected = Delegate.id.in_(select(Delegate.id).where(*expected.at(checkpoint)))
    came = Attendance.delegate_id.is_not(None)
    rows = db.session.execute(
        select(
            Delegation.id,
            Delegation.name,
            Category.id,
            Category.name,
            Category.name_en,
            func.sum(cast(is_expected, Integer)),
            func.sum(cast(came, Integer)),
        )
        .select_from(Delegate)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .outerjoin(Attendance, here & (Attendance.delegate_id == Delegate.id))
        .where(Delegate.event_id == checkpoint.event_id, or_(is_expected, came))
        .group_by(
            Delegation.id,
            Delegation.name,
            Delegation.position,
            Category.id,
            Category.name,
            Category.name_en,
            Category.position,
        )
        .order_by(Delegation.position, Delegation.name, Category.position, Category.id)
    ).all()
    delegations: dict[int, list[Any]] = {}
    categories: dict[int, list[Any]] = {}
    total, present = 0, 0
    for delegation_id, delegation, category_id, name, name_en, wanted, have_come in rows:
        whole = delegations.setdefault(delegation_id, [delegation, 0, 0])
        kind = categories.setdefault(category_id, [name, name_en or name, 0, 0])
        for numbers in (whole, kind):
            numbers[-2] += wanted
            numbers[-1] += have_come
        total, present = total + wanted, present + have_come
    return {
        "expected": total,
        "passed": present,
        "delegations": list(delegations.values()),
        "categories": [categories[it] for it in sorted(categories)],
    }


def _inside(checkpoint: Checkpoint) -> int:
    query = select(func.count()).where(
        Attendance.checkpoint_id == checkpoint.id, Attendance.left_at.is_(None)
    )
    return db.session.scalar(query) or 0


def _entries(checkpoint_id: int) -> dict[tuple[str, str], int]:
    rows = db.session.execute(
        select(Scan.kind, Scan.verdict, func.count())
        .where(Scan.checkpoint_id == checkpoint_id)
        .group_by(Scan.kind, Scan.verdict)
    )
    return {(kind, verdict): number for kind, verdict, number in rows}


def _from_paper(checkpoint_id: int) -> int:
    query = select(func.count()).where(Scan.checkpoint_id == checkpoint_id, Scan.source == "paper")
    return db.session.scalar(query) or 0


def _first_and_last(checkpoint_id: int) -> dict[str, str | None]:
    first, last = db.session.execute(
        select(func.min(Attendance.first_read_at), func.max(Attendance.first_read_at)).where(
            Attendance.checkpoint_id == checkpoint_id
        )
    ).one()
    return {
        "first_at": first.isoformat() if first else None,
        "last_at": last.isoformat() if last else None,
    }


def _discrepancies(checkpoint_id: int) -> dict[str, int]:
    rows = db.session.execute(
        select(Discrepancy.kind, func.count())
        .where(Discrepancy.checkpoint_id == checkpoint_id)
        .group_by(Discrepancy.kind)
        .order_by(Discrepancy.kind)
    )
    return dict(rows.all())
