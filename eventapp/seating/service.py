"""Plans of halls: made, filled, changed by hand, kept in step with who comes.

Every change says which revision of the plan it was made on: the second of two organisers is told,
not obeyed.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event, Room
from eventapp.registration import ranking
from eventapp.registration.models import Delegate, Delegation
from eventapp.seating import arrangement
from eventapp.seating.arrangement import Person, Seated
from eventapp.seating.hall import Seat
from eventapp.seating.models import SeatingPlan, SeatTaken
from eventapp.seating.reading import SeatingError, find, wanted


class PlanChanged(SeatingError):
    """Somebody else has changed the plan since it was read."""


class RoomTaken(SeatingError):
    """The room has a plan, or is not one of the event's."""


class SeatClosed(SeatingError):
    """Nobody is to sit there, or there is no such seat."""


class NotComing(SeatingError):
    """The person does not come, or is not to be seated in this plan."""


@dataclass(frozen=True, slots=True)
class PlanData:
    """What organisers say of a hall."""

    room_id: int
    rows: int
    seats: int
    aisles: tuple[int, ...] = ()
    front_rows: int = 1
    stage: str = "top"
    session_id: int | None = None


def add(event: Event, data: PlanData) -> int:
    """Make a plan without anybody on it; its id. Raises RoomTaken."""
    event_id = event.id
    with transaction():
        _check_room(event_id, data.room_id)
        plan = SeatingPlan(event_id=event_id, closed=[])
        _write(plan, data)
        db.session.add(plan)
        changes = audit.changes_of(plan)
        _flush(data)
        audit.record("create", "seating_plan", plan.id, event_id=event_id, changes=changes)
        return plan.id


def change(event: Event, plan_id: int, revision: int, data: PlanData) -> None:
    """Change a hall; who sat where there is no seat any more has none.

    Raises PlanNotFound, PlanChanged, RoomTaken.
    """
    with transaction():
        plan = _opened(event.id, plan_id, revision)
        _check_room(event.id, data.room_id)
        _write(plan, data)
        hall = plan.hall
        changes = audit.changes_of(plan)
        plan.closed = [it for it in plan.closed if hall.holds(Seat(*it))]
        _flush(data)
        db.session.execute(
            delete(SeatTaken).where(
                SeatTaken.plan_id == plan_id,
                (SeatTaken.row > plan.rows) | (SeatTaken.number > plan.seats),
            )
        )
        audit.record("change", "seating_plan", plan_id, event_id=event.id, changes=changes)


def remove(event: Event, plan_id: int, revision: int) -> None:
    """Delete a plan and all that it says. Raises PlanNotFound, PlanChanged."""
    with transaction():
        plan = _opened(event.id, plan_id, revision)
        changes = {"name": [plan.room.name, None]}
        audit.record("delete", "seating_plan", plan_id, event_id=event.id, changes=changes)
        db.session.execute(delete(SeatTaken).where(SeatTaken.plan_id == plan_id))
        db.session.delete(plan)


def arrange(event: Event, plan_id: int, revision: int) -> int:
    """Seat everybody who comes anew, but for those pinned; how many have no seat.

    Raises PlanNotFound, PlanChanged.
    """
    with transaction():
        plan = _opened(event.id, plan_id, revision)
        people = _people(plan)
        coming = {it.id for it in people}
        pins = {seat: id_ for seat, id_ in _seated(plan_id, pinned=True).items() if id_ in coming}
        seated = arrangement.arrange(plan.hall, people, pins)
        _replace(plan, seated, set(pins))
        return _record(plan, "arrange", len(people) - len(seated))


def fill(event: Event, plan_id: int, revision: int) -> int:
    """Free the seats of those who no longer come and seat who has none, moving nobody else.

    How many have no seat then. Raises PlanNotFound, PlanChanged.
    """
    with transaction():
        plan = _opened(event.id, plan_id, revision)
        people = _people(plan)
        coming = {it.id for it in people}
        before = {seat: id_ for seat, id_ in _seated(plan_id).items() if id_ in coming}
        pinned = set(_seated(plan_id, pinned=True))
        seated = arrangement.fill(plan.hall, before, people)
        _replace(plan, seated, pinned & before.keys())
        return _record(plan, "fill", len(people) - len(seated))


def move(event: Event, plan_id: int, revision: int, person_id: int, to: Seat) -> None:
    """Seat a person there. Who sat there gets the seat that the person had, if there was one.

    Pins go with the people. Raises PlanNotFound, PlanChanged, SeatClosed, NotComing.
    """
    with transaction():
        plan = _opened(event.id, plan_id, revision)
        hall = plan.hall
        if not hall.holds(to) or to in hall.closed:
            raise SeatClosed(to.label)
        rows = {
            Seat(it.row, it.number): it
            for it in db.session.scalars(select(SeatTaken).filter_by(plan_id=plan_id))
        }
        before = next((it for it in rows.values() if it.delegate_id == person_id), None)
        other = rows.get(to)
        if (
            before is None
            and db.session.scalar(wanted(plan, Delegate.id).where(Delegate.id == person_id)) is None
        ):
            raise NotComing(person_id)
        moved = [(to, person_id, before.is_pinned if before else False)]
        if other is not None and before is not None and other is not before:
            moved.append((Seat(before.row, before.number), other.delegate_id, other.is_pinned))
        for it in {before, other} - {None}:
            db.session.delete(it)
        db.session.flush()
        for seat, id_, is_pinned in moved:
            db.session.add(_taken(plan_id, seat, id_, is_pinned))
        changes = {
            "seat": [Seat(before.row, before.number).label if before else None, to.label],
            "delegate_id": [other.delegate_id if other else None, person_id],
        }
        audit.record("change", "seating_plan", plan_id, event_id=event.id, changes=changes)


