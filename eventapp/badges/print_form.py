"""What can be chosen before badges are printed: whose, in which order, by what, on which paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    FloatField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import NumberRange, Optional, StopValidation

from eventapp.badges import shipped, templates
from eventapp.badges.models import BadgeTemplate
from eventapp.badges.selection import Order, classes_of
from eventapp.badges.sheets import LARGEST_OFFSET, Settings
from eventapp.events.models import Event
from eventapp.pdf import stocks
from eventapp.questions.answers import label_of
from eventapp.questions.models import QuestionKind
from eventapp.questions.service import asked
from eventapp.registration import search
from eventapp.registration.models import Status
from eventapp.registration.search import Filters, Selection
from eventapp.text import clean
from eventapp.visits.sites import groups_of
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language, short_day

_MM = _l("Enter millimetres, such as 2.5.")
_ALL = ("", _l("All"))
ORDERS = {
    Order.NAME: _l("Name, in Vietnamese order"),
    Order.DELEGATION: _l("Delegation by delegation"),
    Order.PROVINCE: _l("Province by province, in Vietnamese order"),
    Order.PROTOCOL: _l("Protocol order"),
    Order.CATEGORY: _l("Category by category"),
    Order.GROUP: _l("Visit group by visit group"),
    Order.REPRINT: _l("Reprint queue: the oldest mark first"),
}
PAPERS = {
    "a4": _l("A4"),
    "a3": _l("A3"),
    "letter": _l("US Letter"),
    "single": _l("One badge a page, for badge printers"),
}


def papers() -> dict[str, str]:
    """What badges can be printed on, by the names of `sheets.Settings.paper`."""
    labels = {
        it.name: f"Avery {', '.join(it.numbers)} ({spoken(it.width)} × {spoken(it.height)} mm)"
        for it in stocks.STOCKS
    }
    return {name: str(label) for name, label in PAPERS.items()} | labels


def spoken(length: float) -> str:
    """A length (mm) to a tenth, as the page's language writes it: 85,7."""
    return str(format_decimal(round(length, 1), "0.#"))


class Millimetres(FloatField):
    """A length; the comma of Vietnamese numbers is understood."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """WTForms' hook: what was typed."""
        try:
            typed = [str(it).strip().replace(",", ".") for it in valuelist]
            super().process_formdata(typed if any(typed) else [])
            if valuelist and not any(typed):
                self.data = None
        except ValueError:
            raise ValueError(str(_MM)) from None


class Given:
    """Asks for a value, wherever it comes from; what could not be understood says so itself."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: object, field: Field) -> None:
        """WTForms' hook."""
        if field.data is None:
            raise StopValidation("" if field.errors else str(self.message))


def _length(label: Any, least: float, most: float, description: Any = "") -> Millimetres:
    return Millimetres(
        label,
        [Given(_MM), NumberRange(least, most, _l("Between %(min)g and %(max)g mm."))],
        description=description,
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )


