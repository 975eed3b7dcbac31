"""Delegates as a table: the columns, their headings by language, and the rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from flask_babel import get_locale, lazy_gettext
from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.questions.answers import text_of
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.questions.service import asked
from eventapp.registration.models import Delegate, Status
from eventapp.registration.search import read_in_full
from eventapp.tables.writing import Cell, write_csv, write_xlsx
from eventapp.web.language import phone

SEPARATOR = "; "
STATUS_NAMES = {
    Status.PENDING: lazy_gettext("Awaiting approval"),
    Status.APPROVED: lazy_gettext("Approved"),
    Status.WAITLISTED: lazy_gettext("On the waitlist"),
    Status.OFFERED: lazy_gettext("Place offered"),
    Status.REFUSED: lazy_gettext("Refused"),
    Status.CANCELLED: lazy_gettext("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; ``value`` is given a delegate read in full, and the language."""

    key: str
    heading: Any
    width: int
    """In characters."""
    value: Callable[[Delegate, str], Cell]


@dataclass(frozen=True, slots=True)
class ExtraColumn:
    """A column that another feature knows: values by delegate id, asked for a chunk at a time."""

    heading: Any
    width: int
    values: Callable[[Sequence[int]], Mapping[int, Cell]]


def _local(delegate: Delegate, name: str) -> Cell:
    value = getattr(delegate, name)
    return (
        value.astimezone(delegate.event.zone).replace(tzinfo=None, second=0, microsecond=0)
        if value
        else None
    )


COLUMNS: tuple[Column, ...] = (
    Column("name", lazy_gettext("Full name"), 28, lambda it, _: it.name),
    Column("position", lazy_gettext("Position"), 30, lambda it, _: it.position),
    Column(
        "delegation",
        lazy_gettext("Province or ministry"),
        22,
        lambda it, _: it.organisation.delegation.name,
    ),
    Column("office", lazy_gettext("Organisation"), 36, lambda it, _: it.organisation.name),
    Column(
        "category",
        lazy_gettext("Category"),
        16,
        lambda it, lang: it.category.name_in(lang),
    ),
    Column("email", lazy_gettext("E-mail"), 30, lambda it, _: it.email),
    Column("phone", lazy_gettext("Telephone"), 16, lambda it, _: phone(it.phone)),
    Column(
        "days",
        lazy_gettext("Days"),
        24,
        lambda it, _: SEPARATOR.join(f"{day.date:%d/%m/%Y}" for day in it.days),
    ),
    Column(
        "training",
        lazy_gettext("Training"),
        30,
        lambda it, lang: SEPARATOR.join(
            one_line(session.title_in(lang)) for session in it.enrolments
        ),
    ),
    Column(
        "wishes",
        lazy_gettext("Site visit wishes"),
        40,
        lambda it, _: SEPARATOR.join(wish.site.name for wish in it.preferences),
    ),
    Column("diet", lazy_gettext("Diet"), 20, lambda it, _: it.diet),
    Column("needs", lazy_gettext("Special needs"), 24, lambda it, _: it.needs),
    Column(
        "needs_step_free",
        lazy_gettext("Way without steps"),
        14,
        lambda it, _: "x" if it.needs_step_free else "",
    ),
    Column("status", lazy_gettext("Status"), 14, lambda it, _: str(STATUS_NAMES[it.status])),
    Column("language", lazy_gettext("Language"), 10, lambda it, _: it.language),
    Column("code", lazy_gettext("Pass code"), 16, lambda it, _: it.code),
    Column(
        "registered",
        lazy_gettext("Registered at"),
        17,
        lambda it, _: _local(it, "created_at"),
    ),
    Column(
        "cancelled",
        lazy_gettext("Cancelled at"),
        17,
        lambda it, _: _local(it, "cancelled_at"),
    ),
    Column(
        "reason",
        lazy_gettext("Reason for cancelling"),
        24,
        lambda it, _: it.cancel_reason,
    ),
)


def write(
    stream: IO[bytes],
    event: Event,
    ids: Sequence[int],
    kind: str,
    extras: Sequence[ExtraColumn] = (),
) -> None:
    """Write these delegates, in this order, as ``xlsx`` or ``csv``, in the current language."""
    extras = (*question_columns(event), *extras)
    headings = [str(it.heading) for it in COLUMNS] + [str(it.heading) for it in extras]
    widths = [it.width for it in COLUMNS] + [it.width for it in extras]
    if kind == "csv":
        write_csv(stream, headings, _rows(ids, extras))
    else:
        write_xlsx(stream, event.short_title, headings, widths, _rows(ids, extras))


def question_columns(event: Event) -> list[ExtraColumn]:
    """A column for each of the event's own questions, in the language of the page."""
    language = str(get_locale() or "vi")
    return [
        ExtraColumn(it.label_in(language), 24, partial(_answers, it, language))
        for it in asked(event.id)
    ]


def _answers(question: Question, language: str, ids: Sequence[int]) -> Mapping[int, Cell]:
    rows = db.session.execute(
        select(Answer.delegate_id, Answer.value, Answer.text).where(
            Answer.question_id == question.id, Answer.delegate_id.in_(ids)
        )
    )
    if question.kind == QuestionKind.FILE:
        return {row.delegate_id: row.text for row in rows}
    return {row.delegate_id: text_of(question, row.value, language) for row in rows}


def _rows(ids: Sequence[int], extras: Sequence[ExtraColumn]) -> Iterator[list[Cell]]:
    language = str(get_locale() or "vi")
    for chunk in read_in_full(ids):
        numbers = [delegate.id for delegate in chunk]
        known = [extra.values(numbers) for extra in extras]
        for delegate in chunk:
            row = [column.value(delegate, language) for column in COLUMNS]
            yield row + [values.get(delegate.id) for values in known]


def one_line(text: str) -> str:
    """Text on one line, without what separates the items of a cell."""
    return re.sub(r"\s+", " ", text.replace(";", ",")).strip()
