"""Which places are taken, in words: what a quota counts, beside which field that is said, and what
can be done about it."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from eventapp.database import db
from eventapp.events.models import Category, Day
from eventapp.programme import published
from eventapp.programme.models import Session
from eventapp.registration.models import Delegation, Organisation, Quota
from eventapp.registration.quota import QuotaFull
from eventapp.web.language import current_language, short_day

# The narrowest first: what somebody would rather change.
_FIELDS = (
    ("session_id", "class_id"),
    ("day_id", "day_ids"),
    ("category_id", "category_id"),
    ("organisation_id", "organisation_id"),
    ("delegation_id", "delegation_id"),
)


def name_of(quota: Quota) -> str:
    """What a quota counts, in words."""
    language = current_language()
    parts = [
        it.name
        for it in (
            _row(Delegation, quota.delegation_id),
            _row(Organisation, quota.organisation_id),
        )
        if it is not None
    ]
    if category := _row(Category, quota.category_id):
        parts.append(category.name_in(language))
    if day := _row(Day, quota.day_id):
        parts.append(short_day(day.date))
    if session := _row(Session, quota.session_id):
        parts.append(published.as_read(session).title_in(language))
    return ", ".join(parts) or str(_("the whole event"))


def names_of(error: QuotaFull) -> str:
    """What is full, in words: ``Bắc Ninh; Tập huấn lớp A``."""
    return "; ".join(name_of(it) for it in error.quotas)


def beside(error: QuotaFull) -> Iterator[tuple[str, str]]:
    """(field of `forms.DelegateFields`, what is full and what to do); the field is empty where no
    other choice would help, for the whole event is full."""
    for quota in error.quotas:
        name = next((field for key, field in _FIELDS if getattr(quota, key) is not None), "")
        yield name, f"{_('No place is left: %(names)s.', names=name_of(quota))} {_to_do(name)}"


def _to_do(field: str) -> str:
    if field == "class_id":
        return str(_("Choose another class, or none."))
    if field == "day_ids":
        return str(_("Leave this day out, or ask the organisers for a place."))
    return str(_("Ask the organisers for a place."))


def _row(model: Any, id_: int | None) -> Any:
    return None if id_ is None else db.session.get(model, id_)
