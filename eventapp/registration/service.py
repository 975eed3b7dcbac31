"""Registering, changing, cancelling: each one transaction, with its place, audit and letter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError

from eventapp import text, tokens
from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.extensions import signing_key
from eventapp.mail import links, outbox
from eventapp.programme.models import Session
from eventapp.registration import letters, quota
from eventapp.registration.details import (
    ClassOnAnotherDay,
    DelegateData,
    NotInThisEvent,
    RegistrationError,
    fill,
)
from eventapp.registration.models import Delegate, Organisation, Preference, Status
from eventapp.registration.quota import QuotaFull

# A code or a typed organisation can clash with one that another transaction has just made.
_ATTEMPTS = 5
_BETWEEN_LINKS = timedelta(minutes=10)


class RegistrationClosed(RegistrationError):
    """The event takes no registrations any more."""


class DelegateNotFound(RegistrationError):
    """The event has no such delegate."""


class AlreadyRegistered(RegistrationError):
    """Somebody of that name and e-mail address is registered at the event."""

    def __init__(self, delegate_id: int) -> None:
        super().__init__(delegate_id)
        self.delegate_id = delegate_id


class NobodyRegistered(RegistrationError):
    """Some of many could not be registered, and so nobody was: (place in the row, why)."""

    def __init__(self, refusals: Sequence[tuple[int, Exception]]) -> None:
        super().__init__(refusals)
        self.refusals = refusals


__all__ = [
    "AlreadyRegistered",
    "ClassOnAnotherDay",
    "DelegateData",
    "DelegateNotFound",
    "NobodyRegistered",
    "NotInThisEvent",
    "QuotaFull",
    "Registered",
    "RegistrationClosed",
    "RegistrationError",
]


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration and the secret of its personal link.

    ``secret`` is None when it cannot be known any more; ``is_replay`` says that the same form
    was sent before, and that nothing was changed now.
    """

    delegate: Delegate
    secret: str | None
    is_replay: bool


# Called as (event id, delegate id) within the transaction that cancels somebody: what features
# above this one hold for them is given back with the place. Filled in eventapp.features.
on_cancelling: list[Callable[[int, int], object]] = []


def register(
    event: Event,
    data: DelegateData,
    *,
    submission: str | None,
    consent_version: str | None,
    by_organiser: bool = False,
    status: Status = Status.APPROVED,
) -> Registered:
    """Register somebody: place, delegate, audit entry and letter in one transaction.

    ``submission`` is the form's once-only token: sent again for the same person it gives the
    registration that it made. Organisers may register after the end, not beyond the places.
    Raises RegistrationClosed, QuotaFull, AlreadyRegistered, NotInThisEvent, ClassOnAnotherDay.
    """
    event_id = event.id
    submission_hash = _submission_hash(submission or tokens.new_secret(), data)
    for attempt in range(_ATTEMPTS):
        try:
            with transaction():
                event = db.session.get_one(Event, event_id)
                return _register(
                    event, data, submission_hash, consent_version, by_organiser, status
                )
        except IntegrityError:
            # Somebody was quicker with this submission, code or organisation: look again.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def register_all(event: Event, people: Sequence[DelegateData], *, dry_run: bool = False) -> int:
    """Register many on behalf of organisers, all or nobody; returns how many.

    With ``dry_run`` everything is tried and nothing kept. Raises NobodyRegistered, which tells of
    everybody who was refused: QuotaFull, AlreadyRegistered, NotInThisEvent, ClassOnAnotherDay.
    """
    event_id = event.id
    for attempt in range(_ATTEMPTS):
        refusals: list[tuple[int, Exception]] = []
        try:
            with transaction():
                event = db.session.get_one(Event, event_id)
                for place, data in enumerate(people):
                    submission_hash = _submission_hash(tokens.new_secret(), data)
                    try:
                        _register(event, data, submission_hash, None, True, Status.APPROVED)
                    except (RegistrationError, QuotaFull) as error:
                        refusals.append((place, error))
                if refusals:
                    raise NobodyRegistered(refusals)
                if dry_run:
                    raise _OnlyTried
        except _OnlyTried:
            return len(people)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return len(people)
    raise AssertionError("unreachable")


class _OnlyTried(Exception):
    """Rolls a trial back."""


