"""Messages are written with the change that they tell of, in the language of their reader."""

import pytest

from eventapp.extensions import db
from eventapp.mail import links, outbox
from eventapp.mail.composing import compose
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import links as personal
from eventapp.registration import service
from eventapp.registration.models import Status
from tests.registration.filled import details


def _register(event, **changes):
    return service.register(
        event, details(event, **changes), submission=None, consent=service.Consent("1")
    )


def _last() -> Message:
    return db.session.query(Message).order_by(Message.id.desc()).first()


def test_the_letter_of_a_registration(event):
    made = _register(event, language="en")
    message = _last()
    assert (message.kind, message.delegate_id) == ("registered", made.delegate.id)
    assert message.to_address == "an@bacninh.example"
    assert message.to_name == "Nguyễn Đình Ân"
    letter = compose(message)
    assert letter.subject == f"Registration confirmed: {event.title_en}"
    for body in (letter.text, letter.html):
        assert f"/p/{made.secret}" in body
        assert "Thursday, 26 November 2026" in body
        assert made.delegate.code[:4] in body
        assert event.title_en in body
    assert letter.calendar.startswith(b"BEGIN:VCALENDAR")
    assert made.secret.encode() not in letter.calendar


def test_each_letter_is_in_its_readers_language(app, event):
    _register(event, language="vi")
    with app.test_request_context("/?lang=en"):
        service.cancel(event, 1)
        service.reinstate(event, 1)
        letter = compose(_last())
    assert "Thứ Năm, ngày 26/11/2026" in letter.text
    assert 'lang="vi"' in letter.html


def test_what_people_type_is_text_in_the_html(event):
    _register(event, name="Nguyễn <b>An</b>", position='"&')
    letter = compose(_last())
    assert "Nguyễn &lt;b&gt;An" in letter.html
    assert "Nguyễn <b>An</b>" in letter.text


def test_a_line_end_cannot_add_a_header(app):
    letter = outbox.Letter("Thư\r\nBcc: ai@do.example", "…")
    message = outbox.enqueue(
        letter,
        to_address="an@bacninh.example",
        to_name="An\nBcc: ai@do.example",
        event_id=None,
        host="localhost",
    )
    assert message.subject == "Thư Bcc: ai@do.example"
    assert message.to_name == "An Bcc: ai@do.example"
    db.session.rollback()


def test_no_address_no_letter(event):
    _register(event, email="")
    assert db.session.query(Message).count() == 0


def test_nothing_is_written_when_the_change_fails(event):
    with pytest.raises(service.NotInThisEvent):
        _register(event, category_id=999_999)
    assert db.session.query(Message).count() == 0


def test_waiting_then_approved(event):
    event.categories[0].needs_approval = True
    db.session.commit()
    made = _register(event, language="en")
    assert "Registration received" in compose(_last()).subject
    service.set_status(event, made.delegate.id, Status.APPROVED)
    assert compose(_last()).subject.startswith("Registration approved: ")
    assert made.secret in compose(_last()).text


def test_a_renewed_link_is_mailed(event):
    made = _register(event)
    secret = personal.renew(event, made.delegate.id)
    assert secret in compose(_last()).text
    assert made.secret not in compose(_last()).text


def test_each_message_has_an_id_of_its_own(event):
    _register(event)
    _register(event, name="Khác")
    ids = [message.message_id for message in db.session.query(Message)]
    assert len(set(ids)) == 2
    assert all(id_.startswith("<") and id_.endswith(">") for id_ in ids)


def test_links_follow_base_url(second_app):
    app = second_app(base_url="https://hoinghi.example.vn/su-kien")
    with app.test_request_context("/", base_url="http://ke-gian.example"):
        assert links.absolute("portal.show", secret="x") == (
            "https://hoinghi.example.vn/su-kien/p/x"
        )
        assert links.is_certain()


def test_links_without_base_url_follow_the_request(app):
    with app.test_request_context("/", base_url="http://hoinghi.example:8080"):
        assert links.absolute("portal.show", secret="x") == "http://hoinghi.example:8080/p/x"
        assert not links.is_certain()
    with app.test_request_context("/", base_url="http://127.0.0.1:8000"):
        assert links.is_certain()


def test_pages_of_messages(event):
    for number in range(outbox.PER_PAGE + 1):
        outbox.enqueue(
            outbox.Letter(str(number), "…"),
            to_address="an@bacninh.example",
            event_id=event.id,
            host="localhost",
        )
    db.session.commit()
    first, second = outbox.page(event.id, 1), outbox.page(event.id, 2)
    assert (len(first.messages), len(second.messages), first.pages) == (outbox.PER_PAGE, 1, 2)
    assert first.messages[0].subject == str(outbox.PER_PAGE)
    assert outbox.page(event.id, 99).number == 2


def test_what_was_not_delivered_comes_first(event):
    for number in range(outbox.PER_PAGE + 2):
        made = outbox.enqueue(
            outbox.Letter(str(number), "…"),
            to_address="an@bacninh.example",
            event_id=event.id,
            host="localhost",
        )
        if number in (0, 3):
            made.status = MailStatus.FAILED
    db.session.commit()
    first, second = outbox.page(event.id, 1), outbox.page(event.id, 2)
    assert [it.subject for it in first.messages[:3]] == ["3", "0", str(outbox.PER_PAGE + 1)]
    assert [it.subject for it in second.messages] == ["2", "1"]
    failed = outbox.page(event.id, 1, MailStatus.FAILED)
    assert ([it.subject for it in failed.messages], failed.total) == (["3", "0"], 2)
    assert not outbox.page(event.id, 1, MailStatus.SENT).messages
