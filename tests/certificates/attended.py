"""An event with training of three kinds of checkpoints, and people who came to some of it.

Day 1: classes A and B at the same time, each with a checkpoint. Day 2: one session for everybody,
without a checkpoint, so that the main door of that day counts.
"""

import uuid
from datetime import UTC, datetime

from eventapp.checkin import service as checkin
from eventapp.checkin.checkpoints import make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Checkpoint
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session, SessionKind
from eventapp.registration.models import Delegate
from tests.builders import at, build_delegate

AT = datetime(2026, 11, 26, 7, tzinfo=UTC)


def classes(event: Event) -> list[Session]:
    """Class A and class B."""
    return (
        db.session.query(Session)
        .filter_by(event_id=event.id, takes_enrolment=True)
        .order_by(Session.title)
        .all()
    )


def add_common_session(event: Event) -> Session:
    """The training of the second day, for everybody, of an hour and a half."""
    day = event.days[1]
    session = Session(
        event_id=event.id,
        day=day,
        room=event.rooms[0],
        kind=SessionKind.TRAINING,
        title="Tập huấn chung",
        starts_at=at(day.date, 8),
        ends_at=at(day.date, 9, 30),
        uid=f"session-{event.slug}-chung@eventapp",
    )
    db.session.add(session)
    db.session.commit()
    return session


def prepare(event: Event) -> Session:
    """Add the common session and all checkpoints; returns that session."""
    session = add_common_session(event)
    make_checkpoints(event)
    create_device(event, "Máy quét")
    return session


def coming(
    event: Event, name: str = "Nguyễn Văn An", class_: int = 0, **values: object
) -> Delegate:
    """Somebody who is enrolled in a class."""
    return build_delegate(event, name, enrolments=[classes(event)[class_]], **values)


def scan(event: Event, delegate: Delegate, **where: int) -> str:
    """Scan somebody where ``session_id`` or ``day_id`` says; the verdict."""
    from eventapp.checkin.models import Device

    checkpoint = db.session.query(Checkpoint).filter_by(event_id=event.id, **where).one()
    device = db.session.query(Device).filter_by(event_id=event.id).first()
    reading = {
        "id": str(uuid.uuid4()),
        "checkpoint": checkpoint.id,
        "code": delegate.code,
        "read_at": AT.isoformat(),
    }
    return checkin.record(device, [reading])[0].verdict


def attend_all(event: Event, delegate: Delegate) -> None:
    """Scan somebody at their class, and at the door on the second day."""
    assert scan(event, delegate, session_id=delegate.enrolments[0].id) == "admitted"
    assert scan(event, delegate, day_id=event.days[1].id) == "admitted"
