"""A throw-away server for benchmarks: ``eventapp serve`` on a free port, with a demo of its own."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine

EVENT = "bac-ninh-2012"
_PATIENCE_S = 60
_SETTINGS = ("DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL")


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, what it runs on, and a process to watch."""

    host: str
    port: int
    environment: dict[str, str]
    database_url: str
    pid: int

    def run(self, *arguments: str) -> str:
        """A command of ``eventapp`` on the server's database; its output."""
        return _run(self.environment, *arguments)

    def new_token(self, name: str) -> str:
        """The token of a new device."""
        made = self.run("device", "create", EVENT, name)
        return re.findall(r"^token\s+(\S+)", made, re.M)[0]

    def engine(self) -> Engine:
        """The server's database, to read from."""
        return create_engine(self.database_url.replace("postgresql://", "postgresql+psycopg://"))

    def cpu_seconds(self) -> float:
        """Processor time that the server and its workers have used so far (Linux)."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if self.pid in (int(stat.parent.name), int(fields[1])):
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    delegates: int,
    *,
    database_url: str | None = None,
    workers: int = 1,
    threads: int = 16,
    through: tuple[str, ...] = ("-m", "eventapp"),
) -> Iterator[Server]:
    """A server with so many delegates of the demo.

    On an SQLite database of its own or on an empty PostgreSQL database, which is filled and left.
    ``through`` is what Python is given to be ``eventapp``.
    """
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        environment = {key: it for key, it in os.environ.items() if key not in _SETTINGS}
        environment |= {"EVENTAPP_INSTANCE": str(instance), "SECRET_KEY": "b" * 40}
        if database_url is not None:
            environment["DATABASE_URL"] = database_url
        _run(environment, "demo", "load", "--delegates", str(delegates))
        port = _free_port()
        command = (
            *(*through, "serve", "--port", str(port)),
            *("--workers", str(workers), "--threads", str(threads)),
        )
        with _running(command, environment, port, Path(folder)) as pid:
            url = database_url or f"sqlite:///{instance / 'eventapp.db'}"
            yield Server("127.0.0.1", port, environment, url, pid)


@contextmanager
def bare_view(
    *, database_url: str | None = None, workers: int = 1, threads: int = 16
) -> Iterator[Server]:
    """`_bare_view.py` behind the same server, on a database of the same kind: the limit."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'bare.db'}"
        port = _free_port()
        script = str(Path(__file__).with_name("_bare_view.py"))
        command = (script, url, str(port), str(threads), str(workers))
        with _running(command, dict(os.environ), port, Path(folder)) as pid:
            yield Server("127.0.0.1", port, dict(os.environ), url, pid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    command: tuple[str, ...], environment: dict[str, str], port: int, folder: Path
) -> Iterator[int]:
    """A server in a process of its own, ready; its id."""
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait(port, process, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _run(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "eventapp", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
