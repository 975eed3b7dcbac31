"""The audit log as people read it: names in place of numbers, words in place of field names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, select

from eventapp.accounts import audit
from eventapp.accounts.models import AuditEntry, User
from eventapp.accounts.permissions import Role
from eventapp.checkin.models import Checkpoint, Device
from eventapp.checkin.names import LEGS, SHORT_PASSAGES, SHORT_RIGHTS
from eventapp.database import db
from eventapp.delegations.models import RequestKind
from eventapp.events.models import Category, Day, Event, Room, Site
from eventapp.programme.models import Material, Session
from eventapp.questions.models import Question
from eventapp.registration.exporting import STATUS_NAMES
from eventapp.registration.models import Delegate, Delegation, Organisation, Status
from eventapp.reports.change_words import ACTIONS, FIELDS, REQUESTS, ROLES, SUBJECTS
from eventapp.visits.models import Stop, VisitGroup
from eventapp.visits.reason_words import AIMS
from eventapp.visits.rule_views import KINDS as RULES
from eventapp.web.language import current_language, moment, phone, short_day

PER_PAGE = 50
_LEAD = "lead:"

# Follow from other fields, or say nothing to people.
_HIDDEN = frozenset(
    {
        "id",
        "event_id",
        "name_key",
        "sort_key",
        "search_text",
        "updated_at",
        "created_at",
    }
    | {
        "revision",
        "uid",
        "submission_hash",
        "consent_version",
        "user_id",
    }
)
_REFERENCES: dict[str, Any] = {
    "organisation_id": Organisation,
    "organisation": Organisation,
    "category_id": Category,
    "category": Category,
    "room_id": Room,
    "site_id": Site,
    "site_ids": Site,
    "preferences": Site,
    "wishes": Site,
    "day_id": Day,
    "excluded_category_ids": Category,
    "day_ids": Day,
    "days": Day,
    "session_ids": Session,
    "session_id": Session,
    "enrolments": Session,
    "training": Session,
    "group_id": VisitGroup,
    "group": VisitGroup,
    "delegate_id": Delegate,
    "delegate_ids": Delegate,
    "merged_from": Delegate,
    "merged_into_id": Delegate,
    "not_the_same": Delegate,
    "substitutes_id": Delegate,
    "leader_user_id": User,
    "stop_id": Stop,
}
# What a quota names, as the note of a change of its places has it (registration.quota.scope_of).
_SCOPES: dict[str, Any] = {
    "delegation": Delegation,
    "organisation": Organisation,
    "category": Category,
    "day": Day,
    "session": Session,
}
_SCOPE = re.compile(rf"({'|'.join(_SCOPES)}):([0-9]+)")
_CHOICES: dict[str, Any] = {
    "rights": SHORT_RIGHTS,
    "passage": SHORT_PASSAGES,
    "leg": LEGS,
    "rule": RULES,
    "objectives": AIMS,
}
_NAMED: dict[str, Any] = {
    "delegate": Delegate,
    "device": Device,
    "checkpoint": Checkpoint,
    "question": Question,
    "session": Session,
    "room": Room,
    "day": Day,
    "material": Material,
    "site": Site,
    "visit_group": VisitGroup,
    "user": User,
    "delegation": Delegation,
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a change, as text; empty where there was nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    """The key in `SUBJECTS`."""
    subject_label: str
    subject_id: str
    name: str
    """What the subject is called now, or was when it was deleted."""
    fields: tuple[FieldChange, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Some entries, the latest first; ``older`` is where the next page goes on, if there is one."""

    entries: Sequence[Change]
    older: int | None


def changes(
    event: Event,
    *,
    subject: str = "",
    subject_id: str = "",
    before: int | None = None,
    limit: int = PER_PAGE,
) -> Changes:
    """Entries of the event older than ``before``, read in a bounded number of queries."""
    conditions: list[ColumnElement[bool]] = [AuditEntry.event_id == event.id]
    if subject in SUBJECTS:
        conditions.append(AuditEntry.subject == subject)
        if subject_id:
            conditions.append(AuditEntry.subject_id == subject_id)
    if before is not None:
        conditions.append(AuditEntry.id < before)
    rows = db.session.scalars(
        select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc()).limit(limit + 1)
    ).all()
    shown = rows[:limit]
    names = _Names(shown)
    return Changes(
        [_readable(entry, names) for entry in shown],
        shown[-1].id if len(rows) > limit else None,
    )


