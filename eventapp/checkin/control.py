"""Where the buses of all groups are, and who is missing. Pure: made of a snapshot's facts.

A group's way has legs: its departure, its stops, its return. At each there may be checkpoints; who
has passed them is on board. A bus is at the last leg at which anything has happened. Expected at
the departure is whoever has a seat; later, whoever was on board before and was not excused. Whoever
was last seen on the bus of another group is there, and nobody looks for them here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.checkin.arrivals import Facts, Guest, PassedAt, Point
from eventapp.checkin.flow import DeviceRow
from eventapp.checkin.models import Leg
from eventapp.checkin.way_facts import BusFact, Roll, StopFact, Way
from eventapp.registration.models import Status

OVERDUE_AFTER = timedelta(minutes=10)
"""So long after the time of the plan somebody asks what is the matter …"""
FORGOTTEN_AFTER = timedelta(days=1)
"""… and so long after it nobody does any more: the roll was never called."""


class Phase(StrEnum):
    """How far a bus is at its leg."""

    WAITING = "waiting"  # nothing has happened at any leg
    BOARDING = "boarding"
    GONE = "gone"  # the roll of the leg is closed
    BACK = "back"  # that of the return is


@dataclass(frozen=True, slots=True)
class Step:
    """A leg of the plan: when it was to be over, and when its roll was closed."""

    leg: Leg
    stop: StopFact | None
    planned_at: datetime | None
    closed_at: datetime | None
    is_here: bool
    """Whether the bus is at this one."""


@dataclass(frozen=True, slots=True)
class Late:
    """Somebody who came aboard after the roll was closed."""

    guest: Guest
    at: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """A bus with its people; ``bus`` is None for a group without buses, and for those in none."""

    group_id: int
    bus: BusFact | None
    phase: Phase
    steps: tuple[Step, ...]
    here: Step
    """The leg at which it is; the departure for one that waits."""
    present: int
    """On board at this leg, late ones and guests too; and with those who are awaited there:"""
    expected: int
    missing: tuple[Guest, ...]
    """At the last leg whose roll is closed, as it is now: late ones are not missing any more."""
    awaited: tuple[Guest, ...]
    """Not yet on board at a leg whose roll is open."""
    excused: tuple[Guest, ...]
    late: tuple[Late, ...]
    guests: tuple[Guest, ...]
    """On board though their seat was elsewhere, and who have one here now or have none."""
    left_behind: tuple[Guest, ...]
    """With a seat here, and never on board."""
    overdue_since: datetime | None
    """The time of the plan, where that was `OVERDUE_AFTER` ago and the roll is not closed."""

    @property
    def key(self) -> str:
        """What it is known by on the page."""
        return f"{self.group_id}-{self.bus.id if self.bus else 0}"


@dataclass(frozen=True, slots=True)
class Party:
    """A group: its units and the phones of its leaders."""

    way: Way
    units: tuple[Unit, ...]
    devices: tuple[DeviceRow, ...]
    has_legs: bool
    """Whether it has any checkpoint at all."""


@dataclass(frozen=True, slots=True)
class Totals:
    """All buses together."""

    missing: int
    buses_missing: int
    """Those on which somebody is missing."""
    buses: int
    under_way: int
    back: int
    overdue: int
    unsent: int
    """Entries that leaders' phones have not sent."""


def parties(
    facts: Facts,
    passed: PassedAt,
    rolls: Sequence[Roll],
    devices: Iterable[DeviceRow],
    moment: datetime,
) -> list[Party]:
    """The groups by letter, as they are at a moment."""
    points: defaultdict[int, list[Point]] = defaultdict(list)
    for point in facts.points:
        if point.gate.group_id is not None:
            points[point.gate.group_id].append(point)
    seen = _last_seen(points, passed)
    people: defaultdict[int, list[Guest]] = defaultdict(list)
    for guest in facts.guests:
        groups = {guest.person.group_id, *seen.get(guest.id, {})} - {None}
        for group_id in groups:
            people[group_id or 0].append(guest)
    phones = [it for it in devices if it.leads and not it.is_revoked]
    return [
        Party(
            way,
            _Group(way, points[way.group_id], people[way.group_id], passed, rolls, seen).units(
                moment
            ),
            tuple(it for it in phones if way.group_id in it.leads),
            bool(points[way.group_id]),
        )
        for way in facts.ways
    ]


