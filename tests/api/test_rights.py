"""Which device may call what."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from eventapp.accounts import service as accounts
from eventapp.accounts.permissions import Access, Role, required_access
from eventapp.checkin import devices, wording
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.models import Reason, Rights
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.web.language import LANGUAGES
from tests.builders import build_delegate, build_event
from tests.checkin.phone import Phone
from tests.visits.groups import build_group

ALL = frozenset(Rights)
ALLOWED = {
    "scans": ALL,
    "checkpoints": ALL,
    "sync": ALL,
    "lookup": {Rights.SUPERVISOR},
    "history": {Rights.SUPERVISOR},
    "discrepancies": {Rights.SUPERVISOR},
    "walkins": {Rights.SUPERVISOR},
    "badge": {Rights.SUPERVISOR, Rights.KIOSK},
    "roll-calls": {Rights.LEADER, Rights.SUPERVISOR},
}
BODIES: dict[str, Any] = {
    "scans": {"scans": []},
    "lookup": {"query": "an"},
    "history": {"code": "X"},
    "discrepancies": {"id": 1, "note": "x"},
    "walkins": {"walk_ins": []},
    "badge": {"code": "X"},
    "sync": {},
    "roll-calls": {"roll_calls": []},
}


def calls(app: Flask) -> list[tuple[str, str]]:
    """(method, name) of every call of the interface that takes a token."""
    return [
        (method, rule.rule.removeprefix("/api/v1/events/<event:event>/"))
        for rule in app.url_map.iter_rules()
        if required_access(app.view_functions.get(rule.endpoint, lambda: None)) is Access.DEVICE
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def ask(phone: Phone, method: str, name: str) -> int:
    return phone.call(name, BODIES.get(name, {}) if method == "POST" else None).status_code


@pytest.mark.parametrize("rights", Rights)
def test_every_call_with_every_right(
    app: Flask, client: FlaskClient, event: Event, rights: Rights
) -> None:
    group = build_group(event)
    make_checkpoints(event)
    phone = Phone(client, event, rights=rights, group_ids=[group.id])
    found = {(method, name): ask(phone, method, name) for method, name in calls(app)}
    assert {name for _, name in found} <= set(ALLOWED)
    for (method, name), code in found.items():
        assert (code != 403) == (rights in ALLOWED[name]), (method, name, code)
        assert code < 500


@pytest.mark.parametrize("token", ["", "wrong"])
def test_every_call_without_a_token(
    app: Flask, client: FlaskClient, event: Event, token: str
) -> None:
    phone = Phone(client, event)
    phone.token = token
    for method, name in calls(app):
        answer = phone.call(name, BODIES.get(name, {}) if method == "POST" else None)
        assert answer.status_code == 401
        assert "revoked" not in answer.get_json()["error"]


def check_ended(app: Flask, phone: Phone) -> None:
    for method, name in calls(app):
        answer = phone.call(name, BODIES.get(name, {}) if method == "POST" else None)
        assert answer.status_code == 401
        assert answer.get_json()["error"]["revoked"] is True


def test_every_call_with_a_token_that_was_revoked(
    app: Flask, client: FlaskClient, event: Event
) -> None:
    phone = Phone(client, event)
    devices.revoke(event, phone.id)
    check_ended(app, phone)


def test_every_call_with_a_token_that_a_new_link_ended(
    app: Flask, client: FlaskClient, event: Event
) -> None:
    phone = Phone(client, event)
    devices.renew_link(event, phone.id)
    check_ended(app, phone)


@pytest.mark.parametrize("end", ["role", "account"])
def test_the_page_of_somebody_who_may_no_longer_check_in(
    app: Flask, client: FlaskClient, event: Event, make_user: Any, end: str
) -> None:
    organiser = make_user(Role.ORGANISER, event)
    staff = make_user(Role.STAFF, event)
    phone = Phone(client, event)
    # Somebody at another event that has devices as well.
    other = build_event("su-kien-khac")
    accounts.set_role(staff.id, other.id, Role.STAFF)
    Phone(client, other)
    made = devices.device_of_user(event, staff.id, staff.name)
    phone.token = made.token
    assert made.device.rights == Rights.SUPERVISOR
    assert ask(phone, "POST", "lookup") == 200
    if end == "role":
        accounts.set_role(staff.id, event.id, Role.LEADER)
    else:
        staff.is_disabled = True
        db.session.commit()
    check_ended(app, phone)
    phone.token = devices.device_of_user(event, organiser.id, organiser.name).token
    assert ask(phone, "POST", "lookup") == 200


def test_a_token_of_another_event(app: Flask, client: FlaskClient, event: Event) -> None:
    other = build_event("su-kien-khac")
    phone = Phone(client, other)
    phone.slug = event.slug
    ended = Phone(client, other)
    devices.revoke(other, ended.id)
    ended.slug = event.slug
    for method, name in calls(app):
        for it in (phone, ended):
            answer = it.call(name, BODIES.get(name, {}) if method == "POST" else None)
            assert answer.status_code == 401
            assert "revoked" not in answer.get_json()["error"]


def test_a_steward_sees_only_verdicts(client: FlaskClient, event: Event) -> None:
    make_checkpoints(event)
    phone = Phone(client, event, rights=Rights.STEWARD)
    delegate = build_delegate(event)
    scan = {
        "id": str(uuid.uuid4()),
        "checkpoint": all_checkpoints(event.id)[0].id,
        "code": delegate.code,
        "read_at": datetime.now(UTC).isoformat(),
    }
    answer = phone.call("scans", {"scans": [scan]}).get_json()
    assert answer["results"][0]["verdict"] == "admitted"
    assert "@" not in str(answer)


def test_a_steward_takes_nothing_back_and_is_told_why(client: FlaskClient, event: Event) -> None:
    make_checkpoints(event)
    phone, door = Phone(client, event, rights=Rights.STEWARD), all_checkpoints(event.id)[0].id
    delegate = build_delegate(event)
    scan = phone.scan(door, delegate.code)
    back = phone.scan(door, delegate.code, kind="undo", undoes=scan["id"], note="Nhầm")
    assert (back["verdict"], back["reason"]) == ("refused", "not_allowed")
    assert phone.scan(door, delegate.code)["verdict"] == "duplicate"
    schemas = client.get("/api/v1/openapi.json").get_json()
    assert "not_allowed" in str(schemas)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_scan_is_refused_for_has_words_at_the_door(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        words = wording.words()
    for reason in Reason:
        # The word, and why: the app writes the first one large.
        assert len(words[reason].split(": ")) == 2
        assert words[f"{reason}_hint"]
