"""Delivery, to a real SMTP server: what arrives, what is tried again, what is given up."""

import io
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import icalendar
import pytest
from PIL import Image
from sqlalchemy import event as sqlalchemy_events
from sqlalchemy import select

from eventapp.database import now, transaction
from eventapp.extensions import db
from eventapp.mail import composing, delivery, outbox, worker
from eventapp.mail.delivery import Server
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import letters, service
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import Delegate
from tests.mail.receiver import PASSWORD, receiving
from tests.pdf.pictures import codes_in
from tests.registration.filled import details


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
    event.contact_name, event.contact_email = "Trần Thị Bình", "binh@bacninh.example"
    db.session.commit()
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    assert worker.deliver_due(Server.parse(url)) == worker.Round(sent=1)
    (mail,) = handler.mails
    assert mail["To"] == "Nguyễn Đình Ân <an@bacninh.example>"
    assert mail["From"] == "Ban Tổ chức <btc@x.vn>"
    assert mail["Reply-To"] == "Trần Thị Bình <binh@bacninh.example>"
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
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    service.update(event, made.delegate.id, details(event, position="Giám đốc"), revision=1)
    worker.deliver_due(Server.parse(receiver[1]))
    _, message = db.session.query(Message).order_by(Message.id)
    assert (message.status, message.attempts) == (MailStatus.SENT, 1)
    assert (message.kind, message.details) == ("changed", {})
    assert message.subject.startswith("Đăng ký đã thay đổi")
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
    _enqueue()
    assert len(worker.claim(5)) == 1
    assert not worker.claim(5)
    db.session.query(Message).update({"next_attempt_at": now() - timedelta(seconds=1)})
    db.session.commit()
    (again,) = worker.claim(5)
    assert again.attempts == 2


def test_a_claim_that_ended_decides_nothing_any_more(app):
    """A worker that was asleep while another took its message over."""
    message_id = _enqueue()
    (late,) = worker.claim(1)
    db.session.query(Message).update({"next_attempt_at": now() - timedelta(seconds=1)})
    db.session.commit()
    assert worker.claim(1)
    worker._postpone(late, delivery.Undeliverable("550 too late"))
    assert (_state(message_id).status, _state(message_id).error) == (MailStatus.QUEUED, "")


def test_claims_on_postgresql_pass_over_what_another_is_claiming(app):
    if db.engine.dialect.name != "postgresql":
        return  # SQLite has one writer at a time
    ids = [_enqueue() for _ in range(4)]
    with db.engine.connect() as other:
        rows = select(Message.id).order_by(Message.id).limit(2).with_for_update()
        other.execute(rows)
        assert [it.id for it in worker.claim(4)] == ids[2:]
        other.rollback()
    assert [it.id for it in worker.claim(4)] == ids[:2]


def test_a_server_that_ends_the_session_has_the_rest_later(app, receiver):
    handler, url = receiver
    ids = [_enqueue(subject=str(n)) for n in range(4)]
    handler.ends_session_after = 1
    assert worker.deliver_due(Server.parse(url)) == worker.Round(sent=1, postponed=1)
    assert _state(ids[1]).error == "421 going away"
    assert [_state(it).attempts for it in ids] == [1, 1, 0, 0], "the others were not tried"
    assert worker.deliver_due(Server.parse(url)).sent == 2


def test_told_to_stop_it_hands_back_what_it_has_not_begun(app, receiver):
    _, url = receiver
    ids = [_enqueue() for _ in range(3)]
    stop = threading.Event()
    stop.set()
    assert worker.deliver_due(Server.parse(url), stop) == worker.Round()
    assert [(_state(it).attempts, _state(it).next_attempt_at <= now()) for it in ids] == [
        (0, True)
    ] * 3


def test_no_transaction_is_open_while_we_speak_to_the_server(event, receiver, monkeypatch):
    open_connections = []
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    send = delivery.send

    def look(session, mail):
        open_connections.append(db.session().in_transaction())
        # A page writes meanwhile, in a session of its own.
        with db.engine.begin() as page:
            page.execute(Delegate.__table__.update().values(needs="Xe lăn"))
        send(session, mail)

    monkeypatch.setattr(delivery, "send", look)
    assert worker.deliver_due(Server.parse(receiver[1])).sent == 1
    assert open_connections == [False]
    assert made.secret


def test_what_is_overtaken_is_dropped_with_the_reason(event, receiver):
    handler, url = receiver
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    service.cancel(event, made.delegate.id)
    assert worker.deliver_due(Server.parse(url)) == worker.Round(sent=1, dropped=1)
    first, second = db.session.query(Message).order_by(Message.id)
    assert (first.status, first.error) == (MailStatus.DROPPED, "status")
    assert second.status == MailStatus.SENT
    (mail,) = handler.mails
    assert mail["Subject"].startswith("Đã hủy đăng ký")


