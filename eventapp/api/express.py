"""The express lane: scans are answered before the web framework.

Sessions, forms, languages and limits are nothing to a scan, and would cost it more than being
recorded. Only what went well is answered here. Whatever was refused or failed is handed on, and is
answered where all errors are: by the view that this one lane stands in for.
"""

import re
import time
import uuid
import zlib
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from flask import Flask, has_app_context

from eventapp.api import scan_call
from eventapp.web import logs, security

_ROUTE = "/api/v1/events/<event:event>/scans"
_PATH = re.compile(r"/api/v1/events/([a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?)/scans")
_ERROR = "eventapp.scan_error"
_WORTH_PACKING = 4096  # bytes


class ExpressLane:
    """A WSGI application in front of Flask's."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._behind = app.wsgi_app
        self._headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            *security.headers(https=app.config["SETTINGS"].secure_cookies).items(),
        ]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request, or hand it on."""
        if environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        path = _PATH.fullmatch(environ["PATH_INFO"])
        if path is None:
            return self._behind(environ, start_response)
        started = time.perf_counter()
        try:
            # As Flask does, within the context that is there, if one is.
            with nullcontext() if has_app_context() else self._app.app_context():
                body = scan_call.run(path.group(1), environ)
        except Exception as error:
            environ[_ERROR] = error
            return self._behind(environ, start_response)
        return self._answer(environ, start_response, body, started)

    def _answer(
        self, environ: dict[str, Any], start_response: Any, body: bytes, started: float
    ) -> list[bytes]:
        request_id = uuid.uuid4().hex[:12]
        headers = [*self._headers, ("X-Request-Id", request_id)]
        if len(body) >= _WORTH_PACKING:
            headers.append(("Vary", "Accept-Encoding"))
            if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
                packer = zlib.compressobj(1, wbits=31)
                body = packer.compress(body) + packer.flush()
                headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        logs.write(request_id, "POST", _ROUTE, 200, time.perf_counter() - started)
        start_response("200 OK", headers)
        return [body]


def run(slug: str, environ: dict[str, Any]) -> bytes:
    """The same for a request that was handed on: raise what was raised, or do it here."""
    if error := environ.get(_ERROR):
        raise error
    return scan_call.run(slug, environ)
