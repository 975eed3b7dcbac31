"""What badges say, read for the renderer: one query, and only what the template shows."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from eventapp.badges.layout import BadgeRecord
from eventapp.badges.models import DelegatePhoto
from eventapp.badges.template import GROUP_COLOUR, OF_EVENT, Language, key_of
from eventapp.database import db
from eventapp.events.dates import date_range
from eventapp.events.models import Category, Day, Event, Site
from eventapp.mail import links
from eventapp.programme.models import Session
from eventapp.questions.answers import text_of
from eventapp.questions.models import Answer, Question
from eventapp.questions.service import asked
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    delegate_day,
    enrolment,
)
from eventapp.visits.models import Allocation, Bus, VisitGroup
from eventapp.web.language import phone

_ROWS_AT_ONCE = 500
_JOIN = " · "


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record, and whose it is."""

    delegate_id: int
    delegation_id: int
    record: BadgeRecord


class Reader:
    """Reads badges of an event with the texts of some keys; what all have in common, once."""

    def __init__(self, event: Event, keys: Collection[str]) -> None:
        self._makers = _makers(event, keys)
        self._lists = _lists(event, keys)

    def stream(self, people: Select[Any]) -> Iterator[Numbered]:
        """The badges of delegates in the order of the query, read as they are asked for."""
        query = _of(people).execution_options(yield_per=_ROWS_AT_ONCE)
        for rows in db.session.execute(query).partitions():
            yield from self._records(rows)

    def some(self, people: Select[Any]) -> list[Numbered]:
        """The badges of a few delegates, in the order of the query."""
        return list(self._records(db.session.execute(_of(people)).all()))

    def _records(self, rows: Sequence[Row[Any]]) -> Iterator[Numbered]:
        ids = [row.id for row in rows]
        lookups = {name: load(ids) for name, load in self._lists.items()}
        for row in rows:
            values = {key: text for key, make in self._makers.items() if (text := make(row))}
            for key, lookup in lookups.items():
                if found := lookup.get(row.id):
                    values[key] = found
            yield Numbered(
                row.id,
                row.delegation_id,
                BadgeRecord(row.code, row.category, row.colour, values, row.photo or ""),
            )


def read(event: Event, people: Select[Any], keys: Collection[str]) -> Iterator[Numbered]:
    """The badges of a selection of delegates, in its order, with the texts of these keys.

    One query more for each of days, classes and answers, where the template shows them. Rows are
    read as the renderer asks for them: memory does not grow with the number of badges.
    """
    return Reader(event, keys).stream(people)


def fingerprint(record: BadgeRecord) -> str:
    """A hash of everything that a badge shows, 32 characters: another one is another badge."""
    shown = (
        record.code,
        record.category,
        record.colour,
        record.photo if "photo" in record.values else "",
        *(part for pair in sorted(record.values.items()) for part in pair),
    )
    return hashlib.blake2b("\0".join(shown).encode(), digest_size=16).hexdigest()


