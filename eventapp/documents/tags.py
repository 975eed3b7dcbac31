"""The kind of paper that luggage and seat tags are."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask_babel import force_locale, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from eventapp.documents.buses import BusOptions, boarded, bus_field
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.tags_pdf import LUGGAGE, SEAT, NoTags, Tag, sheet_of, write_tags
from eventapp.events.models import Event
from eventapp.pdf import stocks
from eventapp.pdf.stream import About


class TagOptions(BusOptions):
    """Whose tags, in which form, and whether with their codes."""

    bus = bus_field()
    form = SelectField(_l("Form"), default=LUGGAGE)
    code = BooleanField(_l("With the QR code of the pass"))

    def fill_choices(self, event: Event) -> None:
        """Cut from A4, or on each of the sheets of labels that are known."""
        super().fill_choices(event)
        self.form.choices = [
            (LUGGAGE, _("Luggage tags, cut from A4, with a hole for the string")),
            (SEAT, _("Seat tags, cut from A4 and folded over")),
            *((it.name, f"Avery {', '.join(it.numbers)} ({_size(it)} mm)") for it in stocks.STOCKS),
        ]


def write(order: Order, stream: BinaryIO) -> None:
    """Write the tags that were ordered. Raises NothingToPrint."""
    event, language = order.event, order.language
    form = order.options["form"]
    with force_locale(language):
        shown = order.shown(_tags(order), 2 * sheet_of(form).per_page)
        about = About(
            title=f"{VISIT_TAGS.label}: {event.short_title_in(language)}",
            author=event.organiser,
            language=language,
        )
        try:
            write_tags(shown, stream, about=about, form=form)
        except NoTags:
            raise NothingToPrint(
                _("Nobody is in these groups yet, so there is no tag to print.")
            ) from None


def _tags(order: Order) -> Iterator[Tag]:
    title = order.event.short_title_in(order.language)
    for it in boarded(order):
        group = it.outing.group
        for person in it.people:
            yield Tag(
                letter=group.letter,
                colour=group.colour,
                bus=it.outing.label,
                name=person.name,
                delegation=person.province or person.office,
                event=title,
                code=person.code if order.options["code"] else "",
            )


def _size(stock: stocks.Stock) -> str:
    sides: Any = (format_decimal(round(it, 1), "0.#") for it in (stock.width, stock.height))
    return " × ".join(sides)


VISIT_TAGS = Kind(
    "visit-tags",
    _l("Luggage and seat tags"),
    _l("Small cards with the group’s letter, the bus, the name and the delegation."),
    write,
    TagOptions,
)
