"""Addresses in mail: whole, and right wherever the mail is read."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, has_request_context, request

_DEMO = "http://127.0.0.1:8000"


def base_url() -> str:
    """BASE_URL; without it the address that this request came to, or that of this server.

    Letters are sent outside of any request: their links never follow what a request claims.
    """
    configured: str | None = current_app.config["SETTINGS"].base_url
    if configured:
        return configured
    if has_request_context():
        return request.url_root.rstrip("/")
    own: str = current_app.config.get("OWN_ADDRESS", _DEMO)
    return own


def is_certain() -> bool:
    """Whether `base_url` can only lead here.

    Without BASE_URL it is what the sender of the request claims; a link to somebody else's
    registration must not go by that, unless it says "this machine".
    """
    if current_app.config["SETTINGS"].base_url or not has_request_context():
        return True
    host = urlsplit(request.url_root).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def absolute(endpoint: str, **values: Any) -> str:
    """The whole address of a view."""
    base = urlsplit(base_url())
    adapter = current_app.url_map.bind(
        base.netloc, script_name=base.path or "/", url_scheme=base.scheme
    )
    return adapter.build(endpoint, values, force_external=True)
