"""Two registrations of one person become one: one transaction, in which nothing is lost.

The one that is kept takes over what it lacks. The other is cancelled and points to it: its personal
link leads there, its printed code counts as the kept one's at every checkpoint, its place goes to
the waitlist. The log of scans is not touched; what it adds up to (Attendance) moves.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts import audit
from eventapp.checkin.models import Attendance, Scan
from eventapp.database import db, now, transaction
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.duplicates.choosing import FIELDS
from eventapp.duplicates.errors import AlreadyGone, NotTwo
from eventapp.events.models import Event
from eventapp.mail.models import Message
from eventapp.programme.models import Session
from eventapp.questions.models import Answer, AnswerFile
from eventapp.registration import letters, service, waitlist
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.indexing import index_delegate
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import GONE, HOLDING, Delegate, NotTheSame, Preference, Status
from eventapp.registration.quota import Ledger, claim_of
from eventapp.registration.wording import noted
from eventapp.visits.models import Allocation
from eventapp.visits.service import hand_over_seat

on_merging: list[Callable[[int, int, int], object]] = []
"""Called within the transaction with the event's id, that of the delegate who is kept and that of
the other: features that know more of them move it. Filled in eventapp.features."""

MAX_WISHES = 3
# The best of the two is where the person stands afterwards.
_STANDING = (Status.APPROVED, Status.PENDING, Status.OFFERED, Status.WAITLISTED)
_ON_THE_BADGE = frozenset({"name", "position", "organisation_id", "category_id", "visit_group"})


def merge(
    event: Event,
    kept_id: int,
    other_id: int,
    choices: Mapping[str, int] | None = None,
    *,
    revisions: Mapping[int, int] | None = None,
) -> Delegate:
    """Make one registration of two: the one that is kept.

    ``choices`` maps fields of `choosing.FIELDS` to the id of the delegate whose value is kept;
    what it does not name stays as it is. ``revisions`` are those at which both were read.
    Days, wishes and answers are put together, classes as far as they are on a day that is attended
    and at no time that is taken. What somebody without a place asked for takes no place.

    Raises DelegateNotFound, NotTwo, AlreadyGone, QuotaFull (a choice needs a place that is not
    there), and StaleDataError when one of the two was changed since it was read.
    """
    event_id = event.id
    if kept_id == other_id:
        raise NotTwo(kept_id)
    with transaction():
        ledger = Ledger(event_id)
        kept, other = _both(event_id, kept_id, other_id)
        for it in (kept, other):
            if it.status in GONE:
                raise AlreadyGone(it.id)
            if revisions is not None and revisions.get(it.id) != it.revision:
                raise StaleDataError
        _merge(ledger, kept, other, choices or {})
        return kept


def keep_apart(event: Event, first_id: int, second_id: int) -> None:
    """Remember that two who look alike are two people. Raises DelegateNotFound, NotTwo."""
    event_id = event.id
    if first_id == second_id:
        raise NotTwo(first_id)
    low, high = sorted((first_id, second_id))
    with transaction():
        found = db.session.scalars(
            select(Delegate.id)
            .where(Delegate.event_id == event_id, Delegate.id.in_((low, high)))
            .order_by(Delegate.id)
            .with_for_update()
        ).all()
        if len(found) < 2:
            raise DelegateNotFound(low if low not in found else high)
        if db.session.get(NotTheSame, (low, high)) is None:
            db.session.add(NotTheSame(first_id=low, second_id=high))
            for one, another in ((low, high), (high, low)):
                audit.record(
                    "keep_apart",
                    "delegate",
                    one,
                    event_id=event_id,
                    changes={"not_the_same": [None, another]},
                )


def scanned(ids: Sequence[int]) -> frozenset[int]:
    """Which of these delegates were scanned anywhere, whatever came of it."""
    rows = db.session.scalars(select(Scan.delegate_id).where(Scan.delegate_id.in_(ids)).distinct())
    return frozenset(it for it in rows if it is not None)


def _both(event_id: int, kept_id: int, other_id: int) -> tuple[Delegate, Delegate]:
    """Both rows, ours until the end; locked in the order of their ids, as everywhere."""
    found = {
        it.id: it
        for it in db.session.scalars(
            select(Delegate)
            .where(
                Delegate.event_id == event_id,
                Delegate.id.in_((kept_id, other_id)),
                Delegate.merged_into_id.is_(None),  # a scan follows one that is merged, in its lock
            )
            .order_by(Delegate.id)
            .with_for_update()
            .options(
                selectinload(Delegate.days),
                selectinload(Delegate.enrolments),
                selectinload(Delegate.preferences),
            )
        )
    }
    for wanted in {kept_id, other_id} - found.keys():
        known = select(Delegate.id).filter_by(event_id=event_id, id=wanted)
        raise (DelegateNotFound if db.session.scalar(known) is None else AlreadyGone)(wanted)
    return found[kept_id], found[other_id]


def _merge(ledger: Ledger, kept: Delegate, other: Delegate, choices: Mapping[str, int]) -> None:
    claims = [claim_of(it) for it in (kept, other) if it.status in HOLDING]
    standing = Status(other.status)
    changes = _values(kept, other, choices)
    changes |= _together(kept, other)
    changes |= _status(kept, other)
    kept.updated_at = now()
    index_delegate(kept)
    seat = _take_over_seat(kept, other)
    moved = _move_rows(kept, other)
    for take_over in on_merging:
        take_over(kept.event_id, kept.id, other.id)
    if seat or not _ON_THE_BADGE.isdisjoint(changes):
        kept.reprint_since = now()
    other.status, other.cancelled_at = Status.CANCELLED, now()
    other.waitlisted_at = other.offer_expires_at = None
    other.merged_into_id = kept.id
    db.session.flush()
    for give_back in service.on_cancelling:
        give_back(other.event_id, other.id)
    ledger.change([claim_of(kept)] if kept.status in HOLDING else [], claims)
    audit.record(
        "merge",
        "delegate",
        kept.id,
        event_id=kept.event_id,
        changes={
            **changes,
            "merged_from": [None, other.id],
            "also_code": [None, other.code],
            **moved,
        },
    )
    audit.record(
        "merge",
        "delegate",
        other.id,
        event_id=other.event_id,
        changes={
            "status": [standing, Status.CANCELLED],
            "merged_into_id": [None, kept.id],
            **{field: [getattr(other, field), None] for field in FIELDS if getattr(other, field)},
            **{field: [ids, []] for field, ids in _lists(other).items()},
        },
    )
    db.session.flush()
    told = {field: pair for field, pair in changes.items() if not field.startswith("consent_")}
    if "status" in told:
        letters.tell(kept, letters.FIRST[kept.status])
    elif kept.is_coming and letters.are_worth_telling(told, noted(kept.event_id, told)):
        letters.tell(kept, LetterKind.CHANGED, changes=told)
    waitlist.advance(kept.event_id, ledger)


def _values(kept: Delegate, other: Delegate, choices: Mapping[str, int]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field in FIELDS:
        before, after = getattr(kept, field), getattr(other, field)
        if choices.get(field) == other.id and before != after:
            setattr(kept, field, after)
            changes[field] = [before, after]
    if "organisation_id" in changes:
        kept.organisation = other.organisation
    if "category_id" in changes:
        kept.category = other.category
    if kept.consent_at is None and other.consent_at is not None:
        for field in ("consent_at", "consent_version", "consent_by"):
            changes[field] = [getattr(kept, field), getattr(other, field)]
            setattr(kept, field, getattr(other, field))
    return changes


def _together(kept: Delegate, other: Delegate) -> dict[str, Any]:
    """Days, classes and wishes of both."""
    before = _lists(kept)
    # What somebody without a place asked for is not given to them by way of the other row.
    if other.status in HOLDING or kept.status not in HOLDING:
        kept.days = sorted({*kept.days, *other.days}, key=lambda it: it.date)
        attended = {it.id for it in kept.days}
        for session in other.enrolments:
            if session.day_id in attended and not any(
                _clash(session, it) for it in kept.enrolments
            ):
                kept.enrolments.append(session)
    sites = {it.site_id for it in kept.preferences}
    rank = max((it.rank for it in kept.preferences), default=0)
    for wish in other.preferences:
        if wish.site_id not in sites and rank < MAX_WISHES:
            rank += 1
            kept.preferences.append(Preference(site_id=wish.site_id, rank=rank))
    after = _lists(kept)
    return {
        field: [before.get(field, []), after[field]]
        for field in after
        if before.get(field) != after[field]
    }


def _lists(delegate: Delegate) -> dict[str, list[int]]:
    """The ids of days, classes and wishes, for the change log; what is empty is left out."""
    lists = {
        "days": sorted(it.id for it in delegate.days),
        "training": sorted(it.id for it in delegate.enrolments),
        "wishes": [it.site_id for it in sorted(delegate.preferences, key=lambda it: it.rank)],
    }
    return {field: ids for field, ids in lists.items() if ids}


def _clash(one: Session, another: Session) -> bool:
    return one.id == another.id or (
        one.starts_at < another.ends_at and another.starts_at < one.ends_at
    )


def _status(kept: Delegate, other: Delegate) -> dict[str, Any]:
    before = Status(kept.status)
    best = min((before, Status(other.status)), key=_STANDING.index)
    if best == Status.OFFERED:
        ends = [it.offer_expires_at for it in (kept, other) if it.offer_expires_at is not None]
        kept.offer_expires_at = max(ends, default=None)
    elif best == Status.WAITLISTED:
        since = [it.waitlisted_at for it in (kept, other) if it.waitlisted_at is not None]
        kept.waitlisted_at = min(since, default=None)
    else:
        kept.waitlisted_at = kept.offer_expires_at = None
    kept.status = best
    return {} if best == before else {"status": [before, best]}


def _take_over_seat(kept: Delegate, other: Delegate) -> bool:
    """The seat of the one who is kept, else the other's; whether that one was handed over."""
    if not kept.is_coming or _has_seat(kept.id) or not _has_seat(other.id):
        return False
    db.session.flush()
    hand_over_seat(kept.event_id, other.id, kept.id)
    return True


