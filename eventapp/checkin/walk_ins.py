"""People who come unregistered: registered at the door by the rules that hold for everybody.

A device makes each entry, with its id and the pass code that is written on their badge, and sends
it again until it is acknowledged; of however many times it arrives, the first one counts. What
cannot simply be registered is kept with what was typed until a supervisor has looked at it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from eventapp import text, tokens
from eventapp.checkin import late_badges, newcomers, people
from eventapp.checkin.models import (
    Device,
    Discrepancy,
    DiscrepancyKind,
    WalkIn,
    WalkInOutcome,
)
from eventapp.checkin.newcomers import Newcomer
from eventapp.checkin.readings import Unreadable
from eventapp.database import db, now
from eventapp.events.models import Day, Event
from eventapp.registration import consent, contact, organisations, service
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import AlreadyRegistered, NotInThisEvent, SameNameAndOffice
from eventapp.registration.models import Delegate, Delegation, Organisation, Status
from eventapp.registration.quota import Ledger, QuotaFull

MAX_BATCH = 50
AT_THE_DOOR = "door"
"""By whom consent was noted: a supervisor, who said what is kept and for how long."""
UNREADABLE = "unreadable"


class BatchTooLarge(Exception):
    """More than MAX_BATCH walk-ins at once."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one walk-in.

    ``why`` is empty where everything went well, else what `walk_in_words` puts into words.
    ``delegate`` is what a scan shows.
    """

    id: object
    outcome: WalkInOutcome
    why: str = ""
    delegate: dict[str, Any] | None = None
    detail: str | None = None
    """Why an entry was not kept, in English, for whoever made the device."""


def record(
    event: Event, device: Device, walk_ins: Sequence[object], *, settled: str = "walk_in"
) -> list[Result]:
    """Register a batch, each in a transaction of its own; the results in the same order.

    Where a badge was scanned before its holder was known, that is settled with this note.
    One that was here before gets the result that it got then. Raises BatchTooLarge.
    """
    if len(walk_ins) > MAX_BATCH:
        raise BatchTooLarge
    event_id, device_id = event.id, device.id
    done: list[tuple[Result, int | None]] = []
    for raw in walk_ins:
        try:
            newcomer = newcomers.read(raw, now())
        except Unreadable as error:
            given = raw.get("id") if isinstance(raw, Mapping) else None
            shown = given if isinstance(given, str) and len(given) <= 64 else None
            result = Result(shown, WalkInOutcome.REFUSED, UNREADABLE, detail=str(error))
            done.append((result, None))
            continue
        done.append(_one(event_id, device_id, newcomer, settled))
    shown_by_id = _shown(event_id, {id_ for _, id_ in done if id_ is not None})
    return [replace(it, delegate=shown_by_id.get(id_ or 0)) for it, id_ in done]


def _one(
    event_id: int, device_id: int, newcomer: Newcomer, settled: str
) -> tuple[Result, int | None]:
    def attempt() -> tuple[Result, int | None]:
        ledger = Ledger(event_id)
        # Behind the ledger's lock everybody who is being registered is seen.
        known = db.session.get(WalkIn, newcomer.id)
        if known is None:
            is_taken = bool(newcomer.code) and not _is_free(newcomer.code)
            done = _register(ledger, event_id, newcomer, has_code=not is_taken)
            if is_taken and done.delegate_id is not None:
                done = replace(done, why=(*done.why, "code_taken"))
            known = _write(event_id, device_id, newcomer, done)
            if not is_taken and newcomer.code and done.delegate_id is not None:
                late_badges.admit(event_id, newcomer.code, settled)
        elif known.event_id != event_id:
            result = Result(newcomer.id, WalkInOutcome.REFUSED, UNREADABLE, detail="id is taken")
            return result, None
        return Result(known.id, WalkInOutcome(known.outcome), known.why), known.delegate_id

    return service.retried(attempt)


@dataclass(frozen=True, slots=True)
class _Done:
    outcome: WalkInOutcome
    delegate_id: int | None = None
    why: tuple[str, ...] = ()


def _register(ledger: Ledger, event_id: int, newcomer: Newcomer, *, has_code: bool) -> _Done:
    """Register somebody within the transaction in progress, or say what stands against it; under
    another code where theirs leads to somebody else."""
    if not text.fold(newcomer.name):
        return _Done(WalkInOutcome.REFUSED, why=("missing:name",))
    if newcomer.category is None:
        return _Done(WalkInOutcome.REFUSED, why=("missing:category",))
    if not newcomer.organisation and newcomer.delegation is None:
        return _Done(WalkInOutcome.REFUSED, why=("missing:organisation",))
    lacking, email, phone = _contact(newcomer)
    savepoint = db.session.begin_nested()  # what was begun for somebody who is refused is undone
    try:
        registered = service.register_in_transaction(
            ledger,
            event_id,
            _data(event_id, newcomer, email, phone),
            submission_hash=tokens.hash_secret(f"walk-in\0{newcomer.id}"),
            consent=service.Consent(consent.CURRENT, AT_THE_DOOR),
            by=service.By.DOOR,
            code=newcomer.code if has_code else "",
        )
        savepoint.commit()
    except QuotaFull as error:
        full = ",".join(str(it.id) for it in error.quotas)
        savepoint.rollback()
        return _Done(WalkInOutcome.REFUSED, why=(f"full:{full}",))
    except AlreadyRegistered as error:
        savepoint.rollback()
        why = "namesake" if isinstance(error, SameNameAndOffice) else "same_person"
        return _Done(WalkInOutcome.KNOWN, error.delegate_id, (why,))
    except NotInThisEvent as error:
        savepoint.rollback()
        return _Done(WalkInOutcome.REFUSED, why=(f"no_such:{error.field}",))
    if registered.status == Status.WAITLISTED:
        return _Done(WalkInOutcome.WAITLISTED, registered.delegate_id, ("waits", *lacking))
    pending = ("pending",) if registered.status == Status.PENDING else ()
    return _Done(WalkInOutcome.REGISTERED, registered.delegate_id, (*pending, *lacking))


def _contact(newcomer: Newcomer) -> tuple[tuple[str, ...], str, str]:
    """What could not be read of address and telephone, and both as they are stored: who stands at
    the door is registered without."""
    lacking, email, phone = [], "", ""
    try:
        email = contact.normalise_email(newcomer.email)
    except contact.InvalidEmail:
        lacking.append("wrong:email")
    try:
        phone = contact.normalise_phone(newcomer.phone)
    except contact.InvalidPhone:
        lacking.append("wrong:phone")
    return tuple(lacking), email, phone


def _data(event_id: int, newcomer: Newcomer, email: str, phone: str) -> DelegateData:
    office = _office(event_id, newcomer)
    assert newcomer.category is not None  # noqa: S101 - checked before
    return DelegateData(
        name=newcomer.name,
        position=newcomer.position,
        category_id=newcomer.category,
        organisation_id=office.id,
        delegation_id=office.delegation_id,
        email=email,
        phone=phone,
        day_ids=_days(event_id, newcomer),
    )


def _office(event_id: int, newcomer: Newcomer) -> Organisation:
    """The office of that name, made when nobody has come from it yet; without a name the one that
    the delegation has, or one called as the delegation is. Raises NotInThisEvent."""
    name = newcomer.organisation
    if not name:
        delegation = db.session.scalar(
            select(Delegation).filter_by(id=newcomer.delegation, event_id=event_id)
        )
        if delegation is None:
            raise NotInThisEvent("delegation")
        if office := organisations.only_office(delegation):
            return office
        name = delegation.name
    found = organisations.typed(event_id, newcomer.delegation, name)
    if found is None:
        raise NotInThisEvent("organisation")
    return found


def _days(event_id: int, newcomer: Newcomer) -> list[int]:
    """The day on which they came and those after it; all, where they came at another time."""
    zone = db.session.get_one(Event, event_id).zone
    today = newcomer.made_at.astimezone(zone).date()
    days = db.session.execute(
        select(Day.id, Day.date).where(Day.event_id == event_id).order_by(Day.date)
    ).all()
    left = [id_ for id_, date in days if date >= today]
    return left or [id_ for id_, _ in days]


def _is_free(code: str) -> bool:
    """Whether this code leads to nobody yet."""
    if not code:
        return False
    found: tuple[Any, ...] = (Delegate, Delegation, WalkIn)
    return all(
        db.session.scalar(select(model.id).where(model.code == code).limit(1)) is None
        for model in found
    )


def _write(event_id: int, device_id: int, newcomer: Newcomer, done: _Done) -> WalkIn:
    """Remember what became of somebody, and have it looked at where that is needed."""
    is_known = done.outcome == WalkInOutcome.KNOWN
    is_plain = done.outcome == WalkInOutcome.REGISTERED and not done.why
    walk_in = WalkIn(
        id=newcomer.id,
        event_id=event_id,
        device_id=device_id,
        delegate_id=done.delegate_id,
        outcome=done.outcome,
        # Whoever has another pass code is found under this one, too.
        code=newcomer.code if is_known and _is_free(newcomer.code) else None,
        why=" ".join(done.why)[:500],
        # What was registered stands on the delegate; the rest is needed as long as it is open.
        data=None if is_plain else newcomer.as_data(),
        made_at=newcomer.made_at,
    )
    db.session.add(walk_in)
    db.session.flush()
    if not is_plain:
        db.session.add(
            Discrepancy(
                event_id=event_id,
                kind=DiscrepancyKind.WALK_IN,
                walk_in_id=walk_in.id,
                checkpoint_id=late_badges.where_scanned(event_id, newcomer.code),
                shown="to_confirm",
            )
        )
        db.session.flush()
    return walk_in


def forget(walk_in: WalkIn) -> None:
    """It has been looked at: what was typed is needed no more. In the transaction in progress."""
    walk_in.data = None


def _shown(event_id: int, ids: set[int]) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    rows = db.session.execute(people.statement(event_id).where(Delegate.id.in_(ids)))
    return {row.id: {**people.show(row), "status": row.status} for row in rows}
