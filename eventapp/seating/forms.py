"""The form in which organisers describe a hall."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import Field, IntegerField, SelectField, StringField, SubmitField, ValidationError
from wtforms.fields import HiddenField
from wtforms.validators import InputRequired, Length, NumberRange

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.seating.models import SeatingPlan
from eventapp.seating.service import PlanData
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

MOST = 60


def _id_or_none(value: Any) -> int | None:
    return int(value) if value else None


_SIZE = (
    InputRequired(_l("Enter a number from 1 to 60.")),
    NumberRange(1, MOST, _l("Enter a number from 1 to 60.")),
)


class PlanForm(PageForm):
    """A room as rows of seats."""

    room_id = SelectField(_l("Room"), coerce=int)
    session_id = SelectField(_l("Who is seated"), coerce=_id_or_none)
    rows = IntegerField(_l("Rows"), _SIZE, default=15)
    seats = IntegerField(_l("Seats in a row"), _SIZE, default=20)
    aisles = StringField(
        _l("Aisles"),
        [Length(max=100)],
        description=_l("After which seats, counted from the left: 5, 15"),
    )
    front_rows = IntegerField(
        _l("Front rows by protocol rank"),
        [
            InputRequired(_l("Enter a number from 0 to 60.")),
            NumberRange(0, MOST, _l("Enter a number from 0 to 60.")),
        ],
        default=2,
        description=_l("Behind them delegations sit together, in the order of delegations."),
    )
    stage = SelectField(
        _l("The stage is drawn"), choices=[("top", _l("above")), ("bottom", _l("below"))]
    )
    revision = HiddenField(default="0")
    submit = SubmitField(_l("Save"))

    def __init__(self, event: Event, plan: SeatingPlan | None) -> None:
        """Empty, or filled with a plan, or what was sent."""
        super().__init__(data=_of(plan))
        language = current_language()
        sessions = db.session.scalars(
            select(Session)
            .where(Session.event_id == event.id, Session.takes_enrolment)
            .order_by(Session.starts_at, Session.id)
        )
        self.room_id.choices = [(it.id, it.name) for it in event.rooms]
        self.session_id.choices = [
            ("", _("Everybody who comes")),
            *((str(it.id), it.title_in(language)) for it in sessions),
        ]

    def validate_aisles(self, field: Field) -> None:
        """Numbers with commas between."""
        parts = (field.data or "").replace(";", ",").replace(" ", ",").split(",")
        if not all(it.isascii() and it.isdecimal() and len(it) < 3 for it in parts if it):
            raise ValidationError(_("Write numbers with commas between them: 5, 15"))

    @property
    def read_at(self) -> int:
        """The revision of the plan that the form shows."""
        text = self.revision.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1

    def data_of(self) -> PlanData:
        """What was typed. Call it on a valid form."""
        parts = (self.aisles.data or "").replace(";", ",").replace(" ", ",").split(",")
        return PlanData(
            room_id=self.room_id.data,
            rows=self.rows.data or 1,
            seats=self.seats.data or 1,
            aisles=tuple(int(it) for it in parts if it),
            front_rows=self.front_rows.data or 0,
            stage=self.stage.data,
            session_id=self.session_id.data,
        )


def _of(plan: SeatingPlan | None) -> dict[str, Any]:
    if plan is None:
        return {}
    return {
        "room_id": plan.room_id,
        "session_id": plan.session_id or "",
        "rows": plan.rows,
        "seats": plan.seats,
        "aisles": ", ".join(map(str, plan.aisles)),
        "front_rows": plan.front_rows,
        "stage": plan.stage,
        "revision": str(plan.revision),
    }
