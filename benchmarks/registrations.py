"""How many people a second register, over HTTP, by the form that everybody uses.

    python benchmarks/registrations.py [--clients 1 4 16] [--seconds 5] [--delegates 600]
                                       [--database-url postgresql://…] [--workers 2] [--threads 16]

Each client is a process with one kept connection. ``page and form`` opens the page for each person
as a browser does, with a session and a token against forgery of its own, and sends the form;
``form`` opens the page once and sends one form after another. Each form makes a delegate with days
and wishes, an audit entry and a letter, and takes a place, in one transaction. Printed for each:
registrations a second, the median and the 99th percentile in milliseconds, how much of a processor
the server used, and how many milliseconds of it for each. A process of Python cannot use more
than one core: near 100% for each worker it is Python that limits it, not the disk. The milliseconds
say most on a machine that has other things to do.

Two limits stand beside it, measured in the same run on the same disk with as many clients:

- ``bare view``: the same forms sent to a Flask view that does nothing but insert one row durably,
  behind the same server (`_bare_view.py`). Nothing written with Flask and SQLAlchemy is faster;
  ``share`` is how much of that the registrations reach, with all that they check and write.
- ``bare SQLite``: what the disk and SQLite alone can do: one bare row inserted and committed at a
  time by as many processes, as in `checkin.py`. With ``--database-url``, bare PostgreSQL.

The clients run on the same machine and take their part of it; they are as cheap as Python allows: a
bare socket, and forms of which only what must be another each time is put together.

The limits on attempts stay as they are: every person sends from an address of their own, which
the server takes from X-Forwarded-For as it does behind a proxy (EVENTAPP_PROXIES=1).
"""

import argparse
import multiprocessing
import os
import random
import re
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from _server import EVENT, Server, bare_view, serving
from checkin import Figures, bare_database, insert_for, together
from sqlalchemy import text

TARGET = 200
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r\n]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Giàng", "Lò")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Hạnh", "Páo", "Thảo", "Yến")


@dataclass(frozen=True)
class Desk:
    """Where the clients register, and what they may choose."""

    host: str
    port: int
    offices: tuple[tuple[int, int], ...]
    """(delegation, organisation)."""
    category: int
    days: tuple[int, ...]
    sites: tuple[int, ...]


@dataclass(frozen=True)
class Measured:
    """What one run came to, and the seconds of a processor that its server used."""

    figures: Figures
    used_s: float
    seconds: float
    number: int

    @property
    def processor(self) -> str:
        """``61% of a core, 19.7 ms each``."""
        each = 1000 * self.used_s / self.number
        return f"{self.used_s / self.seconds:4.0%} of a core, {each:4.1f} ms each"


