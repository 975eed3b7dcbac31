"""Roll calls: when a leader said who was on board, and who was missing."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.database import Model, UtcDateTime, now


class RollCallKind(StrEnum):
    """What a leader said of a roll."""

    CLOSED = "closed"  # we go now
    REOPENED = "reopened"  # not yet, after all


class RollCall(Model):
    """A roll that was closed, or opened again; never changed.

    Of those of one checkpoint and bus the newest by ``(called_at, id)`` counts. Who was on board is
    the log's to say; this is what the leader's phone knew at that moment.
    """

    __tablename__ = "roll_call"
    __table_args__ = (
        CheckConstraint("kind in ('closed', 'reopened')", name="kind"),
        CheckConstraint("present >= 0", name="present"),
        CheckConstraint("guests >= 0", name="guests"),
        Index("ix_roll_call_event_id_received_at", "event_id", "received_at"),
    )

    # Made by the device (a UUID in canonical form), so that a replay is recognised.
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    checkpoint_id: Mapped[int] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), index=True
    )
    # None is the whole group.
    bus_id: Mapped[int | None] = mapped_column(ForeignKey("visit_bus.id", ondelete="CASCADE"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    kind: Mapped[RollCallKind] = mapped_column(String(10))
    # By the server's clock, as far as the device knew how far its own was off.
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    present: Mapped[int]
    # [[delegate id, 1 for somebody who is excused and goes their own way], …]; no names.
    missing: Mapped[list[list[int]]] = mapped_column(JSON)
    guests: Mapped[int]
