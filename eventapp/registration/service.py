"""Registering, changing, deciding, cancelling: each one transaction, with its places, its entry in
the change log and its letter.

Each begins by opening the ledger of places (`quota.Ledger`), then locks the delegate, then what
other features hold for them: in this order everywhere, so that nobody waits in a circle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from eventapp import text, tokens
from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Category, Event
from eventapp.registration import (
    admission,
    duplicates,
    holding,
    letters,
    offer,
    personal_links,
    waitlist,
)
from eventapp.registration.admission import Consent
from eventapp.registration.details import DelegateData, fill
from eventapp.registration.errors import (
    AlreadyRegistered,
    ClassOnAnotherDay,
    DelegateNotFound,
    NobodyRegistered,
    NotInThisEvent,
    RegistrationClosed,
    RegistrationError,
    RegistrationOver,
    SameNameAndOffice,
)
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import (
    COMING,
    HOLDING,
    Delegate,
    Status,
)
from eventapp.registration.quota import Ledger, QuotaFull, claim_of
from eventapp.registration.wording import noted

# A code or a typed organisation can clash with one that another transaction has just made.
_ATTEMPTS = 5

__all__ = [
    "AlreadyRegistered",
    "By",
    "ClassOnAnotherDay",
    "Consent",
    "DelegateData",
    "DelegateNotFound",
    "NobodyRegistered",
    "NotInThisEvent",
    "QuotaFull",
    "Registered",
    "RegistrationClosed",
    "RegistrationError",
    "RegistrationOver",
    "SameNameAndOffice",
]

Done = TypeVar("Done")

# Built once: each registration asks these, and putting them together costs as much as they do.
_RULES = select(Event.registration_open, Event.has_waitlist, Event.offer_version).where(
    Event.id == bindparam("event_id")
)
_SUBMITTED = select(Delegate.id).where(
    Delegate.event_id == bindparam("event_id"),
    Delegate.submission_hash == bindparam("submission_hash"),
)


class By(StrEnum):
    """Who registers somebody."""

    SELF = "self"
    LEAD = "lead"  # within the places of the delegation, until its deadline
    DOOR = "door"  # somebody who came unregistered; by the rules, also when registration is closed
    ORGANISER = "organiser"  # also after the end, and without approval


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration and the secret of its personal link.

    ``secret`` is None when it cannot be known any more; ``is_replay`` says that the same form
    was sent before, and that nothing was changed now.
    """

    delegate_id: int
    status: Status
    secret: str | None
    is_replay: bool = False

    @property
    def delegate(self) -> Delegate:
        """The registration itself, as it is now."""
        return db.session.get_one(Delegate, self.delegate_id)


# Called as (event id, delegate id) within the transaction that cancels somebody: what features
# above this one hold for them is given back with the place. Filled in eventapp.features.
on_cancelling: list[Callable[[int, int], object]] = []
# Called as ({delegate id: what changed}) within the transaction that corrects registrations.
on_correcting: list[Callable[[Mapping[int, Mapping[str, Any]]], object]] = []


def register(
    event: Event,
    data: DelegateData,
    *,
    submission: str | None,
    consent: Consent | None,
    by: By = By.SELF,
    beyond: str = "",
    is_somebody_else: bool = False,
    held_place: tuple[int, int] | None = None,
    check: Callable[[], None] | None = None,
) -> Registered:
    """Register somebody: place, delegate, audit entry and letter in one transaction.

    ``submission`` is the form's once-only token: sent again for the same person it gives the
    registration that it made. Who finds no place waits where the event has a waitlist; leads and
    organisers are refused instead. ``beyond`` is an organiser's reason for a place more than there
    are.
    ``is_somebody_else`` says that a namesake in the same office is another person.
    ``held_place`` is (delegation, held place) that the person is named for.
    ``check`` is called inside the transaction and refuses by raising; so in the other functions.

    Raises HeldPlaceNotFound, RegistrationClosed, QuotaFull, AlreadyRegistered, SameNameAndOffice,
    NotInThisEvent, ClassOnAnotherDay.
    """
    event_id = event.id
    hashed = submission_hash(submission or tokens.new_secret(), data)

    def attempt() -> Registered:
        ledger = Ledger(event_id)
        # Behind the ledger's lock, everybody who is being registered is seen.
        if replay := _winner(event_id, hashed):
            return replay
        if check is not None:
            check()
        return register_in_transaction(
            ledger,
            event_id,
            data,
            submission_hash=hashed,
            consent=consent,
            by=by,
            beyond=beyond,
            is_somebody_else=is_somebody_else,
            held_place=held_place,
        )

    return retried(attempt)


