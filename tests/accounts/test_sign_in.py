"""Signing in and out."""

from collections.abc import Callable

import argon2
import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp.accounts import service
from eventapp.accounts.models import AuditEntry, User
from eventapp.accounts.permissions import Role
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.conftest import HASHER_IN_SERVICE, PASSWORD, post


def test_an_organiser_signs_in_and_lands_on_the_page_asked_for(
    app: Flask, client: FlaskClient, event: Event, make_user: Callable[..., User]
) -> None:
    user = make_user(Role.ORGANISER, event)
    target = client.get(f"/manage/{event.slug}/")
    assert target.status_code == 302
    assert target.location == "/account/sign-in"
    answer = post(client, "/account/sign-in", {"email": user.email.upper(), "password": PASSWORD})
    assert answer.location == f"/manage/{event.slug}/"
    db.session.rollback()
    assert db.session.get_one(User, user.id).last_sign_in_at is not None


@pytest.mark.parametrize(
    ("email", "password"),
    [("organiser@bacninh.example", "sai mật khẩu rồi"), ("khong.ai@bacninh.example", PASSWORD)],
)
def test_wrong_credentials_get_the_same_answer(
    client: FlaskClient,
    event: Event,
    make_user: Callable[..., User],
    email: str,
    password: str,
) -> None:
    make_user(Role.ORGANISER, event)
    answer = post(client, "/account/sign-in?lang=en", {"email": email, "password": password})
    assert answer.status_code == 422
    assert "The e-mail address or the password is not right." in answer.text
    assert f'value="{email}"' in answer.text


def test_a_disabled_account_cannot_sign_in(
    client: FlaskClient, event: Event, make_user: Callable[..., User]
) -> None:
    user = make_user(Role.STAFF, event)
    user.is_disabled = True
    db.session.commit()
    answer = post(client, "/account/sign-in", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 422


def test_attempts_are_limited(second_app: Callable[..., Flask], app: Flask) -> None:
    client = second_app(testing=False).test_client()
    data: dict[str, object] = {"email": "a@b.example", "password": "không đúng đâu"}
    codes = [post(client, "/account/sign-in", data).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_signing_out_ends_the_session(organiser: FlaskClient, event: Event) -> None:
    assert organiser.get("/account/password").status_code == 200
    assert post(organiser, "/account/sign-out", {}, form_at="/account/password").status_code == 302
    assert organiser.get("/account/password").status_code == 302


def test_changing_the_password_ends_other_sessions(
    app: Flask, organiser: FlaskClient, event: Event
) -> None:
    other = app.test_client()
    email = "organiser@bacninh.example"
    post(other, "/account/sign-in", {"email": email, "password": PASSWORD})
    answer = post(
        organiser,
        "/account/password",
        {"old": PASSWORD, "new": "một câu khác cũng dài", "again": "một câu khác cũng dài"},
    )
    assert answer.status_code == 302
    assert organiser.get("/account/password").status_code == 200
    assert other.get("/account/password").status_code == 302


def test_a_wrong_present_password_is_refused(organiser: FlaskClient) -> None:
    answer = post(
        organiser,
        "/account/password?lang=en",
        {"old": "nhầm rồi nhé bạn", "new": "x" * 12, "again": "x" * 12},
    )
    assert answer.status_code == 422
    assert "This is not your present password." in answer.text


def test_a_short_password_is_refused(app: Flask) -> None:
    with pytest.raises(service.WeakPassword):
        service.create_user("a@b.example", "ngắn")
    assert db.session.scalar(select(User.id)) is None


def test_an_address_has_one_account(app: Flask) -> None:
    service.create_user("a@b.example", PASSWORD)
    with pytest.raises(service.EmailTaken):
        service.create_user(" A@B.example ".strip(), PASSWORD)


def test_what_is_not_an_address_is_refused(app: Flask) -> None:
    with pytest.raises(service.InvalidEmail):
        service.create_user("không phải", PASSWORD)


def test_passwords_are_hashed_and_never_logged(app: Flask) -> None:
    user = service.create_user("a@b.example", PASSWORD)
    assert user.password_hash.startswith("$argon2id$")
    entries = db.session.scalars(select(AuditEntry)).all()
    assert [entry.action for entry in entries] == ["create"]
    assert "argon2" not in str(entries[0].changes)


def test_in_service_a_hash_is_dear_and_a_cheap_one_is_replaced_at_sign_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = service.create_user("a@b.example", PASSWORD).password_hash
    monkeypatch.setattr(service, "_hasher", HASHER_IN_SERVICE)
    user = service.authenticate("a@b.example", PASSWORD)
    assert user.password_hash != cheap
    assert argon2.extract_parameters(user.password_hash) == RFC_9106_LOW_MEMORY
    dear = user.password_hash
    assert service.authenticate("a@b.example", PASSWORD).password_hash == dear
