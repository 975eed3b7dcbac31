"""Devices: provisioned once by a link, revoked at once."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp import tokens
from eventapp.accounts.permissions import Role
from eventapp.checkin import devices
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.models import Device
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.builders import build_event
from tests.conftest import post


def test_an_organiser_adds_a_device_and_its_link_makes_a_phone_the_device(
    organiser: FlaskClient, client: FlaskClient, event: Event
) -> None:
    address = f"/manage/{event.slug}/devices"
    page = post(organiser, address, {"name": "Cửa chính 1"})
    link = re.search(r"/checkin/[\w-]{20,}", page.text)
    assert link is not None
    assert "<svg" in page.text
    assert link[0] not in organiser.get(address).text  # shown once
    answer = post(client, link[0], {})
    token = re.search(r'data-token="([^"]+)"', answer.text)
    assert token is not None
    found = devices.authenticate(event, token[1])
    assert found is not None
    assert found.name == "Cửa chính 1"


def test_a_link_works_once(client: FlaskClient, event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    assert post(client, f"/checkin/{made.link}", {}).status_code == 200
    again = client.get(f"/checkin/{made.link}?lang=en")
    assert again.status_code == 404
    assert "This link no longer works" in again.text
    with pytest.raises(devices.LinkUsed):
        devices.redeem(made.link)


def test_redeeming_ends_the_token_that_was_printed(event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    redeemed = devices.redeem(made.link)
    assert devices.authenticate(event, made.token) is None
    assert devices.authenticate(event, redeemed.token) is not None


def test_a_revoked_device_is_refused_at_once(organiser: FlaskClient, event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    address = f"/manage/{event.slug}/devices"
    post(organiser, f"{address}/revoke", {"device": made.device.id}, form_at=address)
    db.session.rollback()
    assert devices.authenticate(event, made.token) is None
    with pytest.raises(devices.LinkUsed):
        devices.redeem(made.link)


def test_a_device_of_another_event_cannot_be_revoked(organiser: FlaskClient, event: Event) -> None:
    other = devices.create_device(build_event("su-kien-khac"), "Cửa")
    address = f"/manage/{event.slug}/devices"
    answer = post(organiser, f"{address}/revoke", {"device": other.device.id}, form_at=address)
    assert answer.status_code == 404


def test_a_device_needs_a_name(organiser: FlaskClient, event: Event) -> None:
    page = post(organiser, f"/manage/{event.slug}/devices?lang=en", {"name": " "})
    assert page.status_code == 422
    assert "Enter a name, for example Main door 1." in page.text


def test_secrets_are_stored_as_hashes(event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    row = db.session.scalars(select(Device)).one()
    assert row.token_hash == tokens.hash_secret(made.token)
    assert made.link not in str(vars(row))


def test_staff_get_a_token_for_their_browser(
    sign_in: Callable[..., FlaskClient], event: Event
) -> None:
    staff = sign_in(Role.STAFF, event)
    page = staff.get(f"/manage/{event.slug}/checkin")
    assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    csrf = re.search(r'data-csrf="([^"]+)"', page.text)
    assert csrf is not None
    answer = staff.post(f"/manage/{event.slug}/checkin/token", headers={"X-CSRFToken": csrf[1]})
    assert answer.json is not None
    assert devices.authenticate(event, answer.json["token"]) is not None


def test_checkpoints_are_made_once(event: Event) -> None:
    assert make_checkpoints(event) == 4  # two doors, two classes
    assert make_checkpoints(event) == 0
    assert [it.kind for it in all_checkpoints(event.id)] == ["door", "door", "training", "training"]