def _has_seat(delegate_id: int) -> bool:
    query = select(Allocation.group_id).where(Allocation.delegate_id == delegate_id)
    return db.session.scalar(query) is not None


def _move_rows(kept: Delegate, other: Delegate) -> dict[str, Any]:
    """What other tables know of the one goes over to the other; what moved, for the change log."""
    moved = {
        "attendance": _move_attendance(kept.id, other.id),
        "answers": _move_answers(kept.id, other.id),
        "messages": _point(Message.delegate_id, other.id, kept.id),
        "change_requests": _move_requests(kept.id, other.id),
    }
    # Whoever was merged into the other one is merged into this one: one step leads there.
    _point(Delegate.merged_into_id, other.id, kept.id)
    _point(Delegate.substitutes_id, other.id, kept.id, Delegate.id != kept.id)
    if kept.substitutes_id == other.id:
        kept.substitutes_id = None
    if kept.substitutes_id is None and other.substitutes_id not in (None, kept.id):
        kept.substitutes_id = other.substitutes_id
    _move_apart(kept.id, other.id)
    return {name: [None, what] for name, what in moved.items() if what}


def _move_requests(kept_id: int, other_id: int) -> int:
    """What leads asked for; how many requests.

    Whoever asked to cancel the other registration has got it: the one that is kept is not meant.
    """
    db.session.execute(
        update(ChangeRequest)
        .where(
            ChangeRequest.delegate_id == other_id,
            ChangeRequest.kind == RequestKind.CANCEL,
            ChangeRequest.decision == Decision.WAITING,
        )
        .values(
            decision=Decision.ACCEPTED,
            decided_at=now(),
            decided_by=audit.actor.get()[:254],
        )
        .execution_options(synchronize_session=False)
    )
    return _point(
        ChangeRequest.delegate_id, other_id, kept_id, ChangeRequest.kind != RequestKind.CANCEL
    )


