"""What a device says when it asks for what is new, checked field by field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

MAX_ENTRIES = 1_000_000
MAX_CHECKPOINTS = 1_000


class Unreadable(ValueError):
    """The call is of another form; the text says why, for whoever made the device."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the device knows, and what it says of itself. None is what it does not say."""

    roster: int | None = None
    """The number of the roster that it has."""
    log: datetime | None = None
    """Up to when it was told of what others have scanned."""
    tables: str | None = None
    """The digest of the tables that it has."""
    phones: str | None = None
    """The digest of the telephone numbers that it has."""
    unsent: int | None = None
    battery: int | None = None
    """Percent."""
    counts: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """By checkpoint: entries that it has ever stored, and those of them not yet acknowledged."""


def parse(raw: object) -> Report:
    """A report as JSON gives it. Raises Unreadable.

    What it knows and cannot be read counts as not known: then it is told everything.
    """
    if not isinstance(raw, Mapping):
        raise Unreadable("the body is a JSON object")
    tables, phones, counts = raw.get("tables"), raw.get("phones"), raw.get("counts")
    return Report(
        roster=_number(raw.get("roster"), 2**31 - 1),
        log=read_cursor(raw.get("log")),
        tables=tables if isinstance(tables, str) else None,
        phones=phones if isinstance(phones, str) else None,
        unsent=_number(raw.get("unsent"), MAX_ENTRIES),
        battery=_number(raw.get("battery"), 100),
        counts=_counts(counts) if isinstance(counts, Mapping) else {},
    )


def cursor(moment: datetime) -> str:
    """A moment as devices keep it, without a meaning to them."""
    return str(round(moment.timestamp() * 1_000))


def read_cursor(value: object) -> datetime | None:
    """The moment of a cursor; None for what is none."""
    if not isinstance(value, str) or len(value) > 16 or not (value.isascii() and value.isdigit()):
        return None
    try:
        return datetime.fromtimestamp(int(value) / 1_000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _number(value: object, most: int) -> int | None:
    # bool is an int to Python, and no number of anything
    return value if type(value) is int and 0 <= value <= most else None


def _counts(raw: Mapping[object, object]) -> dict[int, tuple[int, int]]:
    counts: dict[int, tuple[int, int]] = {}
    for key, pair in list(raw.items())[:MAX_CHECKPOINTS]:
        if not (isinstance(key, str) and len(key) <= 10 and key.isascii() and key.isdigit()):
            continue
        if not (isinstance(pair, list) and len(pair) == 2):
            continue
        if not 0 < int(key) < 2**31:  # no checkpoint's number
            continue
        made, unsent = (_number(it, MAX_ENTRIES) for it in pair)
        if made is not None and unsent is not None:
            counts[int(key)] = made, unsent
    return counts
