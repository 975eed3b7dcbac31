"""Badges straight to a stream: which, in which order, by which template. Nothing is remembered."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

from eventapp.badges import examples, images, records, render, selection, shipped
from eventapp.badges.layout import BadgeRecord, design_of
from eventapp.badges.records import Numbered
from eventapp.badges.selection import Order
from eventapp.badges.sheets import Settings
from eventapp.badges.template import Template
from eventapp.events.models import Event
from eventapp.pdf.stream import About
from eventapp.registration.search import Selection

count = selection.count


def print_run(
    event: Event,
    whom: Selection,
    order: Order = Order.NAME,
    template: Template | None = None,
) -> Iterator[BadgeRecord]:
    """The badges of everybody selected who has not cancelled, as the template needs them."""
    template = template or shipped.find(shipped.DEFAULT)
    people = selection.people(event, whom, order)
    return (it.record for it in records.read(event, people, template.sources()))


def warm_up() -> None:
    """Read the fonts and tables that the first badge would have to wait for."""
    design = design_of(shipped.find(shipped.DEFAULT))
    record = examples.usual(("", ""), {})
    render.write([record], BytesIO(), design=design, settings=Settings(), about=About("", ""))


def write(
    event: Event,
    whom: Selection,
    stream: BinaryIO,
    *,
    sheet: Settings | None = None,
    order: Order = Order.NAME,
    template: Template | None = None,
    wanted: Callable[[Iterator[Numbered]], Iterator[Numbered]] = lambda numbered: numbered,
) -> int:
    """Write the badges of a selection to a stream as a PDF; how many there were.

    ``wanted`` may leave some out. Raises badges.render.NoBadges, and has written nothing then.
    """
    template = template or shipped.find(shipped.DEFAULT)
    people = selection.people(event, whom, order)
    numbered = wanted(records.read(event, people, template.sources()))
    written = render.write(
        (it.record for it in numbered),
        stream,
        design=design_of(template),
        settings=sheet or Settings(),
        about=About(event.short_title, event.organiser, "vi"),
        pictures=images.pictures_for(event),
    )
    return written.badges
