"""What personal data is held, table by table, and what is left of each row.

The order of `KINDS`, that of the rows (by key) and the fields are part of the record that is kept
of an erasure (docs/privacy.md): they do not change without a word there.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, Text, or_, select
from sqlalchemy import cast as cast_to

from eventapp import text, tokens
from eventapp.accounts.models import AuditEntry
from eventapp.badges.models import DelegatePhoto, PrintedBadge, PrintRun
from eventapp.certificates.models import AttendanceCorrection, Certificate
from eventapp.checkin.models import Checkpoint, Closing, Discrepancy, Explanation, Scan, WalkIn
from eventapp.database import Model, db, now
from eventapp.delegations.models import ChangeRequest, RequestKind
from eventapp.feedback.models import VisitFeedback
from eventapp.mail.models import MailStatus, Message
from eventapp.questions.models import Answer, AnswerFile, Question, QuestionKind
from eventapp.registration.indexing import search_text
from eventapp.registration.models import (
    Delegate,
    Delegation,
    HeldPlace,
    Organisation,
    Upload,
)
from eventapp.visits.models import Bus, VisitGroup, VisitRule

NOBODY = "Đại biểu đã ẩn danh"
"""The name of everybody who was anonymised."""
_LONG_NUMBER = 1_000_000
"""Numbers from here on are likely to be somebody's (a card, a telephone) and no statistics."""

