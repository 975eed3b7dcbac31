"""The form of a visit group with its buses and stops. Times are clocks in the event's zone."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
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
from wtforms.widgets import ColorInput

from eventapp.accounts.models import User
from eventapp.accounts.permissions import ROLE_ACCESS, Access
from eventapp.accounts.service import members
from eventapp.database import db
from eventapp.events.colours import is_colour
from eventapp.events.models import Event, Site
from eventapp.visits.colours import PALETTE
from eventapp.visits.fields import can_be_called, line, lines, number_of
from eventapp.visits.models import VisitGroup
from eventapp.visits.planning import Fault, Times, faults
from eventapp.visits.plans import BusData, StopData
from eventapp.visits.sites import GroupData
from eventapp.web import rows
from eventapp.web.forms import PageForm

MAX_BUSES = 20
MAX_STOPS = 30
_OWN = "own"
_NAMES = dict(
    zip(
        PALETTE,
        (
            *(_l("Navy"), _l("Red"), _l("Green"), _l("Purple"), _l("Orange"), _l("Teal")),
            *(_l("Pink"), _l("Olive"), _l("Blue"), _l("Brown"), _l("Grey"), _l("Black")),
        ),
        strict=True,
    )
)
_STEP_SECONDS = 300
_MANY = 10_000
_CLOCK: dict[str, Any] = {"step": _STEP_SECONDS}
_COUNT: dict[str, Any] = {"inputmode": "numeric", "min": 0, "max": _MANY}


def _count(label: Any, needed: Any = None, **more: Any) -> IntegerField:
    return IntegerField(
        label,
        [
            InputRequired(needed) if needed else Optional(),
            NumberRange(0, _MANY, _l("Enter a number of seats from 0 to 10,000.")),
        ],
        render_kw=_COUNT,
        **more,
    )


class BusForm(Form):
    """One row of the buses; an empty row is none."""

    id = HiddenField()
    label = StringField(
        _l("Name on the windscreen"),
        [Length(max=80)],
        filters=[line],
        render_kw={"autocomplete": "off"},
    )
    plate = StringField(
        _l("Registration plate"),
        [Length(max=40)],
        filters=[line],
        render_kw={"autocomplete": "off"},
    )
    seats = _count(_l("Seats for delegates"))
    driver_name = StringField(_l("Driver"), [Length(max=200)], filters=[line])
    driver_phone = TelField(_l("Driver's phone"), [Length(max=40), can_be_called], filters=[line])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the row."""
        typed = (self.label, self.plate, self.driver_name, self.driver_phone)
        return not any(it.data for it in typed) and self.seats.data is None

    def validate_label(self, field: StringField) -> None:
        """A bus that anything is known of has a name."""
        if not field.data and not self.is_empty:
            raise ValidationError(_("Enter what people look for, for example Bus 2."))


class StopForm(Form):
    """One row of the stops; an empty row is none."""

    id = HiddenField()
    name = StringField(_l("Stop"), [Length(max=200)], filters=[line])
    name_en = StringField(_l("Stop in English"), [Length(max=200)], filters=[line])
    arrives = TimeField(_l("Arrives"), [Optional()], render_kw=_CLOCK)
    leaves = TimeField(_l("Leaves"), [Optional()], render_kw=_CLOCK)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any((self.name.data, self.name_en.data, self.arrives.data, self.leaves.data))

    def validate_name(self, field: StringField) -> None:
        """A stop that anything is known of has a name."""
        if not field.data and not self.is_empty:
            raise ValidationError(_("Enter where the stop is."))


