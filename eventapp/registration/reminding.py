"""Reminders to those who come: to whom they would go, and writing them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import letters
from eventapp.registration.letters import LetterKind, Recipient
from eventapp.registration.models import COMING, Delegate

AGAIN_AFTER = timedelta(hours=24)
"""Nobody is reminded twice within it, whoever asks and however often."""
_AT_ONCE = 500


@dataclass(slots=True)
class Reminders:
    """How many of a selection a reminder is for, and how many it is not for, by the reason."""

    due: int = 0
    not_coming: int = 0
    without_address: int = 0
    reminded: int = 0


def plan(event: Event, ids: Sequence[int]) -> Reminders:
    """What reminding these delegates would do."""
    counts = Reminders()
    for batch in _batches(ids):
        _due(event.id, batch, counts, for_update=False)
    return counts


def remind(event: Event, ids: Sequence[int]) -> Reminders:
    """Write a reminder to each of these delegates who comes and has an address."""
    event_id = event.id
    with transaction():
        counts = Reminders()
        for batch in _batches(sorted(ids)):
            letters.tell_all(
                Recipient(it.id, it.email, it.name, it.language, LetterKind.REMINDER, event_id)
                for it in _due(event_id, batch, counts, for_update=True)
            )
        if counts.due:
            note = str(counts.due)
            audit.record("remind", "delegate", event_id=event_id, note=note)
        return counts


def _due(event_id: int, ids: Sequence[int], counts: Reminders, *, for_update: bool) -> list[Any]:
    """Those to whom a reminder goes, as rows; everybody is counted."""
    query = (
        select(Delegate.id, Delegate.email, Delegate.name, Delegate.language, Delegate.status)
        .where(Delegate.event_id == event_id, Delegate.id.in_(ids))
        .order_by(Delegate.id)
    )
    people = db.session.execute(query.with_for_update() if for_update else query).all()
    reminded = set(
        db.session.scalars(
            select(Message.delegate_id).where(
                Message.delegate_id.in_(ids),
                Message.kind == LetterKind.REMINDER,
                Message.status.in_((MailStatus.QUEUED, MailStatus.SENT)),
                Message.created_at > now() - AGAIN_AFTER,
            )
        )
    )
    due = []
    for delegate in people:
        if delegate.status not in COMING:
            counts.not_coming += 1
        elif not delegate.email:
            counts.without_address += 1
        elif delegate.id in reminded:
            counts.reminded += 1
        else:
            counts.due += 1
            due.append(delegate)
    return due


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
