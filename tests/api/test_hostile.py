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
from gunicorn.http.errors import InvalidChunkSize
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventapp import tokens
from eventapp.api import bodies, scan_call
from eventapp.checkin import service
from eventapp.checkin.devices import TokenUnknown
from eventapp.checkin.models import Attendance, Scan
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


NO_UUID = [
    " 6f1c2a58-9d3e-4b7a-8c21-0e5d9f3b7a1",
    "6f1c2a58-9d3e-4b7a-8c21-0e5d9f3b7a1\n",
    "6f1c2a58-9d3e-4b7a-8c21-0e5d9f3b7a1\0",
    "6f1c2a58-9d3e-4b7a-8c21-0e5d9f3b7a1٣",
    "6f1c2a58_9d3e_4b7a_8c21_0e5d9f3b7a1f",
    "{6f1c2a58-9d3e-4b7a-8c21-0e5d9f3b7a}",
    "urn:uuid:6f1c2a58-9d3e-4b7a-8c21-0e5",
    "6f1c2a589d3e4b7a8c210e5d9f3b7a1f",
    "०" * 36,
]


@pytest.mark.parametrize("field", ["id", "undoes"])
@pytest.mark.parametrize("value", NO_UUID)
def test_what_is_nearly_an_id_is_none(phone: Phone, event: Event, value: str, field: str) -> None:
    """Whatever is kept is answered under the id that was sent."""
    gate = build_gate(event)
    good = entry(build_delegate(event), gate)
    bad = entry("0" * 12, gate, kind="undo" if field == "undoes" else "scan", **{field: value})
    results = phone.call("scans", {"scans": [bad, good]}).get_json()["results"]
    assert [it["verdict"] for it in results] == ["refused", "admitted"]
    assert results[0]["detail"] == f"{field} is not a UUID"
    assert db.session.scalars(select(Scan.id)).all() == [good["id"]]


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "2026-11-26T07:52:00+25:00",
        "2026-11-26T07:52:00-24:00",
        "2026-02-30T07:52:00Z",
        "2026-11-26T23:59:60Z",
        "-2026-11-26T07:52:00Z",
        "٢٠٢٦-11-26T07:52:00Z",
        "1969-12-31T23:59:59Z",
        "2200-01-02T00:00:00Z",
    ],
)
def test_a_time_that_is_none(phone: Phone, event: Event, time: str) -> None:
    gate = build_gate(event)
    good, bad = entry(build_delegate(event), gate), entry("0" * 12, gate, read_at=time)
    body = {"scans": [bad, good], "sent_at": time}  # then the device's clock counts as right
    results = phone.call("scans", body).get_json()["results"]
    assert [it["verdict"] for it in results] == ["refused", "admitted"]
    assert results[0]["detail"].startswith("read_at is ")
    assert db.session.get_one(Scan, good["id"]).clock_offset_ms == 0


@pytest.mark.parametrize("offset", [2**63, -(2**63), 1e308, 10**13, True, "5", [], {}])
def test_an_offset_that_is_none_counts_as_not_said(
    phone: Phone, event: Event, offset: object
) -> None:
    good = entry(build_delegate(event), build_gate(event), offset_ms=offset)
    assert phone.call("scans", {"scans": [good]}).get_json()["results"][0]["verdict"] == "admitted"
    assert db.session.get_one(Scan, good["id"]).clock_offset_ms == 0


def test_a_batch_is_taken_whole_or_not_at_all(phone: Phone, event: Event) -> None:
    gate = build_gate(event)
    batch = [entry("0" * 12, gate) for _ in range(service.MAX_BATCH + 1)]
    answer = phone.call("scans", {"scans": batch})
    assert answer.status_code == 413
    assert db.session.scalars(select(Scan.id)).all() == []
    assert len(phone.call("scans", {"scans": batch[1:]}).get_json()["results"]) == len(batch) - 1
    assert db.session.scalar(select(func.count()).select_from(Scan)) == service.MAX_BATCH


def test_places_people_and_entries_of_another_event_are_none_of_ours(
    client: FlaskClient, phone: Phone, event: Event
) -> None:
    other = build_event("su-kien-khac")
    gate, theirs = build_gate(other), build_delegate(other, "Người Nơi Khác")
    known = entry(theirs, gate)
    Phone(client, other).call("scans", {"scans": [known]})
    ours = build_delegate(event)
    undo = {"kind": "undo", "note": "Nhầm", "undoes": known["id"]}
    mine = build_gate(event)
    batch = [
        entry(ours, gate),
        entry(theirs, mine),
        entry(ours, mine, **undo),
        entry(theirs, gate, **{**undo, "undoes": None}),
    ]
    results = phone.call("scans", {"scans": batch}).get_json()["results"]
    assert [(it["verdict"], it["reason"]) for it in results] == [
        ("refused", "wrong_checkpoint"),
        ("refused", "unknown"),
        ("refused", "unknown"),
        ("refused", "unknown"),
    ]
    assert [bool(it["delegate"]) for it in results] == [True, False, False, False]
    assert theirs.name not in str(results)
    came = db.session.scalars(select(Attendance)).one()
    assert (came.delegate_id, came.checkpoint_id) == (theirs.id, gate.id)


class _Broken(io.BytesIO):
    def read(self, *_: object) -> bytes:
        raise InvalidChunkSize(b"zz")


class _Endless(io.BytesIO):
    taken = 0

    def read(self, number: int | None = -1) -> bytes:
        assert number is not None and number > 0
        self.taken += number
        return b" " * number


def in_pieces(event: Event, phone: Phone, stream: io.BytesIO) -> dict[str, Any]:
    """A request that does not say how long it is."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/api/v1/events/{event.slug}/scans",
        "HTTP_AUTHORIZATION": f"Bearer {phone.token}",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": stream,
        "wsgi.input_terminated": True,
    }


def test_pieces_that_do_not_fit_together(client: FlaskClient, phone: Phone, event: Event) -> None:
    answer = client.open(environ_overrides=in_pieces(event, phone, _Broken()))
    assert answer.status_code == 400
    assert answer.get_json()["error"]["message"] == "the body did not arrive"


def test_a_body_without_an_end_is_read_no_further_than_it_may_be(
    phone: Phone, event: Event
) -> None:
    stream = _Endless()
    with pytest.raises(scan_call.CallRefused) as refused:
        scan_call.run(event.slug, in_pieces(event, phone, stream))
    assert refused.value.code == 413
    assert stream.taken == scan_call.MAX_BODY + 1


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
