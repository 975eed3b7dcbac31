"""The kind of paper that name tents are: for delegates, or for the speakers of a session."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField

from eventapp.database import db
from eventapp.documents import heads, selection
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.selection import PeopleOptions
from eventapp.documents.tents_pdf import NoTents, TentRecord, Tents, TentSize, write_tents
from eventapp.events.models import Event
from eventapp.pdf.stream import About
from eventapp.programme.models import Session, Speaker
from eventapp.registration.models import Delegate, Delegation, Organisation
from eventapp.web.language import current_language

_PREVIEWED = 40


def _id_or_none(value: object) -> int | None:
    return int(str(value)) if value else None


class TentOptions(PeopleOptions):
    """How tents look, and whose they are."""

    size = SelectField(
        _l("Card"),
        choices=[
            (TentSize.A4.value, _l("A4, folded")),
            (TentSize.A5.value, _l("A5, folded; two on a sheet")),
        ],
        default=TentSize.A4.value,
    )
    letters = SelectField(
        _l("Letters of the name"),
        choices=[("capitals", _l("Capitals")), ("written", _l("As it is written"))],
        default="capitals",
    )
    session = SelectField(_l("Instead: the speakers of a session"), coerce=_id_or_none, default="")

    def fill_choices(self, event: Event) -> None:
        """The sessions that have speakers, besides what narrows the delegates."""
        super().fill_choices(event)
        language = current_language()
        sessions = db.session.scalars(
            select(Session)
            .where(Session.event_id == event.id, Session.speakers.any())
            .order_by(Session.starts_at, Session.id)
        )
        self.session.choices = [
            ("", _("Nobody’s")),
            *((str(it.id), it.title_in(language)) for it in sessions),
        ]


def _write(order: Order, stream: BinaryIO) -> None:
    records: Iterable[TentRecord] = _speakers(order) if order.options["session"] else _people(order)
    if order.is_preview:
        records = islice(records, _PREVIEWED)
    try:
        write_tents(
            records,
            stream,
            about=About(
                title=f"{NAME_TENTS.label}: {order.event.short_title}",
                author=order.event.organiser,
                language=order.language,
            ),
            tents=Tents(
                size=TentSize(order.options["size"]),
                capitals=order.options["letters"] == "capitals",
                logo=heads.logo_of(order.event),
            ),
        )
    except NoTents:
        raise NothingToPrint(
            _("Nobody to print a name tent for: choose people who come.")
        ) from None


def _people(order: Order) -> Iterator[TentRecord]:
    for row in selection.people(
        order,
        Delegate.name,
        Delegate.position,
        Organisation.name.label("office"),
        Delegation.name.label("delegation"),
        Delegation.is_other,
    ):
        same = row.is_other or row.delegation == row.office
        office = row.office if same else f"{row.office}, {row.delegation}"
        yield TentRecord(row.name, row.position, office)


def _speakers(order: Order) -> Iterator[TentRecord]:
    rows = db.session.execute(
        select(Speaker.name, Speaker.position, Speaker.organisation)
        .where(Speaker.session_id == order.options["session"])
        .order_by(Speaker.order, Speaker.id)
    )
    for row in rows:
        yield TentRecord(row.name, row.position, row.organisation)


NAME_TENTS = Kind(
    "name-tents",
    _l("Name tents"),
    _l("Cards for the tables, folded once, with the name on both sides as large as it fits."),
    _write,
    TentOptions,
)
