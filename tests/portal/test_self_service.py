"""Offers, waiting, lost links, and what delegates may change of their own registration."""

from datetime import date, timedelta

import pytest

from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import service, views
from eventapp.registration.models import Delegate, Status
from tests.builders import build_event
from tests.conftest import csrf_token, post
from tests.registration.filled import details


def register(event, name, **changes):
    return service.register(
        event,
        details(event, name=name, **{"email": f"{name}@x.vn", **changes}),
        submission=None,
        consent=service.Consent("1"),
    )


@pytest.fixture
def offered(app):
    """Somebody to whom a place is offered, and the one who waits behind: their links."""
    event = build_event(places=1)
    event.has_waitlist = True
    db.session.commit()
    first, second, third = (register(event, name) for name in ("mot", "hai", "ba"))
    service.cancel(event, first.delegate.id)
    return event, f"/p/{second.secret}", f"/p/{third.secret}"


def answer(client, link, what):
    token = csrf_token(client, link)
    return client.post(f"{link}/offer", data={"csrf_token": token, "answer": what})


def status(name):
    db.session.expire_all()
    return db.session.query(Delegate).filter_by(name=name).one().status


def test_an_offer_is_shown_until_when_and_accepted(client, offered):
    _event, second, third = offered
    page = client.get(f"{second}?lang=en").text
    assert "A place has become free for you" in page
    assert "number 1 in line" in client.get(f"{third}?lang=en").text
    answer(client, second, "accept")
    assert status("hai") == Status.APPROVED
    assert "qr.svg" in client.get(second).text


def test_a_declined_offer_goes_to_the_next(client, offered):
    _event, second, _third = offered
    answer(client, second, "decline")
    assert (status("hai"), status("ba")) == (Status.CANCELLED, Status.OFFERED)


def test_too_late_is_said(client, offered):
    _event, second, _third = offered
    page_with_token = csrf_token(client, f"{second}?lang=en")
    row = db.session.query(Delegate).filter_by(name="hai").one()
    row.offer_expires_at = now() - timedelta(minutes=1)
    db.session.commit()
    client.post(f"{second}/offer", data={"csrf_token": page_with_token, "answer": "accept"})
    assert status("hai") == Status.OFFERED
    assert "no longer possible" in client.get(f"{second}?lang=en").text


def test_a_form_of_a_full_event_says_that_one_waits(client, offered):
    event, *_ = offered
    page = client.get(f"/e/{event.slug}/register?lang=en").text
    assert "put on the waitlist" in page


def test_a_full_event_without_waitlist_is_full(client, app):
    event = build_event(places=0)
    assert "<form" not in client.get(f"/e/{event.slug}/register").text.split("<main")[1]


# --- Lost links ---------------------------------------------------------------------------------


