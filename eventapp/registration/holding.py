"""Places held for people who are named later."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp import text
from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Category, Event
from eventapp.registration import waitlist
from eventapp.registration.errors import NotInThisEvent, RegistrationError
from eventapp.registration.models import Delegation, HeldPlace, Organisation
from eventapp.registration.quota import Ledger, claim_of_held

MAX_AT_ONCE = 100


class HeldPlaceNotFound(RegistrationError):
    """The place is not held (any more): it was filled in or given back."""


def hold(
    event: Event,
    delegation_id: int,
    *,
    category_id: int,
    organisation_id: int | None = None,
    number: int = 1,
    note: str = "",
    check: Callable[[], None] | None = None,
) -> list[HeldPlace]:
    """Hold places of a delegation: all of them or none.

    Raises QuotaFull, NotInThisEvent.
    """
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        if check is not None:
            check()
        return hold_in_transaction(
            ledger,
            event_id,
            delegation_id,
            category_id=category_id,
            organisation_id=organisation_id,
            number=number,
            note=note,
        )


def hold_in_transaction(
    ledger: Ledger,
    event_id: int,
    delegation_id: int,
    *,
    category_id: int,
    organisation_id: int | None,
    number: int,
    note: str,
    beyond: bool = False,
) -> list[HeldPlace]:
    """As `hold`, within the transaction in progress."""
    _check(event_id, delegation_id, category_id, organisation_id)
    places = [
        HeldPlace(
            event_id=event_id,
            delegation_id=delegation_id,
            organisation_id=organisation_id,
            category_id=category_id,
            note=text.clean(note)[:200],
        )
        for _ in range(min(max(number, 1), MAX_AT_ONCE))
    ]
    ledger.change([claim_of_held(place) for place in places], [], beyond=beyond)
    db.session.add_all(places)
    db.session.flush()
    for place in places:
        audit.record("hold", "held_place", place.id, event_id=event_id, note=place.note or None)
    return places


def give_back(
    event: Event,
    delegation_id: int,
    place_id: int,
    *,
    check: Callable[[], None] | None = None,
) -> None:
    """Hold a place no longer; it goes to the waitlist. Raises HeldPlaceNotFound."""
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        if check is not None:
            check()
        give_back_in_transaction(ledger, event_id, delegation_id, place_id)
        waitlist.advance(event_id, ledger)


def give_back_in_transaction(
    ledger: Ledger, event_id: int, delegation_id: int, place_id: int
) -> None:
    """As `give_back`, within the transaction in progress, and nobody on the waitlist asked yet."""
    end(ledger, locked(event_id, delegation_id, place_id))
    audit.record("give_back", "held_place", place_id, event_id=event_id)


def give_back_all(event: Event, delegation_id: int) -> int:
    """Give back every place that a delegation still holds; how many."""
    event_id = event.id
    with transaction():
        ledger = Ledger(event_id)
        places = held(delegation_id)
        for place in places:
            audit.record("give_back", "held_place", place.id, event_id=event_id)
            end(ledger, place)
        waitlist.advance(event_id, ledger)
        return len(places)


def held(delegation_id: int) -> Sequence[HeldPlace]:
    """The places that a delegation holds, in the order in which it held them."""
    return db.session.scalars(
        select(HeldPlace)
        .filter_by(delegation_id=delegation_id)
        .order_by(HeldPlace.id)
        .options(joinedload(HeldPlace.organisation), joinedload(HeldPlace.category))
    ).all()


def locked(event_id: int, delegation_id: int, place_id: int) -> HeldPlace:
    """A held place, ours until the transaction ends. Raises HeldPlaceNotFound."""
    place = db.session.scalar(
        select(HeldPlace)
        .filter_by(id=place_id, event_id=event_id, delegation_id=delegation_id)
        .with_for_update()
    )
    if place is None:
        raise HeldPlaceNotFound(place_id)
    return place


def end(ledger: Ledger, place: HeldPlace) -> None:
    """Take a held place away, so that it is free within the transaction in progress."""
    ledger.release(claim_of_held(place))
    db.session.delete(place)
    db.session.flush()


def _check(
    event_id: int, delegation_id: int, category_id: int, organisation_id: int | None
) -> None:
    found = select(Delegation.id).filter_by(id=delegation_id, event_id=event_id)
    if db.session.scalar(found) is None:
        raise NotInThisEvent("delegation_id")
    if db.session.scalar(select(Category.id).filter_by(id=category_id, event_id=event_id)) is None:
        raise NotInThisEvent("category_id")
    if organisation_id is not None:
        office = select(Organisation.id).filter_by(id=organisation_id, delegation_id=delegation_id)
        if db.session.scalar(office) is None:
            raise NotInThisEvent("organisation_id")
