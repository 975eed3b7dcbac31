"""Whoever calls the interface: a device, by the token that it sends as a bearer."""

from functools import wraps
from typing import Any, Protocol

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from eventapp.checkin import devices
from eventapp.checkin.models import Device
from eventapp.events.models import Event


class _View(Protocol):
    def __call__(self, event: Event, device: Device) -> ResponseReturnValue: ...


def as_device(view: _View) -> Any:
    """Look up the bearer token and hand its device to the view; 401 without one."""

    @wraps(view)
    def run(event: Event) -> ResponseReturnValue:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        device = devices.authenticate(event, token) if kind.lower() == "bearer" and token else None
        if device is None:
            answer = jsonify(error={"code": 401, "message": "no valid device token"})
            return answer, 401, {"WWW-Authenticate": "Bearer"}
        return view(event=event, device=device)

    return run


def refuse(code: int, message: str) -> ResponseReturnValue:
    """An answer that says what is wrong with a call, in English, for whoever made the device."""
    return jsonify(error={"code": code, "message": message}), code
