"""Everything that is held about one delegate, as JSON takes it, and nothing about anybody else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.accounts import audit
from eventapp.accounts.models import AuditEntry
from eventapp.badges.models import DelegatePhoto, PrintedBadge, PrintRun
from eventapp.certificates.models import AttendanceCorrection, Certificate
from eventapp.checkin.models import Attendance, Checkpoint, Scan, WalkIn
from eventapp.checkin.roll_call_models import RollCall
from eventapp.database import db
from eventapp.delegations.models import RequestKind
from eventapp.feedback.models import VisitFeedback
from eventapp.mail.models import Message
from eventapp.media import JPEG
from eventapp.privacy.kinds import names, requests_about
from eventapp.questions.answers import text_of
from eventapp.questions.models import Answer, AnswerFile, QuestionKind
from eventapp.registration import consent
from eventapp.registration.itinerary import classes_of
from eventapp.registration.models import Delegate, Organisation, Preference
from eventapp.visits.reason_words import why
from eventapp.visits.service import seat_of
from eventapp.visits.swap_models import SeatSwap
from eventapp.visits.waiting import wait_of

# What entries of the change log say of other people.
_OF_OTHERS = frozenset({"substitute", "substitutes_id", "not_the_same"})
_COLUMNS = (
    "name",
    "position",
    "email",
    "phone",
    "diet",
    "needs",
    "needs_step_free",
    "status",
    "language",
    "code",
    "created_at",
    "updated_at",
    "cancelled_at",
    "cancel_reason",
    "waitlisted_at",
    "offer_expires_at",
    "reprint_since",
)


def ids_of(delegate: Delegate) -> list[int]:
    """The delegate, and the registrations that were merged into theirs."""
    merged = select(Delegate.id).filter_by(merged_into_id=delegate.id).order_by(Delegate.id)
    return [delegate.id, *db.session.scalars(merged)]


def everything(delegate: Delegate, language: str) -> dict[str, Any]:
    """All that is held, by kind; times are RFC 3339 in UTC, texts in ``vi`` or ``en``."""
    ids = ids_of(delegate)
    rows = db.session.scalars(
        select(Delegate)
        .where(Delegate.id.in_(ids))
        .order_by(Delegate.id)
        .options(
            joinedload(Delegate.category),
            joinedload(Delegate.organisation).joinedload(Organisation.delegation),
            selectinload(Delegate.days),
            selectinload(Delegate.enrolments),
            selectinload(Delegate.preferences).joinedload(Preference.site),
        )
    ).all()
    own = [it for it in rows if it.id == delegate.id]
    return {
        "event": delegate.event.title_in(language),
        "kept_until": consent.retained_until(delegate.event).isoformat(),
        "registration": _registration(own[0], language),
        "merged_registrations": [
            _registration(it, language) for it in rows if it.id != delegate.id
        ],
        "consent": _consent(delegate, language),
        "answers": _answers(ids, language),
        "files": _files(ids),
        "photo": _photo(delegate),
        "visit_group": _group(delegate),
        "visit_feedback": _feedback(delegate),
        "seat_swaps": _swaps(ids),
        "visit_waitlist": _wait(delegate),
        "scans": _scans(ids, language),
        "walk_ins": _walk_ins(ids),
        "missing_at": _missing_at(delegate, ids, language),
        "attendance": _attendance(ids, language),
        "attendance_corrections": _corrections(ids, language),
        "certificates": _certificates(ids, language),
        "printed_badges": _printed(ids),
        "letters": _letters(ids),
        "change_requests": _requests(delegate, ids),
        "substitution": _substitution(delegate, ids),
        "changes": _changes(ids),
    }


def file_of(delegate: Delegate, file_id: int) -> AnswerFile | None:
    """A file that the delegate handed in."""
    return db.session.scalar(
        select(AnswerFile).where(
            AnswerFile.id == file_id, AnswerFile.delegate_id.in_(ids_of(delegate))
        )
    )


def _registration(it: Delegate, language: str) -> dict[str, Any]:
    return {
        **{column: _plain(getattr(it, column)) for column in _COLUMNS},
        "category": it.category.name_in(language),
        "organisation": it.organisation.name,
        "delegation": it.organisation.delegation.name,
        "days": [day.date.isoformat() for day in it.days],
        "classes": [its.title_in(language) for its in classes_of(it)],
        "wishes": [wish.site.name for wish in it.preferences],
        # The secret of the link itself is not held.
        "has_personal_link": it.secret_hash is not None,
    }


def _consent(it: Delegate, language: str) -> dict[str, Any] | None:
    if it.consent_at is None:
        return None
    try:
        wording = consent.wording(language, it.consent_version).filled(it.event)
    except KeyError:
        wording = []
    return {
        "given_at": _plain(it.consent_at),
        "version": it.consent_version,
        "by": it.consent_by,
        "wording": [{"heading": heading, "text": text} for heading, text in wording],
    }


def _answers(ids: Sequence[int], language: str) -> list[dict[str, Any]]:
    found = db.session.scalars(
        select(Answer)
        .where(Answer.delegate_id.in_(ids))
        .order_by(Answer.delegate_id, Answer.question_id)
        .options(joinedload(Answer.question))
    )
    return [
        {
            "question": it.question.label_in(language),
            "answer": _said(it, language),
            "text": text_of(it.question, it.value, language),
        }
        for it in found
        if it.question.kind != QuestionKind.FILE
    ]


def _said(it: Answer, language: str) -> Any:
    """An answer as people read it: the labels of what was chosen."""
    if it.question.kind not in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        return it.value
    labels = {
        option["key"]: (language == "en" and option.get("label_en")) or option["label"]
        for option in it.question.options
    }
    keys = it.value if isinstance(it.value, list) else [it.value]
    return [labels.get(str(key), key) for key in keys if key is not None]


def _files(ids: Sequence[int]) -> list[dict[str, Any]]:
    found = db.session.scalars(
        select(AnswerFile).where(AnswerFile.delegate_id.in_(ids)).order_by(AnswerFile.id)
    )
    return [
        {
            "id": it.id,
            "name": it.name,
            "media_type": it.media_type,
            "bytes": it.size,
            "sha256": it.sha256,
            "handed_in_at": _plain(it.created_at),
        }
        for it in found
    ]


def _photo(delegate: Delegate) -> dict[str, Any] | None:
    """The photo for the badge; one of a registration that was merged into this one is here, too."""
    found = db.session.get(DelegatePhoto, delegate.id)
    if found is None:
        return None
    return {
        "media_type": JPEG,
        "bytes": len(found.content),
        "sha256": found.digest,
        "handed_in_at": _plain(found.updated_at),
    }


def _group(delegate: Delegate) -> dict[str, Any] | None:
    seat = seat_of(delegate.id)
    if seat is None:
        return None
    said = why(seat, delegate.event_id, to_organisers=False)
    return {
        "letter": seat.group.letter,
        "site": seat.group.site.name,
        "bus": seat.bus.label if seat.bus else "",
        "departs_at": _plain(seat.group.departs_at),
        "returns_at": _plain(seat.group.returns_at),
        "given_at": _plain(seat.allocated_at),
        "why": [said.head, *said.lines],
    }


def _feedback(delegate: Delegate) -> dict[str, Any] | None:
    found = db.session.get(VisitFeedback, delegate.id)
    if found is None:
        return None
    return {
        "group": found.group.letter,
        "site": found.group.site.name,
        "visit": found.site,
        "organisation": found.organisation,
        "remark": found.comment,
        "answered_at": _plain(found.answered_at),
    }


def _swaps(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Swaps that were offered, wished for or done; not with whom."""
    found = db.session.scalars(
        select(SeatSwap)
        .where(SeatSwap.asker_id.in_(ids) | SeatSwap.other_id.in_(ids))
        .options(joinedload(SeatSwap.asker_group), joinedload(SeatSwap.other_group))
        .order_by(SeatSwap.id)
    )
    return [
        {
            "asked_by": "delegate" if it.asker_id in ids else "other",
            "from": (mine := it.asker_group if it.asker_id in ids else it.other_group).letter,
            "to": (it.other_group if mine is it.asker_group else it.asker_group).letter,
            "state": it.state,
            "asked_at": _plain(it.asked_at),
            "ended_at": _plain(it.ended_at),
        }
        for it in found
    ]


