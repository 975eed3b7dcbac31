"""Places: the quotas of an event, what asks for approval, and who waits."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp.accounts import audit
from eventapp.accounts.permissions import Access, requires
from eventapp.database import db, transaction
from eventapp.events.models import Category, Event
from eventapp.registration import quota, service, waitlist
from eventapp.registration.choices import Choices, choices_for
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.fields import NOT_CHOSEN, at_most, cleaned
from eventapp.registration.models import Quota, Status
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language, short_day

places = Blueprint("places", __name__, url_prefix="/manage/<event:event>/places")

_NAMES = ("delegation_id", "organisation_id", "category_id", "day_id", "session_id")
_MOST = 1_000_000


class QuotaForm(PageForm):
    """How many places for whom; what is not chosen does not matter."""

    delegation_id = SelectField(_l("Delegation"), coerce=int)
    organisation_id = SelectField(_l("Office"), coerce=int)
    category_id = SelectField(_l("Category"), coerce=int)
    day_id = SelectField(_l("Day"), coerce=int)
    session_id = SelectField(_l("Training class"), coerce=int)
    places = IntegerField(
        _l("Places"),
        [
            Optional(),
            NumberRange(0, _MOST, _l("Enter a number from 0 to 1,000,000, or nothing.")),
        ],
        render_kw={"inputmode": "numeric", "min": 0},
    )

    def __init__(self, choices: Choices) -> None:
        """Empty, or what was sent."""
        super().__init__()
        language = current_language()
        everybody = (NOT_CHOSEN, _("All"))
        self.delegation_id.choices = [everybody] + [(it.id, it.name) for it in choices.delegations]
        self.organisation_id.choices = [everybody] + [
            (office.id, f"{it.name}: {office.name}")
            for it in choices.delegations
            for office in choices.offices(it)
        ]
        self.category_id.choices = [everybody] + [
            (it.id, it.name_in(language)) for it in choices.categories
        ]
        self.day_id.choices = [everybody] + [(it.id, short_day(it.date)) for it in choices.days]
        self.session_id.choices = [everybody] + [
            (it.id, it.title_in(language)) for it in choices.classes
        ]

        self._delegation_of = {
            office.id: it.id for it in choices.delegations for office in choices.offices(it)
        }

    def names(self) -> dict[str, int | None]:
        """What the quota names; an office with its delegation, as the page of that one sets it."""
        names = {name: self[name].data or None for name in _NAMES}
        if names["organisation_id"]:
            names["delegation_id"] = self._delegation_of[names["organisation_id"]]
        return names


class PlacesForm(PageForm):
    """The number of places of a quota that is there."""

    places = IntegerField(
        validators=[
            Optional(),
            NumberRange(0, _MOST, _l("Enter a number from 0 to 1,000,000, or nothing.")),
        ]
    )


class RulesForm(PageForm):
    """Which categories ask for approval, and whether there is a waitlist."""

    needs_approval = SelectMultipleField(
        _l("Organisers approve registrations in these categories"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    has_waitlist = BooleanField(_l("Once every place is taken, people can join a waitlist"))
    offer_hours = IntegerField(
        _l("Hours for which a place that has become free is held for the next on the waitlist"),
        [
            DataRequired(_l("Enter a number of hours from 1 to 720.")),
            NumberRange(1, 720, _l("Enter a number of hours from 1 to 720.")),
        ],
        render_kw={"inputmode": "numeric", "min": 1, "max": 720},
    )

    def __init__(self, event: Event) -> None:
        """Filled with the event, or what was sent."""
        super().__init__(
            data={
                "needs_approval": [it.id for it in event.categories if it.needs_approval],
                "has_waitlist": event.has_waitlist,
                "offer_hours": event.offer_hours,
            }
        )
        language = current_language()
        self.needs_approval.choices = [(it.id, it.name_in(language)) for it in event.categories]


class AdmitForm(PageForm):
    """Why somebody is admitted beyond the places or out of turn."""

    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Give the reason: it is kept in the change log.")), at_most(300)],
        filters=[cleaned],
    )


@places.route("", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Every quota, and a form for one more."""
    choices = choices_for(event, public=False)
    form = QuotaForm(choices)
    if form.validate_on_submit():
        if form.places.data is None:
            form.places.errors = [_("Enter how many places there are.")]
        elif not _fits(choices, form):
            form.organisation_id.errors = [
                _("This office belongs to another delegation. Choose one of the two.")
            ]
        else:
            waitlist.set_places(event.id, form.places.data, **form.names())
            flash(_("The places have been set."), "success")
            return redirect(url_for(".index", event=event), 303)
    return _page(event, form), 422 if form.errors else 200