class Person:
    """Somebody with an address on the net of their own, and a browser that keeps its connection."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.rng, self.number = desk, random.Random(seed), 0
        # No two people of one office have the same name: that would be asked about.
        self.run = f"{seed:x}{os.urandom(5).hex()}"
        self.connection = socket.create_connection((desk.host, desk.port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookie = self.token = ""

    def open_page(self) -> None:
        """Open the page of the form, as somebody who has not been here before."""
        head, body = self._ask("GET", "", "")
        cookie = _COOKIE.search(head)
        self.cookie = f"Cookie: {cookie[1].decode()}\r\n" if cookie else ""
        [self.token] = _TOKEN.findall(body.decode())

    def send_form(self) -> None:
        """Register somebody new."""
        self.number += 1
        rng, unique = self.rng, f"{self.run}x{self.number}"
        delegation, office = rng.choice(self.desk.offices)
        first, second = rng.sample(self.desk.sites, 2)
        body = (
            f"{_PERSON}&csrf_token={self.token}&submission={unique:0>32}"
            f"&name={rng.choice(_NAMES)}+{_in_letters(unique)}&email={unique}%40bacninh.example"
            f"&delegation_id={delegation}&organisation_id={office}"
            f"&category_id={self.desk.category}&wish_1={first}&wish_2={second}"
        ) + "".join(f"&day_ids={it}" for it in self.desk.days)
        head, _body = self._ask(
            "POST", f"{self.cookie}Content-Type: application/x-www-form-urlencoded\r\n", body
        )
        if not head.startswith(b"HTTP/1.1 303 "):
            raise RuntimeError(f"the server answered {head[:60]!r}")

    def _ask(self, method: str, headers: str, body: str) -> tuple[bytes, bytes]:
        """One request and its answer: (head, body)."""
        address = ".".join(str(self.rng.randrange(1, 255)) for _ in range(3))
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.connection.sendall(
            f"{method} /e/{EVENT}/register HTTP/1.1\r\nHost: {self.desk.host}\r\n"
            f"X-Forwarded-For: 10.{address}\r\n{headers}{length}\r\n{body}".encode()
        )
        answer = b""
        while (at := answer.find(b"\r\n\r\n")) < 0:
            answer += self._received()
        head, rest = answer[:at], answer[at + 4 :]
        size = _LENGTH.search(head)
        if size is None:
            raise RuntimeError(f"an answer of unknown length: {head!r}")
        while len(rest) < int(size[1]):
            rest += self._received()
        return head, rest

    def _received(self) -> bytes:
        part = self.connection.recv(1 << 16)
        if not part:
            raise RuntimeError("the server closed the connection")
        return part


_NAMES = tuple(urlencode({"": f"{family} {given}"})[1:] for family in _FAMILIES for given in _GIVEN)
_PERSON = urlencode(
    {
        "position": "Chuyên viên chính",
        "phone": "0912 345 678",
        "class_id": 0,
        "wish_3": 0,
        "consent": "y",
    }
)


def _in_letters(unique: str) -> str:
    """Names have no digits in them."""
    return unique.translate(_LETTERS)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def register_for(
    desk: Desk, with_page: bool, size: int, start: float, seconds: float, seed: int
) -> list[float]:
    """One client: registers people until the time is over; the milliseconds of each."""
    person = Person(desk, seed)
    person.open_page()
    person.send_form()
    time.sleep(max(0.0, start - time.time()))
    times: list[float] = []
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        for _ in range(size):
            if with_page:
                person.open_page()
            person.send_form()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def desk_of(server: Server) -> Desk:
    """What the form offers; the demo's places are made without end."""
    engine = server.engine()
    with engine.begin() as connection:
        connection.execute(text("update quota set places = null"))

        def found(statement: str) -> list[Any]:
            return list(connection.execute(text(statement)))

        offices = found("select delegation_id, id from organisation where not is_typed order by id")
        desk = Desk(
            server.host,
            server.port,
            tuple((delegation, office) for delegation, office in offices),
            found("select id from category order by position")[0][0],
            tuple(it.id for it in found("select id from day order by date")),
            tuple(it.id for it in found("select id from site order by id")),
        )
    engine.dispose()
    return desk


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    parser.add_argument("--delegates", type=int, default=600, help="there before")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--threads", type=int, default=16, help="of each of them")
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    kind = "bare PostgreSQL" if given.database_url else "bare SQLite"
    os.environ["EVENTAPP_PROXIES"] = "1"
    like = {"database_url": given.database_url, "workers": given.workers, "threads": given.threads}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        # Started first, so that no client holds anything of the server's.
        spawn = multiprocessing.get_context("spawn")
        pool = stack.enter_context(spawn.Pool(max(given.clients)))
        server = stack.enter_context(serving(given.delegates, **like))
        limit = stack.enter_context(bare_view(**like))
        desk = desk_of(server)
        bare_desk = replace(desk, host=limit.host, port=limit.port)
        bare = bare_database(folder, given.database_url)

        def measured(server: Server, desk: Desk, clients: int, with_page: bool) -> Measured:
            before = server.cpu_seconds()
            found = together(pool, clients, register_for, (desk, with_page), 1, given.seconds)
            used = server.cpu_seconds() - before
            # Each client has sent one form before its time began.
            return Measured(found, used, given.seconds, len(found.times) + clients)

        print(f"{given.delegates} delegates before, {given.seconds:g} s a line, target {TARGET} /s")
        most = 0.0
        for clients in given.clients:
            least = together(pool, clients, insert_for, (bare,), 1, given.seconds)
            view = measured(limit, bare_desk, clients, False)
            for label, with_page in (("page and form", True), ("form", False)):
                ours = measured(server, desk, clients, with_page)
                print(
                    f"{clients:2} client{'s' if clients > 1 else ' '} {label:13} {ours.figures}"
                    f"   server {ours.processor}"
                    f"   | bare view {view.figures.rate:5.0f} /s, {view.processor}"
                    f"   share {ours.figures.rate / view.figures.rate:4.0%}"
                    f"   | {kind} {least.rate:5.0f} /s",
                    flush=True,
                )
            most = max(most, ours.figures.rate)
    print(f"target of {TARGET} /s for the form: {'reached' if most >= TARGET else 'MISSED'}")
    return 0 if most >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
