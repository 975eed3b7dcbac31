"""How many people a second register, over HTTP, by the form that everybody uses.

    python benchmarks/registrations.py [--clients 1 4 16] [--seconds 5] [--delegates 600]
                                       [--database-url postgresql://…] [--workers 1]

Each client is a process with one kept connection. ``page and form`` opens the page for each person
as a browser does, with a session and a token against forgery of its own, and sends the form;
``form`` opens the page once and sends one form after another. Each form makes a delegate with days
and wishes, an audit entry and a letter, and takes a place, in one transaction. Printed for each:
registrations a second, the median and the 99th percentile in milliseconds, and how much of a
processor the server used.

Beside each line, in the same run on the same disk and with the same number of processes, stands
what the disk and SQLite alone can do: one bare row inserted durably and committed at a time, as in
`checkin.py`. With ``--database-url`` that baseline is a bare insert into PostgreSQL.

The limits on attempts stay as they are: every person sends from an address of their own, which
the server takes from X-Forwarded-For as it does behind a proxy (EVENTAPP_PROXIES=1).
"""

import argparse
import http.client
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from _server import EVENT, Server, serving
from checkin import bare_database, insert_for, together
from sqlalchemy import text

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
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


class Person:
    """Somebody with an address on the net of their own, and a browser that keeps its connection."""

    def __init__(self, desk: Desk, rng: random.Random) -> None:
        self.desk, self.rng = desk, rng
        self.connection = http.client.HTTPConnection(desk.host, desk.port)
        self.connection.connect()
        self.cookie = self.token = ""

    def open_page(self) -> None:
        """Open the page of the form, as somebody who has not been here before."""
        headers = {"X-Forwarded-For": self._address()}
        self.connection.request("GET", f"/e/{EVENT}/register", headers=headers)
        page = self.connection.getresponse()
        body = page.read().decode()
        self.cookie = (page.headers["Set-Cookie"] or "").split(";")[0]
        self.token = _TOKEN.findall(body)[0]

    def send_form(self) -> None:
        """Register somebody new."""
        delegation, office = self.rng.choice(self.desk.offices)
        words = self.rng.choice(_FAMILIES), self.rng.choice(_GIVEN), self.rng.choice(_GIVEN)
        wishes = self.rng.sample(self.desk.sites, 2)
        form = {
            "csrf_token": self.token,
            "submission": uuid.uuid4().hex,
            "name": " ".join(words),
            "position": "Chuyên viên chính",
            "delegation_id": delegation,
            "organisation_id": office,
            "category_id": self.desk.category,
            "email": f"{uuid.uuid4().hex}@bacninh.example",
            "phone": "0912 345 678",
            "day_ids": self.desk.days,
            "class_id": 0,
            "wish_1": wishes[0],
            "wish_2": wishes[1],
            "wish_3": 0,
            "consent": "y",
        }
        headers = {
            "X-Forwarded-For": self._address(),
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        path = f"/e/{EVENT}/register"
        self.connection.request("POST", path, urlencode(form, doseq=True), headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 303:
            raise RuntimeError(f"the server answered {answer.status}")

    def _address(self) -> str:
        return f"10.{'.'.join(str(self.rng.randrange(1, 255)) for _ in range(3))}"


def register_for(
    desk: Desk, with_page: bool, size: int, start: float, seconds: float, seed: int
) -> list[float]:
    """One client: registers people until the time is over; the milliseconds of each."""
    person = Person(desk, random.Random(seed))
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
    parser.add_argument("--workers", type=int, default=1, help="more only with PostgreSQL")
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    kind = "bare PostgreSQL" if given.database_url else "bare SQLite"
    os.environ["EVENTAPP_PROXIES"] = "1"
    ways: tuple[tuple[str, bool], ...] = (("page and form", True), ("form", False))
    with (
        tempfile.TemporaryDirectory() as folder,
        # Started first, so that no client holds anything of the server's.
        multiprocessing.get_context("spawn").Pool(max(given.clients)) as pool,
        serving(given.delegates, database_url=given.database_url, workers=given.workers) as server,
    ):
        desk = desk_of(server)
        bare = bare_database(folder, given.database_url)
        print(f"{given.delegates} delegates before, {given.seconds:g} s a line")
        for clients in given.clients:
            base = together(pool, clients, insert_for, (bare,), 1, given.seconds)
            for label, with_page in ways:
                before = server.cpu_seconds()
                work: Callable[..., list[float]] = register_for
                ours = together(pool, clients, work, (desk, with_page), 1, given.seconds)
                used = (server.cpu_seconds() - before) / given.seconds
                print(
                    f"{clients:2} client{'s' if clients > 1 else ' '} {label:13} {ours}"
                    f"   server {used:4.0%} of a core   | {kind} {base}",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
