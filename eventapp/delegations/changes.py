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
from eventapp.registration import duplicates, holding, service, substitution
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.models import (
    Delegate,
    Delegation,
    HeldPlace,
    Organisation,
)
from eventapp.registration.service import By, Consent
from eventapp.registration.substitution import Substitute


class RequestNotFound(DelegationError):
    """There is no such request."""


class AlreadyDecided(DelegationError):
    """Somebody has decided on the request, or the lead has withdrawn it."""


class Frozen(DelegationError):
    """The list is frozen, and this cannot be asked for."""


class AskedAlready(DelegationError):
    """There is a request about this person or held place that nobody has decided yet."""


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


def give_back(event: Event, delegation_id: int, place_id: int) -> Done:
    """Hold a place no longer. Raises HeldPlaceNotFound."""
    place = db.session.get(HeldPlace, place_id)
    if place is None or place.delegation_id != delegation_id:
        raise holding.HeldPlaceNotFound(place_id)
    what = {"category_id": place.category_id, "organisation_id": place.organisation_id}

    def do(check: Check) -> None:
        holding.give_back(event, delegation_id, place_id, check=check)

    wanted = _Wanted(RequestKind.GIVE_BACK, held_place_id=place_id, data=what, note=place.note)
    return _do_or_ask(event, delegation_id, do, wanted)


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
        request = locked_request(event_id, request_id)
        if request.delegation_id != delegation_id:
            raise RequestNotFound(request_id)
        close(request, Decision.WITHDRAWN, "")


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
        if _is_asked_about(wanted):
            raise AskedAlready(wanted.delegate_id or wanted.held_place_id)
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


def _is_asked_about(wanted: _Wanted) -> bool:
    query = select(ChangeRequest.id).filter_by(decision=Decision.WAITING)
    if wanted.delegate_id:
        query = query.filter_by(delegate_id=wanted.delegate_id)
    elif wanted.kind in (RequestKind.GIVE_BACK, RequestKind.FILL):
        query = query.filter_by(held_place_id=wanted.held_place_id)
    else:
        return False
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


def close(request: ChangeRequest, decision: Decision, answer: str) -> None:
    """Decide on a locked request, within the transaction in progress; the lead is told."""
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


def locked_request(event_id: int, request_id: int) -> ChangeRequest:
    """A request that waits, ours until the transaction ends. Raises RequestNotFound,
    AlreadyDecided."""
    request = db.session.scalar(
        select(ChangeRequest).filter_by(id=request_id, event_id=event_id).with_for_update()
    )
    if request is None:
        raise RequestNotFound(request_id)
    if request.decision != Decision.WAITING:
        raise AlreadyDecided(request_id)
    return request
