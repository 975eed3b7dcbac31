"""One's own agenda: what is in it, what is not, and the calendar of it."""

from datetime import timedelta
from html import unescape

import icalendar
import pytest

from eventapp import tokens
from eventapp.extensions import db
from eventapp.programme import published, service
from eventapp.programme.models import SessionKind
from eventapp.registration.models import Status
from eventapp.visits import service as visits
from eventapp.visits import sites
from eventapp.visits.models import Allocation, Bus, VisitGroup
from tests.builders import at, build_delegate
from tests.programme.drafts import add, change, delete
from tests.programme.test_feeds import check_lines, shown

SECRET = "abcdef0123456789"
PAGE, FEED = f"/p/{SECRET}/agenda", f"/p/{SECRET}/agenda.ics"


def mine(event, **values):
    """A delegate with a personal link."""
    return build_delegate(event, secret_hash=tokens.hash_secret(SECRET), **values)


def group_for(event, delegate, **values):
    """A visit group in which the delegate sits, leaving at 14:00 of the second day."""
    group = VisitGroup(
        event_id=event.id,
        site=event.sites[0],
        letter="A",
        buses=[Bus(label="Xe 1")],
        leader_name="Trần Văn Lái",
        meeting_point="Sân trước",
        capacity=40,
        taken=1,
        **{"departs_at": at(event.days[1].date, 14), **values},
    )
    db.session.add(group)
    db.session.flush()
    seat = Allocation(delegate_id=delegate.id, group_id=group.id, bus=group.buses[0])
    db.session.add(seat)
    db.session.commit()
    return group


def entries(client):
    answer = client.get(FEED)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    check_lines(answer.data)
    file = icalendar.Calendar.from_ical(answer.data)
    return {str(it["uid"]): it for it in file.walk("VEVENT")}


@pytest.fixture
def programme(event):
    add(event)
    add(event, "Ăn trưa", 11, kind=SessionKind.MEAL, room_id=None)
    add(event, "Tham quan", 13, on=1, kind=SessionKind.VISIT, room_id=None)
    add(event, "Bế mạc", 17, on=1)
    published.publish(event)


def test_days_class_bus_and_meals(client, event, programme):
    delegate = mine(event, enrolments=[service.sessions_of(event.id)[2]], diet="Ăn chay")
    group_for(event, delegate, returns_at=at(event.days[1].date, 16))
    page = unescape(client.get(f"{PAGE}?lang=en").text)
    for said in ("Khai mạc", "Tập huấn lớp A", "Your class", "Your diet: Ăn chay", "Bế mạc"):
        assert said in page
    assert "Tập huấn lớp B" not in page
    assert "Site visit: Trung tâm dữ liệu tỉnh" in page
    assert "14:00–16:00" in page
    assert "Group A, Xe 1" in page
    assert "Sân trước" in page
    assert "<h3>Tham quan</h3>" not in page  # their own departure says it better
    assert page.index("Khai mạc</h3>") < page.index("Ăn trưa</h3>") < page.index("Bế mạc</h3>")


def test_only_the_days_on_which_they_come(client, event, programme):
    mine(event, days=[event.days[1]])
    page = unescape(client.get(f"{PAGE}?lang=en").text)
    assert "<h3>Khai mạc</h3>" not in page
    assert "<h3>Tham quan</h3>" in page
    assert "Your group will be announced here." in page


def test_the_draft_does_not_show(client, event, programme):
    mine(event)
    change(event, service.sessions_of(event.id)[0].id, title="Bí mật")
    add(event, "Cũng bí mật", 15)
    page = client.get(PAGE).text
    assert "Khai mạc" in page
    assert "bí mật" not in page.lower()


def test_before_the_first_version(client, event):
    add(event, "Bí mật")
    mine(event)
    page = client.get(f"{PAGE}?lang=en").text
    assert "The programme is being prepared." in page
    assert "Bí mật" not in page
    assert entries(client) == {}


def test_it_names_no_secret_and_is_kept_by_nobody(client, event, programme):
    delegate = mine(event)
    answer = client.get(PAGE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    data = client.get(FEED).data
    assert SECRET.encode() not in data
    assert delegate.code.encode() not in data


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REFUSED, Status.WAITLISTED])
def test_who_does_not_come_has_no_agenda_and_an_empty_calendar(client, event, programme, status):
    mine(event, status=status)
    answer = client.get(PAGE)
    assert (answer.status_code, answer.location) == (302, f"/p/{SECRET}")
    assert entries(client) == {}


