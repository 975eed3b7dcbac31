"""Somebody else comes instead (cử người thay thế)."""

from collections.abc import Callable
from dataclasses import dataclass

from eventapp import text, tokens
from eventapp.accounts import audit
from eventapp.database import db, now
from eventapp.events.models import Event
from eventapp.registration import duplicates, letters, service
from eventapp.registration.details import DelegateData, fill
from eventapp.registration.errors import RegistrationError
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import HOLDING, Delegate, Status
from eventapp.registration.quota import Ledger, claim_of

# Called as (event id, old delegate, new delegate) within the transaction: what features above this
# one hold for the one goes over to the other. Filled in eventapp.features.
on_substituting: list[Callable[[int, int, int], object]] = []


class NothingToInherit(RegistrationError):
    """The person to be replaced has no place that somebody else could take."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """Who comes instead: what is theirs alone. Contacts as eventapp.registration.contact has them.

    ``position`` may be empty: then it is that of the person replaced.
    """

    name: str
    position: str = ""
    email: str = ""
    phone: str = ""
    diet: str = ""
    needs: str = ""
    needs_step_free: bool = False
    language: str = "vi"


def substitute(
    event: Event,
    delegate_id: int,
    person: Substitute,
    *,
    consent: service.Consent | None = None,
    reason: str = "",
    is_somebody_else: bool = False,
    check: Callable[[], None] | None = None,
) -> Delegate:
    """Let somebody take over a registration: the new delegate.

    They inherit office, category, days, classes, wishes, visit group and place. The old code is
    refused from now on, the badge is marked for reprint, and both are told.
    Raises DelegateNotFound, NothingToInherit, AlreadyRegistered, SameNameAndOffice.
    """
    event_id = event.id

    def attempt() -> Delegate:
        ledger = Ledger(event_id)
        if check is not None:
            check()
        return substitute_in_transaction(
            ledger,
            event_id,
            delegate_id,
            person,
            consent=consent,
            reason=reason,
            is_somebody_else=is_somebody_else,
        )

    return service.retried(attempt)


def substitute_in_transaction(
    ledger: Ledger,
    event_id: int,
    delegate_id: int,
    person: Substitute,
    *,
    consent: service.Consent | None,
    reason: str,
    is_somebody_else: bool,
) -> Delegate:
    """As `substitute`, within the transaction in progress."""
    old = service.locked(event_id, delegate_id)
    if old.status not in HOLDING:
        raise NothingToInherit(delegate_id)
    data = inherited(old, person)
    duplicates.check_new(event_id, data, is_somebody_else=is_somebody_else)
    claim, status = claim_of(old), Status(old.status)
    new = service.new_delegate(event_id, tokens.hash_secret(tokens.new_secret()), consent)
    changes = fill(new, data, inherited=data.enrolment_ids)
    new.status, new.offer_expires_at = status, old.offer_expires_at
    new.substitutes_id, new.reprint_since = old.id, now()
    ledger.change([claim_of(new)], [claim])
    old.status, old.cancelled_at = Status.CANCELLED, now()
    old.offer_expires_at = None
    old.cancel_reason = text.clean(reason)[:500]
    db.session.add(new)
    db.session.flush()
    for hand_over in on_substituting:
        hand_over(event_id, old.id, new.id)
    changes["status"] = [None, status]
    changes["substitutes_id"] = [None, old.id]
    audit.record("create", "delegate", new.id, event_id=event_id, changes=changes)
    audit.record(
        "substitute",
        "delegate",
        old.id,
        event_id=event_id,
        changes={"status": [status, Status.CANCELLED], "substitute": [None, new.name]},
        note=old.cancel_reason or None,
    )
    letters.tell(old, LetterKind.SUBSTITUTED, substitute=new.name)
    letters.tell(new, letters.FIRST[status])
    return new


def inherited(old: Delegate, person: Substitute) -> DelegateData:
    """Who comes instead, with what is taken over from the one who does not."""
    return DelegateData(
        name=person.name,
        position=person.position or old.position,
        category_id=old.category_id,
        organisation_id=old.organisation_id,
        delegation_id=old.organisation.delegation_id,
        email=person.email,
        phone=person.phone,
        day_ids=tuple(day.id for day in old.days),
        enrolment_ids=tuple(it.id for it in old.enrolments),
        site_ids=tuple(it.site_id for it in old.preferences),
        diet=person.diet,
        needs=person.needs,
        needs_step_free=person.needs_step_free,
        language=person.language,
    )
