"""The interface of devices as an OpenAPI 3.1 document."""

from typing import Any

from eventapp.api import device_paths, log_paths
from eventapp.api.scan_call import MAX_BODY
from eventapp.checkin.models import Direction, DiscrepancyKind, EntryKind, Reason, Verdict
from eventapp.checkin.readings import MAX_NOTE, SHOWN, SOURCES
from eventapp.checkin.service import MAX_BATCH


def document() -> dict[str, Any]:
    """The document, as JSON takes it."""
    event = {
        "name": "event",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": "The event's name in addresses.",
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "eventapp, devices at the door", "version": "1"},
        "security": [{"device": []}],
        "paths": {
            **device_paths.paths(event),
            **log_paths.paths(event),
            "/api/v1/events/{event}/scans": {
                "post": {
                    "summary": "Record scans",
                    "description": (
                        "Replays are no-ops: an entry whose id is known gets its first verdict. "
                        "One bad entry never fails the batch: one that cannot be read is "
                        "answered refused/unknown with a detail, and is not kept. What can be "
                        "kept is kept, whatever the verdict. The body is not compressed."
                    ),
                    "parameters": [event],
                    "requestBody": _json({"$ref": "#/components/schemas/Scans"}),
                    "responses": {
                        "200": _json(
                            {"$ref": "#/components/schemas/Results"}, "In the same order."
                        ),
                        "400": {"description": "The body is not of this form."},
                        "401": {"description": "No valid device token; `revoked` if it was once."},
                        "413": {
                            "description": f"More than {MAX_BATCH} entries or {MAX_BODY} bytes."
                        },
                        "415": {"description": "The body is compressed."},
                    },
                }
            },
            "/api/v1/events/{event}/checkpoints": {
                "get": {
                    "summary": "The checkpoints of the event",
                    "parameters": [event],
                    "responses": {"200": {"description": "Checkpoints with how many have passed."}},
                }
            },
            "/api/v1/events/{event}/lookup": {
                "post": {
                    "summary": "Find delegates by name: two letters or more, ten people at most",
                    "description": "For supervisors' devices.",
                    "parameters": [event],
                    "requestBody": _json(
                        {
                            "type": "object",
                            "required": ["query"],
                            "properties": {
                                "query": {"type": "string"},
                                "checkpoint": {"type": "integer"},
                            },
                        }
                    ),
                    "responses": {"200": {"description": "What a scan shows, with the code."}},
                }
            },
        },
        "components": {
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Scans": _scans(), "Results": _results()},
        },
    }


def _json(schema: dict[str, Any], description: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"content": {"application/json": {"schema": schema}}}
    if description:
        body["description"] = description
    return body


def _scans() -> dict[str, Any]:
    text, uuid = {"type": "string"}, {"type": "string", "format": "uuid"}
    scan = {
        "type": "object",
        "required": ["id", "checkpoint", "code", "read_at"],
        "properties": {
            "id": uuid,
            "checkpoint": {"type": "integer"},
            "code": {**text, "description": "12 characters of Crockford's base32."},
            "read_at": {
                **text,
                "format": "date-time",
                "description": "By the device's clock, with offset.",
            },
            "kind": {
                "enum": list(EntryKind),
                "description": (
                    "Undo: by supervisors' and leaders' devices, others get `not_allowed`."
                ),
            },
            "undoes": {
                **uuid,
                "description": (
                    "The entry whose person was not there. Without it: whoever has the code, "
                    "at the checkpoint."
                ),
            },
            "note": {**text, "maxLength": MAX_NOTE, "description": "Why: an undo, an override."},
            "direction": {"enum": list(Direction)},
            "offset_ms": {
                "type": "integer",
                "description": (
                    "The server's clock minus the device's when it was read. Without it `sent_at` "
                    "of the batch says so."
                ),
            },
            "source": {"enum": sorted(SOURCES)},
            "shown": {
                "enum": sorted(SHOWN),
                "description": "What the device had shown before the server answered.",
            },
            "override": {
                "type": "boolean",
                "description": "Let in whatever the rules say: a supervisor's device, with a note.",
            },
            "guest": {
                "type": "boolean",
                "description": (
                    "On this bus though of another group: let in, and given a seat there if there "
                    "is one. Of leaders' and supervisors' devices, as is:"
                ),
            },
            "bus": {
                "type": ["integer", "null"],
                "description": "In which bus of the group; they are moved there if it has a seat.",
            },
        },
    }
    return {
        "type": "object",
        "required": ["scans"],
        "properties": {
            "sent_at": {**text, "format": "date-time", "description": "By the device's clock."},
            "scans": {"type": "array", "maxItems": MAX_BATCH, "items": scan},
        },
    }


def _results() -> dict[str, Any]:
    text = {"type": "string"}
    delegate = {
        "type": ["object", "null"],
        "properties": {
            "id": {"type": "integer"},
            "code": text,
            "name": text,
            "position": text,
            "organisation": text,
            "delegation": text,
            "category": {"type": "object"},
            "group": {"type": ["object", "null"]},
            "substitutes": {"type": ["string", "null"], "description": "Whom they stand in for."},
            "reprint": {"type": "boolean", "description": "The badge is to be printed again."},
        },
    }
    result = {
        "type": "object",
        "properties": {
            "id": {"type": ["string", "null"]},
            "verdict": {"enum": list(Verdict)},
            "reason": {"enum": [*Reason, None]},
            "delegate": delegate,
            "first_read_at": {"type": ["string", "null"], "format": "date-time"},
            "kind": {"enum": list(EntryKind)},
            "direction": {"enum": list(Direction)},
            "discrepancy": {
                "enum": [*DiscrepancyKind, None],
                "description": "Why a supervisor is to look at it.",
            },
            "detail": {**text, "description": "Why an entry was not kept."},
        },
    }
    return {
        "type": "object",
        "properties": {
            "server_time": {**text, "format": "date-time"},
            "results": {"type": "array", "items": result},
        },
    }
