"""Screens in the hall: whoever has a screen's link sees the arrivals, and no name or telephone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.checkin.models import Screen
from eventapp.database import db, now, transaction
from eventapp.events.models import Event


class NameTaken(Exception):
    """The event has a screen of this name."""


class NoScreen(Exception):
    """There is no such screen, or its link was taken back."""


@dataclass(frozen=True, slots=True)
class Made:
    """A screen with the secret in its link, which is not stored and so shown only once."""

    screen: Screen
    secret: str


def all_screens(event_id: int) -> Sequence[Screen]:
    """An event's screens by name, those that were taken back last."""
    return db.session.scalars(
        select(Screen)
        .filter_by(event_id=event_id)
        .order_by(Screen.revoked_at.is_not(None), Screen.name)
    ).all()


def create(event: Event, name: str) -> Made:
    """A new screen. Raises NameTaken."""
    event_id, secret = event.id, tokens.new_secret()
    with transaction():
        # Who adds another one at the same moment waits for the event's row.
        db.session.execute(select(Event.id).filter_by(id=event_id).with_for_update())
        if db.session.scalar(select(Screen.id).filter_by(event_id=event_id, name=name)):
            raise NameTaken(name)
        screen = Screen(event_id=event_id, name=name, secret_hash=tokens.hash_secret(secret))
        db.session.add(screen)
        db.session.flush()
        audit.record(
            "create", "screen", screen.id, event_id=event_id, changes={"name": [None, name]}
        )
    return Made(screen, secret)


def renew(event: Event, screen_id: int) -> Made:
    """Another link for a screen; the one before shows nothing any more. Raises NoScreen."""
    event_id, secret = event.id, tokens.new_secret()
    with transaction():
        screen = _locked(event_id, screen_id)
        screen.secret_hash, screen.revoked_at = tokens.hash_secret(secret), None
        audit.record("renew_link", "screen", screen_id, event_id=event_id)
    return Made(screen, secret)


def revoke(event: Event, screen_id: int) -> Screen:
    """End a screen's link: within two seconds it shows nothing any more. Raises NoScreen."""
    event_id = event.id
    with transaction():
        screen = _locked(event_id, screen_id)
        if screen.revoked_at is None:
            screen.revoked_at = now()
            audit.record("revoke", "screen", screen_id, event_id=event_id)
    return screen


def find(secret: str) -> Screen:
    """The screen whose link has this secret, with its event. Raises NoScreen."""
    screen = db.session.scalar(
        select(Screen)
        .filter_by(secret_hash=tokens.hash_secret(secret), revoked_at=None)
        .options(joinedload(Screen.event).selectinload(Event.days))
    )
    if screen is None:
        raise NoScreen
    return screen


def _locked(event_id: int, screen_id: int) -> Screen:
    screen = db.session.scalar(
        select(Screen).filter_by(id=screen_id, event_id=event_id).with_for_update()
    )
    if screen is None:
        raise NoScreen
    return screen
