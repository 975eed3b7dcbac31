"""Clients that stop taking an answer do not keep a thread of the server; slow ones get it whole."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.commands.processes import HOST

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux breaks stalled connections off"
)
LIMIT_S = 1
SIZE = 32 << 20
"""Far more than the kernel keeps of what nobody takes."""
# One thread: whoever keeps it keeps everybody else out.
POURING = f"""
import sys
from flask import Flask, Response
from eventapp import serving

app = Flask("pouring")

@app.get("/")
def hello():
    return "hello"

@app.get("/much")
def much():
    return Response((bytes(65536) for _ in range({SIZE} // 65536)), mimetype="application/pdf")

serving.STALLED_MS = {LIMIT_S * 1000}
serving.serve(app, sys.argv[1], threads=1, workers=1)
"""


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server with a single thread."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", POURING, f"{HOST}:{port}"])
    try:
        for _ in range(600):
            try:
                socket.create_connection((HOST, port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def asking_for_much(port: int) -> socket.socket:
    """A client that has asked and taken the first bytes."""
    client = socket.create_connection((HOST, port), timeout=30)
    client.sendall(f"GET /much HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def test_a_stalled_client_gives_the_thread_back(server: int) -> None:
    with asking_for_much(server):
        other = http.client.HTTPConnection(HOST, server, timeout=30)
        other.request("GET", "/")
        assert other.getresponse().read() == b"hello"
        other.close()


def test_a_slow_client_gets_everything(server: int) -> None:
    with asking_for_much(server) as client:
        taken, until = 0, time.monotonic() + 3 * LIMIT_S
        while time.monotonic() < until:
            taken += len(client.recv(100_000))
            time.sleep(LIMIT_S / 10)  # slow is what this client is
        assert taken < SIZE / 4  # the server was waiting for it all the time
        while part := client.recv(1 << 20):
            taken += len(part)
    assert taken > SIZE
