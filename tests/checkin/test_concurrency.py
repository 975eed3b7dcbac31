"""Two desks, one pass; and a server that is killed in the middle."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, func, select, text

from eventapp.checkin import service
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import Attendance, Device, Scan, Verdict
from eventapp.config import Config
from eventapp.events.models import Event
from eventapp.extensions import db
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


def test_nothing_acknowledged_is_missing_after_kill_9(tmp_path: Path) -> None:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL"}
    }
    environment["EVENTAPP_INSTANCE"] = str(tmp_path / "instance")
    command = [sys.executable, "-m", "eventapp"]
    subprocess.run([*command, "demo", "load", "--delegates", "40"], env=environment, check=True)
    made = subprocess.run(
        [*command, "device", "create", "bac-ninh-2012", "Cửa 1"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    token = made.split()[-1]
    database = create_engine(f"sqlite:///{tmp_path / 'instance' / 'eventapp.db'}")
    with database.connect() as connection:
        codes = list(connection.scalars(text("select code from delegate")))
        checkpoint = connection.scalar(text("select min(id) from checkpoint"))
    acknowledged: dict[str, str] = {}
    for _ in range(3):
        _scan_until_killed(command, environment, token, codes, checkpoint, acknowledged)
    with database.connect() as connection:
        kept = dict(connection.execute(text("select id, verdict from scan")).all())
    database.dispose()
    assert len(acknowledged) >= 60
    assert {id_: kept.get(id_) for id_ in acknowledged} == acknowledged


def _scan_until_killed(
    command: list[str],
    environment: dict[str, str],
    token: str,
    codes: list[str],
    checkpoint: int,
    acknowledged: dict[str, str],
) -> None:
    """Serve, scan from several threads, and kill -9 all of the server in the midst of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    enough = threading.Event()
    stopped = threading.Event()

    def desk() -> None:
        while not stopped.is_set():
            batch = scans(codes[:5], checkpoint)
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/api/v1/events/bac-ninh-2012/scans",
                json.dumps({"scans": batch}).encode(),
                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    for result in json.load(answer)["results"]:
                        acknowledged[result["id"]] = result["verdict"]
                        mine.append(result["id"])
            except OSError:
                stopped.wait(0.02)  # not up yet, or killed
            if len(mine) >= 40:
                enough.set()

    mine: list[str] = []
    threads = [threading.Thread(target=desk) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert enough.wait(60)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        stopped.set()
        for thread in threads:
            thread.join()
