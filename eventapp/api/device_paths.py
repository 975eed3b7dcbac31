"""The part of the interface's document that `device_views` answers."""

from typing import Any

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}


def paths(event: dict[str, Any]) -> dict[str, Any]:
    """Paths of the document; ``event`` is the parameter that all have."""
    return {"/api/v1/events/{event}/sync": {"post": {**_sync(), "parameters": [event]}}}


def _sync() -> dict[str, Any]:
    return {
        "summary": "What is new: people, what others have scanned, checkpoints",
        "description": (
            "The device says what it has (`roster`, `log` and `tables` as it was last told; null "
            "or left out for nothing) and how it is, and is answered with what it lacks. Where "
            "`whole` is true the answer takes the place of what it has. Every few seconds at most."
        ),
        "requestBody": _json(
            _object(
                roster={"type": ["integer", "null"]},
                log={"type": ["string", "null"]},
                tables={"type": ["string", "null"]},
                unsent=_NUMBER,
                battery={"type": ["integer", "null"], "description": "Percent."},
                counts={
                    "type": "object",
                    "description": "By checkpoint: entries ever stored, those not yet sent.",
                    "additionalProperties": {"type": "array", "items": _NUMBER},
                },
                sent_at=_TIME,
            )
        ),
        "responses": {
            "200": {**_json(_answer()), "description": "What is new."},
            "400": {"description": "The body is not of this form."},
            "401": {"description": "No valid device token; `revoked` if it was valid once."},
        },
    }


def _answer() -> dict[str, Any]:
    line = {
        "type": "array",
        "description": (
            "id, [codes, the pass's first], status, name, position, organisation, delegation id, "
            "category id, group id or null, [day ids], [session ids], name of whom they stand in "
            "for or null, 1 for a badge to be reprinted."
        ),
    }
    passed = {
        "type": "array",
        "description": (
            "checkpoint id, delegate id, when they first passed (s since 1970; null: they have "
            "not, or it was taken back), 1 while they are inside."
        ),
    }
    return _object(
        server_time=_TIME,
        device=_object(
            id=_NUMBER,
            name=_TEXT,
            rights={"enum": ["steward", "supervisor", "kiosk"]},
            checkpoints={"type": ["array", "null"], "items": _NUMBER},
        ),
        tables={"type": ["object", "null"], "description": "Null: as the device has them."},
        roster=_object(
            number=_NUMBER,
            whole={"type": "boolean"},
            people={"type": "array", "items": line},
            gone={"type": "array", "items": _NUMBER},
        ),
        log=_object(
            cursor=_TEXT, whole={"type": "boolean"}, passed={"type": "array", "items": passed}
        ),
        counts={"type": "object", "description": "How many have passed each checkpoint."},
        open_discrepancies=_NUMBER,
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
