"""The calendar file, read back by the library that calendars use."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar

from eventapp.programme.calendar import Item, calendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ITEM = Item(
    uid="abc@eventapp",
    sequence=3,
    changed_at=datetime(2026, 10, 1, 2, 3, 4, tzinfo=UTC),
    title="Báo cáo; tổng kết, 5 năm " + "rất dài " * 20 + "hết",
    starts_at=datetime(2026, 11, 26, 1, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 26, 2, 30, tzinfo=UTC),
    location="Hội trường lớn, Trung tâm văn hóa Kinh Bắc",
    description="Chủ trì: Thứ trưởng\nNguyễn Minh Hồng",
    url="https://hoinghi.example/e/x/agenda",
)


def read(data: bytes) -> icalendar.Event:
    (entry,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return entry


def test_what_is_written_is_read_back():
    entry = read(calendar("Hội nghị", ZONE, [ITEM]))
    assert str(entry["uid"]) == ITEM.uid
    assert int(entry["sequence"]) == 3
    assert str(entry["summary"]) == ITEM.title
    assert str(entry["description"]) == ITEM.description
    assert str(entry["location"]) == ITEM.location
    assert entry.decoded("dtstart") == ITEM.starts_at
    assert entry.decoded("dtend") == ITEM.ends_at


def test_times_name_the_zone_and_the_file_defines_it():
    data = calendar("Hội nghị", ZONE, [ITEM])
    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20261126T080000\r\n" in data
    (zone,) = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Asia/Ho_Chi_Minh"
    assert zone.to_tz().utcoffset(datetime(2026, 11, 26, 8)).total_seconds() == 7 * 3600


def test_the_rules_of_the_file():  # RFC 5545, 3.1, 3.6 and 3.7.3
    data = calendar("Hội nghị", ZONE, [ITEM])
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\nVERSION:2.0\r\n" in data
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_the_same_programme_gives_the_same_file():
    assert calendar("Hội nghị", ZONE, [ITEM]) == calendar("Hội nghị", ZONE, [ITEM])


def test_an_empty_programme_is_still_a_calendar():
    assert icalendar.Calendar.from_ical(calendar("Hội nghị", ZONE, [])).walk("VEVENT") == []
