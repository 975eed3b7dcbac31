"""Questions of an event's own: which are asked, and how organisers change them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Category, Event
from eventapp.questions.models import Answer, Question, QuestionKind

MAX_QUESTIONS = 30
MAX_OPTIONS = 100


class QuestionError(Exception):
    """A refusal that concerns a question."""


class QuestionNotFound(QuestionError):
    """The event has no such question."""


class TooManyQuestions(QuestionError):
    """More would be asked than anybody answers."""


class AnsweredAlready(QuestionError):
    """There are answers: the question can be retired, but not deleted or made another kind."""


@dataclass(frozen=True, slots=True)
class QuestionData:
    """What organisers say of a question; ``options`` as (text, text in English), in order."""

    kind: QuestionKind
    label: str
    label_en: str = ""
    help: str = ""
    help_en: str = ""
    options: Sequence[tuple[str, str]] = ()
    is_required: bool = False
    is_public: bool = True
    on_badge: bool = False
    category_ids: Sequence[int] = ()
    """Empty: asked of everybody."""


def asked(
    event_id: int, *, with_retired: bool = False, session: Session | None = None
) -> Sequence[Question]:
    """The questions of an event in their order, with their categories; two queries."""
    query = select(Question).where(Question.event_id == event_id)
    if not with_retired:
        query = query.where(Question.retired_at.is_(None))
    return (
        (session or db.session)
        .scalars(
            query.order_by(Question.position, Question.id).options(
                selectinload(Question.categories)
            )
        )
        .all()
    )


def find(event: Event, question_id: int) -> Question:
    """A question of the event. Raises QuestionNotFound."""
    found = db.session.scalar(select(Question).filter_by(id=question_id, event_id=event.id))
    if found is None:
        raise QuestionNotFound(question_id)
    return found


def answers_to(question_id: int) -> int:
    """How many have answered a question."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Answer).filter_by(question_id=question_id)
        )
        or 0
    )


def save(event: Event, question_id: int | None, data: QuestionData) -> Question:
    """Add or change a question. Options keep their keys by their texts, and vanish for nobody who
    chose them: they are only no longer offered.

    Raises QuestionNotFound, TooManyQuestions, AnsweredAlready (for another kind).
    """
    event_id = event.id
    with transaction():
        if question_id is None:
            present = asked(event_id, with_retired=True)
            if sum(it.retired_at is None for it in present) >= MAX_QUESTIONS:
                raise TooManyQuestions
            last = max((it.position for it in present), default=0)
            question = Question(event_id=event_id, kind=data.kind, options=[], position=last + 1)
        else:
            question = _locked(event_id, question_id)
            if question.kind != data.kind and answers_to(question_id):
                raise AnsweredAlready(question_id)
        question.kind = data.kind
        question.label, question.label_en = data.label, data.label_en
        question.help, question.help_en = data.help, data.help_en
        question.options = _options(question.options, data.options)
        question.is_required = data.is_required
        question.is_public = data.is_public
        question.on_badge = data.on_badge
        changes = audit.changes_of(question)
        db.session.add(question)
        question.categories = list(
            db.session.scalars(
                select(Category).where(
                    Category.event_id == event_id, Category.id.in_(data.category_ids)
                )
            )
        )
        db.session.flush()
        audit.record(
            "create" if question_id is None else "update",
            "question",
            question.id,
            event_id=event_id,
            changes=changes,
        )
        return question


def set_retired(event: Event, question_id: int, *, is_retired: bool) -> None:
    """Ask a question no more, or again; answers stay. Raises QuestionNotFound."""
    event_id = event.id
    with transaction():
        question = _locked(event_id, question_id)
        if (question.retired_at is not None) != is_retired:
            question.retired_at = now() if is_retired else None
            action = "retire" if is_retired else "restore"
            audit.record(action, "question", question_id, event_id=event_id)


def move(event: Event, question_id: int, step: int) -> None:
    """Move a question up (-1) or down (1) by one. Raises QuestionNotFound."""
    event_id = event.id
    with transaction():
        _locked(event_id, question_id)
        order = list(asked(event_id, with_retired=True))
        at = next(n for n, it in enumerate(order) if it.id == question_id)
        to = min(max(at + (1 if step > 0 else -1), 0), len(order) - 1)
        order.insert(to, order.pop(at))
        for position, question in enumerate(order, start=1):
            question.position = position


def delete(event: Event, question_id: int) -> None:
    """Delete a question that nobody has answered. Raises QuestionNotFound, AnsweredAlready."""
    event_id = event.id
    with transaction():
        question = _locked(event_id, question_id)
        if answers_to(question_id):
            raise AnsweredAlready(question_id)
        audit.record(
            "delete",
            "question",
            question_id,
            event_id=event_id,
            changes={"label": [question.label, None]},
        )
        db.session.delete(question)


def _locked(event_id: int, question_id: int) -> Question:
    found = db.session.scalar(
        select(Question).filter_by(id=question_id, event_id=event_id).with_for_update()
    )
    if found is None:
        raise QuestionNotFound(question_id)
    return found


def _options(
    before: Sequence[dict[str, str]], texts: Sequence[tuple[str, str]]
) -> list[dict[str, str]]:
    known = {it["label"]: it["key"] for it in before}
    highest = max((int(it["key"]) for it in before), default=0)
    options: list[dict[str, str]] = []
    for label, label_en in dict(texts).items():
        key = known.pop(label, None)
        if key is None:
            highest += 1
            key = str(highest)
        options.append({"key": key, "label": label, "label_en": label_en})
    gone = [{**it, "retired": "1"} for it in before if it["key"] in known.values()]
    return options + gone