def test_the_answer_never_says_whether_an_address_is_known(client, event):
    register(event, "mot", email="co@x.vn")
    page = f"/e/{event.slug}/lost-link"
    known = post(client, page, {"email": "co@x.vn"})
    unknown = post(client, page, {"email": "khong@x.vn"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text


class Clock:
    """Time that passes as told."""

    def __init__(self, *takes):
        self.at, self.takes, self.slept = 0.0, list(takes), []

    def monotonic(self):
        at, self.at = self.at, self.at + (self.takes.pop(0) if self.takes else 0)
        return at

    def sleep(self, seconds):
        self.slept.append(seconds)


@pytest.mark.parametrize(("takes", "sleeps"), [(0.01, 0.49), (0.125, 0.375), (0.75, 0.25)])
def test_nor_does_the_time_that_it_takes(client, event, monkeypatch, takes, sleeps):
    clock = Clock(takes)
    monkeypatch.setattr(views, "time", clock)
    post(client, f"/e/{event.slug}/lost-link", {"email": "ai@x.vn"})
    assert clock.slept == [pytest.approx(sleeps)]


def test_a_letter_that_never_arrived_holds_up_no_link(client, event):
    register(event, "mot", email="co@x.vn")
    db.session.query(Message).update({"status": MailStatus.FAILED})
    db.session.commit()
    post(client, f"/e/{event.slug}/lost-link", {"email": "co@x.vn"})
    assert db.session.query(Message).filter_by(kind="link").count() == 1


def test_the_link_goes_to_the_registered_address_and_to_everybody_who_shares_it(client, event):
    for name in ("mot", "hai"):
        register(event, name, email="chung@x.vn")
    db.session.query(Message).update({"created_at": now() - timedelta(hours=1)})
    db.session.commit()
    post(client, f"/e/{event.slug}/lost-link", {"email": " CHUNG@x.vn "})
    post(client, f"/e/{event.slug}/lost-link", {"email": "chung@x.vn"})
    sent = db.session.query(Message).filter_by(kind="link").all()
    assert [it.to_address for it in sent] == ["chung@x.vn"] * 2


@pytest.mark.parametrize("typed", ["", "không phải", "a@"])
def test_what_is_no_address_is_said(client, event, typed):
    page = post(client, f"/e/{event.slug}/lost-link", {"email": typed})
    assert page.status_code == 422


# --- What may be changed ------------------------------------------------------------------------


def edit_data(event, **changes):
    office = db.session.query(Delegate).one().organisation
    return {
        "name": "Tên Khác",
        "position": "Chức vụ khác",
        "delegation_id": office.delegation_id,
        "organisation_id": office.id,
        "category_id": event.categories[0].id,
        "email": "khac@x.vn",
        "phone": "0987654321",
        "day_ids": [event.days[0].id],
        "class_id": 0,
        "wish_1": 0,
        "wish_2": 0,
        "diet": "Ăn chay",
        "revision": 1,
        **changes,
    }


def test_only_the_parts_that_the_event_allows(client, event):
    event.self_edit_parts = ["needs"]
    db.session.commit()
    made = register(event, "mot")
    link = f"/p/{made.secret}/edit"
    page = client.get(link).text
    assert 'name="diet"' in page
    assert 'name="name"' not in page
    assert post(client, link, edit_data(event)).status_code == 303
    db.session.expire_all()
    delegate = db.session.query(Delegate).one()
    assert (delegate.name, delegate.email, delegate.diet) == ("mot", "mot@x.vn", "Ăn chay")
    assert len(delegate.days) == 2


def test_every_part_by_default(client, event):
    made = register(event, "mot")
    assert post(client, f"/p/{made.secret}/edit", edit_data(event)).status_code == 303
    db.session.expire_all()
    assert db.session.query(Delegate).one().name == "Tên Khác"


@pytest.mark.parametrize(("days", "is_open"), [(0, True), (1, True), (-1, False)])
def test_until_the_day(client, event, days, is_open):
    today = now().astimezone(event.zone).date()
    event.self_edit_until = date.fromordinal(today.toordinal() + days)
    db.session.commit()
    made = register(event, "mot")
    post(client, f"/p/{made.secret}/edit", edit_data(event), form_at=f"/p/{made.secret}/cancel")
    db.session.expire_all()
    assert (db.session.query(Delegate).one().name == "Tên Khác") == is_open


@pytest.mark.parametrize(("days", "is_open"), [(0, True), (3, True), (-1, False)])
def test_without_a_day_until_the_last_day_of_the_event(client, event, days, is_open):
    today = now().astimezone(event.zone).date()
    event.self_edit_until = None
    for number, day in enumerate(event.days):
        day.date = date.fromordinal(today.toordinal() + days - number)
    db.session.commit()
    link = f"/p/{register(event, 'mot').secret}"
    page = client.get(f"{link}?lang=en").text
    assert (f'href="{link}/edit"' in page) == is_open
    assert ("You can change this until the end of" in page) == is_open
    assert ("Changes are no longer possible here." in page) != is_open
    post(client, f"{link}/edit", edit_data(event), form_at=f"{link}/cancel")
    db.session.expire_all()
    assert (db.session.query(Delegate).one().name == "Tên Khác") == is_open


def test_nothing_at_all(client, event):
    event.self_edit_parts = []
    db.session.commit()
    made = register(event, "mot")
    assert client.get(f"/p/{made.secret}/edit").status_code == 302
    assert f"/p/{made.secret}/edit" not in client.get(f"/p/{made.secret}").text
