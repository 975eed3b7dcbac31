"""Finding a delegate at the door by name, without marks and in any order of words."""

from typing import Any

from sqlalchemy import func, select

from eventapp.checkin import people
from eventapp.checkin.models import Attendance, Checkpoint
from eventapp.database import db
from eventapp.registration.models import COMING, Delegate
from eventapp.text import search_terms

MIN_LETTERS = 2
MAX_RESULTS = 10


def find(event_id: int, query: str, checkpoint_id: int | None = None) -> list[dict[str, Any]]:
    """At most ten delegates who have not cancelled, in the order of names.

    Each is what a scan shows, with ``code``, ``status`` and, for a checkpoint, when they came.
    Fewer than two letters find nobody: the list is not to be leafed through.
    """
    terms = search_terms(query[:100])
    if sum(map(len, terms)) < MIN_LETTERS:
        return []
    statement = people.statement(event_id).where(Delegate.status.in_(COMING))
    for term in terms:
        statement = statement.where(Delegate.search_text.contains(f" {term}", autoescape=True))
    rows = db.session.execute(statement.order_by(Delegate.name_key, Delegate.id).limit(MAX_RESULTS))
    found = rows.all()
    came = _first_times([row.id for row in found], checkpoint_id)
    return [
        {
            **people.show(row),
            "code": row.code,
            "status": row.status,
            "first_read_at": came.get(row.id),
        }
        for row in found
    ]


def count_admitted(event_id: int) -> dict[int, int]:
    """How many people have passed each checkpoint of an event."""
    rows = db.session.execute(
        select(Attendance.checkpoint_id, func.count())
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Checkpoint.event_id == event_id)
        .group_by(Attendance.checkpoint_id)
    )
    return dict(rows.all())


def _first_times(delegate_ids: list[int], checkpoint_id: int | None) -> dict[int, Any]:
    if checkpoint_id is None or not delegate_ids:
        return {}
    rows = db.session.execute(
        select(Attendance.delegate_id, Attendance.first_read_at).where(
            Attendance.checkpoint_id == checkpoint_id, Attendance.delegate_id.in_(delegate_ids)
        )
    )
    return dict(rows.all())