def totals(found: Sequence[Party]) -> Totals:
    """All buses together; a phone that leads several groups counts once."""
    units = [unit for party in found for unit in party.units]
    phones = {it.id: it.unsent or 0 for party in found for it in party.devices}
    return Totals(
        missing=sum(len(it.missing) for it in units),
        buses_missing=sum(bool(it.missing) for it in units),
        buses=len(units),
        under_way=sum(it.phase in (Phase.BOARDING, Phase.GONE) for it in units),
        back=sum(it.phase is Phase.BACK for it in units),
        overdue=sum(it.overdue_since is not None for it in units),
        unsent=sum(phones.values()),
    )


def _last_seen(
    points: Mapping[int, Sequence[Point]], passed: PassedAt
) -> dict[int, dict[int, datetime]]:
    """Delegate → group → when they were last seen on a bus of it."""
    seen: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    for group_id, its in points.items():
        for point in its:
            for who, it in passed.get(point.id, {}).items():
                if it.first_at is not None:
                    known = seen[who].get(group_id)
                    seen[who][group_id] = it.first_at if known is None else max(known, it.first_at)
    return seen


@dataclass(frozen=True, slots=True)
class _LegOf:
    """A leg with its checkpoints."""

    leg: Leg
    stop: StopFact | None
    planned_at: datetime | None
    points: frozenset[int]
    present: Mapping[int, datetime]
    """Who is on board there, and since when."""


class _Group:
    """One group, while its units are worked out."""

    def __init__(
        self,
        way: Way,
        points: Sequence[Point],
        people: Sequence[Guest],
        passed: PassedAt,
        rolls: Sequence[Roll],
        seen: Mapping[int, Mapping[int, datetime]],
    ) -> None:
        self._way = way
        self._legs = _legs(way, points, passed)
        own = {it.id for it in points}
        self._rolls = [it for it in rolls if it.checkpoint_id in own]
        self._people = [it for it in people if _is_here(it, way.group_id, seen)]

    def units(self, moment: datetime) -> tuple[Unit, ...]:
        """Its buses, and last those who are in none."""
        buses = {it.id: it for it in self._way.buses}
        inside: defaultdict[int | None, list[Guest]] = defaultdict(list)
        for guest in self._people:
            is_own = guest.person.group_id == self._way.group_id and guest.bus_id in buses
            inside[guest.bus_id if is_own else None].append(guest)
        units = [self._unit(it, inside[it.id], moment) for it in buses.values()]
        if not buses or inside[None]:
            units.append(self._unit(None, inside[None], moment))
        return tuple(units)

    def _unit(self, bus: BusFact | None, people: Sequence[Guest], moment: datetime) -> Unit:
        rolls = [self._roll(leg, bus) for leg in self._legs]
        ids = {it.id for it in people}
        at = _last_of_way(self._legs, rolls, ids)
        place = max(at, 0)
        leg, roll = self._legs[place], rolls[place]
        is_closed = roll is not None and roll.is_closed
        closed = (
            place
            if is_closed
            else next(
                (i for i in range(place - 1, -1, -1) if (it := rolls[i]) and it.is_closed), None
            )
        )
        expected = self._expected(place, rolls, people)
        excused = roll.excused if roll is not None and is_closed else frozenset()
        aboard = {who for it in self._legs for who in it.present}
        awaited = [it for it in expected if it.id not in leg.present]
        present = sum(it.id in leg.present for it in people)
        return Unit(
            group_id=self._way.group_id,
            bus=bus,
            phase=_phase(at, leg, is_closed=is_closed),
            steps=self._steps(rolls, place if at >= 0 else None),
            here=self._steps(rolls, place)[place],
            present=present,
            expected=present + len(awaited),
            missing=tuple(self._missing(closed, rolls, people)),
            awaited=() if is_closed else tuple(awaited),
            excused=tuple(it for it in awaited if it.id in excused),
            late=tuple(_late(leg, roll, people)) if is_closed else (),
            guests=tuple(it for it in people if self._is_guest(it, aboard)),
            left_behind=tuple(
                it for it in people if place > 0 and self._has_seat(it) and it.id not in aboard
            ),
            overdue_since=self._overdue(rolls, at, moment),
        )

    def _roll(self, leg: _LegOf, bus: BusFact | None) -> Roll | None:
        """The one that counts for a bus: the newest of its own and of the whole group's."""
        mine = [
            it
            for it in self._rolls
            if it.checkpoint_id in leg.points and it.bus_id in (None, bus.id if bus else None)
        ]
        return max(mine, key=lambda it: (it.called_at, it.id), default=None)

    def _expected(
        self, place: int, rolls: Sequence[Roll | None], people: Sequence[Guest]
    ) -> list[Guest]:
        if place == 0:
            return [it for it in people if self._has_seat(it)]
        before: set[int] = set()
        for leg, roll in zip(self._legs[:place], rolls, strict=False):
            before |= leg.present.keys()
            if roll is not None and roll.is_closed:
                before -= roll.excused - leg.present.keys()
        return [it for it in people if it.id in before]

    def _missing(
        self, closed: int | None, rolls: Sequence[Roll | None], people: Sequence[Guest]
    ) -> list[Guest]:
        roll = rolls[closed] if closed is not None else None
        if closed is None or roll is None:
            return []
        # Whoever is on board later on has come after.
        later = {who for leg in self._legs[closed:] for who in leg.present}
        expected = self._expected(closed, rolls, people)
        return [it for it in expected if it.id not in later and it.id not in roll.excused]

    def _steps(self, rolls: Sequence[Roll | None], place: int | None) -> tuple[Step, ...]:
        return tuple(
            Step(
                leg.leg,
                leg.stop,
                leg.planned_at,
                roll.called_at if roll is not None and roll.is_closed else None,
                i == place,
            )
            for i, (leg, roll) in enumerate(zip(self._legs, rolls, strict=True))
        )

    def _overdue(self, rolls: Sequence[Roll | None], at: int, moment: datetime) -> datetime | None:
        """When the next roll was to be closed, where that is too long ago."""
        is_closed = at >= 0 and (roll := rolls[at]) is not None and roll.is_closed
        following = at + 1 if is_closed else max(at, 0)
        if following >= len(self._legs):
            return None
        planned = self._legs[following].planned_at
        if planned is None or not OVERDUE_AFTER < moment - planned < FORGOTTEN_AFTER:
            return None
        return planned

    def _has_seat(self, guest: Guest) -> bool:
        return (
            guest.person.group_id == self._way.group_id and guest.person.status == Status.APPROVED
        )

    def _is_guest(self, guest: Guest, aboard: set[int]) -> bool:
        is_theirs = guest.person.group_id == self._way.group_id
        return guest.id in aboard and (guest.is_taken_along or not is_theirs)


