"""Issuing, reissuing and withdrawing certificates, and correcting who attended what."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.certificates import judging
from eventapp.certificates.errors import (
    AlreadyWithdrawn,
    CertificateNotFound,
    NobodyToIssue,
    NothingChanged,
    NotOfThisEvent,
    ReasonMissing,
    RuleChanged,
)
from eventapp.certificates.models import AttendanceCorrection, Certificate, CertificateRule
from eventapp.certificates.rule import Standing
from eventapp.database import db, now, transaction
from eventapp.documents import heads, settings
from eventapp.events.models import Category, Day, Event
from eventapp.programme.models import Session, SessionKind
from eventapp.registration.service import locked
from eventapp.visits.models import VisitGroup

KIND = "GCN"
"""The short form of the paper's kind, for its number."""
_MERGED = "Trùng đăng ký; giấy còn giá trị: {number}"


@dataclass(frozen=True, slots=True)
class RuleData:
    """What organisers choose."""

    threshold: int
    excluded_category_ids: tuple[int, ...] = ()
    door_counts: bool = True
    names_visits: bool = True
    visits_count: bool = False
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """How many certificates were issued, and their first and last number."""

    count: int
    first: int
    last: int


def save_rule(event: Event, data: RuleData) -> None:
    """Store who gets a certificate. Raises RuleChanged for a category that is not the event's."""
    event_id = event.id
    with transaction():
        known = set(db.session.scalars(select(Category.id).filter_by(event_id=event_id)))
        if not known.issuperset(data.excluded_category_ids) or not 1 <= data.threshold <= 100:
            raise RuleChanged
        rule = _locked_rule(event_id)
        for name, value in asdict(data).items():
            setattr(rule, name, sorted(value) if isinstance(value, tuple) else value)
        if changes := audit.changes_of(rule):
            audit.record("change", "certificates", event_id, event_id=event_id, changes=changes)


def issue(event: Event, ids: Collection[int] | None = None, *, on: date | None = None) -> Issued:
    """Issue a certificate to all who qualify and have none, or to those of these ids.

    Numbers go on where they ended, without a gap, in the order of lists. Whoever's certificate was
    withdrawn gets another one only when named. ``on`` is what they are dated, today if None.
    Raises NobodyToIssue.
    """
    event_id = event.id
    with transaction():
        # Whoever issues at the same time waits here, and then sees what was issued.
        rule = _locked_rule(event_id)
        event = db.session.get_one(Event, event_id)
        judged = judging.judge(event, rule, ids)
        held = judging.certificates(event_id, ids)
        chosen = [
            id_
            for id_, it in judged.items()
            if it.standing is Standing.QUALIFIES
            and (id_ not in held or (ids is not None and held[id_].is_withdrawn))
        ]
        if not chosen:
            raise NobodyToIssue
        says = judging.snapshots(event, rule, judged, ids)
        dated = on or now().astimezone(event.zone).date()
        numbers = range(rule.last_number + 1, rule.last_number + len(chosen) + 1)
        texts = _number_texts(event, numbers)
        rows = [
            {
                "event_id": event_id,
                "delegate_id": id_,
                "number": number,
                "number_text": texts[number],
                "code": tokens.new_code(),
                "issued_on": dated,
                **asdict(says[id_]),
            }
            for number, id_ in zip(numbers, chosen, strict=True)
        ]
        db.session.execute(insert(Certificate), rows)
        rule.last_number = numbers[-1]
        for row in rows:
            _note("issue_certificate", row["delegate_id"], event_id, row["number_text"])
    return Issued(len(chosen), numbers[0], numbers[-1])


def reissue(event: Event, certificate_id: int, note: str, *, on: date | None = None) -> Certificate:
    """Bring a certificate up to date under its number, and say on it that it is a new print.

    Raises CertificateNotFound, AlreadyWithdrawn, ReasonMissing, NothingChanged.
    """
    event_id, note = event.id, _reason(note)
    with transaction():
        it = _locked(event_id, certificate_id)
        event = db.session.get_one(Event, event_id)
        rule, ids = judging.rule_of(event_id), (it.delegate_id,)
        says = judging.snapshots(event, rule, judging.judge(event, rule, ids), ids)
        new = says.get(it.delegate_id)
        if new is None or new == judging.says(it):
            raise NothingChanged
        for name, value in asdict(new).items():
            setattr(it, name, value)
        changes = audit.changes_of(it)
        it.reissues += 1
        it.reissued_on = on or now().astimezone(event.zone).date()
        it.reissue_note = note
        _note("reissue_certificate", it.delegate_id, event_id, it.number_text, note, changes)
        return it


def withdraw(event: Event, certificate_id: int, reason: str) -> Certificate:
    """Make a certificate invalid; its number stays taken.

    Raises CertificateNotFound, AlreadyWithdrawn, ReasonMissing.
    """
    event_id, reason = event.id, _reason(reason)
    with transaction():
        it = _locked(event_id, certificate_id)
        it.withdrawn_at, it.withdrawal_reason = now(), reason
        _note("withdraw_certificate", it.delegate_id, event_id, it.number_text, reason)
        return it


