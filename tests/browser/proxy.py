"""A server in front of the real one that can be taken away, and that can be of another version."""

import hashlib
import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_FILES = re.compile(rb"const FILES = (\[.*?\]);\n", re.S)
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Proxy(ThreadingHTTPServer):
    """Forwards everything to one server."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target)
        self.down = False
        """Whether connections are closed without an answer."""
        self.changed: dict[str, bytes] = {}
        """Files that the next version has otherwise: what is added at their end."""
        self.announced: dict[str, bytes] = {}
        """The same, as the service worker is told; another one while a server is being replaced."""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def release(self, path: str, added: bytes) -> None:
        """A new version: one file has something more at its end."""
        self.changed[path] = self.announced[path] = added

    def rewrite(self, path: str, body: bytes) -> bytes:
        """An answer's body as this version has it."""
        if path in self.changed:
            return body + self.changed[path]
        found = _FILES.search(body) if path == "/checkin/sw.js" else None
        if found is None:
            return body
        files = json.loads(found[1])
        for entry in files:
            if entry[0] in self.announced:
                content = self.fetch(entry[0]) + self.announced[entry[0]]
                entry[1] = hashlib.sha256(content).hexdigest()
        version = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
        body = body.replace(found[1], json.dumps(files).encode())
        return re.sub(rb'const VERSION = "\w+"', f'const VERSION = "{version}"'.encode(), body)

    def fetch(self, path: str) -> bytes:
        """A file as the real server has it."""
        connection = http.client.HTTPConnection(self.target.netloc, timeout=60)
        connection.request("GET", path)
        body = connection.getresponse().read()
        connection.close()
        return body


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.down:
            self.close_connection = True
            return
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        connection = http.client.HTTPConnection(self.server.target.netloc, timeout=60)
        # Plain and whole, for what is rewritten.
        dropped = {"accept-encoding", "if-none-match", "if-modified-since"}
        headers = {key: it for key, it in self.headers.items() if key.lower() not in dropped}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        content = self.server.rewrite(path, answer.read())
        connection.close()
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in _HOP:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _forward  # noqa: N815 - as http.server calls them

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the real server has its log."""


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy that runs."""
    with Proxy(target) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
