"""Rows of fields that are added, removed and moved by plain buttons: nothing typed is lost."""

import pytest
from werkzeug.datastructures import MultiDict

from eventapp.web.rows import altered, is_asked

SENT = [
    ("letter", "A"),
    ("buses-0-id", "7"),
    ("buses-0-label", "Xe 1"),
    ("buses-4-id", ""),
    ("buses-4-label", "Xe 2"),
    ("stops-0-name", "Cổng"),
]


def labels(button, at_most=3):
    rows = altered(MultiDict([*SENT, ("rows", button)]), {"buses": at_most, "stops": 1})
    assert (rows["letter"], rows["stops-0-name"]) == ("A", "Cổng")
    count = len([key for key in rows if key.startswith("buses-") and key.endswith("-id")])
    return [rows.get(f"buses-{number}-label", "") for number in range(count)]


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("buses:add", ["Xe 1", "Xe 2", ""]),
        ("buses:remove:0", ["Xe 2"]),
        ("buses:up:1", ["Xe 2", "Xe 1"]),
        ("buses:down:0", ["Xe 2", "Xe 1"]),
        ("buses:up:0", ["Xe 1", "Xe 2"]),
        ("buses:down:1", ["Xe 1", "Xe 2"]),
        ("buses:remove:9", ["Xe 1", "Xe 2"]),
        ("buses:remove:x", ["Xe 1", "Xe 2"]),
    ],
)
def test_a_button_changes_the_rows_of_its_list(button, expected):
    assert labels(button) == expected


def test_no_more_rows_than_are_allowed():
    assert labels("buses:add", at_most=2) == ["Xe 1", "Xe 2"]


def test_a_button_of_no_list_changes_nothing():
    sent = MultiDict([*SENT, ("rows", "letter:add")])
    assert altered(sent, {"buses": 3}) is sent
    assert is_asked(sent)
    assert not is_asked(MultiDict(SENT))
