"""Delegates and what they belong to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from eventapp import tokens
from eventapp.database import Model, UtcDateTime, db, now
from eventapp.events.models import Category, Day, Event, Site
from eventapp.programme.models import Session
from eventapp.questions.models import Answer, AnswerFile
from eventapp.registration.protocol import UNRANKED


def _sort_key(length: int) -> TypeEngine[str]:
    """A key of eventapp.text, ordered by code point on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Province(Model):
    """A province as the reference data knows it, whichever events use it."""

    __tablename__ = "province"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(80))


class Delegation(Model):
    """The delegates of one province or ministry at one event."""

    __tablename__ = "delegation"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    # None for a ministry, and for the one delegation that takes whoever comes from elsewhere.
    province_code: Mapped[str | None] = mapped_column(ForeignKey("province.code"))
    # The customary order of lists; ties by name.
    position: Mapped[int] = mapped_column(default=0)
    is_other: Mapped[bool] = mapped_column(default=False)
    # The lead (đầu mối): who fills in the list behind the secret link.
    lead_name: Mapped[str] = mapped_column(String(200), default="")
    lead_email: Mapped[str] = mapped_column(String(254), default="")
    lead_phone: Mapped[str] = mapped_column(String(20), default="")  # E.164
    # From then on, or once the list is submitted, changes are requests to the organisers.
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # On the cover of its envelope of badges: 12 characters of Crockford base32, as on a pass.
    code: Mapped[str] = mapped_column(String(12), unique=True, default=tokens.new_code)
    # SHA-256 of the link's secret, and what the secret is made from together with SECRET_KEY.
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_seed: Mapped[str | None] = mapped_column(String(64))
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
    province: Mapped[Province | None] = relationship()
    organisations: Mapped[list["Organisation"]] = relationship(
        back_populates="delegation",
        order_by="Organisation.position, Organisation.sort_key",
    )


