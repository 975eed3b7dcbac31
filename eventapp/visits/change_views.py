"""What delegates may change of their seats themselves, and the waitlists of groups."""

from collections.abc import Iterable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SubmitField
from wtforms.validators import NumberRange, Optional

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.visits import change_rules, service, sites, waiting
from eventapp.visits.fitting import Hindrance
from eventapp.visits.models import USUAL_HOURS
from eventapp.visits.views import visits
from eventapp.web.forms import PageForm

_MOST_HOURS = 24 * 60
_GROUP = "/manage/<event:event>/visits/groups/<int:group_id>"
HINDRANCES = {
    Hindrance.NOT_THERE: _l("does not come on the day of the departure"),
    Hindrance.BUSY: _l("is in a class meanwhile"),
    Hindrance.STEPS: _l("needs a way without steps"),
    Hindrance.PINNED: _l("is fixed in another group by a rule"),
    Hindrance.NEVER: _l("is kept out of this group by a rule"),
    Hindrance.APART: _l("is to be apart from somebody there by a rule"),
    Hindrance.TOGETHER: _l("is to be together with others by a rule, who are not there"),
}


class ChangeRulesForm(PageForm):
    """What delegates may do, and until when."""

    may_swap = BooleanField(
        _l("Delegates may swap seats"),
        description=_l("With somebody whose pass code they give, or with anybody whose wish fits."),
    )
    may_wait = BooleanField(
        _l("Delegates may wait for a seat in another group"),
        description=_l("Whoever is first gets a seat that becomes free, and leaves the old one."),
    )
    until = RadioField(
        _l("Until when seats change by themselves"),
        choices=[("hours", _l("Until some hours before the departure"))],
        description=_l("From then on you decide; waitlists stay, and you confirm each seat."),
    )
    hours = IntegerField(
        _l("Hours before the departure"),
        [Optional(), NumberRange(0, _MOST_HOURS, _l("Enter a number of hours from 0 to 1,440."))],
        render_kw={"inputmode": "numeric", "min": 0, "max": _MOST_HOURS},
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, rules: change_rules.ChangeRules) -> None:
        """Filled with the rules as they are."""
        super().__init__(
            data={
                "may_swap": rules.may_swap,
                "may_wait": rules.may_wait,
                "until": "wishes" if rules.hours is None else "hours",
                "hours": USUAL_HOURS if rules.hours is None else rules.hours,
            }
        )
        self.until.choices = [
            ("hours", _("Until some hours before the departure")),
            ("wishes", _("As long as wishes can be said")),
        ]


@visits.route("/manage/<event:event>/visits/changes", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def change_settings(event: Event) -> ResponseReturnValue:
    """What delegates may change themselves, and until when."""
    form = ChangeRulesForm(change_rules.rules_of(event.id))
    if form.validate_on_submit():
        change_rules.set_rules(
            event.id,
            may_swap=form.may_swap.data,
            may_wait=form.may_wait.data,
            hours=(form.hours.data or 0) if form.until.data == "hours" else None,
        )
        flash(_("Your changes are saved."), "success")
        return redirect(url_for(".index", event=event), 303)
    page = render_template("visits/change_settings.html", event=event, form=form)
    return page, 422 if form.errors else 200


@visits.post(f"{_GROUP}/waitlist")
@requires(Access.ORGANISE)
def put_on_waitlist(event: Event, group_id: int) -> ResponseReturnValue:
    """Put the people ticked at the end of the list."""
    done = 0
    for who in request.form.getlist("ids", type=int)[:200]:
        try:
            waiting.join(event, who, group_id, by_organiser=True)
        except sites.GroupNotFound:
            abort(404)
        except sites.VisitError as error:
            flash(_why_not(error), "danger")
        else:
            done += 1
    if done:
        waiting.advance(event)
        flash(_("Put on the waitlist: %(n)s.", n=done), "success")
    return redirect(url_for(".group", event=event, group_id=group_id) + "#waitlist", 303)


@visits.post(f"{_GROUP}/waitlist/<int:delegate_id>")
@requires(Access.ORGANISE)
def change_waitlist(event: Event, group_id: int, delegate_id: int) -> ResponseReturnValue:
    """Give somebody who waits a seat, put them first, or take them off the list."""
    try:
        match request.form.get("action"):
            case "give":
                waiting.give(event, group_id, delegate_id)
                waiting.advance(event)
                flash(_("They have the seat now, and get a letter."), "success")
            case "first":
                waiting.put_first(event, group_id, delegate_id)
            case "drop":
                waiting.leave(event, delegate_id, group_id)
            case _:
                abort(422)
    except sites.GroupNotFound:
        abort(404)
    except sites.VisitError as error:
        flash(_why_not(error), "danger")
    return redirect(url_for(".group", event=event, group_id=group_id) + "#waitlist", 303)


def hindrances_said(found: Iterable[Hindrance]) -> str:
    """What is against it, in words."""
    return ", ".join(str(HINDRANCES[it]) for it in found)


def _why_not(error: sites.VisitError) -> str:
    match error:
        case waiting.CannotJoin():
            return _("This person cannot join: %(why)s.", why=hindrances_said(error.hindrances))
        case waiting.IsThere():
            return _("This person is in the group.")
        case waiting.NotWaiting():
            return _("This person does not wait for the group any more.")
        case service.GroupFull():
            return _("The group is full by now. Raise the number of seats, or wait.")
        case _:
            return _("Somebody chosen is no longer in the list. Reload the page and choose again.")
