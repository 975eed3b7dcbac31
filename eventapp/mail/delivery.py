"""Sending one message by SMTP (RFC 5321), to the server that MAIL_URL names."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from eventapp.mail.headers import SMTP
from eventapp.mail.models import Message
from eventapp.mail.outbox import Letter
from eventapp.pdf import qr

TIMEOUT_SECONDS = 30
PICTURE = "pass"
"""Content-ID of the QR code: in the HTML of a message it is the image ``cid:pass``."""
_SUBMISSION, _SMTPS, _PLAIN = 587, 465, 25
_CLOSING = 421  # the server goes away (RFC 5321, 3.8)
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


class DeliveryError(Exception):
    """A message was not taken; the text says why."""


class TryLater(DeliveryError):
    """The server could not take it now (RFC 5321, 4.2.1: 4yz), or was not reached."""


class ConnectionLost(TryLater):
    """The server ended the session: nothing more can be said over it."""


class Undeliverable(DeliveryError):
    """The server will never take it (5yz)."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int
    is_tls: bool
    starts_tls: bool
    user: str
    password: str
    sender: str
    """The From header: an address, or a name and an address in angle brackets."""

    @classmethod
    def parse(cls, url: str) -> "Server":
        """From ``smtp://user:password@host:port?tls=starttls&from=…`` or ``smtps://…``."""
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        is_tls = parts.scheme == "smtps"
        starts_tls = options.get("tls", [""])[0] == "starttls"
        user = unquote(parts.username or "")
        host = parts.hostname or "localhost"
        default = user if "@" in user else f"eventapp@{host}"
        return cls(
            host=host,
            port=parts.port or (_SMTPS if is_tls else _SUBMISSION if starts_tls else _PLAIN),
            is_tls=is_tls,
            starts_tls=starts_tls,
            user=user,
            password=unquote(parts.password or ""),
            sender=options.get("from", [default])[0],
        )


def compose(message: Message, letter: Letter, sender: str, at: datetime) -> EmailMessage:
    """The letter as it travels: text, HTML and calendar, each part's lines within limits."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(*parseaddr(sender))
    mail["To"] = _address(message.to_name, message.to_address)
    if reply_to := _reply_to(letter):
        mail["Reply-To"] = reply_to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message.message_id
    # RFC 3834: no answering machine may answer.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        if letter.pass_code:
            _add_picture(mail, letter.pass_code)
    if letter.calendar:
        method = _METHOD.search(letter.calendar)
        mail.add_attachment(
            letter.calendar.decode(),
            subtype="calendar",
            cte="base64",
            filename="calendar.ics",
            # The same as in the file itself (RFC 6047, 2.4).
            params={"method": method[1].decode() if method else "PUBLISH"},
        )
    return mail


def _add_picture(mail: EmailMessage, code: str) -> None:
    """The QR code beside the HTML that shows it (RFC 2387)."""
    html = cast(EmailMessage, mail.get_body(("html",)))
    html.add_related(
        qr.png(code),
        "image",
        "png",
        cid=f"<{PICTURE}>",
        disposition="inline",  # it is part of the letter, and not listed below it
        filename="pass.png",
    )


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A session with the server. Raises TryLater when it is not reached or refuses us."""
    try:
        session = _connect(server)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:  # smtplib signs in in ASCII
        raise TryLater(_reason(error)) from None
    try:
        yield session
    finally:
        try:
            session.quit()
        except (OSError, smtplib.SMTPException):
            session.close()


def send(session: smtplib.SMTP, mail: EmailMessage) -> None:
    """Hand one message over. Raises TryLater, ConnectionLost, Undeliverable."""
    try:
        session.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _refusal(code, text) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise ConnectionLost(_reason(error)) from None
    except smtplib.SMTPException as error:
        raise TryLater(_reason(error)) from None


def _connect(server: Server) -> smtplib.SMTP:
    # Reading the authorities takes 30 ms: only where they are asked.
    context = ssl.create_default_context() if server.is_tls or server.starts_tls else None
    session: smtplib.SMTP
    if server.is_tls:
        session = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.starts_tls:
            session.starttls(context=context)
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _address(name: str, address: str) -> Address:
    """A mailbox whose domain any server understands (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain.encode("idna").decode())


def _reply_to(letter: Letter) -> Address | None:
    """Who gets the answers. An address that is none holds no letter up: the sender gets them."""
    if not _ADDRESS.fullmatch(letter.reply_to[1]):
        return None
    try:
        return _address(*letter.reply_to)
    except (ValueError, UnicodeError, MessageError):
        return None


def _refusal(code: int, text: bytes | str) -> DeliveryError:
    said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if code == _CLOSING:
        return ConnectionLost(said)
    return (Undeliverable if 500 <= code < 600 else TryLater)(said)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_refusal(error.smtp_code, error.smtp_error))
    return str(error) or type(error).__name__
