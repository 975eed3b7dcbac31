"""A mail server for tests: keeps what it is given, refuses what it is told to."""

import asyncio
import email
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

PASSWORD = "mat khau/+"
SENDER = "Ban%20T%E1%BB%95%20ch%E1%BB%A9c%20%3Cbtc@x.vn%3E"


class Receiver:
    """Keeps what it is given; refuses addresses that begin with a reply code."""

    def __init__(self):
        self.envelopes = []
        self.arrived = threading.Condition()
        self.ends_session_after = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address[:3].isdecimal():
            return f"{address[:3]} refused"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.ends_session_after == len(self.envelopes):
            self.ends_session_after = None
            return "421 going away"
        with self.arrived:
            self.envelopes.append(envelope)
            self.arrived.notify_all()
        return "250 taken"

    def wait_for(self, number: int) -> bool:
        """Wait until so many have arrived; whether they have."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.envelopes) >= number, timeout=60)

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(it.content, policy=default) for it in self.envelopes]


def _authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@contextmanager
def receiving(port: int = 0) -> Iterator[tuple[Receiver, str]]:
    """A mail server on a port, or a free one: (what it received, its MAIL_URL)."""
    handler = Receiver()
    loop = asyncio.new_event_loop()

    def protocol():
        return SMTP(handler, loop=loop, authenticator=_authenticate, auth_require_tls=False)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # From outside, for this thread may have a running loop of its own: the browser tests' driver.
    serving = loop.create_server(protocol, "127.0.0.1", port)
    server = asyncio.run_coroutine_threadsafe(serving, loop).result(30)
    try:
        port = server.sockets[0].getsockname()[1]
        yield handler, f"smtp://127.0.0.1:{port}?from={SENDER}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
