"""Who has arrived, in protocol order, for the page that is read out."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.database import db, now
from eventapp.events.models import Event
from eventapp.introductions.speech import Body, Guest, Speech, compose
from eventapp.registration import ranks
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation, Province
from eventapp.registration.ranking import RankRow
from eventapp.web.language import current_language, short_day

_FRESH_FOR = 1.0
"""Seconds for which the screens of one process share an answer to "has anything changed"."""
_MOST_KEPT = 100
_shared: dict[tuple[int, str], tuple[float, str]] = {}
_sharing = threading.Lock()

NAMED_SHARE = 0.6
"""Down to which part of the ranks people are named, where nobody chose: of the usual 18, the
directors of departments are the last."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where people are counted as arrived: a checkpoint, or the doors of a day together."""

    key: str
    label: str
    checkpoints: tuple[int, ...]


def places(event: Event) -> list[Place]:
    """Where people can have arrived: each day's doors, then every checkpoint but buses."""
    found = db.session.scalars(
        select(Checkpoint)
        .where(Checkpoint.event_id == event.id, Checkpoint.kind != CheckpointKind.BUS)
        .order_by(Checkpoint.position, Checkpoint.id)
    ).all()
    doors = [it for it in found if it.kind == CheckpointKind.DOOR]
    days = [
        Place(
            f"day-{day.id}",
            _("All doors, %(day)s", day=short_day(day.date)),
            tuple(it.id for it in doors if it.day_id == day.id),
        )
        for day in event.days
    ]
    language = current_language()
    singles = [Place(str(it.id), it.name_in(language) or it.name, (it.id,)) for it in found]
    return [*days, *singles]


def usual_place(event: Event, among: list[Place]) -> Place | None:
    """Today's doors; before the event its first day's, after it its last day's."""
    today = now().astimezone(event.zone).date()
    days = [it for it in event.days if it.date <= today] or event.days[:1]
    return next((it for it in among if days and it.key == f"day-{days[-1].id}"), None)


def usual_rank(rows: Sequence[RankRow]) -> int:
    """Down to which rank people are named where nobody chose; 0 is nobody."""
    return rows[max(0, round(NAMED_SHARE * len(rows)) - 1)].rank if rows else 0


def speech(event: Event, place: Place, named_up_to: int) -> Speech:
    """The introduction of everybody who has arrived there; one query."""
    columns: tuple[Any, ...] = (
        Delegate.id,
        Delegate.name,
        Delegate.position,
        Delegate.protocol_rank,
        Organisation.name.label("office"),
        Delegation.id.label("delegation_id"),
        Delegation.name.label("delegation"),
        Delegation.position.label("place"),
        Delegation.is_other,
        Province.kind,
    )
    rows = db.session.execute(
        select(*columns)
        .join(Delegate.organisation)
        .join(Organisation.delegation)
        .outerjoin(Province, Province.code == Delegation.province_code)
        .where(
            Delegate.event_id == event.id,
            Delegate.status.in_(COMING),
            Delegate.anonymised_at.is_(None),
            Delegate.id.in_(select(Attendance.delegate_id).where(_at(place))),
        )
        .order_by(*ranks.BY_RANK)
    )
    guests = [
        Guest(
            it.id,
            it.name,
            it.position,
            it.office,
            Body(it.delegation_id, it.delegation, it.kind or "", it.is_other, it.place),
            it.protocol_rank,
        )
        for it in rows
    ]
    return compose(guests, named_up_to)


def fingerprint(event_id: int, place: Place) -> str:
    """Changes whenever `speech` would: by an arrival, or by anything that the change log tells.

    One query, and however many screens ask this process, at most one in a second.
    """
    key = event_id, place.key
    with _sharing:
        asked, known = _shared.get(key, (0.0, ""))
        if known and time.monotonic() - asked < _FRESH_FOR:
            return known
        arrived = select(func.count()).select_from(Attendance).where(_at(place))
        changed = select(func.max(AuditEntry.id)).where(AuditEntry.event_id == event_id)
        row = db.session.execute(select(arrived.scalar_subquery(), changed.scalar_subquery())).one()
        known = "-".join(str(value or 0) for value in row)
        if len(_shared) >= _MOST_KEPT:
            _shared.clear()
        _shared[key] = time.monotonic(), known
    return known


def forget_shared() -> None:
    """Ask the database anew: after a test has put another one in its place."""
    with _sharing:
        _shared.clear()


def _at(place: Place) -> ColumnElement[bool]:
    return Attendance.checkpoint_id.in_(place.checkpoints)
