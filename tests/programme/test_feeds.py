"""The programme for calendars, held against RFC 5545 over its versions."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from eventapp.extensions import db
from eventapp.programme import published
from eventapp.programme.service import SpeakerData
from tests.builders import build_event
from tests.programme.drafts import add, change, delete, uid_of

FEED = "/e/hoi-nghi/agenda.ics"


def entries(client, address=FEED):
    """By UID; checked against what RFC 5545 asks of every file."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    check_lines(answer.data)
    file = icalendar.Calendar.from_ical(answer.data)
    assert file["version"] == "2.0" and file["prodid"]  # 3.7.3, 3.7.4
    zones = {str(it["tzid"]): it for it in file.walk("VTIMEZONE")}
    found = {}
    for it in file.walk("VEVENT"):
        for field in ("uid", "dtstamp", "dtstart", "summary", "sequence"):  # 3.6.1
            assert field in it
        assert it["dtstamp"].dt.tzinfo is not None and it["dtstamp"].dt.utcoffset() == timedelta(0)
        assert it["dtend"].dt > it["dtstart"].dt
        for edge in ("dtstart", "dtend"):  # 3.2.19: a zone that is named is defined
            assert it[edge].params["TZID"] in zones
        assert str(it["uid"]) not in found
        found[str(it["uid"])] = it
    return found


def check_lines(data: bytes) -> None:
    """3.1: lines end in CRLF, have at most 75 octets, and no character is cut in two."""
    assert data.endswith(b"\r\n")
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()


def shown(found):
    return {str(it["summary"]) for it in found.values() if it.get("status") != "CANCELLED"}


def test_long_texts_are_folded_and_read_back(client, event):
    title = "Báo cáo; tổng kết, 5 năm " + "thực hiện Nghị định " * 30 + "hết"
    session_id = add(event, title, speakers=(SpeakerData("Nguyễn Văn A", 'Cục "trưởng"'),))
    published.publish(event)
    entry = entries(client)[uid_of(session_id)]
    assert str(entry["summary"]) == " ".join(title.split())
    assert "Nguyễn Văn A – Cục" in str(entry["description"])


def test_times_are_right_in_the_zone_that_the_file_defines(client, event):
    session_id = add(event)
    published.publish(event)
    data = client.get(FEED).data
    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20261126T080000\r\n" in data
    (zone,) = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")
    assert zone.to_tz().utcoffset(datetime(2026, 11, 26, 8)) == timedelta(hours=7)
    start = entries(client)[uid_of(session_id)]["dtstart"].dt
    assert start == datetime(2026, 11, 26, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_in_zones_with_summer_time_too(client, event, zone):
    session_id = add(event)
    event.timezone = zone
    db.session.commit()
    published.publish(event)
    start = entries(client)[uid_of(session_id)]["dtstart"].dt
    assert start == datetime(2026, 11, 26, 1, tzinfo=ZoneInfo("UTC"))


def test_over_versions_a_uid_stays_and_its_sequence_only_grows(client, event):
    session_id, other_id = add(event), add(event, "Báo cáo", 9)
    uid, other = uid_of(session_id), uid_of(other_id)
    published.publish(event)
    seen = [entries(client)]
    for hour in (10, 11):
        change(event, session_id, hour=hour)
        published.publish(event)
        seen.append(entries(client))
    assert all(set(it) == set(seen[0]) for it in seen)
    sequences = [int(it[uid]["sequence"]) for it in seen]
    assert sequences == sorted(set(sequences))
    stamps = [it[uid]["dtstamp"].dt for it in seen]
    assert stamps == sorted(stamps)
    # What did not change is the same, byte for byte.
    assert len({it[other].to_ical() for it in seen}) == 1


def test_a_cancelled_session_says_so_for_one_version(client, event):
    session_id = add(event)
    uid = uid_of(session_id)
    published.publish(event)
    had = int(entries(client)[uid]["sequence"])
    delete(event, session_id)
    published.publish(event)
    gone = entries(client)[uid]
    assert (gone["status"], int(gone["sequence"])) == ("CANCELLED", had + 1)
    assert "Khai mạc" not in shown(entries(client))
    add(event, "Khác", 16)
    published.publish(event)
    assert uid not in entries(client)


def test_the_calendar_of_a_room(client, event):
    session_id = add(event)
    published.publish(event)
    hall, room = event.rooms
    assert shown(entries(client, f"{FEED}?room={hall.id}")) == {"Khai mạc"}
    answer = client.get(f"{FEED}?room={room.id}")
    assert f"agenda-hoi-nghi-room-{room.id}.ics" in answer.headers["Content-Disposition"]
    name = str(icalendar.Calendar.from_ical(answer.data)["x-wr-calname"])
    assert name == "Hội nghị tổng kết – Phòng A"
    # What moves to another room is in that one's calendar from then on, under the same UID.
    change(event, session_id, room_id=room.id)
    published.publish(event)
    assert "Khai mạc" in shown(entries(client, f"{FEED}?room={room.id}"))
    assert shown(entries(client, f"{FEED}?room={hall.id}")) == set()


def test_no_such_room(client, event):
    published.publish(event)
    other = build_event("khac").rooms[0].id
    for room in ("999", "x", "", str(other)):
        assert client.get(f"{FEED}?room={room}").status_code == 404


def test_a_calendar_that_has_it_is_told_so_until_the_next_version(client, event):
    session_id = add(event)
    published.publish(event)
    tag = client.get(FEED).headers["ETag"]
    change(event, session_id, hour=9)
    assert client.get(FEED, headers={"If-None-Match": tag}).status_code == 304
    published.publish(event)
    assert client.get(FEED, headers={"If-None-Match": tag}).status_code == 200


def test_an_entry_leads_to_the_public_page(client, event):
    session_id = add(event)
    published.publish(event)
    entry = entries(client)[uid_of(session_id)]
    assert str(entry["url"]) == "http://localhost/e/hoi-nghi/agenda"
