"""Forms of the programme. Times are typed as clocks in the event's zone."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TimeField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from eventapp import text
from eventapp.events.models import Day, Event, Room
from eventapp.programme.models import Audience, Session, SessionKind
from eventapp.programme.service import STEP_MINUTES, Places, SessionData, SpeakerData
from eventapp.web.forms import PageForm

KINDS = {
    SessionKind.PLENARY: _l("Plenary session"),
    SessionKind.TRAINING: _l("Training"),
    SessionKind.VISIT: _l("Site visit"),
    SessionKind.BREAK: _l("Break"),
    SessionKind.MEAL: _l("Meal"),
    SessionKind.LOGISTICS: _l("Reception and logistics"),
}

AUDIENCES = {
    Audience.PUBLIC: _l("Everybody"),
    Audience.DELEGATES: _l("Delegates, at their personal link"),
    Audience.TEAM: _l("The team only"),
}

MAX_SPEAKERS = 20
_SPARE_ROWS = 2


def cleaned(value: str | None) -> str:
    """A line of text as it should be stored; a filter of fields."""
    return text.clean(value or "")


_SPEAKER = ("name", "position", "organisation")
_COMPARED = (
    *("title", "title_en", "kind", "day", "starts", "ends", "room", "chair"),
    *("takes_enrolment", "places"),
)


class SpeakerForm(Form):
    """One row of the speakers; an empty row is nobody."""

    name = StringField(_l("Full name"), [Length(max=200)], filters=[cleaned])
    position = StringField(_l("Position"), [Length(max=300)], filters=[cleaned])

    organisation = StringField(_l("Organisation"), [Length(max=300)], filters=[cleaned])

    def validate_name(self, field: StringField) -> None:
        """A position needs somebody who holds it, an organisation somebody who comes from it."""
        if self.position.data and not field.data:
            raise ValidationError(_("Enter the speaker's name, or clear the position."))
        if self.organisation.data and not field.data:
            raise ValidationError(_("Enter the speaker's name, or clear the organisation."))


class SessionForm(PageForm):
    """A session of the programme."""

    day = SelectField(_l("Day"), coerce=int)
    starts = TimeField(_l("From"), [InputRequired(_l("Enter when it starts."))])
    ends = TimeField(_l("To"), [InputRequired(_l("Enter when it ends."))])
    kind = SelectField(_l("Kind"))
    title = StringField(
        _l("Title"),
        [DataRequired(_l("Enter a title.")), Length(max=1000)],
        filters=[cleaned],
    )
    title_en = StringField(
        _l("Title in English"),
        [Length(max=1000)],
        filters=[cleaned],
        description=_l("Left empty, English pages show the Vietnamese title."),
    )
    chair = StringField(_l("Chair"), [Length(max=300)], filters=[cleaned])
    room = SelectField(_l("Room"), coerce=int)
    takes_enrolment = BooleanField(
        _l("Delegates choose this session when they register"),
    )
    places = IntegerField(
        _l("Places"),
        [
            Optional(),
            NumberRange(0, 100_000, _l("Enter a number from 0 to 100,000, or nothing.")),
        ],
        description=_l("For how many delegates; left empty, there is no limit."),
        render_kw={"inputmode": "numeric", "min": 0},
    )
    speakers = FieldList(FormField(SpeakerForm), _l("Speakers"), max_entries=MAX_SPEAKERS)
    revision = HiddenField()
    more_speakers = SubmitField(_l("More speakers"))
    submit = SubmitField(_l("Save"))

    def __init__(
        self, event: Event, session: Session | None = None, places: int | None = None
    ) -> None:
        """For a new session, or filled with one that exists and has so many places."""
        super().__init__(data={**_filled(event, session), "places": places} if session else None)
        for clock in (self.starts, self.ends):
            clock.render_kw = {"step": STEP_MINUTES * 60}
        self.kind.choices = list(KINDS.items())
        self.day.choices = [(day.id, f"{day.date:%d/%m/%Y}") for day in event.days]
        self.room.choices = [(0, _("No room")), *((r.id, r.name) for r in event.rooms)]
        if not self.is_submitted():
            self.add_rows()

    def start_at(self, event: Event, chosen: Mapping[str, str]) -> None:
        """Begin with the day, room and time that were pointed at; what is no such thing is left."""
        for field, rows in ((self.day, event.days), (self.room, event.rooms)):
            wanted = chosen.get(field.short_name, "")
            field.data = next((it.id for it in rows if str(it.id) == wanted), field.data)
        with suppress(ValueError):
            self.starts.data = time.fromisoformat(chosen.get("starts", ""))

    def add_rows(self) -> None:
        """Show two more empty rows for speakers."""
        for _row in range(min(_SPARE_ROWS, MAX_SPEAKERS - len(self.speakers))):
            self.speakers.append_entry()

    def validate_starts(self, field: TimeField) -> None:
        """Times are on the five minutes."""
        _check_step(field)

    def validate_ends(self, field: TimeField) -> None:
        """The end is on the five minutes and after the start."""
        _check_step(field)
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError(_("The end must come after the start."))

    def saved_otherwise(
        self, event: Event, session: Session, places: int | None
    ) -> list[tuple[str, str]]:
        """What is saved of a session where other things were typed: labels, and values in words."""
        saved = {**_filled(event, session), "places": places}
        rows = [{key: it[key] for key in _SPEAKER} for it in self.speakers.data if it["name"]]
        typed = {**self.data, "speakers": rows}
        if typed["places"] is None and self.places.raw_data is None:
            typed["places"] = places  # the form did not ask
        return [
            (str(self[name].label.text), self._in_words(name, saved[name]))
            for name in (*_COMPARED, "speakers")
            if typed[name] != saved[name]
        ]

    def _in_words(self, name: str, value: Any) -> str:
        if name == "speakers":
            value = "; ".join(", ".join(filter(None, it.values())) for it in value)
        elif name == "takes_enrolment":
            value = _("yes") if value else _("no")
        elif isinstance(value, time):
            value = f"{value:%H:%M}"
        elif isinstance(self[name], SelectField):
            value = dict(self[name].choices).get(value, value)
        return "–" if value in (None, "") else str(value)

    def places_set(self) -> Places | None:
        """The places that were typed; None where the form did not ask."""
        return Places(self.places.data) if self.places.raw_data is not None else None

    def session(self, event: Event) -> SessionData:
        """What was typed, as the service takes it. Call it on a valid form."""
        day = next(day for day in event.days if day.id == self.day.data)
        starts, ends = self.starts.data, self.ends.data
        if starts is None or ends is None:
            raise ValueError("the form is not valid")
        return SessionData(
            day_id=day.id,
            kind=SessionKind(self.kind.data),
            title=self.title.data or "",
            title_en=self.title_en.data or "",
            chair=self.chair.data or "",
            room_id=self.room.data or None,
            starts_at=datetime.combine(day.date, starts, event.zone),
            ends_at=datetime.combine(day.date, ends, event.zone),
            takes_enrolment=bool(self.takes_enrolment.data),
            speakers=tuple(
                SpeakerData(row["name"], row["position"], row["organisation"])
                for row in self.speakers.data
                if row["name"]
            ),
        )


class RoomForm(PageForm):
    """A room: its name and how many it holds."""

    name = StringField(
        _l("Name of the room"),
        [DataRequired(_l("Enter the room's name.")), Length(max=120)],
        filters=[cleaned],
    )
    capacity = IntegerField(
        _l("Seats"),
        [
            Optional(),
            NumberRange(1, 100_000, _l("Enter a number of seats, 1 or more, or leave it empty.")),
        ],
    )

    def __init__(self, room: Room | None = None) -> None:
        """For a new room, or filled with one that exists."""
        super().__init__(obj=room)


class HoursForm(PageForm):
    """From when to when sessions take place on a day."""

    opens_at = TimeField(_l("From"), [Optional()])
    closes_at = TimeField(_l("To"), [Optional()])

    def __init__(self, day: Day | None = None) -> None:
        """For a new day, or filled with one that exists."""
        super().__init__(obj=day)

    def validate_closes_at(self, field: TimeField) -> None:
        """A day closes after it opens."""
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(_("The end must come after the start."))

    @property
    def hours(self) -> tuple[time | None, time | None]:
        """What was typed; None is any time."""
        return self.opens_at.data, self.closes_at.data


class DayForm(HoursForm):
    """A new day of the event."""

    date = DateField(_l("Date"), [InputRequired(_l("Enter a date."))])


def _check_step(field: TimeField) -> None:
    if field.data and (field.data.minute % STEP_MINUTES or field.data.second):
        raise StopValidation(_("Choose a time in steps of five minutes."))


def _filled(event: Event, session: Session) -> dict[str, Any]:
    return {
        "day": session.day_id,
        "starts": session.starts_at.astimezone(event.zone).time(),
        "ends": session.ends_at.astimezone(event.zone).time(),
        "kind": session.kind,
        "title": session.title,
        "title_en": session.title_en,
        "chair": session.chair,
        "room": session.room_id or 0,
        "takes_enrolment": session.takes_enrolment,
        "speakers": [
            {"name": s.name, "position": s.position, "organisation": s.organisation}
            for s in session.speakers
        ],
        "revision": session.revision,
    }