def update(event: Event, delegate_id: int, data: DelegateData, *, revision: int) -> Delegate:
    """Change a registration that was read at ``revision``.

    A changed e-mail address gets the letter. Raises DelegateNotFound, NotInThisEvent,
    ClassOnAnotherDay, and StaleDataError when somebody else has changed it since.
    """
    event_id = event.id
    for attempt in range(_ATTEMPTS):
        try:
            with transaction():
                delegate = _locked(event_id, delegate_id)
                if delegate.revision != revision:
                    raise StaleDataError
                before = delegate.email
                if changes := fill(delegate, data):
                    delegate.updated_at = now()  # so that the revision grows with days, too
                    audit.record(
                        "update", "delegate", delegate_id, event_id=event_id, changes=changes
                    )
                    db.session.flush()
                    if delegate.email != before and not delegate.is_cancelled:
                        letters.confirm(delegate, _known_secret(delegate))
                return delegate
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def cancel(event: Event, delegate_id: int, *, reason: str = "") -> Delegate:
    """Cancel a registration and free its place; one that is cancelled stays as it is.

    Raises DelegateNotFound.
    """
    event_id = event.id
    with transaction():
        delegate = _locked(event_id, delegate_id)
        if not delegate.is_cancelled:
            _cancel(delegate, reason)
        return delegate


def reinstate(event: Event, delegate_id: int) -> Delegate:
    """Approve a cancelled registration again. Raises DelegateNotFound, QuotaFull."""
    return set_status(event, delegate_id, Status.APPROVED)


def set_status(event: Event, delegate_id: int, status: Status) -> Delegate:
    """Approve, put back to pending, or cancel; out of a cancellation it takes a place.

    Raises DelegateNotFound, QuotaFull.
    """
    event_id = event.id
    with transaction():
        delegate = _locked(event_id, delegate_id)
        before = delegate.status
        if before == status:
            return delegate
        if status == Status.CANCELLED:
            _cancel(delegate, "")
            return delegate
        if before == Status.CANCELLED:
            quota.take(event_id)
        delegate.status = status
        delegate.cancelled_at = None
        delegate.cancel_reason = ""
        action = "reinstate" if before == Status.CANCELLED else "set_status"
        audit.record(
            action, "delegate", delegate_id, event_id=event_id, changes={"status": [before, status]}
        )
        db.session.flush()
        if status == Status.APPROVED:
            letters.confirm(delegate, _known_secret(delegate))
        return delegate


def renew_link(event: Event, delegate_id: int) -> str:
    """End the personal link and give a new one, which is also mailed: its secret.

    Raises DelegateNotFound.
    """
    event_id = event.id
    with transaction():
        delegate = _locked(event_id, delegate_id)
        secret = _renew(delegate)
        audit.record("renew_link", "delegate", delegate_id, event_id=event_id)
        if not delegate.is_cancelled:
            letters.send_link(delegate, secret)
        return secret


def remind(event: Event, delegate_id: int) -> bool:
    """Mail somebody's personal link to the address they registered; whether that was done.

    Not again within ten minutes, and not where the link might lead astray (see eventapp.mail.
    links). The link that they have stays good as long as it can be made again.
    Raises DelegateNotFound.
    """
    event_id = event.id
    if not links.is_certain():
        return False
    with transaction():
        delegate = _locked(event_id, delegate_id)
        if outbox.was_written_to(event_id, delegate.email, _BETWEEN_LINKS):
            return True
        secret = _known_secret(delegate)
        if secret is None:
            secret = _renew(delegate)
            audit.record("renew_link", "delegate", delegate_id, event_id=event_id)
        letters.send_link(delegate, secret)
        return True


def by_secret(secret: str) -> Delegate | None:
    """Whose personal link has this secret, with everything that belongs to them."""
    return db.session.scalars(
        select(Delegate)
        .filter_by(secret_hash=tokens.hash_secret(secret))
        .options(
            joinedload(Delegate.event),
            joinedload(Delegate.category),
            joinedload(Delegate.organisation).joinedload(Organisation.delegation),
            selectinload(Delegate.days),
            selectinload(Delegate.enrolments).joinedload(Session.room),
            selectinload(Delegate.preferences).joinedload(Preference.site),
        )
    ).one_or_none()