class Organisation(Model):
    """An office within a delegation: a provincial department, a ministry, or one that was typed."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("delegation_id", "name_folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(300))
    name_folded: Mapped[str] = mapped_column(String(300))
    sort_key: Mapped[str] = mapped_column(_sort_key(600))
    position: Mapped[int] = mapped_column(default=0)
    # Typed by somebody who registered, and so not offered to others.
    is_typed: Mapped[bool] = mapped_column(default=False)

    delegation: Mapped[Delegation] = relationship(back_populates="organisations")


class ProtocolRank(Model):
    """What a position is worth at an event: 1 ranks highest, spellings of one position alike."""

    __tablename__ = "protocol_rank"
    __table_args__ = (
        UniqueConstraint("event_id", "position_folded"),
        CheckConstraint("rank >= 1", name="rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[str] = mapped_column(String(200))
    position_folded: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int]


class Quota(Model):
    """How many places there are for whom, and how many are taken; see eventapp.registration.quota.

    It counts whoever fits everything that it names: a quota that names nothing counts the whole
    event, one that names a delegation and a category counts that category of that delegation.
    """

    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("event_id", "scope"),
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("places >= 0", name="places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    # What the ids below say, as one text, so that the database keeps each quota single.
    scope: Mapped[str] = mapped_column(String(120), default="")
    delegation_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegation.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE")
    )
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"))
    day_id: Mapped[int | None] = mapped_column(ForeignKey("day.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    places: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)

    delegation: Mapped[Delegation | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    category: Mapped[Category | None] = relationship()
    day: Mapped[Day | None] = relationship()
    session: Mapped[Session | None] = relationship()


class HeldPlace(Model):
    """A place of a delegation for somebody who is named later."""

    __tablename__ = "held_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    delegation_id: Mapped[int] = mapped_column(
        ForeignKey("delegation.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE")
    )
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegation: Mapped[Delegation] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    category: Mapped[Category] = relationship()


class Status(StrEnum):
    """Where a registration stands."""

    PENDING = "pending"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"  # a freed place is held for them until the offer expires
    REFUSED = "refused"
    CANCELLED = "cancelled"


COMING = (Status.PENDING, Status.APPROVED)
"""Who is expected."""
HOLDING = (*COMING, Status.OFFERED)
"""Who has a place."""
GONE = (Status.REFUSED, Status.CANCELLED)
"""Who is not coming and waits for nothing."""


delegate_day = Table(
    "delegate_day",
    db.metadata,
    Column("delegate_id", ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True),
    Column("day_id", ForeignKey("day.id", ondelete="CASCADE"), primary_key=True, index=True),
)

enrolment = Table(
    "enrolment",
    db.metadata,
    Column("delegate_id", ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "session_id",
        ForeignKey("session.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
)


class Delegate(Model):
    """One person at one event."""

    __tablename__ = "delegate"
    __table_args__ = (
        UniqueConstraint("event_id", "submission_hash"),
        CheckConstraint(
            "status in ('pending', 'approved', 'waitlisted', 'offered', 'refused', 'cancelled')",
            name="status",
        ),
        # Covers a search: walked in the order of names, without touching the wide rows.
        Index(
            "ix_delegate_search",
            "event_id",
            "name_key",
            "id",
            "status",
            "category_id",
            "organisation_id",
            "protocol_rank",
            "search_text",
        ),
        # How many of each office and rank there are. Only who asks for ids above 0 is given it:
        # for anything else databases would take it and be slower.
        Index(
            "ix_delegate_counted",
            "event_id",
            "organisation_id",
            "protocol_rank",
            "status",
            "category_id",
            sqlite_where=text("id > 0"),
            postgresql_where=text("id > 0"),
        ),
        Index("ix_delegate_registered", "event_id", "created_at", "id"),
        # The few whose badge is to be printed again.
        Index(
            "ix_delegate_reprint",
            "event_id",
            sqlite_where=text("reprint_since IS NOT NULL"),
            postgresql_where=text("reprint_since IS NOT NULL"),
        ),
        Index("ix_delegate_event_id_email", "event_id", "email"),
        Index("ix_delegate_event_id_status", "event_id", "status"),
        Index("ix_delegate_event_id_name_folded", "event_id", "name_folded"),
        Index("ix_delegate_event_id_protocol_rank", "event_id", "protocol_rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # As typed, in NFC; the folded form is searched and the key sorts (eventapp.text).
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(_sort_key(400))
    name_folded: Mapped[str] = mapped_column(String(300), default="")
    # What the position is worth (eventapp.registration.protocol); 1 is the highest.
    protocol_rank: Mapped[int] = mapped_column(default=UNRANKED)
    # Name, organisation, delegation and e-mail, folded: what a search looks through.
    search_text: Mapped[str] = mapped_column(Text)
    position: Mapped[str] = mapped_column(String(300))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164
    diet: Mapped[str] = mapped_column(String(300), default="")
    needs: Mapped[str] = mapped_column(String(500), default="")
    # Climbs no steps: goes only where none are (Site and VisitGroup, is_step_free).
    needs_step_free: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Status] = mapped_column(String(20), default=Status.APPROVED)
    language: Mapped[str] = mapped_column(String(2), default="vi")
    # The pass: 12 characters of Crockford base32. It identifies and opens nothing.
    code: Mapped[str] = mapped_column(String(12), unique=True)
    # SHA-256 of the secret in the personal link, and of the form's once-only token.
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    submission_hash: Mapped[str | None] = mapped_column(String(64))
    # What the secret is made from together with SECRET_KEY, once it is another than the first.
    link_seed: Mapped[str | None] = mapped_column(String(64))
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consent_version: Mapped[str] = mapped_column(String(20), default="")
    # Who said so: "self", or the lead of the delegation on their behalf.
    consent_by: Mapped[str] = mapped_column(String(20), default="")
    # The order of the waitlist, and until when an offered place is held.
    waitlisted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offer_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whom this person stands in for (cử người thay thế).
    substitutes_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegate.id", ondelete="SET NULL"), index=True
    )
    # Found to be the same person: codes and links of this row lead there.
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegate.id", ondelete="SET NULL"), index=True
    )
    # The badge that was printed is wrong since then.
    reprint_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=0)

    # Two people editing at once: the second to save an old copy is told, not obeyed.
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    event: Mapped[Event] = relationship()
    category: Mapped[Category] = relationship()
    organisation: Mapped[Organisation] = relationship()
    days: Mapped[list[Day]] = relationship(secondary=delegate_day, order_by=Day.date)
    enrolments: Mapped[list[Session]] = relationship(
        secondary=enrolment, order_by=Session.starts_at
    )
    preferences: Mapped[list["Preference"]] = relationship(
        back_populates="delegate",
        order_by="Preference.rank",
        cascade="all, delete-orphan",
    )
    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan")
    # Only to hand in files together with somebody new; they go with the row in the database.
    files: Mapped[list[AnswerFile]] = relationship(passive_deletes="all")
    substitutes: Mapped["Delegate | None"] = relationship(
        remote_side="Delegate.id", foreign_keys=[substitutes_id]
    )

    @property
    def is_cancelled(self) -> bool:
        """Whether the person is no longer coming: cancelled, or refused."""
        return self.status in GONE

    @property
    def is_over(self) -> bool:
        """Whether nothing is to change any more: merged into another one, or anonymised."""
        return self.merged_into_id is not None or self.anonymised_at is not None

    @property
    def is_coming(self) -> bool:
        """Whether the person is expected."""
        return self.status in COMING


class Preference(Model):
    """A wish for a site visit; rank 1 is the first wish."""

    __tablename__ = "preference"
    __table_args__ = (
        UniqueConstraint("delegate_id", "rank"),
        CheckConstraint("rank >= 1", name="rank"),
    )

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    site_id: Mapped[int] = mapped_column(
        ForeignKey("site.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rank: Mapped[int]

    delegate: Mapped[Delegate] = relationship(back_populates="preferences")
    site: Mapped[Site] = relationship()


class Upload(Model):
    """A table that was pasted or uploaded and is not confirmed yet; kept for a day."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    # None for organisers, who upload for everybody.
    delegation_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegation.id", ondelete="CASCADE")
    )
    filename: Mapped[str] = mapped_column(String(200), default="")
    # The file or the pasted text as it came, compressed (zlib).
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    # How to read it: encoding, columns, what to do with people who are registered already.
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class NotTheSame(Model):
    """Two delegates who look alike and were found to be two people."""

    __tablename__ = "not_the_same"

    first_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    second_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True, index=True
    )
