"""What a scan needs to know of people, read for a whole batch at once without building objects."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, null, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select

from eventapp.checkin.models import WalkIn
from eventapp.checkin.one_of import one_of_ids, one_of_texts
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
from eventapp.visits.models import Allocation, Bus, VisitGroup

_Replaced = aliased(Delegate)
Links = Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Found:
    """One delegate: what decides, and what is shown."""

    id: int
    code: str
    person: Person
    shown: dict[str, Any]


def statement(event_id: Any) -> Select[Any]:
    """Delegates of an event with all that is shown at a scan, one row each."""
    return _shown().where(Delegate.event_id == event_id)


def _shown() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Delegate.id,
        Delegate.code,
        Delegate.name,
        Delegate.position,
        Delegate.status,
        Delegate.merged_into_id,
        Delegate.reprint_since,
        _Replaced.name.label("substitutes"),
        Organisation.name.label("organisation"),
        Delegation.name.label("delegation"),
        Category.id.label("category_id"),
        Category.name.label("category"),
        Category.name_en.label("category_en"),
        Category.colour,
        VisitGroup.id.label("group_id"),
        VisitGroup.letter,
        Bus.label.label("bus"),
        Site.name.label("site"),
    )
    return (
        select(*columns)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(VisitGroup, VisitGroup.id == Allocation.group_id)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .outerjoin(Site, Site.id == VisitGroup.site_id)
        .outerjoin(_Replaced, _Replaced.id == Delegate.substitutes_id)
    )


# Built once: putting them together at every scan costs more than running them.
# The rows stay as they are until the scan is written: nobody is let in on a code that goes to
# somebody else meanwhile, and where somebody is can be read and written without a second scan of
# theirs in between. In the order of ids, as whoever locks several does. SQLite has one writer.
_CHOSEN = (
    _shown()
    # Plus nothing: or SQLite goes through everybody at the event rather than look a few up.
    .where(Delegate.event_id + 0 == bindparam("event_id"))
    .where(or_(one_of_texts(Delegate.code, "codes"), one_of_ids(Delegate.id, "ids")))
    .order_by(Delegate.id)
    .with_for_update(key_share=True, of=Delegate)
)
_WRITTEN = select(WalkIn.code, WalkIn.delegate_id).where(
    WalkIn.event_id == bindparam("event_id"),
    one_of_texts(WalkIn.code, "codes"),
    WalkIn.delegate_id.is_not(None),
)
_LINKS = (
    select(delegate_day.c.delegate_id, delegate_day.c.day_id, null())
    .where(one_of_ids(delegate_day.c.delegate_id, "ids"))
    .union_all(
        select(enrolment.c.delegate_id, null(), enrolment.c.session_id).where(
            one_of_ids(enrolment.c.delegate_id, "ids")
        )
    )
)


def read(
    event_id: int, codes: Collection[str], ids: Collection[int]
) -> tuple[dict[str, Found], dict[int, Found]]:
    """Delegates by code and by id, locked, in two queries whatever their number.

    A registration that was merged into another one is that one, under either code and either id;
    where there are such, one query more.
    """
    read_rows = {row.id: row for row in _rows(event_id, codes, ids)}
    written = _written(event_id, set(codes) - {row.code for row in read_rows.values()})
    if written:
        read_rows |= {row.id: row for row in _rows(event_id, (), set(written.values()))}
    while ahead := _merged_into(read_rows.values()) - read_rows.keys():
        read_rows |= {row.id: row for row in _rows(event_id, (), ahead)}
        if ahead - read_rows.keys():
            break  # of another event, which cannot be
    merged = [row for row in read_rows.values() if row.merged_into_id is not None]
    rows = [row for row in read_rows.values() if row.merged_into_id is None]
    days, sessions = _links([row.id for row in rows])
    found = [
        Found(
            id=row.id,
            code=row.code,
            person=Person(
                status=Status(row.status),
                group_id=row.group_id,
                day_ids=days.get(row.id, frozenset()),
                session_ids=sessions.get(row.id, frozenset()),
                category_id=row.category_id,
            ),
            shown=show(row),
        )
        for row in rows
    ]
    by_code, by_id = {it.code: it for it in found}, {it.id: it for it in found}
    for row in merged:
        last = row
        while last.merged_into_id in read_rows:
            last = read_rows[last.merged_into_id]
        if last.id in by_id:
            by_code[row.code] = by_id[row.id] = by_id[last.id]
    by_code |= {code: by_id[id_] for code, id_ in written.items() if id_ in by_id}
    return by_code, by_id


def _written(event_id: int, codes: Collection[str]) -> dict[str, int]:
    """Whose badges these codes were written on at the door before it was known that they were
    registered; asked only for codes that nobody has."""
    if not codes:
        return {}
    given = {"event_id": event_id, "codes": list(codes)}
    rows: Any = db.session.connection().execute(_WRITTEN, given)
    return dict(rows.all())


def _merged_into(rows: Iterable[Any]) -> set[int]:
    return {row.merged_into_id for row in rows if row.merged_into_id is not None}


def _rows(event_id: int, codes: Collection[str], ids: Collection[int]) -> Sequence[Any]:
    given = {"event_id": event_id, "codes": list(codes), "ids": list(ids)}
    return db.session.connection().execute(_CHOSEN, given).all()


def show(row: Any) -> dict[str, Any]:
    """What a device shows of a delegate, as JSON takes it."""
    return {
        "id": row.id,
        "code": row.code,
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
            {"letter": row.letter, "bus": row.bus or "", "site": row.site}
            if row.group_id is not None
            else None
        ),
        "substitutes": row.substitutes,
        "reprint": row.reprint_since is not None,
    }


def _links(ids: Collection[int]) -> tuple[Links, Links]:
    """Days and sessions, by delegate."""
    days: dict[int, set[int]] = defaultdict(set)
    sessions: dict[int, set[int]] = defaultdict(set)
    for id_, day_id, session_id in db.session.connection().execute(_LINKS, {"ids": list(ids)}):
        if day_id is not None:
            days[id_].add(day_id)
        else:
            sessions[id_].add(session_id)
    return _frozen(days), _frozen(sessions)


def _frozen(links: Mapping[int, set[int]]) -> Links:
    return {id_: frozenset(values) for id_, values in links.items()}
