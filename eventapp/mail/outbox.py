"""Messages to be sent, written in the transaction of the change that they tell of."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import defer

from eventapp.database import db, now, transaction
from eventapp.mail.models import MailStatus, Message

_LINE_ENDS = re.compile(r"[\r\n]+")
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent: a text, the same as HTML, and perhaps a calendar file (RFC 5545).

    With a pass code, the HTML shows its QR code as the image ``cid:pass``.
    """

    subject: str
    text: str
    html: str = ""
    calendar: bytes | None = None
    pass_code: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an event's messages, the newest first; their bodies are not loaded."""

    messages: Sequence[Message]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PER_PAGE))


def enqueue(
    letter: Letter, *, to_address: str, to_name: str = "", event_id: int | None, host: str
) -> Message:
    """Add a message to the transaction in progress; ``host`` ends its Message-ID.

    Delivery follows once the transaction is committed (eventapp.mail.worker).
    """
    message = Message(
        event_id=event_id,
        message_id=f"<{uuid.uuid4().hex}@{host}>",
        to_address=to_address,
        to_name=_one_line(to_name)[:200],
        subject=_one_line(letter.subject)[:300],
        text=letter.text,
        html=letter.html,
        calendar=letter.calendar,
        pass_code=letter.pass_code,
    )
    db.session.add(message)
    return message


def host_of(base_url: str) -> str:
    """The host in an address, for a Message-ID."""
    return urlsplit(base_url).hostname or "localhost"


def was_written_to(event_id: int, to_address: str, within: timedelta) -> bool:
    """Whether a message of the event to that address was made so lately."""
    return (
        db.session.scalar(
            select(Message.id)
            .where(
                Message.event_id == event_id,
                Message.to_address == to_address,
                Message.created_at > now() - within,
            )
            .limit(1)
        )
        is not None
    )


def page(event_id: int, number: int) -> Page:
    """One page of the messages of an event, page 1 first; beyond the last page, the last."""
    total = (
        db.session.scalar(select(func.count(Message.id)).where(Message.event_id == event_id)) or 0
    )
    number = min(max(1, number), max(1, -(-total // PER_PAGE)))
    messages = db.session.scalars(
        select(Message)
        .where(Message.event_id == event_id)
        .options(defer(Message.text), defer(Message.html), defer(Message.calendar))
        .order_by(Message.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()
    return Page(messages, total, number)


def find(event_id: int, message_id: int) -> Message | None:
    """A message of the event."""
    return db.session.scalar(select(Message).filter_by(event_id=event_id, id=message_id))


def retry(event_id: int, message_id: int) -> bool:
    """Put a message that was given up back into the queue; whether there was such a one."""
    with transaction():
        done = db.session.execute(
            update(Message)
            .where(
                Message.id == message_id,
                Message.event_id == event_id,
                Message.status == MailStatus.FAILED,
            )
            .values(status=MailStatus.QUEUED, attempts=0, next_attempt_at=now())
            .execution_options(synchronize_session=False)
        )
        return bool(done.rowcount)  # type: ignore[attr-defined]


def counts(event_id: int) -> dict[MailStatus, int]:
    """How many messages of the event stand where."""
    rows = db.session.execute(
        select(Message.status, func.count(Message.id))
        .where(Message.event_id == event_id)
        .group_by(Message.status)
    )
    return {MailStatus(status): number for status, number in rows}


def _one_line(value: str) -> str:
    """Header fields end at a line end (RFC 5322, 2.2): none may come from what people type."""
    return _LINE_ENDS.sub(" ", value).strip()
