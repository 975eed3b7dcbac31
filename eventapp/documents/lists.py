"""The lists of delegates: by delegation, by office, in protocol order; for signing; of one."""

from collections.abc import Iterator
from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from eventapp.documents import heads, people
from eventapp.documents.list_pdf import (
    Heading,
    ListDocument,
    ListLabels,
    Person,
    write_list,
)
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.people import Arrangement, Chosen, Named
from eventapp.documents.whose import (
    DelegationOptions,
    called,
    chosen_of,
    delegation_field,
    pending_field,
)
from eventapp.events.dates import date_range
from eventapp.events.models import Event
from eventapp.registration.models import Delegation, Organisation

_ROWS_OF_PREVIEW = 200


class ListOptions(DelegationOptions):
    """Whose list, in which order, and whether people sign it."""

    order = SelectField(
        _l("Order"),
        choices=[
            (Arrangement.DELEGATION.value, _l("By province and ministry")),
            (Arrangement.OFFICE.value, _l("By office")),
            (Arrangement.RANK.value, _l("In protocol order")),
        ],
        default=Arrangement.DELEGATION.value,
    )
    delegation = delegation_field()
    signing = BooleanField(_l("With a column to sign in"))
    pending = pending_field()


def write(order: Order, stream: BinaryIO) -> None:
    """Write the list that was ordered. Raises NothingToPrint if nobody is on it."""
    options, event = order.options, order.event
    chosen = chosen_of(order)
    total = people.count(chosen)
    if not total:
        raise NothingToPrint(_("Nobody is on this list: nobody has been approved yet."))
    arrangement = Arrangement(options["order"])
    with force_locale(order.language):
        shown = order.shown(people.people(chosen, arrangement), _ROWS_OF_PREVIEW)
        paper = ListDocument(
            letterhead=heads.head_of(event, "DS", language=order.language),
            subject=_subject(event, chosen, order.language),
            rows=_rows(shown, chosen, arrangement),
            total=_("The list has %(number)s delegates.", number=total),
            labels=_labels(),
            with_offices=_with_offices(chosen, arrangement),
            for_signing=options["signing"],
            dates=date_range([day.date for day in event.days], order.language),
            venue=event.venue or event.place,
            signature=heads.signature_of(event),
            language=order.language,
        )
        write_list(paper, stream)


def _with_offices(chosen: Chosen, arrangement: Arrangement) -> bool:
    """Whether each line says the office: not where headings do, or where all are of one."""
    if arrangement is Arrangement.OFFICE:
        return False
    return chosen.delegation_id is None or len(people.counts_by(Organisation.id, chosen)) > 1


def _subject(event: Event, chosen: Chosen, language: str) -> tuple[str, ...]:
    title = event.title_in(language)
    if chosen.delegation_id is None:
        return (title,)
    # Whoever is first says how their delegation is called.
    first = next(people.people(chosen, Arrangement.RANK))
    return (called(first), title)


def _labels() -> ListLabels:
    return ListLabels(
        kind=_("List of delegates"),
        number=_("No."),
        name=_("Full name"),
        position=_("Position"),
        office=_("Office"),
        signature=_("Received (signature)"),
        on=_("Time:"),
        at=_("Venue:"),
    )


def _rows(
    source: Iterator[Named], chosen: Chosen, arrangement: Arrangement
) -> Iterator[Person | Heading]:
    if arrangement is Arrangement.RANK or (
        chosen.delegation_id is not None and arrangement is Arrangement.DELEGATION
    ):
        whole = chosen.delegation_id is None
        for it in source:
            yield Person(it.name, it.position, it.whole_office if whole else it.office)
        return
    by_delegation = people.counts_by(Delegation.id, chosen)
    by_office = people.counts_by(Organisation.id, chosen)
    delegation, office, number = None, None, 0
    for it in source:
        if it.delegation_id != delegation:
            delegation, office, number = it.delegation_id, None, number + 1
            if chosen.delegation_id is None:
                name = f"{roman(number)}. {it.province[:1].upper()}{it.province[1:]}"
                yield Heading(_with_count(name, by_delegation[delegation]))
        if arrangement is Arrangement.OFFICE and it.office_id != office:
            office = it.office_id
            if it.office != it.delegation:
                yield Heading(_with_count(it.office, by_office[office]), level=2)
        yield Person(it.name, it.position, it.office)


def _with_count(name: str, number: int) -> str:
    text: str = _("%(name)s: %(number)s delegates", name=name, number=number)
    return text


_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"))


def roman(number: int) -> str:
    """A number in Roman figures, as the parts of official papers have.

    >>> roman(14), roman(28), roman(49)
    ('XIV', 'XXVIII', 'XLIX')
    """
    text = ""
    for value, figure in _ROMAN:
        text += figure * (number // value)
        number %= value
    return text + "I" * number


LIST = Kind(
    "delegates",
    _l("List of delegates"),
    _l("By province, by office or in protocol order; for signing; or the list of one delegation."),
    write,
    ListOptions,
)
