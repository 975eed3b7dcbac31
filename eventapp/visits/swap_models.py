"""Changes of seats under way: swaps between two delegates, waitlists, the last one by hand."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.database import Model, UtcDateTime, now
from eventapp.registration.models import Delegate
from eventapp.visits.models import VisitGroup


class SwapState(StrEnum):
    """How far a swap is."""

    OPEN = "open"  # somebody would go to another group; nobody who would come from there yet
    OFFERED = "offered"  # two are found, and have not both agreed yet
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"  # one of the two seats has changed meanwhile, or a rule is against it


PENDING = (SwapState.OPEN, SwapState.OFFERED)
_IS_PENDING = text("state in ('open', 'offered')")


class SeatSwap(Model):
    """Two seats that are to be exchanged, or a wish for that.

    Whoever is pending anywhere is so once: held by the locks of the delegates' rows, and for each
    of the two sides by the database too.
    """

    __tablename__ = "seat_swap"
    __table_args__ = (
        CheckConstraint(
            "state in ('open', 'offered', 'done', 'declined', 'withdrawn', 'expired', 'void')",
            name="state",
        ),
        CheckConstraint("state <> 'offered' or other_id is not null", name="other"),
        CheckConstraint("asker_id <> other_id", name="two"),
        Index(
            "uq_seat_swap_asker",
            "asker_id",
            unique=True,
            sqlite_where=_IS_PENDING,
            postgresql_where=_IS_PENDING,
        ),
        Index(
            "uq_seat_swap_other",
            "other_id",
            unique=True,
            sqlite_where=_IS_PENDING,
            postgresql_where=_IS_PENDING,
        ),
        Index("ix_seat_swap_event_id_state", "event_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[SwapState] = mapped_column(String(20), default=SwapState.OPEN)
    # Whether they have found each other by what they wish, and not by a code that was given.
    is_open: Mapped[bool] = mapped_column(default=False)
    asker_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), index=True
    )
    # Where each of them sits until it is done.
    asker_group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    other_group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # When the other one began to wish for it, where they did.
    other_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asker_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    other_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="SET NULL"))
    # Whether an end that came from outside is followed up: the others told, their wishes going on.
    is_followed_up: Mapped[bool] = mapped_column(default=True)

    asker: Mapped[Delegate] = relationship(foreign_keys=[asker_id])
    other: Mapped[Delegate | None] = relationship(foreign_keys=[other_id])
    asker_group: Mapped[VisitGroup] = relationship(foreign_keys=[asker_group_id])
    other_group: Mapped[VisitGroup] = relationship(foreign_keys=[other_group_id])

    @property
    def parties(self) -> list[int]:
        """The ids of those whom it is about, in order."""
        return sorted(it for it in (self.asker_id, self.other_id) if it is not None)


class GroupWait(Model):
    """Somebody who waits for a seat in a group, with or without one in another."""

    __tablename__ = "group_wait"
    __table_args__ = (Index("ix_group_wait_group_id_place", "group_id", "place"),)

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id", ondelete="CASCADE"))
    # Their turn: as they came, unless organisers say otherwise.
    place: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegate: Mapped[Delegate] = relationship()
    group: Mapped[VisitGroup] = relationship()


class LastMove(Model):
    """The last change of seats on an event's board, so that it can be taken back."""

    __tablename__ = "last_move"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    # Of each: who, from which group or None, into which, and how they had come by the seat before.
    moves: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    made_by: Mapped[User | None] = relationship()
