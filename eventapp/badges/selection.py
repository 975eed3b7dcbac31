"""Whose badges are printed, and in which order; and how that is kept with a print run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, false, func, select
from sqlalchemy.orm import aliased

from eventapp import text
from eventapp.database import db
from eventapp.events.models import Category, Event
from eventapp.programme.models import Session
from eventapp.registration import ranks, search
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation
from eventapp.registration.search import Filters, Selection
from eventapp.visits.models import Allocation, VisitGroup


class Order(StrEnum):
    """How badges follow one another; who is alike in that, by name in Vietnamese order."""

    NAME = "name"
    DELEGATION = "organisation"
    PROVINCE = "province"
    GROUP = "group"
    CATEGORY = "category"
    PROTOCOL = "protocol"
    REPRINT = "reprint"


class Kind(StrEnum):
    """How the badges of a run were chosen."""

    LIST = "list"  # all that match filters
    TICKED = "ticked"
    AGAIN = "again"  # a whole run once more
    ONE = "one"  # one badge of a run
    CHANGED = "changed"  # what has changed since a run, and who is new
    DESK = "desk"  # one by one, at the desk


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose badges and in which order, as a run remembers it.

    ``filters`` counts only for a list; ``run`` is the number of the run of which it is the rest.
    """

    kind: Kind = Kind.LIST
    filters: Filters = field(default_factory=Filters)
    order: Order = Order.NAME
    run: int | None = None

    @property
    def is_marked(self) -> bool:
        """Whether it is about badges that are marked to be printed again."""
        return self.kind == Kind.LIST and bool(self.filters.reprint)

    def as_data(self) -> dict[str, Any]:
        """As JSON takes it."""
        data: dict[str, Any] = {"kind": self.kind.value, "order": self.order.value}
        if self.filters.fields:
            data["filters"] = self.filters.fields
        if self.run is not None:
            data["run"] = self.run
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Chosen":
        """As `as_data` gave it; what makes no sense is left out."""
        kind, order, run = data.get("kind"), data.get("order"), data.get("run")
        return cls(
            Kind(kind) if kind in set(Kind) else Kind.LIST,
            Filters.parse(data.get("filters") or {}),
            Order(order) if order in set(Order) else Order.NAME,
            run if isinstance(run, int) else None,
        )


def chosen_by(selection: Selection, order: Order) -> Chosen:
    """What a run remembers of a selection: of ticked rows only that they were ticked."""
    if selection.ids is None:
        return Chosen(Kind.LIST, selection.filters, order)
    return Chosen(Kind.TICKED, order=order)


def people(event: Event, selection: Selection, order: Order) -> Select[Any]:
    """The delegates of a selection who get a badge, in order. One query more for provinces."""
    query = search.select_selection(event, selection).order_by(None)
    if selection.is_empty:
        query = query.where(false())
    return in_order(event, coming(query), order)


def coming(query: Select[Any]) -> Select[Any]:
    """Of these delegates those who get a badge: no one who has cancelled or is anonymous."""
    return query.where(Delegate.status.in_(COMING), Delegate.anonymised_at.is_(None))


def count(event: Event, selection: Selection) -> int:
    """How many badges that makes."""
    query = people(event, selection, Order.NAME).order_by(None)
    return db.session.scalar(query.with_only_columns(func.count(Delegate.id))) or 0


def in_order(event: Event, query: Select[Any], order: Order) -> Select[Any]:
    """Delegates in the order that was chosen; brings the tables that it needs."""
    by_name = (Delegate.name_key, Delegate.id)
    if order == Order.REPRINT:
        return query.order_by(Delegate.reprint_since.is_(None), Delegate.reprint_since, *by_name)
    if order == Order.CATEGORY:
        category = aliased(Category)  # who reads badges joins it once more
        return query.join(category, Delegate.category).order_by(
            category.position, category.id, *by_name
        )
    if order == Order.GROUP:
        seat, group = Allocation.__table__.alias(), VisitGroup.__table__.alias()
        return (
            query.outerjoin(seat, seat.c.delegate_id == Delegate.id)
            .outerjoin(group, group.c.id == seat.c.group_id)
            .order_by(
                group.c.letter.is_(None), func.length(group.c.letter), group.c.letter, *by_name
            )
        )
    if order == Order.NAME:
        return query.order_by(*by_name)
    query = query.join(Delegate.organisation).join(Organisation.delegation)
    if order == Order.PROTOCOL:
        return query.order_by(*ranks.BY_RANK)
    if order == Order.DELEGATION:
        return query.order_by(
            Delegation.position,
            Delegation.name,
            Organisation.position,
            Organisation.sort_key,
            Organisation.id,
            *by_name,
        )
    return query.order_by(_by_alphabet(event.id), Delegation.id, *by_name)


def classes_of(event_id: int) -> Sequence[Session]:
    """The sessions that take enrolment, in the order of the programme."""
    return db.session.scalars(
        select(Session)
        .where(Session.event_id == event_id, Session.takes_enrolment)
        .order_by(Session.starts_at, Session.id)
    ).all()


def _by_alphabet(event_id: int) -> Any:
    """Provinces in Vietnamese order, which no database has; after them ministries and others."""
    rows = db.session.execute(
        select(Delegation.id, Delegation.name, Delegation.province_code, Delegation.is_other).where(
            Delegation.event_id == event_id
        )
    ).all()
    in_order = sorted(
        rows, key=lambda it: (it.is_other, it.province_code is None, text.collate(it.name), it.id)
    )
    if not in_order:
        return Delegation.position
    return case({row.id: at for at, row in enumerate(in_order)}, value=Delegation.id)
