"""Sessions of the programme."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.events.models import Day, Event, Room


class SessionKind(StrEnum):
    """What a session is; it decides its colour and whether people sign up for it."""

    PLENARY = "plenary"
    TRAINING = "training"
    VISIT = "visit"
    BREAK = "break"
    MEAL = "meal"
    LOGISTICS = "logistics"


class Session(Model):
    """An item of the programme, from ``starts_at`` to ``ends_at`` (UTC)."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint(
            "kind in ('plenary', 'training', 'visit', 'break', 'meal', 'logistics')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("day.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    kind: Mapped[SessionKind] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="")
    chair: Mapped[str] = mapped_column(String(300), default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Whether delegates choose it when they register (a training class).
    takes_enrolment: Mapped[bool] = mapped_column(default=False)
    # Stable across edits, for calendars (RFC 5545, 3.8.4.7); `revision` is its SEQUENCE.
    uid: Mapped[str] = mapped_column(String(60), unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    event: Mapped[Event] = relationship()
    day: Mapped[Day] = relationship()
    room: Mapped[Room | None] = relationship()
    speakers: Mapped[list["Speaker"]] = relationship(
        back_populates="session", order_by="Speaker.order", cascade="all, delete-orphan"
    )

    # Two organisers at once: the second to save an old copy is told, not obeyed.
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    def title_in(self, language: str) -> str:
        """The title in ``vi`` or ``en``."""
        return self.title_en if language == "en" and self.title_en else self.title


class Speaker(Model):
    """Who speaks at a session."""

    __tablename__ = "speaker"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(300), default="")
    organisation: Mapped[str] = mapped_column(String(300), default="")
    order: Mapped[int] = mapped_column(default=0)

    session: Mapped[Session] = relationship(back_populates="speakers")


class Audience(StrEnum):
    """Who may have a file."""

    PUBLIC = "public"
    DELEGATES = "delegates"  # behind a personal link
    TEAM = "team"


class Material(Model):
    """A file that belongs to a session: a paper or slides, as eventapp.media leaves it."""

    __tablename__ = "material"
    __table_args__ = (
        CheckConstraint("audience in ('public', 'delegates', 'team')", name="audience"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    audience: Mapped[Audience] = mapped_column(String(20), default=Audience.DELEGATES)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    session: Mapped[Session] = relationship()


class ProgrammeVersion(Model):
    """The programme as it was published: what the public sees until the next one. Never changed."""

    __tablename__ = "programme_version"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]  # from 1
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by: Mapped[str] = mapped_column(String(254), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    # The sessions as eventapp.programme.published writes them.
    content: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)

    event: Mapped[Event] = relationship()