def _point(column: Any, old: int, new: int, *conditions: Any) -> int:
    """Let what points to one delegate point to another; how many rows."""
    done = db.session.execute(
        update(column.class_)
        .where(column == old, *conditions)
        .values({column.key: new})
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _move_attendance(kept_id: int, other_id: int) -> list[int]:
    """Both were admitted somewhere: the earlier time counts. The checkpoints concerned."""
    rows = db.session.scalars(
        select(Attendance).where(Attendance.delegate_id.in_((kept_id, other_id)))
    ).all()
    mine = {it.checkpoint_id: it for it in rows if it.delegate_id == kept_id}
    theirs = [it for it in rows if it.delegate_id == other_id]
    for it in theirs:
        own = mine.get(it.checkpoint_id)
        if own is None:
            it.delegate_id = kept_id
            continue
        if it.first_read_at < own.first_read_at:
            own.first_read_at, own.scan_id = it.first_read_at, it.scan_id
        if it.moved_at is not None and (own.moved_at is None or it.moved_at > own.moved_at):
            own.left_at, own.moved_at = it.left_at, it.moved_at
        db.session.delete(it)
    db.session.flush()
    return sorted(it.checkpoint_id for it in theirs)


def _move_answers(kept_id: int, other_id: int) -> list[int]:
    """Answers to questions that only the other one has answered; the questions."""
    answered = set(
        db.session.scalars(select(Answer.question_id).where(Answer.delegate_id == kept_id))
    )
    missing = [
        it
        for it in db.session.scalars(select(Answer.question_id).filter_by(delegate_id=other_id))
        if it not in answered
    ]
    for table in (Answer, AnswerFile):
        db.session.execute(
            update(table)
            .where(table.delegate_id == other_id, table.question_id.in_(missing))
            .values(delegate_id=kept_id)
            .execution_options(synchronize_session=False)
        )
    return sorted(missing)


def _move_apart(kept_id: int, other_id: int) -> None:
    """Who is somebody else than the one is somebody else than the other, too."""
    rows = db.session.execute(
        select(NotTheSame.first_id, NotTheSame.second_id).where(
            or_(*(column.in_((kept_id, other_id)) for column in _APART))
        )
    ).all()
    pairs = {(row.first_id, row.second_id) for row in rows}
    theirs = {pair for pair in pairs if other_id in pair}
    moved = {
        (min(kept_id, third), max(kept_id, third))
        for pair in theirs
        for third in pair
        if third not in (kept_id, other_id)
    }
    if theirs:
        db.session.execute(
            delete(NotTheSame)
            .where(or_(*(column == other_id for column in _APART)))
            .execution_options(synchronize_session=False)
        )
    if new := sorted(moved - pairs):
        db.session.execute(insert(NotTheSame), [{"first_id": a, "second_id": b} for a, b in new])


_APART = (NotTheSame.first_id, NotTheSame.second_id)


def count_merged(event: Event) -> int:
    """How many registrations of the event were merged into another one."""
    query = select(func.count(Delegate.id)).where(
        Delegate.event_id == event.id, Delegate.merged_into_id.is_not(None)
    )
    return db.session.scalar(query) or 0
