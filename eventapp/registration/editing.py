"""What delegates may change of their own registration, and until when."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from eventapp.events.models import Event
from eventapp.registration.wishing import MOST

PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "person": (_l("Name and position"), ("name", "position", "category_id")),
    "office": (
        _l("Organisation"),
        ("delegation_id", "organisation_id", "organisation_typed"),
    ),
    "contact": (_l("E-mail and phone"), ("email", "phone")),
    "days": (_l("Days and training class"), ("day_ids", "class_id")),
    "wishes": (_l("Site visit wishes"), tuple(f"wish_{number}" for number in range(1, MOST + 1))),
    "needs": (_l("Meals and needs"), ("diet", "needs", "needs_step_free")),
    "questions": (_l("Further questions"), ()),
}
"""The parts of a registration: what they are called, and the fields of the form."""


def parts_of(event: Event) -> frozenset[str]:
    """The parts that delegates may change at this event."""
    chosen = event.self_edit_parts
    return frozenset(PARTS) if chosen is None else frozenset(chosen) & frozenset(PARTS)


def locked_parts(event: Event) -> frozenset[str]:
    """The parts that only organisers change."""
    return frozenset(PARTS) - parts_of(event)


def is_open(event: Event, at: datetime) -> bool:
    """Whether delegates may change anything on this day, in the event's zone."""
    if not parts_of(event):
        return False
    last = last_day(event)
    return last is None or at.astimezone(event.zone).date() <= last


def last_day(event: Event) -> date | None:
    """The last day on which delegates may change anything: as set, or else the event's own last."""
    return event.self_edit_until or max((it.date for it in event.days), default=None)
