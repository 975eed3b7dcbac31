"""The letter of a new version: to whom, one each, and what it says when it is sent."""

import re

import icalendar
import pytest

from eventapp.extensions import db
from eventapp.mail.composing import Overtaken, compose
from eventapp.mail.models import MailStatus, Message
from eventapp.programme import published, service
from eventapp.registration.itinerary import calendar_file
from eventapp.registration.models import Status
from eventapp.registration.programme_letters import PROGRAMME_CHANGED
from tests.builders import build_delegate
from tests.programme.drafts import add, change, delete


@pytest.fixture
def opening(event):
    """A session that everybody of the first day attends, published."""
    session_id = add(event, title_en="Opening")
    published.publish(event)
    return session_id


def written():
    """The letters that wait, in order."""
    db.session.rollback()
    return db.session.query(Message).filter_by(kind=PROGRAMME_CHANGED).order_by(Message.id).all()


def to(delegates):
    return sorted(it.id for it in delegates)


def sent(message):
    """As the worker does it: composed, and then forgotten."""
    letter = compose(message, is_sending=True)
    message.status, message.details = MailStatus.SENT, {}
    db.session.commit()
    return letter


def test_one_letter_lists_all_that_changed(event, opening):
    second = add(event, "Báo cáo", 9)
    published.publish(event)
    delegate = build_delegate(event)
    change(event, opening, hour=10, title="Lễ khai mạc")
    delete(event, second)
    add(event, "Tổng kết", 16)
    assert published.publish(event) == (3, 1)
    (message,) = written()
    assert message.delegate_id == delegate.id
    letter = compose(message)
    assert letter.subject == "Chương trình có thay đổi: Hội nghị tổng kết"
    for text in (letter.text, letter.html):
        assert "26/11/2026, 08:00–08:30 → 26/11/2026, 10:00–10:30, Hội trường lớn" in text
        assert "“Khai mạc” → “Lễ khai mạc”" in text
        assert "Không còn: Báo cáo. 26/11/2026, 09:00–09:30, Hội trường lớn" in text
        assert "Mới: Tổng kết." in text
    assert "- Đổi thời gian, địa điểm; đổi tên: Lễ khai mạc." in letter.text


def test_it_is_in_the_delegates_language_and_leads_to_their_agenda(event, opening):
    build_delegate(event, language="en", submission_hash="0" * 64)
    change(event, opening, hour=10)
    published.publish(event)
    letter = sent(written()[0])
    assert letter.subject == f"The programme has changed: {event.title_en}"
    assert "- Moved: Opening. 26/11/2026, 08:00–08:30 → 26/11/2026, 10:00–10:30" in letter.text
    assert re.search(r"http://\S+/p/[0-9a-f]+/agenda\s", letter.text)


def test_who_is_written_to(event, opening):
    first_day, second_day = event.days
    classes = service.sessions_of(event.id)[1:3]
    coming = [
        build_delegate(event, "Cả hai ngày"),
        build_delegate(event, "Ngày đầu", days=[first_day]),
        build_delegate(event, "Chờ duyệt", status=Status.PENDING),
    ]
    build_delegate(event, "Ngày sau", days=[second_day])
    build_delegate(event, "Không có thư", email="")
    for status in (Status.CANCELLED, Status.REFUSED, Status.WAITLISTED, Status.OFFERED):
        build_delegate(event, str(status), status=status)
    enrolled = build_delegate(event, "Lớp A", days=[second_day], enrolments=[classes[0]])
    change(event, opening, hour=10)
    published.publish(event)
    assert [it.delegate_id for it in written()] == to(coming)
    change(event, classes[0].id, room_id=event.rooms[0].id)
    published.publish(event)
    assert [it.delegate_id for it in written()] == [*to(coming), enrolled.id]


def test_who_speaks_concerns_nobody_but_whoever_has_chosen_the_class(event, opening):
    chosen = service.sessions_of(event.id)[1]
    enrolled = build_delegate(event, enrolments=[chosen])
    build_delegate(event, "Khác")
    change(event, opening, chair="Bộ trưởng")
    assert published.publish(event) == (2, 0)
    change(event, chosen.id, chair="Giảng viên mới")
    assert published.publish(event) == (3, 1)
    assert [it.delegate_id for it in written()] == [enrolled.id]


def test_nobody_is_told_if_the_organisers_wish_so_nor_of_a_first_version(event):
    build_delegate(event)
    session_id = add(event)
    assert published.publish(event) == (1, 0)
    change(event, session_id, hour=10)
    assert published.publish(event, tell=False) == (2, 0)
    assert written() == []


def test_a_letter_that_waits_while_another_version_comes_is_one_letter(event, opening):
    build_delegate(event)
    change(event, opening, hour=10)
    published.publish(event)
    add(event, "Tổng kết", 16)
    published.publish(event)
    earlier, later = written()
    with pytest.raises(Overtaken) as overtaken:
        compose(earlier)
    assert overtaken.value.reason == "newer"
    text = sent(later).text
    assert "08:00–08:30 → 26/11/2026, 10:00–10:30" in text
    assert "Mới: Tổng kết." in text


def test_what_was_told_is_not_told_again(event, opening):
    build_delegate(event)
    change(event, opening, hour=10)
    published.publish(event)
    sent(written()[0])
    add(event, "Tổng kết", 16)
    published.publish(event)
    text = compose(written()[1]).text
    assert "Mới: Tổng kết." in text
    assert "10:00–10:30" not in text


def test_a_change_taken_back_before_the_letter_went_needs_none(event, opening):
    build_delegate(event)
    change(event, opening, hour=10)
    published.publish(event)
    change(event, opening, hour=8)
    published.publish(event)
    for message, reason in zip(written(), ("newer", "nothing"), strict=True):
        with pytest.raises(Overtaken) as overtaken:
            compose(message)
        assert overtaken.value.reason == reason


def test_who_has_cancelled_since_is_not_written_to(event, opening):
    delegate = build_delegate(event)
    change(event, opening, hour=10)
    published.publish(event)
    delegate.status = Status.CANCELLED
    db.session.commit()
    with pytest.raises(Overtaken):
        compose(written()[0])


def test_the_calendar_with_it_corrects_the_entries_that_earlier_letters_made(event, opening):
    chosen = service.sessions_of(event.id)[1]
    delegate = build_delegate(event, enrolments=[chosen])
    before = {str(it["uid"]): it for it in entries(calendar_file(delegate))}
    change(event, chosen.id, hour=15)
    change(event, opening, hour=7)
    published.publish(event)
    after = {str(it["uid"]): it for it in entries(compose(written()[0]).calendar)}
    assert set(after) == set(before)
    moved = {uid for uid in after if after[uid]["dtstart"].dt != before[uid]["dtstart"].dt}
    assert len(moved) == 2  # the class, and when the first day begins
    assert all(after[uid]["sequence"] > before[uid]["sequence"] for uid in moved)
    assert {after[uid]["dtstart"].dt.hour for uid in moved} == {7, 15}


def test_a_draft_does_not_show_in_calendars(event, opening):
    chosen = service.sessions_of(event.id)[1]
    delegate = build_delegate(event, enrolments=[chosen])
    before = calendar_file(delegate)
    change(event, chosen.id, hour=15)
    change(event, opening, hour=7)
    assert calendar_file(delegate) == before


def entries(data):
    return icalendar.Calendar.from_ical(data).walk("VEVENT")