def _wait(delegate: Delegate) -> dict[str, Any] | None:
    wait, place = wait_of(delegate.id)
    if wait is None:
        return None
    return {"letter": wait.group.letter, "since": _plain(wait.since), "place": place}


def _scans(ids: Sequence[int], language: str) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Scan, Checkpoint)
        .outerjoin(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
        .where(Scan.delegate_id.in_(ids))
        .order_by(Scan.read_at, Scan.id)
    )
    return [
        {
            "read_at": _plain(scan.read_at),
            "received_at": _plain(scan.received_at),
            "checkpoint": checkpoint.name_in(language) if checkpoint else None,
            "code": scan.code,
            "kind": scan.kind,
            "direction": scan.direction,
            "source": scan.source,
            "verdict": scan.verdict,
            "reason": scan.reason,
            "note": scan.note,
        }
        for scan, checkpoint in rows
    ]


def _walk_ins(ids: Sequence[int]) -> list[dict[str, Any]]:
    """What was typed at the door, as long as it is kept."""
    rows = db.session.scalars(
        select(WalkIn).where(WalkIn.delegate_id.in_(ids)).order_by(WalkIn.made_at, WalkIn.id)
    )
    return [
        {
            "made_at": _plain(it.made_at),
            "outcome": it.outcome,
            "code": it.code,
            "typed": it.data,
        }
        for it in rows
    ]


