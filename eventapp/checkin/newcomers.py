"""Somebody who came unregistered, as a device sends them, checked field by field. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from eventapp import text, tokens
from eventapp.checkin.readings import Reading, Unreadable, parse, read_id

_LENGTHS = {
    "name": 120,
    "position": 300,
    "organisation": 300,
    "phone": 40,
    "email": 254,
    "note": 300,
}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What was typed at the door; empty or None where nothing was, or nothing that can be kept."""

    id: str
    """UUID in canonical form, made by the device."""
    made_at: datetime
    """By the server's clock."""
    name: str
    position: str
    organisation: str
    delegation: int | None
    category: int | None
    phone: str
    email: str
    note: str
    code: str
    """What is written on their badge: 12 characters of Crockford's base32."""

    def as_data(self) -> dict[str, Any]:
        """What was typed, as JSON takes it."""
        data = asdict(self)
        del data["id"], data["made_at"]
        return data


def read(raw: object, received_at: datetime) -> Newcomer:
    """A newcomer as JSON gives them. Raises `readings.Unreadable` for one without an id.

    Whatever else is strange counts as not typed: who stands at the door is not to be lost.
    """
    if not isinstance(raw, Mapping):
        raise Unreadable("a walk-in is an object")
    delegation, category, code = (raw.get(it) for it in ("delegation", "category", "code"))
    return Newcomer(
        id=read_id(raw.get("id"), "id"),
        made_at=_moment(raw, received_at),
        **{field: _text(raw.get(field), most) for field, most in _LENGTHS.items()},
        delegation=_row(delegation),
        category=_row(category),
        code=_code(code) if isinstance(code, str) else "",
    )


def _moment(raw: Mapping[str, object], received_at: datetime) -> datetime:
    """When it was, by the server's clock, as with scans."""
    asked = {"id": str(uuid.UUID(int=0)), "read_at": raw.get("made_at")}
    try:
        reading: Reading = parse({**asked, "offset_ms": raw.get("offset_ms")})
    except Unreadable:
        return received_at
    return reading.happened_at(timedelta(), received_at)


def _text(value: object, most: int) -> str:
    if not isinstance(value, str):
        return ""
    # Lone surrogates are no text, and no database keeps them; nor a NUL.
    kept = value[: 4 * most].encode("utf-8", "ignore").decode().replace("\0", "")
    return text.clean(kept)[:most]


def _row(value: object) -> int | None:
    # bool is an int to Python, and no id of anything
    return value if type(value) is int and 0 < value < 2**31 else None


def _code(value: str) -> str:
    code = tokens.normalise_code(value[:64])
    is_one = len(code) == tokens.CODE_LENGTH and set(code) <= set(tokens.CODE_ALPHABET)
    return code if is_one else ""
