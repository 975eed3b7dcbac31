"""What a scan needs to know of people, read for a whole batch at once without building objects."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.sql import Select

from eventapp.checkin.verdicts import Person
from eventapp.database import db
from eventapp.events.models import Category, Site
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.visits.models import Allocation, VisitGroup


@dataclass(frozen=True, slots=True)
class Found:
    """One delegate: what decides, and what is shown."""

    id: int
    code: str
    person: Person
    shown: dict[str, Any]


def statement(event_id: Any) -> Select[Any]:
    """Delegates of an event with all that is shown at a scan, one row each."""
    columns: tuple[Any, ...] = (
        Delegate.id,
        Delegate.code,
        Delegate.name,
        Delegate.position,
        Delegate.status,
        Organisation.name.label("organisation"),
        Delegation.name.label("delegation"),
        Category.id.label("category_id"),
        Category.name.label("category"),
        Category.name_en.label("category_en"),
        Category.colour,
        VisitGroup.id.label("group_id"),
        VisitGroup.letter,
        VisitGroup.bus,
        Site.name.label("site"),
    )
    return (
        select(*columns)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(VisitGroup, VisitGroup.id == Allocation.group_id)
        .outerjoin(Site, Site.id == VisitGroup.site_id)
        .where(Delegate.event_id == event_id)
    )


# Built once: putting them together at every scan costs more than running them.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_CHOSEN = statement(bindparam("event_id")).where(
    Delegate.code.in_(bindparam("codes", expanding=True)) | Delegate.id.in_(_IDS)
)
_DAYS = select(delegate_day.c.delegate_id, delegate_day.c.day_id).where(
    delegate_day.c.delegate_id.in_(_IDS)
)
_SESSIONS = select(enrolment.c.delegate_id, enrolment.c.session_id).where(
    enrolment.c.delegate_id.in_(_IDS)
)


def read(
    event_id: int, codes: Collection[str], ids: Collection[int]
) -> tuple[dict[str, Found], dict[int, Found]]:
    """Delegates by code and by id, in three queries whatever their number."""
    given = {"event_id": event_id, "codes": list(codes), "ids": list(ids)}
    rows = db.session.connection().execute(_CHOSEN, given).all()
    chosen = [row.id for row in rows]
    days = _links(_DAYS, chosen)
    sessions = _links(_SESSIONS, chosen)
    found = [
        Found(
            id=row.id,
            code=row.code,
            person=Person(
                status=Status(row.status),
                group_id=row.group_id,
                day_ids=days.get(row.id, frozenset()),
                session_ids=sessions.get(row.id, frozenset()),
            ),
            shown=show(row),
        )
        for row in rows
    ]
    return {it.code: it for it in found}, {it.id: it for it in found}


def show(row: Any) -> dict[str, Any]:
    """What a device shows of a delegate, as JSON takes it."""
    return {
        "name": row.name,
        "position": row.position,
        "organisation": row.organisation,
        "delegation": row.delegation,
        "category": {
            "id": row.category_id,
            "name": row.category,
            "name_en": row.category_en or row.category,
            "colour": row.colour,
        },
        "group": (
            {"letter": row.letter, "bus": row.bus, "site": row.site}
            if row.group_id is not None
            else None
        ),
    }


def _links(statement: Select[Any], ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    links: dict[int, set[int]] = defaultdict(set)
    for id_, value in db.session.connection().execute(statement, {"ids": list(ids)}):
        links[id_].add(value)
    return {id_: frozenset(values) for id_, values in links.items()}