def _page(event: Event, form: QuotaForm, rules: RulesForm | None = None) -> str:
    waiting = waitlist.everybody(event.id)
    return render_template(
        "places/index.html",
        event=event,
        form=form,
        rules=rules or RulesForm(event),
        quotas=quota.all_of(event.id),
        waiting=waiting,
        offered=waitlist.offered(event.id),
        admit_form=AdmitForm(),
    )


def _fits(choices: Choices, form: QuotaForm) -> bool:
    office, delegation_id = form.organisation_id.data, form.delegation_id.data
    delegation = choices.delegation(delegation_id)
    if not office or delegation is None:
        return True
    return office in {it.id for it in choices.offices(delegation)}


@places.post("/<int:quota_id>")
@requires(Access.ORGANISE)
def change(event: Event, quota_id: int) -> ResponseReturnValue:
    """Change the number of a quota; an empty one ends it."""
    row = db.session.get(Quota, quota_id)
    if row is None or row.event_id != event.id:
        abort(404)
    names: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    form = PlacesForm()
    if not form.validate_on_submit() or (
        form.places.data is None and (request.form.get("places") or "").strip()
    ):
        flash(_("Enter a number from 0 to 1,000,000, or nothing."), "danger")
    else:
        waitlist.set_places(event.id, form.places.data, **names)
        flash(_("The places have been set."), "success")
    return redirect(url_for(".index", event=event), 303)


@places.post("/rules")
@requires(Access.ORGANISE)
def change_rules(event: Event) -> ResponseReturnValue:
    """Change which categories ask for approval, and the waitlist."""
    form = RulesForm(event)
    if not form.validate_on_submit():
        return _page(event, QuotaForm(choices_for(event, public=False)), form), 422
    event_id, asking = event.id, set(form.needs_approval.data or ())
    with transaction():
        event = db.session.get_one(Event, event_id)
        event.has_waitlist = bool(form.has_waitlist.data)
        event.offer_hours = form.offer_hours.data or 48
        changes = audit.changes_of(event)
        for category in db.session.query(Category).filter_by(event_id=event_id):
            category.needs_approval = category.id in asking
            if "needs_approval" in (changed := audit.changes_of(category)):
                changes[f"needs_approval:{category.name}"] = changed["needs_approval"]
        if changes:
            audit.record("update", "event", event_id, event_id=event_id, changes=changes)
    flash(_("The changes have been saved."), "success")
    return redirect(url_for(".index", event=db.session.get_one(Event, event_id)), 303)


@places.post("/waiting/<int:delegate_id>")
@requires(Access.ORGANISE)
def admit(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Admit somebody from the waitlist out of turn, for a reason."""
    form = AdmitForm()
    if not form.validate_on_submit():
        flash(_("Give the reason: it is kept in the change log."), "danger")
        return redirect(url_for(".index", event=event), 303)
    try:
        service.set_status(event, delegate_id, Status.APPROVED, beyond=form.reason.data or "")
    except DelegateNotFound:
        abort(404)
    flash(_("Admitted."), "success")
    return redirect(url_for(".index", event=event), 303)
