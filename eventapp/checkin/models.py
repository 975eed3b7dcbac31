"""Checkpoints, the devices that scan at them, and the log of scans."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, db, now
from eventapp.events.models import Category, Day, Event
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate
from eventapp.visits.models import Stop, VisitGroup


class CheckpointKind(StrEnum):
    """What a checkpoint guards, and so whom it admits."""

    DOOR = "door"  # everybody who comes on that day
    TRAINING = "training"  # those enrolled in the session
    MEAL = "meal"  # everybody who comes on that day, once
    BUS = "bus"  # those allocated to the visit group


class Leg(StrEnum):
    """At which point of a group's way a checkpoint of kind bus stands; the others have none."""

    NONE = ""
    DEPARTURE = "departure"
    STOP = "stop"  # before a stop is left again
    RETURN = "return"


class Passage(StrEnum):
    """How often somebody may pass a checkpoint."""

    ONCE = "once"  # again is a duplicate
    MANY = "many"  # each time is admitted; the first is kept
    IN_OUT = "in_out"  # in, out, in again; in twice is a duplicate


checkpoint_category = Table(
    "checkpoint_category",
    db.metadata,
    Column("checkpoint_id", ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "category_id", ForeignKey("category.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)
"""The only categories that may pass, where the checkpoint is for some only."""

device_checkpoint = Table(
    "device_checkpoint",
    db.metadata,
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "checkpoint_id",
        ForeignKey("checkpoint.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
)
"""The only checkpoints at which a device may scan, where it is restricted."""

device_group = Table(
    "device_group",
    db.metadata,
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "group_id", ForeignKey("visit_group.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)
"""The visit groups whose roll is called with a leader's device that was provisioned by a link."""


def _usual_leg(context: Any) -> Leg:
    is_bus = context.get_current_parameters()["kind"] == CheckpointKind.BUS
    return Leg.DEPARTURE if is_bus else Leg.NONE


class Checkpoint(Model):
    """A place and time where people are scanned."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        CheckConstraint("kind in ('door', 'training', 'meal', 'bus')", name="kind"),
        CheckConstraint("passage in ('once', 'many', 'in_out')", name="passage"),
        CheckConstraint("leg in ('', 'departure', 'stop', 'return')", name="leg"),
        CheckConstraint("(leg = '') = (kind <> 'bus')", name="leg_of_bus"),
        CheckConstraint("(leg = 'stop') = (stop_id is not null)", name="stop"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CheckpointKind] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    day_id: Mapped[int | None] = mapped_column(ForeignKey("day.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    leg: Mapped[Leg] = mapped_column(String(10), default=_usual_leg)
    stop_id: Mapped[int | None] = mapped_column(
        ForeignKey("visit_stop.id", ondelete="CASCADE"), index=True
    )
    # None is no limit on that side.
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passage: Mapped[Passage] = mapped_column(String(10), default=Passage.ONCE)
    # Whether it is for its categories alone: for nobody, where those are gone.
    is_for_some: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    categories: Mapped[list[Category]] = relationship(
        secondary=checkpoint_category, order_by=Category.id
    )
    day: Mapped[Day | None] = relationship()
    session: Mapped[Session | None] = relationship()
    group: Mapped[VisitGroup | None] = relationship()
    stop: Mapped[Stop | None] = relationship()

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return self.name_en if language == "en" and self.name_en else self.name


class Rights(StrEnum):
    """What whoever holds a device may do."""

    STEWARD = "steward"  # scan and see the verdict
    SUPERVISOR = "supervisor"  # find people, walk-ins, undo, override, print badges
    KIOSK = "kiosk"  # delegates check themselves in, and their badge is printed
    LEADER = "leader"  # calls the roll of their groups: scan, undo, take guests along, see phones


class Device(Model):
    """A provisioned scanner: it holds a token for one event."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("rights in ('steward', 'supervisor', 'kiosk', 'leader')", name="rights"),
        CheckConstraint("battery >= 0 and battery <= 100", name="battery"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    rights: Mapped[Rights] = mapped_column(String(20), default=Rights.STEWARD)
    # SHA-256 of the secret in the provisioning link and of the token.
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The user whose check-in page this is; None for a device that was provisioned by a link.
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    # Whether it scans at its checkpoints alone: at none, where those are gone. A leader's scans at
    # those of its groups, whichever these are now (checkin.leading).
    is_restricted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What it said of itself when it last reported: percent, and entries of its log not yet sent.
    battery: Mapped[int | None]
    unsent: Mapped[int | None]
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether it has a new token: its next report shows whether that is another phone.
    is_log_new: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    checkpoints: Mapped[list[Checkpoint]] = relationship(
        secondary=device_checkpoint, order_by=[Checkpoint.position, Checkpoint.id]
    )
    # Of a leader's device that was provisioned by a link.
    groups: Mapped[list[VisitGroup]] = relationship(
        secondary=device_group, order_by=VisitGroup.letter
    )


class EndedToken(Model):
    """A token that a device held before: whoever still shows it is told to forget everything."""

    __tablename__ = "ended_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), index=True)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DeviceCount(Model):
    """What a device says of its log at one checkpoint; compared with what has arrived."""

    __tablename__ = "device_count"

    device_id: Mapped[int] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE"), primary_key=True
    )
    checkpoint_id: Mapped[int] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # Entries that it has ever stored, and those of them that were not acknowledged yet; and how
    # many of both are those of other phones, which were this device before.
    made: Mapped[int]
    unsent: Mapped[int]
    made_before: Mapped[int] = mapped_column(default=0)
    unsent_before: Mapped[int] = mapped_column(default=0)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Verdict(StrEnum):
    """What a scan decided."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a scan was refused."""

    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    NOT_APPROVED = "not_approved"
    WRONG_CHECKPOINT = "wrong_checkpoint"
    NOT_OPEN = "not_open"
    NOT_ALLOWED = "not_allowed"  # the device may not take back what was done


class EntryKind(StrEnum):
    """What an entry of the log is."""

    SCAN = "scan"
    UNDO = "undo"  # takes back what an earlier entry did, with a reason


class Direction(StrEnum):
    """Which way somebody passes a checkpoint that counts both ways."""

    IN = "in"
    OUT = "out"


class Scan(Model):
    """One reading of one code, as it arrived, or its being taken back; never changed or deleted."""

    __tablename__ = "scan"
    __table_args__ = (
        CheckConstraint("kind in ('scan', 'undo')", name="kind"),
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        Index("ix_scan_event_id_received_at", "event_id", "received_at"),
        Index("ix_scan_delegate_id", "delegate_id"),
        # The few that take another one back.
        Index(
            "ix_scan_undoes_id",
            "undoes_id",
            sqlite_where=text("undoes_id IS NOT NULL"),
            postgresql_where=text("undoes_id IS NOT NULL"),
        ),
        Index(
            "ix_scan_undo_delegate_id",
            "delegate_id",
            sqlite_where=text("kind = 'undo'"),
            postgresql_where=text("kind = 'undo'"),
        ),
        Index("ix_scan_event_id_code", "event_id", "code"),
    )

    # Made by the device (a UUID in canonical form), so that a replay is recognised.
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"))
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id"))
    code: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[Verdict] = mapped_column(String(20))
    reason: Mapped[Reason | None] = mapped_column(String(20))
    # By the device's clock; how far that was from the server's (ms, to be added); and so when.
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    clock_offset_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[EntryKind] = mapped_column(String(10), default=EntryKind.SCAN)
    direction: Mapped[Direction] = mapped_column(String(3), default=Direction.IN)
    # The entry that is taken back, and why; or why the verdict was overridden.
    undoes_id: Mapped[str | None] = mapped_column(String(36))
    note: Mapped[str] = mapped_column(String(300), default="")
    # How the code came: scanner, camera, typed, name, delegation, paper, walk_in, kiosk, roll.
    source: Mapped[str] = mapped_column(String(20), default="")

    delegate: Mapped[Delegate | None] = relationship()


class Attendance(Model):
    """The scan that first admitted a delegate at a checkpoint.

    It adds nothing to the log: its key is what makes one of two simultaneous scans the first.
    """

    __tablename__ = "attendance"
    __table_args__ = (Index("ix_attendance_event_id_first_read_at", "event_id", "first_read_at"),)

    checkpoint_id: Mapped[int] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True
    )
    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    scan_id: Mapped[str] = mapped_column(String(36))
    first_read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # At a checkpoint that counts both ways: when they last went out, None while they are in; and
    # when they last passed, so that what arrives late does not turn it back.
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DiscrepancyKind(StrEnum):
    """How what a door did differs from what the server would have said."""

    DOUBLE = "double"  # let in by two desks: both were offline, or one did not know yet
    REFUSED = "refused"  # let in, though the server refuses
    UNKNOWN = "unknown"  # let in "to be confirmed", and nobody has the code
    AFTER_CLOSE = "after_close"  # arrived after the checkpoint was closed out
    WALK_IN = "walk_in"  # came unregistered, and could not simply be registered
    OVERRIDE = "override"  # a supervisor let in whom the rules refuse
    GUEST = "guest"  # is on the bus of another group, and has no seat there


class WalkInOutcome(StrEnum):
    """What became of somebody who came unregistered."""

    REGISTERED = "registered"
    WAITLISTED = "waitlisted"  # no place was left
    KNOWN = "known"  # was registered already
    REFUSED = "refused"


class WalkIn(Model):
    """Somebody who was registered at the door, as the device sent it; sent again, a replay."""

    __tablename__ = "walk_in"

    # Made by the device (a UUID in canonical form).
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    delegate_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegate.id", ondelete="SET NULL"), index=True
    )
    outcome: Mapped[WalkInOutcome] = mapped_column(String(20))
    # What was written on their badge at the door; where it is not their pass code (they were
    # registered already), it leads to them all the same.
    code: Mapped[str | None] = mapped_column(String(12), index=True)
    # Which rule, quota or field stood against it, for whoever looks at it.
    why: Mapped[str] = mapped_column(String(500), default="")
    # What was typed, for as long as somebody has to look at it.
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Discrepancy(Model):
    """Something to be looked at by a supervisor: found on arrival, kept when it is settled."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        CheckConstraint(
            "kind in ('double', 'refused', 'unknown', 'after_close', 'walk_in', 'override',"
            " 'guest')",
            name="kind",
        ),
        Index("ix_discrepancy_event_id_settled_at", "event_id", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[DiscrepancyKind] = mapped_column(String(20))
    scan_id: Mapped[str | None] = mapped_column(
        ForeignKey("scan.id", ondelete="CASCADE"), unique=True
    )
    walk_in_id: Mapped[str | None] = mapped_column(
        ForeignKey("walk_in.id", ondelete="CASCADE"), unique=True
    )
    checkpoint_id: Mapped[int | None] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), index=True
    )
    # What the device had shown, and so what the door did.
    shown: Mapped[str] = mapped_column(String(20), default="")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str] = mapped_column(String(254), default="")
    note: Mapped[str] = mapped_column(String(500), default="")

    scan: Mapped[Scan | None] = relationship()
    walk_in: Mapped[WalkIn | None] = relationship()
    checkpoint: Mapped[Checkpoint | None] = relationship()


class Closing(Model):
    """A checkpoint that was closed out: everything that happened there has arrived."""

    __tablename__ = "closing"

    checkpoint_id: Mapped[int] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True
    )
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500), default="")
    # The figures that were signed, as the report prints them.
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)

    checkpoint: Mapped[Checkpoint] = relationship()


class Explanation(Model):
    """Why a device's counts may stay as they are: it was lost, its scans are on paper …"""

    __tablename__ = "explanation"

    checkpoint_id: Mapped[int] = mapped_column(
        ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True
    )
    device_id: Mapped[int] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # The device's counts of which it speaks; new ones need a new explanation.
    made: Mapped[int]
    received: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    given_by: Mapped[str] = mapped_column(String(200))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RosterState(Model):
    """How far the roster of an event is; see eventapp.checkin.roster."""

    __tablename__ = "roster_state"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RosterLine(Model):
    """What devices hold of a delegate, and since which number of the roster; None is no more."""

    __tablename__ = "roster_line"
    __table_args__ = (Index("ix_roster_line_event_id_number", "event_id", "number"),)

    # No reference: a delegate that was deleted is still to be taken from the devices.
    delegate_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    line: Mapped[str | None] = mapped_column(Text)


class Screen(Model):
    """A screen in the hall: whoever has its link sees the arrivals, without names or telephones."""

    __tablename__ = "screen"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
