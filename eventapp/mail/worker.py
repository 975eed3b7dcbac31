"""What sends the outbox, beside the server's own threads or in processes of its own, and does the
chores that come round.

Messages are claimed a few at a time before they are sent (with PostgreSQL passing over those that
another worker is claiming, with SQLite one worker after the other), so that any number of workers,
on any number of hosts, share one outbox. A claim ends by itself: what a worker that died had
claimed goes again, under the same Message-ID. No transaction is open while we speak to the server.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from eventapp.database import db, forget_deleted, now, transaction
from eventapp.mail import composing, delivery, outbox
from eventapp.mail.models import MailStatus, Message

POLL_SECONDS = 2.0
CHORE_SECONDS = 30.0
MAX_ATTEMPTS = 16
# A claim is longer than its messages take: no more are begun once half of it is over, and one
# message takes less than the other half (a few answers of the server, 30 s each at most).
CLAIM = timedelta(minutes=10)
BATCH = 20
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)

# What is done every half minute by each worker, in an application context: to be safe in any
# number of processes at once. Filled in eventapp.features.
chores: list[Callable[[], object]] = []

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    dropped: int = 0

    @property
    def is_progress(self) -> bool:
        """Whether it is worth while to go on at once."""
        return bool(self.sent or self.dropped or self.failed)


def start(
    app: Flask, stop: threading.Event | None = None, *, sends: bool = True
) -> threading.Thread:
    """Send and do the chores from now on, until the process ends or is told to stop.

    Nothing is sent without MAIL_URL, or where others do it (``sends=False``).
    """
    settings = app.config["SETTINGS"]
    if sends and settings.mail_url is not None and settings.base_url is None:
        log.warning("MAIL_URL is set without BASE_URL: links in mail lead to this machine only")
    thread = threading.Thread(
        target=run, args=(app, stop or threading.Event()), kwargs={"sends": sends}, daemon=True
    )
    thread.name = "mail"
    thread.start()
    return thread


def run(app: Flask, stop: threading.Event, *, sends: bool = True) -> None:
    """Send and do the chores until told to stop; the message under way is finished first."""
    mail_url = app.config["SETTINGS"].mail_url
    server = delivery.Server.parse(mail_url) if sends and mail_url else None
    next_chores = time.monotonic()
    while not stop.is_set():
        if time.monotonic() >= next_chores:
            next_chores = time.monotonic() + CHORE_SECONDS
            with app.app_context():
                do_chores()
        goes_on = False
        if server is not None:
            try:
                with app.app_context():
                    goes_on = deliver_due(server, stop).is_progress
            except Exception as error:
                _log_failure("mail waits", error)
        if not goes_on:
            stop.wait(POLL_SECONDS)


def do_chores() -> None:
    """Do each chore; one that fails holds up no other."""
    for chore in chores:
        try:
            chore()
        except Exception as error:
            _log_failure("a chore failed", error)
        finally:
            db.session.rollback()


def deliver_due(server: delivery.Server, stop: threading.Event | None = None) -> Round:
    """Send what is due, up to a batch, over one connection."""
    is_due = (Message.status == MailStatus.QUEUED, Message.next_attempt_at <= now())
    due = db.session.scalar(select(Message.id).where(*is_due).limit(1))
    db.session.rollback()  # no transaction stays open
    if due is None:
        return Round()
    no_more = time.monotonic() + CLAIM.total_seconds() / 2
    waiting = list(claim(BATCH))
    if not waiting:  # another worker was quicker
        return Round()
    counts = {"sent": 0, "postponed": 0, "failed": 0, "dropped": 0}
    try:
        with delivery.connected(server) as session:
            while waiting and time.monotonic() < no_more and not (stop and stop.is_set()):
                message = waiting.pop(0)
                try:
                    mail = _mail(message, server)
                    delivery.send(session, mail)
                except composing.Overtaken as overtaken:
                    _drop(message, overtaken.reason)
                    counts["dropped"] += 1
                except delivery.ConnectionLost as error:
                    counts[_postpone(message, error)] += 1
                    break
                except delivery.DeliveryError as error:
                    counts[_postpone(message, error)] += 1
                except SQLAlchemyError:
                    raise  # the database's trouble, not the message's
                except Exception as error:
                    # A message that cannot be put together must not hold up the others.
                    problem = delivery.Undeliverable(f"{type(error).__name__}: {error}")
                    counts[_postpone(message, problem)] += 1
                else:
                    _confirm(message, str(mail["Subject"]))
                    counts["sent"] += 1
        _hand_back(waiting)
    except delivery.TryLater as error:
        # The server was not reached: every message waits a little.
        for message in waiting:
            counts[_postpone(message, error)] += 1
    if counts["postponed"] or counts["failed"]:
        log.warning("mail not delivered", extra={"count": counts["postponed"] + counts["failed"]})
    return Round(**counts)


def claim(number: int) -> Sequence[Message]:
    """Up to so many messages that are due, for us alone until the claim ends."""
    with transaction():
        at = now()
        messages = db.session.scalars(
            select(Message)
            .where(Message.status == MailStatus.QUEUED, Message.next_attempt_at <= at)
            .order_by(Message.next_attempt_at, Message.id)
            .limit(number)
            .with_for_update(skip_locked=True)
        ).all()
        for message in messages:
            message.attempts += 1
            message.next_attempt_at = at + CLAIM
        db.session.flush()
        for message in messages:
            db.session.expunge(message)
        return messages


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time."""
    return min(_FIRST_PAUSE * 2 ** min(attempts - 1, 20), _LONGEST_PAUSE)