def _legs(way: Way, points: Sequence[Point], passed: PassedAt) -> list[_LegOf]:
    """The legs of a way in order, those without a checkpoint too."""

    def leg(which: Leg, planned_at: datetime | None, stop: StopFact | None = None) -> _LegOf:
        its = [
            it.id for it in points if it.leg == which and it.stop_id == (stop.id if stop else None)
        ]
        present: dict[int, datetime] = {}
        for id_ in its:
            for who, found in passed.get(id_, {}).items():
                if found.first_at is not None:
                    present[who] = min(found.first_at, present.get(who, found.first_at))
        return _LegOf(which, stop, planned_at, frozenset(its), present)

    return [
        leg(Leg.DEPARTURE, way.departs_at),
        *(leg(Leg.STOP, it.leaves_at, it) for it in way.stops),
        leg(Leg.RETURN, way.returns_at),
    ]


def _is_here(guest: Guest, group_id: int, seen: Mapping[int, Mapping[int, datetime]]) -> bool:
    """Whether somebody is of a group: where they were last seen, else where their seat is."""
    where = seen.get(guest.id)
    if not where:
        return guest.person.group_id == group_id
    last = max(where, key=lambda it: where[it])
    return last == group_id


def _last_of_way(legs: Sequence[_LegOf], rolls: Sequence[Roll | None], people: set[int]) -> int:
    """The last leg at which anything has happened; -1 for none."""
    for place in range(len(legs) - 1, -1, -1):
        if rolls[place] is not None or not people.isdisjoint(legs[place].present):
            return place
    return -1


def _phase(at: int, leg: _LegOf, *, is_closed: bool) -> Phase:
    if at < 0:
        return Phase.WAITING
    if not is_closed:
        return Phase.BOARDING
    return Phase.BACK if leg.leg is Leg.RETURN else Phase.GONE


def _late(leg: _LegOf, roll: Roll | None, people: Sequence[Guest]) -> list[Late]:
    if roll is None:
        return []
    came = [(it, leg.present[it.id]) for it in people if it.id in leg.present]
    return [Late(it, at) for it, at in came if at > roll.called_at]
