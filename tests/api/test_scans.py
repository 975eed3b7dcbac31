"""The interface of devices over HTTP."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventapp.checkin import devices
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.models import Rights
from eventapp.events.models import Event
from tests.builders import build_delegate, build_event

Call = Callable[..., TestResponse]


@pytest.fixture
def token(event: Event) -> str:
    make_checkpoints(event)
    return devices.create_device(event, "Cửa 1", rights=Rights.SUPERVISOR).token


@pytest.fixture
def call(client: FlaskClient, event: Event, token: str) -> Call:
    def send(path: str, body: Any = None, bearer: str = token, slug: str = "") -> TestResponse:
        return client.open(
            f"/api/v1/events/{slug or event.slug}{path}",
            method="GET" if body is None else "POST",
            json=body,
            headers={"Authorization": f"Bearer {bearer}"},
        )

    return send


def scan(event: Event, code: str) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "checkpoint": all_checkpoints(event.id)[0].id,
        "code": code,
        "read_at": datetime.now(UTC).isoformat(),
    }


def test_a_batch_is_answered_in_its_order(call: Call, event: Event) -> None:
    people = [build_delegate(event, name) for name in ("Ý", "Giàng A Páo")]
    batch = [scan(event, it.code) for it in (*people, people[0])]
    answer = call("/scans", {"scans": batch})
    assert answer.status_code == 200
    assert answer.json is not None
    results = answer.json["results"]
    assert [it["id"] for it in results] == [it["id"] for it in batch]
    assert [it["verdict"] for it in results] == ["admitted", "admitted", "duplicate"]
    assert [it["delegate"]["name"] for it in results] == ["Ý", "Giàng A Páo", "Ý"]
    assert results[0]["reason"] is None
    assert results[2]["first_read_at"].endswith("+07:00")


@pytest.mark.parametrize("bearer", ["", "wrong", "Ỗ"])
def test_without_a_valid_token_nothing_is_recorded(call: Call, event: Event, bearer: str) -> None:
    answer = call("/scans", {"scans": []}, bearer=bearer)
    assert answer.status_code == 401
    assert answer.json == {"error": {"code": 401, "message": "no valid device token"}}
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_refused(call: Call, event: Event) -> None:
    device = devices.all_devices(event.id)[0]
    devices.revoke(event, device.id)
    answer = call("/scans", {"scans": []})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["revoked"] is True


def test_a_token_opens_its_own_event_only(call: Call, event: Event) -> None:
    build_event("su-kien-khac")
    assert call("/scans", {"scans": []}, slug="su-kien-khac").status_code == 401


def test_an_unknown_event(call: Call) -> None:
    answer = call("/scans", {"scans": []}, slug="khong-co")
    assert answer.status_code == 404
    assert answer.json is not None


@pytest.mark.parametrize("body", [[], {}, "x", 5, {"scans": None}, {"scans": {}}])
def test_what_is_no_batch_is_refused(call: Call, body: Any) -> None:
    assert call("/scans", body).status_code == 400


def test_what_is_no_json_is_refused(client: FlaskClient, event: Event, token: str) -> None:
    answer = client.post(
        f"/api/v1/events/{event.slug}/scans",
        data="{",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 400


def test_too_many_scans(call: Call) -> None:
    assert call("/scans", {"scans": [None] * 501}).status_code == 413
    assert call("/scans", {"scans": [None] * 500}).status_code == 200


def test_too_many_bytes(call: Call) -> None:
    assert call("/scans", {"scans": ["x" * 600_000]}).status_code == 413


def test_checkpoints_with_how_many_have_passed(call: Call, event: Event) -> None:
    call("/scans", {"scans": [scan(event, build_delegate(event).code)]})
    answer = call("/checkpoints")
    assert answer.json is not None
    assert [it["passed"] for it in answer.json["checkpoints"]] == [1, 0, 0, 0]
    assert answer.json["event"]["timezone"] == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize("query", ["duc dinh", "ĐÌNH", "dinh nguyen", "Nguyễn Đình Đức"])
def test_people_are_found_by_name_without_marks(call: Call, event: Event, query: str) -> None:
    delegate = build_delegate(event, "Nguyễn Đình Đức")
    build_delegate(event, "Trần Văn Ba")
    answer = call("/lookup", {"query": query, "checkpoint": all_checkpoints(event.id)[0].id})
    assert answer.json is not None
    assert [it["code"] for it in answer.json["results"]] == [delegate.code]


def test_the_list_cannot_be_leafed_through(call: Call, event: Event) -> None:
    for _ in range(12):
        build_delegate(event, "Nguyễn Văn An")
    for query, number in (("", 0), ("n", 0), ("%", 0), ("_ _", 0), ("ng", 10)):
        answer = call("/lookup", {"query": query})
        assert answer.json is not None
        assert len(answer.json["results"]) == number


def test_lookup_says_who_is_in_already(call: Call, event: Event) -> None:
    delegate = build_delegate(event, "Ý")
    checkpoint = all_checkpoints(event.id)[0].id
    call("/scans", {"scans": [scan(event, delegate.code)]})
    build_delegate(event, "Đỗ Ý Nhi")
    answer = call("/lookup", {"query": "y bac", "checkpoint": checkpoint})
    assert answer.json is not None
    came = {it["name"]: bool(it["first_read_at"]) for it in answer.json["results"]}
    assert came == {"Ý": True, "Đỗ Ý Nhi": False}


def test_the_interface_describes_itself(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    described = set(document["paths"])
    served = {
        rule.rule.replace("<event:event>", "{event}")
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
    }
    assert described == served
