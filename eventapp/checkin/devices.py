"""Devices at the door: each holds a token for one event. Links and tokens are stored as hashes.

A device is set up by a link, which works once and for a time, or by somebody who has signed in and
opens the check-in page. A token ends at once: by revoking the device, by giving it a new link, and
with the role or the account of whoever opened the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.accounts.models import Membership, User
from eventapp.accounts.permissions import ROLE_ACCESS, Access
from eventapp.checkin.leading import LEADS_NOW, led_by
from eventapp.checkin.models import Checkpoint, Device, EndedToken, Rights
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.visits.models import VisitGroup

LINK_HOURS = 24
"""For how long a link works where nothing else is said."""
MAX_HOURS = 24 * 30
MAX_AT_ONCE = 50
MAX_NAME = 120


def _may(access: Access) -> ColumnElement[bool]:
    """Whether the user of a device has the access at its event."""
    roles = [role for role, it in ROLE_ACCESS.items() if access in it]
    return or_(
        User.is_administrator,
        exists(
            select(Membership.id)
            .where(
                Membership.user_id == User.id,
                Membership.event_id == Device.event_id,
                Membership.role.in_(roles),
            )
            # the device that is asked about, not any that there is
            .correlate(User, Device)
        ),
    )


LIVE: ColumnElement[bool] = and_(
    Device.revoked_at.is_(None),
    or_(
        Device.user_id.is_(None),
        exists(
            select(User.id).where(
                User.id == Device.user_id,
                User.is_disabled.is_(False),
                or_(
                    and_(Device.rights != Rights.LEADER, _may(Access.CHECK_IN)),
                    and_(Device.rights == Rights.LEADER, _may(Access.CALL_ROLL), LEADS_NOW),
                ),
            )
        ),
    ),
)
"""Whether a device may be used: it was not revoked, and whose page it is may still check in, or
still leads a group."""


class LinkUsed(Exception):
    """The link is unknown, was used already, or its device was revoked."""


class LinkExpired(LinkUsed):
    """The link was not used in time."""


class DeviceNotFound(LookupError):
    """The event has no such device."""


class NoSuchCheckpoint(LookupError):
    """A checkpoint that was chosen is not the event's, or not any more."""


class NoSuchGroup(LookupError):
    """A group whose roll is to be called is not the event's, or none was named."""


class LeadsNoGroup(Exception):
    """Whoever signed in leads no group of the event."""


class DeviceRevoked(Exception):
    """The device was revoked, and stays so: what replaces it is another device."""


class BelongsToAccount(Exception):
    """The device is somebody's check-in page: it has no link, and supervises."""


class TokenUnknown(LookupError):
    """Nobody has this token."""


class TokenRevoked(Exception):
    """The token was valid once: its device is to forget everything."""


@dataclass(frozen=True, slots=True)
class Provision:
    """A device with its secrets, which are not stored and so shown only once."""

    device: Device
    link: str
    token: str


def create_device(
    event: Event,
    name: str,
    *,
    rights: Rights = Rights.STEWARD,
    checkpoint_ids: Sequence[int] = (),
    group_ids: Sequence[int] = (),
    hours: int = LINK_HOURS,
) -> Provision:
    """A device that is waiting to be used; by its link, once, or by its token."""
    [made] = create_devices(
        event,
        [name],
        rights=rights,
        checkpoint_ids=checkpoint_ids,
        group_ids=group_ids,
        hours=hours,
    )
    return made


def create_devices(
    event: Event,
    names: Sequence[str],
    *,
    rights: Rights = Rights.STEWARD,
    checkpoint_ids: Sequence[int] = (),
    group_ids: Sequence[int] = (),
    hours: int = LINK_HOURS,
) -> list[Provision]:
    """As many devices as names, alike in all else; at most `MAX_AT_ONCE`.

    Without ``checkpoint_ids`` they scan everywhere; a leader's scans where its groups are, and has
    ``group_ids`` instead. Links end after ``hours``. Raises NoSuchCheckpoint, NoSuchGroup.
    """
    if len(names) > MAX_AT_ONCE:
        raise ValueError(f"at most {MAX_AT_ONCE} devices at once")
    event_id = event.id
    made = []
    with transaction():
        is_leader = rights == Rights.LEADER
        chosen = [] if is_leader else _checkpoints(event_id, checkpoint_ids)
        groups = _groups(event_id, group_ids) if is_leader else []
        for name in names:
            link, token = tokens.new_secret(), tokens.new_secret()
            device = Device(
                event_id=event_id,
                name=name[:MAX_NAME],
                rights=rights,
                link_hash=tokens.hash_secret(link),
                link_expires_at=_expiry(hours),
                token_hash=tokens.hash_secret(token),
                checkpoints=list(chosen),
                groups=list(groups),
                is_restricted=is_leader or bool(chosen),
            )
            db.session.add(device)
            db.session.flush()
            audit.record(
                "create",
                "device",
                device.id,
                event_id=event_id,
                changes={
                    "name": [None, device.name],
                    "rights": [None, rights],
                    **(
                        {"groups": [None, [it.letter for it in groups]]}
                        if is_leader
                        else {"checkpoints": [None, [it.name for it in chosen]]}
                    ),
                },
            )
            made.append(Provision(device, link, token))
    return made