def register_in_transaction(
    ledger: Ledger,
    event_id: int,
    data: DelegateData,
    *,
    submission_hash: str,
    consent: Consent | None,
    by: By,
    beyond: str = "",
    is_somebody_else: bool = False,
    held_place: tuple[int, int] | None = None,
    code: str = "",
) -> Registered:
    """As `register`, within the transaction in progress.

    ``code`` is the pass code that somebody has on a badge already; nobody else may have it.
    """
    rules = db.session.connection().execute(_RULES, {"event_id": event_id}).one()
    if by == By.SELF and not rules.registration_open:
        raise RegistrationClosed
    duplicates.check_new(event_id, data, is_somebody_else=is_somebody_else)
    person = admission.newcomer(event_id, data, offer.offer_of(event_id, rules.offer_version))
    if held_place:
        holding.end(ledger, holding.locked(event_id, *held_place))
    asks = person.needs_approval and by != By.ORGANISER
    status = Status.PENDING if asks else Status.APPROVED
    try:
        ledger.take(person.claim, beyond=bool(beyond))
    except QuotaFull:
        if not rules.has_waitlist or by not in (By.SELF, By.DOOR):
            raise
        status = Status.WAITLISTED
    secret = personal_links.first_secret(submission_hash)
    delegate_id, changes = admission.add(
        person, status, submission_hash=submission_hash, secret=secret, consent=consent, code=code
    )
    audit.record(
        "create" if by == By.ORGANISER else "register",
        "delegate",
        delegate_id,
        event_id=event_id,
        changes=changes,
        note=beyond or None,
    )
    letters.tell_first(event_id, delegate_id, status, data)
    return Registered(delegate_id, status, secret)


def register_all(event: Event, people: Sequence[DelegateData], *, dry_run: bool = False) -> int:
    """Register many on behalf of organisers, all or nobody; returns how many.

    With ``dry_run`` everything is tried and nothing kept. Raises NobodyRegistered, which tells of
    everybody who was refused: QuotaFull, AlreadyRegistered, NotInThisEvent, ClassOnAnotherDay.
    """
    event_id = event.id

    def attempt() -> int:
        ledger = Ledger(event_id)
        refusals: list[tuple[int, Exception]] = []
        for place, data in enumerate(people):
            try:
                duplicates.check_new(event_id, data, is_somebody_else=True)
                delegate = new_delegate(event_id, submission_hash(tokens.new_secret(), data), None)
                changes = fill(delegate, data)
                ledger.take(claim_of(delegate))
            except (RegistrationError, QuotaFull) as error:
                refusals.append((place, error))
                continue
            changes["status"] = [None, delegate.status]
            db.session.add(delegate)
            db.session.flush()
            audit.record("create", "delegate", delegate.id, event_id=event_id, changes=changes)
            letters.tell(delegate, LetterKind.REGISTERED)
        if refusals:
            raise NobodyRegistered(refusals)
        if dry_run:
            raise _OnlyTried
        return len(people)

    try:
        return retried(attempt)
    except _OnlyTried:
        return len(people)


class _OnlyTried(Exception):
    """Rolls a trial back."""


def update(
    event: Event,
    delegate_id: int,
    data: DelegateData,
    *,
    revision: int,
    beyond: str = "",
    check: Callable[[], None] | None = None,
) -> Delegate:
    """Change a registration that was read at ``revision``; the delegate is told.

    ``beyond`` is an organiser's reason for a place more than there are.
    Raises DelegateNotFound, NotInThisEvent, ClassOnAnotherDay, QuotaFull, and StaleDataError when
    somebody else has changed it since.
    """
    event_id = event.id

    def attempt() -> Delegate:
        ledger = Ledger(event_id)
        if check is not None:
            check()
        delegate = locked(event_id, delegate_id)
        if delegate.revision != revision:
            raise StaleDataError
        change_details(ledger, delegate, data, beyond=beyond)
        waitlist.advance(event_id, ledger)
        return delegate

    return retried(attempt)


