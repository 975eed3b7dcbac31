"""What makes the check-in an app: its service worker and its manifest."""

from pathlib import Path
from typing import Any

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin.shell import shell
from eventapp.checkin.views import checkin


@checkin.get("/checkin/sw.js")
@requires(Access.PUBLIC)
def service_worker() -> ResponseReturnValue:
    """The service worker of the version that this server has."""
    source = Path(current_app.static_folder or "") / "checkin" / "sw.js"
    script = shell(current_app).script(source.read_text("utf-8"))
    response = Response(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(shell(current_app).version)
    return response.make_conditional(request)


@checkin.get("/checkin/manifest.webmanifest")
@requires(Access.PUBLIC)
def manifest() -> ResponseReturnValue:
    """How the app is installed: https://www.w3.org/TR/appmanifest/."""
    response = current_app.json.response(_manifest(str(get_locale())))
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _manifest(language: str) -> dict[str, Any]:
    return {
        "id": url_for("checkin.app"),
        "name": _("Check-in"),
        "short_name": _("Check-in"),
        "description": _("Scans badges at the door, with and without a network."),
        "lang": language,
        "start_url": url_for("checkin.app", lang=language),
        "scope": url_for("checkin.app"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#12355b",
        "icons": [
            _icon("192", 192),
            _icon("512", 512),
            {**_icon("maskable-192", 192), "purpose": "maskable"},
            {**_icon("maskable-512", 512), "purpose": "maskable"},
        ],
    }


def _icon(name: str, size: int) -> dict[str, Any]:
    return {
        "src": url_for("static", filename=f"checkin/icons/{name}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
    }
