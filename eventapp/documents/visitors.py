"""Who is in which visit group and bus, in protocol order, as papers of site visits name them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from eventapp.database import db
from eventapp.documents.people import full_name, whole_office
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation, Province
from eventapp.registration.ranks import BY_RANK
from eventapp.visits.models import Allocation, Bus

_AT_ONCE = 500
TAKES_PART = (Delegate.status.in_(COMING), Delegate.anonymised_at.is_(None))
"""What holds of whoever is on such a paper."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a seat. ``bus`` is what theirs is called, empty where they have none; phones
    are E.164."""

    id: int
    name: str
    position: str
    office: str
    delegation: str
    is_other: bool
    province_kind: str | None
    phone: str
    needs: str
    needs_step_free: bool
    code: str
    group_id: int
    bus_id: int | None
    bus: str | None

    @property
    def whole_office(self) -> str:
        """The office with the delegation, if that says more: "Sở Nội vụ, tỉnh Bắc Ninh"."""
        if self.is_other:
            return self.office
        return whole_office(self.office, self.delegation, self.province_kind)

    @property
    def province(self) -> str:
        """The delegation as it is called with its province's kind; nothing for others."""
        return "" if self.is_other else full_name(self.delegation, self.province_kind)


def of_group(group_id: int) -> list[Visitor]:
    """Everybody in a group."""
    return list(_read(Allocation.group_id == group_id))


def of_delegation(event_id: int, delegation_id: int) -> list[Visitor]:
    """Everybody of a delegation who is in a group."""
    return list(_read(Delegate.event_id == event_id, Delegation.id == delegation_id))


def _read(*conditions: ColumnElement[bool]) -> Iterator[Visitor]:
    columns: tuple[Any, ...] = (
        Delegate.id,
        Delegate.name,
        Delegate.position,
        Organisation.name,
        Delegation.name,
        Delegation.is_other,
        Province.kind,
        Delegate.phone,
        Delegate.needs,
        Delegate.needs_step_free,
        Delegate.code,
        Allocation.group_id,
        Allocation.bus_id,
        Bus.label,
    )
    rows = db.session.execute(
        select(*columns)
        .join(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .outerjoin(Province, Province.code == Delegation.province_code)
        .where(*TAKES_PART, *conditions)
        .order_by(*BY_RANK)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield Visitor(*row)


def counts(group_ids: Sequence[int]) -> dict[int, int]:
    """Group → how many `of_group` gives."""
    rows = db.session.execute(
        select(Allocation.group_id, func.count())
        .join(Delegate, Delegate.id == Allocation.delegate_id)
        .where(Allocation.group_id.in_(group_ids), *TAKES_PART)
        .group_by(Allocation.group_id)
    )
    return {row[0]: row[1] for row in rows}
