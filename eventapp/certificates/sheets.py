"""Confirmations of attendance as a kind of paper: for the home office's travel accounts."""

from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from eventapp.certificates import attendance, judging
from eventapp.certificates.sheet_pdf import (
    Attendee,
    NoSheets,
    Sheet,
    SheetDocument,
    SheetLabels,
    write_sheets,
)
from eventapp.documents import heads, people
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.people import Arrangement, Named
from eventapp.documents.whose import DelegationOptions, called, chosen_of, delegation_field
from eventapp.events.dates import date_range
from eventapp.events.models import Event

KIND = "GXN"
"""The short form of the paper's kind, for its number."""
_SHEETS_OF_PREVIEW = 3


class SheetOptions(DelegationOptions):
    """Whose sheet, and its number."""

    delegation = delegation_field()
    number = IntegerField(
        _l("Number of the first paper"),
        [Optional(), NumberRange(1, 999_999, _l("Enter a number from 1 to 999999."))],
        description=_l("The others count on from it. Empty leaves it to be written by hand."),
    )


def write(order: Order, stream: BinaryIO) -> None:
    """Write the sheets that were ordered. Raises NothingToPrint where nobody was there."""
    event = order.event
    with force_locale(order.language):
        paper = SheetDocument(
            title=f"{_('Confirmation of attendance')}: {event.title_in(order.language)}",
            issuer=heads.head_of(event, None).issuer,
            days=tuple(day.date for day in event.days),
            sheets=order.shown(_sheets(order), _SHEETS_OF_PREVIEW),
            signature=heads.signature_of(event, recipients=_recipients(event)),
            labels=SheetLabels(
                kind=_("Confirmation of attendance"),
                number=_("No."),
                name=_("Full name"),
                post=_("Position, organisation"),
                days=_("Days attended"),
                count=_("Days in all"),
                closing=_(
                    "This confirmation is issued for the settlement of travel expenses "
                    "under the regulations in force./."
                ),
            ),
            language=order.language,
        )
        is_written = _written(paper, stream)
    if not is_written:  # said in the language of the page, not of the paper
        raise NothingToPrint(
            _("Nobody of them was scanned in or entered as present, so nothing can be confirmed.")
        )


def _written(paper: SheetDocument, stream: BinaryIO) -> bool:
    try:
        return write_sheets(paper, stream) > 0
    except NoSheets:
        return False


def _recipients(event: Event) -> tuple[str, ...]:
    chosen = heads.signature_of(event).recipients
    return (_("The delegation"), *(it for it in chosen if it != _("Delegates")))


def _sheets(order: Order) -> Iterator[Sheet]:
    """A sheet for each delegation of which somebody was there."""
    event, number = order.event, order.options["number"]
    sessions = attendance.training_sessions(event.id)
    rule = judging.rule_of(event.id)
    known = attendance.record(event, sessions, door_counts=rule.door_counts)
    dates = {day.id: day.date for day in event.days}
    source = people.people(chosen_of(order), Arrangement.DELEGATION)
    written = 0
    for _delegation, of_it in groupby(source, key=lambda it: it.delegation_id):
        present: list[Attendee] = []
        somebody: Named | None = None
        for it in of_it:
            days = tuple(sorted(dates[id_] for id_ in known.days_of(it.id) if id_ in dates))
            if days:
                somebody = it
                office = "" if it.office == it.delegation else it.office
                present.append(Attendee(it.name, it.position, office, days))
        if somebody is not None:
            own = str(number + written) if number else ""
            yield _sheet(order, somebody, tuple(present), own)
            written += 1


def _sheet(order: Order, one: Named, present: tuple[Attendee, ...], number: str) -> Sheet:
    event, language = order.event, order.language
    # Read as it is written, between other texts: the language is set for each.
    with force_locale(language):
        whose = called(one)
        head = heads.head_of(event, KIND, number=number, language=language)
        return Sheet(
            letterhead=head,
            subject=whose,
            opening=_(
                "%(issuer)s confirms that the delegates named below (%(whose)s) attended: "
                "%(title)s; time: %(dates)s; venue: %(venue)s.",
                issuer=head.issuer,
                whose=f"{whose[:1].lower()}{whose[1:]}",
                title=event.title_in(language).rstrip("."),
                dates=date_range([day.date for day in event.days], language),
                venue=(event.venue or event.place).rstrip("."),
            ),
            people=present,
            total=_(
                "Total: %(people)s delegates, %(days)s days.",
                people=len(present),
                days=sum(len(it.days) for it in present),
            ),
        )


ATTENDANCE_SHEETS = Kind(
    "attendance-sheets",
    _l("Confirmations of attendance"),
    _l("A sheet for each delegation: who was there on which days, for the home office's accounts."),
    write,
    SheetOptions,
)
