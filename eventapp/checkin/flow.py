"""How people come in at a place: minute by minute, desk by desk, and how long it will take. Pure.

The formulas are those of eventapp.checkin.pace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventapp.checkin import arrivals, pace
from eventapp.checkin.arrivals import Facts, PassedAt, Place, Point
from eventapp.checkin.pace import Bar, Minutes, Rate

STEPS = 60
"""Minutes on the chart."""
_SILENT_AFTER = timedelta(minutes=3)
_ON_PAPER = "paper"
"""Typed in from a paper list: its times are those of the list, and say nothing of the desk."""


@dataclass(frozen=True, slots=True)
class Served:
    """An entry of the log."""

    id: str
    device_id: int
    checkpoint_id: int | None
    at: datetime
    received_at: datetime
    source: str
    is_scan: bool
    """And not something that was taken back."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as it last reported."""

    id: int
    name: str
    unsent: int | None
    battery: int | None
    seen_at: datetime | None
    is_revoked: bool
    leads: frozenset[int] = frozenset()
    """The visit groups whose roll is called with it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A device at a place."""

    name: str
    lately: int
    """Scans of the last five minutes."""
    per_minute: float
    """The same by minute."""
    last_at: datetime | None
    unsent: int
    battery: int | None
    is_at_work: bool
    is_silent: bool
    """Nothing was heard of it for some minutes, and it is not revoked."""


@dataclass(frozen=True, slots=True)
class PointCount:
    """A checkpoint by itself."""

    point: Point
    expected: int
    arrived: int
    extra: int
    inside: int | None
    """None where only one way is counted."""
    lately: int


@dataclass(frozen=True, slots=True)
class Flow:
    """How people come in at a place."""

    lately: int
    pace: Rate | None
    until_all: Minutes | None
    """Until everybody is in at this pace."""
    capacity: Rate | None
    desks_at_work: int
    wait: Minutes | None
    """Of the last one, if all who are missing came now."""
    bars: tuple[Bar, ...]
    desks: tuple[Desk, ...]
    points: tuple[PointCount, ...]


def flow(
    facts: Facts,
    passed: PassedAt,
    served: Sequence[Served],
    last: Mapping[tuple[int, int], datetime],
    devices: Sequence[DeviceRow],
    place: Place,
    now: datetime,
) -> Flow:
    """How people come in at a place, as of a moment."""
    times = arrivals.first_times(passed, place)
    total = arrivals.total(arrivals.tiles(facts, passed, place))
    at_desks: dict[int, list[datetime]] = {}
    for it in served:
        if it.checkpoint_id in place.checkpoints and it.source != _ON_PAPER:
            at_desks.setdefault(it.device_id, []).append(it.at)
    desks = _desks(at_desks, last, devices, place, now)
    lately = pace.pace(times, now)
    capacity = pace.capacity(at_desks, now)
    return Flow(
        lately=pace.in_last(times, now, pace.LATELY),
        pace=lately,
        until_all=pace.wait(total.missing, lately),
        capacity=capacity,
        desks_at_work=sum(it.is_at_work for it in desks),
        wait=pace.wait(total.missing, capacity),
        bars=tuple(pace.by_steps(times, _end(times, now), steps=STEPS)),
        desks=desks,
        points=tuple(_count(facts, passed, it, now) for it in place.points),
    )


def _end(times: Sequence[datetime], now: datetime) -> datetime:
    """Now; once nobody has come for an hour, when the last one came."""
    past = [it for it in times if it <= now]
    if past and now - past[-1] >= pace.MINUTE * STEPS:
        return past[-1]
    return now


def _desks(
    at_desks: Mapping[int, Sequence[datetime]],
    last: Mapping[tuple[int, int], datetime],
    devices: Sequence[DeviceRow],
    place: Place,
    now: datetime,
) -> tuple[Desk, ...]:
    found = []
    for device in devices:
        times = [it for id_ in place.checkpoints if (it := last.get((device.id, id_)))]
        if not times:
            continue
        lately = pace.in_last(at_desks.get(device.id, ()), now, pace.LATELY)
        is_silent = device.seen_at is None or now - device.seen_at > _SILENT_AFTER
        found.append(
            Desk(
                name=device.name,
                lately=lately,
                per_minute=lately / (pace.LATELY / pace.MINUTE),
                last_at=max(times),
                unsent=device.unsent or 0,
                battery=device.battery,
                is_at_work=lately > 0,
                is_silent=is_silent and not device.is_revoked,
            )
        )
    return tuple(found)


def _count(facts: Facts, passed: PassedAt, point: Point, now: datetime) -> PointCount:
    place = Place(str(point.id), (point,))
    total = arrivals.total(arrivals.tiles(facts, passed, place))
    times = arrivals.first_times(passed, place)
    return PointCount(
        point=point,
        expected=total.expected,
        arrived=total.arrived,
        extra=total.extra,
        inside=arrivals.inside(passed, place) if place.counts_both_ways else None,
        lately=pace.in_last(times, now, pace.LATELY),
    )
