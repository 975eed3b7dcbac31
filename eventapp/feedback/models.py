"""The short survey after the site visits, and what people answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.registration.models import Delegate
from eventapp.visits.models import VisitGroup

BEST = 5
"""The best mark; the worst is 1."""
MAX_COMMENT = 1_000


class VisitSurvey(Model):
    """That an event asks its visitors, since when and until when. No row: it does not."""

    __tablename__ = "visit_survey"
    __table_args__ = (CheckConstraint("closes_at > opened_at", name="closes_at"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VisitFeedback(Model):
    """What a delegate says of the visit that they made; they may change it while it is asked."""

    __tablename__ = "visit_feedback"
    __table_args__ = (
        CheckConstraint("site between 1 and 5", name="site"),
        CheckConstraint("organisation between 1 and 5", name="organisation"),
    )

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        ForeignKey("visit_group.id", ondelete="CASCADE"), index=True
    )
    # Marks from 1 to BEST: what was seen there, and the way there and back.
    site: Mapped[int]
    organisation: Mapped[int]
    comment: Mapped[str] = mapped_column(String(MAX_COMMENT), default="")
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegate: Mapped[Delegate] = relationship()
    group: Mapped[VisitGroup] = relationship()
