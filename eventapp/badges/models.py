"""Badge templates and their versions, the images they show, and what was printed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.database import Model, UtcDateTime, now
from eventapp.events.models import Event


class BadgeTemplate(Model):
    """A design of an event's badges; what it looks like is in its latest version."""

    __tablename__ = "badge_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(500))
    name_en: Mapped[str] = mapped_column(String(500), default="")
    latest: Mapped[int] = mapped_column(default=0)
    """The number of its latest version."""
    # Badges are printed by this one where nobody says otherwise.
    is_default: Mapped[bool] = mapped_column(default=False)
    # No longer offered; runs that were printed by it know it still.
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=0)

    # Two organisers at once: the second to save an old copy is told, not obeyed.
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    event: Mapped[Event] = relationship()
    versions: Mapped[list["BadgeTemplateVersion"]] = relationship(
        back_populates="template",
        order_by="BadgeTemplateVersion.number.desc()",
        cascade="all, delete-orphan",
    )

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)


class BadgeTemplateVersion(Model):
    """What a template was once saved as; never changed."""

    __tablename__ = "badge_template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("badge_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    # JSON, as eventapp.badges.template writes it.
    content: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    saved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )

    template: Mapped[BadgeTemplate] = relationship(back_populates="versions")
    saved_by: Mapped[User | None] = relationship()


class BadgeImage(Model):
    """An image that an event's templates may show, as `badges.images` leaves it."""

    __tablename__ = "badge_image"
    __table_args__ = (UniqueConstraint("event_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the content
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]  # pixels, or units of an SVG
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DelegatePhoto(Model):
    """A delegate's portrait for the badge, as `badges.images` leaves it."""

    __tablename__ = "delegate_photo"

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a JPEG
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class RunState(StrEnum):
    """How far a print run is."""

    WAITING = "waiting"  # nobody has fetched the file yet
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class PrintRun(Model):
    """Badges that were printed together: who, when, from which version, on which sheets."""

    __tablename__ = "print_run"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        # One run a day for what somebody prints at the desk, by one version.
        UniqueConstraint("event_id", "made_by_id", "version_id", "desk_day"),
        CheckConstraint("done >= 0 and done <= badges", name="done"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]  # within the event, from 1
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    # A desk has no account: the name of its device.
    made_by_name: Mapped[str] = mapped_column(String(200), default="")
    version_id: Mapped[int] = mapped_column(ForeignKey("badge_template_version.id"))
    # Whose badges and in which order (selection), and how they lie on paper (sheets).
    selection: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The run of which this one prints what has changed since.
    after_id: Mapped[int | None] = mapped_column(ForeignKey("print_run.id", ondelete="SET NULL"))
    badges: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    state: Mapped[RunState] = mapped_column(String(20), default=RunState.WAITING)
    # How often the file was begun: only the latest attempt says how far it is.
    attempt: Mapped[int] = mapped_column(default=0)
    # When an attempt last said how far it is: long ago means that its server is gone.
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the whole file was last fetched, and when that attempt was begun: what it shows.
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of what was printed at the desk, badge by badge: the day, in the event's zone.
    desk_day: Mapped[date | None]

    made_by: Mapped[User | None] = relationship()
    version: Mapped[BadgeTemplateVersion] = relationship()


class PrintedBadge(Model):
    """One badge of a run: whose, and what it said, so that a later change is found."""

    __tablename__ = "printed_badge"
    __table_args__ = (Index("ix_printed_badge_delegate_id", "delegate_id"),)

    run_id: Mapped[int] = mapped_column(
        ForeignKey("print_run.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)  # from 0
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="SET NULL"))
    # A hash of everything that the badge showed, the code included; empty once that is forgotten.
    fingerprint: Mapped[str] = mapped_column(String(32))
    # What its texts needed beyond shrinking (`running.kept`), and the worst of it as a number;
    # 0 is nothing. No texts: people may withdraw.
    worst: Mapped[int] = mapped_column(default=0)
    remarks: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
