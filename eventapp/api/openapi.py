"""The interface of devices as an OpenAPI 3.1 document."""

from typing import Any

from eventapp.api import device_paths
from eventapp.checkin.models import Reason, Verdict
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
            "/api/v1/events/{event}/scans": {
                "post": {
                    "summary": "Record scans",
                    "description": (
                        "Replays are no-ops: a scan whose id is known gets its first verdict. "
                        "One bad scan never fails the batch: a scan that cannot be read is "
                        "answered refused/unknown with a detail, and is not kept."
                    ),
                    "parameters": [event],
                    "requestBody": _json({"$ref": "#/components/schemas/Scans"}),
                    "responses": {
                        "200": _json(
                            {"$ref": "#/components/schemas/Results"}, "In the same order."
                        ),
                        "400": {"description": "The body is not of this form."},
                        "401": {"description": "No valid device token."},
                        "413": {"description": f"More than {MAX_BATCH} scans."},
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
    scan = {
        "type": "object",
        "required": ["id", "checkpoint", "code", "read_at"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "checkpoint": {"type": "integer"},
            "code": {"type": "string", "description": "12 characters of Crockford's base32."},
            "read_at": {"type": "string", "format": "date-time", "description": "With offset."},
        },
    }
    return {
        "type": "object",
        "required": ["scans"],
        "properties": {"scans": {"type": "array", "maxItems": MAX_BATCH, "items": scan}},
    }


def _results() -> dict[str, Any]:
    text = {"type": "string"}
    delegate = {
        "type": ["object", "null"],
        "properties": {
            "name": text,
            "position": text,
            "organisation": text,
            "delegation": text,
            "category": {"type": "object"},
            "group": {"type": ["object", "null"]},
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
        },
    }
    return {
        "type": "object",
        "properties": {"results": {"type": "array", "items": result}},
    }
