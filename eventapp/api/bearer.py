"""Whoever calls the interface: a device, by the token that it sends as a bearer."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from limits import parse

from eventapp.accounts import audit
from eventapp.api import bodies
from eventapp.checkin import devices
from eventapp.checkin.models import Device, Rights
from eventapp.events.models import Event
from eventapp.extensions import limiter

_UNKNOWN = parse("120 per minute")
"""Calls from one address with tokens that nobody has."""


class _View(Protocol):
    def __call__(self, event: Event, device: Device) -> ResponseReturnValue: ...


def as_device(*rights: Rights) -> Callable[[_View], Any]:
    """Look up the bearer token and hand its device to the view.

    ``rights`` are those of the devices that may call it; none named is all of them. Without a valid
    token it answers 401, and says ``revoked`` where the token was valid once; 403 to a device that
    may not do this.
    """
    allowed = frozenset(rights or Rights)

    def declare(view: _View) -> Any:
        @wraps(view)
        def run(event: Event) -> ResponseReturnValue:
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            try:
                device = devices.holder(event, token if kind.lower() == "bearer" else "")
            except (devices.TokenRevoked, devices.TokenUnknown) as error:
                return unauthorised(error)
            if device.rights not in allowed:
                return refuse(403, f"a device with the rights of a {device.rights} may not do this")
            audit.actor.set(f"{audit.DEVICE}{device.name}")
            return view(event=event, device=device)

        run.device_rights = allowed  # type: ignore[attr-defined]
        return run

    return declare


def refuse(code: int, message: str) -> ResponseReturnValue:
    """An answer that says what is wrong with a call, in English, for whoever made the device."""
    return jsonify(error={"code": code, "message": message}), code


def unauthorised(why: devices.TokenRevoked | devices.TokenUnknown) -> ResponseReturnValue:
    """The answer to a token that opens nothing, or nothing any more; 429 to an address from which
    many come that were never anybody's. Devices at the same address are not concerned."""
    if isinstance(why, devices.TokenUnknown) and limiter.enabled:
        address = get_remote_address()
        if not limiter.limiter.hit(_UNKNOWN, "unknown-token", address):
            return refuse(429, "too many calls without a valid device token")
    error: dict[str, Any] = {"code": 401, "message": "no valid device token"}
    if isinstance(why, devices.TokenRevoked):
        error |= {"message": "this token has been revoked", "revoked": True}
    return jsonify(error=error), 401, {"WWW-Authenticate": "Bearer"}


def by_token() -> str:
    """Whose calls are counted: all devices of a building may share one address."""
    return request.headers.get("Authorization", "")


def said() -> Any:
    """The JSON of a call; None for what is none. Nothing that is sent makes reading it fail."""
    try:
        return bodies.decode(request.get_data(cache=False))
    except bodies.NotJson:
        return None
