"""Devices at the door: each holds a token for one event. Links and tokens are stored as hashes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.checkin.models import Device
from eventapp.database import db, now, transaction
from eventapp.events.models import Event


class LinkUsed(Exception):
    """The link is unknown, was used already, or its device was revoked."""


@dataclass(frozen=True, slots=True)
class Provision:
    """A device with its secrets, which are not stored and so shown only once."""

    device: Device
    link: str
    token: str


def create_device(event: Event, name: str) -> Provision:
    """A device that is waiting to be used; by its link, once, or by its token."""
    event_id = event.id
    link, token = tokens.new_secret(), tokens.new_secret()
    with transaction():
        device = Device(
            event_id=event_id,
            name=name[:120],
            link_hash=tokens.hash_secret(link),
            token_hash=tokens.hash_secret(token),
        )
        db.session.add(device)
        db.session.flush()
        audit.record(
            "create", "device", device.id, event_id=event_id, changes={"name": [None, name]}
        )
    return Provision(device, link, token)


def find_by_link(link: str) -> Device:
    """The device that a link provisions. Raises LinkUsed."""
    device = db.session.scalar(
        select(Device).filter_by(link_hash=tokens.hash_secret(link), revoked_at=None)
    )
    if device is None:
        raise LinkUsed
    return device


def redeem(link: str) -> Provision:
    """Use a link up: its device gets a new token, and earlier ones end. Raises LinkUsed."""
    token = tokens.new_secret()
    with transaction():
        device = db.session.scalar(
            select(Device)
            .filter_by(link_hash=tokens.hash_secret(link), revoked_at=None)
            .with_for_update()
        )
        if device is None:
            raise LinkUsed
        device.link_hash = None
        device.token_hash = tokens.hash_secret(token)
        audit.record("redeem", "device", device.id, event_id=device.event_id)
    return Provision(device, "", token)


def device_of_user(event: Event, user_id: int, name: str) -> Provision:
    """A new token for the browser in which a member of the staff has opened the check-in page.

    Each browser is a device of its own, so that a desk and a phone do not end each other's.
    """
    event_id = event.id
    token = tokens.new_secret()
    with transaction():
        device = Device(
            event_id=event_id,
            name=name[:120],
            user_id=user_id,
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
            device.link_hash = None
            audit.record("revoke", "device", device.id, event_id=event_id)
    return device


def authenticate(event: Event, token: str) -> Device | None:
    """The device of this event that holds the token, unless it was revoked."""
    return db.session.scalar(
        select(Device).filter_by(
            token_hash=tokens.hash_secret(token), event_id=event.id, revoked_at=None
        )
    )


def all_devices(event_id: int) -> Sequence[Device]:
    """An event's devices, the newest first, revoked ones last."""
    return db.session.scalars(
        select(Device)
        .filter_by(event_id=event_id)
        .order_by(Device.revoked_at.is_not(None), Device.id.desc())
        .limit(500)
    ).all()
