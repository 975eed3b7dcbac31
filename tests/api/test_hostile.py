"""Whatever is sent to record scans: one bad value never takes the others with it, and nothing is
our failure."""

import gzip
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from eventapp import tokens
from eventapp.api import bodies, scan_call
from eventapp.checkin import service
from eventapp.checkin.devices import TokenUnknown
from eventapp.checkin.models import Scan
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.builders import build_delegate, build_event
from tests.checkin.entries import build_gate, entry
from tests.checkin.phone import Phone

Send = Callable[..., TestResponse]
DEEP = 20_000


@pytest.fixture
def phone(client: FlaskClient, event: Event) -> Phone:
    return Phone(client, event)


@pytest.fixture
def send(client: FlaskClient, phone: Phone) -> Send:
    """Post bytes as they are to /scans."""

    def post(body: bytes, **headers: str) -> TestResponse:
        return client.post(
            f"/api/v1/events/{phone.slug}/scans",
            data=body,
            headers={
                "Authorization": f"Bearer {phone.token}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    return post


BAD_VALUES = [
    pytest.param(b"NaN", id="not a number"),
    pytest.param(b"-Infinity", id="infinity"),
    pytest.param(b"1e999", id="a number beyond all"),
    pytest.param(b"9" * 10_000, id="ten thousand digits"),
    pytest.param(b"-" + b"9" * 25, id="more than 64 bits"),
    pytest.param(b'"\\ud800"', id="half a letter"),
    pytest.param(b'"\\u0000"', id="nothing, as a letter"),
    pytest.param(b'"\xff\xfe"', id="no UTF-8"),
    pytest.param(b"[" * DEEP + b"]" * DEEP, id="brackets"),
    pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, id="braces"),
    pytest.param(b'"' + b"\\\\" * 50_000 + b'"', id="backslashes"),
    pytest.param(b'"' + "Ỗ".encode() * 50_000 + b'"', id="a long text"),
    pytest.param(b"null", id="null"),
    pytest.param(b"true", id="true"),
    pytest.param(b"1.5", id="a fraction"),
    pytest.param(b"{}", id="an object"),
]
FIELDS = [
    "id",
    "checkpoint",
    "code",
    "read_at",
    "kind",
    "undoes",
    "note",
    "direction",
    "offset_ms",
    "source",
    "shown",
    "override",
]


@pytest.mark.parametrize("value", BAD_VALUES)
def test_a_bad_value_in_any_field_leaves_the_others_alone(
    send: Send, event: Event, value: bytes
) -> None:
    gate = build_gate(event)
    good = entry(build_delegate(event), gate)
    if len(value) > 10_000:
        # So many of these are more than a batch may have.
        bad = [f'{{"x{n}": '.encode() + value + b"}" for n in range(2)]
    else:
        bad = [
            json.dumps({**entry("0" * 12, gate), field: "@"}).encode().replace(b'"@"', value)
            for field in FIELDS
        ]
    answer = send(b'{"scans": [' + b", ".join([*bad, json.dumps(good).encode(), value]) + b"]}")
    assert answer.status_code == 200
    assert answer.json is not None
    verdicts = [it["verdict"] for it in answer.json["results"]]
    assert verdicts == ["refused"] * len(bad) + ["admitted", "refused"]
    assert db.session.get(Scan, good["id"]) is not None


def test_of_two_keys_alike_the_last_counts(send: Send, event: Event) -> None:
    good = entry(build_delegate(event), build_gate(event))
    body = json.dumps({"scans": [good]}).replace('{"id"', '{"id": "x", "code": "0", "id"')
    answer = send(body.encode())
    assert answer.json is not None
    assert answer.json["results"][0]["verdict"] == "admitted"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b'{"scans": 5}', 400),
        (b'{"scans": {"length": 1}}', 400),
        (b"[" * DEEP, 400),
        (b'{"scans": [1, 2', 400),
        (b'{"scans": []} {"scans": []}', 400),
        (b"\x00" * 100, 400),
        ('{"scans": []}'.encode("utf-16"), 400),
        (gzip.compress(b'{"scans": []}', mtime=0), 400),
        (b'{"scans": [' + b"null," * 9_999 + b"null]}", 413),
        (b'{"scans": [' + b" " * 600_000 + b"]}", 413),
        (b'{"sent_at": [[[]]], "scans": []}', 200),
    ],
)
def test_what_is_no_batch(send: Send, body: bytes, code: int) -> None:
    answer = send(body)
    assert answer.status_code == code
    assert answer.json is not None
    assert ("error" in answer.json) == (code != 200)


def test_nothing_is_unpacked(send: Send) -> None:
    bomb = gzip.compress(b'{"scans": [' + b" " * 50_000_000 + b"]}")
    assert send(bomb, Content_Encoding="gzip").status_code == 415
    assert send(b'{"scans": []}', Content_Encoding="br").status_code == 415
    assert send(b'{"scans": []}', Content_Encoding="identity").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_another_kind_of_content(send: Send, kind: str) -> None:
    assert send(b'{"scans": []}', Content_Type=kind).status_code == 400


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.x+json"])
def test_json_by_another_name(send: Send, kind: str) -> None:
    assert send(b'{"scans": []}', Content_Type=kind).status_code == 200


