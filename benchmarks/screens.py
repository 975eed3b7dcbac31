"""How far behind screens are, and what they cost, while people are scanned.

    python benchmarks/screens.py [--screens 50] [--seconds 30] [--rate 20] [--delegates 1500]
                                 [--workers 2] [--database-url postgresql://…]

Screens ask each second for what is so, each at its own moment, as static/checkin/board/live.js
does: over a connection that is kept, with the tag of what they show. Meanwhile people are scanned
at a steady rate. Printed: how long after a scan was acknowledged each screen was told (median, 99th
percentile, the most), what the calls took and how many bytes came, how much of a core the server
used (with screens alone, with scans alone, with both), and how many statements the screens cost the
database: looks whether something has changed, and readings of what has.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import multiprocessing.pool
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from _server import EVENT, Server, serving
from sqlalchemy import text

from eventapp import tokens

LIMIT_S = 2.0
_EVERY_S = 1.0
_LEAD_S = 1.0


@dataclass
class Told:
    """What the screens of one run were told."""

    shown: list[list[tuple[float, int]]] = field(default_factory=list)
    """For each screen (when, how many had arrived by then)."""
    times: list[float] = field(default_factory=list)
    """Milliseconds of each call."""
    size: int = 0
    """Bytes of all bodies."""
    statuses: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Load:
    """What a run asked of the server."""

    told: Told
    scans: list[tuple[float, int]]
    """For each scan (when it was acknowledged, how many had arrived by then)."""
    cpu: float
    """Share of one core."""
    statements: Counter[str]


def look_at(host: str, port: int, paths: list[str], start: float, seconds: float) -> Told:
    """All screens, in a process of their own."""
    told = Told()
    together = threading.Lock()

    def screen(path: str, phase: float) -> None:
        connection = http.client.HTTPConnection(host, port, timeout=30)
        seen, tag = [(0.0, 0)], ""
        time.sleep(max(0.0, start + phase - time.time()))
        while (began := time.time()) < start + seconds:
            headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": tag} if tag else {})
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            now = time.time()
            with together:
                told.times.append((now - began) * 1000)
                told.size += len(body)
                told.statuses[answer.status] += 1
            if answer.status == 200:
                if answer.headers["Content-Encoding"] == "gzip":
                    body = zlib.decompress(body, 31)
                tag = answer.headers["ETag"]
                seen.append((now, json.loads(body)["total"]["arrived"]))
            time.sleep(max(0.0, began + _EVERY_S - time.time()))
        told.shown.append(seen)

    chance = random.Random(1)
    threads = [
        threading.Thread(target=screen, args=(path, chance.random() * _EVERY_S)) for path in paths
    ]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    return told


class Door:
    """People who come in one after another."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._token = server.new_token("Benchmark")
        engine = server.engine()
        with engine.connect() as connection:
            self._codes = list(
                connection.scalars(
                    text(
                        "select code from delegate d join delegate_day x on x.delegate_id = d.id"
                        " where status = 'approved' and x.day_id = (select max(id) from day)"
                        " order by d.id"
                    )
                )
            )
            self._checkpoint = connection.scalar(
                text("select max(id) from checkpoint where kind = 'door'")
            )
        engine.dispose()
        random.Random(2).shuffle(self._codes)
        self._number = 0

    def scan(self, start: float, seconds: float, rate: float) -> list[tuple[float, int]]:
        """Scan at a steady rate; when each was acknowledged, and how many had arrived by then."""
        connection = http.client.HTTPConnection(self._server.host, self._server.port)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        done = []
        for step in itertools.count():
            due = start + step / rate
            if due >= start + seconds - _EVERY_S * 3 or self._number >= len(self._codes):
                return done
            time.sleep(max(0.0, due - time.time()))
            entry = {
                "id": str(uuid.uuid4()),
                "checkpoint": self._checkpoint,
                "code": self._codes[self._number],
                "read_at": datetime.now(UTC).isoformat(),
            }
            path = f"/api/v1/events/{EVENT}/scans"
            connection.request("POST", path, json.dumps({"scans": [entry]}), headers)
            (result,) = json.loads(connection.getresponse().read())["results"]
            if result["verdict"] != "admitted":
                raise RuntimeError(f"not admitted: {result}")
            self._number += 1
            done.append((time.time(), self._number))


