"""Corrections of attendance, certificates as they were issued, and the rule of an event."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.events.models import Day, Event
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate
from eventapp.visits.models import VisitGroup

DEFAULT_THRESHOLD = 80
_VALID = text("withdrawn_at is null")


class AttendanceCorrection(Model):
    """What an organiser knows better than the scans: somebody was at a session, on a visit, or
    there on a day.

    One row for each person and session, visit or day; what it was before is in the change log.
    """

    __tablename__ = "attendance_correction"
    __table_args__ = (
        CheckConstraint(
            "(case when session_id is null then 0 else 1 end)"
            " + (case when day_id is null then 0 else 1 end)"
            " + (case when group_id is null then 0 else 1 end) = 1",
            name="one_subject",
        ),
        UniqueConstraint("delegate_id", "session_id"),
        UniqueConstraint("delegate_id", "group_id"),
        UniqueConstraint("delegate_id", "day_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    day_id: Mapped[int | None] = mapped_column(ForeignKey("day.id", ondelete="CASCADE"), index=True)
    # A departure of a site visit.
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("visit_group.id", ondelete="CASCADE"), index=True
    )
    present: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300))
    made_by: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegate: Mapped[Delegate] = relationship()
    session: Mapped[Session | None] = relationship()
    day: Mapped[Day | None] = relationship()
    group: Mapped[VisitGroup | None] = relationship()


class Certificate(Model):
    """One certificate, with all that is on the paper as it was when it was issued.

    A number is never given twice, nor taken back: what was issued by mistake is withdrawn.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        # Nobody has two that are valid.
        Index(
            "uq_certificate_valid_delegate_id",
            "delegate_id",
            unique=True,
            sqlite_where=_VALID,
            postgresql_where=_VALID,
        ),
        Index("ix_certificate_delegate_id", "delegate_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"))
    number: Mapped[int]  # from 1
    # The whole number as it stands in the register and on the paper: "12/GCN-BTC".
    number_text: Mapped[str] = mapped_column(String(150))
    # By which anybody who holds the paper can have it verified; no pass code.
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(300), default="")
    organisation: Mapped[str] = mapped_column(String(700), default="")
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int]  # of training attended
    # The sites that were visited, where the rule has them named.
    visited: Mapped[str] = mapped_column(Text, default="")
    issued_on: Mapped[date]  # what the paper is dated
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Printed anew under the same number since something on it was corrected: how often, and why.
    reissues: Mapped[int] = mapped_column(default=0)
    reissued_on: Mapped[date | None]
    reissue_note: Mapped[str] = mapped_column(String(300), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_reason: Mapped[str] = mapped_column(String(300), default="")

    event: Mapped[Event] = relationship()
    delegate: Mapped[Delegate] = relationship()

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is no longer valid."""
        return self.withdrawn_at is not None

    def title_in(self, language: str) -> str:
        """What was completed, in ``vi`` or ``en``."""
        return self.title_en if language == "en" and self.title_en else self.title


class CertificateRule(Model):
    """Who gets a certificate at an event, what it says was completed, and the last number given."""

    __tablename__ = "certificate_rule"
    __table_args__ = (CheckConstraint("threshold between 1 and 100", name="threshold"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    threshold: Mapped[int] = mapped_column(default=DEFAULT_THRESHOLD)  # per cent of the sessions
    # Categories whose people get none, whatever they attended.
    excluded_category_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    # Whether a scan at the main door counts for sessions of that day without a checkpoint.
    door_counts: Mapped[bool] = mapped_column(default=True)
    # Whether certificates name the sites that were visited, and whether a visit is training.
    names_visits: Mapped[bool] = mapped_column(default=True)
    visits_count: Mapped[bool] = mapped_column(default=False)
    # What was completed; empty is the event's title.
    title: Mapped[str] = mapped_column(Text, default="")
    title_en: Mapped[str] = mapped_column(Text, default="")
    last_number: Mapped[int] = mapped_column(default=0)
