"""What of the event itself stands on badges."""

from sqlalchemy import select

from eventapp.badges import records, shipped
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from tests.builders import build_delegate


def values(event, keys):
    (found,) = records.read(event, select(Delegate), keys)
    return dict(found.record.values)


def test_who_organises_whom_to_ask_and_where_the_programme_is(event):
    build_delegate(event)
    event.organiser = "Bộ Thông tin và Truyền thông"
    event.contact_name, event.contact_phone = "Nguyễn Thị Lan", "+84912345678"
    event.contact_email = ""
    db.session.commit()
    found = values(event, {"organiser", "contact", "web"})
    assert found["organiser"] == "Bộ Thông tin và Truyền thông"
    assert found["contact"] == "Nguyễn Thị Lan · 0912 345 678"
    assert found["web"].endswith(f"/e/{event.slug}")
    assert "://" not in found["web"]


def test_what_the_event_does_not_say_is_not_there(event):
    build_delegate(event)
    event.organiser = event.contact_name = event.contact_phone = event.contact_email = ""
    db.session.commit()
    assert values(event, {"organiser", "contact"}) == {}


def test_every_key_of_the_shipped_templates_is_known(event):
    build_delegate(event)
    wanted = frozenset().union(*(shipped.find(it).sources() for it in shipped.names()))
    found = values(event, wanted)
    assert {"name", "code", "category", "category@en", "event", "event@en", "dates"} <= set(found)
    assert set(found) <= wanted
