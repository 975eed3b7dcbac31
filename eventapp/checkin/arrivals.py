"""Who has arrived where, delegation by delegation. Pure: made of plain facts about an event.

Somebody has arrived at a place once they have passed one of its checkpoints, also when they have
gone out again since. Expected there is whoever the checkpoint admits, and who is coming.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from eventapp.checkin.models import CheckpointKind, Passage
from eventapp.checkin.verdicts import Gate, Passed, Person, refusal
from eventapp.checkin.way_facts import Way
from eventapp.registration.models import COMING, Status
from eventapp.text import fold

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_HEAD, _DEPUTY = "truong doan", "pho truong doan"

PassedAt = Mapping[int, Mapping[int, Passed]]
"""By checkpoint and delegate, what the log adds up to."""


@dataclass(frozen=True, slots=True)
class Point:
    """A checkpoint."""

    id: int
    name: str
    name_en: str
    gate: Gate
    leg: str = ""
    stop_id: int | None = None

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return self.name_en if language == "en" and self.name_en else self.name


@dataclass(frozen=True, slots=True)
class Place:
    """Where people are counted as arrived: one checkpoint, or the doors of a day together."""

    key: str
    points: tuple[Point, ...]
    day: date | None = None
    """Of which the doors are meant; None for one checkpoint."""

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """The ids of its checkpoints."""
        return tuple(it.id for it in self.points)

    @property
    def counts_both_ways(self) -> bool:
        """Whether it is known who is inside now."""
        return any(it.gate.passage is Passage.IN_OUT for it in self.points)


@dataclass(frozen=True, slots=True)
class Body:
    """A delegation, and who fills in its list (đầu mối)."""

    id: int
    name: str
    lead_name: str = ""
    lead_phone: str = ""
    kind: str = ""
    """What a province is: ``tỉnh`` or ``thành phố``; empty for any other body."""
    is_other: bool = False
    """Whether it takes whoever comes from elsewhere."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A delegate."""

    id: int
    body_id: int
    name: str
    position: str
    office: str
    phone: str
    person: Person
    rank: int = 0
    """In protocol; 1 is the highest."""
    is_anonymous: bool = False
    bus_id: int | None = None
    is_taken_along: bool = False
    """Whether a leader has given them their seat on the way."""


@dataclass(frozen=True)
class Facts:
    """What there is to know of an event apart from who has passed where."""

    event_id: int
    slug: str
    created_at: datetime
    zone: ZoneInfo
    days: Mapping[int, date]
    """By id, in their order."""
    points: tuple[Point, ...]
    bodies: tuple[Body, ...]
    """In customary order."""
    guests: tuple[Guest, ...]
    """Delegation by delegation, each in protocol order; those who do not come, too."""
    screens: frozenset[int] = frozenset()
    """Those whose links are good."""
    ways: tuple[Way, ...] = ()
    """Visit groups by letter."""
    _expected: dict[str, "Expected"] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where people can arrive: the doors of each day, then every checkpoint."""
        doors = [it for it in self.points if it.gate.kind == CheckpointKind.DOOR]
        days = [
            Place(
                f"day-{id_}",
                tuple(it for it in doors if it.gate.day_id in (id_, None)),
                day,
            )
            for id_, day in self.days.items()
        ]
        return (*days, *(Place(str(it.id), (it,)) for it in self.points))

    def place(self, key: str) -> Place | None:
        """The place of that key."""
        return next((it for it in self.places if it.key == key), None)

    def usual_place(self, moment: datetime) -> Place | None:
        """Today's doors; before the event its first day's, after it its last day's."""
        today = moment.astimezone(self.zone).date()
        days = [it for it in self.places if it.day is not None]
        past = [it for it in days if it.day is not None and it.day <= today]
        return next(iter(past[-1:] or days[:1] or self.places), None)

    def expected(self, place: Place) -> "Expected":
        """Who is expected there; worked out once."""
        if place.key not in self._expected:
            self._expected[place.key] = _expected(self, place)
        return self._expected[place.key]


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is expected at a place, by delegation, and which of them heads it there."""

    by_body: Mapping[int, frozenset[int]]
    heads: Mapping[int, Guest]
    others: Mapping[int, int]
    """Everybody else: the delegation of each."""


class State(StrEnum):
    """What a tile says at a glance."""

    NOBODY = "nobody"  # is expected
    NONE = "none"  # has arrived
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Tile:
    """A delegation at a place."""

    body: Body
    expected: int
    arrived: int
    """Of those who are expected."""
    extra: int
    """Who have arrived without being expected: on another day's list, cancelled."""
    head: Guest | None
    head_is_here: bool

    @property
    def missing(self) -> int:
        """How many have not arrived."""
        return self.expected - self.arrived

    @property
    def state(self) -> State:
        """What it says at a glance."""
        if not self.expected:
            return State.NOBODY
        if not self.missing:
            return State.ALL
        return State.SOME if self.arrived else State.NONE


