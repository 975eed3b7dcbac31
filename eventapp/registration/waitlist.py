"""The waitlist: who comes next when a place becomes free, and for how long it is held for them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration import letters, quota
from eventapp.registration.errors import DelegateNotFound, NotWaiting
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import Delegate, Organisation, Status
from eventapp.registration.quota import Ledger, claim_of

_ORDER = (Delegate.waitlisted_at, Delegate.id)


def advance(event_id: int, ledger: Ledger) -> int:
    """Offer every free place to the first of those waiting whom it fits; how many.

    Part of every transaction that may free a place, so that nobody who registers later is quicker.
    """
    if not ledger.has_any:
        return 0
    offered = 0
    hours = None
    for delegate in db.session.scalars(_waiting(event_id).with_for_update(of=Delegate)):
        claim = claim_of(delegate)
        if not ledger.has_room(claim):
            continue
        if hours is None:
            hours = db.session.scalar(select(Event.offer_hours).filter_by(id=event_id)) or 48
        ledger.take(claim)
        delegate.status = Status.OFFERED
        delegate.offer_expires_at = now() + timedelta(hours=hours)
        _record(delegate, "offer", Status.WAITLISTED)
        letters.tell(delegate, LetterKind.OFFERED)
        offered += 1
    return offered


def accept(event: Event, delegate_id: int) -> Delegate:
    """Take the place that is offered. Raises DelegateNotFound, NotWaiting."""
    event_id = event.id
    with transaction():
        Ledger(event_id)
        delegate = _locked(event_id, delegate_id)
        expires = delegate.offer_expires_at
        if delegate.status != Status.OFFERED or (expires is not None and expires < now()):
            raise NotWaiting(delegate_id)
        asks = delegate.category.needs_approval
        delegate.status = Status.PENDING if asks else Status.APPROVED
        delegate.waitlisted_at = delegate.offer_expires_at = None
        _record(delegate, "accept_offer", Status.OFFERED)
        letters.tell(delegate, letters.FIRST[delegate.status])
        return delegate


def expire(event: Event) -> int:
    """End the offers whose time is over, and offer their places to the next; how many ended.

    Safe to be called at any time and by any number of processes.
    """
    event_id = event.id
    over = select(Delegate.id).where(
        Delegate.event_id == event_id,
        Delegate.status == Status.OFFERED,
        Delegate.offer_expires_at < now(),
    )
    if db.session.scalar(over.limit(1)) is None:
        return 0
    with transaction():
        ledger = Ledger(event_id)
        ended = db.session.scalars(
            select(Delegate).where(Delegate.id.in_(over)).with_for_update()
        ).all()
        for delegate in ended:
            ledger.release(claim_of(delegate))
            delegate.status = Status.CANCELLED
            delegate.cancelled_at = now()
            delegate.waitlisted_at = delegate.offer_expires_at = None
            _record(delegate, "offer_expired", Status.OFFERED)
            letters.tell(delegate, LetterKind.OFFER_EXPIRED)
        advance(event_id, ledger)
        return len(ended)


def set_places(event_id: int, number: int | None, **names: int | None) -> int:
    """As `quota.set_places`; what there is more is offered at once to those who wait: to how many.

    One transaction: nobody who registers in between is quicker.
    """
    with transaction():
        quota.set_in_transaction(event_id, number, **names)
        return advance(event_id, Ledger(event_id))


def wait_again(event: Event, delegate_id: int) -> Delegate:
    """Put somebody at the end of the waitlist whose offer has expired, or who had cancelled.

    Raises DelegateNotFound, NotWaiting.
    """
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        delegate = _locked(event_id, delegate_id)
        has_waitlist = db.session.scalar(select(Event.has_waitlist).filter_by(id=event_id))
        if delegate.status != Status.CANCELLED or not has_waitlist:
            raise NotWaiting(delegate_id)
        delegate.status = Status.WAITLISTED
        delegate.waitlisted_at = now()
        delegate.cancelled_at = None
        delegate.cancel_reason = ""
        _record(delegate, "wait", Status.CANCELLED)
        db.session.flush()
        if not advance(event_id, ledger):
            letters.tell(delegate, LetterKind.WAITLISTED)
        return delegate


def place_in_line(delegate: Delegate) -> int:
    """How many wait, up to and with this one; 0 for somebody who does not wait."""
    if delegate.status != Status.WAITLISTED:
        return 0
    before = select(func.count(Delegate.id)).where(
        Delegate.event_id == delegate.event_id,
        Delegate.status == Status.WAITLISTED,
        (Delegate.waitlisted_at < delegate.waitlisted_at)
        | ((Delegate.waitlisted_at == delegate.waitlisted_at) & (Delegate.id <= delegate.id)),
    )
    return db.session.scalar(before) or 0


def everybody(event_id: int) -> Sequence[Delegate]:
    """Those who wait, in order."""
    return db.session.scalars(_waiting(event_id)).all()


def offered(event_id: int) -> Sequence[Delegate]:
    """Those for whom a place is held, the first to expire first."""
    return db.session.scalars(
        select(Delegate)
        .where(Delegate.event_id == event_id, Delegate.status == Status.OFFERED)
        .order_by(Delegate.offer_expires_at, Delegate.id)
        .options(joinedload(Delegate.organisation).joinedload(Organisation.delegation))
    ).all()


def _waiting(event_id: int) -> Any:
    return (
        select(Delegate)
        .where(Delegate.event_id == event_id, Delegate.status == Status.WAITLISTED)
        .order_by(*_ORDER)
        .options(
            joinedload(Delegate.organisation, innerjoin=True).joinedload(
                Organisation.delegation, innerjoin=True
            ),
            selectinload(Delegate.days),
            selectinload(Delegate.enrolments),
        )
    )


def _locked(event_id: int, delegate_id: int) -> Delegate:
    delegate = db.session.scalar(
        select(Delegate).filter_by(id=delegate_id, event_id=event_id).with_for_update()
    )
    if delegate is None:
        raise DelegateNotFound(delegate_id)
    return delegate


def _record(delegate: Delegate, action: str, before: Status) -> None:
    db.session.flush()
    audit.record(
        action,
        "delegate",
        delegate.id,
        event_id=delegate.event_id,
        changes={"status": [before, delegate.status]},
    )
