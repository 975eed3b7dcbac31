"""What a lead does to the list: done at once while it is open, asked for once it is frozen.

The workspace calls these functions alone. Whether the list is frozen is decided in the same
transaction, so that nothing slips in beside a submission.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select

from eventapp import text
from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.delegations import letters
from eventapp.delegations.freezing import is_frozen
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.delegations.service import DelegationError, locked
from eventapp.events.models import Event
from eventapp.questions import files
from eventapp.registration import duplicates, holding, service, substitution, waitlist
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.models import (
    GONE,
    Delegate,
    Delegation,
    HeldPlace,
    Organisation,
    Status,
)
from eventapp.registration.quota import Ledger
from eventapp.registration.service import By, Consent
from eventapp.registration.substitution import Substitute


class RequestNotFound(DelegationError):
    """There is no such request."""


class AlreadyDecided(DelegationError):
    """Somebody has decided on the request, or the lead has withdrawn it."""


class Frozen(DelegationError):
    """The list is frozen, and this cannot be asked for."""


class AskedAlready(DelegationError):
    """There is a request about this person that nobody has decided yet."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a change: the delegate, or the request that it is until it is decided."""

    delegate: Delegate | None = None
    request: ChangeRequest | None = None


Check = Callable[[], None]
"""Called inside the transaction of a change; raises Frozen when it can only be asked for."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request would ask for."""

    kind: RequestKind
    delegate_id: int | None = None
    held_place_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    consent: Consent | None = None


# --- By the lead --------------------------------------------------------------------------------


def add(
    event: Event,
    delegation_id: int,
    data: DelegateData,
    *,
    submission: str,
    consent: Consent,
    held_place_id: int | None = None,
    is_somebody_else: bool = False,
) -> Done:
    """Register somebody of the delegation, perhaps for a held place.

    Raises what `registration.service.register` raises.
    """

    def do(check: Check) -> Delegate:
        made = service.register(
            event,
            data,
            submission=submission,
            consent=consent,
            by=By.LEAD,
            is_somebody_else=is_somebody_else,
            held_place=(delegation_id, held_place_id) if held_place_id else None,
            check=check,
        )
        return made.delegate

    kind = RequestKind.FILL if held_place_id else RequestKind.ADD
    wanted = _Wanted(kind, held_place_id=held_place_id, data=asdict(data), consent=consent)
    if _is_frozen_now(delegation_id):  # whoever decides on it believes that this was asked
        duplicates.check_new(event.id, data, is_somebody_else=is_somebody_else)
    return _do_or_ask(event, delegation_id, do, wanted)


def edit(
    event: Event, delegation_id: int, delegate_id: int, data: DelegateData, *, revision: int
) -> Done:
    """Change somebody. Raises what `registration.service.update` raises."""
    _member(event.id, delegation_id, delegate_id)

    def do(check: Check) -> Delegate:
        return service.update(event, delegate_id, data, revision=revision, check=check)

    wanted = _Wanted(RequestKind.EDIT, delegate_id, data=asdict(data))
    return _do_or_ask(event, delegation_id, do, wanted)


def cancel(event: Event, delegation_id: int, delegate_id: int, reason: str) -> Done:
    """Take somebody off the list. Raises DelegateNotFound."""
    _member(event.id, delegation_id, delegate_id)

    def do(check: Check) -> Delegate:
        return service.cancel(event, delegate_id, reason=reason, check=check)

    wanted = _Wanted(RequestKind.CANCEL, delegate_id, note=reason)
    return _do_or_ask(event, delegation_id, do, wanted)


def substitute(
    event: Event,
    delegation_id: int,
    delegate_id: int,
    person: Substitute,
    *,
    consent: Consent,
    reason: str = "",
    is_somebody_else: bool = False,
) -> Done:
    """Send somebody else instead. Raises what `registration.substitution.substitute` raises."""
    _member(event.id, delegation_id, delegate_id)
    if _is_frozen_now(delegation_id):
        data = substitution.inherited(db.session.get_one(Delegate, delegate_id), person)
        duplicates.check_new(event.id, data, is_somebody_else=is_somebody_else)

    def do(check: Check) -> Delegate:
        return substitution.substitute(
            event,
            delegate_id,
            person,
            consent=consent,
            reason=reason,
            is_somebody_else=is_somebody_else,
            check=check,
        )

    wanted = _Wanted(
        RequestKind.SUBSTITUTE, delegate_id, data=asdict(person), note=reason, consent=consent
    )
    return _do_or_ask(event, delegation_id, do, wanted)