def _register(
    event: Event,
    data: DelegateData,
    submission_hash: str,
    consent_version: str | None,
    by_organiser: bool,
    status: Status,
) -> Registered:
    if replay := _winner(event.id, submission_hash):
        return replay
    if not (event.registration_open or by_organiser):
        raise RegistrationClosed
    try:
        quota.take(event.id)
    except QuotaFull:
        # We may have waited for the very registration that took the last place.
        if replay := _winner(event.id, submission_hash):
            return replay
        _check_new(event.id, data)
        raise
    # Behind the quota's row, everybody who is being registered is seen.
    _check_new(event.id, data)
    secret = _derive(submission_hash) or tokens.new_secret()
    delegate = Delegate(
        event_id=event.id,
        name="",
        position="",
        email="",
        status=status,
        code=tokens.new_code(),
        secret_hash=tokens.hash_secret(secret),
        submission_hash=submission_hash,
        consent_at=now() if consent_version else None,
        consent_version=consent_version or "",
        days=[],
        enrolments=[],
        preferences=[],
    )
    changes = fill(delegate, data)
    changes["status"] = [None, status]
    db.session.add(delegate)
    db.session.flush()
    audit.record(
        "create" if by_organiser else "register",
        "delegate",
        delegate.id,
        event_id=event.id,
        changes=changes,
    )
    (letters.received if status == Status.PENDING else letters.confirm)(delegate, secret)
    return Registered(delegate, secret, is_replay=False)


def _winner(event_id: int, submission_hash: str) -> Registered | None:
    """The registration that this submission has made."""
    delegate = db.session.scalar(
        select(Delegate).filter_by(event_id=event_id, submission_hash=submission_hash)
    )
    if delegate is None:
        return None
    return Registered(delegate, _known_secret(delegate), is_replay=True)


def _check_new(event_id: int, data: DelegateData) -> None:
    """Raise AlreadyRegistered for the name and address of somebody who is coming."""
    if not data.email:
        return
    folded = text.fold(data.name)
    rows = db.session.execute(
        select(Delegate.id, Delegate.name).where(
            Delegate.event_id == event_id,
            Delegate.email == data.email,
            Delegate.status != Status.CANCELLED,
        )
    )
    for delegate_id, name in rows:
        if text.fold(name) == folded:
            raise AlreadyRegistered(delegate_id)


def _cancel(delegate: Delegate, reason: str) -> None:
    before = delegate.status
    delegate.status = Status.CANCELLED
    delegate.cancelled_at = now()
    delegate.cancel_reason = text.clean(reason)[:500]
    db.session.flush()  # the delegate's row is locked before the quota's and the groups'
    for give_back in on_cancelling:
        give_back(delegate.event_id, delegate.id)
    quota.release(delegate.event_id)
    changes: dict[str, Any] = {"status": [before, Status.CANCELLED]}
    if delegate.cancel_reason:
        changes["cancel_reason"] = ["", delegate.cancel_reason]
    audit.record("cancel", "delegate", delegate.id, event_id=delegate.event_id, changes=changes)
    letters.say_cancelled(delegate)


def _locked(event_id: int, delegate_id: int) -> Delegate:
    """The delegate, whom nobody else changes until the transaction ends."""
    delegate = db.session.scalar(
        select(Delegate).filter_by(id=delegate_id, event_id=event_id).with_for_update()
    )
    if delegate is None:
        raise DelegateNotFound(delegate_id)
    return delegate


def _submission_hash(submission: str, data: DelegateData) -> str:
    """What is stored of a form's token, for one person.

    The person is part of it: whoever goes back in the browser and registers a colleague with the
    same form must get a second registration, not the first one again.
    """
    return tokens.hash_secret(f"{submission}\0{text.fold(data.name)}\0{data.email}")


def _derive(submission_hash: str) -> str | None:
    """The secret that belongs to a submission; None where a command runs without SECRET_KEY."""
    key = signing_key()
    return tokens.derive_secret(key, "personal-link", submission_hash) if key else None


def _known_secret(delegate: Delegate) -> str | None:
    """The secret of the personal link, unless it was renewed or made with another key."""
    secret = _derive(delegate.submission_hash) if delegate.submission_hash else None
    if secret is None or tokens.hash_secret(secret) != delegate.secret_hash:
        return None
    return secret


def _renew(delegate: Delegate) -> str:
    secret = tokens.new_secret()
    delegate.secret_hash = tokens.hash_secret(secret)
    return secret
