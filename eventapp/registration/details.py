"""What is known of a delegate, and how it comes onto the row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from eventapp import text
from eventapp.accounts import audit
from eventapp.database import Model, db
from eventapp.events.models import Category, Day, Event, Site
from eventapp.programme.models import Session
from eventapp.programme.offered import TrainingClass, classes_from
from eventapp.questions import files
from eventapp.questions.answers import WrongAnswer, check, is_asked, text_of
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.questions.service import asked
from eventapp.registration import organisations
from eventapp.registration.errors import ClassOnAnotherDay, NotInThisEvent
from eventapp.registration.indexing import index_delegate
from eventapp.registration.models import Delegate, Organisation, Preference


@dataclass(frozen=True, slots=True)
class DelegateData:
    """What is known of somebody who comes. Contacts as eventapp.registration.contact leaves them.

    The organisation is ``organisation_id``, or else ``organisation_typed`` within
    ``delegation_id`` (None: from elsewhere). ``site_ids`` are wishes, the first one first.
    """

    name: str
    position: str
    category_id: int
    organisation_id: int | None = None
    delegation_id: int | None = None
    organisation_typed: str = ""
    email: str = ""
    phone: str = ""
    day_ids: Sequence[int] = ()
    enrolment_ids: Sequence[int] = ()
    site_ids: Sequence[int] = ()
    diet: str = ""
    needs: str = ""
    needs_step_free: bool = False
    language: str = "vi"
    answers: Mapping[Any, Any] = field(default_factory=dict)
    """Question id → answer (eventapp.questions.answers); None takes an answer back, a question that
    is left out keeps the one that it has."""


def fill(
    delegate: Delegate, data: DelegateData, *, inherited: Collection[int] = ()
) -> dict[str, Any]:
    """Put what was typed and chosen on the row; what changed, for the audit log.

    ``inherited`` are classes that come from somebody else, whether or not they take sign-ups.
    """
    event_id = delegate.event_id
    organisation = organisation_of(event_id, data)
    [category] = _all_of(Category, event_id, [data.category_id], "category_id")
    days = _all_of(Day, event_id, data.day_ids, "day_ids")
    classes = _all_of(Session, event_id, data.enrolment_ids, "enrolment_ids")
    sites = _all_of(Site, event_id, data.site_ids, "site_ids")
    if classes:
        offered = classes_from(db.session.get_one(Event, event_id), classes)
        check_classes(offered, days, kept={*inherited, *(it.id for it in delegate.enrolments)})

    delegate.name = text.clean(data.name)
    delegate.position = data.position
    delegate.category_id = data.category_id
    delegate.organisation_id = organisation.id
    delegate.email = data.email
    delegate.phone = data.phone
    delegate.diet = data.diet
    delegate.needs = data.needs
    delegate.needs_step_free = data.needs_step_free
    delegate.language = data.language
    changes = {
        name: pair
        for name, pair in audit.changes_of(delegate).items()
        if name in _AUDITED and (pair[0] or pair[1])
    }
    for name, before, after in (
        ("days", _ids(delegate.days), _ids(days)),
        ("training", _ids(delegate.enrolments), _ids(classes)),
        ("wishes", [it.site_id for it in delegate.preferences], [it.id for it in sites]),
    ):
        if before != after:
            changes[name] = [before, after]
    if data.answers:
        changes |= answer(delegate, data)
    delegate.organisation = organisation
    delegate.category = category
    delegate.days = days
    delegate.enrolments = classes
    if "wishes" in changes:
        set_wishes(delegate, sites)
    index_delegate(delegate)
    return changes


_AUDITED = frozenset(
    {
        "name",
        "position",
        "category_id",
        "organisation_id",
        "email",
        "phone",
        "diet",
        "needs",
        "needs_step_free",
        "language",
    }
)


def check_classes(
    classes: Sequence[TrainingClass], days: Sequence[Day], kept: Collection[int] = ()
) -> None:
    """Raise NotInThisEvent where nobody enrols, unless they are ``kept``; ClassOnAnotherDay than
    those attended, by the days that the public reads."""
    if not all(it.takes_enrolment or it.id in kept for it in classes):
        raise NotInThisEvent("enrolment_ids")
    if not {it.day_id for it in classes} <= {day.id for day in days}:
        raise ClassOnAnotherDay


def answer(delegate: Delegate, data: DelegateData) -> dict[str, Any]:
    """Put answers on the row, to questions that are asked of the category; what changed."""
    given = {int(key): value for key, value in data.answers.items()}
    present = {it.question_id: it for it in delegate.answers}
    changes: dict[str, Any] = {}
    for question in asked(delegate.event_id):
        if question.id not in given or not is_asked(question, data.category_id):
            continue
        row = present.get(question.id)
        was, before = (row.value, row.text) if row else (None, "")
        value, after = _checked(delegate, question, given[question.id])
        if value is None and row is not None:
            delegate.answers.remove(row)
        elif value is not None and row is None:
            delegate.answers.append(Answer(question_id=question.id, value=value, text=after))
        elif row is not None and value != was:
            row.value, row.text = value, after
        if question.kind == QuestionKind.FILE and was is not None and value != was:
            files.discard(was, delegate.id)
        if value != was:
            changes[f"question:{question.id}"] = [before, after]
    return changes


def _checked(delegate: Delegate, question: Question, value: Any) -> tuple[Any, str]:
    """An answer as it is stored, and for people; a file is the delegate's from now on.

    Raises NotInThisEvent.
    """
    if question.kind != QuestionKind.FILE:
        try:
            value = check(question, value)
        except WrongAnswer:
            raise NotInThisEvent(f"q{question.id}") from None
        return value, text_of(question, value)
    if value is None:
        return None, ""
    file = files.usable(question, value, delegate.id)
    if file is None:
        raise NotInThisEvent(f"q{question.id}")
    file.token_hash = None
    if delegate.id is None:
        delegate.files.append(file)
    else:
        file.delegate_id = delegate.id
    return file.id, file.name


def _ids(rows: Sequence[Any]) -> list[int]:
    return sorted(row.id for row in rows)


def set_wishes(delegate: Delegate, sites: Sequence[Site]) -> None:
    """Make these the wishes of a delegate, the best first; within a transaction."""
    if delegate.preferences:
        delegate.preferences = []
        db.session.flush()  # old ranks are gone before the new ones come
    delegate.preferences = [
        Preference(site_id=site.id, rank=rank) for rank, site in enumerate(sites, start=1)
    ]


def organisation_of(event_id: int, data: DelegateData) -> Organisation:
    """The organisation that was chosen, or typed; within a transaction. Raises NotInThisEvent."""
    if data.organisation_id is not None:
        found = organisations.chosen(event_id, data.organisation_id)
        if found is None or data.delegation_id not in {None, found.delegation_id}:
            raise NotInThisEvent("organisation_id")
        return found
    found = organisations.typed(event_id, data.delegation_id, data.organisation_typed)
    if found is None:
        raise NotInThisEvent("organisation_typed")
    return found


@cache
def _query(model: Any) -> Any:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return select(model).where(model.event_id == bindparam("event_id"), model.id.in_(ids))


def _all_of(model: type[Any], event_id: int, ids: Sequence[int], field: str) -> list[Any]:
    """The rows with these ids in their order, each once. Raises NotInThisEvent."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    query = _query(model)  # type: ignore[arg-type]
    rows = db.session.scalars(query, {"event_id": event_id, "ids": wanted})
    found: dict[int, Model] = {row.id: row for row in rows}
    if len(found) != len(wanted):
        raise NotInThisEvent(field)
    return [found[id_] for id_ in wanted]