def change_details(
    ledger: Ledger, delegate: Delegate, data: DelegateData, *, beyond: str = ""
) -> dict[str, Any]:
    """Change a locked delegate within a transaction: what changed. Raises as `update` does."""
    if delegate.is_over:
        raise RegistrationOver(delegate.id)
    address, before = delegate.email, claim_of(delegate)
    changes = fill(delegate, data)
    if not changes:
        return changes
    if delegate.status in HOLDING and (after := claim_of(delegate)) != before:
        ledger.change([after], [before], beyond=bool(beyond))
    delegate.updated_at = now()  # so that the revision grows with days, too
    audit.record(
        "update",
        "delegate",
        delegate.id,
        event_id=delegate.event_id,
        changes=changes,
        note=beyond or None,
    )
    db.session.flush()
    for tell in on_correcting:
        tell({delegate.id: changes})
    if delegate.email != address and not delegate.is_cancelled:
        letters.tell(delegate, letters.FIRST[delegate.status])
    elif delegate.is_coming and letters.are_worth_telling(
        changes, noted(delegate.event_id, changes)
    ):
        letters.tell(delegate, LetterKind.CHANGED, changes=changes)
    return changes


def cancel(
    event: Event,
    delegate_id: int,
    *,
    reason: str = "",
    check: Callable[[], None] | None = None,
) -> Delegate:
    """Cancel a registration and free its place; one that is cancelled stays as it is.

    The place goes to the waitlist. Raises DelegateNotFound.
    """
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        if check is not None:
            check()
        delegate = locked(event_id, delegate_id)
        if not delegate.is_cancelled:
            end(ledger, delegate, Status.CANCELLED, reason)
            waitlist.advance(event_id, ledger)
        return delegate


def reinstate(event: Event, delegate_id: int, *, beyond: str = "") -> Delegate:
    """Approve a cancelled registration again. Raises DelegateNotFound, QuotaFull."""
    return set_status(event, delegate_id, Status.APPROVED, beyond=beyond)


def set_status(
    event: Event, delegate_id: int, status: Status, *, reason: str = "", beyond: str = ""
) -> Delegate:
    """Approve, put back to pending, refuse or cancel.

    Who had no place takes one; ``beyond`` is the reason for one more than there are. A refusal's
    reason is told. Raises DelegateNotFound, RegistrationOver, QuotaFull.
    """
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        delegate = locked(event_id, delegate_id)
        if delegate.is_over:
            raise RegistrationOver(delegate_id)
        before = Status(delegate.status)
        if before == status:
            return delegate
        if status in (Status.CANCELLED, Status.REFUSED):
            end(ledger, delegate, status, reason)
            waitlist.advance(event_id, ledger)
            return delegate
        if before not in HOLDING:
            ledger.take(claim_of(delegate), beyond=bool(beyond))
        delegate.status = status
        delegate.cancelled_at = delegate.waitlisted_at = delegate.offer_expires_at = None
        delegate.cancel_reason = ""
        audit.record(
            "reinstate" if before in (Status.CANCELLED, Status.REFUSED) else "set_status",
            "delegate",
            delegate_id,
            event_id=event_id,
            changes={"status": [before, status]},
            note=beyond or None,
        )
        db.session.flush()
        if status == Status.APPROVED:
            was_asked = before == Status.PENDING
            letters.tell(delegate, LetterKind.APPROVED if was_asked else LetterKind.REGISTERED)
        return delegate


def mark_for_reprint(
    event: Event,
    ids: Sequence[int],
    *,
    is_needed: bool,
    before: datetime | None = None,
    seen: Mapping[int, datetime] | None = None,
) -> int:
    """Mark badges to be printed again, or as printed; how many were not so already.

    Who is marked already is marked anew: a print under way does not show the later correction.
    ``before`` is when the paper was printed: what was marked later stays marked. ``seen`` has
    marks by their delegates as they were when the paper's texts were read: any other mark stays.
    """
    event_id = event.id
    with transaction():
        people = db.session.scalars(
            select(Delegate)
            .where(Delegate.event_id == event_id, Delegate.id.in_(ids))
            .order_by(Delegate.id)
            .with_for_update()
        ).all()
        changed = [it for it in people if (it.reprint_since is not None) != is_needed]
        if is_needed:
            moment = now()
            for delegate in people:
                delegate.reprint_since = moment
        else:
            changed = [it for it in changed if _is_printed(it, before, seen)]
            for delegate in changed:
                delegate.reprint_since = None
        for delegate in changed:
            audit.record(
                "mark_reprint" if is_needed else "reprinted",
                "delegate",
                delegate.id,
                event_id=event_id,
            )
        return len(changed)


