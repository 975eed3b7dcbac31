"""What an event offers to whoever registers, kept in memory as long as nobody changes it.

Hundreds of people a second may send the form, and what they choose from is changed a few times a
day. So it is read once in each process, and kept under the event's ``offer_version``. Whoever
changes a row of it gives the event another version in the same transaction, by the listener below:
from the commit on every process, on every host, reads anew. A version is never given twice, so
that neither a rollback nor a backup that is put back brings an old offer to life.

Changes past the mapper (SQL by hand) are seen within half a minute.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import event as events
from sqlalchemy import inspect, orm, select, update

from eventapp.database import Model, db
from eventapp.events.models import Category, Day, Event, Room, Site, new_version
from eventapp.programme.models import ProgrammeVersion, Session
from eventapp.questions.models import Question
from eventapp.registration import protocol, ranks
from eventapp.registration.choices import Choices, choices_for
from eventapp.registration.models import Delegation, Organisation, ProtocolRank

_EVENTS = 8
_SECONDS = 30

_PARTS = (
    Category,
    Day,
    Delegation,
    Organisation,
    ProgrammeVersion,
    ProtocolRank,
    Question,
    Room,
    Session,
    Site,
)
# The rest of a delegation's row is about its lead, and changes with every visit.
_SEEN_OF_A_DELEGATION = ("name", "position", "province_code", "is_other")


@dataclass(frozen=True)
class Offer:
    """Everything that can be chosen at an event. To be read only: everybody shares it.

    Its rows belong to no session; what was not loaded with them cannot be.
    """

    all: Choices
    ranks: tuple[protocol.Rank, ...]
    """What positions are worth (eventapp.registration.protocol)."""

    @cached_property
    def public(self) -> Choices:
        """What people may choose who register themselves."""
        return replace(
            self.all,
            categories=[it for it in self.all.categories if it.is_public],
            classes=[it for it in self.all.classes if it.is_public],
            questions=[it for it in self.all.questions if it.is_public],
        )

    @cached_property
    def offices(self) -> Mapping[int, tuple[Organisation, Delegation]]:
        """Each office that is offered, with its delegation."""
        return {
            office.id: (office, delegation)
            for delegation in self.all.delegations
            for office in self.all.offices(delegation)
        }


def offered_by(event: Event) -> Choices:
    """What people may choose who register themselves, as of when the event was read."""
    return offer_of(event.id, event.offer_version).public


def offer_of(event_id: int, version: str) -> Offer:
    """What an event offers that was just found to have this version."""
    return _loaded(event_id, version, int(time.monotonic()) // _SECONDS)


@lru_cache(maxsize=_EVENTS)
def _loaded(event_id: int, version: str, period: int) -> Offer:
    # A session of its own on the same connection: its rows are the request's snapshot, and stay as
    # they are when the request commits.
    with orm.Session(
        bind=db.session.connection(), join_transaction_mode="rollback_only", autoflush=False
    ) as apart:
        event = apart.get_one(Event, event_id)
        return Offer(choices_for(event, public=False), ranks.of(event_id))


@events.listens_for(db.session, "after_flush")
def _renew(session: Any, _context: object) -> None:
    """Give events whose offer was changed another version."""
    changed = [row for row in chain(session.new, session.dirty, session.deleted) if _is_part(row)]
    if changed:
        _renew_offers(session.connection(), changed)


def _renew_offers(connection: Any, changed: Iterable[Model]) -> None:
    event_ids, delegation_ids = set(), set()
    for row in changed:
        known = inspect(row).dict  # of a row that is gone nothing else can be read
        if isinstance(row, Organisation):
            delegation_ids.add(known["delegation_id"])
        else:
            event_ids.add(known["event_id"])
    if delegation_ids:
        event_ids |= set(
            connection.scalars(select(Delegation.event_id).where(Delegation.id.in_(delegation_ids)))
        )
    for event_id in sorted(event_ids):
        connection.execute(
            update(Event.__table__)  # type: ignore[arg-type]
            .where(Event.id == event_id)
            .values(offer_version=new_version())
        )


def _is_part(row: Any) -> bool:
    """Whether what was written of a row can be seen on the form."""
    if not isinstance(row, _PARTS):
        return False
    state: Any = inspect(row)
    if isinstance(row, Organisation):  # what somebody typed is offered to nobody else
        return not row.is_typed or bool(state.attrs.is_typed.history.deleted)
    if isinstance(row, Delegation) and not state.deleted and state.has_identity:
        return any(state.attrs[it].history.has_changes() for it in _SEEN_OF_A_DELEGATION)
    return True
