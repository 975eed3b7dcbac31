"""Rows of fields that are added, removed and put in order with plain buttons, without a script.

The names of a row's fields are those that WTForms gives the entries of a FieldList:
``buses-0-label``. A button named `BUTTON` says what is to be done with which row.
"""

import re
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

BUTTON = "rows"
"""The name of the buttons; their values are ``buses:add``, ``buses:remove:2``, ``buses:up:2`` and
``buses:down:2``."""

_Row = dict[str, list[str]]


def is_asked(sent: "MultiDict[str, str]") -> bool:
    """Whether such a button was pressed, and not the one that saves."""
    return BUTTON in sent


def altered(sent: "MultiDict[str, str]", at_most: Mapping[str, int]) -> "MultiDict[str, str]":
    """What was sent, as it is after the button that was pressed; everything else stays.

    ``at_most`` names the lists, and how many rows each may have. A button that makes no sense
    changes nothing.
    """
    name, _, rest = sent.get(BUTTON, "").partition(":")
    if name not in at_most:
        return sent
    rows, others = _rows(sent, name)
    action, _, number = rest.partition(":")
    place = int(number) if number.isdecimal() else -1
    if action == "add" and len(rows) < at_most[name]:
        rows.append({"id": [""]})
    elif action == "remove" and 0 <= place < len(rows):
        del rows[place]
    elif action == "up" and 0 < place < len(rows):
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    elif action == "down" and 0 <= place < len(rows) - 1:
        rows[place + 1], rows[place] = rows[place], rows[place + 1]
    for at, row in enumerate(rows):
        for field, values in row.items():
            others.setlist(f"{name}-{at}-{field}", values)
    return others


def _rows(sent: "MultiDict[str, str]", name: str) -> tuple[list[_Row], "MultiDict[str, str]"]:
    """The rows of a list in order, and what else was sent."""
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(\w+)")
    rows: dict[int, _Row] = {}
    others: MultiDict[str, str] = MultiDict()
    for key, values in sent.lists():
        if match := pattern.fullmatch(key):
            rows.setdefault(int(match[1]), {})[match[2]] = values
        else:
            others.setlist(key, values)
    return [rows[at] for at in sorted(rows)], others
