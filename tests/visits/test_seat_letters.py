"""Letters about seats: one each however often somebody is moved, written in their language."""

import pytest

from eventapp.extensions import db
from eventapp.mail import composing
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import service as registration
from eventapp.visits import letters, running, runs, service
from eventapp.visits.accepting import accept
from eventapp.visits.run_settings import RunSettings
from tests.builders import at, build_delegate
from tests.visits.groups import build_group, chosen


@pytest.fixture
def groups(event):
    day = event.days[1].date
    return [
        build_group(event, letter, 3, bus=f"Xe {letter}", departs_at=at(day, 9, 45)).id
        for letter in "ABC"
    ]


def tell(event, who, before):
    letters.tell_seated(event.id, {who: before})
    db.session.commit()
    return db.session.query(Message).order_by(Message.id.desc()).first()


def test_accepting_tells_each_once_if_asked_to(event, groups):
    people = [build_delegate(event), build_delegate(event, email="")]
    runs.ask(event, RunSettings())
    running.work_once()
    assert accept(event, 1, tells=True).letters == 1
    message = db.session.query(Message).one()
    assert (message.kind, message.delegate_id) == (letters.GIVEN, people[0].id)


def test_who_has_a_seat_now_is_told_which(event, groups):
    person = build_delegate(event, language="en")
    service.assign(event, groups[0], chosen(person.id))
    letter = composing.compose(tell(event, person.id, None))
    assert letter.subject.startswith("Your site visit, group A: ")
    for text in (letter.text, letter.html):
        assert "Xe A" in text
        assert "09:45, Friday, 27 November 2026" in text
        assert "Until now" not in text


def test_who_changes_groups_is_told_both(event, groups):
    person = build_delegate(event, language="vi")
    service.assign(event, groups[1], chosen(person.id))
    letter = composing.compose(tell(event, person.id, groups[0]))
    assert "Nhóm A: Trung tâm dữ liệu tỉnh" in letter.text
    assert "Xe B" in letter.text
    assert "Xe B" in letter.html


def test_one_letter_however_many_moves(event, groups):
    person = build_delegate(event)
    service.assign(event, groups[1], chosen(person.id))
    first = tell(event, person.id, groups[0])
    service.assign(event, groups[2], chosen(person.id))
    last = tell(event, person.id, groups[1])
    with pytest.raises(composing.Overtaken) as overtaken:
        composing.compose(first)
    assert overtaken.value.reason == "newer"
    text = composing.compose(last).text
    assert "Nhóm A: " in text  # of which they know, and not of B
    assert "Nhóm B: " not in text


def test_who_is_back_where_they_were_is_told_nothing(event, groups):
    person = build_delegate(event)
    service.assign(event, groups[1], chosen(person.id))
    tell(event, person.id, groups[0])
    service.assign(event, groups[0], chosen(person.id))
    with pytest.raises(composing.Overtaken) as overtaken:
        composing.compose(tell(event, person.id, groups[1]))
    assert overtaken.value.reason == "same_seat"


def test_what_was_sent_is_what_they_know(event, groups):
    person = build_delegate(event)
    service.assign(event, groups[1], chosen(person.id))
    sent = tell(event, person.id, groups[0])
    sent.status, sent.details = MailStatus.SENT, {}
    db.session.commit()
    service.assign(event, groups[2], chosen(person.id))
    assert "Nhóm B: " in composing.compose(tell(event, person.id, groups[1])).text


def test_who_has_cancelled_meanwhile_gets_none(event, groups):
    person = build_delegate(event)
    service.assign(event, groups[1], chosen(person.id))
    message = tell(event, person.id, None)
    registration.cancel(event, person.id)
    with pytest.raises(composing.Overtaken):
        composing.compose(message)


def test_who_lost_the_seat_gets_none(event, groups):
    person = build_delegate(event)
    service.assign(event, groups[1], chosen(person.id))
    message = tell(event, person.id, None)
    service.remove(event, [person.id])
    with pytest.raises(composing.Overtaken) as overtaken:
        composing.compose(message)
    assert overtaken.value.reason == "no_seat"
