"""What a device loads, and what each update costs, with 10,000 delegates.

    python benchmarks/sync.py [--delegates 10000] [--repeat 9] [--database-url postgresql://…]

Bytes of the answer as it goes over the wire (Brotli, which browsers ask for on https, and gzip),
and the server's time in milliseconds, median and worst: for the first load; for an update in which
nothing is new; in which 50 delegates have changed; in which 50 people have passed a door. Beside
them how long it takes to find out what has changed, which at most one device sets off every three
seconds. SQLite, and PostgreSQL too when an empty database is named.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from _filled import fill, scratch_app
from flask import current_app
from sqlalchemy import select

from eventapp.checkin import devices, roster
from eventapp.checkin.models import Checkpoint
from eventapp.checkin.service import record
from eventapp.database import db, transaction
from eventapp.events.models import Event
from eventapp.registration.models import Delegate, Status

_SLUG = "benchmark"
_ENCODINGS = {"Brotli": "br", "gzip": "gzip"}


class Caller:
    """A device that asks, over the application as a server has it."""

    def __init__(self, event: Event) -> None:
        self.client = current_app.test_client()
        made = devices.create_device(event, "Cửa 1")
        self.device, self.headers = made.device, {"Authorization": f"Bearer {made.token}"}
        self.state: dict[str, Any] = {}

    def ask(self, state: dict[str, Any], encoding: str) -> tuple[int, float]:
        """(bytes, milliseconds) of an answer."""
        begun = time.perf_counter()
        answer = self.client.post(
            f"/api/v1/events/{_SLUG}/sync",
            json={"unsent": 0, **state},
            headers={**self.headers, "Accept-Encoding": encoding},
        )
        took = (time.perf_counter() - begun) * 1_000
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding", encoding) == encoding
        return len(answer.data), took

    def learn(self) -> None:
        """Remember what the device would know now."""
        answer = self.client.post(
            f"/api/v1/events/{_SLUG}/sync", json=self.state, headers=self.headers
        ).json
        assert answer is not None
        self.state["roster"] = answer["roster"]["number"]
        self.state["log"] = answer["log"]["cursor"]
        if answer["tables"]:
            self.state["tables"] = answer["tables"]["digest"]


def measure(delegates: int, repeat: int, name: str) -> None:
    """Print the figures of one database."""
    event_id = fill(delegates, _SLUG)
    event = db.session.get_one(Event, event_id)
    caller = Caller(event)
    print(f"\n{name}, {delegates} delegates")
    _comparing(event_id, repeat)
    _row("first load", caller, {}, repeat)
    caller.learn()
    known = dict(caller.state)
    _row("nothing new", caller, known, repeat)
    _rename(event_id, 50)
    roster.compare(event_id)
    _row("50 delegates changed", caller, known, repeat)
    caller.learn()
    known = dict(caller.state)
    _let_in(caller.device, event_id, 50)
    _row("50 have passed a door", caller, known, repeat)


def _comparing(event_id: int, repeat: int) -> None:
    begun = time.perf_counter()
    roster.bring_up_to_date(event_id)
    first = (time.perf_counter() - begun) * 1_000
    times = [_timed(lambda: roster.compare(event_id)) for _ in range(repeat)]
    print(
        f"  finding what has changed: first {first:.0f} ms, then {statistics.median(times):.0f} ms,"
        f" worst {max(times):.0f} ms"
    )


def _row(label: str, caller: Caller, state: dict[str, Any], repeat: int) -> None:
    sizes, times = {}, []
    for encoding, token in _ENCODINGS.items():
        for _ in range(repeat):
            size, took = caller.ask(state, token)
            sizes[encoding] = size
            if encoding == "Brotli":
                times.append(took)
    shown = ", ".join(f"{encoding} {size / 1_000:.1f} KB" for encoding, size in sizes.items())
    print(f"  {label:22} {shown:40} {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1_000


def _rename(event_id: int, number: int) -> None:
    chance = random.Random(7)
    ids = db.session.scalars(select(Delegate.id).filter_by(event_id=event_id)).all()
    with transaction():
        for id_ in chance.sample(ids, number):
            delegate = db.session.get_one(Delegate, id_)
            delegate.name = f"{delegate.name} Hải"


def _let_in(device: Any, event_id: int, number: int) -> None:
    checkpoint = db.session.scalar(select(Checkpoint.id).filter_by(event_id=event_id))
    codes = db.session.scalars(
        select(Delegate.code).filter_by(event_id=event_id, status=Status.APPROVED).limit(number)
    ).all()
    record(
        device,
        [
            {
                "id": str(uuid.uuid4()),
                "checkpoint": checkpoint,
                "code": code,
                "read_at": datetime.now(UTC).isoformat(),
            }
            for code in codes
        ],
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--delegates", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--database-url", help="an empty PostgreSQL database, measured as well")
    chosen = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    for name, url in (("SQLite", None), ("PostgreSQL", chosen.database_url)):
        if name == "PostgreSQL" and url is None:
            continue
        if url:
            os.environ["DATABASE_URL"] = url
        with tempfile.TemporaryDirectory() as folder, scratch_app(folder):
            measure(chosen.delegates, chosen.repeat, name)


if __name__ == "__main__":
    main()
