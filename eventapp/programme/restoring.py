"""An earlier version as the draft again: sessions are known by their UIDs.

Whoever is enrolled in a session, its checkpoint and its scans stay with it. A session that the
version does not have, and that people, scans or files depend on, stays in the draft.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Table, func, select

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Day, Event, Room
from eventapp.programme import published, service
from eventapp.programme.differences import Difference, differences
from eventapp.programme.models import Material, Session, SessionKind, Speaker
from eventapp.programme.published import Draft, DraftChanged, Published
from eventapp.programme.records import Person, Place, Record


@dataclass(frozen=True, slots=True)
class Kept:
    """A session that stays although the version does not have it, and what depends on it."""

    title: str
    enrolled: int
    scans: int
    files: int


@dataclass(frozen=True, slots=True)
class Restoration:
    """What restoring a version changes in the draft, and what it cannot do.

    ``without_day`` are the titles of sessions whose day the event no longer has.
    """

    version: Published
    draft: Draft
    differences: Sequence[Difference]
    kept: Sequence[Kept]
    without_day: Sequence[str]


def plan(event_id: int, number: int) -> Restoration:
    """What restoring that version would do. Raises published.VersionNotFound."""
    version = published.version(event_id, number)
    draft = published.draft_of(event_id)
    sessions = service.sessions_of(event_id)
    wanted = {it.uid for it in version.records}
    depending = _Depending(it.id for it in sessions if it.uid not in wanted)
    kept = {it.uid: depending.kept(it) for it in sessions if depending.on(it.id)}
    days = set(db.session.scalars(select(Day.date).filter_by(event_id=event_id)))
    return Restoration(
        version,
        draft,
        [
            it
            for it in differences(draft.records, version.records)
            if it.uid not in kept and (it.after is None or it.after.day in days)
        ],
        tuple(kept.values()),
        tuple(it.title for it in version.records if it.day not in days),
    )


def restore(event: Event, number: int, *, seen: str | None = None) -> Restoration:
    """Make the draft what a version was; what was done. The public sees nothing of it.

    ``seen`` is the state of the draft that somebody has looked at, if that matters.
    Raises published.VersionNotFound, DraftChanged.
    """
    event_id = event.id
    with transaction():
        _lock(event_id)
        done = plan(event_id, number)
        if seen is not None and done.draft.state != seen:
            raise DraftChanged
        sessions = {it.uid: it for it in service.sessions_of(event_id)}
        rooms = _Rooms(event_id)
        enrolled = _Depending(it.id for it in sessions.values()).enrolled
        days = {
            it.date: it for it in db.session.scalars(select(Day).filter_by(event_id=event_id)).all()
        }
        for it in done.differences:
            if it.after is None:
                _delete(sessions[it.uid])
                continue
            session = sessions.get(it.uid) or Session(event_id=event_id, uid=it.uid)
            # Who has chosen a class keeps it.
            is_chosen = it.after.takes_enrolment or enrolled[session.id] > 0
            _write(session, it.after, days[it.after.day], rooms.of(it.after.room), is_chosen)
        audit.record(
            "restore_version",
            "programme",
            number,
            event_id=event_id,
            changes={"kept": [None, [it.title for it in done.kept]]} if done.kept else None,
        )
        return done


class _Depending:
    """How many people, scans and files depend on each of some sessions."""

    def __init__(self, sessions: Iterable[int]) -> None:
        session_ids = list(sessions)
        # Tables of features that build on this one, and so cannot be imported.
        enrolment: Table = db.metadata.tables["enrolment"]
        checkpoint: Table = db.metadata.tables["checkpoint"]
        scan: Table = db.metadata.tables["scan"]
        scanned = checkpoint.join(scan, scan.c.checkpoint_id == checkpoint.c.id)
        files: Table = db.metadata.tables[Material.__tablename__]
        self.enrolled = _count(enrolment, enrolment.c.session_id, session_ids)
        self.scans = _count(scanned, checkpoint.c.session_id, session_ids)
        self.files = _count(files, files.c.session_id, session_ids)

    def on(self, session_id: int) -> bool:
        return any(counted[session_id] for counted in (self.enrolled, self.scans, self.files))

    def kept(self, session: Session) -> Kept:
        id_ = session.id
        return Kept(session.title, self.enrolled[id_], self.scans[id_], self.files[id_])


def _count(rows: FromClause, key: ColumnElement[int], ids: Iterable[int]) -> Counter[int]:
    query = select(key, func.count()).select_from(rows).where(key.in_(ids)).group_by(key)
    return Counter(dict(db.session.execute(query).all()))


def _lock(event_id: int) -> None:
    """Nobody publishes, edits, or enrols in a session, until the transaction ends.

    First of all the event's quota, as whoever admits people does (registration.quota.Ledger):
    a quota goes with its class, and so nobody waits in a circle. Sessions come before the event,
    as for whoever changes one.
    """
    quota: Table = db.metadata.tables["quota"]
    own = select(quota.c.id).where(quota.c.event_id == event_id, quota.c.scope == "")
    db.session.execute(own.with_for_update()).all()
    db.session.execute(
        select(Session.id)
        .where(Session.event_id == event_id)
        .order_by(Session.id)
        .with_for_update()
    ).all()
    db.session.execute(
        select(Event.id).where(Event.id == event_id).with_for_update(key_share=True)
    ).all()


class _Rooms:
    """Finds the room of a record: the one of its name, else of its id, else a new one."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        rooms = db.session.scalars(
            select(Room).filter_by(event_id=event_id).order_by(Room.position)
        ).all()
        self.by_name = {it.name: it for it in rooms}
        self.by_id = {it.id: it for it in rooms}
        self.last = max((it.position for it in rooms), default=0)

    def of(self, place: Place | None) -> Room | None:
        if place is None:
            return None
        found = self.by_name.get(place.name) or self.by_id.get(place.id)
        return found or self._make(place.name)

    def _make(self, name: str) -> Room:
        self.last += 1
        room = Room(event_id=self.event_id, name=name, position=self.last)
        db.session.add(room)
        changes = audit.changes_of(room)
        db.session.flush()
        audit.record("create", "room", room.id, event_id=self.event_id, changes=changes)
        self.by_name[name] = room
        return room


def _write(session: Session, record: Record, day: Day, room: Room | None, is_chosen: bool) -> None:
    is_new = session.id is None
    session.day_id, session.room_id = day.id, room.id if room else None
    session.kind = SessionKind(record.kind)
    session.title, session.title_en, session.chair = record.title, record.title_en, record.chair
    session.starts_at, session.ends_at = record.starts_at, record.ends_at
    session.takes_enrolment = is_chosen
    before = [Person(it.name, it.position, it.organisation) for it in session.speakers]
    changes = audit.changes_of(session)
    if before != list(record.speakers):
        session.speakers = [
            Speaker(name=it.name, position=it.position, organisation=it.organisation, order=order)
            for order, it in enumerate(record.speakers, start=1)
        ]
        changes["speakers"] = [_names(before), _names(record.speakers)]
    # Speakers have rows of their own: without this they would leave the revision as it was.
    session.updated_at = now()
    db.session.add(session)
    db.session.flush()
    action = "create" if is_new else "change"
    audit.record(action, "session", session.id, event_id=session.event_id, changes=changes)


def _names(people: Iterable[Person]) -> str:
    return "; ".join(it.name for it in people)


def _delete(session: Session) -> None:
    changes = {"title": [session.title, None]}
    audit.record("delete", "session", session.id, event_id=session.event_id, changes=changes)
    db.session.delete(session)
    db.session.flush()
