"""The kinds of paper that need nothing but this feature and those below it."""

from typing import BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.documents import service
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.roster_pdf import NoRosters
from eventapp.visits import sites


def _agenda(order: Order, stream: BinaryIO) -> None:
    service.agenda(order.event, stream, language=order.language)


def _rosters(order: Order, stream: BinaryIO) -> None:
    groups = sites.groups_of(order.event.id)
    try:
        service.rosters(order.event, groups, stream, order.language)
    except NoRosters:
        raise NothingToPrint(
            _("There are no groups yet, so there is no roster to print.")
        ) from None


AGENDA = Kind(
    "agenda",
    _l("Programme"),
    _l("The programme of the conference in the official form."),
    _agenda,
)
ROSTERS = Kind(
    "rosters",
    _l("Rosters of visit groups"),
    _l("Who is on which bus, to tick off out and back; each group begins a page."),
    _rosters,
)
