"""How many letters a second are composed and sent, and what telling somebody costs a registration.

    python benchmarks/mail.py [--letters 600] [--workers 1 2] [--database-url postgresql://…]

The letters are confirmations: text and HTML in the reader's language, a QR code, a calendar file,
a personal link. Each is composed from the database as it is sent, to an SMTP server on this machine
(aiosmtpd, in a process of its own), and each worker is a process, `eventapp mail work`. Counted is
from the first letter that arrives to the last.

Beside them, in the same run: ``bare smtplib`` sends one of those letters, ready made, over and
over, over one connection from one process (how fast the server takes them), and
``composing alone`` puts the letters into words and sends nothing.

``tell`` is the cost of one letter within a transaction that is rolled back, in microseconds: one by
one with its flush, and by the thousand; ``bare insert`` is the same rows by SQLAlchemy Core.
"""

import argparse
import contextlib
import multiprocessing
import os
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _server import EVENT
from flask import Flask
from sqlalchemy import insert, select, update

from eventapp import create_app
from eventapp.config import Config
from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail import composing, delivery
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import letters
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import Delegate

KEY = "b" * 40
BASE = "https://hoinghi.example.vn"


def serve_mail(port: int, arrived: Any, first: Any, last: Any) -> None:
    """A mail server that counts what it is given, and when."""
    import asyncio

    from aiosmtpd.smtp import SMTP

    class Counter:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            at = time.time()
            if not arrived.value:
                first.value = at
            last.value = at
            arrived.value += 1
            return "250 taken"

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Counter()), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


class MailServer:
    """The server's process, and what has come."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        context = multiprocessing.get_context("spawn")
        self.arrived = context.Value("i", 0)
        self.first, self.last = context.Value("d", 0.0), context.Value("d", 0.0)
        self.process = context.Process(
            target=serve_mail, args=(self.port, self.arrived, self.first, self.last), daemon=True
        )

    def __enter__(self) -> "MailServer":
        self.process.start()
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return self
            time.sleep(0.05)

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.join()

    def forget(self) -> None:
        """Count from nothing."""
        self.arrived.value = 0

    def rate(self, number: int) -> float:
        """Wait for so many; how many a second."""
        while self.arrived.value < number:
            time.sleep(0.01)
        return (number - 1) / (self.last.value - self.first.value)


@contextmanager
def event_with(number: int, database_url: str, folder: Path) -> Iterator[Flask]:
    """An application whose event has so many delegates, each with a letter that waits."""
    environment = {"DATABASE_URL": database_url, "SECRET_KEY": KEY}
    subprocess.run(
        [sys.executable, "-m", "eventapp", "demo", "load", "--delegates", str(number)],
        env={**os.environ, **environment, "EVENTAPP_INSTANCE": str(folder)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    app = create_app(Config(instance=folder, database_url=database_url, secret_key=KEY))
    with app.app_context():
        db.session.execute(update(Delegate).values(status="approved", email="an@bacninh.example"))
        db.session.execute(Message.__table__.delete())  # type: ignore[attr-defined]
        rows = [
            letters.Recipient(it.id, it.email, it.name, it.language, LetterKind.REGISTERED, it[4])
            for it in db.session.execute(
                select(
                    Delegate.id,
                    Delegate.email,
                    Delegate.name,
                    Delegate.language,
                    Delegate.event_id,
                )
            )
        ]
        letters.tell_all(rows)
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def send_with(
    workers: int, server: MailServer, database_url: str, folder: Path, number: int
) -> float:
    """All letters by so many processes: letters a second."""
    db.session.execute(
        update(Message).values(status=MailStatus.QUEUED, attempts=0, next_attempt_at=now())
    )
    db.session.commit()
    server.forget()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
        "BASE_URL": BASE,
        "EVENTAPP_INSTANCE": str(folder),
        "MAIL_URL": f"smtp://127.0.0.1:{server.port}",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "eventapp", "mail", "work"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]
    try:
        return server.rate(number)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)


def bare(server: MailServer, number: int) -> float:
    """One ready letter, over and over."""
    message = db.session.scalars(select(Message).limit(1)).one()
    mail = delivery.compose(message, composing.compose(message), "btc@x.vn", now())
    server.forget()
    with smtplib.SMTP("127.0.0.1", server.port) as session:
        for _ in range(number):
            session.send_message(mail)
    return server.rate(number)


def composing_alone(number: int) -> float:
    """Letters put into words, each as a worker does it."""
    messages = db.session.scalars(select(Message).limit(number)).all()
    db.session.expunge_all()
    db.session.rollback()
    begun = time.perf_counter()
    for message in messages:
        letter = composing.compose(message)
        db.session.rollback()
        bytes(delivery.compose(message, letter, "btc@x.vn", now()))
    return len(messages) / (time.perf_counter() - begun)


def telling(number: int = 2000) -> dict[str, float]:
    """Microseconds a letter."""
    delegate = db.session.scalars(select(Delegate).limit(1)).one()
    recipient = letters.Recipient(
        delegate.id, delegate.email, delegate.name, "vi", LetterKind.REMINDER, delegate.event_id
    )
    assert delegate.event.slug == EVENT
    found = {}

    def timed(name: str, work: Any) -> None:
        begun = time.perf_counter()
        work()
        found[name] = (time.perf_counter() - begun) / number * 1e6
        db.session.rollback()

    def one_by_one() -> None:
        for _ in range(number):
            letters.tell(delegate, LetterKind.REMINDER)
            db.session.flush()

    def together() -> None:
        for _ in range(number):
            letters.tell(delegate, LetterKind.REMINDER)
        db.session.flush()

    rows = [
        {
            "event_id": delegate.event_id,
            "message_id": str(n),
            "to_address": delegate.email,
            "kind": "reminder",
            "delegate_id": delegate.id,
        }
        for n in range(number)
    ]
    timed("tell, flushed each", one_by_one)
    timed("tell, flushed together", together)
    timed("tell_all", lambda: letters.tell_all([recipient] * number))
    timed("bare insert", lambda: db.session.execute(insert(Message.__table__), rows))  # type: ignore[arg-type]
    return found


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--letters", type=int, default=600)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, MailServer() as server:
        folder = Path(name)
        url = given.database_url or f"sqlite:///{folder / 'eventapp.db'}"
        kind = "PostgreSQL" if given.database_url else "SQLite"
        with event_with(given.letters, url, folder):
            number = db.session.query(Message).count()
            print(f"{number} letters, {kind}")
            print(f"bare smtplib        {bare(server, number):7.1f} letters/s")
            print(f"composing alone     {composing_alone(number):7.1f} letters/s")
            send_with(1, server, url, folder, number)  # the disk and the caches are warm then
            for workers in given.workers:
                rate = send_with(workers, server, url, folder, number)
                print(
                    f"{workers} worker{'s' if workers > 1 else ' '}           {rate:7.1f} letters/s"
                )
            for what, cost in telling().items():
                print(f"{what:24} {cost:7.1f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
