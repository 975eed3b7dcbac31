"""The part of the interface's document that `log_views` answers."""

from typing import Any

from eventapp.checkin.discrepancies import PAGE
from eventapp.checkin.history import MAX_ENTRIES
from eventapp.checkin.models import Direction, DiscrepancyKind, EntryKind, Reason, Verdict

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}


def paths(event: dict[str, Any]) -> dict[str, Any]:
    """Paths of the document; ``event`` is the parameter that all have."""
    look = {
        "get": {
            "summary": f"What is still to be looked at, the newest first, at most {PAGE}",
            "responses": _responses(_results(_discrepancy())),
        },
        "post": {
            "summary": "Settle one with a note",
            "requestBody": _json(_object(id=_NUMBER, note=_TEXT)),
            "responses": {
                **_responses(_object(id=_NUMBER, settled_at=_TIME, settled_by=_TEXT, note=_TEXT)),
                "404": {"description": "The event has no such discrepancy."},
            },
        },
    }
    history = {
        "post": {
            "summary": "What the log says of whoever has a code",
            "description": f"The newest first, at most {MAX_ENTRIES} entries.",
            "requestBody": _json(_object(code=_TEXT)),
            "responses": _responses(_results(_line())),
        }
    }
    return {
        f"/api/v1/events/{{event}}/{name}": {
            method: {**call, "parameters": [event]} for method, call in calls.items()
        }
        for name, calls in (("history", history), ("discrepancies", look))
    }


def _line() -> dict[str, Any]:
    return _object(
        id=_TEXT,
        kind={"enum": list(EntryKind)},
        checkpoint={"type": ["integer", "null"]},
        verdict={"enum": list(Verdict)},
        reason={"enum": [*Reason, None]},
        direction={"enum": list(Direction)},
        happened_at=_TIME,
        device=_TEXT,
        note=_TEXT,
    )


def _discrepancy() -> dict[str, Any]:
    maybe = {"type": ["object", "null"]}
    return _object(
        id=_NUMBER,
        kind={"enum": list(DiscrepancyKind)},
        checkpoint={"type": ["integer", "null"]},
        found_at=_TIME,
        shown={**_TEXT, "description": "What the device had shown."},
        scan={**maybe, **_object(id=_TEXT, code=_TEXT, happened_at=_TIME, device=_TEXT), **maybe},
        walk_in=maybe,
        delegate={**maybe, "description": "As a scan shows them."},
        first={
            **maybe,
            "description": "Device and time of the entry that had let the person in before.",
        },
    )


def _responses(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "200": {**_json(schema), "description": "What was asked for."},
        "400": {"description": "The body is not of this form."},
        "401": {"description": "No valid device token; `revoked` if it was valid once."},
        "403": {"description": "Only supervisors' devices may ask."},
    }


def _results(item: dict[str, Any]) -> dict[str, Any]:
    return _object(results={"type": "array", "items": item})


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
