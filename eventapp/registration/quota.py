"""Places, and who takes them. They are only ever counted by guarded updates.

A quota counts whoever fits everything that it names (`models.Quota`): the whole event, a
delegation, an office, a category, a day, a training class, or any of these together. Every event
has the quota that names nothing. Each change of places begins by locking that row (`Ledger`):
whoever comes second waits for it, and then sees what the first one left in all the others.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, exists, func, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Day
from eventapp.registration.models import (
    HOLDING,
    Delegate,
    HeldPlace,
    Organisation,
    Quota,
    delegate_day,
    enrolment,
)

_NAMES = ("delegation_id", "organisation_id", "category_id", "day_id", "session_id")


class QuotaFull(Exception):
    """There is no free place; ``quotas`` are those that are full."""

    def __init__(self, quotas: Sequence[Quota] = ()) -> None:
        super().__init__([it.scope for it in quotas])
        self.quotas = tuple(quotas)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one person's place counts for."""

    delegation_id: int
    organisation_id: int | None
    category_id: int
    day_ids: frozenset[int] = frozenset()
    session_ids: frozenset[int] = frozenset()

    def fits(self, quota: Quota) -> bool:
        """Whether the quota counts this place."""
        return (
            quota.delegation_id in (None, self.delegation_id)
            and quota.organisation_id in (None, self.organisation_id)
            and quota.category_id in (None, self.category_id)
            and (quota.day_id is None or quota.day_id in self.day_ids)
            and (quota.session_id is None or quota.session_id in self.session_ids)
        )


def claim_of(delegate: Delegate) -> Claim:
    """What a delegate's place counts for."""
    return Claim(
        delegation_id=delegate.organisation.delegation_id,
        organisation_id=delegate.organisation_id,
        category_id=delegate.category_id,
        day_ids=frozenset(day.id for day in delegate.days),
        session_ids=frozenset(it.id for it in delegate.enrolments),
    )


def claim_of_held(place: HeldPlace) -> Claim:
    """What a held place counts for: every day, and no class yet."""
    days = db.session.scalars(select(Day.id).where(Day.event_id == place.event_id))
    return Claim(
        place.delegation_id, place.organisation_id, place.category_id, day_ids=frozenset(days)
    )


# Built once: every registration asks these.
_LOCK = (
    select(Quota.id)
    .where(Quota.event_id == bindparam("event_id"), Quota.scope == "")
    .with_for_update()
)
_ALL = (
    select(Quota)
    .where(Quota.event_id == bindparam("event_id"))
    .order_by(Quota.id)
    .execution_options(populate_existing=True)
)

_counted = Quota.taken + bindparam("number", type_=Integer)
_COUNT = (
    update(Quota)
    .where(Quota.id == bindparam("quota_id"), _counted >= 0)
    .values(taken=_counted)
    .execution_options(synchronize_session=False)
)
_COUNT_GUARDED = _COUNT.where(Quota.places.is_(None) | (_counted <= Quota.places))


