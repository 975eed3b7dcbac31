"""Forms of organisers about devices and checkpoints."""

import re
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from eventapp.checkin.checkpoints import CheckpointData, all_checkpoints
from eventapp.checkin.devices import LINK_HOURS, MAX_AT_ONCE, MAX_HOURS, MAX_NAME
from eventapp.checkin.models import Checkpoint, CheckpointKind, Device, Leg, Passage, Rights
from eventapp.checkin.names import KINDS, LEADER, LEGS, PASSAGES, RIGHTS
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.registration.fields import NOT_CHOSEN, Ticks, at_most, cleaned
from eventapp.visits.boarding import labels_of
from eventapp.visits.models import Stop, VisitGroup
from eventapp.web.forms import PageForm
from eventapp.web.language import clock, current_language, short_day

_NUMBERED = re.compile(r"(.*?)\s*([0-9]{1,4})", re.ASCII)


class DeviceForm(PageForm):
    """A device that is there: what it is called, what it may do, and where."""

    name = StringField(
        _l("Where the device stands"),
        [DataRequired(_l("Enter a name, for example Main door 1.")), at_most(MAX_NAME)],
        filters=[cleaned],
    )
    rights = RadioField(_l("What it may do"), choices=list(RIGHTS.items()))
    checkpoint_ids = Ticks(
        _l("Only at these checkpoints"),
        coerce=int,
        description=_l("None ticked: at all of them."),
    )

    def __init__(self, event: Event, device: Device | None = None) -> None:
        given: dict[str, Any] = {"rights": Rights.STEWARD}
        if device is not None:
            given = {
                "name": device.name,
                "rights": device.rights,
                "checkpoint_ids": [it.id for it in device.checkpoints],
            }
        self.event = event
        self._leads = device is not None and device.rights == Rights.LEADER
        super().__init__(data=given)
        self._offer()

    def _offer(self) -> None:
        language = current_language()
        if self._leads:  # where its groups are, and nothing else
            self.rights.choices = [(Rights.LEADER, LEADER)]
            self.checkpoint_ids.choices = []
            return
        self.checkpoint_ids.choices = [
            (it.id, it.name_in(language)) for it in all_checkpoints(self.event.id)
        ]

    def validate_checkpoint_ids(self, field: Field) -> None:
        """What is not in the list any more was removed since the page was opened."""
        if field.errors:
            self.say_gone()

    def say_gone(self) -> None:
        """Say beside the field that a chosen checkpoint was removed, and offer those there are."""
        self._offer()
        self.checkpoint_ids.errors = [
            _(
                "A checkpoint that was chosen has been removed meanwhile. Choose again where this "
                "device may scan."
            )
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service takes."""
        return {
            "rights": Rights(self.rights.data),
            "checkpoint_ids": self.checkpoint_ids.data or [],
        }


class NewDevicesForm(DeviceForm):
    """One or several new devices."""

    count = IntegerField(
        _l("How many"),
        [
            InputRequired(_l("Enter a number from 1 to 50.")),
            NumberRange(1, MAX_AT_ONCE, _l("Enter a number from 1 to 50.")),
        ],
        description=_l("Several are numbered: Main door 1, Main door 2 …"),
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_AT_ONCE},
    )
    hours = IntegerField(
        _l("For how many hours the link works"),
        [
            InputRequired(_l("Enter a number from 1 to 720.")),
            NumberRange(1, MAX_HOURS, _l("Enter a number from 1 to 720.")),
        ],
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_HOURS},
    )
    submit = SubmitField(_l("Make the link"))

    def __init__(self, event: Event) -> None:
        super().__init__(event)
        if self.count.raw_data is None:
            self.count.data = 1
        if self.hours.raw_data is None:
            self.hours.data = LINK_HOURS

    @property
    def names(self) -> list[str]:
        """A name for each of them, going on from a number at the end of what was typed."""
        name, count = self.name.data or "", self.count.data or 1
        if count == 1:
            return [name]
        numbered = _NUMBERED.fullmatch(name)
        stem, first = (numbered[1], int(numbered[2])) if numbered else (name, 1)
        stem = stem[: MAX_NAME - 6]
        return [f"{stem} {number}".strip() for number in range(first, first + count)]


class ProgrammeForm(PageForm):
    """Make the checkpoints that the programme calls for."""

    with_times = BooleanField(
        _l("With opening times by the programme"),
        description=_l(
            "The door two hours before the first session, a class 45 minutes before it begins, a "
            "meal half an hour before and after, a bus an hour before it departs. At other times "
            "nobody is admitted there."
        ),
    )
    submit = SubmitField(_l("Make those that the programme needs"))


class CheckpointForm(PageForm):
    """A checkpoint."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter a name, for example Main door.")), at_most(200)],
        filters=[cleaned],
    )
    name_en = StringField(_l("Name in English"), [at_most(200)], filters=[cleaned])
    kind = RadioField(_l("Kind of checkpoint"), choices=list(KINDS.items()))
    day_id = SelectField(
        _l("Day"), coerce=int, description=_l("For a door or a meal: who comes on that day.")
    )
    session_id = SelectField(
        _l("Class or meal"),
        coerce=int,
        description=_l("For a class: who is enrolled in it. For a meal: which one it is."),
    )
    group_id = SelectField(
        _l("Visit group"), coerce=int, description=_l("For a bus: who has a seat in it.")
    )
    leg = SelectField(
        _l("On the way of the group"),
        description=_l("For a bus: when the roll is called there."),
    )
    passage = RadioField(_l("How often somebody passes"), choices=list(PASSAGES.items()))
    category_ids = Ticks(
        _l("Only these categories"), coerce=int, description=_l("None ticked: all of them.")
    )
    opens_at = DateTimeLocalField(
        _l("Open from"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )
    closes_at = DateTimeLocalField(
        _l("Open until"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )

    def __init__(self, event: Event, checkpoint: Checkpoint | None = None) -> None:
        self.event = event
        super().__init__(data=_of(event, checkpoint))
        self._offer()

    def _offer(self) -> None:
        event, language = self.event, current_language()
        self.day_id.choices = [
            (NOT_CHOSEN, _("Every day")),
            *((it.id, short_day(it.date)) for it in event.days),
        ]
        self.session_id.choices = [
            (NOT_CHOSEN, "–"),
            *(
                (it.id, f"{short_day(it.starts_at)}, {clock(it.starts_at)}: {_title(it, language)}")
                for it in _sessions(event.id)
            ),
        ]
        self.group_id.choices = [(NOT_CHOSEN, "–"), *_groups(event.id)]
        self.leg.choices = [
            (Leg.DEPARTURE, LEGS[Leg.DEPARTURE]),
            *_stops(event.id),
            (Leg.RETURN, LEGS[Leg.RETURN]),
        ]
        self.category_ids.choices = [(it.id, it.name_in(language)) for it in event.categories]

    def say_gone(self, name: str) -> None:
        """Say beside a field that what was chosen is not there any more, and offer what is."""
        db.session.expire(self.event)
        self._offer()
        self[name].errors = [_("Choose one of the list.")]

    def validate_session_id(self, field: Field) -> None:
        """A class has its session."""
        if self.kind.data == CheckpointKind.TRAINING and not field.data:
            raise ValidationError(_("Choose the class."))

    def validate_group_id(self, field: Field) -> None:
        """A bus has its group."""
        if self.kind.data == CheckpointKind.BUS and not field.data:
            raise ValidationError(_("Choose the visit group."))

    def validate_leg(self, field: Field) -> None:
        """A stop is one of the group."""
        stop = (field.data or "").partition(":")[2]
        if field.errors or self.kind.data != CheckpointKind.BUS or not stop:
            return
        if db.session.scalar(select(Stop.group_id).filter_by(id=int(stop))) != self.group_id.data:
            raise ValidationError(_("Choose a stop of this group."))

    def validate_closes_at(self, field: Field) -> None:
        """It does not close before it opens."""
        if field.data and self.opens_at.data and field.data <= self.opens_at.data:
            raise ValidationError(_("Enter a time after the one from which it is open."))

    @property
    def data_of_checkpoint(self) -> CheckpointData:
        """What the service takes."""
        leg, _colon, stop = (self.leg.data or Leg.DEPARTURE).partition(":")
        return CheckpointData(
            kind=CheckpointKind(self.kind.data),
            name=self.name.data or "",
            name_en=self.name_en.data or "",
            day_id=self.day_id.data or None,
            session_id=self.session_id.data or None,
            group_id=self.group_id.data or None,
            leg=Leg(leg),
            stop_id=int(stop) if stop else None,
            passage=Passage(self.passage.data),
            category_ids=self.category_ids.data or (),
            opens_at=self._instant(self.opens_at.data),
            closes_at=self._instant(self.closes_at.data),
        )

    def _instant(self, typed: datetime | None) -> datetime | None:
        return typed.replace(tzinfo=self.event.zone) if typed else None


def _of(event: Event, it: Checkpoint | None) -> dict[str, Any]:
    if it is None:
        return {"kind": CheckpointKind.DOOR, "passage": Passage.ONCE, "leg": Leg.DEPARTURE}
    return {
        "name": it.name,
        "name_en": it.name_en,
        "kind": it.kind,
        "day_id": it.day_id or NOT_CHOSEN,
        "session_id": it.session_id or NOT_CHOSEN,
        "group_id": it.group_id or NOT_CHOSEN,
        "leg": f"{it.leg}:{it.stop_id}" if it.stop_id else it.leg or Leg.DEPARTURE,
        "passage": it.passage,
        "category_ids": [category.id for category in it.categories],
        "opens_at": it.opens_at and it.opens_at.astimezone(event.zone),
        "closes_at": it.closes_at and it.closes_at.astimezone(event.zone),
    }


def _sessions(event_id: int) -> list[Session]:
    return list(
        db.session.scalars(
            select(Session)
            .where(Session.event_id == event_id)
            .order_by(Session.starts_at, Session.id)
        )
    )


def _title(session: Session, language: str) -> str:
    title = session.title_in(language)
    return title if len(title) <= 80 else f"{title[:79]}…"


def _stops(event_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Stop.id, VisitGroup.letter, Stop.name)
        .join(VisitGroup, VisitGroup.id == Stop.group_id)
        .where(VisitGroup.event_id == event_id)
        .order_by(func.length(VisitGroup.letter), VisitGroup.letter, Stop.position, Stop.id)
    )
    return [(f"{Leg.STOP}:{id_}", f"{letter} – {name}") for id_, letter, name in rows]


def _groups(event_id: int) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(VisitGroup.id, VisitGroup.letter)
        .where(VisitGroup.event_id == event_id)
        .order_by(VisitGroup.letter)
    ).all()
    buses = labels_of([it.id for it in rows])
    return [
        (id_, " – ".join(filter(None, (letter, ", ".join(buses.get(id_, ()))))))
        for id_, letter in rows
    ]
