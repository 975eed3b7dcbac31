"""The record of what was destroyed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.database import Model, UtcDateTime, now


class Erasure(Model):
    """One anonymisation: of a whole event at its close-out, or of one person who withdrew."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    # None for a whole event.
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by: Mapped[str] = mapped_column(String(254))
    # How many of what: {"delegates": 612, "messages": 1840, …}.
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # SHA-256 over everything that was destroyed, as canonical JSON (docs/privacy.md).
    sha256: Mapped[str] = mapped_column(String(64))
