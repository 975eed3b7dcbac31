"""The checkpoints of an event: one by one, or made from its programme in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.accounts import audit
from eventapp.checkin import checkpoints_wanted
from eventapp.checkin.models import (
    Attendance,
    Checkpoint,
    CheckpointKind,
    Closing,
    Device,
    Leg,
    Passage,
    Scan,
    device_checkpoint,
)
from eventapp.checkin.roll_call_models import RollCall
from eventapp.database import db, transaction
from eventapp.events.models import Category, Day, Event
from eventapp.programme.models import Session
from eventapp.visits.models import Stop, VisitGroup


class CheckpointNotFound(LookupError):
    """The event has no such checkpoint."""


class HasScans(Exception):
    """People were scanned there: it stays, and so does what it guards."""


class OnlyOneOf(Exception):
    """Devices scan nowhere else; without it they would scan everywhere. Their names."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


class WrongChoice(ValueError):
    """What was chosen in ``field`` is not this event's, or is needed and was not chosen."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class CheckpointData:
    """A checkpoint as an organiser sets it up; of day, class and bus what its kind asks for.

    That of a bus is for the departure of its group unless it says which other ``leg`` it is for.
    Times are instants, None for no limit on that side. No category is all of them.
    """

    kind: CheckpointKind
    name: str
    name_en: str = ""
    day_id: int | None = None
    session_id: int | None = None
    group_id: int | None = None
    leg: Leg = Leg.DEPARTURE
    stop_id: int | None = None
    passage: Passage = Passage.ONCE
    category_ids: Sequence[int] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A checkpoint of the list: how many have passed and are inside, how often it was scanned."""

    checkpoint: Checkpoint
    passed: int
    inside: int
    scans: int
    is_closed: bool


def all_checkpoints(event_id: int) -> Sequence[Checkpoint]:
    """An event's checkpoints in the order in which people meet them."""
    return db.session.scalars(
        select(Checkpoint)
        .filter_by(event_id=event_id)
        .options(joinedload(Checkpoint.day))
        .order_by(Checkpoint.position, Checkpoint.id)
    ).all()


def overview(event_id: int) -> list[Row]:
    """An event's checkpoints in that order, with their numbers."""
    rows = db.session.scalars(
        select(Checkpoint)
        .filter_by(event_id=event_id)
        .options(
            joinedload(Checkpoint.day),
            joinedload(Checkpoint.session),
            joinedload(Checkpoint.group).joinedload(VisitGroup.site),
            joinedload(Checkpoint.stop),
            selectinload(Checkpoint.categories),
        )
        .order_by(Checkpoint.position, Checkpoint.id)
    ).all()
    passed = {
        id_: (number, number - left)
        for id_, number, left in db.session.execute(
            select(Attendance.checkpoint_id, func.count(), func.count(Attendance.left_at))
            .where(Attendance.event_id == event_id)
            .group_by(Attendance.checkpoint_id)
        )
    }
    scans = dict(
        db.session.execute(
            select(Scan.checkpoint_id, func.count())
            .where(Scan.event_id == event_id, Scan.checkpoint_id.is_not(None))
            .group_by(Scan.checkpoint_id)
        ).all()
    )
    closed = set(
        db.session.scalars(
            select(Closing.checkpoint_id).where(Closing.checkpoint_id.in_([it.id for it in rows]))
        )
    )
    return [
        Row(it, *passed.get(it.id, (0, 0)), scans=scans.get(it.id, 0), is_closed=it.id in closed)
        for it in rows
    ]


def find(event_id: int, checkpoint_id: int) -> Checkpoint:
    """A checkpoint of the event. Raises CheckpointNotFound."""
    found = db.session.scalar(
        select(Checkpoint)
        .filter_by(id=checkpoint_id, event_id=event_id)
        .options(selectinload(Checkpoint.categories))
    )
    if found is None:
        raise CheckpointNotFound
    return found


def has_scans(checkpoint_id: int) -> bool:
    """Whether anybody was scanned there, whatever came of it, or a roll was closed."""
    scanned = exists().where(Scan.checkpoint_id == checkpoint_id)
    called = exists().where(RollCall.checkpoint_id == checkpoint_id)
    return bool(db.session.scalar(select(or_(scanned, called))))


def add(event: Event, data: CheckpointData) -> Checkpoint:
    """A new checkpoint, the last of the list. Raises WrongChoice."""
    event_id = event.id
    with transaction():
        last = select(func.max(Checkpoint.position)).where(Checkpoint.event_id == event_id)
        checkpoint = Checkpoint(
            event_id=event_id, kind=data.kind, position=(db.session.scalar(last) or 0) + 1
        )
        _fill(checkpoint, data)
        changes = {field: [None, pair[1]] for field, pair in audit.changes_of(checkpoint).items()}
        db.session.add(checkpoint)
        db.session.flush()
        audit.record("create", "checkpoint", checkpoint.id, event_id=event_id, changes=changes)
    return checkpoint


def change(event: Event, checkpoint_id: int, data: CheckpointData) -> Checkpoint:
    """Change a checkpoint; devices learn of it by themselves.

    Raises CheckpointNotFound, WrongChoice, and HasScans where somebody was scanned and it would
    guard something else.
    """
    event_id = event.id
    with transaction():
        checkpoint = _locked(event_id, checkpoint_id)
        before = guarded(checkpoint), [it.name for it in checkpoint.categories]
        with db.session.no_autoflush:  # what was written is no change any more
            _fill(checkpoint, data)
            if guarded(checkpoint) != before[0] and has_scans(checkpoint_id):
                raise HasScans
            changes = audit.changes_of(checkpoint)
        after = [it.name for it in checkpoint.categories]
        if after != before[1]:
            changes["categories"] = [before[1], after]
        if changes:
            audit.record("update", "checkpoint", checkpoint_id, event_id=event_id, changes=changes)
    return checkpoint


