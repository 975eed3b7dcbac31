"""Days and rooms: their pages, and what is refused."""

from datetime import date, time
from html import unescape

import pytest
from sqlalchemy import select

from eventapp.events.models import Day, Room
from eventapp.extensions import db
from eventapp.programme import days, service
from tests.builders import build_delegate, build_event
from tests.conftest import post

DAYS = "/manage/hoi-nghi/programme/days"
ROOMS = "/manage/hoi-nghi/programme/rooms"


def dates(event):
    db.session.rollback()
    return db.session.scalars(
        select(Day.date).filter_by(event_id=event.id).order_by(Day.date)
    ).all()


def test_add_a_day_with_hours(organiser, event):
    sent = {"date": "2026-11-28", "opens_at": "07:30", "closes_at": "17:00"}
    assert post(organiser, DAYS, sent).status_code == 302
    assert dates(event)[-1] == date(2026, 11, 28)
    assert "07:30–17:00" in organiser.get(DAYS).text


def test_change_the_hours(organiser, event):
    address = f"{DAYS}/{event.days[0].id}"
    assert post(organiser, address, {"opens_at": "08:00", "closes_at": ""}).status_code == 302
    assert db.session.get_one(Day, event.days[0].id).opens_at == time(8)
    assert 'value="08:00"' in organiser.get(address).text


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"date": ""}, "Enter a date."),
        ({"date": "28/11"}, "Enter a date such as 16/11/2012."),
        ({"date": "2026-11-26"}, "The event has this day already."),
        (
            {"date": "2026-11-28", "opens_at": "17:00", "closes_at": "08:00"},
            "The end must come after the start.",
        ),
    ],
)
def test_refusals_stand_beside_the_field(organiser, event, sent, message):
    answer = post(organiser, f"{DAYS}?lang=en", sent)
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert len(dates(event)) == 2


def test_a_day_is_deleted_when_nothing_needs_it(organiser, event):
    day_id = days.add_day(event.id, date(2026, 11, 28))
    post(organiser, f"{DAYS}/{day_id}/delete", {}, form_at=f"{DAYS}/{day_id}")
    assert len(dates(event)) == 2


def test_a_day_with_sessions_or_delegates_is_not_deleted(event):
    with pytest.raises(days.DayInUse):
        days.delete_day(event.id, event.days[0].id)
    build_delegate(event, days=[event.days[1]])
    with pytest.raises(days.DayInUse):
        days.delete_day(event.id, event.days[1].id)
    assert days.days_in_use(event.id) == {it.id for it in event.days}


def test_a_day_of_another_event_is_not_found(organiser, event):
    other = build_event("khac")
    with pytest.raises(days.DayNotFound):
        days.set_hours(event.id, other.days[0].id, None, None)
    assert organiser.get(f"{DAYS}/{other.days[0].id}").status_code == 404


def test_rooms_change_places(organiser, event):
    third = service.add_room(event.id, "Phòng B")

    def names():
        db.session.rollback()
        query = select(Room.name).filter_by(event_id=event.id).order_by(Room.position)
        return db.session.scalars(query).all()

    post(organiser, f"{ROOMS}/{third}/order", {"to": "up"}, form_at=ROOMS)
    assert names() == ["Hội trường lớn", "Phòng B", "Phòng A"]
    for _ in range(3):
        post(organiser, f"{ROOMS}/{third}/order", {"to": "up"}, form_at=ROOMS)
    assert names() == ["Phòng B", "Hội trường lớn", "Phòng A"]
    post(organiser, f"{ROOMS}/{third}/order", {"to": "down"}, form_at=ROOMS)
    assert names() == ["Hội trường lớn", "Phòng B", "Phòng A"]
    with pytest.raises(service.RoomNotFound):
        service.move_room(build_event("khac").id, third, up=True)
