"""What supervisors ask of the log: what became of somebody, and what is to be looked at."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import jsonify
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.api.bearer import as_device, by_token, refuse, said
from eventapp.api.views import api
from eventapp.checkin import discrepancies, history, walk_in_words
from eventapp.checkin.discrepancies import Found, Moment
from eventapp.checkin.models import Device, Rights, Scan, WalkIn
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.tokens import normalise_code
from eventapp.web.language import speak_as_asked


@api.post("/events/<event:event>/history")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device(Rights.SUPERVISOR)
def tell_history(event: Event, device: Device) -> ResponseReturnValue:
    """The entries about whoever has a code. A POST, so that no code stands in an address."""
    body = said()
    if not isinstance(body, dict) or not isinstance(code := body.get("code"), str):
        return refuse(400, 'the body is JSON: {"code": "..."}')
    return jsonify(
        results=[
            {
                "id": it.id,
                "kind": it.kind,
                "checkpoint": it.checkpoint,
                "verdict": it.verdict,
                "reason": it.reason,
                "direction": it.direction,
                "happened_at": _time(it.happened_at, event.zone),
                "device": it.device,
                "note": it.note,
            }
            for it in history.of_code(event.id, normalise_code(code[:64]))
        ]
    )


@api.get("/events/<event:event>/discrepancies")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device(Rights.SUPERVISOR)
def list_discrepancies(event: Event, device: Device) -> ResponseReturnValue:
    """What is still to be looked at, the newest first."""
    speak_as_asked()
    found = discrepancies.find(event.id)
    return jsonify(results=[_discrepancy(it, event.zone) for it in found])


@api.post("/events/<event:event>/discrepancies")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device(Rights.SUPERVISOR)
def settle_discrepancy(event: Event, device: Device) -> ResponseReturnValue:
    """Settle one with a note."""
    body = said()
    given = body if isinstance(body, dict) else {}
    id_, note = given.get("id"), given.get("note")
    if type(id_) is not int or not 0 < id_ < 2**31 or not isinstance(note, str):
        return refuse(400, 'the body is JSON: {"id": 1, "note": "..."}')
    try:
        row = discrepancies.settle(event.id, id_, note, device.name)
    except discrepancies.NotFound:
        return refuse(404, "the event has no such discrepancy")
    except discrepancies.NoNote:
        return refuse(400, "a note says what was done")
    return jsonify(
        id=row.id,
        settled_at=_time(row.settled_at, event.zone),
        settled_by=row.settled_by,
        note=row.note,
    )


def _discrepancy(found: Found, zone: ZoneInfo) -> dict[str, Any]:
    row = found.row
    return {
        "id": row.id,
        "kind": row.kind,
        "checkpoint": row.checkpoint_id,
        "found_at": _time(row.found_at, zone),
        "shown": row.shown,
        "scan": _scan(row.scan, found.then, zone),
        "walk_in": _walk_in(row.walk_in, zone),
        "delegate": found.delegate,
        "first": _moment(found.first, zone),
    }


def _scan(scan: Scan | None, then: Moment | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if scan is None:
        return None
    return {
        "id": scan.id,
        "code": scan.code,
        "verdict": scan.verdict,
        "reason": scan.reason,
        "note": scan.note,
        **(_moment(then, zone) or {}),
    }


def _walk_in(walk_in: WalkIn | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if walk_in is None:
        return None
    typed = walk_in.data or {}
    return {
        "id": walk_in.id,
        "outcome": walk_in.outcome,
        "why": walk_in_words.why(walk_in.why),
        "name": typed.get("name"),
        "organisation": typed.get("organisation"),
        "made_at": _time(walk_in.made_at, zone),
    }


def _moment(moment: Moment | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if moment is None:
        return None
    return {"device": moment.device, "happened_at": _time(moment.happened_at, zone)}


def _time(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None
