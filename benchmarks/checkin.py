"""How many people a second get through the door, over HTTP.

    python benchmarks/checkin.py [--clients 1 4 16] [--seconds 5]
                                 [--delegates 1500] [--workers 2] [--database-url postgresql://…]

Each client is a process with one kept connection that sends scans, one a request, through
``POST /api/v1/events/<event>/scans``: every scan is a new row of the log, the first of each person
an attendance too. Printed for each number of clients: check-ins a second, the median and the 99th
percentile in milliseconds, and how much of a processor the server used; then the same in batches
of 500, as an offline device sends them.

Beside each line, in the same run on the same disk and with the same number of processes, stands
what the disk and SQLite alone can do: the same rows inserted durably and committed one by one
(for batches, 500 to a commit) with synchronous=FULL, by bare ``sqlite3``, with no HTTP, no sign-in
and no question asked. With ``--database-url`` that baseline is a bare insert into PostgreSQL.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import multiprocessing.pool
import random
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from _server import EVENT, Server, serving
from sqlalchemy import text

BATCH = 500
TARGET = 150
_LEAD_S = 1.0  # for all clients to be connected before the first one begins
_COLUMNS = "id, event_id, device_id, checkpoint_id, delegate_id, code, verdict, read_at"
_TABLE = """create table {name} (id varchar(36) primary key, event_id integer, device_id integer,
    checkpoint_id integer, delegate_id integer, code varchar(64), verdict varchar(20),
    read_at varchar(40))"""


@dataclass(frozen=True)
class Door:
    """Where the clients send their scans."""

    host: str
    port: int
    token: str
    checkpoint: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What one run came to."""

    rate: float
    """Rows a second."""
    times: tuple[float, ...]
    """Milliseconds that each call took."""

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        p50, p99 = statistics.median(self.times), self.quantile(0.99)
        return f"{self.rate:7.0f} /s  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms"


def scan_for(door: Door, size: int, start: float, seconds: float, seed: int) -> list[float]:
    """One client: scans until the time is over; the milliseconds of each request."""
    rng = random.Random(seed)
    connection = http.client.HTTPConnection(door.host, door.port)
    connection.connect()
    headers = {"Authorization": f"Bearer {door.token}", "Content-Type": "application/json"}
    path = f"/api/v1/events/{EVENT}/scans"

    def call() -> None:
        read_at = datetime.now(UTC).isoformat()
        scans = [
            {
                "id": str(uuid.uuid4()),
                "checkpoint": door.checkpoint,
                "code": rng.choice(door.codes),
                "read_at": read_at,
            }
            for _ in range(size)
        ]
        connection.request("POST", path, json.dumps({"scans": scans}), headers)
        answer = connection.getresponse()
        results = json.loads(answer.read())
        if answer.status != 200 or len(results["results"]) != size:
            raise RuntimeError(f"the server answered {answer.status}: {results}")

    return _repeat(call, start, seconds)


def insert_for(url: str, size: int, start: float, seconds: float, seed: int) -> list[float]:
    """The baseline's client: bare rows, ``size`` to a commit; the milliseconds of each."""
    rng = random.Random(seed)
    marks = ", ".join(["%s" if url.startswith("postgresql") else "?"] * 8)
    statement = f"insert into bare_scan ({_COLUMNS}) values ({marks})"  # noqa: S608 - constants

    def rows() -> list[tuple[Any, ...]]:
        moment = datetime.now(UTC).isoformat()
        return [
            (str(uuid.uuid4()), 1, 1, 1, rng.randrange(1000), "0" * 12, "admitted", moment)
            for _ in range(size)
        ]

    if url.startswith("postgresql"):
        with psycopg.connect(url) as server:

            def call() -> None:
                with server.cursor() as cursor:
                    cursor.executemany(statement, rows())
                server.commit()

            return _repeat(call, start, seconds)
    file = sqlite3.connect(url, timeout=60, isolation_level=None)
    file.execute("pragma synchronous=full")

    def call_file() -> None:
        new = rows()
        file.execute("begin immediate")
        file.executemany(statement, new)
        file.execute("commit")

    return _repeat(call_file, start, seconds)


def _repeat(call: Callable[[], None], start: float, seconds: float) -> list[float]:
    """Call until the time is over; ``start`` is the same instant for every process."""
    call()
    time.sleep(max(0.0, start - time.time()))
    times: list[float] = []
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def together(
    pool: multiprocessing.pool.Pool,
    clients: int,
    work: Callable[..., list[float]],
    given: tuple[Any, ...],
    size: int,
    seconds: float,
) -> Figures:
    """The same work in so many processes at once."""
    start = time.time() + _LEAD_S
    calls = [(*given, size, start, seconds, seed) for seed in range(clients)]
    found = pool.starmap(work, calls, chunksize=1)
    times = tuple(itertools.chain.from_iterable(found))
    # Each client's own rate: the last call of one may end after the others have stopped.
    rate = sum(size * len(mine) / (sum(mine) / 1000) for mine in found if mine)
    return Figures(rate, times)


def bare_database(folder: str, database_url: str | None) -> str:
    """An empty table for the baseline; where it is."""
    if database_url is not None:
        with psycopg.connect(database_url) as server:
            server.execute("drop table if exists bare_scan")
            server.execute(_TABLE.format(name="bare_scan"))
        return database_url
    path = str(Path(folder) / "bare.db")
    with sqlite3.connect(path) as file:
        file.execute("pragma journal_mode=wal")
        file.execute(_TABLE.format(name="bare_scan"))
    return path


def door_of(server: Server) -> Door:
    """The main door of the first day, and the codes of everybody approved."""
    engine = server.engine()
    with engine.connect() as connection:
        codes = connection.scalars(text("select code from delegate where status = 'approved'"))
        checkpoint = connection.scalar(text("select min(id) from checkpoint"))
        door = Door(
            server.host, server.port, server.new_token("Benchmark"), checkpoint, tuple(codes)
        )
    engine.dispose()
    return door


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    parser.add_argument("--delegates", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    most = max(given.clients)
    kind = "bare PostgreSQL" if given.database_url else "bare SQLite"
    with (
        tempfile.TemporaryDirectory() as folder,
        # Started first, so that no client holds anything of the server's.
        multiprocessing.get_context("spawn").Pool(most) as pool,
        serving(given.delegates, database_url=given.database_url, workers=given.workers) as server,
    ):
        door = door_of(server)
        bare = bare_database(folder, given.database_url)
        print(f"{given.delegates} delegates, {given.seconds:g} s a line, target {TARGET} /s")
        slowest = float("inf")
        for size, clients in [(1, it) for it in given.clients] + [(BATCH, 1)]:
            before = server.cpu_seconds()
            ours = together(pool, clients, scan_for, (door,), size, given.seconds)
            used = (server.cpu_seconds() - before) / given.seconds
            base = together(pool, clients, insert_for, (bare,), size, given.seconds)
            label = (
                f"{clients:2} client{'s' if clients > 1 else ' '}" if size == 1 else "batch 500 "
            )
            print(
                f"{label}  {ours}   server {used:4.0%} of a core   | {kind} {base}"
                f"   share {ours.rate / base.rate:4.0%}",
                flush=True,
            )
            if size == 1:
                slowest = min(slowest, ours.rate)
        verdict = "reached" if slowest >= TARGET else "MISSED"
        print(f"target of {TARGET} check-ins a second: {verdict} ({slowest:.0f} at the least)")
    return 0 if slowest >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
