"""Find delegates: by words of their name or office without marks, by facet, in any order.

What is typed into the search box is personal data and stays out of addresses: `Filters.address`
leaves it out, and the list remembers it in the session (see eventapp.reports.delegate_list).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, column, exists, false, func, select, table
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.questions.answers import text_of
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.registration import paging
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Preference,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.registration.paging import DEFAULT_SORT, ordered
from eventapp.text import search_terms

PER_PAGE = 50
MAX_QUERY = 100
MAX_SELECTED = 20_000
NO_GROUP = "none"
NO_ANSWER = "none"
_ANSWER = re.compile(rf"[1-9][0-9]{{0,8}}:([1-9][0-9]{{0,5}}|{NO_ANSWER})")
_CHUNK = 500

# Who sits in which visit group. Visits build on registration, which names their table only here,
# so that one set of filters serves the list, the exports and the badges.
_allocation = table("allocation", column("delegate_id"), column("group_id"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of delegates is narrowed to; a field that is None or empty narrows nothing."""

    q: str = ""
    """Words, each of which must begin a word of the name, office, delegation or e-mail."""
    delegation: int | None = None
    office: str = ""
    """A folded name (`Organisation.name_folded`): the same office of every province."""
    category: int | None = None
    status: Status | None = None
    group: str = ""
    """The id of a visit group, or `NO_GROUP`."""
    day: int | None = None
    session: int | None = None
    """A session that takes enrolment."""
    reprint: str = ""
    """``1``: whose badge is to be printed again."""
    answer: str = ""
    """The id of a choice question, a colon and the key of an option, or `NO_ANSWER`."""

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> "Filters":
        """Filters from a query string or a form; what makes no sense there narrows nothing."""
        group = values.get("group", "")
        status = values.get("status", "")
        return cls(
            q=values.get("q", "").strip()[:MAX_QUERY],
            delegation=_number(values.get("delegation")),
            office=values.get("office", "")[:300],
            category=_number(values.get("category")),
            status=Status(status) if status in set(Status) else None,
            group=group if group == NO_GROUP or _number(group) is not None else "",
            day=_number(values.get("day")),
            session=_number(values.get("session")),
            reprint="1" if values.get("reprint") == "1" else "",
            answer=answer if _ANSWER.fullmatch(answer := values.get("answer", "")) else "",
        )

    @property
    def address(self) -> dict[str, str]:
        """Everything but the free text, for the query string of an address."""
        return replace(self, q="").fields

    @property
    def fields(self) -> dict[str, str]:
        """Everything that narrows, for hidden fields of a form."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Selection:
    """The delegates that an action on a list is meant for: ticked ones, or all that match."""

    ids: tuple[int, ...] | None
    """None for everything that matches the filters."""
    filters: Filters

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Selection":
        """From a form with ``ids`` (repeated), or with the names of `Filters`.

        ``scope`` decides where both are there: ``all`` or ``selected``; without it ticked rows
        win over filters.
        """
        numbers = (_number(text) for text in form.getlist("ids")[:MAX_SELECTED])
        ids = tuple(number for number in numbers if number is not None)
        filters = Filters.parse({field.name: form.get(field.name, "") for field in fields(Filters)})
        scope = form.get("scope", "")
        everything = scope == "all" or (scope != "selected" and not ids)
        return cls(None if everything else ids, filters)

    @property
    def is_empty(self) -> bool:
        """Whether rows were to be ticked and none was."""
        return self.ids == ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; rows have their category, organisation and delegation loaded."""

    rows: Sequence[Delegate]
    total: int
    number: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The place of the first row among all, from 1; 0 on an empty list."""
        return (self.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The place of the last row among all."""
        return (self.number - 1) * self.per_page + len(self.rows)


