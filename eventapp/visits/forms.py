"""Forms of site visits. Times are typed as clocks in the event's zone."""

from datetime import datetime, time
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from eventapp import text
from eventapp.events.models import Event, Site
from eventapp.visits.models import VisitGroup
from eventapp.visits.sites import GroupData, SiteData
from eventapp.web.forms import PageForm

_STEP_SECONDS = 300


def _line(value: str | None) -> str:
    return text.clean(value or "")


def _lines(value: str | None) -> str:
    return text.clean_lines(value or "")


def _number(typed: str) -> str | None:
    """A telephone number in E.164, or None when it is none that can be called."""
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class SiteForm(PageForm):
    """A place to visit."""

    name = StringField(
        _l("Name of the site"),
        [DataRequired(_l("Enter the site's name.")), Length(max=200)],
        filters=[_line],
    )
    address = StringField(_l("Address"), [Length(max=300)], filters=[_line])
    description = TextAreaField(
        _l("What there is to see"), [Length(max=2000)], filters=[_lines], render_kw={"rows": 3}
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, site: Site | None = None) -> None:
        """For a new site, or filled with one that exists."""
        super().__init__(obj=site)

    def site(self) -> SiteData:
        """What was typed. Call it on a valid form."""
        return SiteData(
            name=self.name.data or "",
            address=self.address.data or "",
            description=self.description.data or "",
        )


class GroupForm(PageForm):
    """One departure to one site."""

    letter = StringField(
        _l("Letter"),
        [DataRequired(_l("Enter the group's letter.")), Length(max=4)],
        filters=[lambda value: _line(value).upper()],
        description=_l("On the badge and on the windscreen: A, B, C …"),
        render_kw={"autocapitalize": "characters", "autocomplete": "off"},
    )
    site = SelectField(_l("Site"), coerce=int)
    capacity = IntegerField(
        _l("Seats for delegates"),
        [
            InputRequired(_l("Enter how many seats there are.")),
            NumberRange(0, 10_000, _l("Enter a number of seats from 0 to 10,000.")),
        ],
        render_kw={"inputmode": "numeric", "min": 0, "max": 10_000},
    )
    bus = StringField(
        _l("Bus"),
        [Length(max=80)],
        filters=[_line],
        description=_l("Number or registration plate"),
    )
    leader_name = StringField(_l("Leader"), [Length(max=200)], filters=[_line])
    leader_phone = TelField(_l("Leader's phone"), [Length(max=40)], filters=[_line])
    meeting_point = StringField(_l("Meeting point"), [Length(max=200)], filters=[_line])
    day = SelectField(_l("Day"), coerce=int)
    departs = TimeField(_l("Departure"), [Optional()], render_kw={"step": _STEP_SECONDS})
    returns = TimeField(_l("Return"), [Optional()], render_kw={"step": _STEP_SECONDS})
    notes = TextAreaField(_l("Notes"), [Length(max=2000)], filters=[_lines], render_kw={"rows": 2})
    submit = SubmitField(_l("Save"))

    def __init__(self, event: Event, sites: list[Site], group: VisitGroup | None = None) -> None:
        """For a new group, or filled with one that exists."""
        super().__init__(data=_filled(event, group) if group else None)
        self.site.choices = [(site.id, site.name) for site in sites]
        self.day.choices = [
            (0, _("Not yet known")),
            *((day.id, f"{day.date:%d/%m/%Y}") for day in event.days),
        ]

    def validate_leader_phone(self, field: TelField) -> None:
        """A number that can be called, or none."""
        if not field.data:
            return
        number = _number(field.data)
        if number is None:
            raise ValidationError(_("This is not a telephone number. Write it like 0912 345 678."))

    def validate_day(self, field: SelectField) -> None:
        """A day needs its departure, and a departure its day."""
        if field.data and not self.departs.data:
            raise ValidationError(_("Enter when the group departs on this day."))
        if self.departs.data and not field.data:
            raise ValidationError(_("Choose the day of the departure."))

    def validate_returns(self, field: TimeField) -> None:
        """The group returns after it departed."""
        if field.data and not self.departs.data:
            raise ValidationError(_("Enter when the group departs, too."))
        if field.data and self.departs.data and field.data <= self.departs.data:
            raise ValidationError(_("The return must come after the departure."))

    def group(self, event: Event) -> GroupData:
        """What was typed. Call it on a valid form."""
        return GroupData(
            site_id=self.site.data,
            letter=self.letter.data or "",
            capacity=self.capacity.data or 0,
            bus=self.bus.data or "",
            leader_name=self.leader_name.data or "",
            leader_phone=_number(self.leader_phone.data or "") or "",
            meeting_point=self.meeting_point.data or "",
            departs_at=self._instant(event, self.departs.data),
            returns_at=self._instant(event, self.returns.data),
            notes=self.notes.data or "",
        )

    def _instant(self, event: Event, clock: time | None) -> datetime | None:
        date = next((day.date for day in event.days if day.id == self.day.data), None)
        return datetime.combine(date, clock, event.zone) if date and clock else None


def _filled(event: Event, group: VisitGroup) -> dict[str, Any]:
    departs, returns = (
        at.astimezone(event.zone) if at else None for at in (group.departs_at, group.returns_at)
    )
    date = departs.date() if departs else None
    return {
        "letter": group.letter,
        "site": group.site_id,
        "capacity": group.capacity,
        "bus": group.bus,
        "leader_name": group.leader_name,
        "leader_phone": group.leader_phone,
        "meeting_point": group.meeting_point,
        "day": next((day.id for day in event.days if day.date == date), 0),
        "departs": departs.time() if departs else None,
        "returns": returns.time() if returns else None,
        "notes": group.notes,
    }
