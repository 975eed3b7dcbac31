"""The audit log: services call :func:`record` inside the transaction of the change itself."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import insert, inspect

from eventapp.accounts.models import AuditEntry
from eventapp.database import Model, db

SYSTEM = "system"
DEVICE = "device:"
"""Before the name of a device at the door, which has no account."""

# Who acts in this request or command; set by the guard and by the command line.
actor: ContextVar[str] = ContextVar("actor", default=SYSTEM)

_INSERT = insert(AuditEntry.__table__)  # type: ignore[arg-type]

# Never written to the log, whatever changes them.
_SECRET_FIELDS = frozenset({"password_hash", "secret_hash", "token_hash", "link_hash"})


def record(
    action: str,
    subject: str,
    subject_id: object = None,
    *,
    event_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Add one entry to the transaction in progress.

    ``changes`` maps a field to ``[before, after]``; see :func:`changes_of`.
    """
    # A row and no object: every change writes one, and nobody reads it in the same transaction.
    db.session.connection().execute(
        _INSERT,
        {
            "actor": actor.get(),
            "action": action,
            "subject": subject,
            "subject_id": None if subject_id is None else str(subject_id),
            "event_id": event_id,
            "changes": {
                field: [_plain(v) for v in pair] for field, pair in (changes or {}).items()
            },
            "note": note,
        },
    )


def changes_of(row: Model) -> dict[str, list[Any]]:
    """The column changes of a row that are not yet flushed, as ``{field: [before, after]}``."""
    state = inspect(row)
    changes: dict[str, list[Any]] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key in _SECRET_FIELDS or not history.has_changes():
            continue
        before = history.deleted[0] if history.deleted else None
        after = history.added[0] if history.added else None
        if before != after:
            changes[attribute.key] = [before, after]
    return changes


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return [_plain(item) for item in value]
    return value
