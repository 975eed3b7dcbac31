"""Visit groups and who is in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now
from eventapp.events.models import Event, Site
from eventapp.registration.models import Delegate


class VisitGroup(Model):
    """One departure to one site: a bus, its leader and its seats."""

    __tablename__ = "visit_group"
    __table_args__ = (
        UniqueConstraint("event_id", "letter"),
        CheckConstraint("capacity >= 0", name="capacity"),
        # Held by the database too: no path through the code can seat one too many.
        CheckConstraint("taken >= 0 and taken <= capacity", name="taken"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    # What is painted on the badge and the windscreen: A, B, C …
    letter: Mapped[str] = mapped_column(String(4))
    bus: Mapped[str] = mapped_column(String(80), default="")
    leader_name: Mapped[str] = mapped_column(String(200), default="")
    leader_phone: Mapped[str] = mapped_column(String(20), default="")
    leader_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    meeting_point: Mapped[str] = mapped_column(String(200), default="")
    departs_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returns_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    notes: Mapped[str] = mapped_column(Text, default="")

    event: Mapped[Event] = relationship()
    site: Mapped[Site] = relationship()


class Allocation(Model):
    """A delegate's seat in a visit group."""

    __tablename__ = "allocation"

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id"), index=True)
    allocated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    delegate: Mapped[Delegate] = relationship()
    group: Mapped[VisitGroup] = relationship()
