"""Users, what they are at each event, and the audit log."""

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.permissions import Role
from eventapp.database import Model, UtcDateTime, now


class User(UserMixin, Model):
    """Somebody with an account: organisers, staff, leaders; never a delegate."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_administrator: Mapped[bool] = mapped_column(default=False)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    # Raised when the password changes: sessions that were opened before it end.
    session_generation: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="user", cascade="all, delete-orphan"
    )

    def get_id(self) -> str:
        """What the session cookie holds."""
        return f"{self.id}.{self.session_generation}"


class Membership(Model):
    """The role of a user at one event."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        CheckConstraint("role in ('organiser', 'staff', 'leader')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(String(20))

    user: Mapped[User] = relationship(back_populates="memberships")


class AuditEntry(Model):
    """One change: who, when, what, from what to what. Written with the change, never altered."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        Index("ix_audit_entry_event_id_id", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Text and not a reference: the entry outlives the account.
    actor: Mapped[str] = mapped_column(String(300))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[str | None] = mapped_column(String(60))
    # {"field": [before, after]}
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str | None] = mapped_column(Text)