def change(
    event: Event, device_id: int, *, name: str, rights: Rights, checkpoint_ids: Sequence[int]
) -> Device:
    """Call a device something else, let it do or scan something else; it learns so by itself.

    Raises DeviceNotFound, DeviceRevoked, BelongsToAccount (whoever signed in supervises),
    NoSuchCheckpoint.
    """
    event_id = event.id
    with transaction():
        device = _locked(event_id, device_id)
        if device.revoked_at is not None:
            raise DeviceRevoked
        is_leader = device.rights == Rights.LEADER
        if is_leader or rights == Rights.LEADER:
            # A leader's stays one, with its groups: what replaces it is another device.
            rights, checkpoint_ids = device.rights, () if is_leader else checkpoint_ids
        if device.user_id is not None and rights != device.rights:
            raise BelongsToAccount
        chosen = _checkpoints(event_id, checkpoint_ids)
        before = [it.name for it in device.checkpoints]
        device.name, device.rights = name[:MAX_NAME], rights
        changes = audit.changes_of(device)
        device.is_restricted = is_leader or bool(chosen)
        if {it.id for it in device.checkpoints} != {it.id for it in chosen}:
            device.checkpoints = chosen
            changes["checkpoints"] = [before, [it.name for it in chosen]]
        if changes:
            audit.record("update", "device", device.id, event_id=event_id, changes=changes)
    return device


def renew_link(event: Event, device_id: int, *, hours: int = LINK_HOURS) -> Provision:
    """A new link for a device that was lost or wiped: what it held until now ends at once.

    Raises DeviceNotFound, DeviceRevoked, BelongsToAccount.
    """
    event_id = event.id
    link, token = tokens.new_secret(), tokens.new_secret()
    with transaction():
        device = _locked(event_id, device_id)
        if device.revoked_at is not None:
            raise DeviceRevoked
        if device.user_id is not None:
            raise BelongsToAccount
        _replace_token(device, token)
        device.link_hash = tokens.hash_secret(link)
        device.link_expires_at = _expiry(hours)
        audit.record("renew_device_link", "device", device.id, event_id=event_id)
    return Provision(device, link, token)


def find_by_link(link: str) -> Device:
    """The device that a link provisions. Raises LinkUsed, LinkExpired."""
    return _of_link(db.session.scalar(select(Device).where(*_with_link(link))))


def redeem(link: str) -> Provision:
    """Use a link up: its device gets a new token, and earlier ones end.

    Of two at once one is first. Raises LinkUsed, LinkExpired.
    """
    token = tokens.new_secret()
    with transaction():
        device = _of_link(
            db.session.scalar(select(Device).where(*_with_link(link)).with_for_update())
        )
        device.link_hash = device.link_expires_at = None
        _replace_token(device, token)
        # What it said of itself before, another phone may have said (syncing.py).
        device.battery, device.is_log_new = None, True
        audit.record("redeem", "device", device.id, event_id=device.event_id)
    return Provision(device, "", token)


def device_of_user(
    event: Event,
    user_id: int,
    name: str,
    *,
    rights: Rights = Rights.SUPERVISOR,
    held: str = "",
) -> Provision:
    """The token with which the browser of somebody who has signed in checks in, or calls the roll.

    Each browser is a device of its own, so that a desk and a phone do not end each other's. One
    that holds a token of this user's (``held``) with these rights keeps it. Raises LeadsNoGroup.
    """
    event_id = event.id
    is_leader = rights == Rights.LEADER
    if is_leader and not led_by(event_id, user_id):
        raise LeadsNoGroup
    if held:
        try:
            known = holder(event, held)
        except (TokenUnknown, TokenRevoked):
            known = None
        if known is not None and (known.user_id, known.rights) == (user_id, rights):
            return Provision(known, "", held)
    token = tokens.new_secret()
    with transaction():
        device = Device(
            event_id=event_id,
            name=name[:MAX_NAME],
            user_id=user_id,
            rights=rights,
            is_restricted=is_leader,
            token_hash=tokens.hash_secret(token),
        )
        db.session.add(device)
    return Provision(device, "", token)


