"""Sessions as they were published: plain values, and how they are kept as JSON.

A record reads like a `programme.models.Session`, so that pages and papers take either.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A room: its id, for addresses, and what it was called."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks, as what, for whom."""

    name: str
    position: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One session of a version. Times are instants in UTC, ``day`` is the one in the event's zone.

    ``uid`` is the same in every version; ``revision`` grows whenever the public sees a change
    (RFC 5545, 3.8.7.4), and ``changed_at`` is when that was (3.8.7.3).
    """

    uid: str
    day: date
    starts_at: datetime
    ends_at: datetime
    kind: str
    title: str
    title_en: str = ""
    chair: str = ""
    room: Place | None = None
    speakers: tuple[Person, ...] = ()
    takes_enrolment: bool = False
    revision: int = 0
    changed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def day_id(self) -> date:
        """The key of its day (eventapp.programme.timetable)."""
        return self.day

    @property
    def room_name(self) -> str:
        """The room's name; empty for none."""
        return self.room.name if self.room else ""

    @property
    def shown(self) -> tuple[object, ...]:
        """All that people see of it: equal for two records that look the same."""
        return (
            self.uid,
            self.day,
            self.starts_at,
            self.ends_at,
            self.kind,
            self.title,
            self.title_en,
            self.chair,
            self.room_name,
            self.speakers,
            self.takes_enrolment,
        )

    def title_in(self, language: str) -> str:
        """The title in ``vi`` or ``en``."""
        return self.title_en if language == "en" and self.title_en else self.title


def as_json(record: Record) -> dict[str, Any]:
    """A record as it is stored."""
    room = record.room
    return {
        "uid": record.uid,
        "day": record.day.isoformat(),
        "starts_at": _utc(record.starts_at),
        "ends_at": _utc(record.ends_at),
        "kind": str(record.kind),
        "title": record.title,
        "title_en": record.title_en,
        "chair": record.chair,
        "room": {"id": room.id, "name": room.name} if room else None,
        "speakers": [
            {"name": it.name, "position": it.position, "organisation": it.organisation}
            for it in record.speakers
        ],
        "takes_enrolment": record.takes_enrolment,
        "revision": record.revision,
        "changed_at": _utc(record.changed_at),
    }


def from_json(stored: Mapping[str, Any]) -> Record:
    """The record that was stored."""
    room = stored["room"]
    return Record(
        uid=stored["uid"],
        day=date.fromisoformat(stored["day"]),
        starts_at=datetime.fromisoformat(stored["starts_at"]),
        ends_at=datetime.fromisoformat(stored["ends_at"]),
        kind=stored["kind"],
        title=stored["title"],
        title_en=stored["title_en"],
        chair=stored["chair"],
        room=Place(room["id"], room["name"]) if room else None,
        speakers=tuple(Person(**it) for it in stored["speakers"]),
        takes_enrolment=stored["takes_enrolment"],
        revision=stored["revision"],
        changed_at=datetime.fromisoformat(stored["changed_at"]),
    )


def rooms_of(records: Iterable[Record]) -> list[Place]:
    """The rooms in which something takes place, each once, in the order in which they come up."""
    return list({it.room.id: it.room for it in records if it.room}.values())


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
