"""Two people edit one delegate: what the second typed beside what the first has saved."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from wtforms import Field

from eventapp.registration.fields import NOT_CHOSEN
from eventapp.registration.forms import DelegateFields
from eventapp.registration.models import Delegate
from eventapp.web.language import phone


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people left with different values, both as text."""

    label: str
    theirs: str
    mine: str


def differences(form: DelegateFields, delegate: Delegate) -> list[Difference]:
    """The fields of a form that was sent which differ from the delegate as stored."""
    stored: dict[str, Any] = {
        "name": delegate.name,
        "position": delegate.position,
        "delegation_id": delegate.organisation.delegation_id,
        "organisation_id": delegate.organisation_id,
        "category_id": delegate.category_id,
        "email": delegate.email,
        "phone": delegate.phone,
        "day_ids": [day.id for day in delegate.days],
        "class_id": delegate.enrolments[0].id if delegate.enrolments else NOT_CHOSEN,
        "wish_1": NOT_CHOSEN,
        "wish_2": NOT_CHOSEN,
        "wish_3": NOT_CHOSEN,
        **{f"wish_{wish.rank}": wish.site_id for wish in delegate.preferences},
        "diet": delegate.diet,
        "needs": delegate.needs,
        "needs_step_free": delegate.needs_step_free,
        "language": delegate.language,
    }
    return [
        Difference(str(form[name].label.text), _text(form[name], value), _sent(form, name))
        for name, value in stored.items()
        if name in form and _comparable(form[name].data) != _comparable(value)
    ]


def _sent(form: DelegateFields, name: str) -> str:
    if name == "organisation_id" and form.organisation_typed.data:
        return str(form.organisation_typed.data)
    return _text(form[name], form[name].data)


def _comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value or ""


def _text(field: Field, value: Any) -> str:
    choices = {choice[0]: str(choice[1]) for choice in getattr(field, "choices", None) or ()}
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(choices.get(item, "") for item in value)
    if choices:
        return choices.get(value, "")
    return phone(value) if field.name == "phone" else str(value or "")
