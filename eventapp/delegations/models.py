"""What leads ask for once their list is frozen."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.registration.models import Delegate, Delegation, HeldPlace


class RequestKind(StrEnum):
    """What is to be done when the request is accepted."""

    ADD = "add"
    EDIT = "edit"
    CANCEL = "cancel"
    SUBSTITUTE = "substitute"
    FILL = "fill"  # name somebody for a held place
    HOLD = "hold"
    GIVE_BACK = "give_back"  # a held place


class Decision(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ChangeRequest(Model):
    """A change of a frozen list, which an organiser accepts or declines."""

    __tablename__ = "change_request"
    __table_args__ = (
        Index("ix_change_request_event_id_decision", "event_id", "decision"),
        CheckConstraint(
            "kind in ('add', 'edit', 'cancel', 'substitute', 'fill', 'hold', 'give_back')",
            name="kind",
        ),
        CheckConstraint(
            "decision in ('waiting', 'accepted', 'declined', 'withdrawn')", name="decision"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    delegation_id: Mapped[int] = mapped_column(
        ForeignKey("delegation.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[RequestKind] = mapped_column(String(20))
    delegate_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), index=True
    )
    held_place_id: Mapped[int | None] = mapped_column(
        ForeignKey("held_place.id", ondelete="SET NULL")
    )
    # The fields of DelegateData, or of a place to be held.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(String(500), default="")
    # The wording to which the lead said that the person agrees.
    consent_version: Mapped[str] = mapped_column(String(20), default="")
    decision: Mapped[Decision] = mapped_column(String(20), default=Decision.WAITING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(254), default="")
    answer: Mapped[str] = mapped_column(String(500), default="")

    delegation: Mapped[Delegation] = relationship()
    delegate: Mapped[Delegate | None] = relationship()
    held_place: Mapped[HeldPlace | None] = relationship()
