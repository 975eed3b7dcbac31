"""The public agenda as a page and as a calendar."""

import icalendar
import pytest

from eventapp.extensions import db
from eventapp.programme import published, service
from eventapp.programme.models import Session


@pytest.fixture(autouse=True)
def _published(event):
    published.publish(event)


def test_the_page_shows_parallel_sessions_side_by_side(client, event):
    page = client.get("/e/hoi-nghi/agenda").text
    assert "Tập huấn lớp A" in page
    assert "Phòng A" in page
    assert page.count("is-parallel") == 1
    assert "Thứ Năm, ngày 26/11/2026" in page


def test_the_page_in_english(client, event):
    page = client.get("/e/hoi-nghi/agenda?lang=en").text
    assert "Thursday, 26 November 2026" in page
    assert "Review conference and training" in page


def test_what_was_made_up_for_a_demo_says_so(client, event):
    made_up = "the published report of the conference does not give them"
    assert made_up not in client.get("/e/hoi-nghi/agenda?lang=en").text
    event.illustrative = "rooms,sessions"
    db.session.commit()
    assert made_up in client.get("/e/hoi-nghi/agenda?lang=en").text


def test_the_page_takes_few_queries(client, event, count_queries):
    client.get("/e/hoi-nghi/agenda")
    with count_queries() as queries:
        client.get("/e/hoi-nghi/agenda")
    assert sum(q.startswith("SELECT") for q in queries) <= 5


def test_the_calendar(client, event):
    answer = client.get("/e/hoi-nghi/agenda.ics")
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agenda-hoi-nghi.ics"'
    entries = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    stored = {s.uid: s for s in db.session.query(Session)}
    assert {str(e["uid"]) for e in entries} == set(stored)
    for entry in entries:
        session = stored[str(entry["uid"])]
        assert entry.decoded("dtstart") == session.starts_at
        assert int(entry["sequence"]) == session.revision
        assert str(entry["location"]) == "Phòng A, Trung tâm văn hóa Kinh Bắc"


def test_a_change_keeps_the_uid_and_raises_the_sequence(client, event):
    session = service.sessions_of(event.id)[0]
    uid, revision = session.uid, session.revision
    data = service.SessionData(
        day_id=session.day_id,
        kind=session.kind,
        title="Tập huấn, đổi tên",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
    service.change_session(event.id, session.id, revision, data)
    published.publish(event)
    entries = icalendar.Calendar.from_ical(client.get("/e/hoi-nghi/agenda.ics").data)
    changed = next(e for e in entries.walk("VEVENT") if str(e["uid"]) == uid)
    assert (str(changed["summary"]), int(changed["sequence"])) == (
        "Tập huấn, đổi tên",
        revision + 1,
    )


def test_a_calendar_that_has_it_already_is_told_so(client, event):
    first = client.get("/e/hoi-nghi/agenda.ics")
    again = client.get("/e/hoi-nghi/agenda.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_no_such_event(client, event):
    assert client.get("/e/khong-co/agenda").status_code == 404
    assert client.get("/e/khong-co/agenda.ics").status_code == 404
