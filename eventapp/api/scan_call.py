"""The call that records scans, from the bytes that arrive to the bytes that go back.

It is made some hundred times a second, and each time for a few milliseconds. So it needs nothing of
a web framework, and is answered before one (`express`).
"""

from datetime import UTC, datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from eventapp import tokens
from eventapp.api.bodies import NotJson, decode
from eventapp.checkin import service
from eventapp.checkin.devices import TokenUnknown
from eventapp.checkin.service import Result

MAX_BODY = 512 * 1024
_FORM = 'the body is JSON: {"scans": [...]}'
_encoder = msgspec.json.Encoder()


class CallRefused(Exception):
    """The call is not of this form; ``code`` is HTTP's, the text is for whoever made the device."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def run(slug: str, environ: dict[str, Any]) -> bytes:
    """Record what a request brings; the body of the answer.

    Raises CallRefused, TokenUnknown, TokenRevoked.
    """
    token = bearer_token(environ)
    if not tokens.is_secret(token):
        raise TokenUnknown  # and what else it sends is not read
    body = decode_json(environ)
    scans = body.get("scans") if isinstance(body, dict) else None
    if not isinstance(scans, list):
        raise CallRefused(400, _FORM)
    try:
        batch = service.read(scans, body.get("sent_at"))
    except service.BatchTooLarge:
        raise CallRefused(413, f"a batch has at most {service.MAX_BATCH} scans") from None
    recorded = service.record_for(slug, token, batch)
    zone = ZoneInfo(recorded.timezone)
    return _encoder.encode(
        {
            "server_time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "results": [_result(it, zone) for it in recorded.results],
        }
    )


def bearer_token(environ: dict[str, Any]) -> str:
    """The token in a request's head; empty where there is none."""
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def decode_json(environ: dict[str, Any]) -> Any:
    """The JSON in a request's body, which is never unpacked. Raises CallRefused."""
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() not in {"", "identity"}:
        raise CallRefused(415, "the body is sent as it is, not compressed")
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise CallRefused(400, _FORM)
    length = environ.get("CONTENT_LENGTH") or ""
    is_terminated = environ.get("wsgi.input_terminated", False)
    if length.isdecimal() and len(length) < 20:
        wanted = int(length)
    else:
        wanted = MAX_BODY + 1 if is_terminated else 0
    if wanted > MAX_BODY and length:
        raise CallRefused(413, f"a batch has at most {MAX_BODY} bytes")
    body = _read(environ["wsgi.input"], wanted)
    if len(body) > MAX_BODY:
        raise CallRefused(413, f"a batch has at most {MAX_BODY} bytes")
    try:
        return decode(body)
    except NotJson:
        raise CallRefused(400, _FORM) from None


def _read(stream: BinaryIO, number: int) -> bytes:
    try:
        return stream.read(number)
    except Exception as error:
        # The connection broke, or what was sent in pieces does not fit together, of which each
        # server speaks in its own way.
        raise CallRefused(400, "the body did not arrive") from error


def _result(it: Result, zone: ZoneInfo) -> dict[str, Any]:
    first = it.first_read_at
    return {
        "id": it.id,
        "verdict": it.verdict,
        "reason": it.reason,
        "delegate": it.delegate,
        "first_read_at": first.astimezone(zone).isoformat() if first else None,
        "kind": it.kind,
        "direction": it.direction,
        "discrepancy": it.discrepancy,
        **({"detail": it.detail} if it.detail else {}),
    }