class Ledger:
    """The quotas of an event, kept as they are until the transaction ends.

    Opened first of all in a transaction that admits people or lets them go, before any delegate's
    row is locked: so nobody waits in a circle, and what it reads holds.
    """

    def __init__(self, event_id: int) -> None:
        if db.engine.dialect.name != "sqlite":  # there the whole database is ours by now
            db.session.execute(_LOCK, {"event_id": event_id})
        self.quotas: Sequence[Quota] = db.session.scalars(_ALL, {"event_id": event_id}).all()

    @property
    def has_any(self) -> bool:
        """Whether the event has a free place at all."""
        return all(_has_room(it, 1) for it in self.quotas if not it.scope)

    def has_room(self, claim: Claim) -> bool:
        """Whether a place is free in every quota that counts it."""
        return all(_has_room(it, 1) for it in self.quotas if claim.fits(it))

    def take(self, claim: Claim, *, beyond: bool = False) -> None:
        """Take a place in every quota that counts it; ``beyond`` the last one if so decided.

        Raises QuotaFull and has taken nothing then.
        """
        self.change([claim], [], beyond=beyond)

    def release(self, claim: Claim) -> None:
        """Give a place back."""
        self.change([], [claim])

    def change(
        self, taken: Iterable[Claim], released: Iterable[Claim], *, beyond: bool = False
    ) -> None:
        """Take and give back places at once. Raises QuotaFull and has changed nothing then."""
        balance = _balance(self.quotas, taken, released)
        if not beyond:
            full = [it for it in self.quotas if balance[it.id] > 0 and not _fits(it, balance)]
            if full:
                raise QuotaFull(full)
        self._apply(balance, beyond=beyond)

    def take_what_fits(
        self, claims: Sequence[Claim], released: Iterable[Claim] = ()
    ) -> dict[int, QuotaFull]:
        """Take a place for each claim in their order, as far as there are any.

        Returns the places in ``claims`` of those that found none, with the reason. What is given
        back in ``released`` is free for them.
        """
        refused, balance = allot(self.quotas, claims, released)
        self._apply(balance)
        return refused

    def _apply(self, balance: Counter[int], *, beyond: bool = False) -> None:
        """Guarded although the rows are ours: whatever went before, nothing is oversold."""
        for quota in self.quotas:
            number = balance[quota.id]
            if number == 0:
                continue
            statement = _COUNT if number < 0 or beyond else _COUNT_GUARDED
            done = db.session.connection().execute(
                statement, {"quota_id": quota.id, "number": number}
            )
            if done.rowcount == 1:
                set_committed_value(quota, "taken", quota.taken + number)
            elif number > 0:
                raise QuotaFull([quota])


def allot(
    quotas: Sequence[Quota], claims: Sequence[Claim], released: Iterable[Claim] = ()
) -> tuple[dict[int, QuotaFull], Counter[int]]:
    """Who of those claiming finds a place, in their order: the refused, and the change by quota.

    Changes nothing: `Ledger.take_what_fits` does, and previews ask.
    """
    balance = _balance(quotas, (), released)
    refused: dict[int, QuotaFull] = {}
    counting: dict[Claim, list[Quota]] = {}
    for at, claim in enumerate(claims):
        if claim not in counting:
            counting[claim] = [it for it in quotas if claim.fits(it)]
        full = [it for it in counting[claim] if not _has_room(it, balance[it.id] + 1)]
        if full:
            refused[at] = QuotaFull(full)
        else:
            balance.update(it.id for it in counting[claim])
    return refused, balance


def _balance(
    quotas: Sequence[Quota], taken: Iterable[Claim], released: Iterable[Claim]
) -> Counter[int]:
    balance: Counter[int] = Counter()
    for claim, number in Counter(taken).items():
        balance.update({it.id: number for it in quotas if claim.fits(it)})
    for claim, number in Counter(released).items():
        balance.subtract({it.id: number for it in quotas if claim.fits(it)})
    return balance


def _has_room(quota: Quota, number: int) -> bool:
    return quota.places is None or quota.taken + number <= quota.places


def _fits(quota: Quota, balance: Counter[int]) -> bool:
    return _has_room(quota, balance[quota.id])


# --- For people to read and to set --------------------------------------------------------------


def all_of(event_id: int, *, delegation_id: int | None = None) -> Sequence[Quota]:
    """The quotas of an event, or of one delegation, with what they name; the widest first."""
    query = select(Quota).where(Quota.event_id == event_id)
    if delegation_id is not None:
        query = query.where(Quota.delegation_id == delegation_id)
    return db.session.scalars(
        query.order_by(func.length(Quota.scope), Quota.scope).options(
            joinedload(Quota.delegation),
            joinedload(Quota.organisation),
            joinedload(Quota.category),
            joinedload(Quota.day),
            joinedload(Quota.session),
        )
    ).all()


def places(event_id: int) -> int | None:
    """How many places the event has; None is no limit."""
    return db.session.scalar(select(Quota.places).filter_by(event_id=event_id, scope=""))


