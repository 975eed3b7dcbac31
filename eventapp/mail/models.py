"""Messages that wait to be sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.database import Model, UtcDateTime, now


class MailStatus(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"  # overtaken by what happened since, and so not sent


class Message(Model):
    """One e-mail, written in the transaction of the change that it tells of."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("status in ('queued', 'sent', 'failed', 'dropped')", name="status"),
        Index("ix_message_status_next_attempt_at", "status", "next_attempt_at"),
        Index("ix_message_event_id_id", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    # RFC 5322 Message-ID: the same at each attempt, so that a receiver can drop a repetition.
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(200), default="")
    # What it is about: the composer that writes it when it is sent or looked at, and for whom.
    # Without a kind, subject and text were written at once.
    kind: Mapped[str] = mapped_column(String(40), default="")
    delegate_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegate.id", ondelete="SET NULL"), index=True
    )
    delegation_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegation.id", ondelete="SET NULL")
    )
    language: Mapped[str] = mapped_column(String(2), default="vi")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    subject: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    # text/calendar, shown by mail programs as an invitation
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Drawn as a QR code where the HTML has an image of the address cid:pass (RFC 2392).
    pass_code: Mapped[str] = mapped_column(String(20), default="")
    status: Mapped[MailStatus] = mapped_column(String(20), default=MailStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LetterTemplate(Model):
    """The organisers' own wording of a letter, instead of the one that we ship."""

    __tablename__ = "letter_template"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
