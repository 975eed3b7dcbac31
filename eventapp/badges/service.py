"""Print runs: which badges, in which order, as plain records for the renderer."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, BinaryIO

from sqlalchemy import Select, and_, func
from sqlalchemy.orm import aliased

from eventapp.badges import render
from eventapp.badges.layout import BadgeRecord
from eventapp.database import db
from eventapp.events.dates import date_range
from eventapp.events.models import Category, Event
from eventapp.questions.answers import text_of
from eventapp.questions.models import Answer
from eventapp.questions.service import asked
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation
from eventapp.registration.search import Selection, select_selection
from eventapp.visits.models import Allocation, VisitGroup

_ROWS_AT_ONCE = 500
_JOIN = " · "


class Sheet(StrEnum):
    """How badges lie on paper: one a page, or as many as an A4 holds, with crop marks."""

    SINGLE = "single"
    A4 = "a4"


class Order(StrEnum):
    """How badges follow one another; the values are sorts of eventapp.registration.search."""

    NAME = "name"
    DELEGATION = "organisation"


def count(event: Event, selection: Selection) -> int:
    """How many badges a run would print."""
    people = _people(event, selection, Order.NAME).order_by(None)
    return db.session.scalar(people.with_only_columns(func.count(Delegate.id))) or 0


def print_run(
    event: Event, selection: Selection, order: Order = Order.NAME
) -> Iterator[BadgeRecord]:
    """The badges of everybody selected who has not cancelled.

    One query, whose rows are read as the renderer asks for them: the memory that a run takes does
    not grow with the number of badges.
    """
    title, dates = event.short_title, date_range([day.date for day in event.days])
    office, delegation = aliased(Organisation), aliased(Delegation)
    questions = [it for it in asked(event.id, with_retired=True) if it.on_badge]
    answers = [aliased(Answer) for _ in questions]
    query = (
        _people(event, selection, order)
        .join(office, office.id == Delegate.organisation_id)
        .join(delegation, delegation.id == office.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(VisitGroup, VisitGroup.id == Allocation.group_id)
        .with_only_columns(
            Delegate.name,
            Delegate.code,
            Delegate.position,
            office.name.label("office"),
            delegation.name.label("delegation"),
            delegation.is_other,
            Category.name.label("category"),
            Category.colour,
            VisitGroup.letter,
            VisitGroup.bus,
            *(answer.value.label(f"answer_{n}") for n, answer in enumerate(answers)),
        )
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for question, answer in zip(questions, answers, strict=True):
        query = query.outerjoin(
            answer,
            and_(answer.delegate_id == Delegate.id, answer.question_id == question.id),
        )
    for row in db.session.execute(query):
        yield BadgeRecord(
            name=row.name,
            code=row.code,
            category=row.category,
            colour=row.colour,
            event=title,
            dates=dates,
            position=row.position,
            organisation=row.office,
            # A ministry is its own delegation; "others" says nothing about anybody.
            province="" if row.is_other or row.delegation == row.office else row.delegation,
            group=row.letter or "",
            bus=row.bus or "",
            further=_JOIN.join(
                filter(None, map(text_of, questions, row[len(row) - len(answers) :]))
            ),
        )


def write(
    event: Event,
    selection: Selection,
    stream: BinaryIO,
    *,
    sheet: Sheet = Sheet.A4,
    order: Order = Order.NAME,
) -> int:
    """Write the badges of a selection to a stream as a PDF; how many there were.

    Raises badges.render.NoBadges, and has written nothing then.
    """
    return render.write_badges(
        print_run(event, selection, order),
        stream,
        sheet=sheet.value,
        title=event.short_title,
        author=event.organiser,
    )


def _people(event: Event, selection: Selection, order: Order) -> Select[Any]:
    return select_selection(event, selection, order.value).where(
        Delegate.status.in_(COMING), Delegate.anonymised_at.is_(None)
    )
