"""What cannot be in a programme, or should not: pure rules on plain records.

Times are compared, never read: any datetimes will do, so long as they are of one kind. What ends
when another begins does not clash with it. The order in which anything is given does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NOBODY: frozenset[int] = frozenset()


class Rule(StrEnum):
    """What is wrong, the gravest first."""

    ROOM = "room"  # two sessions in one room
    PERSON = "person"  # a speaker or chair at two at once
    DELEGATES = "delegates"  # delegates signed up for two at once
    VISIT = "visit"  # a visit group away while its members' session goes on
    CAPACITY = "capacity"  # more signed up, or offered, than there are places or seats
    HOURS = "hours"  # outside the day's hours


@dataclass(frozen=True, slots=True)
class Item:
    """A session, as far as clashes go."""

    id: int
    starts_at: datetime
    ends_at: datetime
    room: int | None = None
    people: frozenset[str] = frozenset()
    """Keys of its chair and speakers (`persons.identities`)."""
    delegates: frozenset[int] = _NOBODY
    """Who is signed up."""
    is_for_all: bool = False
    """Whether everybody attends, signed up or not."""
    places: int | None = None
    """For how many the sign-up is open."""
    seats: int | None = None
    """How many the room holds."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    """The hours of its day."""

    def overlaps(self, other: "Item") -> bool:
        """Whether both go on at some moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Departure:
    """A visit group: away from one moment until another, with its members."""

    id: int
    leaves_at: datetime
    returns_at: datetime
    members: frozenset[int]


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that is wrong with one or two sessions.

    ``sessions`` are ids in order; of the rest, what the rule speaks of is filled in.
    """

    rule: Rule
    sessions: tuple[int, ...]
    room: int | None = None
    person: str = ""
    group: int | None = None
    delegates: tuple[int, ...] = ()
    number: int = 0
    """How many are signed up, for CAPACITY; how many delegates it concerns, for the others."""
    limit: int = 0
    is_offered: bool = False
    """For CAPACITY: not so many are signed up yet, but so many may."""


def find(items: Iterable[Item], departures: Iterable[Departure] = ()) -> list[Clash]:
    """Every clash, the gravest first, then by session."""
    sessions = list(items)
    found = [it for one in sessions for it in alone(one)]
    found += [it for one, other in overlapping(sessions) for it in between(one, other)]
    found += [it for group in departures for one in sessions if (it := against_visit(one, group))]
    return sorted(found, key=_order)


def overlapping(items: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    """Each pair of sessions that go on at once, once: a sweep through time."""
    going_on: list[Item] = []
    for item in sorted(items, key=lambda it: it.starts_at):
        going_on = [it for it in going_on if it.ends_at > item.starts_at]
        for other in going_on:
            yield other, item
        going_on.append(item)


def between(one: Item, other: Item) -> list[Clash]:
    """What is wrong with two sessions together, whichever is named first."""
    if not one.overlaps(other):
        return []
    pair = (min(one.id, other.id), max(one.id, other.id))
    found = []
    if one.room is not None and one.room == other.room:
        found.append(Clash(Rule.ROOM, pair, room=one.room))
    for person in sorted(one.people & other.people):
        found.append(Clash(Rule.PERSON, pair, person=person))
    if not one.delegates.isdisjoint(other.delegates):
        both = tuple(sorted(one.delegates & other.delegates))
        found.append(Clash(Rule.DELEGATES, pair, delegates=both, number=len(both)))
    return found


def alone(item: Item) -> list[Clash]:
    """What is wrong with a session by itself."""
    found = []
    limits = [it for it in (item.places, item.seats) if it is not None]
    if limits and len(item.delegates) > min(limits):
        number = len(item.delegates)
        found.append(Clash(Rule.CAPACITY, (item.id,), number=number, limit=min(limits)))
    elif item.places is not None and item.seats is not None and item.places > item.seats:
        offered = item.places
        found.append(
            Clash(Rule.CAPACITY, (item.id,), number=offered, limit=item.seats, is_offered=True)
        )
    is_early = item.opens_at is not None and item.starts_at < item.opens_at
    is_late = item.closes_at is not None and item.ends_at > item.closes_at
    if is_early or is_late:
        found.append(Clash(Rule.HOURS, (item.id,)))
    return found


def against_visit(item: Item, group: Departure) -> Clash | None:
    """What is wrong with a session whose people are away on a visit."""
    if not (group.leaves_at < item.ends_at and item.starts_at < group.returns_at):
        return None
    missing = group.members if item.is_for_all else group.members & item.delegates
    if not missing:
        return None
    return Clash(
        Rule.VISIT,
        (item.id,),
        group=group.id,
        delegates=tuple(sorted(missing)),
        number=len(missing),
    )


def by_session(clashes: Iterable[Clash]) -> Mapping[int, list[Clash]]:
    """The clashes of each session that has any."""
    gathered: dict[int, list[Clash]] = {}
    for clash in clashes:
        for session_id in clash.sessions:
            gathered.setdefault(session_id, []).append(clash)
    return gathered


_GRAVITY = {rule: place for place, rule in enumerate(Rule)}


def _order(clash: Clash) -> tuple[int, tuple[int, ...], str, int]:
    return _GRAVITY[clash.rule], clash.sessions, clash.person, clash.group or 0