def revoke(event: Event, device_id: int) -> Device | None:
    """End a device's token at once; None when the event has no such device."""
    event_id = event.id
    with transaction():
        device = db.session.scalar(select(Device).filter_by(id=device_id, event_id=event_id))
        if device is not None and device.revoked_at is None:
            device.revoked_at = now()
            device.link_hash = device.link_expires_at = None
            audit.record("revoke", "device", device.id, event_id=event_id)
    return device


def holder(event: Event, token: str) -> Device:
    """The device of this event that holds the token.

    Raises TokenRevoked for one that was valid once, and TokenUnknown.
    """
    hashed = tokens.hash_secret(token)
    found = db.session.execute(
        select(Device, LIVE.label("is_live")).where(
            Device.token_hash == hashed, Device.event_id == event.id
        )
    ).one_or_none()
    if found is not None:
        if not found.is_live:
            raise TokenRevoked
        device: Device = found.Device
        return device
    ended = (
        select(EndedToken.device_id)
        .join(Device, Device.id == EndedToken.device_id)
        .where(EndedToken.token_hash == hashed, Device.event_id == event.id)
    )
    if db.session.scalar(ended) is not None:
        raise TokenRevoked
    raise TokenUnknown


def authenticate(event: Event, token: str) -> Device | None:
    """The device of this event that holds the token, unless it has ended."""
    try:
        return holder(event, token)
    except (TokenUnknown, TokenRevoked):
        return None


def find(event_id: int, device_id: int) -> Device:
    """A device of the event. Raises DeviceNotFound."""
    device = db.session.scalar(select(Device).filter_by(id=device_id, event_id=event_id))
    if device is None:
        raise DeviceNotFound
    return device


def is_live(device: Device) -> bool:
    """Whether a device may be used."""
    return bool(db.session.scalar(select(LIVE).where(Device.id == device.id)))


def all_devices(event_id: int) -> Sequence[Device]:
    """An event's devices, the newest first, revoked ones last."""
    return db.session.scalars(
        select(Device)
        .filter_by(event_id=event_id)
        .order_by(Device.revoked_at.is_not(None), Device.id.desc())
        .limit(500)
    ).all()


def _with_link(link: str) -> tuple[ColumnElement[bool], ...]:
    return Device.link_hash == tokens.hash_secret(link), Device.revoked_at.is_(None)


def _of_link(device: Device | None) -> Device:
    if device is None:
        raise LinkUsed
    if device.link_expires_at is not None and device.link_expires_at <= now():
        raise LinkExpired
    return device


def _replace_token(device: Device, token: str) -> None:
    db.session.add(EndedToken(token_hash=device.token_hash, device_id=device.id))
    device.token_hash = tokens.hash_secret(token)


def _locked(event_id: int, device_id: int) -> Device:
    device = db.session.scalar(
        select(Device).filter_by(id=device_id, event_id=event_id).with_for_update()
    )
    if device is None:
        raise DeviceNotFound
    return device


def _checkpoints(event_id: int, ids: Sequence[int]) -> list[Checkpoint]:
    """The checkpoints of these ids. Raises NoSuchCheckpoint: with fewer a device would scan
    elsewhere than was meant, and with none everywhere."""
    if not ids:
        return []
    found = list(
        db.session.scalars(
            select(Checkpoint)
            .where(Checkpoint.event_id == event_id, Checkpoint.id.in_(ids))
            .order_by(Checkpoint.position, Checkpoint.id)
        )
    )
    if len(found) < len(set(ids)):
        raise NoSuchCheckpoint
    return found


def _groups(event_id: int, ids: Sequence[int]) -> list[VisitGroup]:
    """The groups of these ids. Raises NoSuchGroup, also where there are none."""
    found = list(
        db.session.scalars(
            select(VisitGroup).where(VisitGroup.event_id == event_id, VisitGroup.id.in_(ids))
        )
    )
    if not found or len(found) < len(set(ids)):
        raise NoSuchGroup
    return sorted(found, key=lambda it: (len(it.letter), it.letter))


def _expiry(hours: int) -> datetime:
    return now() + timedelta(hours=min(max(hours, 1), MAX_HOURS))
