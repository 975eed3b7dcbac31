"""Databases of a test's own, and a server in a process of its own on one of them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

KEY = "a key for servers that tests start, long enough"
SETTINGS = (
    "DATABASE_URL",
    "SECRET_KEY",
    "MAIL_URL",
    "BASE_URL",
    "EVENTAPP_INSTANCE",
    "EVENTAPP_PROXIES",
)
HOST = "127.0.0.1"


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of a database without tables: a file, or beside TEST_DATABASE_URL's."""
    name = f"eventapp_test_{uuid.uuid4().hex}"
    given = os.environ.get("TEST_DATABASE_URL")
    if not given:
        yield f"sqlite:///{folder / name}.db"
        return
    server = make_url(given).set(drivername="postgresql+psycopg")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))
    admin.dispose()


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings of eventapp and no others."""
    return {**{k: v for k, v in os.environ.items() if k not in SETTINGS}, **settings}


class Server:
    """``eventapp serve`` on a free port, ready when the block begins; killed at its end.

    It believes X-Forwarded-For, so that a test can be as many people as it likes: limits of
    attempts stay as they are for each of them.
    """

    def __init__(self, database_url: str, instance: Path) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eventapp", "serve", "--port", str(self.port)],
            env=environment(
                DATABASE_URL=database_url,
                SECRET_KEY=KEY,
                EVENTAPP_INSTANCE=str(instance),
                EVENTAPP_PROXIES="1",
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> "Server":
        try:
            for _ in range(1200):
                try:
                    if self.get("/readyz")[0] == 200:
                        return self
                except OSError:
                    pass
                try:
                    code = self._process.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
                raise AssertionError(f"the server ended with {code} before it was ready")
            raise AssertionError("the server was not ready in a minute")
        except BaseException:
            self.kill()
            raise

    def __exit__(self, *error: object) -> None:
        self.kill()

    def get(self, path: str) -> tuple[int, str]:
        """The status and the body of a page."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def kill(self) -> None:
        """Kill -9, all of its processes at once."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