def find(
    event: Event,
    filters: Filters,
    sort: str = DEFAULT_SORT,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """One page of the delegates that match, in a few queries however many there are.

    An unknown sort is the default one; a page beyond the last is the last.
    """
    # Ids first: the indexes alone answer that, and only the rows of this page are read in full.
    ids, total, number = paging.page(
        event.id,
        _conditions(event.id, filters),
        sort,
        page,
        per_page,
        searches_texts=bool(filters.q),
    )
    found = db.session.scalars(
        select(Delegate).where(Delegate.id.in_(ids)).options(*_WITH_LABELS)
    ).unique()
    by_id = {delegate.id: delegate for delegate in found}
    return Page([by_id[id_] for id_ in ids if id_ in by_id], total, number, per_page)


def select_delegates(
    event: Event, filters: Filters, sort: str = DEFAULT_SORT
) -> Select[tuple[Delegate]]:
    """The delegates that match, in order; loads nothing with them."""
    return ordered(select(Delegate).where(*_conditions(event.id, filters)), sort)


def select_selection(
    event: Event, selection: Selection, sort: str = DEFAULT_SORT
) -> Select[tuple[Delegate]]:
    """The delegates of the event that an action is meant for, in order."""
    return ordered(select(Delegate).where(*_chosen(event, selection)), sort)


def matching_ids(event: Event, selection: Selection, sort: str = DEFAULT_SORT) -> Sequence[int]:
    """The ids of the delegates that an action is meant for, in order."""
    return db.session.scalars(
        ordered(select(Delegate.id).where(*_chosen(event, selection)), sort)
    ).all()


def read_in_full(ids: Sequence[int]) -> Iterator[list[Delegate]]:
    """The delegates with everything that belongs to them, in the order of the ids, by the chunk.

    Forgets each chunk after it was used, so that memory does not grow with the list.
    """
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        found = db.session.scalars(
            select(Delegate).where(Delegate.id.in_(chunk)).options(*_WITH_EVERYTHING)
        ).unique()
        by_id = {delegate.id: delegate for delegate in found}
        rows = [by_id[id_] for id_ in chunk if id_ in by_id]
        yield rows
        for row in rows:
            db.session.expunge(row)


def load(event: Event, delegate_id: int) -> Delegate | None:
    """One delegate of the event with everything that belongs to them."""
    return db.session.scalars(
        select(Delegate)
        .where(Delegate.id == delegate_id, Delegate.event_id == event.id)
        .options(*_WITH_EVERYTHING)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and its answer as text; of a file its name, and its id."""

    label: str
    text: str
    file_id: int | None = None


def answers_of(delegate: Delegate, language: str, *, public: bool = False) -> list[Answered]:
    """What was answered to the event's own questions, in their order; with ``public``, to those
    that delegates are asked."""
    query = (
        select(Question, Answer)
        .join(Answer, Answer.question_id == Question.id)
        .where(Answer.delegate_id == delegate.id)
        .order_by(Question.position, Question.id)
    )
    rows = db.session.execute(query.where(Question.is_public) if public else query)
    return [
        Answered(question.label_in(language), answer.text, answer.value)
        if question.kind == QuestionKind.FILE
        else Answered(question.label_in(language), text_of(question, answer.value, language))
        for question, answer in rows
    ]


def substitute_of(delegate: Delegate) -> Delegate | None:
    """Who stands in for a delegate, the latest of them."""
    return db.session.scalars(
        select(Delegate)
        .where(Delegate.substitutes_id == delegate.id)
        .order_by(Delegate.id.desc())
        .limit(1)
    ).first()


@dataclass(frozen=True, slots=True)
class Facets:
    """What a list can be narrowed by."""

    provinces: Sequence[Delegation]
    others: Sequence[Delegation]
    """Ministries, and the delegation of people from elsewhere."""
    offices: Sequence[tuple[str, str]]
    """(folded name, name), each name once."""


def facets(event: Event) -> Facets:
    """The delegations and offices of the event, in their customary order; two queries."""
    delegations = db.session.scalars(
        select(Delegation)
        .where(Delegation.event_id == event.id)
        .order_by(Delegation.position, Delegation.name)
    ).all()
    offices = db.session.execute(
        select(Organisation.name_folded, func.min(Organisation.name))
        .join(Delegation)
        .where(Delegation.event_id == event.id, ~Organisation.is_typed)
        .group_by(Organisation.name_folded)
        .order_by(func.min(Organisation.position), func.min(Organisation.sort_key))
    ).all()
    return Facets(
        provinces=[it for it in delegations if it.province_code],
        others=[it for it in delegations if not it.province_code],
        offices=[(folded, name) for folded, name in offices],
    )


_WITH_LABELS = (
    joinedload(Delegate.category),
    joinedload(Delegate.organisation).joinedload(Organisation.delegation),
)
_WITH_EVERYTHING = (
    *_WITH_LABELS,
    selectinload(Delegate.days),
    selectinload(Delegate.enrolments),
    selectinload(Delegate.preferences).joinedload(Preference.site),
)


def _chosen(event: Event, selection: Selection) -> list[ColumnElement[bool]]:
    if selection.ids is None:
        return _conditions(event.id, selection.filters)
    return [Delegate.event_id == event.id, Delegate.id.in_(selection.ids)]


def naming(words: str) -> list[ColumnElement[bool]]:
    """What holds for delegates whom these words name: in any order, with marks or without."""
    # A folded term holds no % and no _. The column begins with a space: a term begins a word.
    # The longest first: fewest people have it, and only theirs are compared with the others.
    terms = sorted(search_terms(words), key=len, reverse=True)
    if words and not terms:
        return [false()]  # symbols alone name nobody
    return [Delegate.search_text.like(f"% {term}%") for term in terms]


def _conditions(event_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [Delegate.event_id == event_id, *naming(filters.q)]
    if filters.delegation is not None or filters.office:
        offices = select(Organisation.id).join(Delegation).where(Delegation.event_id == event_id)
        if filters.delegation is not None:
            offices = offices.where(Delegation.id == filters.delegation)
        if filters.office:
            offices = offices.where(Organisation.name_folded == filters.office)
        conditions.append(Delegate.organisation_id.in_(offices))
    if filters.category is not None:
        conditions.append(Delegate.category_id == filters.category)
    if filters.status is not None:
        conditions.append(Delegate.status == filters.status)
    if filters.group:
        seat = exists().where(_allocation.c.delegate_id == Delegate.id)
        if filters.group == NO_GROUP:
            conditions.append(~seat)
        else:
            conditions.append(seat.where(_allocation.c.group_id == int(filters.group)))
    if filters.day is not None:
        conditions.append(_linked(delegate_day, "day_id", filters.day))
    if filters.reprint:
        conditions.append(Delegate.reprint_since.is_not(None))
    if filters.session is not None:
        conditions.append(_linked(enrolment, "session_id", filters.session))
    if filters.answer:
        conditions.append(_answered(*filters.answer.split(":")))
    return conditions


def _answered(question_id: str, key: str) -> ColumnElement[bool]:
    if key == NO_ANSWER:
        return ~exists().where(
            Answer.delegate_id == Delegate.id, Answer.question_id == int(question_id)
        )
    # The key alone, or among several: as JSON it stands in quotation marks.
    return Delegate.id.in_(
        select(Answer.delegate_id).where(
            Answer.question_id == int(question_id), cast(Answer.value, Text).like(f'%"{key}"%')
        )
    )


def _linked(link: Any, name: str, value: int) -> ColumnElement[bool]:
    return exists().where(link.c.delegate_id == Delegate.id, link.c[name] == value)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
