"""Pages on which organisers add days and set their hours."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.programme.days import (
    DayInUse,
    DayNotFound,
    DayTaken,
    add_day,
    days_in_use,
    set_hours,
)
from eventapp.programme.days import delete_day as delete
from eventapp.programme.forms import DayForm, HoursForm
from eventapp.programme.views import programme


@programme.route("/manage/<event:event>/programme/days", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def days(event: Event) -> ResponseReturnValue:
    """The days, and a form for a new one."""
    form = DayForm()
    if form.validate_on_submit() and form.date.data:
        try:
            add_day(event.id, form.date.data, *form.hours)
        except DayTaken:
            form.date.errors = [_("The event has this day already.")]
        else:
            flash(_("The day has been added."), "success")
            return redirect(url_for(".days", event=event))
    page = render_template(
        "programme/days.html", event=event, form=form, used=days_in_use(event.id)
    )
    return page, 422 if form.errors else 200


@programme.route("/manage/<event:event>/programme/days/<int:day_id>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def day(event: Event, day_id: int) -> ResponseReturnValue:
    """The hours of a day."""
    found = next((it for it in event.days if it.id == day_id), None) or abort(404)
    form = HoursForm(found)
    if form.validate_on_submit():
        set_hours(event.id, day_id, *form.hours)
        flash(_("The day has been changed."), "success")
        return redirect(url_for(".days", event=event))
    page = render_template(
        "programme/day.html",
        event=event,
        form=form,
        day=found,
        used=day_id in days_in_use(event.id),
    )
    return page, 422 if form.errors else 200


@programme.post("/manage/<event:event>/programme/days/<int:day_id>/delete")
@requires(Access.ORGANISE)
def delete_day(event: Event, day_id: int) -> ResponseReturnValue:
    """Remove a day that nothing needs."""
    try:
        delete(event.id, day_id)
    except DayNotFound:
        abort(404)
    except DayInUse:
        flash(_("Sessions take place on this day, or delegates come on it."), "danger")
    else:
        flash(_("The day has been deleted."), "success")
    return redirect(url_for(".days", event=event))
