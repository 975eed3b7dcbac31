"""The protocol order as organisers settle it: ranks of positions, and the order of delegations.

Whoever saves says which order they were looking at (`revision_of`): the second of two organisers
is told, not obeyed.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event, new_version
from eventapp.registration import indexing
from eventapp.registration.models import (
    COMING,
    Delegate,
    Delegation,
    Organisation,
    ProtocolRank,
)
from eventapp.registration.protocol import UNRANKED, can_match
from eventapp.text import collate, fold

MAX_RANKS = 200
MAX_LENGTH = 200
"""Characters of a position."""

Order = Sequence[Sequence[str]]
"""The spellings of each rank, the highest rank first."""

_COMES = (Delegate.status.in_(COMING), Delegate.anonymised_at.is_(None))


class OrderError(Exception):
    """A refusal that concerns the protocol order."""


class OrderChanged(OrderError):
    """Somebody else has saved an order since this one was read."""


class TooManyRanks(OrderError):
    """More positions than `MAX_RANKS`."""


class PositionRefused(OrderError):
    """Something is wrong with one position."""

    def __init__(self, position: str) -> None:
        super().__init__(position)
        self.position = position


class PositionTwice(PositionRefused):
    """A position stands in the order twice."""


class PositionTooLong(PositionRefused):
    """A position has more characters than `MAX_LENGTH`."""


class NeverMatches(PositionRefused):
    """People's positions are compared part by part; this one has no letters, or several parts."""


@dataclass(frozen=True, slots=True)
class RankRow:
    """A rank as it is stored: how it is spelt, and how many who come hold it."""

    rank: int
    spellings: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Unranked:
    """Positions that the order does not know, the most frequent first."""

    positions: Sequence[tuple[str, int]]
    """(position as people wrote it, how many of them); the first few of all."""
    different: int
    """How many different positions there are."""
    people: int
    """How many who come hold one of them."""


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation in the settled order."""

    id: int
    name: str
    code: str
    """The province's; empty for a ministry."""
    is_other: bool
    people: int
    """How many of it come."""


