"""A badge by the token of a device."""

import threading

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp.badges.models import PrintedBadge, PrintRun
from eventapp.checkin import devices
from eventapp.checkin.models import Rights
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration import service
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate
from tests.checkin.phone import Phone


@pytest.fixture
def delegate(event: Event) -> Delegate:
    return build_delegate(event, "Giàng A Páo")


@pytest.mark.parametrize("rights", [Rights.SUPERVISOR, Rights.KIOSK])
def test_a_page_with_the_badge(
    client: FlaskClient, event: Event, delegate: Delegate, rights: Rights
) -> None:
    phone = Phone(client, event, rights=rights, name="Bàn in thẻ 1")
    answer = phone.call("badge", {"code": delegate.code.lower()})
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        [page] = document
        assert "Giàng A Páo" in page.get_textpage().get_text_bounded()
    run = db.session.scalars(select(PrintRun)).one()
    assert (run.made_by_name, run.made_by_id, run.badges) == ("Bàn in thẻ 1", None, 1)


def test_a_steward_prints_nothing(client: FlaskClient, event: Event, delegate: Delegate) -> None:
    phone = Phone(client, event, rights=Rights.STEWARD)
    assert phone.call("badge", {"code": delegate.code}).status_code == 403


def test_a_device_prints_into_one_run_a_day(client: FlaskClient, event: Event) -> None:
    one, two = (Phone(client, event, name=name) for name in ("Bàn 1", "Bàn 2"))
    for phone in (one, one, two, one):
        assert phone.call("badge", {"code": build_delegate(event).code}).status_code == 200
    runs = db.session.scalars(select(PrintRun).order_by(PrintRun.number)).all()
    assert [(it.made_by_name, it.badges) for it in runs] == [("Bàn 1", 3), ("Bàn 2", 1)]


def test_the_page_of_somebody_prints_in_their_name(
    client: FlaskClient, event: Event, delegate: Delegate, make_user: object
) -> None:
    user = make_user()  # type: ignore[operator]
    phone = Phone(client, event)
    phone.token = devices.device_of_user(event, user.id, "Quầy của tôi").token
    phone.call("badge", {"code": delegate.code})
    run = db.session.scalars(select(PrintRun)).one()
    assert (run.made_by_id, run.made_by_name) == (user.id, "")


def test_what_was_to_be_reprinted_is_so_no_longer_once_it_was_fetched(
    client: FlaskClient, event: Event, delegate: Delegate
) -> None:
    service.mark_for_reprint(event, [delegate.id], is_needed=True)
    phone = Phone(client, event)
    preview = phone.call("badge", {"code": delegate.code, "preview": True})
    assert preview.data.startswith(b"%PDF")
    db.session.expire_all()
    assert delegate.reprint_since is not None
    assert db.session.scalars(select(PrintedBadge)).all() == []
    phone.call("badge", {"code": delegate.code}).get_data()
    db.session.rollback()
    assert delegate.reprint_since is None


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.CANCELLED, "cancelled or was replaced"),
        (Status.PENDING, "not approved yet"),
        (Status.WAITLISTED, "not approved yet"),
    ],
)
def test_who_gets_no_badge(client: FlaskClient, event: Event, status: Status, word: str) -> None:
    phone = Phone(client, event)
    code = build_delegate(event, status=status).code
    answer = phone.call("badge", {"code": code}, **{"Accept-Language": "en"})
    assert answer.status_code == 409
    assert word in answer.get_json()["error"]["message"]


def test_an_unknown_code(client: FlaskClient, event: Event) -> None:
    answer = Phone(client, event).call("badge", {"code": "000000000000"})
    assert answer.status_code == 409
    assert "mã" in answer.get_json()["error"]["message"]  # Vietnamese unless asked otherwise


@pytest.mark.parametrize("body", [{}, [], {"code": 5}, {"code": None}, "x"])
def test_what_is_no_call(client: FlaskClient, event: Event, body: object) -> None:
    assert Phone(client, event).call("badge", body).status_code == 400


def test_the_first_badges_of_a_day_printed_at_once_are_one_run(app: Flask, event: Event) -> None:
    codes = [build_delegate(event).code for _ in range(6)]
    phone = Phone(app.test_client(), event, name="Bàn 1")
    slug, token = phone.slug, phone.token
    db.session.remove()
    start = threading.Barrier(6)

    def fetch(code: str) -> None:
        client = app.test_client()
        start.wait(timeout=30)
        with app.app_context():
            answer = client.post(
                f"/api/v1/events/{slug}/badge",
                json={"code": code},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.get_data().startswith(b"%PDF")
            db.session.remove()

    threads = [threading.Thread(target=fetch, args=(code,)) for code in codes]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    run = db.session.scalars(select(PrintRun)).one()
    assert run.badges == 6
    places = db.session.scalars(select(PrintedBadge.place).order_by(PrintedBadge.place)).all()
    assert places == list(range(6))
