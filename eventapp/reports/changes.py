"""The audit log as people read it: names in place of numbers, words in place of field names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, select

from eventapp.accounts.models import AuditEntry, User
from eventapp.accounts.permissions import Role
from eventapp.database import db
from eventapp.events.models import Category, Day, Event, Room, Site
from eventapp.programme.models import Session
from eventapp.questions.models import Question
from eventapp.registration.exporting import STATUS_NAMES
from eventapp.registration.models import Delegate, Organisation, Status
from eventapp.visits.models import VisitGroup
from eventapp.web.language import current_language, moment, phone, short_day

PER_PAGE = 50

ACTIONS = {
    "create": lazy_gettext("added"),
    "register": lazy_gettext("registered"),
    "update": lazy_gettext("changed"),
    "change": lazy_gettext("changed"),
    "delete": lazy_gettext("deleted"),
    "cancel": lazy_gettext("cancelled"),
    "reinstate": lazy_gettext("reinstated"),
    "set_status": lazy_gettext("decided"),
    "renew_link": lazy_gettext("gave a new personal link"),
    "import": lazy_gettext("imported"),
    "seat": lazy_gettext("put into a visit group"),
    "unseat": lazy_gettext("took out of a visit group"),
    "retire": lazy_gettext("asks no more"),
    "restore": lazy_gettext("asks again"),
    "set_role": lazy_gettext("gave a role"),
    "remove_role": lazy_gettext("took a role away"),
    "revoke": lazy_gettext("revoked"),
    "export": lazy_gettext("exported"),
    "redeem": lazy_gettext("set up"),
    "make_checkpoints": lazy_gettext("made the checkpoints"),
    "merge": lazy_gettext("merged with another registration"),
    "keep_apart": lazy_gettext("found to be two people"),
    "withdraw_consent": lazy_gettext("withdrew consent"),
    "close_out": lazy_gettext("destroyed the personal data"),
    "publish": lazy_gettext("published a version"),
    "restore_version": lazy_gettext("restored a version as the draft"),
    "issue_certificate": lazy_gettext("issued a certificate"),
    "reissue_certificate": lazy_gettext("issued a certificate anew"),
    "withdraw_certificate": lazy_gettext("withdrew a certificate"),
    "correct_attendance": lazy_gettext("corrected the attendance"),
    "load_demo": lazy_gettext("loaded the demo"),
}
SUBJECTS = {
    "delegate": lazy_gettext("Delegate"),
    "certificates": lazy_gettext("Certificates"),
    "programme": lazy_gettext("Programme"),
    "session": lazy_gettext("Session"),
    "room": lazy_gettext("Room"),
    "site": lazy_gettext("Site"),
    "visit_group": lazy_gettext("Visit group"),
    "device": lazy_gettext("Device"),
    "checkpoint": lazy_gettext("Checkpoint"),
    "question": lazy_gettext("Question"),
    "event": lazy_gettext("Event"),
    "user": lazy_gettext("Account"),
}
FIELDS = {
    "name": lazy_gettext("Full name"),
    "position": lazy_gettext("Position"),
    "email": lazy_gettext("E-mail"),
    "phone": lazy_gettext("Telephone"),
    "organisation_id": lazy_gettext("Organisation"),
    "organisation": lazy_gettext("Organisation"),
    "category_id": lazy_gettext("Category"),
    "category": lazy_gettext("Category"),
    "status": lazy_gettext("Status"),
    "days": lazy_gettext("Days"),
    "day_ids": lazy_gettext("Days"),
    "session_ids": lazy_gettext("Training"),
    "enrolments": lazy_gettext("Training"),
    "training": lazy_gettext("Training"),
    "site_ids": lazy_gettext("Site visit wishes"),
    "preferences": lazy_gettext("Site visit wishes"),
    "wishes": lazy_gettext("Site visit wishes"),
    "diet": lazy_gettext("Diet"),
    "needs": lazy_gettext("Special needs"),
    "language": lazy_gettext("Language"),
    "cancel_reason": lazy_gettext("Reason for cancelling"),
    "cancelled_at": lazy_gettext("Cancelled at"),
    "group_id": lazy_gettext("Visit group"),
    "group": lazy_gettext("Visit group"),
    "visit_group": lazy_gettext("Visit group"),
    "checkpoints": lazy_gettext("Checkpoints"),
    "title": lazy_gettext("Title"),
    "title_en": lazy_gettext("Title in English"),
    "chair": lazy_gettext("Chair"),
    "starts_at": lazy_gettext("Begins"),
    "ends_at": lazy_gettext("Ends"),
    "room_id": lazy_gettext("Room"),
    "day_id": lazy_gettext("Day"),
    "site_id": lazy_gettext("Site"),
    "speakers": lazy_gettext("Speakers"),
    "capacity": lazy_gettext("Capacity"),
    "address": lazy_gettext("Address"),
    "description": lazy_gettext("Description"),
    "bus": lazy_gettext("Bus"),
    "letter": lazy_gettext("Letter"),
    "leader_name": lazy_gettext("Leader"),
    "leader_phone": lazy_gettext("Leader's telephone"),
    "meeting_point": lazy_gettext("Meeting point"),
    "departs_at": lazy_gettext("Departs"),
    "returns_at": lazy_gettext("Returns"),
    "notes": lazy_gettext("Notes"),
    "role": lazy_gettext("Role"),
    "places": lazy_gettext("Places"),
    "merged_from": lazy_gettext("Merged with"),
    "merged_into_id": lazy_gettext("Merged into"),
    "not_the_same": lazy_gettext("Somebody else than"),
    "also_code": lazy_gettext("Also valid: pass code"),
    "attendance": lazy_gettext("Arrivals taken over"),
    "certificate": lazy_gettext("Certificate"),
    "session_id": lazy_gettext("Session"),
    "present": lazy_gettext("Was there"),
    "minutes": lazy_gettext("Minutes of training"),
    "threshold": lazy_gettext("Least share of the training sessions (per cent)"),
    "excluded_category_ids": lazy_gettext("Categories that get no certificate"),
    "door_counts": lazy_gettext(
        "The main door counts for sessions without a checkpoint of their own"
    ),
    "version": lazy_gettext("Version"),
    "letters": lazy_gettext("Letters"),
    "kept": lazy_gettext("Kept"),
    "messages": lazy_gettext("Letters taken over"),
    "change_requests": lazy_gettext("Requests taken over"),
    "retention_until": lazy_gettext("Personal data is kept until"),
    "registration_open": lazy_gettext("Registration is open"),
}
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
        "leader_user_id",
    }
)
_ROLES = {
    Role.ORGANISER: lazy_gettext("organiser"),
    Role.STAFF: lazy_gettext("check-in staff"),
    Role.LEADER: lazy_gettext("group leader"),
}
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
    "session_id": Session,
    "excluded_category_ids": Category,
    "day_ids": Day,
    "days": Day,
    "session_ids": Session,
    "enrolments": Session,
    "training": Session,
    "group_id": VisitGroup,
    "group": VisitGroup,
    "merged_from": Delegate,
    "merged_into_id": Delegate,
    "not_the_same": Delegate,
}
_NAMED: dict[str, Any] = {
    "delegate": Delegate,
    "question": Question,
    "session": Session,
    "room": Room,
    "site": Site,
    "visit_group": VisitGroup,
    "user": User,
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

    def reference(self, field: str, number: int) -> str:
        return self._names.get((_REFERENCES[field], number), f"#{number}")


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
        actor=_actor(entry.actor),
        action=str(ACTIONS.get(entry.action, entry.action.replace("_", " "))),
        subject=entry.subject,
        subject_label=str(SUBJECTS.get(entry.subject, entry.subject.replace("_", " "))),
        subject_id=entry.subject_id or "",
        name=names.subject(entry),
        fields=tuple(it for it in fields if it.before != it.after),
        note=entry.note or "",
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
    return str(FIELDS.get(field, field.replace("_", " ")))


def _actor(actor: str) -> str:
    if actor.startswith("user:"):
        return actor.removeprefix("user:")
    if actor == "system":
        return str(gettext("the delegate or the system"))
    if actor == "command line":
        return str(gettext("command line"))
    if actor.startswith("delegate"):
        return str(gettext("the delegate"))
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
    if field == "role" and value in set(Role):
        return str(_ROLES[Role(value)])
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
