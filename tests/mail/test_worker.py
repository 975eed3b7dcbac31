"""Delivery, to a real SMTP server: what arrives, what is tried again, what is given up."""

import asyncio
import email
import io
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from urllib.parse import quote

import icalendar
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from PIL import Image

from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail import delivery, outbox, worker
from eventapp.mail.delivery import Server
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import service
from tests.pdf.pictures import codes_in
from tests.registration.filled import details


class Receiver:
    """Keeps what it is given; refuses addresses that begin with a reply code."""

    def __init__(self):
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address[:3].isdecimal():
            return f"{address[:3]} refused"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.envelopes.append(envelope)
        return "250 taken"

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(it.content, policy=default) for it in self.envelopes]


PASSWORD = "mat khau/+"


def _authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
def receiver():
    """A mail server on a free port; (what it received, its MAIL_URL)."""
    handler = Receiver()
    loop = asyncio.new_event_loop()

    def protocol():
        return SMTP(handler, loop=loop, authenticator=_authenticate, auth_require_tls=False)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # From outside, for this thread may have a running loop of its own: the browser tests' driver.
    serving = loop.create_server(protocol, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(serving, loop).result(30)
    port = server.sockets[0].getsockname()[1]
    yield handler, f"smtp://127.0.0.1:{port}?from=Ban%20T%E1%BB%95%20ch%E1%BB%A9c%20%3Cbtc@x.vn%3E"
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def _enqueue(to: str = "an@bacninh.example", subject: str = "Thư", **values) -> int:
    message = outbox.enqueue(
        outbox.Letter(subject, "Kính gửi ông/bà", "<p>Kính gửi ông/bà</p>"),
        to_address=to,
        event_id=None,
        host="bacninh.example",
    )
    for name, value in values.items():
        setattr(message, name, value)
    db.session.commit()
    return message.id


def _state(message_id: int) -> Message:
    db.session.rollback()
    return db.session.get_one(Message, message_id)


def test_a_registration_arrives_whole(event, receiver):
    handler, url = receiver
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    assert worker.deliver_due(Server.parse(url)) == worker.Round(sent=1)
    (mail,) = handler.mails
    assert mail["To"] == "Nguyễn Đình Ân <an@bacninh.example>"
    assert mail["From"] == "Ban Tổ chức <btc@x.vn>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime is not None
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert f"/p/{made.secret}" in text
    assert f"/p/{made.secret}" in html
    (picture,) = [part for part in mail.walk() if part["Content-ID"] == "<pass>"]
    assert 'src="cid:pass"' in html
    assert codes_in(Image.open(io.BytesIO(picture.get_content()))) == [made.delegate.code]
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "PUBLISH"
    assert attached.get_filename() == "calendar.ics"
    entries = icalendar.Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert len(entries) == len(event.days)
    for line in handler.envelopes[0].content.split(b"\r\n"):
        assert len(line) <= 998  # RFC 5322, 2.1.1
        assert line.isascii()


def test_what_is_delivered_is_forgotten(event, receiver):
    service.register(event, details(event), submission=None, consent=service.Consent("1"))
    worker.deliver_due(Server.parse(receiver[1]))
    message = db.session.query(Message).one()
    assert (message.status, message.attempts) == (MailStatus.SENT, 1)
    assert (message.text, message.html, message.calendar) == ("", "", None)
    assert message.sent_at is not None


def test_a_second_round_sends_nothing_again(app, receiver):
    handler, url = receiver
    _enqueue()
    worker.deliver_due(Server.parse(url))
    assert worker.deliver_due(Server.parse(url)) == worker.Round()
    assert len(handler.mails) == 1


def test_many_go_over_one_connection_in_order(app, receiver):
    handler, url = receiver
    for number in range(5):
        _enqueue(subject=f"Thư {number}")
    assert worker.deliver_due(Server.parse(url)).sent == 5
    assert [mail["Subject"] for mail in handler.mails] == [f"Thư {n}" for n in range(5)]


def test_two_workers_never_send_the_same(app, receiver):
    handler, url = receiver
    ids = [_enqueue() for _ in range(20)]
    start = threading.Barrier(4)

    def work():
        start.wait()
        with app.app_context():
            done = worker.deliver_due(Server.parse(url)).sent
            db.session.remove()
            return done

    with ThreadPoolExecutor(4) as executor:
        sent = [attempt.result(timeout=60) for attempt in [executor.submit(work) for _ in range(4)]]
    assert sum(sent) == len(ids) == len(handler.mails)
    assert len({mail["Message-ID"] for mail in handler.mails}) == len(ids)


def test_a_claim_keeps_others_away_until_it_ends(app):
    message_id = _enqueue()
    assert worker.claim(message_id) is not None
    assert worker.claim(message_id) is None
    db.session.query(Message).update({"next_attempt_at": now() - timedelta(seconds=1)})
    db.session.commit()
    assert worker.claim(message_id).attempts == 2


def test_refused_for_now_is_tried_later(app, receiver):
    message_id = _enqueue("451@bacninh.example")
    good = _enqueue()
    assert worker.deliver_due(Server.parse(receiver[1])) == worker.Round(sent=1, postponed=1)
    message = _state(message_id)
    assert message.status == MailStatus.QUEUED
    assert message.error == "451 refused"
    assert message.text, "kept for the next attempt"
    wait = message.next_attempt_at - now()
    assert timedelta(seconds=50) < wait <= timedelta(minutes=1)
    assert _state(good).status == MailStatus.SENT


def test_refused_for_good_is_given_up_at_once(app, receiver):
    message_id = _enqueue("550@bacninh.example")
    assert worker.deliver_due(Server.parse(receiver[1])).failed == 1
    assert (_state(message_id).status, _state(message_id).error) == (
        MailStatus.FAILED,
        "550 refused",
    )


def test_refused_too_often_is_given_up(app, receiver):
    message_id = _enqueue("451@bacninh.example", attempts=worker.MAX_ATTEMPTS - 1)
    assert worker.deliver_due(Server.parse(receiver[1])).failed == 1
    assert _state(message_id).status == MailStatus.FAILED


def test_a_server_that_is_not_there(app, receiver, unused_port):
    message_id = _enqueue()
    assert worker.deliver_due(Server.parse(f"smtp://127.0.0.1:{unused_port}")).postponed == 1
    message = _state(message_id)
    assert message.status == MailStatus.QUEUED
    assert "refused" in message.error.lower()


@pytest.fixture
def unused_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_signed_in_with_the_password_of_mail_url(app, receiver):
    _enqueue()
    url = receiver[1].replace("smtp://", f"smtp://btc:{quote(PASSWORD, safe='')}@")
    assert worker.deliver_due(Server.parse(url)).sent == 1


@pytest.mark.parametrize("password", ["sai", "mật"])
def test_a_wrong_password_loses_nothing(app, receiver, password):
    message_id = _enqueue()
    url = receiver[1].replace("smtp://", f"smtp://btc:{quote(password)}@")
    assert worker.deliver_due(Server.parse(url)).postponed == 1
    assert _state(message_id).error


def test_a_message_that_cannot_be_put_together_holds_nobody_up(app, receiver):
    bad = _enqueue("không-phải-địa-chỉ")
    good = _enqueue()
    done = worker.deliver_due(Server.parse(receiver[1]))
    assert (done.sent, done.failed) == (1, 1)
    assert _state(bad).status == MailStatus.FAILED
    assert _state(good).status == MailStatus.SENT


def test_given_up_can_be_tried_again(app, event, receiver):
    message_id = _enqueue("550@bacninh.example", event_id=event.id)
    worker.deliver_due(Server.parse(receiver[1]))
    assert outbox.retry(event.id, message_id)
    assert not outbox.retry(event.id, message_id), "it is in the queue already"
    assert _state(message_id).status == MailStatus.QUEUED


def test_the_pause_grows_to_an_hour():
    pauses = [worker.pause_after(attempts) for attempts in range(1, worker.MAX_ATTEMPTS + 1)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)


def test_without_mail_url_no_thread(app):
    assert worker.start(app) is None


def test_the_thread_sends_by_itself(event, receiver, second_app):
    handler, url = receiver
    _enqueue()
    arrived = threading.Event()

    async def handle(server, session, envelope):
        handler.envelopes.append(envelope)
        arrived.set()
        return "250 taken"

    handler.handle_DATA = handle
    stop = threading.Event()
    thread = worker.start(second_app(mail_url=url), stop)
    assert thread.daemon
    try:
        assert arrived.wait(timeout=20)
    finally:
        stop.set()
        thread.join(timeout=20)


# --- MAIL_URL ---


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp://mail.bacninh.vn",
            ("mail.bacninh.vn", 25, False, False, "", "", "eventapp@mail.bacninh.vn"),
        ),
        (
            "smtp://btc%40x.vn:m%E1%BA%ADt@mail.x.vn?tls=starttls",
            ("mail.x.vn", 587, False, True, "btc@x.vn", "mật", "btc@x.vn"),
        ),
        (
            "smtps://u:p@mail.x.vn:2465?from=btc%40x.vn",
            ("mail.x.vn", 2465, True, False, "u", "p", "btc@x.vn"),
        ),
        ("smtps://mail.x.vn", ("mail.x.vn", 465, True, False, "", "", "eventapp@mail.x.vn")),
    ],
)
def test_mail_url(url, expected):
    assert Server.parse(url) == Server(*expected)


def test_an_international_domain_is_written_in_ascii(app):
    message = db.session.get_one(Message, _enqueue("an@việtnam.vn"))
    mail = delivery.compose(message, "btc@x.vn", now())
    assert b"an@xn--vitnam-jk8b.vn" in bytes(mail)
