"""Delegates as papers name them: in protocol order, read by the hundred, in bounded memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.models import (
    COMING,
    Delegate,
    Delegation,
    Organisation,
    Province,
    Status,
)
from eventapp.registration.ranks import BY_DELEGATION, BY_OFFICE, BY_RANK
from eventapp.text import fold

_AT_ONCE = 500


class Arrangement(StrEnum):
    """In which order people come, and what they are grouped by."""

    DELEGATION = "delegation"
    OFFICE = "office"
    RANK = "rank"


_ORDERS: dict[Arrangement, Sequence[Any]] = {
    Arrangement.DELEGATION: BY_DELEGATION,
    Arrangement.OFFICE: BY_OFFICE,
    Arrangement.RANK: BY_RANK,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a paper is about: of all delegations or one, approved or whoever is expected."""

    event_id: int
    delegation_id: int | None = None
    with_pending: bool = False
    delegate_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A delegate, and where they belong."""

    id: int
    name: str
    position: str
    office_id: int
    office: str
    delegation_id: int
    delegation: str
    is_other: bool
    province_kind: str | None

    @property
    def province(self) -> str:
        """The delegation as it is called with its province's kind: "tỉnh Bắc Ninh"."""
        return full_name(self.delegation, self.province_kind)

    @property
    def whole_office(self) -> str:
        """The office with the delegation, if that says more: "Sở Nội vụ, tỉnh Bắc Ninh", but
        "Tỉnh ủy Bắc Ninh"."""
        if self.is_other:
            return self.office
        return whole_office(self.office, self.delegation, self.province_kind)


def full_name(delegation: str, province_kind: str | None) -> str:
    """A delegation's name with the kind of its province before it; a ministry's is its own.

    >>> full_name("Bắc Ninh", "tỉnh"), full_name("Bộ Tài chính", None)
    ('tỉnh Bắc Ninh', 'Bộ Tài chính')
    """
    if not province_kind or delegation.casefold().startswith(province_kind.casefold()):
        return delegation
    return f"{province_kind} {delegation}"


def whole_office(office: str, delegation: str, province_kind: str | None) -> str:
    """An office with its delegation, if that says more.

    >>> whole_office("Sở Nội vụ", "Bắc Ninh", "tỉnh")
    'Sở Nội vụ, tỉnh Bắc Ninh'
    >>> whole_office("Tỉnh ủy Bắc Ninh", "Bắc Ninh", "tỉnh")
    'Tỉnh ủy Bắc Ninh'
    """
    if f" {fold(office)}".endswith(f" {fold(delegation)}"):
        return office
    return f"{office}, {full_name(delegation, province_kind)}"


def count(chosen: Chosen) -> int:
    """How many they are."""
    query = _joined(select(func.count(Delegate.id)), chosen)
    return db.session.scalar(query) or 0


def counts_by(column: Any, chosen: Chosen) -> dict[int, int]:
    """How many they are by delegation or by office: its id, and their number."""
    rows = db.session.execute(
        _joined(select(column, func.count(Delegate.id)), chosen).group_by(column)
    )
    return {row[0]: row[1] for row in rows}


def people(chosen: Chosen, arrangement: Arrangement) -> Iterator[Named]:
    """They, in that order; one query, read as it is used."""
    query = _joined(
        select(
            Delegate.id,
            Delegate.name,
            Delegate.position,
            Organisation.id,
            Organisation.name,
            Delegation.id,
            Delegation.name,
            Delegation.is_other,
            Province.kind,
        ),
        chosen,
    ).order_by(*_ORDERS[arrangement])
    for row in db.session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield Named(*row)


def delegations(event: Event) -> Sequence[tuple[int, str]]:
    """The event's delegations as (id, name), in the order of lists."""
    rows = db.session.execute(
        select(Delegation.id, Delegation.name)
        .where(Delegation.event_id == event.id)
        .order_by(Delegation.position, Delegation.name)
    )
    return [(row.id, row.name) for row in rows]


def _joined(query: Any, chosen: Chosen) -> Any:
    statuses = COMING if chosen.with_pending else (Status.APPROVED,)
    conditions: list[ColumnElement[bool]] = [
        Delegate.event_id == chosen.event_id,
        Delegate.status.in_(statuses),
        Delegate.anonymised_at.is_(None),
    ]
    if chosen.delegation_id is not None:
        conditions.append(Delegation.id == chosen.delegation_id)
    if chosen.delegate_ids is not None:
        conditions.append(Delegate.id.in_(chosen.delegate_ids))
    return (
        query.select_from(Delegate)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .outerjoin(Province, Province.code == Delegation.province_code)
        .where(*conditions)
    )
