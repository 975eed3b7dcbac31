"""The devices of an event as organisers look at them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventapp import text
from eventapp.checkin.devices import LIVE
from eventapp.checkin.models import Device
from eventapp.database import db, now

PAGE_SIZE = 50
SILENT_AFTER = timedelta(minutes=5)
"""A device with scans that are not sent is worth a look when nobody has heard of it for so long."""
LOW_BATTERY = 20
"""Percent."""


class State(StrEnum):
    """How a device stands."""

    WAITING = "waiting"  # for its link to be opened
    EXPIRED = "expired"  # its link was not opened in time
    IN_USE = "in_use"
    REVOKED = "revoked"
    ENDED = "ended"  # whose page it was may no longer check in


@dataclass(frozen=True, slots=True)
class Row:
    """A device of the list."""

    device: Device
    state: State
    is_silent: bool
    """It has scans that are not sent, and nobody has heard of it lately."""

    @property
    def is_over(self) -> bool:
        """Whether it can scan no more."""
        return self.state in (State.REVOKED, State.ENDED)

    @property
    def is_low(self) -> bool:
        """Whether its battery will not last."""
        return self.device.battery is not None and self.device.battery < LOW_BATTERY


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list."""

    rows: list[Row]
    number: int
    pages: int
    total: int


def page(event_id: int, words: str = "", number: int = 1, *, with_ended: bool = True) -> Page:
    """Devices whose name has these words, without marks and in any order; the newest first.

    Those that were revoked come last, or not at all.
    """
    terms = text.search_terms(words[:100])
    names = db.session.execute(
        select(Device.id, Device.name)
        .where(Device.event_id == event_id, *([] if with_ended else [LIVE]))
        .order_by(Device.revoked_at.is_not(None), Device.id.desc())
    )
    ids = [id_ for id_, name in names if text.matches(text.fold(name), terms)]
    pages = max(1, -(-len(ids) // PAGE_SIZE))
    number = min(max(number, 1), pages)
    wanted = ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    found = {
        device.id: row_of(device, is_live=is_live)
        for device, is_live in db.session.execute(
            select(Device, LIVE.label("is_live"))
            .where(Device.id.in_(wanted))
            .options(selectinload(Device.checkpoints), selectinload(Device.groups))
        )
    }
    return Page([found[id_] for id_ in wanted], number, pages, len(ids))


def row_of(device: Device, *, is_live: bool) -> Row:
    """A device with how it stands."""
    moment = now()
    is_silent = bool(device.unsent) and (
        device.last_seen_at is None or moment - device.last_seen_at > SILENT_AFTER
    )
    if device.revoked_at is not None:
        state = State.REVOKED
    elif not is_live:
        state = State.ENDED
    elif device.link_hash is None:
        state = State.IN_USE
    elif device.link_expires_at is not None and device.link_expires_at <= moment:
        state = State.EXPIRED
    else:
        state = State.WAITING
    return Row(device, state, is_silent)


def unsent(event_id: int) -> tuple[int, int]:
    """Scans that devices say they have not sent yet, and how many devices those are."""
    told = db.session.scalars(
        select(Device.unsent).where(Device.event_id == event_id, Device.unsent > 0)
    ).all()
    return sum(it or 0 for it in told), len(told)
