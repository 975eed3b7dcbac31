"""The programme day by day, and which sessions run side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar


class Day(Protocol):
    """A day of an event, as far as the timetable goes."""

    @property
    def id(self) -> Any: ...

    @property
    def date(self) -> Any: ...


class Timed(Protocol):
    """A session, as far as the timetable goes: its day, and from when to when."""

    @property
    def day_id(self) -> Any: ...

    @property
    def starts_at(self) -> Any: ...

    @property
    def ends_at(self) -> Any: ...


T = TypeVar("T", bound=Timed)


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """A stretch of time with what takes place in it: one session, or several in parallel."""

    starts_at: datetime
    ends_at: datetime
    sessions: tuple[T, ...]

    @property
    def is_parallel(self) -> bool:
        """Whether people have to choose."""
        return len(self.sessions) > 1


def slots(sessions: Iterable[T]) -> list[Slot[T]]:
    """Sessions in order of time, those that overlap, directly or through others, in one slot.

    A session that begins when another ends does not overlap it. Within a slot the given order
    stays for sessions that start together.
    """
    gathered: list[list[T]] = []
    end: datetime | None = None
    for session in sorted(sessions, key=lambda s: s.starts_at):
        if end is not None and session.starts_at < end:
            gathered[-1].append(session)
            end = max(end, session.ends_at)
        else:
            gathered.append([session])
            end = session.ends_at
    return [
        Slot(together[0].starts_at, max(s.ends_at for s in together), tuple(together))
        for together in gathered
    ]


@dataclass(frozen=True, slots=True)
class DayPlan(Generic[T]):
    """One day of an event with its slots; none when nothing is planned yet."""

    day_id: int
    date: date
    slots: list[Slot[T]]

    @property
    def sessions(self) -> list[T]:
        """The day's sessions, one after the other."""
        return [session for slot in self.slots for session in slot.sessions]


def by_day(days: Iterable[Day], sessions: Sequence[T]) -> list[DayPlan[T]]:
    """Every day with the slots of its sessions."""
    return [
        DayPlan(day.id, day.date, slots(s for s in sessions if s.day_id == day.id)) for day in days
    ]
