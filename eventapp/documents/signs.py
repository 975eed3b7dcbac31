"""The kind of paper that windscreen signs are."""

from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from eventapp.documents import buses
from eventapp.documents.buses import BusOptions, Outing, bus_field, outings
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.signs_pdf import NoSigns, Sign, SignSize, write_signs
from eventapp.events.models import Event
from eventapp.pdf.stream import About


class SignOptions(BusOptions):
    """Which buses, on which paper."""

    bus = bus_field()
    size = SelectField(
        _l("Paper"),
        choices=[(SignSize.A4.value, _l("A4, across")), (SignSize.A3.value, _l("A3, across"))],
        default=SignSize.A4.value,
    )


def write(order: Order, stream: BinaryIO) -> None:
    """Write the signs that were ordered, a page each. Raises NothingToPrint."""
    event, language = order.event, order.language
    with force_locale(language):
        shown = order.shown(outings(order))
        about = About(
            title=f"{BUS_SIGNS.label}: {event.short_title_in(language)}",
            author=event.organiser,
            language=language,
        )
        try:
            write_signs(
                (_sign(event, it, language) for it in shown),
                stream,
                about=about,
                size=SignSize(order.options["size"]),
            )
        except NoSigns:
            raise NothingToPrint(
                _("There are no groups yet, so there is no sign to print.")
            ) from None


def _sign(event: Event, outing: Outing, language: str) -> Sign:
    group = outing.group
    departs = buses.moment(event, group.departs_at)
    return Sign(
        letter=group.letter,
        colour=group.colour,
        bus=outing.label,
        site=group.site.name,
        event=event.short_title_in(language),
        departure=str(_("Departs %(time)s", time=departs)) if departs else "",
    )


BUS_SIGNS = Kind(
    "bus-signs",
    _l("Windscreen signs"),
    _l("The group’s letter in its colour and the bus, as large as the paper takes."),
    write,
    SignOptions,
)