@dataclass(frozen=True, slots=True)
class Total:
    """All tiles together."""

    expected: int
    arrived: int
    extra: int
    complete: int
    """Delegations of which everybody has arrived …"""
    of: int
    """… of how many that are expected."""
    heads: int
    heads_here: int

    @property
    def missing(self) -> int:
        """How many have not arrived."""
        return self.expected - self.arrived


def tiles(facts: Facts, passed: PassedAt, place: Place) -> list[Tile]:
    """The delegations at a place, in customary order."""
    here = arrived(passed, place, facts.zone)
    expected = facts.expected(place)
    extra: dict[int, int] = {}
    for id_ in here & expected.others.keys():
        extra[expected.others[id_]] = extra.get(expected.others[id_], 0) + 1
    found = []
    for body in facts.bodies:
        people = expected.by_body.get(body.id, frozenset())
        head = expected.heads.get(body.id)
        found.append(
            Tile(
                body=body,
                expected=len(people),
                arrived=len(people & here),
                extra=extra.get(body.id, 0),
                head=head,
                head_is_here=head is not None and head.id in here,
            )
        )
    return found


def missing_first(board: Sequence[Tile]) -> list[Tile]:
    """Those of whom most are missing first; what is alike stays in its order."""
    return sorted(board, key=lambda it: -it.missing)


def total(board: Sequence[Tile]) -> Total:
    """All tiles together."""
    concerned = [it for it in board if it.expected]
    return Total(
        expected=sum(it.expected for it in board),
        arrived=sum(it.arrived for it in board),
        extra=sum(it.extra for it in board),
        complete=sum(it.state is State.ALL for it in concerned),
        of=len(concerned),
        heads=sum(it.head is not None for it in concerned),
        heads_here=sum(it.head_is_here for it in concerned),
    )


def arrived(passed: PassedAt, place: Place, zone: ZoneInfo) -> frozenset[int]:
    """The delegates who have passed one of the place's checkpoints.

    A door that belongs to no day counts on the day on which somebody first came through it.
    """
    found: set[int] = set()
    for point in place.points:
        through = passed.get(point.id, {})
        if place.day is None or point.gate.day_id is not None:
            found.update(through)
        else:
            found.update(
                id_
                for id_, it in through.items()
                if it.first_at is not None and it.first_at.astimezone(zone).date() == place.day
            )
    return frozenset(found)


def inside(passed: PassedAt, place: Place) -> int:
    """How many are inside now, where both ways are counted."""
    return sum(
        it.is_inside
        for point in place.points
        if point.gate.passage is Passage.IN_OUT
        for it in passed.get(point.id, {}).values()
    )


def first_times(passed: PassedAt, place: Place) -> list[datetime]:
    """When each who has arrived at a place came first, in order."""
    first: dict[int, datetime] = {}
    for point in place.points:
        for id_, it in passed.get(point.id, {}).items():
            if it.first_at is not None and (id_ not in first or it.first_at < first[id_]):
                first[id_] = it.first_at
    return sorted(first.values())


def heads(guests: Iterable[Guest]) -> dict[int, Guest]:
    """Who heads each delegation: whose position says so, else who comes first in protocol order.

    The guests are in that order.
    """
    found: dict[int, Guest] = {}
    for it in guests:
        known = found.get(it.body_id)
        if known is None or (says_head(it.position) and not says_head(known.position)):
            found[it.body_id] = it
    return found


def says_head(position: str) -> bool:
    """Whether a position names its holder head of the delegation, and not deputy head.

    >>> says_head("Giám đốc Sở, Trưởng đoàn"), says_head("Phó Trưởng đoàn")
    (True, False)
    """
    folded = fold(position)
    return _HEAD in folded.replace(_DEPUTY, "")


def digest(*parts: object) -> str:
    """Another one whenever the parts differ, and the same in every process."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _expected(facts: Facts, place: Place) -> Expected:
    gates = [replace(it.gate, opens_at=None, closes_at=None) for it in place.points]
    by_body: dict[int, set[int]] = {}
    coming: list[Guest] = []
    others: dict[int, int] = {}
    for guest in facts.guests:
        # Who is not approved yet may be by then, and is expected.
        person = replace(guest.person, status=Status.APPROVED)
        is_expected = guest.person.status in COMING and any(
            refusal(gate, person, _ANY_TIME) is None for gate in gates
        )
        if is_expected and place.day is not None:
            is_expected = _day_id(facts, place.day) in person.day_ids
        if is_expected:
            by_body.setdefault(guest.body_id, set()).add(guest.id)
            coming.append(guest)
        else:
            others[guest.id] = guest.body_id
    return Expected(
        {id_: frozenset(people) for id_, people in by_body.items()}, heads(coming), others
    )


def _day_id(facts: Facts, day: date) -> int | None:
    return next((id_ for id_, it in facts.days.items() if it == day), None)
