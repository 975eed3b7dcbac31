"""The server is killed with -9 in the middle of batches, again and again: every entry that it has
acknowledged is in the log exactly once, with the verdict that was acknowledged.

    python -m tests.checkin.test_kill --rounds 100 [--database-url postgresql://…]

does it by hand as often as wanted, on SQLite or on an empty PostgreSQL database.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

ROUNDS = 10
DESKS = 4
_EVENT = "bac-ninh-2012"
_COMMAND = [sys.executable, "-m", "eventapp"]


class House:
    """A database with the demo event, and servers that live shortly."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        own = {"DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL"}
        self.environment = {it: os.environ[it] for it in os.environ if it not in own}
        self.environment |= {"EVENTAPP_INSTANCE": str(folder), "SECRET_KEY": "k" * 40}
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self._run("demo", "load", "--delegates", "120")
        self.token = self._run("device", "create", _EVENT, "Cửa 1").split()[-1]
        url = database_url or f"sqlite:///{folder / 'eventapp.db'}"
        self.database = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with self.database.connect() as connection:
            self.codes = list(connection.scalars(text("select code from delegate")))
            self.checkpoint = connection.scalar(text("select min(id) from checkpoint"))
        self.acknowledged: dict[str, str] = {}
        """Verdicts by id, as they were answered."""
        self.unanswered: list[list[dict[str, Any]]] = []
        """Batches that a dead server owes an answer: sent again to the next one."""
        self.contradicted: list[str] = []

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*_COMMAND, *arguments], env=self.environment, check=True, stdout=subprocess.PIPE
        )
        return done.stdout.decode()

    def round(self, chance: random.Random) -> None:
        """Serve, scan from several threads, and kill all of the server in the midst of it."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [*_COMMAND, "serve", "--port", str(port), "--workers", "2"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        desks = [
            _Desk(self, f"http://127.0.0.1:{port}/api/v1/events/{_EVENT}/scans", chance.random())
            for _ in range(DESKS)
        ]
        for desk in desks:
            desk.start()
        try:
            for desk in desks:
                assert desk.is_busy.wait(120), "the server did not start"
            time.sleep(chance.uniform(0, 0.2))  # anywhere within a transaction
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            for desk in desks:
                desk.stopped.set()
            for desk in desks:
                desk.join()

    def problems(self) -> list[str]:
        """What is not as it was acknowledged."""
        with self.database.connect() as connection:
            rows = connection.execute(text("select id, verdict, reason from scan")).all()
            admitted = connection.execute(
                text(
                    "select delegate_id from scan"
                    " where verdict = 'admitted' and checkpoint_id = :it"
                ),
                {"it": self.checkpoint},
            )
            times = Counter(admitted.scalars())
            came = set(
                connection.scalars(
                    text("select delegate_id from attendance where checkpoint_id = :it"),
                    {"it": self.checkpoint},
                )
            )
        kept = {row.id: row.reason or row.verdict for row in rows}
        found = [f"{it} was answered twice, otherwise" for it in self.contradicted]
        found += [
            f"{it}: acknowledged {verdict}, kept {kept.get(it)}"
            for it, verdict in self.acknowledged.items()
            if kept.get(it) != verdict
        ]
        found += [
            f"{whose} was admitted {count} times" for whose, count in times.items() if count > 1
        ]
        if set(times) != came:
            found.append(f"attendance of {sorted(set(times) ^ came)} is not what the log says")
        return found


class _Desk(threading.Thread):
    """Sends batches until the server is dead; what was not answered it leaves to the next round."""

    def __init__(self, house: House, address: str, seed: float) -> None:
        super().__init__()
        self._house, self._address = house, address
        self._chance = random.Random(seed)
        self._answers = 0
        self.is_busy = threading.Event()
        self.stopped = threading.Event()

    def run(self) -> None:
        batch: list[dict[str, Any]] | None = None
        while not self.stopped.is_set():
            if batch is None:
                batch = self._house.unanswered.pop() if self._house.unanswered else self._make()
            if self._send(batch):
                batch = None
                self._answers += 1
                if self._answers >= 3:
                    self.is_busy.set()
            else:
                self.stopped.wait(0.02)  # not up yet, or killed
        if batch is not None:
            self._house.unanswered.append(batch)

    def _make(self) -> list[dict[str, Any]]:
        size = self._chance.choice([1, 1, 1, 7, 60])
        return [
            {
                "id": str(uuid.uuid4()),
                "checkpoint": self._house.checkpoint,
                "code": self._chance.choice(self._house.codes),
                "read_at": datetime.now(UTC).isoformat(),
                "shown": "admitted",
            }
            for _ in range(size)
        ]

    def _send(self, batch: list[dict[str, Any]]) -> bool:
        request = urllib.request.Request(
            self._address,
            json.dumps({"scans": batch}).encode(),
            {
                "Authorization": f"Bearer {self._house.token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                results = json.load(answer)["results"]
        except (OSError, ValueError):
            return False
        for it in results:
            verdict = it["reason"] or it["verdict"]
            if self._house.acknowledged.setdefault(it["id"], verdict) != verdict:
                self._house.contradicted.append(it["id"])
        return True


def test_nothing_acknowledged_is_missing_after_kill_9(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(ROUNDS):
        house.round(random.Random(number))
        assert house.problems() == []
    house.database.dispose()
    assert len(house.acknowledged) >= 3 * DESKS * ROUNDS


def main() -> int:
    """So many rounds by hand."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), given.database_url)
        for number in range(1, given.rounds + 1):
            house.round(random.Random())
            problems = house.problems()
            print(
                f"round {number}: {len(house.acknowledged)} acknowledged, "
                f"{len(house.unanswered)} batches to send again, {len(problems)} problems",
                flush=True,
            )
            if problems:
                print("\n".join(problems))
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