class GroupForm(PageForm):
    """One departure to one site."""

    letter = StringField(
        _l("Letter"),
        [DataRequired(_l("Enter the group's letter.")), Length(max=4)],
        filters=[lambda value: line(value).upper()],
        description=_l("On the badge and on the windscreen: A, B, C …"),
        render_kw={"autocapitalize": "characters", "autocomplete": "off"},
    )
    colour = RadioField(_l("Colour"), description=_l("On the windscreen and in lists."))
    own_colour = StringField(_l("Another colour"), [Optional()], widget=ColorInput())
    site = SelectField(_l("Site"), coerce=int)
    capacity = _count(_l("Seats for delegates"), _l("Enter how many seats there are."))
    reserved = _count(
        _l("Reserved seats"),
        default=0,
        description=_l("Of these seats. Only you give them away, by hand."),
    )
    minimum = _count(
        _l("Fewest people"), description=_l("With fewer people than that the group does not go.")
    )
    is_step_free = BooleanField(_l("Its buses take people who cannot climb steps"))
    leader_name = StringField(_l("Leader"), [Length(max=200)], filters=[line])
    leader_phone = TelField(_l("Leader's phone"), [Length(max=40), can_be_called], filters=[line])
    leader_user_id = SelectField(
        _l("Leader's account"),
        coerce=int,
        description=_l("Whoever signs in with it calls the roll of this group on a phone."),
    )
    guide_name = StringField(_l("Guide"), [Length(max=200)], filters=[line])
    guide_phone = TelField(_l("Guide's phone"), [Length(max=40), can_be_called], filters=[line])
    meeting_point = StringField(_l("Meeting point"), [Length(max=200)], filters=[line])
    day = SelectField(_l("Day"), coerce=int)
    departs = TimeField(_l("Departure"), [Optional()], render_kw=_CLOCK)
    returns = TimeField(_l("Return"), [Optional()], render_kw=_CLOCK)
    buses = FieldList(FormField(BusForm), max_entries=MAX_BUSES)
    stops = FieldList(FormField(StopForm), max_entries=MAX_STOPS)
    notes = TextAreaField(_l("Notes"), [Length(max=2000)], filters=[lines], render_kw={"rows": 2})
    submit = SubmitField(_l("Save"))

    def __init__(
        self, event: Event, sites: list[Site], group: VisitGroup | None, suggested: str
    ) -> None:
        """For a new group, in the colour that is suggested, or filled with one that exists."""
        sent: Any = {}
        if request.method == "POST" and rows.is_asked(request.form):
            at_most = {"buses": MAX_BUSES, "stops": MAX_STOPS}
            sent = {"formdata": rows.altered(request.form, at_most)}
        super().__init__(**sent, data=_filled(event, group) if group else _new(suggested))
        self.event = event
        self.site.choices = [(site.id, site.name) for site in sites]
        self.leader_user_id.choices = [(0, _("None")), *_leaders(event.id, group)]
        self.colour.choices = [*_NAMES.items(), (_OWN, _("Another colour"))]
        self.day.choices = [
            (0, _("Not yet known")),
            *((day.id, f"{day.date:%d/%m/%Y}") for day in event.days),
        ]

    @property
    def is_to_save(self) -> bool:
        """Whether it was sent to be saved, and not to have a row more."""
        return self.is_submitted() and not rows.is_asked(request.form)

    def validate_own_colour(self, field: StringField) -> None:
        """Another colour is one."""
        if self.colour.data == _OWN and not is_colour(field.data or ""):
            raise ValidationError(_("Choose a colour, written like #1d4e89."))

    def validate_reserved(self, field: IntegerField) -> None:
        """Reserved seats are there."""
        if (field.data or 0) > (self.capacity.data or 0):
            raise ValidationError(_("There are not so many seats to reserve."))

    def validate_minimum(self, field: IntegerField) -> None:
        """So many people find seats."""
        if (field.data or 0) > (self.capacity.data or 0):
            raise ValidationError(_("There are not so many seats in the group."))

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

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, and then the rows among one another."""
        is_right = super().validate(extra_validators)
        is_right = self._check_labels() & self._check_times() and is_right
        for row in (self.buses, self.stops):  # a list collects the errors of its rows only once
            found = [it.errors for it in row]
            row.errors = found if any(found) else []
        return is_right

    def _check_labels(self) -> bool:
        seen: set[str] = set()
        is_right = True
        for row in self._buses():
            label = (row.label.data or "").casefold()
            if label and label in seen:
                row.label.errors = [_("Another bus of the group has this name.")]
                is_right = False
            seen.add(label)
        return is_right

    def _check_times(self) -> bool:
        stops = self._stops()
        if any(row.arrives.errors or row.leaves.errors for row in stops):
            return False
        if stops and not (self.day.data and self.departs.data):
            timed = [row for row in stops if row.arrives.data or row.leaves.data]
            for row in timed:
                row.arrives.errors = [_("Enter the day and the departure of the group, too.")]
            return not timed
        found = faults(
            self._instant(self.departs.data), self._instant(self.returns.data), self._times(stops)
        )
        for place, fault in found.items():
            field = stops[place].arrives if stops[place].arrives.data else stops[place].leaves
            field.errors = [_fault_words(fault)]
        return not found

    def group(self) -> GroupData:
        """What was typed. Call it on a valid form."""
        return GroupData(
            site_id=self.site.data,
            letter=self.letter.data or "",
            capacity=self.capacity.data or 0,
            colour=self._chosen_colour(),
            leader_name=self.leader_name.data or "",
            leader_phone=number_of(self.leader_phone.data or "") or "",
            leader_user_id=self.leader_user_id.data or None,
            guide_name=self.guide_name.data or "",
            guide_phone=number_of(self.guide_phone.data or "") or "",
            reserved=self.reserved.data or 0,
            minimum=self.minimum.data,
            is_step_free=self.is_step_free.data,
            meeting_point=self.meeting_point.data or "",
            departs_at=self._instant(self.departs.data),
            returns_at=self._instant(self.returns.data),
            notes=self.notes.data or "",
            buses=tuple(
                BusData(
                    id=_id(row.id),
                    label=row.label.data or "",
                    plate=row.plate.data or "",
                    seats=row.seats.data,
                    driver_name=row.driver_name.data or "",
                    driver_phone=number_of(row.driver_phone.data or "") or "",
                )
                for row in self._buses()
            ),
            stops=tuple(
                StopData(
                    name=row.name.data or "",
                    name_en=row.name_en.data or "",
                    arrives_at=times.arrives_at,
                    leaves_at=times.leaves_at,
                    id=_id(row.id),
                )
                for row, times in zip(self._stops(), self._times(self._stops()), strict=True)
            ),
        )

    def _chosen_colour(self) -> str:
        chosen = self.own_colour if self.colour.data == _OWN else self.colour
        return (chosen.data or "").lower()

    def _buses(self) -> list[Any]:
        return [it.form for it in self.buses if not it.form.is_empty]

    def _stops(self) -> list[Any]:
        return [it.form for it in self.stops if not it.form.is_empty]

    def _times(self, stops: Sequence[Any]) -> list[Times]:
        return [
            Times(self._instant(row.arrives.data), self._instant(row.leaves.data)) for row in stops
        ]

    def _instant(self, clock: time | None) -> datetime | None:
        date = next((day.date for day in self.event.days if day.id == self.day.data), None)
        return datetime.combine(date, clock, self.event.zone) if date and clock else None


def _leaders(event_id: int, group: VisitGroup | None) -> list[tuple[int, str]]:
    """Who may call a roll, and whoever leads the group now."""
    found = {
        it.user_id: it.user.name
        for it in members(event_id)
        if Access.CALL_ROLL in ROLE_ACCESS[it.role]
    }
    now = db.session.get(User, group.leader_user_id) if group and group.leader_user_id else None
    if now is not None:
        found.setdefault(now.id, now.name)
    return list(found.items())


def _id(field: HiddenField) -> int | None:
    typed = field.data or ""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def _fault_words(fault: Fault) -> str:
    match fault:
        case Fault.LEAVES_FIRST:
            text = _("The group cannot leave the stop before it arrives.")
        case Fault.BEFORE_EARLIER:
            text = _("The group is still at an earlier stop then. Put the stops in order.")
        case Fault.BEFORE_DEPARTURE:
            text = _("The stop must come after the departure.")
        case Fault.AFTER_RETURN:
            text = _("The stop must come before the return.")
    return str(text)


def _new(suggested: str) -> dict[str, Any]:
    return {"colour": suggested, "own_colour": suggested, "leader_user_id": 0, "buses": [{}]}


def _filled(event: Event, group: VisitGroup) -> dict[str, Any]:
    def clock(instant: datetime | None) -> time | None:
        return instant.astimezone(event.zone).time() if instant else None

    departs = group.departs_at.astimezone(event.zone) if group.departs_at else None
    date = departs.date() if departs else None
    kept = (
        *("letter", "capacity", "reserved", "minimum", "is_step_free", "meeting_point", "notes"),
        *("leader_name", "leader_phone", "guide_name", "guide_phone"),
    )
    return {
        **{name: getattr(group, name) for name in kept},
        "colour": group.colour if group.colour in PALETTE else _OWN,
        "own_colour": group.colour or PALETTE[0],
        "leader_user_id": group.leader_user_id or 0,
        "site": group.site_id,
        "day": next((day.id for day in event.days if day.date == date), 0),
        "departs": clock(group.departs_at),
        "returns": clock(group.returns_at),
        "buses": [
            {
                "id": str(it.id),
                "label": it.label,
                "plate": it.plate,
                "seats": it.seats,
                "driver_name": it.driver_name,
                "driver_phone": it.driver_phone,
            }
            for it in group.buses
        ],
        "stops": [
            {
                "id": str(it.id),
                "name": it.name,
                "name_en": it.name_en,
                "arrives": clock(it.arrives_at),
                "leaves": clock(it.leaves_at),
            }
            for it in group.stops
        ],
    }
