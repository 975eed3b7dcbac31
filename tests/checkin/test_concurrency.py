"""Two desks, one pass."""

import json
import subprocess
import sys
import threading
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from eventapp.checkin import service
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Attendance, Device, Scan, Verdict
from eventapp.config import Config
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from tests.builders import build_delegate

DESKS = 6
PEOPLE = 12

_DESK = """
import json, sys
from pathlib import Path
from eventapp import create_app
from eventapp.checkin import service
from eventapp.checkin.models import Device
from eventapp.config import Config
from eventapp.extensions import db
url, folder, device_id, batches = json.loads(sys.argv[1])
app = create_app(Config(instance=Path(folder), database_url=url, secret_key="k" * 40, testing=True))
with app.app_context():
    device = db.session.get_one(Device, device_id)
    sys.stdin.readline()
    verdicts = [[r.verdict for r in service.record(device, batch)] for batch in batches]
print(json.dumps(verdicts))
"""


def scans(codes: list[str], checkpoint: int) -> list[dict[str, object]]:
    moment = datetime.now(UTC).isoformat()
    return [
        {"id": str(uuid.uuid4()), "checkpoint": checkpoint, "code": code, "read_at": moment}
        for code in codes
    ]


def prepare(event: Event) -> tuple[list[str], int, int]:
    make_checkpoints(event)
    codes = [build_delegate(event, "Nguyễn Văn A").code for _ in range(PEOPLE)]
    checkpoint = all_checkpoints(event.id)[0].id
    return codes, checkpoint, create_device(event, "Cửa").device.id


def test_threads_on_the_same_passes_admit_each_once(app: Flask, event: Event) -> None:
    codes, checkpoint, device_id = prepare(event)
    verdicts: Counter[str] = Counter()
    ready = threading.Barrier(DESKS)

    def desk(number: int) -> None:
        # Every desk in another order: nothing may block for ever.
        mine = codes[number:] + codes[:number]
        with app.app_context():
            device = db.session.get_one(Device, device_id)
            ready.wait()
            for result in service.record(device, scans(mine, checkpoint)):
                verdicts[result.verdict] += 1
            for code in reversed(mine):
                (result,) = service.record(device, scans([code], checkpoint))
                verdicts[result.verdict] += 1

    threads = [threading.Thread(target=desk, args=(number,)) for number in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts[Verdict.ADMITTED] == PEOPLE
    assert verdicts[Verdict.DUPLICATE] == PEOPLE * (2 * DESKS - 1)


def test_threads_whose_batches_are_combined(app: Flask, event: Event) -> None:
    """As the server does it: by tokens, several batches in one transaction."""
    codes, checkpoint, _ = prepare(event)
    slug = event.slug
    tokens = [create_device(event, f"Cửa {number}").token for number in range(DESKS)]
    answered: dict[str, list[str]] = {token: [] for token in tokens}
    ready = threading.Barrier(DESKS)

    def desk(number: int) -> None:
        token = tokens[number]
        mine = codes[number:] + codes[:number]
        with app.app_context():
            ready.wait()
            for sent in [scans(mine, checkpoint), *(scans([code], checkpoint) for code in mine)]:
                for _ in range(2):  # and again, as if the answer had been lost
                    recorded = service.record_for(slug, token, service.read(sent))
                assert [it.id for it in recorded.results] == [it["id"] for it in sent]
                answered[token] += [it.verdict for it in recorded.results]

    threads = [threading.Thread(target=desk, args=(number,)) for number in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdicts = Counter(it for own in answered.values() for it in own)
    assert verdicts[Verdict.ADMITTED] == PEOPLE
    assert verdicts[Verdict.DUPLICATE] == PEOPLE * (2 * DESKS - 1)
    db.session.rollback()
    log = db.session.execute(select(Scan.verdict, func.count()).group_by(Scan.verdict)).all()
    assert dict(log) == dict(verdicts)


def test_processes_on_the_same_passes_admit_each_once(
    app: Flask, event: Event, settings: Config, tmp_path: Path
) -> None:
    codes, checkpoint, device_id = prepare(event)
    desks = []
    for number in range(4):
        mine = codes[number:] + codes[:number]
        batches = [scans(mine, checkpoint), *(scans([code], checkpoint) for code in mine)]
        argument = json.dumps([settings.database_url, str(tmp_path), device_id, batches])
        desks.append(
            subprocess.Popen(
                [sys.executable, "-c", _DESK, argument],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for desk in desks:
        assert desk.stdin is not None
        desk.stdin.write("go\n")
        desk.stdin.flush()
    verdicts: Counter[str] = Counter()
    for desk in desks:
        out, _ = desk.communicate(timeout=120)
        verdicts.update(verdict for batch in json.loads(out) for verdict in batch)
    assert verdicts["admitted"] == PEOPLE
    assert sum(verdicts.values()) == 4 * 2 * PEOPLE


def test_the_same_scan_from_two_threads_is_written_once(app: Flask, event: Event) -> None:
    codes, checkpoint, device_id = prepare(event)
    batch = scans(codes, checkpoint)
    ready = threading.Barrier(DESKS)
    seen: list[list[str]] = []

    def replay() -> None:
        with app.app_context():
            device = db.session.get_one(Device, device_id)
            ready.wait()
            seen.append([it.verdict for it in service.record(device, batch)])

    threads = [threading.Thread(target=replay) for _ in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[Verdict.ADMITTED] * PEOPLE] * DESKS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Scan)) == PEOPLE
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == PEOPLE


def test_a_row_that_somebody_holds_stops_nobody_else(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer, and no rows that are held")
    monkeypatch.setattr(service, "_PATIENCE", "200ms")
    monkeypatch.setattr(service, "_PATIENCE_ALONE", "50ms")
    make_checkpoints(event)
    checkpoint = all_checkpoints(event.id)[0].id
    codes = [build_delegate(event).code for _ in range(4)]
    token, slug = create_device(event, "Cửa").token, event.slug
    db.session.remove()
    results: dict[str, object] = {}

    def desk(code: str) -> None:
        with app.app_context():
            try:
                batch = service.read(scans([code], checkpoint))
                results[code] = service.record_for(slug, token, batch).results[0].verdict
            except OperationalError as error:
                results[code] = error
            db.session.remove()

    with db.engine.connect() as other, other.begin():
        other.execute(select(Delegate.id).where(Delegate.code == codes[0]).with_for_update())
        threads = [threading.Thread(target=desk, args=(code,)) for code in codes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    held = results.pop(codes[0])
    assert isinstance(held, OperationalError)  # answered as 503, and sent again
    assert results == dict.fromkeys(codes[1:], Verdict.ADMITTED)
    desk(codes[0])
    assert results[codes[0]] == Verdict.ADMITTED