def test_nobodys_link(client, event, programme):
    assert client.get("/p/0000/agenda").status_code == 404
    assert client.get("/p/0000/agenda.ics").status_code == 404


def test_the_calendar_has_the_same(client, event, programme):
    delegate = mine(event, enrolments=[service.sessions_of(event.id)[2]])
    group = group_for(event, delegate)
    assert shown(entries(client)) == {
        "Khai mạc",
        "Ăn trưa",
        "Tập huấn lớp A",
        "Tham quan thực tế: Trung tâm dữ liệu tỉnh",
        "Bế mạc",
    }
    visit = next(it for uid, it in entries(client).items() if uid.startswith(f"visit-{group.id}-"))
    assert visit["dtend"].dt - visit["dtstart"].dt == timedelta(minutes=15)
    assert str(visit["location"]) == "Sân trước"


def test_its_entries_are_those_of_the_letters_and_not_of_the_programme(client, event, programme):
    delegate = mine(event, enrolments=[service.sessions_of(event.id)[2]])
    programme_uids = {it.uid for it in service.sessions_of(event.id)}
    assert programme_uids.isdisjoint(entries(client))
    letters = icalendar.Calendar.from_ical(client.get(f"/p/{SECRET}/calendar.ics").data)
    (chosen,) = [it for it in letters.walk("VEVENT") if str(it["summary"]) == "Tập huấn lớp A"]
    same = entries(client)[str(chosen["uid"])]
    assert same["sequence"] == chosen["sequence"]
    assert delegate.id


def test_changes_grow_the_sequence_and_what_is_cancelled_says_so(client, event, programme):
    delegate = mine(event)
    before = entries(client)
    opening, lunch = service.sessions_of(event.id)[:2]
    change(event, opening.id, hour=9)
    delete(event, lunch.id)
    published.publish(event)
    after = entries(client)
    assert set(after) == set(before)
    for uid, it in after.items():
        title, sequence = str(it["summary"]), int(it["sequence"])
        assert (it.get("status") == "CANCELLED") == (title == "Ăn trưa")
        changed = title in {"Khai mạc", "Ăn trưa"}
        assert (sequence > int(before[uid]["sequence"])) == changed
    assert delegate.id


def test_a_bus_that_leaves_at_another_time_has_a_higher_sequence(client, event, programme):
    delegate = mine(event)
    group = group_for(event, delegate)
    uid = f"visit-{group.id}-of-{delegate.id}@hoi-nghi.eventapp"
    before = entries(client)[uid]
    sites.change_group(
        event.id,
        group.id,
        sites.GroupData(
            site_id=group.site_id,
            letter="A",
            capacity=40,
            departs_at=at(event.days[1].date, 15),
        ),
    )
    after = entries(client)[uid]
    assert after["dtstart"].dt.hour == 15
    assert int(after["sequence"]) > int(before["sequence"])
    assert visits.group_of(delegate.id).id == group.id


def test_a_calendar_that_has_it_is_told_so(client, event, programme):
    mine(event)
    tag = client.get(FEED).headers["ETag"]
    assert client.get(FEED, headers={"If-None-Match": tag}).status_code == 304


def test_ones_own_page_leads_to_it_and_shows_the_class_as_published(client, event, programme):
    chosen = service.sessions_of(event.id)[2]
    mine(event, enrolments=[chosen])
    change(event, chosen.id, title="Bí mật", hour=15)
    page = client.get(f"/p/{SECRET}").text
    assert f'href="{PAGE}"' in page
    assert "Tập huấn lớp A" in page
    assert "13:30–16:30" in page
    assert "Bí mật" not in page


def test_it_takes_few_queries(client, event, programme, count_queries):
    delegate = mine(event, enrolments=[service.sessions_of(event.id)[2]])
    group_for(event, delegate)
    client.get(PAGE)
    with count_queries() as queries:
        client.get(PAGE)
    assert sum(it.startswith("SELECT") for it in queries) <= 10
