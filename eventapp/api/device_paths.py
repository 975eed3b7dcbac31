"""The part of the interface's document that `device_views` answers."""

from typing import Any

from eventapp.checkin.models import Rights, WalkInOutcome
from eventapp.checkin.roll_call_models import RollCallKind
from eventapp.checkin.roll_calls import MAX_BATCH as MAX_ROLL_CALLS
from eventapp.checkin.roll_calls import Refusal
from eventapp.checkin.walk_ins import MAX_BATCH

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}
_NOT_ALLOWED = {"description": "A device with these rights may not do this."}


def paths(event: dict[str, Any]) -> dict[str, Any]:
    """Paths of the document; ``event`` is the parameter that all have."""
    posts = {
        "sync": _sync(),
        "walkins": _walk_ins(),
        "roll-calls": _roll_calls(),
        "badge": _badge(),
    }
    return {
        f"/api/v1/events/{{event}}/{name}": {"post": {**call, "parameters": [event]}}
        for name, call in posts.items()
    }


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
                phones={"type": ["string", "null"], "description": "The digest; for leaders."},
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


def _walk_ins() -> dict[str, Any]:
    walk_in = _object(
        id={"type": "string", "format": "uuid"},
        made_at=_TIME,
        offset_ms={**_NUMBER, "description": "The server's clock minus the device's."},
        name=_TEXT,
        position=_TEXT,
        organisation={**_TEXT, "description": "By its name, one of the tables' or another."},
        delegation={"type": ["integer", "null"]},
        category=_NUMBER,
        phone=_TEXT,
        email=_TEXT,
        note=_TEXT,
        code={**_TEXT, "description": "What is written on their badge, made by the device."},
    )
    result = _object(
        id={"type": ["string", "null"]},
        outcome={"enum": list(WalkInOutcome)},
        why={**_TEXT, "description": "In the language of Accept-Language; what comes next, too."},
        delegate={"type": ["object", "null"], "description": "What a scan shows, and `status`."},
    )
    return {
        "summary": "Register people who came unregistered; supervisors only",
        "description": (
            "Replays are no-ops. Send them before the scans of their codes. What cannot simply be "
            "registered is kept as a discrepancy, with what was typed."
        ),
        "requestBody": _json(
            _object(walk_ins={"type": "array", "maxItems": MAX_BATCH, "items": walk_in})
        ),
        "responses": {
            "200": {
                **_json(_object(results={"type": "array", "items": result})),
                "description": "In the same order.",
            },
            "403": _NOT_ALLOWED,
            "413": {"description": f"More than {MAX_BATCH} walk-ins."},
        },
    }


def _roll_calls() -> dict[str, Any]:
    roll_call = {
        **_roll(),
        "description": (
            "Rolls of one checkpoint and bus: the newest by (`called_at`, `id`) counts."
        ),
    }
    roll_call["properties"]["offset_ms"] = {
        **_NUMBER,
        "description": "The server's clock minus the device's.",
    }
    result = _object(
        id={"type": ["string", "null"]},
        outcome={"enum": ["kept", "refused"]},
        reason={"enum": [*Refusal, None]},
        detail={**_TEXT, "description": "Why it could not be read."},
    )
    return {
        "summary": "Keep rolls that were closed or opened again; leaders and supervisors only",
        "description": (
            "Replays are no-ops. A roll that is closed is not shut: whoever is scanned at the "
            "checkpoint afterwards boarded late."
        ),
        "requestBody": _json(
            _object(
                sent_at=_TIME,
                roll_calls={"type": "array", "maxItems": MAX_ROLL_CALLS, "items": roll_call},
            )
        ),
        "responses": {
            "200": {
                **_json(_object(results={"type": "array", "items": result})),
                "description": "In the same order.",
            },
            "403": _NOT_ALLOWED,
            "413": {"description": f"More than {MAX_ROLL_CALLS} roll calls."},
        },
    }


def _roll() -> dict[str, Any]:
    return _object(
        id={"type": "string", "format": "uuid"},
        checkpoint=_NUMBER,
        bus={"type": ["integer", "null"], "description": "Null: the whole group."},
        kind={"enum": list(RollCallKind)},
        called_at=_TIME,
        present=_NUMBER,
        missing={
            "type": "array",
            "description": "[delegate id, 1 for somebody who is excused], …",
            "items": {"type": "array", "items": _NUMBER},
        },
        guests=_NUMBER,
    )


def _badge() -> dict[str, Any]:
    return {
        "summary": "The badge of whoever has a code; supervisors and kiosks",
        "requestBody": _json(
            _object(
                code=_TEXT,
                preview={"type": "boolean", "description": "It does not count as printed then."},
                picture={"type": "boolean", "description": "A preview as a PNG."},
            )
        ),
        "responses": {
            "200": {
                "description": "One page, as large as the badge.",
                "content": {"application/pdf": {}, "image/png": {}},
            },
            "403": _NOT_ALLOWED,
            "409": {"description": "There is no badge for the code; `message` says why."},
        },
    }


def _answer() -> dict[str, Any]:
    line = {
        "type": "array",
        "description": (
            "id, [codes, the pass's first], status, name, position, organisation, delegation id, "
            "category id, group id or null, [day ids], [session ids], name of whom they stand in "
            "for or null, 1 for a badge to be reprinted, bus id where they have one."
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
            rights={"enum": list(Rights)},
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
        phones={
            "type": ["object", "null"],
            "description": (
                "For leaders: `digest`, and `people` of their groups by id. Null: as the device "
                "has them."
            ),
        },
        rolls={
            "type": "array",
            "description": "For leaders and supervisors: the roll calls that count.",
            "items": _roll(),
        },
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