def hold(
    event: Event,
    delegation_id: int,
    *,
    category_id: int,
    organisation_id: int | None,
    number: int,
    note: str,
) -> Done:
    """Hold places for people named later. Raises QuotaFull, NotInThisEvent."""
    places = {"category_id": category_id, "organisation_id": organisation_id, "number": number}

    def do(check: Check) -> None:
        holding.hold(
            event,
            delegation_id,
            category_id=category_id,
            organisation_id=organisation_id,
            number=number,
            note=note,
            check=check,
        )

    return _do_or_ask(event, delegation_id, do, _Wanted(RequestKind.HOLD, data=places, note=note))


def submit(event: Event, delegation_id: int) -> None:
    """Hand the list in; from now on its changes are requests. Raises DelegationNotFound."""
    event_id = event.id
    with transaction():
        delegation = locked(event_id, delegation_id)
        if delegation.submitted_at is None:
            delegation.submitted_at = now()
            audit.record("submit", "delegation", delegation_id, event_id=event_id)
            letters.tell_lead(delegation, letters.LeadLetter.SUBMITTED)


def withdraw(event: Event, delegation_id: int, request_id: int) -> None:
    """Take back a request that nobody has decided. Raises RequestNotFound, AlreadyDecided."""
    event_id = event.id
    with transaction():
        request = _locked_request(event_id, request_id)
        if request.delegation_id != delegation_id:
            raise RequestNotFound(request_id)
        _close(request, Decision.WITHDRAWN, "")


def _do_or_ask(
    event: Event,
    delegation_id: int,
    do: Callable[[Check], Delegate | None],
    wanted: _Wanted,
) -> Done:
    """Do it, unless the list is frozen when its transaction begins: then ask for it."""
    event_id = event.id

    def check() -> None:
        if is_frozen(locked(event_id, delegation_id), now()):
            raise Frozen(delegation_id)

    while True:
        if (request := _ask_if_frozen(event_id, delegation_id, wanted)) is not None:
            return Done(request=request)
        try:
            return Done(do(check))
        except Frozen:
            continue  # handed in meanwhile by somebody else


def _ask_if_frozen(event_id: int, delegation_id: int, wanted: _Wanted) -> ChangeRequest | None:
    """The request that a change is, or None while the list is open."""
    if not _is_frozen_now(delegation_id):
        return None
    with transaction():
        delegation = locked(event_id, delegation_id)
        if not is_frozen(delegation, now()):
            return None
        if wanted.delegate_id and _is_asked_about(wanted.delegate_id):
            raise AskedAlready(wanted.delegate_id)
        request = ChangeRequest(
            event_id=event_id,
            delegation_id=delegation_id,
            kind=wanted.kind,
            delegate_id=wanted.delegate_id,
            held_place_id=wanted.held_place_id,
            data=dict(wanted.data),
            note=text.clean(wanted.note)[:500],
            consent_version=wanted.consent.version if wanted.consent else "",
        )
        db.session.add(request)
        db.session.flush()
        files.hold(event_id, wanted.data.get("answers") or {})
        audit.record("ask", "change_request", request.id, event_id=event_id, note=wanted.kind)
        return request


def _is_frozen_now(delegation_id: int) -> bool:
    """Whether changes of the delegation are requests."""
    found = db.session.get(Delegation, delegation_id)
    return found is not None and is_frozen(found, now())


def _is_asked_about(delegate_id: int) -> bool:
    query = select(ChangeRequest.id).filter_by(delegate_id=delegate_id, decision=Decision.WAITING)
    return db.session.scalar(query.limit(1)) is not None


def _member(event_id: int, delegation_id: int, delegate_id: int) -> None:
    """Raise DelegateNotFound for somebody of another delegation."""
    query = (
        select(Delegate.id)
        .join(Delegate.organisation)
        .where(
            Delegate.id == delegate_id,
            Delegate.event_id == event_id,
            Organisation.delegation_id == delegation_id,
        )
    )
    if db.session.scalar(query) is None:
        raise DelegateNotFound(delegate_id)


# --- By an organiser ----------------------------------------------------------------------------


def decline(event: Event, request_id: int, answer: str) -> ChangeRequest:
    """Leave the list as it is, and say why. Raises RequestNotFound, AlreadyDecided."""
    event_id = event.id
    with transaction():
        request = _locked_request(event_id, request_id)
        _close(request, Decision.DECLINED, answer)
        return request


