"""An event and the things that every feature speaks of."""

import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, now


def new_version() -> str:
    """A mark that was never there before."""
    return uuid.uuid4().hex


class Event(Model):
    """A conference of one or more days at one place."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(Text)
    short_title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(Text, default="")
    organiser: Mapped[str] = mapped_column(String(200), default="")
    co_organiser: Mapped[str] = mapped_column(String(200), default="")
    venue: Mapped[str] = mapped_column(String(300), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Ho_Chi_Minh")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    registration_open: Mapped[bool] = mapped_column(default=True)
    # Whether people are put on a waitlist once every place is taken, and for how many hours a
    # place that becomes free is held for the first of them.
    has_waitlist: Mapped[bool] = mapped_column(default=False)
    offer_hours: Mapped[int] = mapped_column(default=48)
    # The last day on which delegates change their registration themselves, and which parts of it
    # (names of eventapp.registration.editing); None is every part, without end.
    self_edit_until: Mapped[date | None]
    self_edit_parts: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # Another one whenever what people may choose changes (eventapp.registration.offer).
    offer_version: Mapped[str] = mapped_column(String(32), default=new_version)
    # Personal data is anonymised after this day.
    retention_until: Mapped[date | None]
    # Which parts of a demo event were made up, shown wherever they appear as fact.
    illustrative: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    days: Mapped[list["Day"]] = relationship(
        back_populates="event", order_by="Day.date", cascade="all, delete-orphan"
    )
    rooms: Mapped[list["Room"]] = relationship(
        back_populates="event", order_by="Room.position", cascade="all, delete-orphan"
    )
    categories: Mapped[list["Category"]] = relationship(
        back_populates="event",
        order_by="Category.position",
        cascade="all, delete-orphan",
    )
    sites: Mapped[list["Site"]] = relationship(
        back_populates="event", order_by="Site.position", cascade="all, delete-orphan"
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the event's times are shown."""
        return ZoneInfo(self.timezone)

    def title_in(self, language: str) -> str:
        """The full title in ``vi`` or ``en``."""
        return self.title_en if language == "en" and self.title_en else self.title

    def short_title_in(self, language: str) -> str:
        """What the event is called for short; in English, which has no other, the full title."""
        return self.title_en if language == "en" and self.title_en else self.short_title


class Day(Model):
    """One calendar day of an event, in the event's zone."""

    __tablename__ = "day"
    __table_args__ = (UniqueConstraint("event_id", "date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    date: Mapped[date]
    # Within these hours sessions take place, in the event's zone; None is any time.
    opens_at: Mapped[time | None]
    closes_at: Mapped[time | None]

    event: Mapped[Event] = relationship(back_populates="days")


class Room(Model):
    """Where sessions take place."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    capacity: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="rooms")


class Category(Model):
    """What a delegate comes as; it gives the badge its colour (``#rrggbb``)."""

    __tablename__ = "category"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("length(colour) = 7", name="colour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    colour: Mapped[str] = mapped_column(String(7))
    position: Mapped[int] = mapped_column(default=0)
    # Whether people may choose it themselves when they register.
    is_public: Mapped[bool] = mapped_column(default=True)
    # Whether organisers must approve whoever registers in it.
    needs_approval: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship(back_populates="categories")

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return self.name_en if language == "en" and self.name_en else self.name


class Site(Model):
    """A place that delegates can visit; groups that go there are in eventapp.visits."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("capacity >= 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    map_url: Mapped[str] = mapped_column(String(500), default="")
    # In which languages visitors are shown round, as people say it.
    languages: Mapped[str] = mapped_column(String(200), default="")
    safety: Mapped[str] = mapped_column(Text, default="")
    # How many visitors there may be at one time; None is no limit.
    capacity: Mapped[int | None]
    # Whether all of it is known to be open to whoever climbs no steps.
    is_step_free: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="sites")
