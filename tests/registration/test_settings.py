"""The settings of an event."""

from eventapp.extensions import db
from tests.conftest import post


def test_the_contact_in_the_settings_is_an_address(organiser, event):
    at = "/manage/hoi-nghi/settings"
    sent = {"title": event.title, "short_title": event.short_title, "registration_open": "y"}
    assert post(organiser, at, {**sent, "contact_email": "không có"}).status_code == 422
    assert post(organiser, at, {**sent, "contact_email": " Binh@X.Example "}).status_code == 302
    db.session.refresh(event)
    assert event.contact_email == "binh@x.example"
