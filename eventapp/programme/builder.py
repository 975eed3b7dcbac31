"""The builder's grid: days or rooms as columns, time downwards, sessions as blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from eventapp.events.models import Day, Event, Room
from eventapp.programme.checking import Checked
from eventapp.programme.clash_words import signs
from eventapp.programme.models import Session
from eventapp.programme.timetable import lanes

_HOUR = 60
_LAST = 24 * _HOUR
_USUAL = (8 * _HOUR, 17 * _HOUR)  # of an event without sessions and hours
_SHORT = 30


class View(StrEnum):
    """What the columns are."""

    DAYS = "days"
    ROOMS = "rooms"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Block:
    """A session in its column. Times are minutes after midnight in the event's zone."""

    session: Session
    start: int
    end: int
    lane: int
    lanes: int
    signed_up: int
    places: int | None
    signs: Sequence[str]
    """What is wrong with it, in a few words."""

    @property
    def is_short(self) -> bool:
        """Whether it has room for one line only."""
        return self.end - self.start < _SHORT


@dataclass(frozen=True, slots=True)
class Column:
    """A day, or a room of a day; ``room_id`` is 0 for no room, None where it says nothing."""

    day: Day
    room: Room | None
    room_id: int | None
    blocks: Sequence[Block]
    closed: Sequence[tuple[int, int]]
    """From when to when nothing should take place, within the grid."""

    @property
    def most_lanes(self) -> int:
        """How many sessions stand side by side where there are most."""
        return max((it.lanes for it in self.blocks), default=1)


@dataclass(frozen=True, slots=True)
class Grid:
    """All columns, and from when to when they reach."""

    view: View
    day: Day
    columns: Sequence[Column]
    first: int
    last: int

    @property
    def hours(self) -> range:
        """The full hours within the grid, as minutes."""
        return range(self.first, self.last, _HOUR)


def grid_of(event: Event, checked: Checked, view: View, day: Day) -> Grid:
    """The grid of all days, or of one day's rooms."""
    shown = [it for it in checked.sessions if view == View.DAYS or it.day_id == day.id]
    first, last = _reach(event, shown, event.days if view == View.DAYS else [day])
    groups: list[tuple[Day, Room | None, int | None, list[Session]]]
    if view == View.DAYS:
        groups = [(it, None, None, [s for s in shown if s.day_id == it.id]) for it in event.days]
    else:
        groups = [(day, it, it.id, [s for s in shown if s.room_id == it.id]) for it in event.rooms]
        groups.append((day, None, 0, [s for s in shown if s.room_id is None]))
    columns = [
        Column(
            of_day, room, room_id, _blocks(event, checked, sessions), _closed(of_day, first, last)
        )
        for of_day, room, room_id, sessions in groups
    ]
    return Grid(view, day, columns, first, last)


def _blocks(event: Event, checked: Checked, sessions: Sequence[Session]) -> list[Block]:
    known = checked.attendance
    return [
        Block(
            session=session,
            start=_minutes(session.starts_at.astimezone(event.zone).time()),
            end=_minutes(session.ends_at.astimezone(event.zone).time()),
            lane=lane,
            lanes=number,
            signed_up=len(known.delegates.get(session.id, ())),
            places=known.places.get(session.id),
            signs=signs(checked.of_session.get(session.id, ())),
        )
        for session, lane, number in lanes(sessions)
    ]


def _reach(event: Event, sessions: Sequence[Session], days: Sequence[Day]) -> tuple[int, int]:
    """From the hour before the first to the hour after the last of all that takes place."""
    starts = [_minutes(it.starts_at.astimezone(event.zone).time()) for it in sessions]
    ends = [_minutes(it.ends_at.astimezone(event.zone).time()) for it in sessions]
    starts += [_minutes(it.opens_at) for it in days if it.opens_at]
    ends += [_minutes(it.closes_at) for it in days if it.closes_at]
    first, last = min(starts, default=_USUAL[0]), max(ends, default=_USUAL[1])
    first, last = first // _HOUR * _HOUR - _HOUR, -(-last // _HOUR) * _HOUR + _HOUR
    return max(0, first), min(_LAST, max(last, first + 2 * _HOUR))


def _closed(day: Day, first: int, last: int) -> list[tuple[int, int]]:
    closed = []
    if day.opens_at and (opens := _minutes(day.opens_at)) > first:
        closed.append((first, min(opens, last)))
    if day.closes_at and (closes := _minutes(day.closes_at)) < last:
        closed.append((max(closes, first), last))
    return closed


def _minutes(clock: time) -> int:
    return clock.hour * _HOUR + clock.minute
