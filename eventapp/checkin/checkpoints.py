"""The checkpoints of an event, made from its programme in one step."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.checkin.models import Checkpoint, CheckpointKind
from eventapp.database import db, transaction
from eventapp.events.models import Day, Event, Site
from eventapp.programme.models import Session
from eventapp.visits.models import VisitGroup


def all_checkpoints(event_id: int) -> Sequence[Checkpoint]:
    """An event's checkpoints in the order in which people meet them."""
    return db.session.scalars(
        select(Checkpoint)
        .filter_by(event_id=event_id)
        .options(joinedload(Checkpoint.day))
        .order_by(Checkpoint.position, Checkpoint.id)
    ).all()


def make_checkpoints(event: Event) -> int:
    """A door for each day, one for each training class and each visit group; how many were new.

    What is there already stays as it is: done again, nothing is added.
    """
    event_id = event.id
    with transaction():
        wanted = [*_doors(event_id), *_classes(event_id), *_buses(event_id)]
        known = {(it.kind, it.day_id, it.session_id, it.group_id) for it in _present(event_id)}
        added = [
            it for it in wanted if (it.kind, it.day_id, it.session_id, it.group_id) not in known
        ]
        for position, checkpoint in enumerate(wanted, start=1):
            checkpoint.position = position
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


def _present(event_id: int) -> Sequence[Checkpoint]:
    return db.session.scalars(
        select(Checkpoint).filter_by(event_id=event_id).with_for_update()
    ).all()


def _doors(event_id: int) -> list[Checkpoint]:
    days = db.session.scalars(select(Day).filter_by(event_id=event_id).order_by(Day.date))
    return [
        Checkpoint(
            event_id=event_id,
            kind=CheckpointKind.DOOR,
            name=f"Cửa chính ngày {number} ({day.date:%d/%m})",
            name_en=f"Main door, day {number} ({day.date:%d/%m})",
            day_id=day.id,
        )
        for number, day in enumerate(days, start=1)
    ]


def _classes(event_id: int) -> list[Checkpoint]:
    sessions = db.session.scalars(
        select(Session)
        .filter_by(event_id=event_id, takes_enrolment=True)
        .options(joinedload(Session.room))
        .order_by(Session.starts_at, Session.id)
    )
    return [
        Checkpoint(
            event_id=event_id,
            kind=CheckpointKind.TRAINING,
            name=session.room.name if session.room else session.title[:200],
            name_en=(session.title_en or "")[:200],
            session_id=session.id,
        )
        for session in sessions
    ]


def _buses(event_id: int) -> list[Checkpoint]:
    groups = db.session.execute(
        select(VisitGroup, Site.name)
        .join(Site, Site.id == VisitGroup.site_id)
        .where(VisitGroup.event_id == event_id)
        .order_by(VisitGroup.letter)
    )
    return [
        Checkpoint(
            event_id=event_id,
            kind=CheckpointKind.BUS,
            name=f"Nhóm {group.letter} – {site}"[:200],
            name_en=f"Group {group.letter} – {site}"[:200],
            group_id=group.id,
        )
        for group, site in groups
    ]
