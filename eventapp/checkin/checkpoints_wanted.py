"""Which checkpoints a programme calls for, and when they are open."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.checkin.models import Checkpoint, CheckpointKind, Leg
from eventapp.database import db
from eventapp.events.models import Day, Event, Site
from eventapp.programme.models import Session, SessionKind
from eventapp.visits.models import VisitGroup

# How long before it begins and after it has ended people are scanned.
DOOR = timedelta(hours=2), timedelta(0)
CLASS = timedelta(minutes=45), timedelta(0)
MEAL = timedelta(minutes=30), timedelta(minutes=30)
# A bus that is late is open all the same, and whoever boards late is scanned where the others were.
BUS = timedelta(hours=1)


def by_programme(event: Event, *, with_times: bool) -> list[Checkpoint]:
    """New checkpoints, not yet added, in the order in which people meet them.

    A door for each day, then classes, meals and buses. Each admits once.
    """
    sessions = db.session.scalars(
        select(Session)
        .filter_by(event_id=event.id)
        .options(joinedload(Session.room), joinedload(Session.day))
        .order_by(Session.starts_at, Session.id)
    ).all()
    wanted = [
        *_doors(event, sessions),
        *(_class(it) for it in sessions if it.takes_enrolment),
        *_meals([it for it in sessions if it.kind == SessionKind.MEAL]),
        *_buses(event.id),
    ]
    if not with_times:
        for it in wanted:
            it.opens_at = it.closes_at = None
    return wanted


def _doors(event: Event, sessions: Sequence[Session]) -> list[Checkpoint]:
    days = db.session.scalars(select(Day).filter_by(event_id=event.id).order_by(Day.date))
    made = []
    for number, day in enumerate(days, start=1):
        begins, ends = _hours(event, day, [it for it in sessions if it.day_id == day.id])
        made.append(
            Checkpoint(
                event_id=event.id,
                kind=CheckpointKind.DOOR,
                name=f"Cửa chính ngày {number} ({day.date:%d/%m})",
                name_en=f"Main door, day {number} ({day.date:%d/%m})",
                day_id=day.id,
                opens_at=begins and begins - DOOR[0],
                closes_at=ends and ends + DOOR[1],
            )
        )
    return made


def _hours(
    event: Event, day: Day, sessions: Sequence[Session]
) -> tuple[datetime | None, datetime | None]:
    """From when to when something takes place on a day: its own hours and those of its sessions."""

    def moment(clock: time | None) -> list[datetime]:
        return [] if clock is None else [datetime.combine(day.date, clock, event.zone)]

    begins = [it.starts_at for it in sessions] + moment(day.opens_at)
    ends = [it.ends_at for it in sessions] + moment(day.closes_at)
    return min(begins, default=None), max(ends, default=None)


def _class(session: Session) -> Checkpoint:
    return Checkpoint(
        event_id=session.event_id,
        kind=CheckpointKind.TRAINING,
        name=session.room.name if session.room else session.title[:200],
        name_en=(session.title_en or "")[:200],
        session_id=session.id,
        opens_at=session.starts_at - CLASS[0],
        closes_at=session.ends_at + CLASS[1],
    )


def _meals(sessions: Sequence[Session]) -> list[Checkpoint]:
    """One for each meal, so that nobody eats the same one twice."""
    return [
        Checkpoint(
            event_id=it.event_id,
            kind=CheckpointKind.MEAL,
            name=f"{it.title[:190]} ({it.day.date:%d/%m})",
            name_en=f"{it.title_en[:190]} ({it.day.date:%d/%m})" if it.title_en else "",
            day_id=it.day_id,
            session_id=it.id,
            opens_at=it.starts_at - MEAL[0],
            closes_at=it.ends_at + MEAL[1],
        )
        for it in sessions
    ]


def _buses(event_id: int) -> list[Checkpoint]:
    return [way[0] for _, way in by_groups(event_id)]


def by_groups(event_id: int) -> list[tuple[str, list[Checkpoint]]]:
    """Of each visit group its letter and new checkpoints, not yet added: its departure, each stop,
    its return. Groups by letter, and each in the order of its plan.
    """
    groups = db.session.execute(
        select(VisitGroup, Site.name)
        .join(Site, Site.id == VisitGroup.site_id)
        .where(VisitGroup.event_id == event_id)
        .options(selectinload(VisitGroup.stops))
        .order_by(func.length(VisitGroup.letter), VisitGroup.letter)
    )
    return [(group.letter, list(_way(group, site))) for group, site in groups]


def _way(group: VisitGroup, site: str) -> Iterator[Checkpoint]:
    yield _leg(group, Leg.DEPARTURE, f"khởi hành đi {site}", f"departure to {site}")
    for stop in group.stops:
        yield _leg(group, Leg.STOP, stop.name, stop.name_en or stop.name, stop.id)
    yield _leg(group, Leg.RETURN, "lượt về", "return")


def _leg(
    group: VisitGroup, leg: Leg, name: str, name_en: str, stop_id: int | None = None
) -> Checkpoint:
    return Checkpoint(
        event_id=group.event_id,
        kind=CheckpointKind.BUS,
        name=f"Nhóm {group.letter} – {name}"[:200],
        name_en=f"Group {group.letter} – {name_en}"[:200],
        group_id=group.id,
        leg=leg,
        stop_id=stop_id,
        opens_at=group.departs_at and group.departs_at - BUS,
    )
