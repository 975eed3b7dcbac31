"""Which delegates stand on a page of a list, without sorting all that match.

Two things keep a page of 100,000 as quick as one of 100: an order that begins with something many
have in common (an office, a category, a status) is walked by these, of which counting tells where
the page falls; and a page in the second half is read from the end.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from eventapp.database import db
from eventapp.events.models import Category
from eventapp.registration import ranks
from eventapp.registration.models import Delegate, Delegation, Organisation

DEFAULT_SORT = "name"
SORTS = (DEFAULT_SORT, "protocol", "organisation", "category", "status", "registered")
"""Orders of a list; ``-name`` and so on turn one around."""

_FEW = 1_000
_BY_NAME = (Delegate.name_key, Delegate.id)
_BY_OFFICE = (
    Delegation.position,
    Delegation.name,
    Organisation.position,
    Organisation.sort_key,
    Organisation.id,
)
_COLUMNS: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "protocol": ranks.BY_RANK,
    "organisation": (*_BY_OFFICE, *_BY_NAME),
    "category": (Category.position, Category.id, *_BY_NAME),
    "status": (Delegate.status, *_BY_NAME),
    "registered": (Delegate.created_at, Delegate.id),
}
_IN_COMMON: dict[str, InstrumentedAttribute[Any]] = {
    "organisation": Delegate.organisation_id,
    "category": Delegate.category_id,
    "status": Delegate.status,
}


def ordered(statement: Select[Any], sort: str) -> Select[Any]:
    """By the columns of the sort; people who are alike in those, by name."""
    name = sort.removeprefix("-")
    if name in ("organisation", "protocol"):
        statement = statement.join(Delegate.organisation).join(Organisation.delegation)
    elif name == "category":
        statement = statement.join(Delegate.category)
    return statement.order_by(*_directed(_COLUMNS.get(name, _BY_NAME), _is_backwards(sort)))


def page(
    event_id: int,
    conditions: Sequence[ColumnElement[bool]],
    sort: str,
    number: int,
    per_page: int,
    *,
    searches_texts: bool = False,
) -> tuple[Sequence[int], int, int]:
    """The ids on a page in their order, how many match, and which page it is.

    An unknown sort is the default one; a page beyond the last is the last. ``searches_texts`` says
    that the conditions look into the search text, which is in an index of its own.
    """
    name = sort.removeprefix("-")
    if name in _IN_COMMON or name == "protocol":
        # By this condition ``ix_delegate_counted`` is found.
        counting = conditions if searches_texts else [*conditions, Delegate.id > 0]
        return _page_by_buckets(event_id, conditions, counting, sort, number, per_page)
    columns = _COLUMNS.get(name, _BY_NAME)
    total = db.session.scalar(select(func.count(Delegate.id)).where(*conditions)) or 0
    number = _within(number, total, per_page)
    ids = _window(conditions, columns, sort, (number - 1) * per_page, per_page, total)
    return ids, total, number


def _page_by_buckets(
    event_id: int,
    conditions: Sequence[ColumnElement[bool]],
    counting: Sequence[ColumnElement[bool]],
    sort: str,
    number: int,
    per_page: int,
) -> tuple[Sequence[int], int, int]:
    name = sort.removeprefix("-")
    sizes = _ranks_of_delegations(event_id, counting) if name == "protocol" else {}
    if name != "protocol":
        column = _IN_COMMON[name]
        counted = select(column, func.count(Delegate.id)).where(*counting).group_by(column)
        sizes = dict(db.session.execute(counted).all())
    total = sum(sizes.values())
    number = _within(number, total, per_page)
    parts = _parts(_in_order(event_id, sort, sizes), sizes, (number - 1) * per_page, per_page)
    whole = [bucket for bucket, _offset, limit in parts if limit == sizes[bucket]]
    ids: list[int] = []
    for bucket, offset, limit in parts:
        if limit < sizes[bucket]:  # the first of the page, or the last
            within = [*conditions, _is_in(name, bucket)]
            ids += _window(within, _BY_NAME, sort, offset, limit, sizes[bucket])
        elif bucket == whole[0]:  # with all the others that are on the page as they are: few
            among = or_(*(_is_in(name, it) for it in whole))
            these = select(Delegate.id).where(*conditions, among)
            ids += db.session.scalars(ordered(these, sort)).all()
    return ids, total, number


def _in_order(event_id: int, sort: str, sizes: Mapping[Any, int]) -> list[Any]:
    """What people have in common, in the order of the list."""
    name, backwards = sort.removeprefix("-"), _is_backwards(sort)
    if name == "status":
        return sorted(sizes, reverse=backwards)
    if name == "protocol":
        of_event = select(Delegation.id).where(Delegation.event_id == event_id)
        found = db.session.scalars(of_event.order_by(Delegation.position, Delegation.name))
        place = {it: at for at, it in enumerate(found)}
        return sorted(sizes, key=lambda it: (it[0], place[it[1]]), reverse=backwards)
    if name == "category":
        query = select(Category.id).where(Category.event_id == event_id)
        columns: Sequence[Any] = (Category.position, Category.id)
    else:
        query = select(Organisation.id).join(Delegation).where(Delegation.event_id == event_id)
        columns = _BY_OFFICE
    found = db.session.scalars(query.order_by(*_directed(columns, backwards)))
    return [it for it in found if it in sizes]


def _ranks_of_delegations(
    event_id: int, conditions: Sequence[ColumnElement[bool]]
) -> dict[tuple[int, int], int]:
    """How many of each rank there are in each delegation."""
    of_office: dict[int, int] = dict(
        db.session.execute(
            select(Organisation.id, Organisation.delegation_id)
            .join(Organisation.delegation)
            .where(Delegation.event_id == event_id)
        ).all()
    )
    columns = (Delegate.organisation_id, Delegate.protocol_rank)
    counted = select(*columns, func.count(Delegate.id)).where(*conditions).group_by(*columns)
    sizes: Counter[tuple[int, int]] = Counter()
    for office, rank, number in db.session.execute(counted):
        sizes[rank, of_office[office]] += number
    return sizes


def _is_in(name: str, bucket: Any) -> ColumnElement[bool]:
    if name != "protocol":
        return _IN_COMMON[name] == bucket
    rank, delegation_id = bucket
    offices = select(Organisation.id).where(Organisation.delegation_id == delegation_id)
    return and_(Delegate.protocol_rank == rank, Delegate.organisation_id.in_(offices))


def _parts(
    buckets: Sequence[Any], sizes: Mapping[Any, int], offset: int, limit: int
) -> list[tuple[Any, int, int]]:
    """(bucket, how many of it come before, how many are wanted) of each that the page touches."""
    parts = []
    for bucket in buckets:
        size = sizes[bucket]
        if offset < size and limit > 0:
            wanted = min(limit, size - offset)
            parts.append((bucket, offset, wanted))
            limit -= wanted
        offset = max(0, offset - size)
    return parts


def _window(
    conditions: Sequence[ColumnElement[bool]],
    columns: Sequence[Any],
    sort: str,
    offset: int,
    limit: int,
    total: int,
) -> Sequence[int]:
    """So many ids after so many, of ``total`` that match: from the end that is nearer."""
    backwards, query = _is_backwards(sort), select(Delegate.id).where(*conditions)
    if total == 0:
        return []
    if total <= _FEW:
        # Put in order here: told of an order or a limit, databases walk along everybody. Both
        # order these columns by code point, too.
        found = db.session.execute(query.add_columns(*columns)).all()
        in_order = sorted(found, key=lambda row: row[1:], reverse=backwards)
        return [row.id for row in in_order[offset : offset + limit]]
    limit = min(limit, total - offset)
    from_the_end = offset > total // 2
    ids = db.session.scalars(
        query.order_by(*_directed(columns, backwards != from_the_end))
        .limit(limit)
        .offset(total - offset - limit if from_the_end else offset)
    ).all()
    return ids[::-1] if from_the_end else ids


def _directed(columns: Sequence[Any], backwards: bool) -> list[Any]:
    return [it.desc() if backwards else it.asc() for it in columns]


def _is_backwards(sort: str) -> bool:
    # The newest first.
    return sort.startswith("-") != (sort.removeprefix("-") == "registered")


def _within(number: int, total: int, per_page: int) -> int:
    return min(max(number, 1), max(1, -(-total // per_page)))
