"""How many people a second get through the door, over HTTP.

    python benchmarks/checkin.py [--clients 1 4 16] [--seconds 5]
                                 [--delegates 1500] [--workers 2] [--database-url postgresql://…]

Each client is a process with one kept connection and a device of its own that sends scans, one a
request, through ``POST /api/v1/events/<event>/scans``: every scan is a new row of the log, the
first of each person an attendance too. Clients and server share the machine. Printed for each
number of clients: check-ins a second, the median and the 99th percentile in milliseconds, and how
much of a processor the server used; then batches of 500 by one client, as a device sends them that
had no network, and the same batches sent again, as it does when the answer was lost.

Beside each line, in the same run and by the same clients, stands the limit: the same server with as
many processes and threads on a database of the same kind (`_bare_view.py`), whose view inserts one
row durably and does nothing else: no token, nobody looked up, no verdict. It does so for each
request by itself, a batch in one transaction.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import multiprocessing
import multiprocessing.pool
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from _server import EVENT, Server, bare_view, serving
from sqlalchemy import text

BATCH = 500
TARGET = 500  # a second, by the most clients
TARGET_P99_MS = 50.0
TARGET_BATCH_MS = 400.0
_LEAD_S = 1.0  # for all clients to be connected before the first one begins


@dataclass(frozen=True)
class Door:
    """Where the clients send their scans."""

    host: str
    port: int
    tokens: tuple[str, ...]
    checkpoint: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What one run came to."""

    rate: float
    """Scans a second."""
    times: tuple[float, ...]
    """Milliseconds that each call took."""

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        p50, p99 = statistics.median(self.times), self.quantile(0.99)
        return f"{self.rate:7.0f} /s  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms"


def scan_for(
    door: Door, size: int, start: float, seconds: float, seed: int, again: bool
) -> list[float]:
    """One client: scans until the time is over; the milliseconds of each request.

    ``again``: every batch was sent before, and only the second time counts.
    """
    rng = random.Random(seed)
    connection = http.client.HTTPConnection(door.host, door.port)
    connection.connect()
    token = door.tokens[seed % len(door.tokens)]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    path = f"/api/v1/events/{EVENT}/scans"

    def make() -> bytes:
        read_at = datetime.now(UTC).isoformat()
        scans = [
            {
                "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                "checkpoint": door.checkpoint,
                "code": rng.choice(door.codes),
                "read_at": read_at,
                "source": "scanner",
            }
            for _ in range(size)
        ]
        return json.dumps({"scans": scans}).encode()

    def call(body: bytes) -> None:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        results = json.loads(answer.read())
        if answer.status != 200 or len(results["results"]) != size:
            raise RuntimeError(f"the server answered {answer.status}: {results}")

    def prepare() -> bytes:
        body = make()
        if again:
            call(body)
        return body

    return _repeat(prepare, call, start, seconds)


def _repeat(
    prepare: Callable[[], bytes], call: Callable[[bytes], None], start: float, seconds: float
) -> list[float]:
    """Call until the time is over; ``start`` is the same instant for every process."""
    call(prepare())
    time.sleep(max(0.0, start - time.time()))
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        body = prepare()
        begun = time.perf_counter()
        call(body)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def together(
    pool: multiprocessing.pool.Pool,
    door: Door,
    clients: int,
    size: int,
    seconds: float,
    *,
    again: bool = False,
) -> Figures:
    """The same work in so many processes at once."""
    start = time.time() + _LEAD_S
    # Ids are made from the seed: never the same twice.
    calls = [(door, size, start, seconds, next(_seeds), again) for _ in range(clients)]
    found = pool.starmap(scan_for, calls, chunksize=1)
    times = tuple(itertools.chain.from_iterable(found))
    # Each client's own rate: the last call of one may end after the others have stopped.
    rate = sum(size * len(mine) / (sum(mine) / 1000) for mine in found if mine)
    return Figures(rate, times)


_seeds = itertools.count(1)


def door_of(server: Server, devices: int) -> Door:
    """The main door of the first day, the codes of everybody approved, and so many devices."""
    engine = server.engine()
    with engine.connect() as connection:
        codes = connection.scalars(text("select code from delegate where status = 'approved'"))
        checkpoint = connection.scalar(text("select min(id) from checkpoint"))
        tokens = tuple(server.new_token(f"Benchmark {number}") for number in range(devices))
        door = Door(server.host, server.port, tokens, checkpoint, tuple(codes))
    engine.dispose()
    return door


def bare_door_of(server: Server) -> Door:
    """The same for the limit, where nobody asks who is who."""
    return Door(server.host, server.port, ("",), 1, ("0" * 12,))


def _run(given: argparse.Namespace, pool: multiprocessing.pool.Pool) -> bool:
    like: dict[str, Any] = {"database_url": given.database_url, "workers": given.workers}
    most = max(given.clients)
    reached = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serving(given.delegates, **like))
        limit = stack.enter_context(bare_view(**like))
        door, bare = door_of(server, min(most, given.devices)), bare_door_of(limit)
        print(
            f"{given.delegates} delegates, {given.seconds:g} s a line; target: {TARGET} /s by "
            f"{most} clients, p99 under {TARGET_P99_MS:g} ms, batches under {TARGET_BATCH_MS:g} ms"
        )
        lines = [(f"{it:2} client{'s' if it > 1 else ' '}", it, 1, False) for it in given.clients]
        lines += [("batch of 500", 1, BATCH, False), ("the same again", 1, BATCH, True)]
        for label, clients, size, again in lines:
            before = server.cpu_seconds()
            ours = together(pool, door, clients, size, given.seconds, again=again)
            used = (server.cpu_seconds() - before) / given.seconds
            base = together(pool, bare, clients, size, given.seconds, again=False)
            print(
                f"{label:14}  {ours}   server {used:4.0%} of a core"
                f"   | limit {base}   share {ours.rate / base.rate:4.0%}",
                flush=True,
            )
            p99 = ours.quantile(0.99)
            if size == BATCH:
                reached.append(p99 < TARGET_BATCH_MS)
            elif clients == most:
                reached.append(ours.rate >= TARGET and p99 < TARGET_P99_MS)
    return all(reached)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    parser.add_argument("--delegates", type=int, default=1500)
    parser.add_argument("--devices", type=int, default=5, help="that the clients share")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    # Started first, so that no client holds anything of the server's.
    with multiprocessing.get_context("spawn").Pool(max(given.clients)) as pool:
        is_reached = _run(given, pool)
    print(f"targets: {'reached' if is_reached else 'MISSED'}")
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