@pytest.mark.parametrize("token", ["", " ", "Ỗ", "x" * 9_000, "Bearer", "\x7f"])
def test_a_token_that_is_none(client: FlaskClient, event: Event, token: str) -> None:
    phone = Phone(client, event)
    phone.token = token
    assert phone.call("scans", {"scans": []}).status_code == 401


def test_a_large_answer_is_packed_for_whoever_takes_it(
    client: FlaskClient, phone: Phone, event: Event
) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    body = {"scans": [entry(delegate, gate) for _ in range(100)]}
    path = f"/api/v1/events/{event.slug}/scans"
    head = {"Authorization": f"Bearer {phone.token}"}
    plain = client.post(path, json=body, headers=head)
    packed = client.post(path, json=body, headers={**head, "Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 5
    assert json.loads(gzip.decompress(packed.data))["results"] == plain.get_json()["results"]


def test_the_express_lane_answers_as_the_view_does(
    client: FlaskClient, phone: Phone, event: Event
) -> None:
    """The same headers on what went well as on what was refused behind it."""
    well = phone.call("scans", {"scans": []})
    refused = phone.call("scans", {})
    assert (well.status_code, refused.status_code) == (200, 400)
    own = {"Content-Length", "Set-Cookie", "Vary"}
    assert set(well.headers.keys()) - own == set(refused.headers.keys()) - own
    for name in set(well.headers.keys()) - own - {"X-Request-Id"}:
        assert well.headers[name] == refused.headers[name]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON | st.uuids().map(str),
        "checkpoint": JSON,
        "code": JSON,
        "read_at": JSON | st.just("2026-11-26T07:52:00+07:00"),
        "kind": JSON | st.sampled_from(["scan", "undo"]),
        "undoes": JSON | st.uuids().map(str),
        "note": JSON,
        "direction": JSON | st.sampled_from(["in", "out"]),
        "offset_ms": JSON,
        "source": JSON,
        "shown": JSON | st.just("admitted"),
        "override": JSON,
    },
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(JSON | ENTRIES, max_size=5), sent_at=JSON)
def test_any_json_is_answered_item_by_item(send: Send, batch: list[object], sent_at: Any) -> None:
    answer = send(json.dumps({"scans": batch, "sent_at": sent_at}).encode())
    assert answer.status_code == 200
    assert answer.json is not None
    assert [it["verdict"] for it in answer.json["results"]] == ["refused"] * len(batch)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ 1eE+-.ntu', max_size=60))
def test_any_bytes_are_answered(send: Send, body: bytes | str) -> None:
    answer = send(body if isinstance(body, bytes) else body.encode())
    assert answer.status_code in {200, 400}


@given(value=JSON)
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    try:
        text = json.dumps(value, allow_nan=False)
        text.encode()
    except ValueError:
        assume(False)
    assert bodies.decode(text.encode()) == json.loads(text) == value


def test_ids_of_another_event_are_none_of_ours(
    client: FlaskClient, phone: Phone, event: Event
) -> None:
    other = build_event("su-kien-khac")
    theirs = entry(build_delegate(other), build_gate(other))
    Phone(client, other).call("scans", {"scans": [theirs]})
    mine = {**entry(build_delegate(event), build_gate(event)), "id": theirs["id"]}
    new = entry(build_delegate(event), build_gate(event))
    answer = phone.call("scans", {"scans": [mine, new, {**new, "id": str(uuid.uuid4())}]})
    results = answer.get_json()["results"]
    assert [it["verdict"] for it in results] == ["refused", "admitted", "duplicate"]
    assert results[0]["delegate"] is None and results[0]["detail"]


class _NotToBeRead(io.BytesIO):
    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")


def test_what_nobody_sends_is_not_read(app: Flask, event: Event) -> None:
    for token in ("", "x" * 31, "x" * 33, "Ỗ" * 32):
        environ = {
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": "100",
            "wsgi.input": _NotToBeRead(),
        }
        with pytest.raises(TokenUnknown):
            scan_call.run(event.slug, environ)


def test_an_invented_token_does_not_wait_among_those_who_write(
    client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(client, event)
    monkeypatch.setattr(service, "_combined", None)
    phone.token = tokens.new_secret()
    assert phone.call("scans", {"scans": []}).status_code == 401


def test_invented_tokens_are_limited_by_address(second_app: Callable[..., Flask]) -> None:
    app = second_app(testing=False)
    with app.app_context():
        event = build_event("noi-khac")
        phone = Phone(app.test_client(), event)
        held, codes = phone.token, []
        for number in range(121):
            phone.token = tokens.new_secret()
            path, body = ("scans", {"scans": []}) if number % 2 else ("sync", {})
            codes.append(phone.call(path, body).status_code)
        assert codes == [401] * 120 + [429]
        phone.token = held  # the others at that address go on
        assert phone.call("scans", {"scans": []}).status_code == 200
        assert phone.call("sync", {}).status_code == 200
