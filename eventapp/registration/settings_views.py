"""An event's settings: what its pages say, whether registration is open, how many may come."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    IntegerField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp.accounts.permissions import Access, requires
from eventapp.events import service as events
from eventapp.events.models import Event
from eventapp.registration import contact, editing, quota, waitlist
from eventapp.text import clean
from eventapp.web.forms import PageForm

settings = Blueprint("settings", __name__)


def _cleaned(value: str | None) -> str:
    return clean(value or "")


class SettingsForm(PageForm):
    """What organisers may change of an event."""

    title = TextAreaField(
        _l("Full title"),
        [DataRequired(_l("Enter the title of the event.")), Length(max=500)],
        filters=[_cleaned],
        render_kw={"rows": 3},
    )
    short_title = StringField(
        _l("Short title"),
        [DataRequired(_l("Enter a short title, for badges and menus.")), Length(max=120)],
        filters=[_cleaned],
    )
    title_en = TextAreaField(
        _l("Title in English"), [Length(max=500)], filters=[_cleaned], render_kw={"rows": 2}
    )
    organiser = StringField(_l("Organiser"), [Length(max=200)], filters=[_cleaned])
    co_organiser = StringField(_l("Co-organiser"), [Length(max=200)], filters=[_cleaned])
    venue = StringField(_l("Venue"), [Length(max=300)], filters=[_cleaned])
    place = StringField(
        _l("Place"),
        [Length(max=100)],
        filters=[_cleaned],
        description=_l("As it stands before the date on official papers, for example Bắc Ninh."),
    )
    contact_name = StringField(_l("Contact"), [Length(max=200)], filters=[_cleaned])
    contact_email = EmailField(_l("Contact e-mail"), [Length(max=254)], filters=[_cleaned])
    contact_phone = TelField(_l("Contact phone"), [Length(max=30)], filters=[_cleaned])
    registration_open = BooleanField(_l("Registration is open"))
    places = IntegerField(
        _l("Places"),
        [
            Optional(),
            NumberRange(0, 1_000_000, _l("Enter a number from 0 to 1,000,000, or nothing.")),
        ],
        description=_l("How many people may be registered; empty is no limit."),
    )
    self_edit_until = DateField(
        _l("Delegates change their registration themselves until"),
        [Optional()],
        description=_l("The last day; empty is until the end of the event."),
    )
    self_edit_parts = SelectMultipleField(
        _l("What they may change"),
        choices=[(key, label) for key, (label, _fields) in editing.PARTS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    retention_until = DateField(
        _l("Personal data is kept until"),
        [Optional()],
        description=_l("After this day it is anonymised; empty is a year after the last day."),
    )
    submit = SubmitField(_l("Save"))

    def validate_contact_email(self, field: Field) -> None:
        """An address that delegates can answer to, if there is one."""
        try:
            field.data = contact.normalise_email(field.data or "")
        except contact.InvalidEmail:
            raise ValidationError(
                _("This is not an e-mail address. Write one such as ten@bacninh.gov.vn.")
            ) from None

    def validate_places(self, field: Field) -> None:
        """Show a message of ours for what is not a number."""
        if field.raw_data and field.raw_data[0] and field.data is None:
            field.errors = [_("Enter a number from 0 to 1,000,000, or nothing.")]


@settings.route("/manage/<event:event>/settings", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit(event: Event) -> ResponseReturnValue:
    """Change the settings."""
    form = SettingsForm(obj=event, data={"places": quota.places(event.id)})
    if not form.is_submitted():
        form.self_edit_parts.data = sorted(editing.parts_of(event))
    if form.validate_on_submit():
        values = {name: value for name, value in form.data.items() if name not in _NOT_COLUMNS}
        events.change_settings(event.id, values)
        waitlist.set_places(event.id, form.places.data)
        flash(_("The settings have been saved."), "success")
        return redirect(url_for("settings.edit", event=event))
    page = render_template(
        "events/settings.html", event=event, form=form, taken=quota.taken(event.id)
    )
    return page, 422 if form.errors else 200


_NOT_COLUMNS = frozenset({"csrf_token", "submit", "places"})