def revision_of(order: Iterable[object]) -> str:
    """A short text that is the same for the same order only."""
    content = json.dumps(list(order), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def rows(event_id: int) -> tuple[RankRow, ...]:
    """The ranks of an event, the highest first; two queries."""
    spellings: dict[int, list[str]] = {}
    for position, rank in db.session.execute(
        select(ProtocolRank.position, ProtocolRank.rank)
        .where(ProtocolRank.event_id == event_id)
        .order_by(ProtocolRank.rank, ProtocolRank.id)
    ):
        spellings.setdefault(rank, []).append(position)
    people = db.session.execute(
        select(Delegate.protocol_rank, func.count())
        .where(Delegate.event_id == event_id, *_COMES)
        .group_by(Delegate.protocol_rank)
    )
    held = dict(people.all())
    return tuple(RankRow(rank, tuple(them), held.get(rank, 0)) for rank, them in spellings.items())


def order_of(ranks: Iterable[RankRow]) -> tuple[tuple[str, ...], ...]:
    """The order as `save` takes it."""
    return tuple(it.spellings for it in ranks)


def unranked(event_id: int, limit: int = 20) -> Unranked:
    """Which positions of those who come have no rank; two queries."""
    them = (
        Delegate.event_id == event_id,
        Delegate.protocol_rank == UNRANKED,
        Delegate.position != "",
        *_COMES,
    )
    number = func.count()
    found = db.session.execute(
        select(Delegate.position, number)
        .where(*them)
        .group_by(Delegate.position)
        .order_by(number.desc(), Delegate.position)
        .limit(limit)
    ).all()
    different, people = db.session.execute(
        select(func.count(Delegate.position.distinct()), number).where(*them)
    ).one()
    return Unranked([(position, count) for position, count in found], different, people)


def save(event: Event, revision: str, order: Order) -> int:
    """Put an order in place of the one that was read at that revision, and rank everybody anew.

    Empty ranks and spellings fall out. Returns how many delegates have another rank now. Raises
    OrderChanged, TooManyRanks, PositionTwice, PositionTooLong, NeverMatches.
    """
    chosen = checked(order)
    with transaction():
        return _replace(event.id, revision, chosen)


def give_rank(event: Event, revision: str, position: str, place: int | None) -> int:
    """Let a position count as the rank in that place (from 1) of the order, or as a new last one.

    Returns and raises what `save` does; OrderChanged also where there is no such place.
    """
    with transaction():
        order = [list(it) for it in order_of(rows(event.id))]
        if place is None:
            order.append([])
        elif not 0 < place <= len(order):
            raise OrderChanged
        order[-1 if place is None else place - 1].append(position)
        return _replace(event.id, revision, checked(order))


def checked(order: Order) -> tuple[tuple[str, ...], ...]:
    """An order without what is empty.

    Raises TooManyRanks, PositionTwice, PositionTooLong, NeverMatches.
    """
    kept = [tuple(position for position in them if position) for them in order]
    seen: set[str] = set()
    for position in (position for them in kept for position in them):
        if len(position) > MAX_LENGTH:
            raise PositionTooLong(position)
        if not can_match(position):
            raise NeverMatches(position)
        if fold(position) in seen:
            raise PositionTwice(position)
        seen.add(fold(position))
    if len(seen) > MAX_RANKS:
        raise TooManyRanks
    return tuple(them for them in kept if them)


def _replace(event_id: int, revision: str, order: tuple[tuple[str, ...], ...]) -> int:
    _lock(event_id)
    before = order_of(rows(event_id))
    if revision_of(before) != revision:
        raise OrderChanged
    if before == order:
        return 0
    db.session.query(ProtocolRank).filter_by(event_id=event_id).delete()
    # Whoever registers from now on is ranked by the new order, also where nothing is left of it.
    db.session.get_one(Event, event_id).offer_version = new_version()
    for rank, spellings in enumerate(order, start=1):
        for position in spellings:
            row = ProtocolRank(
                event_id=event_id, position=position, position_folded=fold(position), rank=rank
            )
            db.session.add(row)
    db.session.flush()
    shown = [[" = ".join(them) for them in it] for it in (before, order)]
    audit.record("change", "protocol", event_id=event_id, changes={"protocol_order": shown})
    return indexing.rank_everybody(event_id)


def delegations(event_id: int) -> tuple[DelegationRow, ...]:
    """The delegations of an event in their order, with how many of each come; two queries."""
    people = db.session.execute(
        select(Organisation.delegation_id, func.count())
        .join(Delegate.organisation)
        .where(Delegate.event_id == event_id, *_COMES)
        .group_by(Organisation.delegation_id)
    )
    coming = dict(people.all())
    found = db.session.execute(
        select(Delegation.id, Delegation.name, Delegation.province_code, Delegation.is_other)
        .where(Delegation.event_id == event_id)
        .order_by(Delegation.position, Delegation.name)
    )
    return tuple(
        DelegationRow(it.id, it.name, it.province_code or "", it.is_other, coming.get(it.id, 0))
        for it in found
    )


def by_name(them: Iterable[DelegationRow]) -> list[DelegationRow]:
    """Ministries, then provinces, each in the order of the alphabet; whoever else comes last."""
    return sorted(them, key=lambda it: (it.is_other, bool(it.code), collate(it.name)))


def by_code(them: Iterable[DelegationRow]) -> list[DelegationRow]:
    """Ministries by name, then provinces by their codes; whoever else comes last."""
    return sorted(them, key=lambda it: (it.is_other, bool(it.code), it.code, collate(it.name)))


def save_delegations(event: Event, revision: str, ids: Sequence[int]) -> None:
    """Settle the order of all delegations of an event. Raises OrderChanged.

    It is raised too when a delegation has been added or removed since.
    """
    event_id = event.id
    with transaction():
        _lock(event_id)
        before = delegations(event_id)
        if revision_of(it.id for it in before) != revision or {it.id for it in before} != set(ids):
            raise OrderChanged
        if [it.id for it in before] == list(ids):
            return
        for position, id_ in enumerate(ids, start=1):
            db.session.execute(
                update(Delegation).where(Delegation.id == id_).values(position=position)
            )
        names = {it.id: it.name for it in before}
        shown = [[it.name for it in before], [names[it] for it in ids]]
        audit.record("change", "protocol", event_id=event_id, changes={"delegation_order": shown})


def _lock(event_id: int) -> None:
    """Let nobody else save an order meanwhile; registrations go on."""
    db.session.execute(select(Event.id).filter_by(id=event_id).with_for_update(key_share=True))
