"""Screens are answered before the web framework: sessions, forms and logs are nothing to them.

As with scans (eventapp.api.express) only what goes well is answered here. The rest is handed on, to
the view that this stands in for.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any

from flask import Flask, has_app_context

from eventapp.checkin import live_call
from eventapp.web import security

_PREFIX = "/live/"


class LiveLane:
    """A WSGI application in front of Flask's."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._behind = app.wsgi_app
        self._headers = list(security.headers(https=app.config["SETTINGS"].secure_cookies).items())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request, or hand it on."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.startswith(_PREFIX):
            return self._behind(environ, start_response)
        try:
            # As Flask does, within the context that is there, if one is.
            with nullcontext() if has_app_context() else self._app.app_context():
                found = live_call.answer(path.removeprefix(_PREFIX), environ)
        except Exception:
            return self._behind(environ, start_response)
        headers = [*self._headers, *found.headers]
        if found.status != HTTPStatus.NOT_MODIFIED:
            headers.append(("Content-Length", str(len(found.body))))
        status = HTTPStatus(found.status)
        start_response(f"{status.value} {status.phrase}", headers)
        return [found.body] if found.body else []
