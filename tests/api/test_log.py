"""What supervisors ask of the log over HTTP."""

import pytest
from flask.testing import FlaskClient

from eventapp.duplicates import merging
from eventapp.events.models import Event
from eventapp.registration.models import Status
from tests.builders import build_delegate, build_event
from tests.checkin.entries import build_gate, earlier, entry
from tests.checkin.phone import Phone


def test_a_scan_says_all_that_a_device_shows(client: FlaskClient, event: Event) -> None:
    gate = build_gate(event)
    old = build_delegate(event, "Nguyễn Văn An")
    new = build_delegate(event, "Trần Thị Bình", substitutes_id=old.id, reprint_since=earlier(60))
    answer = Phone(client, event).call("scans", {"scans": [entry(new, gate)]}).get_json()
    assert answer["server_time"].endswith("+00:00")
    (result,) = answer["results"]
    assert (result["kind"], result["direction"], result["discrepancy"]) == ("scan", "in", None)
    shown = result["delegate"]
    assert (shown["id"], shown["code"]) == (new.id, new.code)
    assert (shown["substitutes"], shown["reprint"]) == ("Nguyễn Văn An", True)


def test_history_of_somebody_under_every_code(client: FlaskClient, event: Event) -> None:
    gate = build_gate(event)
    kept, other = (build_delegate(event, "Lê Văn An") for _ in range(2))
    phone = Phone(client, event, name="Bàn trưởng")
    phone.call("scans", {"scans": [entry(other, gate, earlier(9)), entry(kept, gate, earlier(7))]})
    merging.merge(event, kept.id, other.id)
    sent = entry(kept, gate, earlier(5), kind="undo", note="Quét nhầm")
    phone.call("scans", {"scans": [sent]})
    for code in (kept.code, other.code, other.code.lower()):
        lines = phone.call("history", {"code": code}).get_json()["results"]
        assert [(it["kind"], it["verdict"]) for it in lines] == [
            ("undo", "admitted"),
            ("scan", "admitted"),
            ("scan", "admitted"),
        ]
        assert lines[0]["note"] == "Quét nhầm"
        assert lines[0]["device"] == "Bàn trưởng"
        assert lines[0]["checkpoint"] == gate.id
        assert lines[0]["happened_at"].endswith("+07:00")


def test_history_of_a_code_that_nobody_has(client: FlaskClient, event: Event) -> None:
    phone = Phone(client, event)
    phone.call("scans", {"scans": [entry("0" * 12, build_gate(event))]})
    (line,) = phone.call("history", {"code": "oooo-oooo-oooo"}).get_json()["results"]
    assert (line["verdict"], line["reason"]) == ("refused", "unknown")


def test_history_is_of_this_event_and_has_an_end(client: FlaskClient, event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    phone = Phone(client, event)
    phone.call("scans", {"scans": [entry(delegate, gate) for _ in range(60)]})
    assert len(phone.call("history", {"code": delegate.code}).get_json()["results"]) == 50
    other = Phone(client, build_event("su-kien-khac"))
    assert other.call("history", {"code": delegate.code}).get_json() == {"results": []}


def test_what_is_to_be_looked_at_and_settled(client: FlaskClient, event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event, "Ý")
    pending = build_delegate(event, status=Status.PENDING)
    first, second = Phone(client, event, name="Cửa 1"), Phone(client, event, name="Cửa 2")
    first.call("scans", {"scans": [entry(delegate, gate, earlier(9))]})
    sent = [
        entry(delegate, gate, earlier(7), shown="admitted"),
        entry(pending, gate, shown="admitted"),
    ]
    second.call("scans", {"scans": sent})
    results = first.call("discrepancies").get_json()["results"]
    by_kind = {it["kind"]: it for it in results}
    assert set(by_kind) == {"double", "refused"}
    double = by_kind["double"]
    assert double["delegate"]["name"] == "Ý"
    assert (double["checkpoint"], double["shown"]) == (gate.id, "admitted")
    assert (double["first"]["device"], double["scan"]["device"]) == ("Cửa 1", "Cửa 2")
    assert double["first"]["happened_at"] < double["scan"]["happened_at"]
    assert by_kind["refused"]["first"] is None
    settled = first.call("discrepancies", {"id": double["id"], "note": "Một người, hai thẻ"})
    assert settled.get_json()["settled_by"] == "Cửa 1"
    left = first.call("discrepancies").get_json()["results"]
    assert [it["kind"] for it in left] == ["refused"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400),
        ([], 400),
        ({"id": "1", "note": "x"}, 400),
        ({"id": True, "note": "x"}, 400),
        ({"id": 2**40, "note": "x"}, 400),
        ({"id": 1, "note": 5}, 400),
        ({"id": 999, "note": "x"}, 404),
    ],
)
def test_what_cannot_be_settled(client: FlaskClient, event: Event, body: object, code: int) -> None:
    assert Phone(client, event).call("discrepancies", body).status_code == code


@pytest.mark.parametrize("body", [{}, [], {"code": 5}, {"code": None}, "x"])
def test_no_code_no_history(client: FlaskClient, event: Event, body: object) -> None:
    assert Phone(client, event).call("history", body).status_code == 400


@pytest.mark.parametrize("query", ["\ud800", "\x00an", "%_%", "n" * 5000, "an\\"])
def test_strange_names(client: FlaskClient, event: Event, query: str) -> None:
    phone = Phone(client, event)
    assert phone.call("lookup", {"query": query, "checkpoint": 10**40}).status_code == 200
