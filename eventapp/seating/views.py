"""Organisers' pages about halls: which there are, and who sits where.

A plan is changed by picking somebody and then a seat; each press is a form, so that it works by
mouse, finger and keyboard, and without JavaScript.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.seating import reading, service
from eventapp.seating.forms import PlanForm
from eventapp.seating.hall import Seat
from eventapp.seating.models import SeatingPlan

seating = Blueprint("seating", __name__, url_prefix="/manage/<event:event>/seating")

_LISTED = 100


@dataclass(frozen=True, slots=True)
class Picked:
    """What was pressed first: a seat, or somebody who has none."""

    seat: Seat | None = None
    person: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Picked":
        """From ``s2-12`` or ``p345``; anything else is nothing."""
        kind, rest = text[:1], text[1:]
        if kind == "s":
            return cls(seat=Seat.parse(rest))
        is_number = rest.isascii() and rest.isdecimal() and len(rest) < 10
        return cls(person=int(rest)) if kind == "p" and is_number else cls()

    def __str__(self) -> str:
        """As `parse` takes it."""
        return f"s{self.seat.key}" if self.seat else f"p{self.person}" if self.person else ""


@seating.get("")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """The plans."""
    return render_template("seating/index.html", event=event, plans=reading.plans(event.id))


@seating.route("/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def new(event: Event) -> ResponseReturnValue:
    """Make a plan."""
    return _form(event, None)


@seating.route("/<int:plan_id>/edit", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit(event: Event, plan_id: int) -> ResponseReturnValue:
    """Change a hall: its rows, seats, aisles."""
    return _form(event, _found(event, plan_id))


def _form(event: Event, plan: SeatingPlan | None) -> ResponseReturnValue:
    form, status = PlanForm(event, plan), 200
    plan_id = plan.id if plan else None
    if form.validate_on_submit():
        try:
            if plan_id is None:
                plan_id = service.add(event, form.data_of())
            else:
                service.change(event, plan_id, form.read_at, form.data_of())
        except service.RoomTaken:
            form.room_id.errors = [_("This room has a plan already: change that one.")]
        except service.PlanChanged:
            form.form_errors.append(_changed())
            form.revision.data, status = str(_found(event, plan_id or 0).revision), 409
        else:
            flash(_("The plan has been saved."), "success")
            return redirect(url_for(".show", event=event, plan_id=plan_id), 303)
        plan = _found(event, plan_id) if plan_id else None
    page = render_template("seating/form.html", event=event, form=form, plan=plan)
    return page, 422 if form.errors and status == 200 else status


@seating.get("/<int:plan_id>")
@requires(Access.ORGANISE)
def show(event: Event, plan_id: int) -> ResponseReturnValue:
    """One hall with everybody on it."""
    plan = _found(event, plan_id)
    shown = reading.show(plan)
    picked = Picked.parse(request.args.get("picked", ""))
    hall = plan.hall
    rows = range(1, hall.rows + 1)
    return render_template(
        "seating/show.html",
        event=event,
        plan=plan,
        hall=hall,
        rows=rows if plan.stage == "top" else rows[::-1],
        shown=shown,
        listed=shown.unseated[:_LISTED],
        picked=picked,
        Seat=Seat,
        sitter=_sitter(shown, picked),
    )


@seating.post("/<int:plan_id>/place")
@requires(Access.ORGANISE)
def place(event: Event, plan_id: int) -> ResponseReturnValue:
    """A seat or a person was pressed: pick it, or carry out what the two picked ones mean."""
    plan = _found(event, plan_id)
    picked = Picked.parse(request.form.get("picked", ""))
    if "person" in request.form:
        return _back(event, plan_id, Picked.parse(f"p{request.form['person']}"))
    seat = Seat.parse(request.form.get("seat", "")) or abort(422)
    if picked.seat == seat:
        return _back(event, plan_id)
    shown = reading.show(plan)
    first, here = _sitter(shown, picked), shown.seated.get(seat)
    if first is not None:
        person, to = first.id, seat
    elif here is not None and picked.seat is not None:
        person, to = here.id, picked.seat
    else:
        return _back(event, plan_id, Picked(seat=seat))
    return _done(event, plan_id, lambda at: service.move(event, plan_id, at, person, to))


@seating.post("/<int:plan_id>/do")
@requires(Access.ORGANISE)
def do(event: Event, plan_id: int) -> ResponseReturnValue:
    """Arrange the hall, fill it, or change one seat."""
    _found(event, plan_id)
    what = request.form.get("do", "")
    whole = {"arrange": service.arrange, "fill": service.fill}
    if what in whole:
        return _done(event, plan_id, lambda at: whole[what](event, plan_id, at))
    if what == "delete":
        return _done(event, plan_id, lambda at: service.remove(event, plan_id, at), gone=True)
    seat = Picked.parse(request.form.get("picked", "")).seat or abort(422)
    single = {
        "pin": lambda at: service.pin(event, plan_id, at, seat, is_pinned=True),
        "unpin": lambda at: service.pin(event, plan_id, at, seat, is_pinned=False),
        "release": lambda at: service.release(event, plan_id, at, seat),
        "close": lambda at: service.close(event, plan_id, at, seat, is_closed=True),
        "open": lambda at: service.close(event, plan_id, at, seat, is_closed=False),
    }
    return _done(event, plan_id, single.get(what) or abort(422))


def _done(event: Event, plan_id: int, work: Any, *, gone: bool = False) -> ResponseReturnValue:
    """Carry out a change on the plan as it was read, and say why not if that cannot be."""
    revision = request.form.get("revision", -1, type=int)
    try:
        work(revision)
    except service.PlanChanged:
        flash(_changed(), "warning")
    except service.SeatClosed:
        flash(_("Nobody is to sit there: bring the seat into use first."), "warning")
    except service.NotComing:
        flash(_("This person no longer comes."), "warning")
    else:
        if gone:
            flash(_("The plan has been deleted."), "success")
            return redirect(url_for(".index", event=event), 303)
    return _back(event, plan_id)


def _changed() -> str:
    return str(_("Somebody else has just changed the plan. Look at it, then try again."))


def _back(event: Event, plan_id: int, picked: Picked | None = None) -> ResponseReturnValue:
    values: dict[str, Any] = {"picked": str(picked)} if picked and str(picked) else {}
    return redirect(url_for(".show", event=event, plan_id=plan_id, **values), 303)


def _sitter(shown: reading.Shown, picked: Picked) -> reading.Sitter | None:
    """Who was picked: on the seat, or without one."""
    if picked.seat is not None:
        return shown.seated.get(picked.seat)
    return next((it for it in shown.unseated if it.id == picked.person), None)


def _found(event: Event, plan_id: int) -> SeatingPlan:
    try:
        return reading.find(event.id, plan_id)
    except reading.PlanNotFound:
        abort(404)
