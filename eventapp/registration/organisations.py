"""The organisation that a delegate comes from: chosen from the list, or typed."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

from eventapp import text
from eventapp.database import db
from eventapp.registration.models import Delegation, Organisation

# After the offices that organisers have put in order.
_TYPED_POSITION = 1000

_CHOSEN = (
    select(Organisation)
    .join(Organisation.delegation)
    .options(contains_eager(Organisation.delegation))
    .where(Organisation.id == bindparam("id"), Delegation.event_id == bindparam("event_id"))
)


def chosen(event_id: int, organisation_id: int) -> Organisation | None:
    """An organisation of the event with its delegation."""
    return db.session.scalar(_CHOSEN, {"id": organisation_id, "event_id": event_id})


def only_office(delegation: Delegation) -> Organisation | None:
    """The office of a delegation that has one only, such as a ministry."""
    offices = [it for it in delegation.organisations if not it.is_typed]
    return offices[0] if len(offices) == 1 else None


def typed(event_id: int, delegation_id: int | None, name: str) -> Organisation | None:
    """The organisation of that name, made when nobody has come from it yet.

    It is looked for in the chosen delegation, without one in the delegation for people from
    elsewhere; names that fold alike are one. None when the event has no such delegation or the
    name has no letter. Inside a transaction.
    """
    name = text.clean(name)
    folded = text.fold(name)[:300]
    query = select(Delegation).where(Delegation.event_id == event_id)
    query = query.where(
        Delegation.is_other if delegation_id is None else Delegation.id == delegation_id
    )
    delegation = db.session.scalars(query.order_by(Delegation.id)).first()
    if delegation is None or not folded:
        return None
    found = db.session.scalar(
        select(Organisation).filter_by(delegation_id=delegation.id, name_folded=folded)
    )
    if found is None:
        found = Organisation(
            delegation=delegation,
            name=name[:300],
            name_folded=folded,
            sort_key=text.collate(name),
            position=_TYPED_POSITION,
            is_typed=True,
        )
        db.session.add(found)
        db.session.flush()
    return found
