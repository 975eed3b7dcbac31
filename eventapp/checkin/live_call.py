"""The call that screens make each second, from its head to the bytes that go back.

Short questions and no open connections: a server of two processes has 32 threads, and fifty
screens that kept one each would leave none to those who scan. An answer that is known already costs
a tenth of a millisecond, and one that the screen has is a bare 304.
"""

from dataclasses import dataclass
from typing import Any

from eventapp.checkin import live


@dataclass(frozen=True, slots=True)
class Found:
    """An answer as HTTP takes it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def answer(token: str, environ: dict[str, Any]) -> Found:
    """What whoever has the token is told. Raises NoToken, Ended."""
    found = live.answer(live.view_of(token))
    headers = [
        ("ETag", f'"{found.tag}"'),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept-Encoding"),
        # When the database was last asked, and how long ago (s): so a page knows whether what it
        # shows is so now, also while it stays the same.
        ("Live-At", f"{found.at:.3f}"),
        ("Live-Age", f"{found.age:.3f}"),
    ]
    if found.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return Found(304, headers, b"")
    body = found.body
    if found.packed is not None and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = found.packed
        headers.append(("Content-Encoding", "gzip"))
    return Found(200, [*headers, ("Content-Type", "application/json")], body)
