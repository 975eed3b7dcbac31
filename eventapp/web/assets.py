"""Static files: versioned by their content, so that browsers may keep them for a year."""

import hashlib
from pathlib import Path

from flask import Flask, Response, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin

_YEAR = 31_536_000


class _Sessions(SecureCookieSessionInterface):
    """Static files come without a cookie: they are the same for everybody, and kept by proxies.

    So do pictures: one that was slow would bring back the session as it was when it was asked for,
    without what a form has said since.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static" and not (response.mimetype or "").startswith("image/"):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Give templates ``asset('css/eventapp.css')``."""
    root = Path(app.static_folder or "")
    versions: dict[str, str] = {}

    def version(path: str) -> str:
        known = versions.get(path)
        if known is None or app.debug:
            known = hashlib.sha256((root / path).read_bytes()).hexdigest()[:12]
            versions[path] = known
        return known

    def asset(path: str) -> str:
        return url_for("static", filename=path, v=version(path))

    @app.after_request
    def cache_static(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in {200, 206, 304}:
            if "v" in request.args:
                response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
            elif request.path.startswith("/static/checkin/"):
                # Modules of an app that a service worker keeps: never of two versions.
                response.headers["Cache-Control"] = "no-cache"
            else:
                # Fonts and modules that other static files name by themselves.
                response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    app.session_interface = _Sessions()
    app.jinja_env.globals["asset"] = asset