def pin(event: Event, plan_id: int, revision: int, seat: Seat, *, is_pinned: bool) -> None:
    """Let a seat's holder keep it when the hall is arranged anew, or no longer.

    Raises PlanNotFound, PlanChanged.
    """
    with transaction():
        _opened(event.id, plan_id, revision)
        db.session.execute(update(SeatTaken).where(*_is(plan_id, seat)).values(is_pinned=is_pinned))


def release(event: Event, plan_id: int, revision: int, seat: Seat) -> None:
    """Take a seat from whoever has it. Raises PlanNotFound, PlanChanged."""
    with transaction():
        _opened(event.id, plan_id, revision)
        holder = select(SeatTaken.delegate_id).where(*_is(plan_id, seat))
        changes = {"seat": [seat.label, None], "delegate_id": [db.session.scalar(holder), None]}
        db.session.execute(delete(SeatTaken).where(*_is(plan_id, seat)))
        audit.record("change", "seating_plan", plan_id, event_id=event.id, changes=changes)


def close(event: Event, plan_id: int, revision: int, seat: Seat, *, is_closed: bool) -> None:
    """Take a seat out of use, and from whoever has it; or back into use.

    Raises PlanNotFound, PlanChanged, SeatClosed where there is no such seat.
    """
    with transaction():
        plan = _opened(event.id, plan_id, revision)
        if not plan.hall.holds(seat):
            raise SeatClosed(seat.label)
        others = [it for it in plan.closed if it != [seat.row, seat.number]]
        plan.closed = [*others, [seat.row, seat.number]] if is_closed else others
        if is_closed:
            db.session.execute(delete(SeatTaken).where(*_is(plan_id, seat)))
        changes = audit.changes_of(plan)
        audit.record("change", "seating_plan", plan_id, event_id=event.id, changes=changes)


def hand_over(event_id: int, from_id: int, to_id: int) -> None:
    """Give somebody's seats to another, inside the transaction that lets them take over."""
    db.session.execute(
        update(SeatTaken).where(SeatTaken.delegate_id == from_id).values(delegate_id=to_id)
    )


def _opened(event_id: int, plan_id: int, revision: int) -> SeatingPlan:
    """The plan, as it was read, for changing: its revision goes up when that is done."""
    plan = find(event_id, plan_id)
    if plan.revision != revision:
        raise PlanChanged
    plan.updated_at = now()
    try:
        db.session.flush()
    except StaleDataError:
        raise PlanChanged from None
    return plan


def _check_room(event_id: int, room_id: int) -> None:
    if db.session.scalar(select(Room.id).filter_by(id=room_id, event_id=event_id)) is None:
        raise RoomTaken(room_id)


def _write(plan: SeatingPlan, data: PlanData) -> None:
    plan.room_id, plan.session_id, plan.stage = data.room_id, data.session_id, data.stage
    plan.rows, plan.seats = data.rows, data.seats
    plan.aisles = sorted({it for it in data.aisles if 0 < it < data.seats})
    plan.front_rows = min(data.front_rows, data.rows)


def _flush(data: PlanData) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise RoomTaken(data.room_id) from None


def _people(plan: SeatingPlan) -> list[Person]:
    order = {it.id: place for place, it in enumerate(ranking.delegations(plan.event_id))}
    rows = db.session.execute(wanted(plan, Delegate.id, Delegation.id.label("delegation_id")))
    return [Person(it.id, order[it.delegation_id]) for it in rows]


def _is(plan_id: int, seat: Seat) -> tuple[Any, ...]:
    return (
        SeatTaken.plan_id == plan_id,
        SeatTaken.row == seat.row,
        SeatTaken.number == seat.number,
    )


def _seated(plan_id: int, *, pinned: bool = False) -> Seated:
    query = select(SeatTaken.row, SeatTaken.number, SeatTaken.delegate_id).where(
        SeatTaken.plan_id == plan_id
    )
    if pinned:
        query = query.where(SeatTaken.is_pinned)
    return {Seat(row, number): id_ for row, number, id_ in db.session.execute(query)}


def _taken(plan_id: int, seat: Seat, delegate_id: int, is_pinned: bool) -> SeatTaken:
    return SeatTaken(
        plan_id=plan_id,
        row=seat.row,
        number=seat.number,
        delegate_id=delegate_id,
        is_pinned=is_pinned,
    )


def _replace(plan: SeatingPlan, seated: Seated, pinned: set[Seat]) -> None:
    db.session.execute(delete(SeatTaken).where(SeatTaken.plan_id == plan.id))
    if seated:
        db.session.execute(
            insert(SeatTaken),
            [
                {
                    "plan_id": plan.id,
                    "row": seat.row,
                    "number": seat.number,
                    "delegate_id": id_,
                    "is_pinned": seat in pinned,
                }
                for seat, id_ in seated.items()
            ],
        )


def _record(plan: SeatingPlan, action: str, unseated: int) -> int:
    audit.record(
        action,
        "seating_plan",
        plan.id,
        event_id=plan.event_id,
        changes={"without_seat": [None, unseated]},
    )
    return unseated
