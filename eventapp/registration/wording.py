"""What changed in a registration, in words for the person whose it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Category, Day, Site
from eventapp.programme import published
from eventapp.programme.models import Session
from eventapp.questions.models import Question
from eventapp.registration.models import Organisation
from eventapp.web.language import phone, short_day

# The fields that a letter tells of, in its order; what eventapp.registration.details.fill names.
_LABELS = {
    "name": _l("Full name"),
    "position": _l("Position"),
    "organisation_id": _l("Organisation"),
    "category_id": _l("You attend as"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "days": _l("Days you attend"),
    "training": _l("Training class"),
    "wishes": _l("Site visit wishes"),
    "diet": _l("Diet"),
    "needs": _l("Special needs"),
    "needs_step_free": _l("Way without steps"),
}
_REFERENCES: dict[str, Any] = {
    "organisation_id": Organisation,
    "category_id": Category,
    "days": Day,
    "training": Session,
    "wishes": Site,
}
SENSITIVE = frozenset({"diet", "needs", "needs_step_free"})
"""They may tell of health or belief: letters say that they changed, not how."""
_QUESTION = "question:"


def without_sensitive(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as the outbox may hold them."""
    return {
        field: [None, None] if _is_sensitive(field) else list(pair)
        for field, pair in changes.items()
    }


def _is_sensitive(field: str) -> bool:
    return field in SENSITIVE or field.startswith(_QUESTION)


def noted(event_id: int, fields: Iterable[str]) -> frozenset[str]:
    """Those among fields that organisers note for themselves: answers to their own questions."""
    ids = _questions(fields)
    if not ids:
        return frozenset()
    query = select(Question.id).where(
        Question.event_id == event_id, Question.id.in_(ids), Question.is_public.is_(False)
    )
    return frozenset(f"{_QUESTION}{id_}" for id_ in db.session.scalars(query))


def _questions(fields: Iterable[str]) -> list[int]:
    return [int(it.removeprefix(_QUESTION)) for it in fields if it.startswith(_QUESTION)]


def changes_in_words(changes: Mapping[str, Any], language: str) -> list[str]:
    """One line per field: ``Position: Chuyên viên → Phó Giám đốc``.

    Ids are read from the database, a query per kind of thing; in the language in force.
    """
    lines = []
    for field, label in _LABELS.items():
        if field not in changes:
            continue
        if field in SENSITIVE:
            lines.append(_("%(field)s: changed", field=label))
            continue
        before, after = changes[field]
        names = _names(field, before, after, language)
        lines.append(f"{label}: {_text(field, before, names)} → {_text(field, after, names)}")
    return [*lines, *_answers_in_words(changes, language)]


def _answers_in_words(changes: Mapping[str, Any], language: str) -> list[str]:
    ids = _questions(changes)
    if not ids:
        return []
    asked = (
        select(Question)
        .where(Question.id.in_(ids), Question.is_public)
        .order_by(Question.position, Question.id)
    )
    return [
        _("%(field)s: changed", field=it.label_in(language)) for it in db.session.scalars(asked)
    ]


def _names(field: str, before: Any, after: Any, language: str) -> dict[int, str]:
    model = _REFERENCES.get(field)
    ids = {*_numbers(before), *_numbers(after)}
    if model is None or not ids:
        return {}
    return {
        row.id: _called(row, language)
        for row in db.session.scalars(select(model).where(model.id.in_(ids)))
    }


def _called(row: Any, language: str) -> str:
    if isinstance(row, Day):
        return short_day(row.date)
    if isinstance(row, Session):  # as the person reads it elsewhere, not as in the draft
        return published.as_read(row).title_in(language)
    if isinstance(row, Category):
        return row.name_in(language)
    return str(row.name)


def _numbers(value: Any) -> Iterable[int]:
    return [it for it in (value if isinstance(value, list) else [value]) if isinstance(it, int)]


def _text(field: str, value: Any, names: Mapping[int, str]) -> str:
    if field in _REFERENCES:
        text = ", ".join(names.get(number, "…") for number in _numbers(value))
    else:
        text = phone(str(value)) if field == "phone" and value else str(value or "")
    return " ".join(text.split()) or _("(none)")
