"""What organisers decide on requests of leads, each in the transaction that does what was asked."""

from collections.abc import Callable

from eventapp.database import db, transaction
from eventapp.delegations.changes import close, locked_request
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.events.models import Event
from eventapp.registration import holding, service, substitution, waitlist
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.models import GONE, Delegate, HeldPlace, Status
from eventapp.registration.quota import Ledger
from eventapp.registration.service import By, Consent
from eventapp.registration.substitution import Substitute


def decline(event: Event, request_id: int, answer: str) -> ChangeRequest:
    """Leave the list as it is, and say why. Raises RequestNotFound, AlreadyDecided."""
    event_id = event.id
    with transaction():
        request = locked_request(event_id, request_id)
        close(request, Decision.DECLINED, answer)
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
        request = locked_request(event_id, request_id)
        _DOES[RequestKind(request.kind)](ledger, request, beyond)
        waitlist.advance(event_id, ledger)
        close(request, Decision.ACCEPTED, answer)
        return request

    return service.retried(attempt)


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


def _do_give_back(ledger: Ledger, request: ChangeRequest, beyond: str) -> None:
    if request.held_place_id is None:
        raise holding.HeldPlaceNotFound(request.held_place_id)
    holding.give_back_in_transaction(
        ledger, request.event_id, request.delegation_id, request.held_place_id
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
    RequestKind.GIVE_BACK: _do_give_back,
}
