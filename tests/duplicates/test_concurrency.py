"""Merging while others merge, cancel and scan: every interleaving leaves one whole person."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from eventapp.checkin import service as checkin
from eventapp.checkin.checkpoints import make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind, Device, Scan
from eventapp.database import transaction
from eventapp.duplicates import merging
from eventapp.duplicates.errors import AlreadyGone
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.models import COMING, Delegate, Status
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import build_delegate

ROUNDS = 6
MORNING = datetime(2026, 11, 26, 0, 52, tzinfo=UTC)


def at_once(app, *works: Callable[[], Any]) -> list[Any]:
    """What each came to, all begun at the same moment, each in a thread of its own."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                start.wait(timeout=30)
                return work()
            except (AlreadyGone, StaleDataError) as error:
                return type(error).__name__
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(len(works)) as executor:
        return [it.result(timeout=60) for it in [executor.submit(run, work) for work in works]]


@pytest.fixture
def pair(event):
    """Makes two registrations with a seat each; (event name, older, newer, group)."""

    def make() -> tuple[int, int]:
        one, two = build_delegate(event), build_delegate(event)
        group = db.session.scalar(select(VisitGroup).filter_by(event_id=event.id))
        if group is None:
            group = VisitGroup(
                event_id=event.id, site_id=event.sites[0].id, letter="A", capacity=50
            )
            db.session.add(group)
            db.session.flush()
        for it in (one, two):
            db.session.add(Allocation(delegate_id=it.id, group_id=group.id))
        group.taken += 2
        db.session.commit()
        event_id = event.id
        ids = one.id, two.id
        with transaction():
            quota.recount(event_id)
        return ids

    return make


def merge(kept: int, other: int) -> Callable[[], str]:
    def work() -> str:
        merging.merge(events.find("hoi-nghi"), kept, other)
        return "merged"

    return work


def cancel(delegate_id: int) -> Callable[[], str]:
    def work() -> str:
        service.cancel(events.find("hoi-nghi"), delegate_id)
        return "cancelled"

    return work


def is_whole(event_id: int) -> None:
    """Places and seats are those of who is coming, and nobody else's."""
    db.session.rollback()
    coming = set(
        db.session.scalars(
            select(Delegate.id).where(Delegate.event_id == event_id, Delegate.status.in_(COMING))
        )
    )
    assert quota.taken(event_id) == len(coming)
    seated = set(db.session.scalars(select(Allocation.delegate_id)))
    assert seated <= coming
    assert db.session.scalar(select(VisitGroup.taken)) == len(seated)
    merged = db.session.scalars(select(Delegate).where(Delegate.merged_into_id.is_not(None)))
    assert all(it.status == Status.CANCELLED for it in merged)
    attending = set(db.session.scalars(select(Attendance.delegate_id)))
    aside = select(Delegate.id).where(Delegate.merged_into_id.is_not(None))
    assert not attending & set(db.session.scalars(aside))


def test_two_organisers_merge_the_same_pair(app, event, pair):
    event_id = event.id
    for _ in range(ROUNDS):
        one, two = pair()
        done = at_once(app, merge(one, two), merge(two, one), merge(one, two))
        assert sorted(done) == ["AlreadyGone", "AlreadyGone", "merged"]
        is_whole(event_id)
        rows = {it: db.session.get_one(Delegate, it) for it in (one, two)}
        assert sorted(it.merged_into_id is None for it in rows.values()) == [False, True]


def test_a_chain_made_from_both_ends(app, event, pair):
    event_id = event.id
    for _ in range(ROUNDS):
        (one, two), (three, four) = pair(), pair()
        at_once(app, merge(two, one), merge(three, two), merge(four, three))
        is_whole(event_id)
        for it in (one, two, three, four):
            into = db.session.get_one(Delegate, it).merged_into_id
            assert into is None or db.session.get_one(Delegate, into).merged_into_id is None


@pytest.mark.parametrize("which", [0, 1])
def test_the_delegate_cancels_meanwhile(app, event, pair, which):
    event_id = event.id
    for _ in range(ROUNDS):
        ids = pair()
        done = at_once(app, merge(*ids), cancel(ids[which]))
        assert done[1] == "cancelled"
        assert done[0] in {"merged", "AlreadyGone"}
        is_whole(event_id)


def test_scanned_meanwhile_with_either_code(app, event, pair):
    event_id = event.id
    make_checkpoints(event)
    device = create_device(event, "Cửa 1").device.id
    door = db.session.scalars(
        select(Checkpoint.id).filter_by(kind=CheckpointKind.DOOR, day_id=event.days[0].id)
    ).one()

    def scan(code: str) -> Callable[[], str]:
        reading = {
            "id": str(uuid.uuid4()),
            "checkpoint": door,
            "code": code,
            "read_at": MORNING.isoformat(),
        }

        def work() -> str:
            [done] = checkin.record(db.session.get_one(Device, device), [reading])
            return str(done.verdict)

        return work

    for _ in range(2 * ROUNDS):
        one, two = pair()
        codes = [db.session.get_one(Delegate, it).code for it in (one, two)]
        at_once(app, scan(codes[1]), merge(one, two), scan(codes[0]), scan(codes[1]))
        is_whole(event_id)
        arrived = select(Attendance.delegate_id).where(Attendance.delegate_id.in_((one, two)))
        assert db.session.scalars(arrived).all() == [one]
        assert at_once(app, scan(codes[1])) == ["duplicate"]
    assert len(set(db.session.scalars(select(Scan.id)))) == 8 * ROUNDS
