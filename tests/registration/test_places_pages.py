"""The organisers' page of places."""

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.models import Delegate, Quota, Status
from tests.builders import organisation
from tests.conftest import post
from tests.registration.filled import details


@pytest.fixture
def page(event):
    return f"/manage/{event.slug}/places"


NOTHING = {
    "delegation_id": 0,
    "organisation_id": 0,
    "category_id": 0,
    "day_id": 0,
    "session_id": 0,
}


def scopes(event):
    db.session.expire_all()
    return {it.scope: it.places for it in quota.all_of(event.id)}


def test_a_quota_is_added_changed_and_ended(organiser, event, page):
    category = event.categories[1].id
    data = {**NOTHING, "category_id": category, "places": 30}
    assert post(organiser, page, data).status_code == 303
    assert scopes(event)[f"category:{category}"] == 30
    row = db.session.query(Quota).filter_by(category_id=category).one()
    post(organiser, f"{page}/{row.id}", {"places": 40}, form_at=page)
    assert scopes(event)[f"category:{category}"] == 40
    post(organiser, f"{page}/{row.id}", {"places": ""}, form_at=page)
    assert f"category:{category}" not in scopes(event)


@pytest.mark.parametrize("places", ["", "-1", "nhiều", "1000001"])
def test_a_senseless_number_is_refused_beside_its_field(organiser, event, page, places):
    answer = post(organiser, page, {**NOTHING, "places": places})
    assert answer.status_code == 422
    assert scopes(event) == {"": None}


def test_an_office_of_another_delegation_is_refused(organiser, event, page):
    other = organisation(event, "Bộ Tài chính")
    data = {
        **NOTHING,
        "delegation_id": organisation(event).delegation_id,
        "organisation_id": other.id,
        "places": 3,
    }
    assert post(organiser, page, data).status_code == 422


def test_an_offices_quota_is_one_wherever_it_is_set(organiser, event, page):
    office = organisation(event)
    quota.set_places(event.id, 5, delegation_id=office.delegation_id, organisation_id=office.id)
    post(organiser, page, {**NOTHING, "organisation_id": office.id, "places": 3})
    scope = f"delegation:{office.delegation_id}/organisation:{office.id}"
    assert scopes(event) == {"": None, scope: 3}


def test_rules_are_changed_and_logged(organiser, event, page):
    data = {"needs_approval": [event.categories[1].id], "has_waitlist": "y", "offer_hours": 24}
    post(organiser, f"{page}/rules", data, form_at=page)
    db.session.expire_all()
    assert (event.has_waitlist, event.offer_hours) == (True, 24)
    assert [it.needs_approval for it in event.categories] == [False, True]
    entry = db.session.query(AuditEntry).filter_by(subject="event").one()
    assert entry.changes["needs_approval:Khách mời"] == [False, True]


def test_somebody_is_admitted_out_of_turn_for_a_reason(organiser, event, page):
    event.has_waitlist = True
    db.session.commit()
    quota.set_places(event.id, 0)
    waiting = service.register(
        event, details(event), submission=None, consent=service.Consent("1")
    ).delegate.id
    assert "Nguyễn Đình Ân" in organiser.get(page).text
    post(organiser, f"{page}/waiting/{waiting}", {"reason": ""}, form_at=page)
    assert status(waiting) == Status.WAITLISTED
    post(organiser, f"{page}/waiting/{waiting}", {"reason": "Thêm ghế"}, form_at=page)
    assert status(waiting) == Status.APPROVED


def status(delegate_id):
    db.session.expire_all()
    return db.session.get_one(Delegate, delegate_id).status


def test_more_places_are_offered_to_those_who_wait(organiser, event, page):
    event.has_waitlist = True
    db.session.commit()
    quota.set_places(event.id, 0)
    waiting = service.register(
        event, details(event), submission=None, consent=service.Consent("1")
    ).delegate.id
    row = db.session.query(Quota).one()
    post(organiser, f"{page}/{row.id}", {"places": 1}, form_at=page)
    assert status(waiting) == Status.OFFERED