Changed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class People:
    """Whose data is meant: one delegate, under every registration that was merged into theirs."""

    event_id: int
    ids: tuple[int, ...]
    predecessors: tuple[int, ...]
    """Those whom they stood in for: their entries in the change log name them."""
    requests: tuple[int, ...]
    """Change requests that are about them or name them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A table that holds personal data.

    ``fields`` are the columns that are destroyed. ``of_event`` narrows to rows of an event that
    hold something; ``of_people`` to those of one delegate, where there are such. ``left_of`` gives
    new values by row, in the order of the rows: None for one in which there is nothing to destroy.
    Without it rows are deleted. ``batch`` rows are destroyed in one transaction.
    """

    name: str
    model: type[Model]
    fields: tuple[str, ...]
    of_event: Callable[[int], ColumnElement[bool]]
    of_people: Callable[[People], ColumnElement[bool]] | None = None
    left_of: Callable[[Sequence[Row[Any]]], Sequence[Changed | None]] | None = None
    also_read: tuple[str, ...] = ()
    batch: int = 500

    @property
    def table(self) -> Table:
        """The table itself."""
        return cast(Table, self.model.__table__)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the columns of its key."""
        return tuple(column.name for column in self.table.primary_key)


def new_code() -> str:
    """What stands in place of a pass code: no scanner reads it so, for codes have no hyphen."""
    return "-" + "".join(
        secrets.choice(tokens.CODE_ALPHABET) for _ in range(tokens.CODE_LENGTH - 1)
    )


def about(delegate: Delegate) -> People:
    """Where the data of a delegate is, within the transaction in progress."""
    merged = db.session.scalars(select(Delegate.id).filter_by(merged_into_id=delegate.id))
    ids = (delegate.id, *sorted(merged))
    replaced = db.session.scalars(select(Delegate.substitutes_id).where(Delegate.id.in_(ids)))
    return People(
        delegate.event_id,
        ids,
        tuple(sorted(it for it in replaced if it is not None)),
        tuple(it.id for it in requests_about(delegate, ids)),
    )


def requests_about(delegate: Delegate, ids: Sequence[int]) -> list[ChangeRequest]:
    """Change requests for a delegate, and those in which their delegation named them."""
    asked = db.session.scalars(
        select(ChangeRequest)
        .where(
            or_(
                ChangeRequest.delegate_id.in_(ids),
                ChangeRequest.delegation_id == delegate.organisation.delegation_id,
            )
        )
        .order_by(ChangeRequest.id)
    )
    return [it for it in asked if it.delegate_id in ids or names(it, delegate)]


def names(request: ChangeRequest, delegate: Delegate) -> bool:
    """Whether a request to add somebody is about this delegate: by name or e-mail address."""
    if request.kind not in _NAMING:
        return False
    email, name = request.data.get("email"), request.data.get("name")
    if email and email == delegate.email:
        return True
    return isinstance(name, str) and text.fold(name)[:300] == delegate.name_folded


_NAMING = (RequestKind.ADD, RequestKind.FILL, RequestKind.SUBSTITUTE)


def _emptied(**values: Any) -> Callable[[Sequence[Row[Any]]], Sequence[Changed | None]]:
    return lambda rows: [values] * len(rows)


def _delegates(rows: Sequence[Row[Any]]) -> Sequence[Changed | None]:
    offices = {
        row.id: (row.name, row.delegation)
        for row in db.session.execute(
            select(Organisation.id, Organisation.name, Delegation.name.label("delegation"))
            .join(Delegation, Delegation.id == Organisation.delegation_id)
            .where(Organisation.id.in_({row.organisation_id for row in rows}))
        )
    }
    at, name_key = now(), text.sort_key(NOBODY)
    return [
        {
            "name": NOBODY,
            "name_key": name_key,
            "name_folded": "",
            "search_text": search_text("", *offices[row.organisation_id], ""),
            "position": "",
            "email": "",
            "phone": "",
            "diet": "",
            "needs": "",
            "needs_step_free": False,
            "code": new_code(),
            "secret_hash": None,
            "submission_hash": None,
            "link_seed": None,
            "cancel_reason": "",
            "anonymised_at": at,
            "revision": row.revision + 1,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


def _answers(rows: Sequence[Row[Any]]) -> Sequence[Changed | None]:
    kinds = dict(
        db.session.execute(
            select(Question.id, Question.kind).where(
                Question.id.in_({row.question_id for row in rows})
            )
        ).all()
    )
    return [
        None
        if _is_statistical(QuestionKind(kinds[row.question_id]), row.value)
        else {"value": None, "text": ""}
        for row in rows
    ]


def _is_statistical(kind: QuestionKind, value: Any) -> bool:
    if value is None or kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        return True
    if kind != QuestionKind.NUMBER:
        return False
    try:
        return abs(float(value)) < _LONG_NUMBER
    except (TypeError, ValueError):
        return False


def _messages(rows: Sequence[Row[Any]]) -> Sequence[Changed | None]:
    return [
        {
            **_EMPTY_MESSAGE,
            # Nobody is left to whom it could go.
            "status": MailStatus.DROPPED if row.status == MailStatus.QUEUED else row.status,
        }
        for row in rows
    ]


_EMPTY_MESSAGE: Mapping[str, Any] = {
    "to_address": "",
    "to_name": "",
    "details": {},
    "subject": "",
    "text": "",
    "html": "",
    "calendar": None,
    "pass_code": "",
    "error": "",
}

# Entries of these subjects are about the programme, the installation and its staff.
_IMPERSONAL = (
    "badge_image",
    "badge_template",
    "checkpoint",
    "device",
    "event",
    "letter",
    "print_run",
    "protocol",
    "question",
    "room",
    "seating_plan",
    "session",
    "site",
    "user",
)
# What says what happened, and not to whom.
KEPT_CHANGES = frozenset(
    {
        "attendance",
        "bus",
        "capacity",
        "category_id",
        "certificate",
        "change_requests",
        "consent_at",
        "consent_by",
        "consent_version",
        "day_id",
        "days",
        "deadline",
        "departs_at",
        "language",
        "letter",
        "merged_from",
        "merged_into_id",
        "messages",
        "minutes",
        "not_the_same",
        "organisation_id",
        "photo",
        "places",
        "present",
        "reprint_since",
        "returns_at",
        "session_id",
        "site_id",
        "status",
        "substitutes_id",
        "training",
        "visit_group",
        "waitlist",
        "wishes",
    }
)


def _entries(rows: Sequence[Row[Any]]) -> Sequence[Changed | None]:
    left: list[Changed | None] = []
    for row in rows:
        kept = {field: pair for field, pair in row.changes.items() if field in KEPT_CHANGES}
        # What is said of many at once (an export: how many) is said of nobody.
        note = row.note if row.subject_id is None else None
        is_same = len(kept) == len(row.changes) and note == row.note
        left.append(None if is_same else {"changes": kept, "note": note})
    return left


def _entries_of(people: People) -> ColumnElement[bool]:
    ids = [str(it) for it in people.ids]
    before = [str(it) for it in people.predecessors]
    return (AuditEntry.event_id == people.event_id) & or_(
        (AuditEntry.subject == "delegate") & AuditEntry.subject_id.in_(ids),
        (AuditEntry.subject == "delegate")
        & AuditEntry.subject_id.in_(before)
        & (AuditEntry.action == "substitute"),
        (AuditEntry.subject == "change_request")
        & AuditEntry.subject_id.in_([str(it) for it in people.requests]),
        (AuditEntry.subject == "discrepancy")
        & AuditEntry.subject_id.in_(
            select(cast_to(Discrepancy.id, Text)).where(_differs_about(people))
        ),
    )


def _differs_about(people: People) -> ColumnElement[bool]:
    return or_(
        Discrepancy.scan_id.in_(select(Scan.id).where(Scan.delegate_id.in_(people.ids))),
        Discrepancy.walk_in_id.in_(select(WalkIn.id).where(WalkIn.delegate_id.in_(people.ids))),
    )


def _letters_of(people: People) -> ColumnElement[bool]:
    return _WRITTEN & or_(
        Message.delegate_id.in_(people.ids),
        # The one who was replaced was told by whom; waiting letters say so still.
        Message.delegate_id.in_(people.predecessors)
        & (Message.kind == "substituted")
        & (Message.status != MailStatus.QUEUED),
    )


def _selections(rows: Sequence[Row[Any]]) -> Sequence[Changed | None]:
    """Without the words that were searched for, which are mostly a name."""
    left: list[Changed | None] = []
    for row in rows:
        filters = row.selection.get("filters") or {}
        without = {name: value for name, value in filters.items() if name != "q"}
        left.append(
            {"selection": {**row.selection, "filters": without}} if "q" in filters else None
        )
    return left


def _or_not_empty(*columns: Any) -> ColumnElement[bool]:
    return or_(*(column != "" for column in columns))


_WRITTEN = _or_not_empty(
    Message.to_address, Message.to_name, Message.subject, Message.text, Message.error
)

_says_something = or_(WalkIn.code.is_not(None), WalkIn.data.is_not(None))

DELEGATES = Kind(
    "delegates",
    Delegate,
    (
        "name",
        "position",
        "email",
        "phone",
        "diet",
        "needs",
        "needs_step_free",
        "code",
        "cancel_reason",
        "secret_hash",
        "submission_hash",
        "link_seed",
        "search_text",
    ),
    lambda event_id: (Delegate.event_id == event_id) & Delegate.anonymised_at.is_(None),
    lambda people: Delegate.id.in_(people.ids) & Delegate.anonymised_at.is_(None),
    _delegates,
    also_read=("organisation_id", "revision", "updated_at"),
)

KINDS: tuple[Kind, ...] = (
    DELEGATES,
    Kind(
        "answers",
        Answer,
        ("value", "text"),
        lambda event_id: Answer.question_id.in_(
            select(Question.id).where(Question.event_id == event_id)
        ),
        lambda people: Answer.delegate_id.in_(people.ids),
        _answers,
    ),
    Kind(
        "files",
        AnswerFile,
        ("question_id", "delegate_id", "name", "media_type", "size", "sha256"),
        lambda event_id: AnswerFile.event_id == event_id,
        lambda people: AnswerFile.delegate_id.in_(people.ids),
        batch=20,
    ),
    Kind(
        "messages",
        Message,
        tuple(_EMPTY_MESSAGE),
        lambda event_id: (Message.event_id == event_id) & _WRITTEN,
        _letters_of,
        _messages,
        also_read=("status",),
    ),
    Kind(
        "change_requests",
        ChangeRequest,
        ("data", "note", "answer"),
        lambda event_id: ChangeRequest.event_id == event_id,
        lambda people: ChangeRequest.id.in_(people.requests),
        lambda rows: [
            {"data": {}, "note": "", "answer": ""} if row.data or row.note or row.answer else None
            for row in rows
        ],
    ),
    Kind(
        "audit_entries",
        AuditEntry,
        ("changes", "note"),
        lambda event_id: (AuditEntry.event_id == event_id) & AuditEntry.subject.not_in(_IMPERSONAL),
        _entries_of,
        _entries,
        also_read=("subject_id",),
    ),
    Kind(
        "scans",
        Scan,
        ("code",),
        lambda event_id: (Scan.event_id == event_id) & (Scan.code != ""),
        lambda people: Scan.delegate_id.in_(people.ids) & (Scan.code != ""),
        _emptied(code=""),
    ),
    Kind(
        "delegations",
        Delegation,
        ("lead_name", "lead_email", "lead_phone", "secret_hash", "link_seed"),
        lambda event_id: (
            (Delegation.event_id == event_id)
            & (
                _or_not_empty(Delegation.lead_name, Delegation.lead_email, Delegation.lead_phone)
                | Delegation.secret_hash.is_not(None)
                | Delegation.link_seed.is_not(None)
            )
        ),
        left_of=_emptied(
            lead_name="", lead_email="", lead_phone="", secret_hash=None, link_seed=None
        ),
    ),
    Kind(
        "held_places",
        HeldPlace,
        ("note",),
        lambda event_id: (HeldPlace.event_id == event_id) & (HeldPlace.note != ""),
        left_of=_emptied(note=""),
    ),
    Kind(
        "visit_groups",
        VisitGroup,
        ("leader_name", "leader_phone", "guide_name", "guide_phone", "notes"),
        lambda event_id: (
            (VisitGroup.event_id == event_id)
            & _or_not_empty(
                VisitGroup.leader_name,
                VisitGroup.leader_phone,
                VisitGroup.guide_name,
                VisitGroup.guide_phone,
                VisitGroup.notes,
            )
        ),
        left_of=_emptied(leader_name="", leader_phone="", guide_name="", guide_phone="", notes=""),
    ),
    Kind(
        "visit_buses",
        Bus,
        ("driver_name", "driver_phone"),
        lambda event_id: (
            Bus.group_id.in_(select(VisitGroup.id).where(VisitGroup.event_id == event_id))
            & _or_not_empty(Bus.driver_name, Bus.driver_phone)
        ),
        left_of=_emptied(driver_name="", driver_phone=""),
    ),
    Kind(
        "visit_rules",
        VisitRule,
        ("note",),
        lambda event_id: (VisitRule.event_id == event_id) & (VisitRule.note != ""),
        left_of=_emptied(note=""),
    ),
    Kind(
        "uploads",
        Upload,
        ("filename", "content"),
        lambda event_id: Upload.event_id == event_id,
        batch=5,
    ),
    Kind(
        "visit_feedback",
        VisitFeedback,
        ("comment",),
        lambda event_id: (
            VisitFeedback.group_id.in_(select(VisitGroup.id).where(VisitGroup.event_id == event_id))
            & (VisitFeedback.comment != "")
        ),
        left_of=_emptied(comment=""),
    ),
    Kind(
        "certificates",
        Certificate,
        ("name", "position", "organisation", "reissue_note", "withdrawal_reason"),
        lambda event_id: (
            (Certificate.event_id == event_id)
            & _or_not_empty(
                Certificate.name,
                Certificate.position,
                Certificate.organisation,
                Certificate.reissue_note,
                Certificate.withdrawal_reason,
            )
        ),
        lambda people: Certificate.delegate_id.in_(people.ids) & (Certificate.name != ""),
        # Number, code, date and training stay: whoever holds the paper can still have it verified.
        _emptied(name="", position="", organisation="", reissue_note="", withdrawal_reason=""),
    ),
    Kind(
        "attendance_corrections",
        AttendanceCorrection,
        ("reason", "made_by"),
        lambda event_id: (
            (AttendanceCorrection.event_id == event_id)
            & _or_not_empty(AttendanceCorrection.reason, AttendanceCorrection.made_by)
        ),
        lambda people: (
            AttendanceCorrection.delegate_id.in_(people.ids)
            & _or_not_empty(AttendanceCorrection.reason, AttendanceCorrection.made_by)
        ),
        _emptied(reason="", made_by=""),
    ),
    Kind(
        "photos",
        DelegatePhoto,
        ("digest",),
        lambda event_id: DelegatePhoto.delegate_id.in_(
            select(Delegate.id).where(Delegate.event_id == event_id)
        ),
        lambda people: DelegatePhoto.delegate_id.in_(people.ids),
        batch=100,
    ),
    Kind(
        "printed_badges",
        PrintedBadge,
        ("fingerprint", "remarks"),
        lambda event_id: (
            PrintedBadge.run_id.in_(select(PrintRun.id).where(PrintRun.event_id == event_id))
            & (PrintedBadge.fingerprint != "")
        ),
        lambda people: PrintedBadge.delegate_id.in_(people.ids) & (PrintedBadge.fingerprint != ""),
        # Who had a badge printed in which run stays, as a number does.
        _emptied(fingerprint="", remarks=None, worst=0),
    ),
    Kind(
        "print_runs",
        PrintRun,
        ("selection",),
        lambda event_id: (
            (PrintRun.event_id == event_id) & cast_to(PrintRun.selection, Text).like('%"q":%')
        ),
        lambda people: PrintRun.id.in_(
            select(PrintedBadge.run_id).where(PrintedBadge.delegate_id.in_(people.ids))
        ),
        _selections,
    ),
    Kind(
        "scan_notes",
        Scan,
        ("note",),
        lambda event_id: (Scan.event_id == event_id) & (Scan.note != ""),
        lambda people: Scan.delegate_id.in_(people.ids) & (Scan.note != ""),
        _emptied(note=""),
    ),
    Kind(
        "walk_ins",
        WalkIn,
        ("code", "data"),
        lambda event_id: (WalkIn.event_id == event_id) & _says_something,
        lambda people: WalkIn.delegate_id.in_(people.ids) & _says_something,
        _emptied(code=None, data=None),
    ),
    Kind(
        "discrepancies",
        Discrepancy,
        ("settled_by", "note"),
        lambda event_id: (
            (Discrepancy.event_id == event_id)
            & _or_not_empty(Discrepancy.settled_by, Discrepancy.note)
        ),
        lambda people: (
            _differs_about(people) & _or_not_empty(Discrepancy.settled_by, Discrepancy.note)
        ),
        _emptied(settled_by="", note=""),
    ),
    Kind(
        "explanations",
        Explanation,
        ("reason", "given_by"),
        lambda event_id: (
            Explanation.checkpoint_id.in_(
                select(Checkpoint.id).where(Checkpoint.event_id == event_id)
            )
            & _or_not_empty(Explanation.reason, Explanation.given_by)
        ),
        left_of=_emptied(reason="", given_by=""),
    ),
    Kind(
        "closings",
        Closing,
        ("closed_by", "note"),
        lambda event_id: (
            Closing.checkpoint_id.in_(select(Checkpoint.id).where(Checkpoint.event_id == event_id))
            & _or_not_empty(Closing.closed_by, Closing.note)
        ),
        # The figures name nobody.
        left_of=_emptied(closed_by="", note=""),
    ),
)
