"""The mailbox page of organisers."""

import pytest

from eventapp.extensions import db
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import service
from tests.builders import build_event
from tests.conftest import csrf_token
from tests.registration.filled import details

PAGE = "/manage/hoi-nghi/mailbox"


@pytest.fixture
def made(event):
    """A registration, with its letter."""
    return service.register(
        event, details(event, language="en"), submission=None, consent=service.Consent("1")
    )


def _message() -> Message:
    db.session.rollback()
    return db.session.query(Message).one()


def test_the_list(organiser, made):
    page = organiser.get(f"{PAGE}?lang=en")
    assert page.status_code == 200
    assert "an@bacninh.example" in page.text
    assert "Nothing leaves this machine" in page.text
    assert made.secret not in page.text


def test_no_messages_yet(organiser, event):
    assert "No messages yet" in organiser.get(f"{PAGE}?lang=en").text


def test_one_message(organiser, made):
    page = organiser.get(f"{PAGE}/{_message().id}?lang=en")
    assert f"/p/{made.secret}" in page.text
    assert "calendar.ics" in page.text
    assert "<iframe" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_who_was_anonymised_has_words_for_a_name(organiser, event, made):
    message = _message()
    message.to_name, message.to_address = "", ""
    db.session.commit()
    assert ">Somebody who was anonymised</a>" in organiser.get(f"{PAGE}?lang=en").text
    assert "Somebody who was anonymised" in organiser.get(f"{PAGE}/{message.id}?lang=en").text


def test_the_html_can_do_nothing(organiser, made):
    letter = organiser.get(f"{PAGE}/{_message().id}/letter")
    assert made.secret in letter.text
    policy = letter.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_a_letter_that_is_overtaken_says_so(organiser, event, made):
    service.cancel(event, made.delegate.id)
    first = db.session.query(Message).order_by(Message.id).first()
    page = organiser.get(f"{PAGE}/{first.id}?lang=en").text
    assert "This letter will not be sent any more" in page
    assert "The registration stands otherwise by now." in page
    assert made.secret not in page
    first.status, first.error = MailStatus.DROPPED, "status"
    db.session.commit()
    for address in (PAGE, f"{PAGE}?status=dropped", f"{PAGE}/{first.id}"):
        assert "The registration stands otherwise by now." in organiser.get(address).text


def test_a_kind_that_nobody_knows(organiser, made):
    db.session.query(Message).update({"kind": "tomorrow"})
    db.session.commit()
    assert "tomorrow" in organiser.get(PAGE).text
    assert (
        "does not know letters of this kind"
        in organiser.get(f"{PAGE}/{_message().id}?lang=en").text
    )


def test_one_status_only(organiser, event, made):
    organiser.get("/?lang=en")
    assert "an@bacninh.example" in organiser.get(f"{PAGE}?status=queued").text
    page = organiser.get(f"{PAGE}?status=sent").text
    assert "No message stands so" in page
    assert "an@bacninh.example" not in page
    assert "an@bacninh.example" in organiser.get(f"{PAGE}?status=nonsense").text


def test_all_that_failed_can_be_sent_again(organiser, event, made):
    organiser.get("/?lang=en")
    service.register(
        event,
        details(event, name="Khác", email="khac@x.example"),
        submission=None,
        consent=service.Consent("1"),
    )
    assert "Try what failed again" not in organiser.get(PAGE).text
    db.session.query(Message).update({"status": MailStatus.FAILED, "error": "550 no such user"})
    db.session.commit()
    assert "Try what failed again (2)" in organiser.get(PAGE).text
    token = csrf_token(organiser, PAGE)
    assert organiser.post(f"{PAGE}/retry", data={"csrf_token": token}).status_code == 302
    db.session.rollback()
    assert {it.status for it in db.session.query(Message)} == {MailStatus.QUEUED}


def test_a_delivered_message_says_why_it_is_empty(organiser, made):
    db.session.query(Message).update({"status": MailStatus.SENT, "text": "", "html": ""})
    db.session.commit()
    page = organiser.get(f"{PAGE}/{_message().id}?lang=en").text
    assert "The text was deleted" in page
    assert "<iframe" not in page


def test_a_failed_message_can_be_sent_again(organiser, made):
    db.session.query(Message).update({"status": MailStatus.FAILED, "error": "550 no such user"})
    db.session.commit()
    address = f"{PAGE}/{_message().id}"
    assert "550 no such user" in organiser.get(address).text
    token = csrf_token(organiser, address)
    assert organiser.post(f"{address}/retry", data={"csrf_token": token}).status_code == 302
    assert _message().status == MailStatus.QUEUED
    assert organiser.post(f"{address}/retry", data={"csrf_token": token}).status_code == 404


def test_messages_of_another_event(organiser, event):
    other = build_event("khac")
    service.register(other, details(other), submission=None, consent=service.Consent("1"))
    for address in ("", "/letter"):
        assert organiser.get(f"{PAGE}/{_message().id}{address}").status_code == 404


def test_queries_do_not_grow_with_the_messages(organiser, event, count_queries):
    for name in "ABCDE":
        service.register(
            event, details(event, name=name), submission=None, consent=service.Consent("1")
        )
    organiser.get(PAGE)
    with count_queries() as queries:
        organiser.get(PAGE)
    assert len(queries) <= 8, queries