class _Names:
    """What the rows that some entries mention are called; one query for each kind of row."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        wanted: dict[Any, set[int]] = {}
        for entry in entries:
            for kind, number in _scope(entry):
                wanted.setdefault(_SCOPES[kind], set()).add(number)
            if entry.actor.startswith(_LEAD):
                lead = entry.actor.removeprefix(_LEAD)
                wanted.setdefault(Delegation, set()).update([int(lead)] * lead.isdecimal())
            if entry.subject in _NAMED and (entry.subject_id or "").isdecimal():
                wanted.setdefault(_NAMED[entry.subject], set()).add(int(entry.subject_id or 0))
            for field, pair in (entry.changes or {}).items():
                if question_id := _question_in(field):
                    wanted.setdefault(Question, set()).add(question_id)
                if field in _REFERENCES:
                    numbers = {n for value in pair for n in _numbers(value)}
                    wanted.setdefault(_REFERENCES[field], set()).update(numbers)
        self._names: dict[tuple[Any, int], str] = {
            (model, row.id): _called(row)
            for model, ids in wanted.items()
            if ids
            for row in db.session.scalars(select(model).where(model.id.in_(ids)))
        }

    def subject(self, entry: AuditEntry) -> str:
        if entry.subject == "event":
            return ""  # the log is the event's own
        model = _NAMED.get(entry.subject)
        stated = entry.subject_id or ""
        number = int(stated) if stated.isdecimal() else 0
        known = self._names.get((model, number))
        if known:
            return known
        for field in ("name", "title", "letter"):
            pair = (entry.changes or {}).get(field)
            if pair:
                return str(pair[1] or pair[0] or "")
        return f"#{entry.subject_id}" if entry.subject_id else ""

    def question(self, question_id: int) -> str:
        return self._names.get((Question, question_id), str(gettext("A deleted question")))

    def actor(self, actor: str) -> str:
        number = actor.removeprefix(_LEAD)
        known = self._names.get((Delegation, int(number))) if number.isdecimal() else None
        return str(gettext("the lead of %(delegation)s", delegation=known or f"#{number}"))

    def note(self, entry: AuditEntry) -> str:
        if scope := _scope(entry):
            return " · ".join(self._names.get((_SCOPES[it], n), f"#{n}") for it, n in scope)
        if entry.subject == "change_request" and entry.note in set(RequestKind):
            return str(REQUESTS[RequestKind(entry.note)])
        return entry.note or ""

    def reference(self, field: str, number: int) -> str:
        return self._names.get((_REFERENCES[field], number), f"#{number}")


def _scope(entry: AuditEntry) -> list[tuple[str, int]]:
    """(kind, id) of what a quota counts whose places were changed; nothing of other entries."""
    parts = (entry.note or "").split("/") if "places" in (entry.changes or {}) else []
    found = [_SCOPE.fullmatch(part) for part in parts]
    return [(it[1], int(it[2])) for it in found if it]


def _called(row: Any) -> str:
    if isinstance(row, Day):
        return short_day(row.date)
    if isinstance(row, Question):
        return row.label_in(current_language())
    for attribute in ("name", "title", "letter"):
        if getattr(row, attribute, ""):
            return str(getattr(row, attribute))
    return str(getattr(row, "email", ""))


def _readable(entry: AuditEntry, names: _Names) -> Change:
    fields = tuple(
        FieldChange(
            _label(entry.subject, field, names),
            _value(field, pair[0], names),
            _value(field, pair[1], names),
        )
        for field, pair in (entry.changes or {}).items()
        if field not in _HIDDEN and len(pair) == 2
    )
    return Change(
        id=entry.id,
        at=entry.at,
        actor=_actor(entry.actor, names),
        action=str(ACTIONS.get(entry.action, entry.action.replace("_", " "))),
        subject=entry.subject,
        subject_label=str(SUBJECTS.get(entry.subject, entry.subject.replace("_", " "))),
        subject_id=entry.subject_id or "",
        name=names.subject(entry),
        fields=tuple(it for it in fields if it.before != it.after),
        note=names.note(entry),
    )


def _question_in(field: str) -> int:
    """The id in ``question:<id>``, or 0."""
    kind, _colon, number = field.partition(":")
    return int(number) if kind == "question" and number.isdecimal() else 0


def _label(subject: str, field: str, names: _Names) -> str:
    if field == "name" and subject != "delegate":
        return str(gettext("Name"))
    if question_id := _question_in(field):
        return names.question(question_id)
    asked, _colon, category = field.partition("needs_approval:")
    if not asked and category:
        return str(gettext("Approval: %(category)s", category=category))
    return str(FIELDS.get(field, field.replace("_", " ")))


def _actor(actor: str, names: _Names) -> str:
    if actor.startswith("user:"):
        return actor.removeprefix("user:")
    if actor == "system":
        return str(gettext("the delegate or the system"))
    if actor == "command line":
        return str(gettext("command line"))
    if actor.startswith("delegate"):
        return str(gettext("the delegate"))
    if actor.startswith(_LEAD):
        return names.actor(actor)
    if actor.startswith(audit.DEVICE):
        name = actor.removeprefix(audit.DEVICE)
        return str(gettext("the device “%(name)s”", name=name))
    return actor


def _numbers(value: Any) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [it for it in values if isinstance(it, int) and not isinstance(it, bool)]


def _value(field: str, value: Any, names: _Names) -> str:
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        return ", ".join(_value(field, item, names) for item in value)
    if isinstance(value, bool):
        return str(gettext("yes")) if value else gettext("no")
    if field in _REFERENCES and isinstance(value, int):
        return names.reference(field, value)
    if field == "status" and value in set(Status):
        return str(STATUS_NAMES[Status(value)])
    if field in _CHOICES and value in _CHOICES[field]:
        return str(_CHOICES[field][value])
    if field == "role" and value in set(Role):
        return str(ROLES[Role(value)])
    if field.endswith("phone"):
        return phone(str(value))
    return _moment_or_day(value) or str(value)


def _moment_or_day(value: Any) -> str:
    """A date or an instant that was stored as ISO 8601 text, as people write it; else nothing."""
    if not isinstance(value, str) or not value[:4].isdecimal():
        return ""
    try:
        if len(value) == len("2012-11-16"):
            return short_day(date.fromisoformat(value))
        found = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return moment(found) if found.tzinfo else ""