def taken(event_id: int) -> int:
    """How many places of the event are taken."""
    return db.session.scalar(select(Quota.taken).filter_by(event_id=event_id, scope="")) or 0


def left(event_id: int) -> int | None:
    """How many places of the event are free, for people to read; None is no limit."""
    row = db.session.execute(
        select(Quota.places, Quota.taken).filter_by(event_id=event_id, scope="")
    ).one_or_none()
    if row is None or row.places is None:
        return None
    return max(0, row.places - row.taken)


def full_for(event_id: int, claim: Claim) -> list[Quota]:
    """The quotas that count a place and have none free, for people to read."""
    return [it for it in all_of(event_id) if claim.fits(it) and not _has_room(it, 1)]


def scope_of(names: dict[str, int | None]) -> str:
    """What a quota names, as one text: ``delegation:3/category:2``; empty for the event."""
    return "/".join(
        f"{name.removesuffix('_id')}:{names[name]}" for name in _NAMES if names.get(name)
    )


def set_places(event_id: int, number: int | None, **names: int | None) -> bool:
    """Set how many places there are; whether that changed anything.

    ``names`` are ``delegation_id``, ``organisation_id``, ``category_id``, ``day_id`` and
    ``session_id``: what the quota counts. No number ends a quota, except the event's own, which
    then only counts. Fewer than are taken sends nobody away and admits nobody.
    """
    with transaction():
        return set_in_transaction(event_id, number, **names)


def set_in_transaction(event_id: int, number: int | None, **names: int | None) -> bool:
    """As `set_places`, within the transaction in progress."""
    scope = scope_of(names)
    Ledger(event_id)  # behind its lock nobody comes or goes while we count
    quota = db.session.scalar(select(Quota).filter_by(event_id=event_id, scope=scope))
    before = quota.places if quota else None
    if quota is None and (number is not None or not scope):
        quota = Quota(event_id=event_id, scope=scope, places=number, **names)
        quota.taken = _count(event_id, quota)
        db.session.add(quota)
    elif quota is not None and number is None and scope:
        db.session.delete(quota)
    elif quota is not None:
        quota.places = number
    if before == number:
        return False
    audit.record(
        "update",
        "event",
        event_id,
        event_id=event_id,
        changes={"places": [before, number]},
        note=scope or None,
    )
    return True


def recount(event_id: int) -> None:
    """Count every quota of the event anew, within the transaction in progress."""
    for quota in Ledger(event_id).quotas:
        quota.taken = _count(event_id, quota)
    db.session.flush()


def _count(event_id: int, quota: Quota) -> int:
    """How many delegates and held places a quota counts."""
    people: list[Any] = [Delegate.event_id == event_id, Delegate.status.in_(HOLDING)]
    held: list[Any] = [HeldPlace.event_id == event_id]
    if quota.delegation_id is not None:
        people.append(Organisation.delegation_id == quota.delegation_id)
        held.append(HeldPlace.delegation_id == quota.delegation_id)
    if quota.organisation_id is not None:
        people.append(Delegate.organisation_id == quota.organisation_id)
        held.append(HeldPlace.organisation_id == quota.organisation_id)
    if quota.category_id is not None:
        people.append(Delegate.category_id == quota.category_id)
        held.append(HeldPlace.category_id == quota.category_id)
    if quota.day_id is not None:
        people.append(_linked(delegate_day.c, "day_id", quota.day_id))
    if quota.session_id is not None:
        people.append(_linked(enrolment.c, "session_id", quota.session_id))
        held.append(HeldPlace.id.is_(None))  # held places are in no class yet
    coming = select(func.count(Delegate.id)).join(Delegate.organisation).where(*people)
    kept = select(func.count(HeldPlace.id)).where(*held)
    return (db.session.scalar(coming) or 0) + (db.session.scalar(kept) or 0)


def _linked(columns: Any, name: str, value: int) -> ColumnElement[bool]:
    return exists().where(and_(columns.delegate_id == Delegate.id, columns[name] == value))
