"""Who of an event gets a certificate and why not, and what each certificate would say now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from eventapp.certificates import attendance, visits
from eventapp.certificates.models import DEFAULT_THRESHOLD, Certificate, CertificateRule
from eventapp.certificates.rule import (
    Share,
    Standing,
    Training,
    share,
    slots,
    standing,
    visited,
)
from eventapp.database import db
from eventapp.documents.people import full_name
from eventapp.events.models import Event
from eventapp.programme.models import Session, SessionKind
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Province,
    Status,
    enrolment,
)
from eventapp.registration.ranks import BY_DELEGATION


@dataclass(frozen=True, slots=True)
class Judged:
    """One person: what they attended, and whether that is enough. ``visits`` are the groups with
    which they went."""

    delegate_id: int
    delegation_id: int
    share: Share
    standing: Standing
    visits: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a certificate says of its holder and of the training."""

    name: str
    position: str
    organisation: str
    title: str
    title_en: str
    minutes: int
    visited: str = ""


def rule_of(event_id: int) -> CertificateRule:
    """The event's rule; a new one, not stored, where nobody has saved any."""
    return db.session.get(CertificateRule, event_id) or new_rule(event_id)


def new_rule(event_id: int) -> CertificateRule:
    """What holds until organisers say something else."""
    return CertificateRule(
        event_id=event_id,
        threshold=DEFAULT_THRESHOLD,
        excluded_category_ids=[],
        door_counts=True,
        names_visits=True,
        visits_count=False,
        title="",
        title_en="",
        last_number=0,
    )


def judge(
    event: Event, rule: CertificateRule, ids: Collection[int] | None = None
) -> dict[int, Judged]:
    """Everybody who is approved or has a certificate, or those of these ids, by id.

    In the order of lists; in a fixed number of queries.
    """
    sessions = attendance.training_sessions(event.id)
    of = slots(Training(it.id, it.starts_at, it.ends_at) for it in sessions)
    known = attendance.record(event, sessions, door_counts=rule.door_counts, ids=ids)
    enrolled = _enrolled(event.id, ids)
    departures = slots(visits.departures(event.id)) if rule.visits_count else ()
    seats = visits.seats(event.id, ids) if rule.visits_count else {}
    excluded = set(rule.excluded_category_ids)
    found = {}
    for row in db.session.execute(_people(event.id, ids)):
        went = known.visits_of(row.id)
        got = share(of, enrolled.get(row.id, ()), known.of(row.id))
        if departures:
            got += visited(departures, seats.get(row.id, ()), went)
        verdict = standing(got, rule.threshold, is_excluded=row.category_id in excluded)
        if row.status != Status.APPROVED:
            verdict = Standing.NOT_APPROVED
        found[row.id] = Judged(row.id, row.delegation_id, got, verdict, went)
    return found


def _people(event_id: int, ids: Collection[int] | None) -> Any:
    query = (
        select(
            Delegate.id,
            Delegate.category_id,
            Delegate.status,
            Organisation.delegation_id,
        )
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .where(
            Delegate.event_id == event_id,
            or_(
                (Delegate.status == Status.APPROVED) & Delegate.anonymised_at.is_(None),
                Delegate.id.in_(_certified(event_id)),
            ),
        )
        .order_by(*BY_DELEGATION)
    )
    return query if ids is None else query.where(Delegate.id.in_(ids))


def _certified(event_id: int) -> Any:
    return select(Certificate.delegate_id).where(Certificate.event_id == event_id)


def _enrolled(event_id: int, ids: Collection[int] | None) -> dict[int, list[int]]:
    query = (
        select(enrolment.c.delegate_id, enrolment.c.session_id)
        .join(Session, Session.id == enrolment.c.session_id)
        .where(Session.event_id == event_id, Session.kind == SessionKind.TRAINING)
    )
    if ids is not None:
        query = query.where(enrolment.c.delegate_id.in_(ids))
    found: dict[int, list[int]] = {}
    for delegate_id, session_id in db.session.execute(query):
        found.setdefault(delegate_id, []).append(session_id)
    return found


def snapshots(
    event: Event,
    rule: CertificateRule,
    judged: Mapping[int, Judged],
    ids: Collection[int] | None = None,
    *,
    certified: bool = False,
) -> dict[int, Snapshot]:
    """What certificates would say now of those judged, or of these, by id.

    ``certified``: only of those who have one.
    """
    title = rule.title or event.title
    title_en = rule.title_en or ("" if rule.title else event.title_en)
    sites = visits.sites(event.id) if rule.names_visits else {}
    query = (
        select(
            Delegate.id,
            Delegate.name,
            Delegate.position,
            Organisation.name.label("office"),
            Delegation.name.label("delegation"),
            Delegation.is_other,
            Province.kind,
        )
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .outerjoin(Province, Province.code == Delegation.province_code)
        .where(Delegate.event_id == event.id, Delegate.anonymised_at.is_(None))
    )
    if ids is not None:
        query = query.where(Delegate.id.in_(ids))
    if certified:
        query = query.where(Delegate.id.in_(_certified(event.id)))
    found = {}
    for row in db.session.execute(query):
        if row.id not in judged:
            continue
        alone = row.is_other or row.delegation == row.office
        where = row.office if alone else f"{row.office}, {full_name(row.delegation, row.kind)}"
        it = judged[row.id]
        found[row.id] = Snapshot(
            row.name,
            row.position,
            where,
            title,
            title_en,
            it.share.minutes,
            visits.named(sites, it.visits),
        )
    return found


def certificates(event_id: int, ids: Collection[int] | None = None) -> dict[int, Certificate]:
    """By the holder's id, their valid certificate, or else the last that was withdrawn."""
    query = select(Certificate).filter_by(event_id=event_id).order_by(Certificate.number)
    if ids is not None:
        query = query.where(Certificate.delegate_id.in_(ids))
    found: dict[int, Certificate] = {}
    for it in db.session.scalars(query):
        if it.delegate_id not in found or found[it.delegate_id].is_withdrawn:
            found[it.delegate_id] = it
    return found


def has_certificate(delegate_id: int) -> bool:
    """Whether somebody has a valid certificate."""
    query = select(Certificate.id).filter_by(delegate_id=delegate_id, withdrawn_at=None)
    return db.session.scalar(query) is not None


def says(certificate: Certificate) -> Snapshot:
    """What a certificate says."""
    return Snapshot(**{name: getattr(certificate, name) for name in Snapshot.__dataclass_fields__})


def outdated(held: Mapping[int, Certificate], now: Mapping[int, Snapshot]) -> frozenset[int]:
    """Holders of valid certificates that say something else than what is known now."""
    return frozenset(
        id_
        for id_, it in held.items()
        if not it.is_withdrawn and id_ in now and now[id_] != says(it)
    )
