"""Plans of halls, and who sits where."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.events.models import Event, Room
from eventapp.programme.models import Session
from eventapp.seating.hall import Hall, Seat


class SeatingPlan(Model):
    """A room as rows of seats, for everybody who comes or for those of one class."""

    __tablename__ = "seating_plan"
    __table_args__ = (
        UniqueConstraint("room_id"),
        CheckConstraint("rows between 1 and 60 and seats between 1 and 60", name="size"),
        CheckConstraint("stage in ('top', 'bottom')", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"))
    # Only those enrolled in it are seated; None seats everybody who comes.
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"))
    rows: Mapped[int]
    seats: Mapped[int]  # of each row
    # After which seats of a row there is an aisle, from the left.
    aisles: Mapped[list[int]] = mapped_column(JSON)
    # (row, number) of seats that nobody is to sit on.
    closed: Mapped[list[list[int]]] = mapped_column(JSON)
    front_rows: Mapped[int] = mapped_column(default=1)
    # At which edge of the drawing the stage is.
    stage: Mapped[str] = mapped_column(String(10), default="top")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revision: Mapped[int] = mapped_column(default=0)

    # Two organisers at once: the second to change an old copy is told, not obeyed.
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    event: Mapped[Event] = relationship()
    room: Mapped[Room] = relationship()
    session: Mapped[Session | None] = relationship()

    @property
    def hall(self) -> Hall:
        """The plan as the pure modules take it."""
        return Hall(
            self.rows,
            self.seats,
            frozenset(self.aisles),
            frozenset(Seat(row, number) for row, number in self.closed),
            self.front_rows,
        )


class SeatTaken(Model):
    """Who has a seat of a plan."""

    __tablename__ = "seat_taken"
    __table_args__ = (UniqueConstraint("plan_id", "delegate_id"),)

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("seating_plan.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), index=True
    )
    # Stays when the hall is arranged anew.
    is_pinned: Mapped[bool] = mapped_column(default=False)
