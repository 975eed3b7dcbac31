"""Reminders: to everybody who comes, once a day, and said beforehand how many."""

from datetime import timedelta

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail.composing import compose
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import reminding
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, build_event
from tests.conftest import post


@pytest.fixture
def url(event):
    return f"/manage/{event.slug}/delegates/remind"


@pytest.fixture
def ask(organiser, url):
    """Send the form of the list of delegates."""
    return lambda data: post(organiser, url, data, form_at=url.removesuffix("/remind"))


def _written():
    db.session.expire_all()
    return [it.delegate_id for it in db.session.query(Message).filter_by(kind="reminder")]


def test_those_who_come_are_reminded_with_their_pass(event, ask):
    coming = build_delegate(event, "Nguyễn Văn An")
    pending = build_delegate(event, "Trần Thị Bình", status=Status.PENDING)
    first = ask({"scope": "all"}).get_data(as_text=True)
    assert "Số đại biểu được nhắc: 2" in first
    assert _written() == []
    assert ask({"scope": "all", "confirmed": "1"}).status_code == 303
    assert _written() == [coming.id, pending.id]
    letter = compose(db.session.query(Message).filter_by(delegate_id=coming.id).one())
    assert letter.pass_code == coming.code
    entry = db.session.query(AuditEntry).filter_by(action="remind").one()
    assert entry.note == "2"


def test_who_is_left_out_is_counted(event, ask):
    build_delegate(event, "Một", email="")
    build_delegate(event, "Hai", status=Status.CANCELLED)
    build_delegate(event, "Ba", status=Status.WAITLISTED)
    build_delegate(event, "Bốn", status=Status.OFFERED)
    page = ask({"scope": "all"}).get_data(as_text=True)
    assert "không có địa chỉ thư điện tử: 1" in page
    assert "trong danh sách chờ: 3" in page
    assert 'name="confirmed"' in page
    assert "Gửi thư nhắc" not in page
    assert reminding.remind(event, [it.id for it in db.session.query(Delegate)]).due == 0
    assert _written() == []


def test_nobody_is_reminded_twice_within_a_day(event):
    who = build_delegate(event)
    assert reminding.remind(event, [who.id]).due == 1
    again = reminding.remind(event, [who.id])
    assert (again.due, again.reminded) == (0, 1)
    assert len(_written()) == 1


@pytest.mark.parametrize(
    ("values", "is_again"),
    [
        ({"created_at": now() - timedelta(hours=25)}, True),
        ({"status": MailStatus.FAILED}, True),
        ({"status": MailStatus.SENT}, False),
    ],
)
def test_when_somebody_is_reminded_again(event, values, is_again):
    who = build_delegate(event)
    reminding.remind(event, [who.id])
    message = db.session.query(Message).one()
    for name, value in values.items():
        setattr(message, name, value)
    db.session.commit()
    assert reminding.remind(event, [who.id]).due == int(is_again)


def test_only_the_ticked_and_only_of_this_event(event, ask):
    one, _two = build_delegate(event, "Một"), build_delegate(event, "Hai")
    other = build_delegate(build_event("khac"), "Khác")
    data = {"scope": "selected", "ids": [one.id, other.id], "confirmed": "1"}
    assert ask(data).status_code == 303
    assert _written() == [one.id]


def test_nobody_ticked_is_refused(event, ask):
    build_delegate(event)
    answer = ask({"scope": "selected", "confirmed": "1"})
    assert answer.location.endswith("/delegates")
    assert _written() == []


def test_filters_narrow_whom_it_goes_to(event, ask):
    build_delegate(event, "Một")
    two = build_delegate(event, "Hai", status=Status.PENDING)
    ask({"scope": "all", "status": "pending", "confirmed": "1"})
    assert _written() == [two.id]
