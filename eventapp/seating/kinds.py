"""The kind of paper that a seating plan is."""

from typing import BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from eventapp.documents.paper import Kind, NothingToPrint, Options, Order
from eventapp.events.models import Event
from eventapp.pdf.stream import About
from eventapp.seating import reading
from eventapp.seating.reading import Shown
from eventapp.seating.seating_pdf import SeatingLabels, SeatingPaper, Sitting, write_seating
from eventapp.text import sort_key


class SeatingOptions(Options):
    """Which hall, on which paper."""

    plan = SelectField(_l("Room"), coerce=int)
    size = SelectField(
        _l("Paper"), choices=[("a4", _l("A4, across")), ("a3", _l("A3, across"))], default="a4"
    )

    def fill_choices(self, event: Event) -> None:
        """The halls that have a plan; 0 where there is none yet."""
        plans = reading.plans(event.id)
        self.plan.choices = [(it.plan.id, it.plan.room.name) for it in plans] or [
            (0, _("No hall has a plan yet."))
        ]
        if self.plan.data is None:
            self.plan.data = self.plan.choices[0][0]


def _write(order: Order, stream: BinaryIO) -> None:
    try:
        shown = reading.show(reading.find(order.event.id, order.options["plan"]))
    except reading.PlanNotFound:
        raise NothingToPrint(
            _("No hall has a plan yet: make one under Protocol, Seating plans.")
        ) from None
    paper = _paper(order.event, shown)
    about = About(
        title=f"{SEATING.label}: {paper.room}",
        author=order.event.organiser,
        language=order.language,
    )
    write_seating(paper, stream, about=about, size=order.options["size"])


def _paper(event: Event, shown: Shown) -> SeatingPaper:
    marks = shown.marks
    seated = {
        seat: Sitting(it.name, marks[it.delegation_id].number)
        for seat, it in shown.seated.items()
        if it.is_coming
    }
    return SeatingPaper(
        title=event.short_title,
        room=shown.plan.room.name,
        hall=shown.plan.hall,
        stage_above=shown.plan.stage == "top",
        seated=seated,
        delegations={it.number: it.name for it in marks.values()},
        by_name=sorted(
            ((it, seat) for seat, it in seated.items()),
            key=lambda it: (sort_key(it[0].name), it[1]),
        ),
        unseated=[Sitting(it.name, marks[it.delegation_id].number) for it in shown.unseated],
        labels=SeatingLabels(
            stage=_("Stage"),
            by_delegation=_("Seats by delegation"),
            by_name=_("Seats by name"),
            unseated=_("Without a seat"),
        ),
    )


SEATING = Kind(
    "seating",
    _l("Seating plan"),
    _l("A hall with everybody’s seat, and lists by delegation and by name."),
    _write,
    SeatingOptions,
)
