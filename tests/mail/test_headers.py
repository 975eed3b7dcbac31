"""Header fields as they travel, read as any mail program does (RFC 2047, 5322)."""

import email
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from eventapp.database import now
from eventapp.mail import delivery
from eventapp.mail.headers import SMTP
from eventapp.mail.models import Message
from eventapp.mail.outbox import Letter

LONG = (
    "Đã hủy đăng ký: Hội nghị tổng kết 5 năm NĐ 64/2007 và tập huấn NĐ 102/2009 "
    "khu vực miền Bắc, tỉnh Bắc Ninh (đợt 2); Bộ Thông tin và Truyền thông"
)


def _composed(subject: str, name: str = "An", sender: str = "BTC <btc@do.example>") -> bytes:
    message = Message(to_address="an@do.example", to_name=name, message_id="<1@do.example>")
    mail = delivery.compose(message, Letter(subject, "Kính gửi", "<p>"), sender, now())
    return mail.as_bytes()


def _read(raw: bytes, field: str) -> str:
    return str(make_header(decode_header(email.message_from_bytes(raw)[field])))


@pytest.mark.parametrize("length", range(1, 80))
def test_a_subject_loses_nothing_wherever_it_is_divided(length):
    subject = f"{'x' * length} {LONG}"
    raw = _composed(subject)
    assert _read(raw, "Subject") == subject
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, head)) <= 78


@pytest.mark.parametrize("length", range(1, 30))
def test_names_lose_nothing(length):
    name = f"Nguyễn Thị Hoàng Phương {'ơ' * length} Công Tằng Tôn Nữ Thảo Vy"
    raw = _composed("Thư", name, f"{name} <btc@do.example>")
    for field, address in (("To", "an@do.example"), ("From", "btc@do.example")):
        assert " ".join(_read(raw, field).split()) == f"{name} <{address}>"


def test_what_is_ascii_stays_readable():
    raw = _composed("Registration confirmed", 'An "Van" Nguyen, Dr')
    assert b"\r\nSubject: Registration confirmed\r\n" in raw
    assert b'\r\nTo: "An \\"Van\\" Nguyen, Dr" <an@do.example>\r\n' in raw


def test_several_addresses_each_have_their_name():
    mail = EmailMessage(policy=SMTP)
    mail["To"] = (Address("Ân", "an", "do.example"), Address("", "b", "do.example"))
    [(read, _charset), (rest, _none)] = decode_header(
        email.message_from_bytes(mail.as_bytes())["To"]
    )
    assert read.decode() == "Ân"
    assert rest.split() == [b"<an@do.example>,", b"b@do.example"]


def test_the_picture_belongs_to_the_letter():
    message = Message(to_address="an@do.example", to_name="An", message_id="<1@do.example>")
    letter = Letter("Thư", "Kính gửi", '<img src="cid:pass">', pass_code="7QXJ4M2K9TBC")
    mail = delivery.compose(message, letter, "btc@do.example", now())
    [picture] = [it for it in mail.walk() if it.get_content_type() == "image/png"]
    assert picture.get_content_disposition() == "inline"
    assert picture["Content-ID"] == "<pass>"


def _reply_to(*reply_to: str) -> bytes:
    message = Message(to_address="an@do.example", to_name="An", message_id="<1@do.example>")
    letter = Letter("Thư", "Kính gửi", reply_to=reply_to or ("", ""))
    return delivery.compose(message, letter, "btc@do.example", now()).as_bytes()


def test_answers_go_to_the_contact():
    raw = _reply_to("Trần Thị Bình", "binh@bacninh.example")
    assert _read(raw, "Reply-To") == "Trần Thị Bình <binh@bacninh.example>"


@pytest.mark.parametrize(
    "address", ["", "không có", "an@", "@bacninh.example", "a b@c.example", "a@x.example\r\nBcc: y"]
)
def test_a_contact_that_is_no_address_holds_no_letter_up(address):
    raw = _reply_to("Trần Thị Bình", address)
    assert b"Reply-To" not in raw
    assert b"\r\nBcc" not in raw
