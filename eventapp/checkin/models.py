"""Checkpoints, the devices that scan at them, and the log of scans."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.events.models import Day, Event
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate
from eventapp.visits.models import VisitGroup


class CheckpointKind(StrEnum):
    """What a checkpoint guards, and so whom it admits."""

    DOOR = "door"  # everybody who comes on that day
    TRAINING = "training"  # those enrolled in the session
    BUS = "bus"  # those allocated to the visit group


class Checkpoint(Model):
    """A place and time where people are scanned."""

    __tablename__ = "checkpoint"
    __table_args__ = (CheckConstraint("kind in ('door', 'training', 'bus')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CheckpointKind] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    day_id: Mapped[int | None] = mapped_column(ForeignKey("day.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    # None is no limit on that side.
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
    day: Mapped[Day | None] = relationship()
    session: Mapped[Session | None] = relationship()
    group: Mapped[VisitGroup | None] = relationship()

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return self.name_en if language == "en" and self.name_en else self.name


class Device(Model):
    """A provisioned scanner: it holds a token for one event."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    # SHA-256 of the secret in the provisioning link and of the token.
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The user whose check-in page this is; None for a device that was provisioned by a link.
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()


class Verdict(StrEnum):
    """What a scan decided."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a scan was refused."""

    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    NOT_APPROVED = "not_approved"
    WRONG_CHECKPOINT = "wrong_checkpoint"
    NOT_OPEN = "not_open"


class Scan(Model):
    """One reading of one code, as it arrived; never changed or deleted."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_event_id_received_at", "event_id", "received_at"),
        Index("ix_scan_delegate_id", "delegate_id"),
    )

    # Made by the device (a UUID in canonical form), so that a replay is recognised.
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"))
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id"))
    code: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[Verdict] = mapped_column(String(20))
    reason: Mapped[Reason | None] = mapped_column(String(20))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegate: Mapped[Delegate | None] = relationship()


class Attendance(Model):
    """The scan that first admitted a delegate at a checkpoint.

    It adds nothing to the log: its key is what makes one of two simultaneous scans the first.
    """

    __tablename__ = "attendance"
    __table_args__ = (Index("ix_attendance_event_id_first_read_at", "event_id", "first_read_at"),)

    checkpoint_id: Mapped[int] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True
    )
    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    scan_id: Mapped[str] = mapped_column(String(36))
    first_read_at: Mapped[datetime] = mapped_column(UtcDateTime)