def _mail(message: Message, server: delivery.Server) -> EmailMessage:
    try:
        letter = composing.compose(message, is_sending=True)
    finally:
        db.session.rollback()  # what was read; nothing stays open while we speak to the server
    return delivery.compose(message, letter, server.sender, now())


def _confirm(message: Message, subject: str) -> None:
    """The server has it: what it said is forgotten, for it holds a personal link."""
    if _forgets(message):
        _forget(message, MailStatus.SENT, sent_at=now())
        return
    _set(
        Message.id == message.id,
        Message.to_address != "",  # anonymised meanwhile: it stays empty
        status=MailStatus.SENT,
        sent_at=now(),
        error="",
        subject=subject[:300],
        text="",
        html="",
        calendar=None,
        pass_code="",
        details={},
    )


def _drop(message: Message, reason: str) -> None:
    _set(*_ours(message), status=MailStatus.DROPPED, error=reason)


def _postpone(message: Message, error: delivery.DeliveryError) -> str:
    reason = str(error)[:500]
    if isinstance(error, delivery.Undeliverable) or message.attempts >= MAX_ATTEMPTS:
        if _forgets(message):
            _forget(message, MailStatus.DROPPED)  # and not to be tried again
            return "failed"
        _set(*_ours(message), status=MailStatus.FAILED, error=reason)
        return "failed"
    again: datetime = now() + pause_after(message.attempts)
    _set(*_ours(message), next_attempt_at=again, error=reason)
    return "postponed"


def _forgets(message: Message) -> bool:
    return bool(message.details.get(outbox.FORGETS))


def _forget(message: Message, status: MailStatus, **values: object) -> None:
    with transaction():
        db.session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(
                status=status,
                to_address="",
                to_name="",
                subject="",
                text="",
                html="",
                calendar=None,
                details={},
                error="",
                **values,
            )
            .execution_options(synchronize_session=False)
        )
    forget_deleted()


def _hand_back(messages: Sequence[Message]) -> None:
    """End the claim of messages that were not tried."""
    for message in messages:
        _set(*_ours(message), next_attempt_at=now(), attempts=message.attempts - 1)


def _ours(message: Message) -> tuple[object, ...]:
    """That nobody has claimed the message after us, should our claim have ended."""
    return (
        Message.id == message.id,
        Message.status == MailStatus.QUEUED,
        Message.attempts == message.attempts,
    )


def _set(*conditions: object, **values: object) -> None:
    with transaction():
        db.session.execute(
            update(Message)
            .where(*conditions)  # type: ignore[arg-type]
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _log_failure(what: str, error: Exception) -> None:
    """Where it happened, but not what the error says: that may be personal data."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: %s\n%s", what, type(error).__name__, where)
