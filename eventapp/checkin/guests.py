"""Seats that leaders move while they call the roll: guests get one where they are, people of the
group one in the bus that they are in.

Decided in the memory of the transaction that records the scans, behind the locks of the groups
concerned, and written before it ends. So the number of queries does not grow with the number of
scans, and nothing at all is asked where there is no such scan.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.checkin.bearers import Bearer
from eventapp.checkin.models import Direction
from eventapp.checkin.people import Found
from eventapp.checkin.readings import Reading
from eventapp.checkin.verdicts import Person
from eventapp.database import db
from eventapp.events.models import Site
from eventapp.visits import boarding
from eventapp.visits import service as visits
from eventapp.visits.models import Allocation, Bus, SeatSource, VisitGroup


class Seat(Enum):
    """What became of somebody's seat."""

    THERE = auto()  # it is in the group on whose bus they are
    NONE = auto()  # the group is full, or the seat was changed after they were seen there


@dataclass(frozen=True, slots=True)
class _Seated:
    group_id: int | None
    since: datetime | None


@dataclass(slots=True)
class _Run:
    """Moves by one device, nobody's twice."""

    device: str
    to: dict[int, int] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    at: dict[int, datetime] = field(default_factory=dict)


class Guests:
    """The seats of those whom leaders have on their buses, within one transaction."""

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._seats: dict[int, _Seated] = {}
        self._free: dict[int, int] = {}
        self._buses: dict[int, int] = {}  # bus → group
        self._runs: list[_Run] = []
        self._boarded: list[tuple[str, int, int]] = []  # (device, person, bus)
        self._groups: dict[int, dict[str, str]] = {}

    def learn(self, people: Collection[int], group_ids: Collection[int]) -> None:
        """Read where these people, whose rows are locked, have their seats, and lock those groups
        and the ones on whose buses they are. Nobody's seat changes until the end."""
        rows = db.session.execute(
            select(Allocation.delegate_id, Allocation.group_id, Allocation.allocated_at).where(
                Allocation.delegate_id.in_(sorted(people))
            )
        )
        self._seats = dict.fromkeys(people, _Seated(None, None))
        self._seats |= {row.delegate_id: _Seated(row.group_id, row.allocated_at) for row in rows}
        concerned = set(group_ids) | {it.group_id for it in self._seats.values() if it.group_id}
        locked = db.session.execute(
            select(VisitGroup.id, VisitGroup.capacity - VisitGroup.taken)
            .where(VisitGroup.id.in_(sorted(concerned)))
            .order_by(VisitGroup.id)
            .with_for_update()
        )
        self._free = {row[0]: row[1] for row in locked}
        buses = select(Bus.id, Bus.group_id).where(Bus.group_id.in_(sorted(group_ids)))
        self._buses = {row.id: row.group_id for row in db.session.execute(buses)}

    def person(self, found: Found) -> Person:
        """What decides about somebody, with the seat that they have by now."""
        seated = self._seats.get(found.id)
        if seated is None or seated.group_id == found.person.group_id:
            return found.person
        return replace(found.person, group_id=seated.group_id)

    def seat(
        self, bearer: Bearer, reading: Reading, found: Found, group_id: int | None, at: datetime
    ) -> Seat:
        """Take note of somebody who is on the bus of a group at a time; where their seat is then.

        Seats that are only reserved are given to guests, too: a leader acts by hand. What is known
        to have been changed after they were seen stays.
        """
        before = self._seats.get(found.id)
        if before is None or group_id is None or reading.direction is Direction.OUT:
            return Seat.THERE
        if before.group_id != group_id:
            is_older = before.since is not None and at < before.since
            if not reading.guest or is_older or self._free.get(group_id, 0) <= 0:
                return Seat.NONE
            self._free[group_id] -= 1
            if before.group_id is not None:
                self._free[before.group_id] += 1
            self._seats[found.id] = _Seated(group_id, at)
            self._move(bearer.name, found.id, before.group_id, group_id, at)
        if reading.bus is not None and self._buses.get(reading.bus) == group_id:
            self._boarded.append((bearer.name, found.id, reading.bus))
        return Seat.THERE

    def write(self) -> None:
        """Give people the seats that were found for them."""
        for run in self._runs:
            with _acting(run.device):
                visits.move(
                    self._event_id, run.to, run.before, source=SeatSource.GUEST, seated_at=run.at
                )
        devices = dict.fromkeys(device for device, _, _ in self._boarded)
        for device in devices:
            wanted = {person: bus for by, person, bus in self._boarded if by == device}
            with _acting(device):
                boarding.put_into(self._event_id, wanted)
        self._show({who for run in self._runs for who in run.to} | {it[1] for it in self._boarded})

    def shown(self, found: Found) -> dict[str, object]:
        """What a device shows of somebody, with the group and the bus that they have now."""
        group = self._groups.get(found.id)
        return found.shown if group is None else {**found.shown, "group": group}

    def _move(self, device: str, person: int, before: int | None, after: int, at: datetime) -> None:
        run = self._runs[-1] if self._runs else None
        if run is None or run.device != device or person in run.to:
            run = _Run(device)
            self._runs.append(run)
        run.to[person], run.at[person] = after, at
        if before is not None:
            run.before[person] = before

    def _show(self, people: Collection[int]) -> None:
        if not people:
            return
        rows = db.session.execute(
            select(Allocation.delegate_id, VisitGroup.letter, Bus.label, Site.name)
            .join(VisitGroup, VisitGroup.id == Allocation.group_id)
            .join(Site, Site.id == VisitGroup.site_id)
            .outerjoin(Bus, Bus.id == Allocation.bus_id)
            .where(Allocation.delegate_id.in_(sorted(people)))
        )
        self._groups = {
            who: {"letter": letter, "bus": label or "", "site": site}
            for who, letter, label, site in rows
        }


@contextmanager
def _acting(device: str) -> Iterator[None]:
    """What is written to the change log is this device's: others record in the same transaction."""
    token = audit.actor.set(f"{audit.DEVICE}{device}")
    try:
        yield
    finally:
        audit.actor.reset(token)
