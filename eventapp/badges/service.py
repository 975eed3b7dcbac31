"""Print runs: which badges, in which order, by which template, straight to a stream."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, BinaryIO

from sqlalchemy import Select, func

from eventapp.badges import records, render, shipped
from eventapp.badges.layout import BadgeRecord, design_of
from eventapp.badges.sheets import Settings
from eventapp.badges.template import Template
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.pdf.stream import About
from eventapp.registration.models import COMING, Delegate
from eventapp.registration.search import Selection, select_selection


class Sheet(StrEnum):
    """How badges lie on paper: one a page, or as many as an A4 holds, with crop marks."""

    SINGLE = "single"
    A4 = "a4"


class Order(StrEnum):
    """How badges follow one another; the values are sorts of eventapp.registration.search."""

    NAME = "name"
    DELEGATION = "organisation"


def count(event: Event, selection: Selection) -> int:
    """How many badges a run would print."""
    people = people_of(event, selection, Order.NAME).order_by(None)
    return db.session.scalar(people.with_only_columns(func.count(Delegate.id))) or 0


def print_run(
    event: Event,
    selection: Selection,
    order: Order = Order.NAME,
    template: Template | None = None,
) -> Iterator[BadgeRecord]:
    """The badges of everybody selected who has not cancelled, as the template needs them."""
    template = template or shipped.find(shipped.DEFAULT)
    people = people_of(event, selection, order)
    return (it.record for it in records.read(event, people, template.sources()))


def write(
    event: Event,
    selection: Selection,
    stream: BinaryIO,
    *,
    sheet: Sheet = Sheet.A4,
    order: Order = Order.NAME,
    template: Template | None = None,
) -> int:
    """Write the badges of a selection to a stream as a PDF; how many there were.

    Raises badges.render.NoBadges, and has written nothing then.
    """
    template = template or shipped.find(shipped.DEFAULT)
    design = design_of(template)
    written = render.write(
        print_run(event, selection, order, template),
        stream,
        design=design,
        settings=Settings(paper=sheet.value),
        about=About(event.short_title, event.organiser, "vi"),
    )
    return written.badges


def people_of(event: Event, selection: Selection, order: Order) -> Select[Any]:
    """The delegates of a selection who get a badge, in order."""
    return select_selection(event, selection, order.value).where(
        Delegate.status.in_(COMING), Delegate.anonymised_at.is_(None)
    )
