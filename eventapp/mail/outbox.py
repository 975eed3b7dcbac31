"""Messages to be sent, written in the transaction of the change that they tell of."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import defer

from eventapp.database import db, now, transaction
from eventapp.mail.models import MailStatus, Message

_LINE_ENDS = re.compile(r"[\r\n]+")
PER_PAGE = 50
_INSERT = insert(Message.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent: a text, the same as HTML, and perhaps a calendar file (RFC 5545).

    With a pass code, the HTML shows its QR code as the image ``cid:pass``. ``reply_to`` is the name
    and address of whoever is to get answers; without an address they go to the sender.
    """

    subject: str
    text: str
    html: str = ""
    calendar: bytes | None = None
    pass_code: str = ""
    reply_to: tuple[str, str] = ("", "")


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


FORGETS = "forgets"
"""In the details of a message: its address is forgotten once it is sent or given up."""
REPLY_TO = "reply_to"
"""In the details of a message that was written at once: `Letter.reply_to`."""


def enqueue(
    letter: Letter,
    *,
    to_address: str,
    to_name: str = "",
    event_id: int | None,
    host: str,
    forgets: bool = False,
) -> Message:
    """Add a message that is written already; ``host`` ends its Message-ID.

    It joins the transaction in progress; delivery follows once that is committed
    (eventapp.mail.worker). With ``forgets`` nothing of it is kept then, not even the address.
    """
    details: dict[str, Any] = {FORGETS: True} if forgets else {}
    if letter.reply_to[1]:
        details[REPLY_TO] = list(letter.reply_to)
    message = Message(
        event_id=event_id,
        message_id=_message_id(host),
        to_address=to_address,
        to_name=_one_line(to_name)[:200],
        subject=_one_line(letter.subject)[:300],
        text=letter.text,
        html=letter.html,
        calendar=letter.calendar,
        pass_code=letter.pass_code,
        details=details,
    )
    db.session.add(message)
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCompose:
    """A letter that is put into words when it is sent (eventapp.mail.composing)."""

    kind: str
    to_address: str
    to_name: str = ""
    language: str = "vi"
    event_id: int
    delegate_id: int | None = None
    delegation_id: int | None = None
    details: Mapping[str, Any] | None = None
    """What the letter needs beyond things as they then are, as JSON."""

    def _values(self, host: str) -> dict[str, Any]:
        return {
            "event_id": self.event_id,
            "message_id": _message_id(host),
            "to_address": self.to_address,
            "to_name": _one_line(self.to_name)[:200],
            "kind": self.kind,
            "delegate_id": self.delegate_id,
            "delegation_id": self.delegation_id,
            "language": self.language,
            "details": dict(self.details or {}),
        }


def add(letter: ToCompose, *, host: str) -> None:
    """Add a letter to be composed to the transaction in progress."""
    db.session.connection().execute(_INSERT, letter._values(host))


def add_all(letters: Iterable[ToCompose], *, host: str) -> int:
    """Add many in one statement to the transaction in progress; how many."""
    rows = [letter._values(host) for letter in letters]
    if rows:
        db.session.connection().execute(_INSERT, rows)
    return len(rows)


def _message_id(host: str) -> str:
    return f"<{uuid.uuid4().hex}@{host}>"


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


def page(
    event_id: int,
    number: int,
    status: MailStatus | None = None,
    found: Mapping[MailStatus, int] | None = None,
) -> Page:
    """One page of the messages of an event, page 1 first; beyond the last page, the last.

    The newest first, but before all others those that were not delivered; or one status only.
    ``found`` is what `counts` says, where that is known.
    """
    found = counts(event_id) if found is None else found
    if status is not None:
        total = found.get(status, 0)
        number = _within(number, total)
        return Page(
            _some(event_id, Message.status == status, (number - 1) * PER_PAGE, PER_PAGE),
            total,
            number,
        )
    total = sum(found.values())
    number = _within(number, total)
    skip = (number - 1) * PER_PAGE
    failed = found.get(MailStatus.FAILED, 0)
    first: Sequence[Message] = ()
    if skip < failed:
        first = _some(event_id, Message.status == MailStatus.FAILED, skip, PER_PAGE)
    rest = _some(
        event_id,
        Message.status != MailStatus.FAILED,
        max(0, skip - failed),
        PER_PAGE - len(first),
    )
    return Page([*first, *rest], total, number)


def _within(number: int, total: int) -> int:
    return min(max(1, number), max(1, -(-total // PER_PAGE)))


def _some(
    event_id: int, condition: ColumnElement[bool], skip: int, number: int
) -> Sequence[Message]:
    if not number:
        return ()
    return db.session.scalars(
        select(Message)
        .where(Message.event_id == event_id, condition)
        .options(
            defer(Message.text),
            defer(Message.html),
            defer(Message.calendar),
            defer(Message.details),
        )
        .order_by(Message.id.desc())
        .limit(number)
        .offset(skip)
    ).all()


def find(event_id: int, message_id: int) -> Message | None:
    """A message of the event."""
    return db.session.scalar(select(Message).filter_by(event_id=event_id, id=message_id))


def retry(event_id: int, message_id: int) -> bool:
    """Put a message that was given up back into the queue; whether there was such a one."""
    return _retry(event_id, Message.id == message_id) == 1


def retry_all(event_id: int) -> int:
    """Put every message that was given up back into the queue; how many."""
    return _retry(event_id)


def _retry(event_id: int, *conditions: ColumnElement[bool]) -> int:
    with transaction():
        done = db.session.execute(
            update(Message)
            .where(
                Message.event_id == event_id,
                Message.status == MailStatus.FAILED,
                *conditions,
            )
            .values(status=MailStatus.QUEUED, attempts=0, next_attempt_at=now())
            .execution_options(synchronize_session=False)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]


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
