"""Devices' clocks are wrong: both times are kept, and what counts is the server's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.checkin.models import Scan
from eventapp.checkin.readings import Reading, Unreadable, clock_offset, parse
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.builders import build_delegate
from tests.checkin.entries import build_device, build_gate, earlier, entry, send

ID = "3f8c9f8e-3a1b-4a55-9d0f-6e1c0a4b7d21"
HOUR_MS = 3_600_000


def stored(sent: dict[str, Any]) -> Scan:
    return db.session.get_one(Scan, sent["id"])


@pytest.mark.parametrize("hours", [-30 * 24 * 365, -5, 0, 7, 40])
def test_the_offset_that_was_measured(event: Event, hours: int) -> None:
    truly = earlier(30)
    read_at = truly - timedelta(hours=hours)
    if read_at.year < 1970 or read_at.year > 2199:
        pytest.skip("no such clock")
    sent = entry(build_delegate(event), build_gate(event), read_at, offset_ms=hours * HOUR_MS)
    send(build_device(event), sent)
    scan = stored(sent)
    assert scan.read_at == read_at
    assert scan.clock_offset_ms == hours * HOUR_MS
    assert scan.happened_at == truly


def test_a_device_that_says_what_time_it_thinks_it_is(event: Event) -> None:
    sent = entry(build_delegate(event), build_gate(event), datetime(1970, 1, 1, 0, 10, tzinfo=UTC))
    send(build_device(event), sent, sent_at="1970-01-01T00:15:00+00:00")
    scan = stored(sent)
    assert abs(scan.received_at - scan.happened_at - timedelta(minutes=5)) < timedelta(minutes=1)


def test_nothing_happens_after_it_has_arrived(event: Event) -> None:
    ahead = entry(build_delegate(event), build_gate(event), earlier(-600))
    (result,) = send(build_device(event), ahead)
    scan = stored(ahead)
    assert scan.happened_at == scan.received_at == result.first_read_at
    assert scan.read_at > scan.received_at


@pytest.mark.parametrize(
    "sent_at",
    [None, 5, "", "now", "2026-11-26T07:52:00", "9999-12-31T23:59:59-23:59", [], "x" * 99],
)
def test_a_time_of_sending_that_is_none(sent_at: object) -> None:
    assert clock_offset(sent_at, datetime.now(UTC)) == timedelta()


@pytest.mark.parametrize("offset", [True, "5", None, 10**30, float("nan"), float("inf"), [], {}])
def test_an_offset_that_is_none(offset: object) -> None:
    raw = {"id": ID, "read_at": "2026-11-26T07:52:00+07:00", "offset_ms": offset}
    assert parse(raw).offset_ms is None


@given(
    read_at=st.datetimes(timezones=st.just(UTC)),
    offset=st.integers(-(10**14), 10**14) | st.floats() | st.none(),
)
def test_whatever_is_said_comes_to_a_time(read_at: datetime, offset: Any) -> None:
    raw = {"id": ID, "read_at": read_at.isoformat(), "offset_ms": offset}
    arrived = datetime(2026, 11, 26, 1, tzinfo=UTC)
    try:
        reading: Reading = parse(raw)
    except Unreadable:
        return
    assert reading.happened_at(timedelta(), arrived) <= arrived
