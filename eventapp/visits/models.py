"""Visit groups with their buses and stops, who is in them, and how that is worked out."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.database import Model, UtcDateTime, db, now
from eventapp.events.models import Event, Site
from eventapp.registration.models import Delegate
from eventapp.registration.wishing import USUAL


class SitePicture(Model):
    """What a site looks like, as `media` leaves a photo."""

    __tablename__ = "site_picture"

    site_id: Mapped[int] = mapped_column(
        ForeignKey("site.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the content
    # What is to be seen, for whoever does not see it.
    description: Mapped[str] = mapped_column(String(300), default="")
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a JPEG


class VisitGroup(Model):
    """One departure to one site: its buses, its leader and its seats.

    In which bus somebody sits is their allocation's to say (`visits.boarding`).
    """

    __tablename__ = "visit_group"
    __table_args__ = (
        UniqueConstraint("event_id", "letter"),
        CheckConstraint("capacity >= 0", name="capacity"),
        # Held by the database too: no path through the code can seat one too many.
        CheckConstraint("taken >= 0 and taken <= capacity", name="taken"),
        CheckConstraint("length(colour) in (0, 7)", name="colour"),
        CheckConstraint("reserved >= 0 and reserved <= capacity", name="reserved"),
        CheckConstraint("minimum >= 0 and minimum <= capacity", name="minimum"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    # What is painted on the badge and the windscreen: A, B, C …, and in which colour (#rrggbb).
    letter: Mapped[str] = mapped_column(String(4))
    colour: Mapped[str] = mapped_column(String(7), default="")
    leader_name: Mapped[str] = mapped_column(String(200), default="")
    leader_phone: Mapped[str] = mapped_column(String(20), default="")
    leader_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    guide_name: Mapped[str] = mapped_column(String(200), default="")
    guide_phone: Mapped[str] = mapped_column(String(20), default="")
    meeting_point: Mapped[str] = mapped_column(String(200), default="")
    departs_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returns_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    # Seats that only organisers give away, by hand.
    reserved: Mapped[int] = mapped_column(default=0)
    # With how many it goes at all; None is with anybody.
    minimum: Mapped[int | None]
    # Whether its buses take whoever climbs no steps.
    is_step_free: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")

    event: Mapped[Event] = relationship()
    site: Mapped[Site] = relationship()
    buses: Mapped[list["Bus"]] = relationship(
        back_populates="group", order_by="Bus.position", cascade="all, delete-orphan"
    )
    stops: Mapped[list["Stop"]] = relationship(
        back_populates="group", order_by="Stop.position", cascade="all, delete-orphan"
    )


class Bus(Model):
    """One of the buses of a group."""

    __tablename__ = "visit_bus"
    __table_args__ = (
        UniqueConstraint("group_id", "label"),
        CheckConstraint("seats >= 0", name="seats"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    # What people look for: Xe 2.
    label: Mapped[str] = mapped_column(String(80))
    plate: Mapped[str] = mapped_column(String(40), default="")
    # For delegates; None is as many as the group has.
    seats: Mapped[int | None]
    driver_name: Mapped[str] = mapped_column(String(200), default="")
    driver_phone: Mapped[str] = mapped_column(String(20), default="")

    group: Mapped[VisitGroup] = relationship(back_populates="buses")


class Stop(Model):
    """A place on a group's way at which people get off and on again, by the plan."""

    __tablename__ = "visit_stop"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(
        ForeignKey("visit_group.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    arrives_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leaves_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    group: Mapped[VisitGroup] = relationship(back_populates="stops")

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return self.name_en if language == "en" and self.name_en else self.name


class SeatSource(StrEnum):
    """How somebody came by a seat."""

    ORGANISER = "organiser"  # put there by hand
    RUN = "run"  # by an allocation that was accepted
    SWAP = "swap"
    WAITLIST = "waitlist"
    GUEST = "guest"  # by the leader on whose bus they were


class Allocation(Model):
    """A delegate's seat in a visit group."""

    __tablename__ = "allocation"

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id"), index=True)
    # In which of the group's buses; None where it has none, or there is no room in any.
    bus_id: Mapped[int | None] = mapped_column(
        ForeignKey("visit_bus.id", ondelete="SET NULL"), index=True
    )
    source: Mapped[SeatSource] = mapped_column(String(20), default=SeatSource.ORGANISER)
    # Why this one, as `visits.allocation.reasons` says it.
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    allocated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegate: Mapped[Delegate] = relationship()
    group: Mapped[VisitGroup] = relationship()
    bus: Mapped[Bus | None] = relationship()


class VisitSettings(Model):
    """How an event asks for wishes and meets them. No row is all by default."""

    __tablename__ = "visit_settings"
    __table_args__ = (
        CheckConstraint("wishes_asked >= 0", name="wishes_asked"),
        CheckConstraint("seconds > 0", name="seconds"),
    )

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    # Until when delegates and leads change wishes; None is as long as registrations may be changed.
    wishes_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How many sites are ranked at most; 0 is all of them.
    wishes_asked: Mapped[int] = mapped_column(default=USUAL)
    # Names of `visits.allocation.problem.Objective`, the most important first.
    objectives: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Nobody is to get a later wish than this one, where that is possible.
    worst_wish: Mapped[int | None]
    # For how long an allocation is worked out at most.
    seconds: Mapped[int] = mapped_column(default=60)
    may_swap: Mapped[bool] = mapped_column(default=False)


class RuleKind(StrEnum):
    """What organisers lay down about people before seats are worked out."""

    PIN = "pin"  # each of them in this group
    NEVER = "never"  # none of them in this group
    TOGETHER = "together"  # all in one group
    APART = "apart"  # no two in one group


visit_rule_member = Table(
    "visit_rule_member",
    db.metadata,
    Column("rule_id", ForeignKey("visit_rule.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "delegate_id", ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)
"""Whom a rule is about."""


class VisitRule(Model):
    """What an allocation must keep to, about some people."""

    __tablename__ = "visit_rule"
    __table_args__ = (
        CheckConstraint("kind in ('pin', 'never', 'together', 'apart')", name="kind"),
        CheckConstraint("(kind in ('pin', 'never')) = (group_id is not null)", name="group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RuleKind] = mapped_column(String(20))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    # Why, for whoever wonders later.
    note: Mapped[str] = mapped_column(String(300), default="")
    made_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    people: Mapped[list[Delegate]] = relationship(secondary=visit_rule_member)
    group: Mapped[VisitGroup | None] = relationship()
    made_by: Mapped[User | None] = relationship()


class RunState(StrEnum):
    """How far the working out of an allocation is."""

    WAITING = "waiting"  # until a worker takes it up
    SOLVING = "solving"
    DONE = "done"  # to be looked at, and accepted or dropped
    IMPOSSIBLE = "impossible"  # and it says why
    FAILED = "failed"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class AllocationRun(Model):
    """An allocation that was asked for: what with, how far it is, what came of it."""

    __tablename__ = "allocation_run"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint(
            "state in ('waiting', 'solving', 'done', 'impossible', 'failed', 'accepted',"
            " 'dropped')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[RunState] = mapped_column(String(20), default=RunState.WAITING)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    # SHA-256 of what it was worked out from: people, wishes, groups, rules. When that has changed
    # since, it cannot be accepted as it is.
    basis: Mapped[str] = mapped_column(String(64), default="")
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    is_to_stop: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # When its worker last said something; long ago, another takes it up.
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )

    asked_by: Mapped[User | None] = relationship(foreign_keys=[asked_by_id])
    accepted_by: Mapped[User | None] = relationship(foreign_keys=[accepted_by_id])
