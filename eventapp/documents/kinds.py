"""The kinds of paper that need nothing but this feature and those below it."""

from typing import BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from eventapp.documents import agendas, service
from eventapp.documents.agendas import BOTH, Form
from eventapp.documents.paper import Kind, NothingToPrint, Options, Order
from eventapp.documents.roster_pdf import NoRosters
from eventapp.events.models import Event
from eventapp.programme import published
from eventapp.visits import sites
from eventapp.web.language import LANGUAGES


class AgendaOptions(Options):
    """Form, languages, and whether it is the draft."""

    form = SelectField(
        _l("Form"),
        choices=[
            (Form.OFFICIAL.value, _l("Official (Decree 30/2020)")),
            (Form.COMPACT.value, _l("Compact, to hand out")),
        ],
        default=Form.OFFICIAL.value,
    )
    draft = BooleanField(
        _l("The draft"),
        description=_l("As it is now, marked as a draft, instead of the last published version."),
    )

    def fill_choices(self, event: Event) -> None:
        """One language or both."""
        self.language.choices = [*LANGUAGES.items(), (BOTH, " – ".join(LANGUAGES.values()))]


def _agenda(order: Order, stream: BinaryIO) -> None:
    version = None if order.options["draft"] else published.latest(order.event.id)
    agendas.write(
        order.event,
        stream,
        language=order.language,
        version=version,
        form=Form(order.options["form"]),
    )


class RosterOptions(Options):
    """Which group."""

    group = SelectField(_l("Group"), default="")

    def fill_choices(self, event: Event) -> None:
        """All groups, or one."""
        self.group.choices = [
            ("", _("All groups")),
            *(
                (str(it.id), _("Group %(letter)s: %(site)s", letter=it.letter, site=it.site.name))
                for it in sites.groups_of(event.id)
            ),
        ]


def _rosters(order: Order, stream: BinaryIO) -> None:
    chosen = order.options["group"]
    groups = [it for it in sites.groups_of(order.event.id) if not chosen or str(it.id) == chosen]
    try:
        service.rosters(order.event, list(order.shown(groups, 2)), stream, order.language)
    except NoRosters:
        raise NothingToPrint(
            _("There are no groups yet, so there is no roster to print.")
        ) from None


AGENDA = Kind(
    "agenda",
    _l("Programme"),
    _l("The programme as it was published, or its draft: in the official form, or to hand out."),
    _agenda,
    AgendaOptions,
)
ROSTERS = Kind(
    "rosters",
    _l("Rosters of visit groups"),
    _l("Who is on which bus, to tick off out and back; each group begins a page."),
    _rosters,
    RosterOptions,
)