def _is_printed(
    delegate: Delegate, before: datetime | None, seen: Mapping[int, datetime] | None
) -> bool:
    mark = delegate.reprint_since
    if seen is not None and mark != seen.get(delegate.id):
        return False
    return before is None or mark is None or mark <= before


def new_delegate(event_id: int, submission_hash: str, consent: Consent | None) -> Delegate:
    """A delegate's row, not yet added, with its code and the hash of its link."""
    return Delegate(
        event_id=event_id,
        name="",
        position="",
        email="",
        status=Status.APPROVED,
        code=tokens.new_code(),
        secret_hash=tokens.hash_secret(personal_links.first_secret(submission_hash)),
        submission_hash=submission_hash,
        consent_at=now() if consent else None,
        consent_version=consent.version if consent else "",
        consent_by=consent.by if consent else "",
        days=[],
        enrolments=[],
        preferences=[],
        answers=[],
    )


def end(ledger: Ledger, delegate: Delegate, status: Status, reason: str) -> None:
    """Cancel or refuse a locked delegate within a transaction; the place is free then."""
    before = Status(delegate.status)
    claim = claim_of(delegate)
    delegate.status = status
    delegate.cancelled_at = now()
    delegate.waitlisted_at = delegate.offer_expires_at = None
    delegate.cancel_reason = text.clean(reason)[:500]
    db.session.flush()
    for give_back in on_cancelling:
        give_back(delegate.event_id, delegate.id)
    if before in HOLDING:
        ledger.release(claim)
    changes: dict[str, Any] = {"status": [before, status]}
    if delegate.cancel_reason:
        changes["cancel_reason"] = ["", delegate.cancel_reason]
    action = "cancel" if status == Status.CANCELLED else "refuse"
    audit.record(action, "delegate", delegate.id, event_id=delegate.event_id, changes=changes)
    kind = LetterKind.CANCELLED if status == Status.CANCELLED else LetterKind.REFUSED
    letters.tell(delegate, kind, was_coming=before in COMING)


def locked(event_id: int, delegate_id: int) -> Delegate:
    """The delegate, whose row is ours until the transaction ends. Raises DelegateNotFound."""
    delegate = db.session.scalar(
        select(Delegate).filter_by(id=delegate_id, event_id=event_id).with_for_update()
    )
    if delegate is None:
        raise DelegateNotFound(delegate_id)
    return delegate


def retried(attempt: Callable[[], Done]) -> Done:
    """Do it in a transaction, again where somebody was quicker with a code or an organisation."""
    for number in range(1, _ATTEMPTS + 1):
        try:
            with transaction():
                return attempt()
        except IntegrityError:
            if number == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def status_of_new(event_id: int, category_id: int, by: By) -> Status:
    """Approved, or pending where the category asks for approval and no organiser registers."""
    if by == By.ORGANISER:
        return Status.APPROVED
    category = db.session.get(Category, category_id)  # loaded already when somebody is filled in
    asks = category is not None and category.event_id == event_id and category.needs_approval
    return Status.PENDING if asks else Status.APPROVED


def _winner(event_id: int, submission_hash: str) -> Registered | None:
    """The registration that this submission has made."""
    given = {"event_id": event_id, "submission_hash": submission_hash}
    delegate_id = db.session.connection().scalar(_SUBMITTED, given)
    if delegate_id is None:
        return None
    delegate = db.session.get_one(Delegate, delegate_id)
    # A link that was renewed since is not given to whoever has the old form.
    secret = None if delegate.link_seed else personal_links.known_secret(delegate)
    return Registered(delegate_id, Status(delegate.status), secret, is_replay=True)


def submission_hash(submission: str, data: DelegateData | Mapping[str, Any]) -> str:
    """What is stored of a form's token, for one person.

    The person is part of it: whoever goes back in the browser and registers a colleague with the
    same form must get a second registration, not the first one again.
    """
    if isinstance(data, Mapping):
        data = DelegateData(**data)
    return tokens.hash_secret(f"{submission}\0{text.fold(data.name)}\0{data.email}")
