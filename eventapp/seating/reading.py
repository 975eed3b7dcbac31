"""Plans as they stand: who sits where, who has no seat, who no longer comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from eventapp.database import db
from eventapp.events.models import Room
from eventapp.registration import ranking, ranks
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation, enrolment
from eventapp.seating.hall import Seat
from eventapp.seating.models import SeatingPlan, SeatTaken


class SeatingError(Exception):
    """A refusal that concerns a seating plan."""


class PlanNotFound(SeatingError):
    """The event has no such plan."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody who is to be seated, or has a seat."""

    id: int
    name: str
    position: str
    office: str
    delegation_id: int
    delegation: str
    is_coming: bool = True
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class DelegationMark:
    """A delegation on a plan: its number, by which it is known, and how many it has to seat."""

    number: int
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan with everybody on it."""

    plan: SeatingPlan
    seated: Mapping[Seat, Sitter]
    unseated: Sequence[Sitter]
    """Who comes and has no seat, in protocol order."""
    marks: Mapping[int, DelegationMark]
    """By the delegation's id, in the order of delegations."""
    places: int
    """How many seats are in use."""

    @property
    def gone(self) -> int:
        """How many seats belong to people who no longer come."""
        return sum(not it.is_coming for it in self.seated.values())

    @property
    def too_few(self) -> int:
        """How many people more there are than seats."""
        return max(0, len(self.seated) - self.gone + len(self.unseated) - self.places)


@dataclass(frozen=True, slots=True)
class Summary:
    """A plan in a list."""

    plan: SeatingPlan
    places: int
    seated: int


def plans(event_id: int) -> list[Summary]:
    """The plans of an event in the order of its rooms; two queries."""
    found = db.session.scalars(
        select(SeatingPlan)
        .join(SeatingPlan.room)
        .where(SeatingPlan.event_id == event_id)
        .options(joinedload(SeatingPlan.room), joinedload(SeatingPlan.session))
        .order_by(Room.position, Room.id)
    ).all()
    counted = db.session.execute(
        select(SeatTaken.plan_id, func.count())
        .where(SeatTaken.plan_id.in_([it.id for it in found]))
        .group_by(SeatTaken.plan_id)
    )
    taken = dict(counted.all())
    return [Summary(it, len(it.hall.in_use()), taken.get(it.id, 0)) for it in found]


def find(event_id: int, plan_id: int) -> SeatingPlan:
    """A plan of the event with its room. Raises PlanNotFound."""
    found = db.session.scalar(
        select(SeatingPlan)
        .filter_by(id=plan_id, event_id=event_id)
        .options(joinedload(SeatingPlan.room), joinedload(SeatingPlan.session))
    )
    if found is None:
        raise PlanNotFound(plan_id)
    return found


def show(plan: SeatingPlan) -> Shown:
    """Everybody on the plan and everybody who should be; three queries."""
    columns = _columns(SeatTaken.row, SeatTaken.number, SeatTaken.is_pinned)
    taken = db.session.execute(
        _with_office(select(*columns).join(SeatTaken, SeatTaken.delegate_id == Delegate.id)).where(
            SeatTaken.plan_id == plan.id
        )
    ).all()
    coming = {it.id: it for it in db.session.execute(wanted(plan, *_columns()))}
    seated = {
        Seat(it.row, it.number): _sitter(it, is_coming=it.id in coming, is_pinned=it.is_pinned)
        for it in taken
    }
    sitting = {it.id for it in seated.values()}
    unseated = [_sitter(row) for id_, row in coming.items() if id_ not in sitting]
    numbers: dict[int, int] = {}
    for person in (*seated.values(), *unseated):
        numbers[person.delegation_id] = numbers.get(person.delegation_id, 0) + 1
    in_order = [it for it in ranking.delegations(plan.event_id) if it.id in numbers]
    marks = {
        it.id: DelegationMark(place, it.name, numbers[it.id])
        for place, it in enumerate(in_order, start=1)
    }
    return Shown(plan, seated, unseated, marks, len(plan.hall.in_use()))


def seats_of(delegate_id: int) -> list[tuple[str, Seat]]:
    """(room, seat) of a delegate in each plan."""
    rows = db.session.execute(
        select(Room.name, SeatTaken.row, SeatTaken.number)
        .join(SeatingPlan, SeatingPlan.id == SeatTaken.plan_id)
        .join(Room, Room.id == SeatingPlan.room_id)
        .where(SeatTaken.delegate_id == delegate_id)
        .order_by(Room.position, Room.id)
    )
    return [(room, Seat(row, number)) for room, row, number in rows]


def _columns(*further: Any) -> tuple[Any, ...]:
    return (
        Delegate.id,
        Delegate.name,
        Delegate.position,
        Organisation.name.label("office"),
        Delegation.id.label("delegation_id"),
        Delegation.name.label("delegation"),
        *further,
    )


def _with_office(query: Select[Any]) -> Select[Any]:
    return query.join(Organisation, Organisation.id == Delegate.organisation_id).join(
        Delegation, Delegation.id == Organisation.delegation_id
    )


def wanted(plan: SeatingPlan, *columns: Any) -> Select[Any]:
    """Who is to be seated, in protocol order."""
    query = _with_office(select(*columns).select_from(Delegate)).where(
        Delegate.event_id == plan.event_id,
        Delegate.status.in_(COMING),
        Delegate.anonymised_at.is_(None),
    )
    if plan.session_id is not None:
        enrolled = select(enrolment.c.delegate_id).where(enrolment.c.session_id == plan.session_id)
        query = query.where(Delegate.id.in_(enrolled))
    return query.order_by(*ranks.BY_RANK)


def _sitter(row: Any, **known: bool) -> Sitter:
    return Sitter(
        row.id, row.name, row.position, row.office, row.delegation_id, row.delegation, **known
    )
