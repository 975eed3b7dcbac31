"""What a device sends: one entry of its log, checked field by field. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventapp import text
from eventapp.checkin.models import Direction, EntryKind
from eventapp.tokens import normalise_code

MAX_CODE = 64
MAX_NOTE = 300
SOURCES = frozenset(
    ("scanner", "camera", "typed", "name", "delegation", "paper", "walk_in", "kiosk", "roll")
)
"""How a code comes to a device."""
SHOWN = frozenset(("admitted", "duplicate", "refused", "to_confirm", "override"))
"""What a device may have shown before the server answered."""
LET_IN = frozenset(("admitted", "to_confirm", "override"))
"""What it shows where the door lets somebody in."""

# A device whose battery was empty wakes in 1970, or in the year in which it was made.
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
_NEWEST = datetime(2200, 1, 1, tzinfo=UTC)
_MAX_OFFSET_MS = int(timedelta(days=366 * 230) / timedelta(milliseconds=1))
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Unreadable(ValueError):
    """The entry cannot be kept; the text says why, for whoever made the device."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry. ``checkpoint`` is None for what is no checkpoint's number."""

    id: str
    """UUID in canonical form."""
    checkpoint: int | None
    code: str
    """Normalised: upper case, look-alike letters as digits."""
    read_at: datetime
    """By the device's clock, in UTC."""
    offset_ms: int | None = None
    """How far the server's clock was before the device's; None where the device does not know."""
    kind: EntryKind = EntryKind.SCAN
    direction: Direction = Direction.IN
    undoes: str | None = None
    """Which entry is taken back; None for whatever let the person in here."""
    note: str = ""
    source: str = ""
    shown: str = ""
    """What the device had shown, one of SHOWN; empty where it waited for the server."""
    override: bool = False
    guest: bool = False
    """Is on this bus though of another group, or of none: the leader takes them along."""
    bus: int | None = None
    """In which bus of the group the person is; None where the device does not say."""

    def happened_at(self, offset: timedelta, received_at: datetime) -> datetime:
        """When it was by the server's clock; nothing arrives before it has happened."""
        if self.offset_ms is not None:
            offset = timedelta(milliseconds=self.offset_ms)
        return min(self.read_at + offset, received_at)


def parse(raw: object) -> Reading:
    """An entry as JSON gives it. Raises Unreadable.

    Only what makes it impossible to keep or to understand the entry raises: no id that a replay
    could be recognised by, no time, a kind that is none. A strange code or checkpoint is kept and
    refused, and whatever else is strange counts as not sent.
    """
    if not isinstance(raw, Mapping):
        raise Unreadable("a scan is an object")
    code, note = raw.get("code"), raw.get("note")
    undoes = raw.get("undoes")
    return Reading(
        id=read_id(raw.get("id"), "id"),
        checkpoint=read_number(raw.get("checkpoint")),
        code=_code(code) if isinstance(code, str) else "",
        read_at=read_time(raw.get("read_at"), "read_at"),
        offset_ms=read_offset(raw.get("offset_ms")),
        kind=_kind(raw.get("kind")),
        direction=Direction.OUT if raw.get("direction") == "out" else Direction.IN,
        undoes=None if undoes is None else read_id(undoes, "undoes"),
        note=text.clean(note[: 4 * MAX_NOTE])[:MAX_NOTE] if isinstance(note, str) else "",
        source=_one_of(SOURCES, raw.get("source")),
        shown=_one_of(SHOWN, raw.get("shown")),
        override=raw.get("override") is True,
        guest=raw.get("guest") is True,
        bus=read_number(raw.get("bus")),
    )


def clock_offset(sent_at: object, arrived: datetime) -> timedelta:
    """How far the server's clock is before that of a device which says what time it is, RFC 3339.

    Zero where it does not say.
    """
    try:
        return arrived - read_time(sent_at, "sent_at")
    except Unreadable:
        return timedelta()


def read_number(value: object) -> int | None:
    """The id of a row; None for what can be none."""
    # bool is an int to Python, and no id of anything
    return value if type(value) is int and 0 < value < 2**31 else None


def read_id(value: object, name: str) -> str:
    """A UUID as the log keeps it. Raises Unreadable."""
    # uuid.UUID takes spaces and the digits of all scripts, and the device would not find the id
    # that it is answered under.
    if not isinstance(value, str) or _UUID.fullmatch(value) is None:
        raise Unreadable(f"{name} is not a UUID")
    return value.lower()


def _code(value: str) -> str:
    return normalise_code(value[: 4 * MAX_CODE])[:MAX_CODE]


def _kind(value: object) -> EntryKind:
    if value is None or value == "scan":
        return EntryKind.SCAN
    if value == "undo":
        return EntryKind.UNDO
    raise Unreadable("kind is scan or undo")


def _one_of(known: frozenset[str], value: object) -> str:
    return value if isinstance(value, str) and value in known else ""


def read_offset(value: object) -> int | None:
    """How far the server's clock is before a device's (ms); None for what says nothing of it."""
    if type(value) is float and abs(value) <= _MAX_OFFSET_MS:  # not NaN either
        value = round(value)
    return value if type(value) is int and abs(value) <= _MAX_OFFSET_MS else None


def read_time(value: object, name: str) -> datetime:
    """An instant as RFC 3339, in UTC. Raises Unreadable."""
    if not isinstance(value, str) or len(value) > 40:
        raise Unreadable(f"{name} is not a time of RFC 3339")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"{name} is not a time of RFC 3339") from None
    if time.tzinfo is None:
        raise Unreadable(f"{name} has no offset")
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        raise Unreadable(f"{name} is out of range") from None
    if not _OLDEST <= time <= _NEWEST:
        raise Unreadable(f"{name} is out of range")
    return time