def _missing_at(delegate: Delegate, ids: Sequence[int], language: str) -> list[dict[str, Any]]:
    """The rolls that were closed without them."""
    rows = db.session.execute(
        select(RollCall, Checkpoint)
        .join(Checkpoint, Checkpoint.id == RollCall.checkpoint_id)
        .where(RollCall.event_id == delegate.event_id)
        .order_by(RollCall.called_at, RollCall.id)
    )
    return [
        {
            "checkpoint": checkpoint.name_in(language),
            "called_at": _plain(call.called_at),
            "excused": bool(is_excused),
        }
        for call, checkpoint in rows
        for who, is_excused in call.missing
        if who in ids
    ]


def _attendance(ids: Sequence[int], language: str) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Attendance.first_read_at, Checkpoint)
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Attendance.delegate_id.in_(ids))
        .order_by(Attendance.first_read_at)
    )
    return [
        {"checkpoint": checkpoint.name_in(language), "first_read_at": _plain(at)}
        for at, checkpoint in rows
    ]


def _corrections(ids: Sequence[int], language: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(AttendanceCorrection)
        .where(AttendanceCorrection.delegate_id.in_(ids))
        .order_by(AttendanceCorrection.id)
        .options(
            joinedload(AttendanceCorrection.session),
            joinedload(AttendanceCorrection.day),
            joinedload(AttendanceCorrection.group),
        )
    )
    return [
        {
            "session": it.session.title_in(language) if it.session else None,
            "day": it.day.date.isoformat() if it.day else None,
            "visit_group": it.group.letter if it.group else None,
            "present": it.present,
            "reason": it.reason,
            "corrected_at": _plain(it.made_at),
            "by": _who(it.made_by),
        }
        for it in rows
    ]


def _certificates(ids: Sequence[int], language: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(Certificate).where(Certificate.delegate_id.in_(ids)).order_by(Certificate.number)
    )
    return [
        {
            "number": it.number_text,
            "code": it.code,
            "name": it.name,
            "position": it.position,
            "organisation": it.organisation,
            "training": it.title_in(language),
            "minutes": it.minutes,
            "visited": it.visited,
            "dated": it.issued_on.isoformat(),
            "issued_at": _plain(it.issued_at),
            "issued_anew": it.reissues,
            "issued_anew_on": it.reissued_on.isoformat() if it.reissued_on else None,
            "issued_anew_because": it.reissue_note,
            "withdrawn_at": _plain(it.withdrawn_at),
            "withdrawn_because": it.withdrawal_reason,
        }
        for it in rows
    ]


def _printed(ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(PrintRun.number, PrintRun.made_at, PrintRun.finished_at)
        .join(PrintedBadge, PrintedBadge.run_id == PrintRun.id)
        .where(PrintedBadge.delegate_id.in_(ids))
        .order_by(PrintRun.number, PrintedBadge.place)
    )
    return [
        {
            "run": row.number,
            "made_at": _plain(row.made_at),
            "printed_at": _plain(row.finished_at),
        }
        for row in rows
    ]


def _letters(ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(
            Message.kind,
            Message.subject,
            Message.to_address,
            Message.status,
            Message.created_at,
            Message.sent_at,
        )
        .where(Message.delegate_id.in_(ids))
        .order_by(Message.id)
    )
    return [
        {
            "kind": row.kind,
            "subject": row.subject,
            "to": row.to_address,
            "state": row.status,
            "written_at": _plain(row.created_at),
            "sent_at": _plain(row.sent_at),
        }
        for row in rows
    ]


def _requests(delegate: Delegate, ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = []
    for it in requests_about(delegate, ids):
        is_own = it.kind in (RequestKind.EDIT, RequestKind.CANCEL) or names(it, delegate)
        rows.append(
            {
                "kind": it.kind,
                "asked_at": _plain(it.created_at),
                "decision": it.decision,
                "decided_at": _plain(it.decided_at),
                # Who is to come instead is somebody else.
                "data": it.data if is_own else None,
            }
        )
    return rows


def _substitution(delegate: Delegate, ids: Sequence[int]) -> dict[str, bool]:
    replaced = select(Delegate.id).where(Delegate.substitutes_id.in_(ids)).limit(1)
    return {
        "stands_in_for_somebody": delegate.substitutes_id is not None,
        "somebody_stands_in": db.session.scalar(replaced) is not None,
    }


def _changes(ids: Sequence[int]) -> list[dict[str, Any]]:
    entries = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == "delegate", AuditEntry.subject_id.in_([str(it) for it in ids]))
        .order_by(AuditEntry.id)
    )
    return [
        {
            "at": _plain(it.at),
            "by": _who(it.actor),
            "action": it.action,
            "changes": {
                field: pair for field, pair in it.changes.items() if field not in _OF_OTHERS
            },
        }
        for it in entries
    ]


def _who(actor: str) -> str:
    """What somebody was, and not who."""
    if actor.startswith("user:"):
        return "organiser"
    if actor.startswith("lead:"):
        return "lead"
    if actor.startswith(audit.DEVICE):
        return "staff at the door"
    return "delegate" if actor.startswith("delegate") else "system"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
