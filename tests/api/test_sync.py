"""What a device is told when it asks for what is new."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from eventapp.checkin import devices, roster, syncing
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.models import (
    Attendance,
    Device,
    DeviceCount,
    Discrepancy,
    DiscrepancyKind,
    Rights,
    Scan,
)
from eventapp.checkin.reporting import cursor, read_cursor
from eventapp.database import now, transaction
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from tests.builders import build_delegate, build_event, organisation
from tests.checkin.phone import Phone

FIRST_LOAD = 1_500_000
UPDATE = 10_000


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "EVERY", timedelta(0))
    monkeypatch.setattr(roster, "SHARE", 0)


@pytest.fixture
def doors(event: Event) -> list[int]:
    make_checkpoints(event)
    return [it.id for it in all_checkpoints(event.id)]


@pytest.fixture
def phone(client: FlaskClient, event: Event, doors: list[int]) -> Phone:
    return Phone(client, event)


def forget_the_last_half_minute() -> None:
    with transaction():
        db.session.execute(update(Scan).values(received_at=now() - timedelta(minutes=1)))


def test_a_new_device_learns_everything(phone: Phone, event: Event, doors: list[int]) -> None:
    delegate = build_delegate(event)
    phone.scan(doors[0], delegate.code)
    answer = phone.sync()
    assert answer["device"] == {
        "id": phone.id,
        "name": "Cửa 1",
        "rights": "supervisor",
        "checkpoints": None,
    }
    assert answer["roster"]["whole"] and answer["log"]["whole"]
    assert list(phone.people) == [delegate.id]
    assert phone.passed[doors[0], delegate.id][1] == 1
    assert answer["counts"] == {str(doors[0]): 1}
    assert answer["open_discrepancies"] == 0
    assert answer["tables"]["event"] == {
        "slug": event.slug,
        "title": "Hội nghị tổng kết",
        "title_en": "Review conference and training, Northern region",
        "timezone": "Asia/Ho_Chi_Minh",
    }
    assert set(answer["tables"]) == {
        *("digest", "event", "checkpoints", "categories"),
        *("groups", "buses", "stops", "delegations", "organisations"),
    }
    assert "T" in answer["server_time"]


def test_what_another_desk_has_scanned(
    phone: Phone, client: FlaskClient, event: Event, doors: list[int]
) -> None:
    delegate = build_delegate(event)
    phone.sync()
    Phone(client, event, name="Cửa 2").scan(doors[0], delegate.code)
    answer = phone.sync()
    assert not answer["log"]["whole"]
    [(checkpoint, whom, first, inside)] = answer["log"]["passed"]
    assert (checkpoint, whom, inside) == (doors[0], delegate.id, 1)
    assert first == pytest.approx(now().timestamp(), abs=60)


def test_what_was_told_half_a_minute_ago_is_not_told_again(
    phone: Phone, event: Event, doors: list[int]
) -> None:
    phone.scan(doors[0], build_delegate(event).code)
    phone.sync()
    assert len(phone.sync()["log"]["passed"]) == 1  # one that was being written would be seen
    forget_the_last_half_minute()
    assert phone.sync()["log"]["passed"] == []
    assert len(phone.passed) == 1


def test_what_was_taken_back_is_told(phone: Phone, event: Event, doors: list[int]) -> None:
    delegate = build_delegate(event)
    phone.scan(doors[0], delegate.code)
    phone.sync()
    with transaction():
        db.session.execute(Attendance.__table__.delete())  # as an undo leaves it
    assert phone.sync()["log"]["passed"] == [[doors[0], delegate.id, None, 0]]
    assert phone.passed == {}


def test_who_has_gone_out_is_not_inside(phone: Phone, event: Event, doors: list[int]) -> None:
    phone.scan(doors[0], build_delegate(event).code)
    with transaction():
        db.session.execute(update(Attendance).values(left_at=now()))
    phone.sync()
    assert [inside for _, inside in phone.passed.values()] == [0]


@pytest.mark.parametrize("log", ["", "x", "-1", "9" * 17, "99999999999999", 5, None, "0", "٣"])
def test_a_cursor_from_elsewhere_is_answered_with_everything(
    phone: Phone, event: Event, doors: list[int], log: object
) -> None:
    phone.scan(doors[0], build_delegate(event).code)
    phone.sync()
    forget_the_last_half_minute()
    answer = phone.sync(log=log)
    assert answer["log"]["whole"]
    assert len(answer["log"]["passed"]) == 1


def test_who_was_away_for_long_gets_everything(
    phone: Phone, event: Event, doors: list[int]
) -> None:
    phone.scan(doors[0], build_delegate(event).code)
    phone.sync()
    answer = phone.sync(log=cursor(now() - syncing.WHOLE_AFTER))
    assert answer["log"]["whole"]


def test_a_device_of_some_checkpoints_is_told_of_those(
    client: FlaskClient, event: Event, doors: list[int]
) -> None:
    delegate = build_delegate(event)
    one = Phone(client, event, checkpoint_ids=[doors[1]])
    everywhere = Phone(client, event)
    everywhere.scan(doors[0], delegate.code)
    everywhere.scan(doors[1], delegate.code)
    answer = one.sync()
    assert answer["device"]["checkpoints"] == [doors[1]]
    assert [it[0] for it in answer["log"]["passed"]] == [doors[1]]
    assert list(answer["counts"]) == [str(doors[1])]
    assert len(answer["tables"]["checkpoints"]) == len(doors)


def test_what_the_device_says_of_itself_is_kept(phone: Phone, doors: list[int]) -> None:
    phone.sync(unsent=3, battery=41, counts={str(doors[0]): [10, 3], "999999": [1, 1]})
    device = db.session.get_one(Device, phone.id)
    assert (device.unsent, device.battery) == (3, 41)
    assert device.reported_at is not None and device.last_seen_at is not None
    rows = db.session.scalars(select(DeviceCount)).all()
    assert [(it.checkpoint_id, it.made, it.unsent) for it in rows] == [(doors[0], 10, 3)]
    phone.sync(unsent=0, battery=40, counts={str(doors[0]): [11, 0]})
    db.session.expire_all()
    assert [(it.made, it.unsent) for it in db.session.scalars(select(DeviceCount))] == [(11, 0)]


def test_a_device_that_says_the_same_writes_nothing(
    phone: Phone, doors: list[int], count_queries: Callable[[], Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(roster, "EVERY", timedelta(hours=1))
    said = {"unsent": 0, "battery": 41, "counts": {str(doors[0]): [10, 0]}}
    phone.sync(**said)
    phone.sync(**said)
    with count_queries() as seen:
        phone.sync(**said)
    assert not [it for it in seen if it.startswith(("UPDATE", "INSERT", "update", "insert"))]
    monkeypatch.setattr(syncing, "REPORTED_ANEW", timedelta(0))
    before = db.session.get_one(Device, phone.id).reported_at
    db.session.rollback()
    phone.sync(**said)
    db.session.expire_all()
    after = db.session.get_one(Device, phone.id).reported_at
    assert before is not None and after is not None and after > before


@pytest.mark.parametrize(
    "said",
    [
        {"battery": -1},
        {"battery": 101},
        {"battery": "full"},
        {"battery": True},
        {"unsent": -1},
        {"unsent": 1e99},
        {"unsent": None},
        {"counts": []},
        {"counts": {"x": [1, 1], "1": [1], "2": "11", "3": [-1, 0], "²": [1, 1], "9" * 99: [1, 1]}},
        {"counts": {str(it): [1, 1] for it in range(5_000)}},
        {"tables": 5},
        {"roster": {}},
    ],
)
def test_nonsense_is_not_known(phone: Phone, said: dict[str, Any]) -> None:
    phone.sync(**said)
    device = db.session.get_one(Device, phone.id)
    assert device.battery in (None, 80)
    assert device.unsent in (None, 0)


@pytest.mark.parametrize("body", [[], "x", 5, [{}]])
def test_what_is_no_report_is_refused(phone: Phone, body: Any) -> None:
    assert phone.call("sync", body).status_code == 400


@pytest.mark.parametrize("call", ["sync", "walkins", "badge"])
@pytest.mark.parametrize("body", [b"\xff{", b"", b"[" * 100_000, b'{"a":' * 50_000, b"NaN"])
def test_what_is_no_json_is_refused(phone: Phone, call: str, body: bytes) -> None:
    answer = phone.client.post(
        f"/api/v1/events/{phone.slug}/{call}",
        data=body,
        headers={"Authorization": f"Bearer {phone.token}"},
    )
    assert answer.status_code in (400, 413)


def test_a_report_has_its_limits(phone: Phone) -> None:
    assert phone.call("sync", {"x": "y" * 300_000}).status_code == 413


def test_changed_rights_arrive(phone: Phone, event: Event, doors: list[int]) -> None:
    phone.sync()
    devices.change(event, phone.id, name="Cửa phụ", rights=Rights.KIOSK, checkpoint_ids=[doors[0]])
    assert phone.sync()["device"] == {
        "id": phone.id,
        "name": "Cửa phụ",
        "rights": "kiosk",
        "checkpoints": [doors[0]],
    }


def test_open_discrepancies_are_counted(phone: Phone, event: Event) -> None:
    for settled in (None, now()):
        db.session.add(
            Discrepancy(event_id=event.id, kind=DiscrepancyKind.WALK_IN, settled_at=settled)
        )
    db.session.commit()
    assert phone.sync()["open_discrepancies"] == 1


def test_events_are_apart(phone: Phone, client: FlaskClient, doors: list[int]) -> None:
    other = build_event("su-kien-khac")
    make_checkpoints(other)
    there = Phone(client, other)
    there.scan(all_checkpoints(other.id)[0].id, build_delegate(other).code)
    answer = phone.sync()
    assert (answer["log"]["passed"], answer["counts"], phone.people) == ([], {}, {})


def test_cursors_are_read_as_they_were_written() -> None:
    moment = now()
    read = read_cursor(cursor(moment))
    assert read is not None
    assert abs(read - moment) < timedelta(milliseconds=1)


def many(event: Event, number: int) -> list[str]:
    """So many delegates with names, offices and codes of their own; their codes."""
    first = build_delegate(event)
    columns = [it for it in Delegate.__table__.c if it.name not in ("id", "code")]
    template = db.session.execute(select(*columns).where(Delegate.id == first.id)).mappings().one()
    families = ("Nguyễn Thị", "Trần Văn", "Lê Đình", "Phạm Hữu", "Hoàng Ngọc", "Vừ Mí", "Đặng")
    codes = [uuid.uuid4().hex[:12].upper() for _ in range(number)]
    with transaction():
        db.session.execute(
            Delegate.__table__.insert(),
            [
                {
                    **template,
                    "code": code,
                    "name": f"{families[place % 7]} {code[:4].title()} {code[4:8].title()}",
                    "position": f"Phó Trưởng phòng {code[8:]}",
                    "submission_hash": None,
                    "secret_hash": None,
                }
                for place, code in enumerate(codes)
            ],
        )
    return codes


def size(phone: Phone, encoding: str, **known: Any) -> int:
    """Bytes of an answer as it goes over the wire."""
    answer = phone.call("sync", {"unsent": 0, **known}, **{"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    return len(answer.data)


def test_ten_thousand_delegates_are_small_and_their_updates_smaller(
    phone: Phone, event: Event, doors: list[int]
) -> None:
    codes = many(event, 9_999)
    with transaction():  # and 10,000 have passed two doors
        for door in doors[:2]:
            db.session.execute(
                Attendance.__table__.insert().from_select(
                    ["checkpoint_id", "delegate_id", "event_id", "scan_id", "first_read_at"],
                    select(
                        db.literal(door),
                        Delegate.id,
                        Delegate.event_id,
                        Delegate.code,
                        Delegate.created_at,
                    ),
                )
            )
    for encoding in ("br", "gzip"):
        assert size(phone, encoding) < FIRST_LOAD
    phone.sync()
    assert len(phone.people) == 10_000
    with transaction():
        for code in codes[:50]:
            db.session.execute(
                update(Delegate).where(Delegate.code == code).values(name=f"Tên mới {code}")
            )
    roster.compare(event.id)
    known = {"roster": phone.roster, "log": phone.log, "tables": (phone.tables or {})["digest"]}
    for encoding in ("br", "gzip"):
        assert size(phone, encoding, **known) < UPDATE
    assert len(phone.sync()["roster"]["people"]) == 50
    for code in codes[50:100]:
        phone.scan(doors[2], code)
    assert size(phone, "gzip", **known) < UPDATE


def test_a_hundred_offices_more_are_a_hundred_lines(phone: Phone, event: Event) -> None:
    """A change that concerns many is sent as what it is."""
    for number in range(100):
        build_delegate(event, f"Người {number}")
    phone.sync()
    organisation(event).name = "Sở Nội vụ mới"
    db.session.commit()
    assert len(phone.sync()["roster"]["people"]) == 100
    assert db.session.scalar(select(func.count()).select_from(Delegate)) == 100
