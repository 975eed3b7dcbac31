"""Recording scans: every verdict, every reason, and whatever order they arrive in."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from eventapp import tokens
from eventapp.checkin import service
from eventapp.checkin.checkpoints import make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import (
    Checkpoint,
    CheckpointKind,
    Device,
    Reason,
    Scan,
    Verdict,
)
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration.models import Delegate, Status
from eventapp.registration.substitution import Substitute, substitute
from eventapp.visits.models import Allocation, Bus, VisitGroup
from tests.builders import build_delegate, build_event

MORNING = datetime(2026, 11, 26, 0, 52, tzinfo=UTC)  # 07:52 in Vietnam


@pytest.fixture
def device(event: Event) -> Device:
    make_checkpoints(event)
    return create_device(event, "Cửa 1").device


def door(event: Event, day: int = 0) -> Checkpoint:
    return db.session.scalars(
        select(Checkpoint).filter_by(kind=CheckpointKind.DOOR, day_id=event.days[day].id)
    ).one()


def scan(
    delegate: Delegate | str, checkpoint: Checkpoint, at: datetime = MORNING, id_: str = ""
) -> dict[str, object]:
    return {
        "id": id_ or str(uuid.uuid4()),
        "checkpoint": checkpoint.id,
        "code": delegate if isinstance(delegate, str) else delegate.code,
        "read_at": at.isoformat(),
    }


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(Scan)) or 0


def test_an_approved_delegate_is_admitted(event: Event, device: Device) -> None:
    delegate = build_delegate(event, "H'Hen Niê")
    (result,) = service.record(device, [scan(delegate, door(event))])
    assert (result.verdict, result.reason) == (Verdict.ADMITTED, None)
    assert result.first_read_at == MORNING
    assert result.delegate is not None
    assert result.delegate["name"] == "H'Hen Niê"
    assert result.delegate["organisation"] == "Sở Nội vụ"
    assert result.delegate["delegation"] == "Bắc Ninh"
    assert result.delegate["category"]["colour"] == "#1d4e89"
    assert result.delegate["group"] is None


def test_the_second_scan_is_a_duplicate_and_says_since_when(event: Event, device: Device) -> None:
    delegate = build_delegate(event)
    service.record(device, [scan(delegate, door(event))])
    (again,) = service.record(device, [scan(delegate, door(event), MORNING + timedelta(minutes=9))])
    assert again.verdict is Verdict.DUPLICATE
    assert again.first_read_at == MORNING
    assert stored() == 2  # both are in the log


def test_a_replay_gets_its_first_verdict_and_changes_nothing(event: Event, device: Device) -> None:
    delegate = build_delegate(event)
    sent = scan(delegate, door(event))
    first = service.record(device, [sent])
    other = create_device(event, "Cửa 2").device
    assert service.record(other, [sent]) == first
    assert service.record(device, [sent, sent]) == first * 2
    assert stored() == 1


def test_codes_are_read_as_people_write_them(event: Event, device: Device) -> None:
    delegate = build_delegate(event, code="0123ABCD1J10")
    (result,) = service.record(device, [scan("o123-abcd iJ lo", door(event))])
    assert result.verdict is Verdict.ADMITTED
    assert result.delegate is not None
    assert result.delegate["name"] == delegate.name


def test_unknown(event: Event, device: Device) -> None:
    (result,) = service.record(device, [scan(tokens.new_code(), door(event))])
    assert (result.verdict, result.reason) == (Verdict.REFUSED, Reason.UNKNOWN)
    assert result.delegate is None
    assert stored() == 1


def test_a_code_of_another_event_is_unknown(event: Event, device: Device) -> None:
    stranger = build_delegate(build_event("su-kien-khac"))
    (result,) = service.record(device, [scan(stranger, door(event))])
    assert (result.reason, result.delegate) == (Reason.UNKNOWN, None)


def test_cancelled(event: Event, device: Device) -> None:
    delegate = build_delegate(event, status=Status.CANCELLED)
    (result,) = service.record(device, [scan(delegate, door(event))])
    assert (result.verdict, result.reason) == (Verdict.REFUSED, Reason.CANCELLED)
    assert result.delegate is not None  # staff see who stands before them


def test_the_code_of_somebody_replaced_is_refused_at_once(event: Event, device: Device) -> None:
    old = build_delegate(event)
    old_code = old.code
    new = substitute(event, old.id, Substitute("Trần Thị Mới"))
    first, second = service.record(device, [scan(old_code, door(event)), scan(new, door(event))])
    assert (first.verdict, first.reason) == (Verdict.REFUSED, Reason.CANCELLED)
    assert second.verdict == Verdict.ADMITTED


def test_not_approved(event: Event, device: Device) -> None:
    delegate = build_delegate(event, status=Status.PENDING)
    (result,) = service.record(device, [scan(delegate, door(event))])
    assert result.reason is Reason.NOT_APPROVED


def test_wrong_day(event: Event, device: Device) -> None:
    delegate = build_delegate(event, days=[event.days[1]])
    results = service.record(
        device, [scan(delegate, door(event, 0)), scan(delegate, door(event, 1))]
    )
    assert [it.reason for it in results] == [Reason.WRONG_CHECKPOINT, None]


def test_wrong_class(event: Event, device: Device) -> None:
    session = db.session.scalars(select(Session).order_by(Session.id)).first()
    delegate = build_delegate(event, enrolments=[session])
    classes = db.session.scalars(
        select(Checkpoint).filter_by(kind=CheckpointKind.TRAINING).order_by(Checkpoint.session_id)
    ).all()
    results = service.record(device, [scan(delegate, it) for it in classes])
    assert [it.reason for it in results] == [None, Reason.WRONG_CHECKPOINT]


def test_wrong_bus_and_the_group_is_shown(event: Event, device: Device) -> None:
    groups = [
        VisitGroup(event_id=event.id, site=event.sites[0], letter=letter, capacity=9)
        for letter in "AB"
    ]
    groups[0].buses = [Bus(label="Xe 1"), Bus(label="Xe 2", position=1)]
    db.session.add_all(groups)
    delegate = build_delegate(event)
    seat = Allocation(delegate_id=delegate.id, group=groups[0], bus=groups[0].buses[1])
    db.session.add(seat)
    db.session.commit()
    make_checkpoints(event)
    buses = db.session.scalars(
        select(Checkpoint).filter_by(kind=CheckpointKind.BUS).order_by(Checkpoint.group_id)
    ).all()
    results = service.record(device, [scan(delegate, it) for it in buses])
    assert [it.reason for it in results] == [None, Reason.WRONG_CHECKPOINT]
    assert results[0].delegate is not None
    assert results[0].delegate["group"]["letter"] == "A"
    assert results[0].delegate["group"]["bus"] == "Xe 2"


@pytest.mark.parametrize(
    ("opens", "closes", "reason"),
    [
        (None, None, None),
        (MORNING, MORNING, None),
        (MORNING + timedelta(seconds=1), None, Reason.NOT_OPEN),
        (None, MORNING - timedelta(seconds=1), Reason.NOT_OPEN),
    ],
)
def test_not_open(
    event: Event,
    device: Device,
    opens: datetime | None,
    closes: datetime | None,
    reason: Reason | None,
) -> None:
    gate = door(event)
    gate.opens_at, gate.closes_at = opens, closes
    db.session.commit()
    (result,) = service.record(device, [scan(build_delegate(event), gate)])
    assert result.reason is reason


def test_an_unknown_checkpoint_is_kept_and_refused(event: Event, device: Device) -> None:
    sent = {**scan(build_delegate(event), door(event)), "checkpoint": 99_999}
    (result,) = service.record(device, [sent])
    assert result.reason is Reason.WRONG_CHECKPOINT
    assert stored() == 1


def test_one_bad_scan_never_fails_the_batch(event: Event, device: Device) -> None:
    good = scan(build_delegate(event), door(event))
    bad: list[object] = [
        None,
        7,
        [],
        {},
        {**good, "id": "not a uuid"},
        {**good, "id": str(uuid.uuid4()), "read_at": "2026-11-26T07:52:00"},
        {**good, "id": str(uuid.uuid4()), "read_at": "yesterday"},
        {**good, "id": str(uuid.uuid4()), "read_at": 5},
        {**good, "id": str(uuid.uuid4()), "read_at": "0001-01-01T00:00:00+14:00"},
    ]
    results = service.record(device, [*bad, good])
    assert [it.verdict for it in results] == [Verdict.REFUSED] * len(bad) + [Verdict.ADMITTED]
    assert all(it.detail for it in results[:-1])
    assert stored() == 1


def test_of_two_scans_in_one_batch_the_first_is_admitted(event: Event, device: Device) -> None:
    delegate = build_delegate(event)
    results = service.record(device, [scan(delegate, door(event)) for _ in range(3)])
    assert [it.verdict for it in results] == [Verdict.ADMITTED] + [Verdict.DUPLICATE] * 2


def test_a_batch_has_its_limit(event: Event, device: Device) -> None:
    gate = door(event)
    sent = [scan(tokens.new_code(), gate) for _ in range(service.MAX_BATCH + 1)]
    with pytest.raises(service.BatchTooLarge):
        service.record(device, sent)
    assert stored() == 0
    assert len(service.record(device, sent[:-1])) == service.MAX_BATCH


def test_the_number_of_queries_does_not_grow(
    event: Event, device: Device, count_queries: Callable[[], object]
) -> None:
    gate = door(event)
    people = [build_delegate(event, f"Nguyễn Văn A{i}") for i in range(40)]
    counts = []
    for batch in ([scan(people[0], gate)], [scan(it, gate) for it in people]):
        assert device.event_id  # loaded, as by its token
        with count_queries() as queries:  # type: ignore[attr-defined]
            service.record(device, batch)
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_contact_is_noted_once_a_minute(event: Event, device: Device) -> None:
    service.record(device, [scan(tokens.new_code(), door(event))])
    db.session.rollback()
    first = db.session.get_one(Device, device.id).last_seen_at
    assert first is not None
    service.record(device, [scan(tokens.new_code(), door(event))])
    db.session.rollback()
    assert db.session.get_one(Device, device.id).last_seen_at == first


def test_nothing_is_looked_for_from_one_end_to_the_other(
    event: Event, device: Device, count_queries: Callable[[], object]
) -> None:
    """SQLite says how it would go about each query: by an index, however many rows there are."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL decides by how many rows there are")
    delegate = build_delegate(event)
    first, unknown = scan(delegate, door(event)), scan(tokens.new_code(), door(event))
    with count_queries() as queries:  # type: ignore[attr-defined]
        service.record(device, [first, unknown])
        service.record(device, [first, {**first, "id": str(uuid.uuid4()), "kind": "undo"}])
    looked = [it for it in queries if it.startswith("SELECT")]
    assert len(looked) >= 12
    for query in looked:
        marks = ("[]",) * query.count("?")
        plan = db.session.connection().exec_driver_sql(f"explain query plan {query}", marks)
        steps = [row[3] for row in plan]
        assert not [it for it in steps if it.startswith("SCAN") and "json_each" not in it], query
        assert not [it for it in steps if it.startswith("SEARCH delegate USING INDEX ix_")], query
