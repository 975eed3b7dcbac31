"""Now and next."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventapp.programme.moments import moment_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Item:
    name: str
    starts_at: datetime
    ends_at: datetime


def at(clock: str, day: int = 26) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


PROGRAMME = [
    Item("opening", at("08:00"), at("08:30")),
    Item("class A", at("08:30"), at("10:00")),
    Item("class B", at("08:30"), at("09:00")),
    Item("closing", at("08:00", 27), at("09:00", 27)),
]


@pytest.mark.parametrize(
    ("instant", "now", "next_"),
    [
        (at("23:59", 25), [], []),
        (at("00:00"), [], ["opening"]),
        (at("07:59"), [], ["opening"]),
        (at("08:00"), ["opening"], ["class A", "class B"]),
        (at("08:30"), ["class A", "class B"], ["closing"]),
        (at("09:00"), ["class A"], ["closing"]),
        (at("20:00"), [], ["closing"]),
        (at("08:59", 27), ["closing"], []),
        (at("09:00", 27), [], []),
    ],
)
def test_now_and_next(instant, now, next_):
    found = moment_of(PROGRAMME, instant.astimezone(UTC), ZONE)
    assert [it.name for it in found.now] == now
    assert [it.name for it in found.next] == next_
    assert found.is_empty == (not now and not next_)


def test_the_first_day_begins_at_midnight_of_the_events_zone():
    just_before = at("00:00") - timedelta(seconds=1)
    assert moment_of(PROGRAMME, just_before, ZONE).is_empty
    assert not moment_of(PROGRAMME, at("00:00"), ZONE).is_empty


def test_no_programme_no_moment():
    assert moment_of([], at("08:00"), ZONE).is_empty