def links(server: Server, number: int) -> list[str]:
    """The addresses that so many screens ask, taken from their pages."""
    addresses = []
    secret = tokens.new_secret()
    engine = server.engine()
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into screen (event_id, name, secret_hash, created_at)"
                " select id, 'Benchmark', :secret, :now from event where slug = :event"
            ),
            {"secret": tokens.hash_secret(secret), "now": datetime.now(UTC), "event": EVENT},
        )
    engine.dispose()
    for _ in range(number):
        client = http.client.HTTPConnection(server.host, server.port)
        client.request("GET", f"/screen/{secret}")
        page = client.getresponse().read().decode()
        addresses.append(re.findall(r'data-live="([^"]+)"', page)[0])
        client.close()
    return addresses


def run(
    pool: multiprocessing.pool.Pool,
    server: Server,
    paths: list[str],
    door: Door | None,
    given: argparse.Namespace,
    counts: Path,
) -> Load:
    """Screens, scans, or both for so many seconds."""
    before, letters = server.cpu_seconds(), Counter(counts.read_text())
    start, seconds = time.time() + _LEAD_S, given.seconds
    waiting = pool.apply_async(look_at, (server.host, server.port, paths, start, seconds))
    scans = door.scan(start, seconds, given.rate) if door else []
    told = waiting.get()
    time.sleep(max(0.0, start + seconds - time.time()))
    used = (server.cpu_seconds() - before) / (time.time() - start + _LEAD_S)
    return Load(told, scans, used, Counter(counts.read_text()) - letters)


def behind(load: Load) -> list[float]:
    """How long (s) after each scan was acknowledged each screen was told, in order."""
    found = []
    for seen in load.told.shown:
        moments = iter(seen)
        when, known = next(moments)
        for acknowledged, number in load.scans:
            while known < number:
                when, known = next(moments, (float("inf"), number))
            found.append(max(0.0, when - acknowledged))
    return sorted(found)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--screens", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0, help="for each line")
    parser.add_argument("--rate", type=float, default=20.0, help="scans a second")
    parser.add_argument("--delegates", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        # Started first, so that the screens hold nothing of the server's.
        multiprocessing.get_context("spawn").Pool(1) as pool,
    ):
        counts = Path(folder) / "statements"
        counts.touch()
        with serving(
            given.delegates,
            database_url=given.database_url,
            workers=given.workers,
            through=(str(Path(__file__).with_name("_counted.py")), str(counts)),
        ) as server:
            return _measure(pool, server, given, counts)


def _measure(
    pool: multiprocessing.pool.Pool, server: Server, given: argparse.Namespace, counts: Path
) -> int:
    door = Door(server)
    paths = links(server, given.screens)
    print(
        f"{given.screens} screens, {given.delegates} delegates, {given.workers} processes,"
        f" {given.rate:g} scans a second, {given.seconds:g} s a line"
    )
    lines = (
        ("screens alone", paths, None),
        ("scans alone", [], door),
        ("both", paths, door),
    )
    for label, screens, people in lines:
        load = run(pool, server, screens, people, given, counts)
        _print(label, load, given)
    late = behind(load)
    share = sum(it <= LIMIT_S for it in late) / len(late)
    p99 = late[int(0.99 * (len(late) - 1))]
    print(
        f"behind: p50 {statistics.median(late):.2f} s  p99 {p99:.2f} s  most {late[-1]:.2f} s"
        f"   ({len(late)} pairs of a screen and a scan; {share:.2%} within {LIMIT_S:g} s)"
    )
    return 0 if late[-1] <= LIMIT_S else 1


def _print(label: str, load: Load, given: argparse.Namespace) -> None:
    told, seconds = load.told, given.seconds
    line = f"{label:14} server {load.cpu:5.1%} of a core"
    if told.times:
        ordered = sorted(told.times)
        line += (
            f"   calls {len(ordered) / seconds:.0f} /s  p50 {statistics.median(ordered):.1f} ms"
            f"  p99 {ordered[int(0.99 * (len(ordered) - 1))]:.1f} ms"
            f"   {told.size * 60 / seconds / given.screens / 1024:.1f} KB a minute and screen"
            f" ({told.statuses[304] / len(ordered):.0%} as before)"
        )
    scans = f", {len(load.scans)} scans" if load.scans else ""
    line += (
        f"   statements a second: {load.statements['l'] / seconds:.1f} looks,"
        f" {load.statements['c'] / seconds:.1f} readings,"
        f" {load.statements['.'] / seconds:.1f} others{scans}"
    )
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