def remove(event: Event, checkpoint_id: int) -> None:
    """Remove a checkpoint at which nobody was scanned.

    Raises CheckpointNotFound, HasScans, OnlyOneOf.
    """
    event_id = event.id
    with transaction():
        checkpoint = _locked(event_id, checkpoint_id)
        if has_scans(checkpoint_id):
            raise HasScans
        if names := _only_here(checkpoint_id):
            raise OnlyOneOf(names)
        audit.record(
            "delete",
            "checkpoint",
            checkpoint_id,
            event_id=event_id,
            changes={"name": [checkpoint.name, None]},
        )
        db.session.delete(checkpoint)


def make_checkpoints(event: Event, *, with_times: bool = False) -> int:
    """A door for each day, one for each training class, meal and visit group; how many were new.

    What is there already stays as it is: done again, nothing is added. ``with_times`` they are open
    only around what they are for (eventapp.checkin.checkpoints_wanted).
    """
    event_id = event.id
    with transaction():
        wanted = checkpoints_wanted.by_programme(
            db.session.get_one(Event, event_id), with_times=with_times
        )
        known = {guarded(it) for it in present(event_id)}
        added = []
        for position, checkpoint in enumerate(wanted, start=1):
            checkpoint.position = position
            checkpoint.leg = checkpoint.leg or Leg.NONE
            if guarded(checkpoint) not in known:
                added.append(checkpoint)
        db.session.add_all(added)
        if added:
            audit.record(
                "make_checkpoints",
                "event",
                event_id,
                event_id=event_id,
                changes={"checkpoints": [None, [it.name for it in added]]},
            )
    return len(added)


def present(event_id: int) -> Sequence[Checkpoint]:
    """An event's checkpoints, within the transaction that adds some."""
    # Two who make them at once: the second waits, and finds those of the first.
    db.session.execute(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
    return db.session.scalars(select(Checkpoint).filter_by(event_id=event_id)).all()


def _locked(event_id: int, checkpoint_id: int) -> Checkpoint:
    found = db.session.scalar(
        select(Checkpoint).filter_by(id=checkpoint_id, event_id=event_id).with_for_update()
    )
    if found is None:
        raise CheckpointNotFound
    return found


def guarded(it: Checkpoint) -> tuple[str | int | None, ...]:
    """What a checkpoint is for; no two need be for the same."""
    return it.kind, it.day_id, it.session_id, it.group_id, it.leg, it.stop_id


def _fill(checkpoint: Checkpoint, data: CheckpointData) -> None:
    event_id = checkpoint.event_id
    day, session, group = data.day_id, data.session_id, data.group_id
    if data.kind == CheckpointKind.TRAINING and session is None:
        raise WrongChoice("session_id")
    if data.kind == CheckpointKind.BUS and group is None:
        raise WrongChoice("group_id")
    if data.kind not in (CheckpointKind.DOOR, CheckpointKind.MEAL):
        day = None
    if data.kind not in (CheckpointKind.TRAINING, CheckpointKind.MEAL):
        session = None
    leg, stop = data.leg, data.stop_id
    if data.kind != CheckpointKind.BUS:
        group, leg = None, Leg.NONE
    if leg != Leg.STOP:
        stop = None
    elif stop is None or not _is_stop_of(group, stop):
        raise WrongChoice("leg")
    for field, model, id_ in (
        ("day_id", Day, day),
        ("session_id", Session, session),
        ("group_id", VisitGroup, group),
    ):
        if id_ is not None and not _is_of(event_id, model, id_):
            raise WrongChoice(field)
        setattr(checkpoint, field, id_)
    checkpoint.kind, checkpoint.passage = data.kind, data.passage
    checkpoint.leg, checkpoint.stop_id = leg, stop
    checkpoint.name, checkpoint.name_en = data.name, data.name_en
    checkpoint.opens_at, checkpoint.closes_at = data.opens_at, data.closes_at
    checkpoint.categories = list(
        db.session.scalars(
            select(Category)
            .where(Category.event_id == event_id, Category.id.in_(data.category_ids))
            .order_by(Category.id)
        )
    )
    if len(checkpoint.categories) < len(set(data.category_ids)):
        raise WrongChoice("category_ids")  # with none left it would be for all
    checkpoint.is_for_some = bool(checkpoint.categories)


def _is_of(event_id: int, model: type[Day | Session | VisitGroup], id_: int) -> bool:
    return bool(
        db.session.scalar(select(exists().where(model.id == id_, model.event_id == event_id)))
    )


def _is_stop_of(group_id: int | None, stop_id: int) -> bool:
    return bool(
        db.session.scalar(select(exists().where(Stop.id == stop_id, Stop.group_id == group_id)))
    )


def _only_here(checkpoint_id: int) -> list[str]:
    """Devices in use that may scan at this checkpoint alone."""
    alone = (
        select(device_checkpoint.c.device_id)
        .group_by(device_checkpoint.c.device_id)
        .having(func.count() == 1, func.min(device_checkpoint.c.checkpoint_id) == checkpoint_id)
    )
    return list(
        db.session.scalars(
            select(Device.name)
            .where(Device.id.in_(alone), Device.revoked_at.is_(None))
            .order_by(Device.id)
        )
    )