def test_what_an_unknown_version_wrote_is_given_up_with_a_reason(event, receiver):
    with transaction():
        outbox.add(
            outbox.ToCompose(kind="tomorrow", to_address="an@x.vn", event_id=event.id), host="x"
        )
    assert worker.deliver_due(Server.parse(receiver[1])).failed == 1
    assert "tomorrow" in db.session.query(Message).one().error


def test_the_outbox_holds_no_text_and_no_secret(event):
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    row = db.session.execute(select(Message.__table__)).one()._asdict()
    assert (row["text"], row["html"], row["calendar"], row["subject"]) == ("", "", None, "")
    assert made.secret not in str(row)
    assert made.delegate.code not in str(row)


def test_many_are_told_by_one_statement(event, count_queries):
    made = service.register(event, details(event), submission=None, consent=service.Consent("1"))
    rows = [
        letters.Recipient(
            made.delegate.id,
            "" if number == 7 else f"{number}@x.vn",
            "An\r\nBcc: ai@x.vn",
            "vi",
            LetterKind.REMINDER,
            event.id,
        )
        for number in range(300)
    ]
    statements = []

    def note(_connection, _cursor, statement, _parameters, _context, is_many):
        statements.append((statement.split()[0], is_many))

    engine = db.engine
    sqlalchemy_events.listen(engine, "before_cursor_execute", note)
    try:
        with transaction():
            assert letters.tell_all(rows) == 299
    finally:
        sqlalchemy_events.remove(engine, "before_cursor_execute", note)
    assert [it for it in statements if it[0] == "INSERT"] == [("INSERT", True)]
    told = db.session.query(Message).filter_by(kind="reminder").all()
    assert len({it.message_id for it in told}) == 299
    assert {it.to_name for it in told} == {"An Bcc: ai@x.vn"}
    assert all(it.status == MailStatus.QUEUED and it.details == {} for it in told)


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


def test_a_server_down_then_up(app, unused_port):
    message_id = _enqueue()
    url = f"smtp://127.0.0.1:{unused_port}"
    assert worker.deliver_due(Server.parse(url)).postponed == 1
    assert worker.deliver_due(Server.parse(url)) == worker.Round(), "not before its time"
    db.session.query(Message).update({"next_attempt_at": now()})
    db.session.commit()
    with receiving(unused_port) as (handler, _):
        assert worker.deliver_due(Server.parse(url)).sent == 1
        assert len(handler.mails) == 1
    assert (_state(message_id).status, _state(message_id).error) == (MailStatus.SENT, "")


def test_without_mail_url_only_the_chores_are_done(app, second_app, monkeypatch):
    message_id = _enqueue()
    done = threading.Event()
    monkeypatch.setattr(worker, "chores", [done.set])
    stop = threading.Event()
    thread = worker.start(second_app(mail_url=None), stop)
    try:
        assert done.wait(timeout=20)
    finally:
        stop.set()
        thread.join(timeout=20)
    assert _state(message_id).status == MailStatus.QUEUED


def test_a_chore_that_fails_holds_up_no_other_and_tells_no_names(app, monkeypatch, caplog):
    done = []

    name = "Nguyễn Văn An"

    def fail():
        raise ValueError(name)

    monkeypatch.setattr(worker, "chores", [fail, lambda: done.append(1)])
    with caplog.at_level(logging.ERROR):
        worker.do_chores()
    assert done == [1]
    assert "ValueError" in caplog.text
    assert "Nguyễn" not in caplog.text


def test_where_others_send_the_thread_does_not(app, receiver, second_app, monkeypatch):
    message_id = _enqueue()
    rounds = []
    stop = threading.Event()
    monkeypatch.setattr(worker, "chores", [lambda: rounds.append(1)])
    monkeypatch.setattr(worker, "CHORE_SECONDS", 0)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)
    thread = worker.start(second_app(mail_url=receiver[1]), stop, sends=False)
    try:
        while len(rounds) < 3:
            stop.wait(0.01)
    finally:
        stop.set()
        thread.join(timeout=20)
    assert _state(message_id).status == MailStatus.QUEUED
    assert receiver[0].mails == []


def test_the_thread_sends_by_itself(app, receiver, second_app):
    handler, url = receiver
    _enqueue()
    stop = threading.Event()
    thread = worker.start(second_app(mail_url=url), stop)
    assert thread.daemon
    try:
        assert handler.wait_for(1)
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
    mail = delivery.compose(message, composing.compose(message), "btc@x.vn", now())
    assert b"an@xn--vitnam-jk8b.vn" in bytes(mail)
