"""The builder: the programme as a grid on which sessions are moved, and as a plain list."""

from datetime import datetime, time

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Day, Event
from eventapp.programme import published, service
from eventapp.programme.builder import View, grid_of
from eventapp.programme.checking import Checked, check
from eventapp.programme.clash_words import say
from eventapp.programme.forms import KINDS
from eventapp.programme.service import Placement
from eventapp.programme.timetable import by_day
from eventapp.programme.views import programme

_LISTED = 20
"""Clashes beside the grid; a page of their own has all of them."""


@programme.get("/manage/<event:event>/programme")
@requires(Access.ORGANISE)
def manage(event: Event) -> ResponseReturnValue:
    """The programme to be built: a grid, and the same as a list, which alone needs no script."""
    checked = check(event)
    return render_template(
        "programme/manage.html",
        event=event,
        plans=by_day(event.days, checked.sessions),
        kinds=KINDS,
        draft=published.draft_of(event.id),
        **_shown(event, checked),
    )


@programme.get("/manage/<event:event>/programme/grid")
@requires(Access.ORGANISE)
def grid(event: Event) -> ResponseReturnValue:
    """The grid alone, as it is now."""
    return _fragment(event)


@programme.post("/manage/<event:event>/programme/sessions/<int:session_id>/move")
@requires(Access.ORGANISE)
def move(event: Event, session_id: int) -> ResponseReturnValue:
    """Put a session elsewhere; answers with the grid as it is then, and 409 if that is how
    somebody else has just left it."""
    to = _placement(event)
    if to is None:
        return _fragment(event, _("This place does not exist any more. Nothing was changed.")), 422
    revision = request.form.get("revision", default=-1, type=int)
    try:
        service.move_session(event.id, session_id, revision, to)
    except service.SessionNotFound:
        return _fragment(event, _("Somebody else has just deleted this session.")), 409
    except service.SessionChanged:
        said = _(
            "Somebody else has just changed this session. It is shown as they saved it; your move "
            "was not saved."
        )
        return _fragment(event, said, theirs=session_id), 409
    except (service.EndsBeforeStart, service.OutsideDay, service.NotAtStep):
        return _fragment(event, _("A session lies within one day, on full five minutes.")), 422
    except service.UnknownRoom:
        return _fragment(event, _("This room no longer exists. Choose another.")), 422
    return _fragment(event)


def _fragment(event: Event, said: str = "", theirs: int | None = None) -> str:
    # A transaction has forgotten the event's rows; what comes now is read afresh.
    return render_template(
        "programme/_builder.html",
        event=event,
        kinds=KINDS,
        said=said,
        theirs=theirs,
        **_shown(event, check(event)),
    )


def _shown(event: Event, checked: Checked) -> dict[str, object]:
    """What a grid or a list needs. The grid needs a day."""
    asked = request.values.get("view", "")
    view = View(asked) if asked in set(View) else View.DAYS
    day = _day(event, request.values.get("on", type=int))
    shown = view if day is not None else View.LIST
    return {
        "view": shown,
        "shown_day": day,
        "grid": grid_of(event, checked, shown, day) if day and shown != View.LIST else None,
        "clashes": [say(it, checked) for it in checked.clashes[:_LISTED]],
        "clashes_in_all": len(checked.clashes),
        "clashing": checked.of_session,
    }


def _day(event: Event, day_id: int | None) -> Day | None:
    if not event.days:
        return None
    return next((it for it in event.days if it.id == day_id), event.days[0])


def _placement(event: Event) -> Placement | None:
    """What was sent; None where it names no day or no time."""
    day = next((it for it in event.days if it.id == request.form.get("day", type=int)), None)
    try:
        starts, ends = (time.fromisoformat(request.form.get(it, "")) for it in ("starts", "ends"))
    except ValueError:
        return None
    if day is None or starts.tzinfo or ends.tzinfo:
        return None
    return Placement(
        day_id=day.id,
        room_id=request.form.get("room", default=0, type=int) or None,
        starts_at=datetime.combine(day.date, starts, event.zone),
        ends_at=datetime.combine(day.date, ends, event.zone),
    )
