"""What a device sends: one reading of one code, checked field by field. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from eventapp.tokens import normalise_code

MAX_CODE = 64
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_NEWEST = datetime(2200, 1, 1, tzinfo=UTC)


class Unreadable(ValueError):
    """The reading cannot be kept; the text says why, for whoever made the device."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading. ``checkpoint`` is None for what is no checkpoint's number."""

    id: str
    """UUID in canonical form."""
    checkpoint: int | None
    code: str
    """Normalised: upper case, look-alike letters as digits."""
    read_at: datetime
    """By the device's clock, with its offset."""


def parse(raw: object) -> Reading:
    """A reading as JSON gives it. Raises Unreadable.

    Only what makes it impossible to keep the reading raises: no id that a replay could be
    recognised by, or no time. A strange code or checkpoint is kept and refused.
    """
    if not isinstance(raw, Mapping):
        raise Unreadable("a scan is an object")
    checkpoint = raw.get("checkpoint")
    code = raw.get("code")
    return Reading(
        id=_id(raw.get("id")),
        # bool is an int to Python, and no id of anything
        checkpoint=checkpoint if type(checkpoint) is int and 0 < checkpoint < 2**31 else None,
        code=_code(code) if isinstance(code, str) else "",
        read_at=_time(raw.get("read_at")),
    )


def _id(value: object) -> str:
    if not isinstance(value, str) or len(value) != 36:
        raise Unreadable("id is not a UUID")
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise Unreadable("id is not a UUID") from None


def _code(value: str) -> str:
    return normalise_code(value[: 4 * MAX_CODE])[:MAX_CODE]


def _time(value: object) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise Unreadable("read_at is not a time of RFC 3339")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable("read_at is not a time of RFC 3339") from None
    if time.tzinfo is None:
        raise Unreadable("read_at has no offset")
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        raise Unreadable("read_at is out of range") from None
    if not _OLDEST <= time <= _NEWEST:
        raise Unreadable("read_at is out of range")
    return time
