"""Forms of organisers about a delegation, and of a lead about people and places."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, NumberRange, Optional, StopValidation, ValidationError

from eventapp import text, tokens
from eventapp.delegations.service import DelegationData, Office
from eventapp.events.models import Event
from eventapp.registration import contact
from eventapp.registration.choices import Choices
from eventapp.registration.forms import (
    NOT_CHOSEN,
    DelegateFields,
    at_most,
    cleaned,
    cleaned_lines,
)
from eventapp.registration.holding import MAX_AT_ONCE
from eventapp.registration.models import Delegate, Delegation, Organisation, Province, Quota
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

MAX_PLACES = 100_000
MAX_OFFICES = 200
_WITH_PLACES = re.compile(r"(.*?)\s*[;\t]\s*([0-9]{1,5})", re.ASCII)


def places_field(label: Any) -> IntegerField:
    """How many places; empty is no limit."""
    return IntegerField(
        label,
        [
            Optional(),
            NumberRange(0, MAX_PLACES, _l("Enter a number from 0 to 100,000, or nothing.")),
        ],
        render_kw={"inputmode": "numeric", "min": 0},
    )


class OfficeForm(PageForm):
    """One office of the list."""

    class Meta(PageForm.Meta):
        """Part of another form, which has the token."""

        csrf = False

    id = HiddenField()
    name = StringField(_l("Office"), [at_most(300)], filters=[cleaned])
    places = places_field(_l("Places"))
    is_removed = BooleanField(_l("Remove"))


class CategoryForm(PageForm):
    """The places of one category."""

    class Meta(PageForm.Meta):
        """Part of another form, which has the token."""

        csrf = False

    id = HiddenField()
    places = places_field(_l("Places"))


class DelegationForm(PageForm):
    """A delegation as organisers set it up."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter the name of the province, ministry or body.")), at_most(200)],
        filters=[cleaned],
    )
    province_code = SelectField(_l("Province"))
    lead_name = StringField(_l("Name of the lead"), [at_most(200)], filters=[cleaned])
    lead_email = EmailField(
        _l("E-mail of the lead"),
        [at_most(254)],
        filters=[cleaned],
        description=_l("The secret link is sent to this address."),
    )
    lead_phone = TelField(_l("Telephone of the lead"), [at_most(30)], filters=[cleaned])
    deadline = DateTimeLocalField(
        _l("Deadline"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=_l("From then on the lead's changes are requests to you."),
    )
    places = places_field(_l("Places in all"))
    offices = FieldList(FormField(OfficeForm))
    new_offices = TextAreaField(
        _l("Add offices"),
        [at_most(20_000)],
        filters=[cleaned_lines],
        description=_l(
            "One a line; after a semicolon how many places it has, if it has its own: "
            "Department of Home Affairs; 5."
        ),
        render_kw={"rows": 4},
    )
    category_places = FieldList(FormField(CategoryForm))

    def __init__(
        self,
        event: Event,
        provinces: list[Province],
        delegation: Delegation | None,
        quotas: list[Quota],
    ) -> None:
        """Empty, or filled with a delegation, or what was sent."""
        self.event = event
        self.delegation = delegation
        offices = [it for it in delegation.organisations if not it.is_typed] if delegation else []
        by_office = {it.organisation_id: it.places for it in quotas if it.organisation_id}
        by_category = {it.category_id: it.places for it in quotas if it.category_id}
        whole = [it.places for it in quotas if not it.organisation_id and not it.category_id]
        super().__init__(
            data={
                **_of(delegation, event.zone),
                "places": whole[0] if whole else None,
                "offices": [
                    {"id": str(it.id), "name": it.name, "places": by_office.get(it.id)}
                    for it in offices
                ],
                "category_places": [
                    {"id": str(it.id), "places": by_category.get(it.id)} for it in event.categories
                ],
            }
        )
        self.province_code.choices = [("", _("None: a ministry or another body"))] + [
            (it.code, it.name) for it in provinces
        ]

    def validate_lead_email(self, field: Field) -> None:
        """An address that mail can go to."""
        try:
            field.data = contact.normalise_email(field.data or "")
        except contact.InvalidEmail:
            raise StopValidation(
                _("This is not an e-mail address. Write one such as ten@bacninh.gov.vn.")
            ) from None

    def validate_lead_phone(self, field: Field) -> None:
        """A number that can be called."""
        try:
            field.data = contact.normalise_phone(field.data or "")
        except contact.InvalidPhone:
            raise StopValidation(
                _("This number cannot be called. Write all its digits, such as 0912 345 678,")
                + " "
                + _("or + and the country code for a foreign number.")
            ) from None

    def validate_offices(self, field: "FieldList[Any]") -> None:
        """No office loses its name by accident."""
        for entry in field:
            if not text.fold(entry.form.name.data or "") and not entry.form.is_removed.data:
                entry.form.name.errors = [
                    _("Write the name of the office, or tick “Remove”."),
                ]
                raise ValidationError(_("An office has no name."))

    def validate_new_offices(self, field: Field) -> None:
        """Not without end, and each with letters."""
        lines = [line for line in (field.data or "").split("\n") if line]
        if len(lines) > MAX_OFFICES:
            raise ValidationError(_("Add at most %(number)s at a time.", number=MAX_OFFICES))
        for line in lines:
            name, _places = _office(line)
            if not text.fold(name) or len(name) > 300:
                raise ValidationError(_("“%(text)s” is no name of an office.", text=line[:80]))

    def data_of(self) -> DelegationData:
        """What was typed. Call it on a valid form."""
        known = {str(it.id) for it in self.delegation.organisations} if self.delegation else set()
        offices = [
            Office(
                int(it.form["id"].data),
                it.form["name"].data or "",
                it.form["places"].data,
                is_removed=bool(it.form["is_removed"].data),
            )
            for it in self.offices
            if it.form["id"].data in known
        ]
        lines = [line for line in (self.new_offices.data or "").split("\n") if line]
        offices += [Office(None, *it) for it in dict(map(_office, lines)).items()]
        categories = {str(it.id) for it in self.event.categories}
        return DelegationData(
            name=self.name.data or "",
            province_code=self.province_code.data or None,
            lead_name=self.lead_name.data or "",
            lead_email=self.lead_email.data or "",
            lead_phone=self.lead_phone.data or "",
            deadline=in_zone(self.deadline.data, self.event.zone),
            places=self.places.data,
            offices=offices,
            category_places={
                int(it.form["id"].data): it.form["places"].data
                for it in self.category_places
                if it.form["id"].data in categories
            },
        )


def _office(line: str) -> tuple[str, int | None]:
    """The name of an office and its places: ``Sở Nội vụ; 5``."""
    found = _WITH_PLACES.fullmatch(line)
    return (found[1], int(found[2])) if found else (line, None)


def in_zone(value: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A time that was typed, in the event's zone."""
    return value.replace(tzinfo=zone) if value else None


def _of(delegation: Delegation | None, zone: ZoneInfo) -> dict[str, Any]:
    if delegation is None:
        return {"province_code": ""}
    deadline = delegation.deadline
    return {
        "name": delegation.name,
        "province_code": delegation.province_code or "",
        "lead_name": delegation.lead_name,
        "lead_email": delegation.lead_email,
        "lead_phone": delegation.lead_phone,
        "deadline": deadline.astimezone(zone).replace(tzinfo=None) if deadline else None,
    }


class LeadsForm(DelegateFields):
    """Somebody of the lead's own delegation; contacts where there are any."""

    needs_contact = False

    submission = HiddenField()
    revision = HiddenField()
    is_somebody_else = BooleanField(_l("This is another person of the same name"))

    def __init__(self, choices: Choices, delegate: Delegate | None = None, **values: Any) -> None:
        """For somebody new, or filled with a delegate, or what was sent."""
        values = {
            "submission": tokens.new_secret(),
            "delegation_id": choices.delegations[0].id,
            **({"revision": delegate.revision} if delegate else {}),
            **values,
        }
        super().__init__(choices, delegate=delegate, **values)
        self.category_id.label.text = _("Attends as")
        self.day_ids.label.text = _("Days")
        self.needs.label.text = _("Special needs")
        self.needs_step_free.label.text = _("Needs a way without steps (wheelchair, crutches)")
        self.email.description = _("The pass is sent to this address, if there is one.")
        for field in (self.name, self.position, self.organisation_typed, self.email, self.phone):
            # The browser would offer the lead's own.
            field.render_kw = {**(field.render_kw or {}), "autocomplete": "off"}

    @property
    def read_revision(self) -> int:
        """The revision at which the delegate was read, -1 where it was tampered with."""
        sent = str(self.revision.data or "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else -1


class HoldForm(PageForm):
    """Places for people named later."""

    number = IntegerField(
        _l("How many"),
        [
            DataRequired(_l("Enter how many places to hold.")),
            NumberRange(1, MAX_AT_ONCE, _l("Enter a number from 1 to 100.")),
        ],
        default=1,
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_AT_ONCE},
    )
    organisation_id = SelectField(_l("Office"), coerce=int)
    category_id = SelectField(_l("Attends as"), coerce=int)
    note = StringField(
        _l("Note"),
        [at_most(200)],
        filters=[cleaned],
        description=_l("For example: deputy director, to be named after the 20th."),
    )

    def __init__(self, choices: Choices, offices: list[Organisation]) -> None:
        """Empty, or what was sent."""
        super().__init__()
        language = current_language()
        self.organisation_id.choices = [(NOT_CHOSEN, _("Any office"))] + [
            (it.id, it.name) for it in offices
        ]
        self.category_id.choices = [(it.id, it.name_in(language)) for it in choices.categories]


class ReasonForm(PageForm):
    """Why, if somebody wants to say."""

    reason = TextAreaField(
        _l("Reason"), [at_most(500)], filters=[cleaned], render_kw={"rows": 3, "maxlength": 500}
    )