def accept(event: Event, request_id: int, answer: str = "", *, beyond: str = "") -> ChangeRequest:
    """Do what was asked for, in the transaction that says so.

    ``beyond`` is the reason for more places than there are. Raises RequestNotFound,
    AlreadyDecided, and whatever stands in the way of the change: QuotaFull, AlreadyRegistered,
    NotInThisEvent, ClassOnAnotherDay, DelegateNotFound, NothingToInherit.
    """
    event_id = event.id

    def attempt() -> ChangeRequest:
        ledger = Ledger(event_id)
        request = _locked_request(event_id, request_id)
        _DOES[RequestKind(request.kind)](ledger, request, beyond)
        waitlist.advance(event_id, ledger)
        _close(request, Decision.ACCEPTED, answer)
        return request

    return service.retried(attempt)


def _close(request: ChangeRequest, decision: Decision, answer: str) -> None:
    request.decision = decision
    request.decided_at = now()
    request.decided_by = audit.actor.get()
    request.answer = text.clean(answer)[:500]
    audit.record(
        decision, "change_request", request.id, event_id=request.event_id, note=request.kind
    )
    db.session.flush()
    files.let_go(request.event_id, request.data.get("answers") or {})
    if decision != Decision.WITHDRAWN:
        letters.tell_lead(request.delegation, letters.LeadLetter.DECIDED, request_id=request.id)


def _locked_request(event_id: int, request_id: int) -> ChangeRequest:
    request = db.session.scalar(
        select(ChangeRequest).filter_by(id=request_id, event_id=event_id).with_for_update()
    )
    if request is None:
        raise RequestNotFound(request_id)
    if request.decision != Decision.WAITING:
        raise AlreadyDecided(request_id)
    return request


def _do_add(ledger: Ledger, request: ChangeRequest, beyond: str) -> None:
    place = None
    if request.kind == RequestKind.FILL:
        place = db.session.get(HeldPlace, request.held_place_id) if request.held_place_id else None
        if place is None:
            raise holding.HeldPlaceNotFound(request.held_place_id)
    service.register_in_transaction(
        ledger,
        request.event_id,
        DelegateData(**request.data),
        submission_hash=service.submission_hash(f"request-{request.id}", request.data),
        consent=_consent(request),
        by=By.ORGANISER,
        beyond=beyond,
        is_somebody_else=True,
        held_place=(request.delegation_id, place.id) if place else None,
    )


def _do_edit(ledger: Ledger, request: ChangeRequest, beyond: str) -> None:
    delegate = _of_request(request)
    service.change_details(ledger, delegate, DelegateData(**request.data), beyond=beyond)


def _do_cancel(ledger: Ledger, request: ChangeRequest, beyond: str) -> None:
    delegate = _of_request(request)
    if delegate.status not in GONE:
        service.end(ledger, delegate, Status.CANCELLED, request.note)


def _do_substitute(ledger: Ledger, request: ChangeRequest, beyond: str) -> None:
    substitution.substitute_in_transaction(
        ledger,
        request.event_id,
        _of_request(request).id,
        Substitute(**request.data),
        consent=_consent(request),
        reason=request.note,
        is_somebody_else=True,
    )


def _do_hold(ledger: Ledger, request: ChangeRequest, beyond: str) -> None:
    holding.hold_in_transaction(
        ledger,
        request.event_id,
        request.delegation_id,
        category_id=request.data["category_id"],
        organisation_id=request.data["organisation_id"],
        number=request.data["number"],
        note=request.note,
        beyond=bool(beyond),
    )


def _consent(request: ChangeRequest) -> Consent | None:
    return Consent(request.consent_version, "lead") if request.consent_version else None


def _of_request(request: ChangeRequest) -> Delegate:
    if request.delegate_id is None:
        raise DelegateNotFound(request.delegate_id)
    return service.locked(request.event_id, request.delegate_id)


_DOES: dict[RequestKind, Callable[[Ledger, ChangeRequest, str], None]] = {
    RequestKind.ADD: _do_add,
    RequestKind.FILL: _do_add,
    RequestKind.EDIT: _do_edit,
    RequestKind.CANCEL: _do_cancel,
    RequestKind.SUBSTITUTE: _do_substitute,
    RequestKind.HOLD: _do_hold,
}