def correct(
    event: Event,
    delegate_id: int,
    *,
    session_id: int | None = None,
    day_id: int | None = None,
    group_id: int | None = None,
    present: bool | None,
    reason: str,
) -> None:
    """Say that somebody was at a training session, on a visit or there on a day, or was not.

    ``present`` None takes a correction back: the scans count again. What is so already is not
    recorded again. Raises DelegateNotFound, NotOfThisEvent, ReasonMissing.
    """
    event_id, reason = event.id, _reason(reason)
    with transaction():
        locked(event_id, delegate_id)
        what = _subject(event_id, session_id=session_id, day_id=day_id, group_id=group_id)
        found = db.session.scalar(
            select(AttendanceCorrection).filter_by(delegate_id=delegate_id, **what)
        )
        before = found.present if found else None
        if present is before:
            return
        if present is None:
            db.session.delete(found)
        else:
            found = found or AttendanceCorrection(
                event_id=event_id, delegate_id=delegate_id, **what
            )
            found.present, found.reason = present, reason
            found.made_by, found.made_at = audit.actor.get()[:254], now()
            db.session.add(found)
        audit.record(
            "correct_attendance",
            "delegate",
            delegate_id,
            event_id=event_id,
            changes={
                **{name: [None, id_] for name, id_ in what.items()},
                "present": [before, present],
            },
            note=reason,
        )


def take_over(event_id: int, kept_id: int, other_id: int) -> None:
    """Two registrations become one, within the transaction of it: all goes to the one kept.

    Where both were corrected, what was said of the one kept counts. Of two valid certificates the
    other's is withdrawn.
    """
    mine = db.session.scalars(select(AttendanceCorrection).filter_by(delegate_id=kept_id)).all()
    known = {(it.session_id, it.day_id, it.group_id) for it in mine}
    for it in db.session.scalars(select(AttendanceCorrection).filter_by(delegate_id=other_id)):
        if (it.session_id, it.day_id, it.group_id) in known:
            db.session.delete(it)
        else:
            it.delegate_id = kept_id
    valid = db.session.scalar(select(Certificate).filter_by(delegate_id=kept_id, withdrawn_at=None))
    for certificate in db.session.scalars(select(Certificate).filter_by(delegate_id=other_id)):
        if valid is not None and not certificate.is_withdrawn:
            certificate.withdrawn_at = now()
            certificate.withdrawal_reason = _MERGED.format(number=valid.number_text)
            db.session.flush()
            _note("withdraw_certificate", kept_id, event_id, certificate.number_text)
        certificate.delegate_id = kept_id
    db.session.flush()


def _locked_rule(event_id: int) -> CertificateRule:
    """The event's rule, stored, and ours until the transaction ends."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    usual = judging.new_rule(event_id)
    values = {it.key: getattr(usual, it.key) for it in inspect(CertificateRule).column_attrs}
    db.session.execute(dialect.insert(CertificateRule).values(values).on_conflict_do_nothing())
    return db.session.scalars(
        select(CertificateRule).filter_by(event_id=event_id).with_for_update()
    ).one()


def _locked(event_id: int, certificate_id: int) -> Certificate:
    it = db.session.scalar(
        select(Certificate).filter_by(id=certificate_id, event_id=event_id).with_for_update()
    )
    if it is None:
        raise CertificateNotFound(certificate_id)
    if it.is_withdrawn:
        raise AlreadyWithdrawn(certificate_id)
    return it


def _number_texts(event: Event, numbers: range) -> dict[int, str]:
    pattern = settings.of(event).number_pattern
    year = str(event.days[0].date.year) if event.days else ""
    return {
        it: heads.numbered(pattern, number=str(it), kind=KIND, year=year)[:150] for it in numbers
    }


def _subject(event_id: int, **given: int | None) -> dict[str, int]:
    """The column that says what is corrected, with its id. Raises NotOfThisEvent."""
    ids = {name: id_ for name, id_ in given.items() if id_ is not None}
    if len(ids) != 1:
        raise NotOfThisEvent
    queries = {
        "session_id": select(Session.id).filter_by(kind=SessionKind.TRAINING),
        "day_id": select(Day.id),
        "group_id": select(VisitGroup.id),
    }
    [(name, id_)] = ids.items()
    if db.session.scalar(queries[name].filter_by(id=id_, event_id=event_id)) is None:
        raise NotOfThisEvent
    return ids


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise ReasonMissing
    return reason


def _note(
    action: str,
    delegate_id: int,
    event_id: int,
    number: str,
    note: str = "",
    changes: dict[str, list[object]] | None = None,
) -> None:
    audit.record(
        action,
        "delegate",
        delegate_id,
        event_id=event_id,
        changes={"certificate": [None, number], **(changes or {})},
        note=note or None,
    )
