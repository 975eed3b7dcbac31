"""Who sends: what there is to know of devices by their tokens, read for several at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from eventapp import tokens
from eventapp.checkin import leading
from eventapp.checkin.devices import LIVE, TokenUnknown
from eventapp.checkin.models import Device, EndedToken, Rights, device_checkpoint
from eventapp.checkin.one_of import one_of_ids, one_of_texts
from eventapp.database import db
from eventapp.events.models import Event

_SEEN_AGAIN_AFTER = timedelta(minutes=1)

# Built once: putting a statement together costs more than running it.
_COLUMNS: tuple[Any, ...] = (
    Device.id,
    Device.name,
    Device.token_hash,
    Device.event_id,
    Device.rights,
    LIVE.label("is_live"),
    Device.last_seen_at,
    Device.is_restricted,
    Event.slug,
    Event.timezone,
    device_checkpoint.c.checkpoint_id,
)
_ALL = (
    select(*_COLUMNS)
    .join(Event, Event.id == Device.event_id)
    .outerjoin(device_checkpoint, device_checkpoint.c.device_id == Device.id)
)
_BY_TOKEN = _ALL.where(one_of_texts(Device.token_hash, "hashes"))
_BY_ID = _ALL.where(Device.id == bindparam("id"))
_ENDED = (
    select(EndedToken.token_hash, Event.slug)
    .join(Device, Device.id == EndedToken.device_id)
    .join(Event, Event.id == Device.event_id)
    .where(one_of_texts(EndedToken.token_hash, "hashes"))
)
_ANYBODYS = (
    select(Device.id)
    .where(one_of_texts(Device.token_hash, "hashes"))
    .union_all(select(EndedToken.device_id).where(one_of_texts(EndedToken.token_hash, "hashes")))
)
_ours: set[str] = set()
"""Hashes of tokens that were found to be somebody's, now or once."""
_MOST_KEPT = 10_000
_SEEN = (
    update(Device)
    .where(one_of_ids(Device.id, "devices"))
    .values(last_seen_at=bindparam("moment"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A device, as far as a scan asks."""

    device_id: int
    event_id: int
    slug: str
    """The event's name in addresses."""
    timezone: str
    rights: Rights
    is_live: bool
    """Whether it may be used still."""
    seen_at: datetime | None
    checkpoint_ids: frozenset[int]
    """The only ones at which it may scan, where it is restricted."""
    is_restricted: bool = False
    name: str = ""

    def may_scan_at(self, checkpoint_id: int) -> bool:
        """Whether it is one of the device's own checkpoints."""
        return not self.is_restricted or checkpoint_id in self.checkpoint_ids

    @property
    def is_supervisor(self) -> bool:
        """Whether it may override."""
        return self.rights == Rights.SUPERVISOR

    @property
    def may_take_back(self) -> bool:
        """Whether it may undo, at its own checkpoints."""
        return self.rights in (Rights.SUPERVISOR, Rights.LEADER)

    @property
    def calls_roll(self) -> bool:
        """Whether it may take guests along and put people into another bus of their group."""
        return self.rights in (Rights.SUPERVISOR, Rights.LEADER)


def check(token: str, token_hash: str) -> None:
    """Refuse a token that was never anybody's, before it takes a place among those who write.

    Whether it opens anything still is asked where that is written. Raises TokenUnknown.
    """
    if token_hash in _ours:
        return
    if not tokens.is_secret(token):
        raise TokenUnknown
    given = {"hashes": [token_hash]}
    found = db.session.connection().execute(_ANYBODYS, given).first()
    db.session.rollback()
    if found is None:
        raise TokenUnknown
    if len(_ours) >= _MOST_KEPT:
        _ours.clear()
    _ours.add(token_hash)


def by_token(hashes: Collection[str]) -> dict[str, Bearer]:
    """The devices that hold tokens of these hashes, those that have ended too. One query."""
    rows = db.session.connection().execute(_BY_TOKEN, {"hashes": list(hashes)}).all()
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.token_hash, []).append(row)
    led = _led([of_one[0] for of_one in found.values()])
    return {token_hash: _bearer(of_one, led) for token_hash, of_one in found.items()}


def ended(hashes: Collection[str]) -> dict[str, str]:
    """Those of the hashes whose tokens were valid once, as their devices have others now; each
    with the name of its event in addresses."""
    if not hashes:
        return {}
    rows: Any = db.session.connection().execute(_ENDED, {"hashes": list(hashes)})
    return dict(rows.all())


def by_id(device_id: int) -> Bearer:
    """A device that is there."""
    rows = db.session.connection().execute(_BY_ID, {"id": device_id}).all()
    return _bearer(rows, _led(rows[:1]))


def mark_seen(bearers: Collection[Bearer], moment: datetime) -> None:
    """Note that they were heard of; at most once a minute, for every scan would wait for that row.

    In the transaction in progress.
    """
    long_ago = moment - _SEEN_AGAIN_AFTER
    late = {it.device_id for it in bearers if it.seen_at is None or it.seen_at < long_ago}
    if late:
        given = {"devices": sorted(late), "moment": moment}
        db.session.connection().execute(_SEEN, given)


def _led(rows: Sequence[Any]) -> Mapping[int, frozenset[int]]:
    """Where leaders' devices scan; asked only where there are some."""
    leaders = {row.id for row in rows if row.rights == Rights.LEADER}
    return leading.checkpoints_of(leaders) if leaders else {}


def _bearer(rows: Sequence[Any], led: Mapping[int, frozenset[int]]) -> Bearer:
    row = rows[0]
    listed = frozenset(it.checkpoint_id for it in rows if it.checkpoint_id is not None)
    return Bearer(
        device_id=row.id,
        event_id=row.event_id,
        slug=row.slug,
        timezone=row.timezone,
        rights=Rights(row.rights),
        is_live=bool(row.is_live),
        seen_at=row.last_seen_at,
        is_restricted=bool(row.is_restricted),
        checkpoint_ids=led.get(row.id, listed),
        name=row.name,
    )
