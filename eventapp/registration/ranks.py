"""The protocol order: which positions rank how, and the order of people by them.

Every list, seat and page that is in protocol order is ordered by one of these.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from eventapp.database import db
from eventapp.events.presets import Preset
from eventapp.registration import protocol
from eventapp.registration.models import Delegate, Delegation, Organisation, ProtocolRank
from eventapp.text import fold

BY_RANK: tuple[InstrumentedAttribute[Any], ...] = (
    Delegate.protocol_rank,
    Delegation.position,
    Delegation.name,
    Delegate.name_key,
    Delegate.id,
)
"""Everybody in protocol order: by rank, of one rank by delegation, of one delegation by name."""
BY_DELEGATION: tuple[InstrumentedAttribute[Any], ...] = (
    Delegation.position,
    Delegation.name,
    Delegate.protocol_rank,
    Delegate.name_key,
    Delegate.id,
)
"""Delegation by delegation, each in protocol order."""
BY_OFFICE: tuple[InstrumentedAttribute[Any], ...] = (
    Delegation.position,
    Delegation.name,
    Organisation.position,
    Organisation.sort_key,
    Delegate.protocol_rank,
    Delegate.name_key,
    Delegate.id,
)
"""Office by office within each delegation, each in protocol order."""

_OF_EVENT = select(ProtocolRank.position, ProtocolRank.rank)


def of(event_id: int) -> tuple[protocol.Rank, ...]:
    """The ranks of an event, as `eventapp.registration.protocol` takes them."""
    rows = db.session.execute(_OF_EVENT.where(ProtocolRank.event_id == event_id))
    return protocol.ranks((row.position, row.rank) for row in rows)


def add_usual(event_id: int, preset: Preset) -> None:
    """Give an event the positions of a preset, within the transaction in progress."""
    for rank, position in enumerate(preset.positions_by_protocol_rank, start=1):
        db.session.add(
            ProtocolRank(
                event_id=event_id, position=position, position_folded=fold(position), rank=rank
            )
        )
    db.session.flush()
