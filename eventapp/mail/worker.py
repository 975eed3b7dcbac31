"""The thread that sends what is in the outbox, beside the server's own threads.

Each message is claimed by a guarded update before it is sent, so that any number of workers, on
any number of hosts, share one outbox. A worker that dies while sending leaves a claim that ends by
itself; the message then goes again under the same Message-ID.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from eventapp.database import db, now, transaction
from eventapp.mail import delivery
from eventapp.mail.models import MailStatus, Message

POLL_SECONDS = 2.0
MAX_ATTEMPTS = 16
# Longer than any delivery takes: who has a claim is not overtaken.
_CLAIM = timedelta(minutes=5)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_BATCH = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0


def start(app: Flask, stop: threading.Event | None = None) -> threading.Thread | None:
    """Send from now on, until the process ends or is told to stop; nothing without MAIL_URL."""
    settings = app.config["SETTINGS"]
    if settings.mail_url is None:
        return None
    if settings.base_url is None:
        log.warning("MAIL_URL is set without BASE_URL: links in mail follow the request's address")
    server = delivery.Server.parse(settings.mail_url)
    thread = threading.Thread(
        target=_run, args=(app, server, stop or threading.Event()), name="mail", daemon=True
    )
    thread.start()
    return thread


def _run(app: Flask, server: delivery.Server, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with app.app_context():
                done = deliver_due(server)
        except SQLAlchemyError as error:
            if hasattr(error, "hide_parameters"):
                error.hide_parameters = True  # the values are personal data
            log.exception("mail waits: the database did not answer")
            done = Round()
        except Exception:
            log.exception("mail waits")
            done = Round()
        if done.sent < _BATCH:
            stop.wait(POLL_SECONDS)


def deliver_due(server: delivery.Server) -> Round:
    """Send what is due, up to a batch, over one connection."""
    due = db.session.scalars(
        select(Message.id)
        .where(Message.status == MailStatus.QUEUED, Message.next_attempt_at <= now())
        .order_by(Message.next_attempt_at, Message.id)
        .limit(_BATCH)
    ).all()
    db.session.rollback()  # no transaction stays open while we speak to the server
    if not due:
        return Round()
    counts = {"sent": 0, "postponed": 0, "failed": 0}
    try:
        with delivery.connected(server) as session:
            for message_id in due:
                message = claim(message_id)
                if message is None:
                    continue
                try:
                    delivery.send(session, delivery.compose(message, server.sender, now()))
                except delivery.DeliveryError as error:
                    counts[_postpone(message_id, message.attempts, error)] += 1
                except Exception as error:
                    # A message that cannot be put together must not hold up the others.
                    problem = delivery.Undeliverable(f"{type(error).__name__}: {error}")
                    counts[_postpone(message_id, message.attempts, problem)] += 1
                else:
                    _confirm(message_id)
                    counts["sent"] += 1
    except delivery.TryLater as error:
        # The server was not reached: nothing was claimed, and every message waits a little.
        for message_id in due:
            message = claim(message_id)
            if message is not None:
                counts[_postpone(message_id, message.attempts, error)] += 1
    if counts["postponed"] or counts["failed"]:
        log.warning("mail not delivered", extra={"count": counts["postponed"] + counts["failed"]})
    return Round(**counts)


def claim(message_id: int) -> Message | None:
    """A message that is due, for us alone until the claim ends; None when it is not to be had."""
    with transaction():
        at = now()
        done = db.session.execute(
            update(Message)
            .where(
                Message.id == message_id,
                Message.status == MailStatus.QUEUED,
                Message.next_attempt_at <= at,
            )
            .values(attempts=Message.attempts + 1, next_attempt_at=at + _CLAIM)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            return None
        message = db.session.get_one(Message, message_id)
        db.session.refresh(message)
        db.session.expunge(message)
        return message


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time."""
    return min(_FIRST_PAUSE * 2 ** min(attempts - 1, 20), _LONGEST_PAUSE)


def _confirm(message_id: int) -> None:
    """The server has it: what it said is forgotten, for it holds a personal link."""
    _set(
        message_id,
        status=MailStatus.SENT,
        sent_at=now(),
        error="",
        text="",
        html="",
        calendar=None,
        pass_code="",
    )


def _postpone(message_id: int, attempts: int, error: delivery.DeliveryError) -> str:
    reason = str(error)[:500]
    if isinstance(error, delivery.Undeliverable) or attempts >= MAX_ATTEMPTS:
        _set(message_id, status=MailStatus.FAILED, error=reason)
        return "failed"
    again: datetime = now() + pause_after(attempts)
    _set(message_id, next_attempt_at=again, error=reason)
    return "postponed"


def _set(message_id: int, **values: object) -> None:
    with transaction():
        db.session.execute(
            update(Message)
            .where(Message.id == message_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
