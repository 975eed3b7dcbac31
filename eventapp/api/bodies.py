"""What devices send as JSON, read so that one bad value never takes the others with it. Pure.

What is well formed is read at once. Whatever a device, or somebody who plays one, can get wrong in
a single value becomes null or a replacement character there: NaN, a number of ten thousand digits,
a thousand brackets, half a letter. Of several keys alike the last counts.
"""

import json
import re
from typing import Any

import msgspec

_DEEPEST = 16  # nobody needs more than four
_LONGEST_NUMBER = 20
# A string or a bracket. A string that does not end goes on to the end, so that it is read once.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.?)*+"?|[\[\]{}]', re.DOTALL)
_strict = msgspec.json.Decoder()


class NotJson(ValueError):
    """The body is no JSON, and not nearly."""


def decode(body: bytes) -> Any:
    """The value in a body. Raises NotJson."""
    try:
        return _strict.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    text = body.decode("utf-8", "replace")
    try:
        return _lenient(text)
    except RecursionError:
        return _lenient(_without_depths(text))


def _lenient(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_int, parse_constant=lambda _: None)
    except ValueError as error:
        raise NotJson from error


def _int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _without_depths(text: str) -> str:
    """The text with null for whatever is nested deeper than anybody needs."""
    kept: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token.group() in "[{":
            depth += 1
            if depth == _DEEPEST + 1:
                kept.append(text[start : token.start()] + "null")
        elif token.group() in "]}":
            depth -= 1
            if depth == _DEEPEST:
                start = token.end()
    if depth <= _DEEPEST:
        kept.append(text[start:])
    return "".join(kept)
