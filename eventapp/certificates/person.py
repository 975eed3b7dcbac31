"""One person's attendance: what was scanned where and when, and what was corrected by whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.certificates import attendance, judging, visits
from eventapp.certificates.attendance import Source
from eventapp.certificates.judging import Judged, Snapshot
from eventapp.certificates.listing import State, state_of
from eventapp.certificates.models import AttendanceCorrection, Certificate, CertificateRule
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.database import db
from eventapp.events.models import Day, Event
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate, Organisation
from eventapp.visits.models import VisitGroup


@dataclass(frozen=True, slots=True)
class Line:
    """A training session, a visit group or a day: whether somebody was there, and how that is
    known."""

    subject: Session | Day | VisitGroup
    attended: bool
    scanned_at: datetime | None
    correction: AttendanceCorrection | None
    source: Source | None = None
    is_own: bool = True
    """Whether they are enrolled in it, have a seat in it, or need neither."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person, and all that decides about their certificate."""

    delegate: Delegate
    sessions: Sequence[Line]
    days: Sequence[Line]
    visits: Sequence[Line]
    """Groups in which they have a seat, with which they went, or of which it was corrected."""
    judged: Judged | None
    """None for somebody who is not approved and never had a certificate."""
    certificates: Sequence[Certificate]
    """The valid one first, then those that were withdrawn, the last first."""
    state: State | None
    new: Snapshot | None
    """What a certificate would say now."""


def load(event: Event, rule: CertificateRule, delegate_id: int) -> Person | None:
    """The person of that id at the event, None if there is none."""
    delegate = db.session.scalar(
        select(Delegate)
        .filter_by(id=delegate_id, event_id=event.id)
        .options(
            joinedload(Delegate.category),
            joinedload(Delegate.organisation).joinedload(Organisation.delegation),
        )
    )
    if delegate is None:
        return None
    ids = (delegate_id,)
    judged = judging.judge(event, rule, ids).get(delegate_id)
    of = {delegate_id: judged} if judged else {}
    new = judging.snapshots(event, rule, of, ids).get(delegate_id)
    held = judging.certificates(event.id, ids)
    is_outdated = delegate_id in judging.outdated(held, {delegate_id: new} if new else {})
    sessions, days, groups = _lines(event, rule, delegate)
    return Person(
        delegate,
        sessions,
        days,
        groups,
        judged,
        _all_certificates(delegate_id),
        state_of(judged, held.get(delegate_id), is_outdated=is_outdated) if judged else None,
        new,
    )


def _lines(
    event: Event, rule: CertificateRule, delegate: Delegate
) -> tuple[Sequence[Line], Sequence[Line], Sequence[Line]]:
    sessions = attendance.training_sessions(event.id)
    known = attendance.record(event, sessions, door_counts=rule.door_counts, ids=(delegate.id,))
    sources = attendance.sources(event, sessions, door_counts=rule.door_counts)
    at_session, at_door, at_bus = _scans(delegate.id)
    corrections = db.session.scalars(
        select(AttendanceCorrection).filter_by(delegate_id=delegate.id)
    ).all()
    of_session = {it.session_id: it for it in corrections}
    of_day = {it.day_id: it for it in corrections}
    of_group = {it.group_id: it for it in corrections if it.group_id is not None}
    went = known.visits_of(delegate.id)
    seat = visits.seats(event.id, (delegate.id,)).get(delegate.id, ())
    enrolled = {it.id for it in delegate.enrolments}
    attended, days = known.of(delegate.id), known.days_of(delegate.id)
    return (
        [
            Line(
                it,
                it.id in attended,
                at_session.get(it.id)
                or (at_door.get(it.day_id) if sources[it.id] is Source.DOOR else None),
                of_session.get(it.id),
                sources[it.id],
                is_own=not it.takes_enrolment or it.id in enrolled,
            )
            for it in sessions
        ],
        [Line(it, it.id in days, at_door.get(it.id), of_day.get(it.id)) for it in event.days],
        [
            Line(
                it,
                it.id in went,
                at_bus.get(it.id),
                of_group.get(it.id),
                is_own=it.id in (seat or went),
            )
            for it in _groups({*went, *seat, *of_group})
        ],
    )


def _scans(
    delegate_id: int,
) -> tuple[Mapping[int, datetime], Mapping[int, datetime], Mapping[int, datetime]]:
    """When somebody was first admitted, by the id of a session, of a day (at the door) and of a
    visit group."""
    rows = db.session.execute(
        select(
            Checkpoint.kind,
            Checkpoint.session_id,
            Checkpoint.day_id,
            Checkpoint.group_id,
            Attendance.first_read_at,
        )
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .where(Attendance.delegate_id == delegate_id)
        .order_by(Attendance.first_read_at.desc())
    ).all()
    return (
        {it.session_id: it.first_read_at for it in rows if it.session_id is not None},
        {it.day_id: it.first_read_at for it in rows if it.kind == CheckpointKind.DOOR},
        {it.group_id: it.first_read_at for it in rows if it.group_id is not None},
    )


def _groups(ids: Collection[int]) -> Sequence[VisitGroup]:
    query = select(VisitGroup).where(VisitGroup.id.in_(ids)).options(joinedload(VisitGroup.site))
    return db.session.scalars(query.order_by(VisitGroup.departs_at, VisitGroup.id)).all()


def _all_certificates(delegate_id: int) -> Sequence[Certificate]:
    found = db.session.scalars(select(Certificate).filter_by(delegate_id=delegate_id)).all()
    return sorted(found, key=lambda it: (it.is_withdrawn, -it.number))