def _margin(label: Any) -> Millimetres:
    return Millimetres(
        label,
        [Optional(), NumberRange(0, 200, _l("Between %(min)g and %(max)g mm."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )


class PrintForm(PageForm):
    """Filters of the delegate list, an order, a template, and `sheets.Settings`."""

    sent = HiddenField(default="1")  # from this page, with every field
    template = SelectField(_l("Template"), validate_choice=False)
    q = StringField(
        _l("Words of the name or office"),
        filters=[lambda value: clean(value or "")[: search.MAX_QUERY]],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    delegation = SelectField(_l("Province or ministry"))
    office = SelectField(_l("Organisation"))
    category = SelectField(_l("Category"))
    status = SelectField(_l("Status"))
    group = SelectField(_l("Visit group"))
    day = SelectField(_l("Day"))
    session = SelectField(_l("Training"))
    answer = SelectField(_l("Answer"))
    reprint = BooleanField(_l("Only badges that are to be printed again"))
    order = SelectField(_l("Order"), choices=[(it.value, label) for it, label in ORDERS.items()])

    paper = SelectField(_l("Paper"))
    orientation = SelectField(
        _l("Paper lies"),
        choices=[
            ("auto", _l("as more badges fit")),
            ("portrait", _l("upright")),
            ("landscape", _l("across")),
        ],
    )
    duplex = SelectField(
        _l("Both sides"),
        choices=[
            ("off", _l("Front only")),
            ("long", _l("Turned on the long edge")),
            ("short", _l("Turned on the short edge")),
            ("fold", _l("Front and back side by side, to fold")),
        ],
    )
    first = IntegerField(
        _l("Begin at label"),
        [
            Given(_l("Enter a whole number.")),
            NumberRange(1, 500, _l("Between %(min)s and %(max)s.")),
        ],
        description=_l("On a sheet of which some labels are used up. 1 is the first."),
    )
    crop_marks = BooleanField(_l("Cut marks"))
    fold_marks = BooleanField(_l("Fold marks"))
    gap_x = _length(_l("Gap across (mm)"), 0, 100)
    gap_y = _length(_l("Gap down (mm)"), 0, 100)
    margin_top = _margin(_l("Top (mm)"))
    margin_right = _margin(_l("Right (mm)"))
    margin_bottom = _margin(_l("Bottom (mm)"))
    margin_left = _margin(_l("Left (mm)"))
    shift_x = _length(_l("To the right (mm)"), -LARGEST_OFFSET, LARGEST_OFFSET)
    shift_y = _length(_l("Down (mm)"), -LARGEST_OFFSET, LARGEST_OFFSET)
    back_shift_x = _length(_l("Back to the right (mm)"), -LARGEST_OFFSET, LARGEST_OFFSET)
    back_shift_y = _length(_l("Back down (mm)"), -LARGEST_OFFSET, LARGEST_OFFSET)

    def __init__(
        self, event: Event, form: MultiDict[str, str] | None, start: "Start | None" = None
    ) -> None:
        """With what was sent from the page itself, or with what it begins with."""
        self.own = templates.of_event(event.id)
        super().__init__(
            formdata=form, data=start.as_data() if start else None, meta={"csrf": False}
        )
        self.event = event
        self.fill_choices(event, current_language())

    MARGINS = ("margin_top", "margin_right", "margin_bottom", "margin_left")
    FILTERS = ("delegation", "category", "group", "status")
    MORE_FILTERS = ("q", "office", "day", "session", "answer", "reprint")

    def fill_choices(self, event: Event, language: str) -> None:
        """What of the event can be chosen."""
        facets = search.facets(event)
        self.template.choices = _templates(self.own, language)
        self.delegation.choices = [
            _ALL,
            *((str(it.id), it.name) for it in (*facets.provinces, *facets.others)),
        ]
        self.office.choices = [_ALL, *facets.offices]
        self.category.choices = [
            _ALL,
            *((str(it.id), it.name_in(language)) for it in event.categories),
        ]
        self.status.choices = [
            (Status.APPROVED.value, _("Approved")),
            (Status.PENDING.value, _("Awaiting approval")),
            ("", _("Both; never the cancelled")),
        ]
        self.group.choices = [
            _ALL,
            (search.NO_GROUP, _("In no group")),
            *((str(it.id), f"{it.letter} · {it.site.name}") for it in groups_of(event.id)),
        ]
        self.day.choices = [_ALL, *((str(it.id), short_day(it.date)) for it in event.days)]
        self.session.choices = [
            _ALL,
            *((str(it.id), it.title_in(language)) for it in classes_of(event.id)),
        ]
        self.answer.choices = [_ALL, *_answers(event, language)]
        self.paper.choices = list(papers().items())

    def filters(self) -> Filters:
        """Whom the page's fields choose."""
        values = {name: str(self[name].data or "") for name in (*self.FILTERS, *self.MORE_FILTERS)}
        return Filters.parse({**values, "reprint": "1" if self.reprint.data else ""})

    def settings(self) -> Settings:
        """How badges lie on paper. Only after `validate`."""
        margins = [self[name].data for name in self.MARGINS]
        names = (
            *("paper", "orientation", "gap_x", "gap_y", "crop_marks", "fold_marks", "duplex"),
            *("first", "shift_x", "shift_y", "back_shift_x", "back_shift_y"),
        )
        return Settings.from_data(
            {
                **{name: self[name].data for name in names},
                "margins": margins,
            }
        )

    def template_id(self) -> int | None:
        """The template that was chosen; None for that of the program. Raises TemplateNotFound."""
        chosen = self.template.data or ""
        if chosen and not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
            raise templates.TemplateNotFound(chosen)
        return int(chosen) if chosen else None


def _templates(own: Sequence[BadgeTemplate], language: str) -> list[tuple[str, str]]:
    if not own:
        return [("", shipped.find(shipped.DEFAULT).name.in_(language))]
    in_order = sorted(own, key=lambda it: not it.is_default)
    return [(str(it.id), it.name_in(language)) for it in in_order]


def _answers(event: Event, language: str) -> list[tuple[str, str]]:
    return [
        (f"{it.id}:{key}", f"{it.label_in(language)}: {label}")
        for it in asked(event.id, with_retired=True)
        if it.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
        for key, label in (
            *((option["key"], label_of(option, language)) for option in it.options),
            (search.NO_ANSWER, _("No answer")),
        )
    ]


@dataclass(frozen=True, slots=True)
class Start:
    """What the page begins with: from a list of delegates, from an address, from the last time."""

    filters: Filters
    order: Order = Order.NAME
    settings: Settings | None = None
    template: str = ""

    def as_data(self) -> dict[str, Any]:
        """As the form takes it."""
        settings = (self.settings or Settings()).as_data()
        margins = settings.pop("margins")
        return {
            "sent": "1",
            "template": self.template,
            **dict.fromkeys((*PrintForm.FILTERS, *PrintForm.MORE_FILTERS), ""),
            **self.filters.fields,
            "reprint": bool(self.filters.reprint),
            "order": self.order.value,
            **settings,
            "first": 1,
            **dict(zip(PrintForm.MARGINS, margins, strict=True)),
        }


def whom(form: PrintForm, ticked: Sequence[int]) -> Selection:
    """Whom the page chooses: those ticked in a list, or by its fields."""
    return Selection(tuple(ticked), Filters()) if ticked else Selection(None, form.filters())
