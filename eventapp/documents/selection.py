"""Whom a paper is for: what can be chosen of all delegates, and the people it gives."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp.database import db
from eventapp.documents.paper import Options, Order
from eventapp.events.models import Event
from eventapp.registration import ranking, ranks
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation
from eventapp.web.language import current_language

_ROWS_AT_ONCE = 500
MAX_CHOSEN = 500
BY_RANK, BY_DELEGATION = "rank", "delegation"
_ORDERS = {BY_RANK: ranks.BY_RANK, BY_DELEGATION: ranks.BY_DELEGATION}


def _id_or_none(value: Any) -> int | None:
    return int(value) if value else None


class PeopleOptions(Options):
    """Options that narrow all delegates who come to some of them, and put them in order."""

    delegation = SelectField(_l("Province or ministry"), coerce=_id_or_none, default="")
    category = SelectField(_l("Category"), coerce=_id_or_none, default="")
    rank = SelectField(_l("Protocol rank"), coerce=_id_or_none, default="")
    person = SelectMultipleField(
        _l("Only these people"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    order = SelectField(
        _l("Order"),
        choices=[(BY_RANK, _l("Protocol order")), (BY_DELEGATION, _l("Delegation by delegation"))],
        default=BY_RANK,
    )

    def fill_choices(self, event: Event) -> None:
        """The event's delegations, categories and ranks; of people those that were named."""
        language = current_language()
        self.delegation.choices = [
            ("", _("All")),
            *((str(it.id), it.name) for it in ranking.delegations(event.id)),
        ]
        self.category.choices = [
            ("", _("All")),
            *((str(it.id), it.name_in(language)) for it in event.categories),
        ]
        self.rank.choices = [
            ("", _("All")),
            *(
                (
                    str(it.rank),
                    _("up to %(rank)s: %(position)s", rank=it.rank, position=it.spellings[0]),
                )
                for it in ranking.rows(event.id)
            ),
        ]
        chosen = _named(event.id, self.given)
        if chosen:
            self.person.choices = chosen
        else:
            del self.person


def _named(event_id: int, given: MultiDict[str, str] | None) -> Sequence[tuple[str, str]]:
    """(id, name) of the people that were given by their ids, in protocol order."""
    typed = given.getlist("person")[:MAX_CHOSEN] if given else []
    ids = {int(it) for it in typed if it.isascii() and it.isdecimal() and len(it) < 10}
    if not ids:
        return []
    columns: tuple[Any, ...] = (Delegate.id, Delegate.name)
    named = select(*columns).where(Delegate.event_id == event_id, Delegate.id.in_(ids))
    return [(str(it.id), it.name) for it in db.session.execute(_in_order(named, BY_RANK))]


def people(order: Order, *columns: Any) -> Iterator[Any]:
    """These columns of everybody chosen who comes, in order; read as they are asked for.

    Organisation and Delegation are joined.
    """
    options = order.options
    query = _in_order(select(*columns), options["order"]).where(
        Delegate.event_id == order.event.id,
        Delegate.status.in_(COMING),
        Delegate.anonymised_at.is_(None),
    )
    if options["delegation"] is not None:
        query = query.where(Delegation.id == options["delegation"])
    if options["category"] is not None:
        query = query.where(Delegate.category_id == options["category"])
    if options["rank"] is not None:
        query = query.where(Delegate.protocol_rank <= options["rank"])
    if options.get("person"):
        query = query.where(Delegate.id.in_(options["person"]))
    yield from db.session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))


def _in_order(query: Select[Any], order: str) -> Select[Any]:
    return query.join(Delegate.organisation).join(Organisation.delegation).order_by(*_ORDERS[order])