def _of(people: Select[Any]) -> Select[Any]:
    office, delegation = aliased(Organisation), aliased(Delegation)
    read: Any = (
        people.join(office, office.id == Delegate.organisation_id)
        .join(delegation, delegation.id == office.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(VisitGroup, VisitGroup.id == Allocation.group_id)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .outerjoin(Site, Site.id == VisitGroup.site_id)
        .outerjoin(DelegatePhoto, DelegatePhoto.delegate_id == Delegate.id)
        .with_only_columns(
            Delegate.id,
            Delegate.name,
            Delegate.code,
            Delegate.position,
            office.name.label("office"),
            delegation.id.label("delegation_id"),
            delegation.name.label("delegation"),
            delegation.is_other,
            Category.name.label("category"),
            Category.name_en.label("category_en"),
            Category.colour,
            VisitGroup.letter,
            VisitGroup.colour.label("group_colour"),
            Bus.label.label("bus"),
            Site.name.label("site"),
            DelegatePhoto.digest.label("photo"),
        )
    )
    joined: Select[Any] = read
    return joined


_Row = Row[Any]


def _makers(event: Event, keys: Collection[str]) -> dict[str, Callable[[_Row], str]]:
    """How the texts of these keys come from a row of the query, as far as they do."""
    dates = date_range([day.date for day in event.days])
    # Texts, not the event: a long run outlives the session that the event was read in.
    title, title_en, venue = event.short_title, event.short_title_in("en"), event.venue
    organiser, contact = event.organiser, _contact(event)
    web = _web(event) if "web" in keys else ""
    made: dict[str, Callable[[_Row], str]] = {
        "name": lambda row: str(row.name),
        "position": lambda row: str(row.position),
        "organisation": lambda row: str(row.office),
        # A ministry is its own delegation; "others" says nothing about anybody.
        "province": lambda row: (
            "" if row.is_other or row.delegation == row.office else str(row.delegation)
        ),
        "category": lambda row: str(row.category),
        "category@en": lambda row: row.category_en or str(row.category),
        "event": lambda _row: title,
        "event@en": lambda _row: title_en,
        "dates": lambda _row: dates,
        "dates@en": lambda _row: dates,
        "venue": lambda _row: venue,
        "venue@en": lambda _row: venue,
        "organiser": lambda _row: organiser,
        "contact": lambda _row: contact,
        "web": lambda _row: web,
        "group": lambda row: row.letter or "",
        GROUP_COLOUR: lambda row: row.group_colour or "",
        "bus": lambda row: row.bus or "",
        "site": lambda row: row.site or "",
        "site@en": lambda row: row.site or "",
        "photo": lambda row: row.photo or "",
        "code": lambda row: str(row.code),
    }
    return {key: make for key, make in made.items() if key in keys}


def _contact(event: Event) -> str:
    number = phone(event.contact_phone) if event.contact_phone else ""
    known = (event.contact_name, number, event.contact_email)
    return _JOIN.join(it for it in known if it)


def _web(event: Event) -> str:
    """The address of the public page, as people type it."""
    return links.absolute("events.show", event=event).partition("://")[2].rstrip("/")


_Lookup = Mapping[int, str]


def _lists(event: Event, keys: Collection[str]) -> dict[str, Callable[[list[int]], _Lookup]]:
    """How texts of which a delegate may have several are found, for many delegates at once."""
    found: dict[str, Callable[[list[int]], _Lookup]] = {}
    for language in Language:
        days, classes = _keyed("days", language), _keyed("class", language)
        if days in keys:
            found[days] = _days
        if classes in keys:
            found[classes] = lambda ids, language=language: _classes(ids, language)  # type: ignore[misc]
    numbers = {int(key.removeprefix("question:")) for key in keys if key.startswith("question:")}
    if not numbers and "further" not in keys:
        return found
    questions = asked(event.id, with_retired=True)
    on_badge = [it for it in questions if it.on_badge]
    if "further" in keys and on_badge:
        found["further"] = lambda ids: _answers(ids, on_badge)
    for question in questions:
        if question.id in numbers:
            found[f"question:{question.id}"] = lambda ids, it=question: _answers(ids, [it])  # type: ignore[misc]
    return found


def _keyed(source: str, language: Language) -> str:
    return source if language == Language.VI else f"{source}@{language}"


def _days(ids: list[int]) -> _Lookup:
    """``16/11, 17/11``."""
    rows = db.session.execute(
        select(delegate_day.c.delegate_id, Day.date)
        .join(Day, Day.id == delegate_day.c.day_id)
        .where(delegate_day.c.delegate_id.in_(ids))
        .order_by(Day.date)
    )
    return _joined(((id_, f"{day:%d/%m}") for id_, day in rows), ", ")


def _classes(ids: list[int], language: str) -> _Lookup:
    title = func.coalesce(func.nullif(Session.title_en, ""), Session.title)
    shown: ColumnElement[str] = title if language == Language.EN else Session.title  # type: ignore[assignment]
    rows = db.session.execute(
        select(enrolment.c.delegate_id, shown)
        .join(Session, Session.id == enrolment.c.session_id)
        .where(enrolment.c.delegate_id.in_(ids))
        .order_by(Session.starts_at, Session.id)
    )
    return _joined(((id_, title) for id_, title in rows), _JOIN)


def _answers(ids: list[int], questions: list[Question]) -> _Lookup:
    by_id = {it.id: it for it in questions}
    rows = db.session.execute(
        select(Answer.delegate_id, Answer.question_id, Answer.value).where(
            and_(Answer.delegate_id.in_(ids), Answer.question_id.in_(by_id))
        )
    ).all()
    place = {id_: at for at, id_ in enumerate(by_id)}
    rows = sorted(rows, key=lambda row: place[row.question_id])
    texts = ((row.delegate_id, text_of(by_id[row.question_id], row.value)) for row in rows)
    return _joined(texts, _JOIN)


def _joined(found: Iterator[tuple[int, str]], by: str) -> _Lookup:
    texts: dict[int, list[str]] = {}
    for id_, text in found:
        if text:
            texts.setdefault(id_, []).append(text)
    return {id_: by.join(them) for id_, them in texts.items()}


def of_event(event: Event) -> dict[str, str]:
    """The texts that are the same on all badges of the event, by their keys."""
    keys = {key_of(source, language) for source in OF_EVENT for language in Language}
    # Their makers look at no row.
    return {key: make(None) for key, make in _makers(event, keys).items()}  # type: ignore[arg-type]
