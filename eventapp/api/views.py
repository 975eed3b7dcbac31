"""``/api/v1``: what devices at the door ask. Each call carries a device's token as a bearer."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.api import express
from eventapp.api.bearer import as_device, by_token, refuse, said, unauthorised
from eventapp.api.openapi import document
from eventapp.api.scan_call import CallRefused
from eventapp.checkin import checkpoints, lookup
from eventapp.checkin.devices import TokenRevoked, TokenUnknown
from eventapp.checkin.models import Checkpoint, Device, Rights
from eventapp.events.models import Event
from eventapp.extensions import csrf, limiter

api = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(api)  # a bearer token is sent by a program, never by a browser of its own accord


@api.post("/events/<event:event>/scans")
@requires(Access.DEVICE)
def scans(event: Event) -> ResponseReturnValue:
    """Record a batch of scans; see the protocol in openapi.json. What goes well is answered before
    it gets here (`express`)."""
    try:
        return Response(express.run(event.slug, request.environ), mimetype="application/json")
    except CallRefused as error:
        return refuse(error.code, str(error))
    except (TokenUnknown, TokenRevoked) as error:
        return unauthorised(error)


@api.get("/events/<event:event>/checkpoints")
@requires(Access.DEVICE)
@as_device()
def list_checkpoints(event: Event, device: Device) -> ResponseReturnValue:
    """The checkpoints at which the device may scan, and how many people have passed each."""
    passed = lookup.count_admitted(event.id)
    return jsonify(
        event={"slug": event.slug, "title": event.short_title, "timezone": event.timezone},
        device={"name": device.name},
        checkpoints=[
            _checkpoint(it, passed.get(it.id, 0)) for it in checkpoints.all_checkpoints(event.id)
        ],
    )


@api.post("/events/<event:event>/lookup")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device(Rights.SUPERVISOR)
def find(event: Event, device: Device) -> ResponseReturnValue:
    """Find delegates by name. A POST, so that no name stands in an address."""
    body = said()
    if not isinstance(body, dict) or not isinstance(query := body.get("query"), str):
        return refuse(400, 'the body is JSON: {"query": "...", "checkpoint": id}')
    checkpoint = body.get("checkpoint")
    is_number = type(checkpoint) is int and 0 < checkpoint < 2**31
    found = lookup.find(event.id, query, checkpoint if is_number else None)
    for it in found:
        if it["first_read_at"] is not None:
            it["first_read_at"] = it["first_read_at"].astimezone(event.zone).isoformat()
    return jsonify(results=found)


@api.get("/openapi.json")
@requires(Access.PUBLIC)
def openapi() -> ResponseReturnValue:
    """This interface as OpenAPI 3.1."""
    return jsonify(document())


def _checkpoint(checkpoint: Checkpoint, passed: int) -> dict[str, Any]:
    return {
        "id": checkpoint.id,
        "kind": checkpoint.kind,
        "name": checkpoint.name,
        "name_en": checkpoint.name_en or checkpoint.name,
        "date": checkpoint.day.date.isoformat() if checkpoint.day else None,
        "passed": passed,
    }
