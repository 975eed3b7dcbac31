"""What takes place now, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo


class Timed(Protocol):
    """Something that takes place, as far as this goes."""

    @property
    def starts_at(self) -> Any: ...

    @property
    def ends_at(self) -> Any: ...


T = TypeVar("T", bound=Timed)


@dataclass(frozen=True, slots=True)
class Moment(Generic[T]):
    """The sessions that are going on, and those that begin next, together."""

    now: tuple[T, ...]
    next: tuple[T, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be shown."""
        return not (self.now or self.next)


def moment_of(sessions: Sequence[T], at: datetime, zone: ZoneInfo) -> Moment[T]:
    """What goes on at an instant, from the morning of the first day to the end of the last session.

    Before that day nothing comes next: a programme of next month is no news. A session goes on
    from its beginning up to, but not at, its end.
    """
    if not sessions:
        return Moment((), ())
    if at.astimezone(zone).date() < min(it.starts_at for it in sessions).astimezone(zone).date():
        return Moment((), ())
    later = [it for it in sessions if it.starts_at > at]
    first = min((it.starts_at for it in later), default=None)
    return Moment(
        tuple(it for it in sessions if it.starts_at <= at < it.ends_at),
        tuple(it for it in later if it.starts_at == first),
    )
