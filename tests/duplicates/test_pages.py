"""The review list and the merge form, as organisers use them."""

import re

from sqlalchemy import select

from eventapp.database import transaction
from eventapp.extensions import db
from eventapp.registration import quota
from eventapp.registration.models import Delegate, NotTheSame, Status
from tests.builders import build_delegate
from tests.conftest import post


def two(event, **changes):
    one = build_delegate(event, "TRAN THI HOA", email="cu@bacninh.example")
    two = build_delegate(event, "Trần Thị Hòa", **{"email": "moi@bacninh.example", **changes})
    event_id = event.id
    with transaction():
        quota.recount(event_id)
    return one, two


def address(event, one, other):
    return f"/manage/{event.slug}/duplicates/{one.id}/{other.id}"


def proposed(page):
    """What a browser would send of the form as it comes."""
    return dict(
        re.findall(r'type="radio" name="(\w+)" value="(\d+)"[^>]*checked', page.text)
    ) | dict(re.findall(r'name="(revision_\d+)" value="(\d+)"', page.text))


def test_the_list_leads_to_the_merge(event, organiser):
    one, other = two(event)
    page = organiser.get(f"/manage/{event.slug}/duplicates?lang=en")
    assert "Same name and organisation" in page.text
    assert "cu@bacninh.example" in page.text and "moi@bacninh.example" in page.text
    compare = organiser.get(address(event, one, other) + "?lang=en")
    sent = proposed(compare)
    assert sent["kept"] == str(one.id) and sent["name"] == sent["email"] == str(other.id)
    answer = post(
        organiser, address(event, one, other) + "/merge", sent, form_at=address(event, one, other)
    )
    assert answer.status_code == 303
    assert answer.location.endswith(f"/delegates/{one.id}")
    db.session.rollback()
    one, other = (db.session.get_one(Delegate, it.id) for it in (one, other))
    assert (one.name, one.email) == ("Trần Thị Hòa", "moi@bacninh.example")
    assert other.merged_into_id == one.id


def test_two_people_are_remembered(event, organiser):
    one, other = two(event)
    answer = post(
        organiser,
        address(event, one, other) + "/apart",
        {"page": 1},
        form_at=f"/manage/{event.slug}/duplicates",
    )
    assert answer.status_code == 303
    assert db.session.execute(select(NotTheSame.first_id, NotTheSame.second_id)).all() == [
        (one.id, other.id)
    ]
    page = organiser.get(f"/manage/{event.slug}/duplicates?lang=en")
    assert "Nobody seems to be registered twice" in page.text


def test_the_number_on_the_list_of_delegates(event, organiser):
    assert organiser.get(f"/manage/{event.slug}/duplicates/number").status_code == 204
    two(event)
    assert organiser.get(f"/manage/{event.slug}/duplicates/number").text == "1"
    page = organiser.get(f"/manage/{event.slug}/delegates")
    assert f"/manage/{event.slug}/duplicates/number" in page.text


def test_nobody_chosen_to_stay(event, organiser):
    one, other = two(event)
    at = address(event, one, other)
    assert post(organiser, at + "/merge", {}, form_at=at).status_code == 422


def test_changed_since_the_page_was_read(event, organiser):
    one, other = two(event)
    at = address(event, one, other)
    sent = {**proposed(organiser.get(at)), f"revision_{one.id}": "999"}
    page = post(organiser, at + "/merge", sent, form_at=at)
    assert page.status_code == 409
    assert db.session.get_one(Delegate, other.id).merged_into_id is None


def test_cancelled_meanwhile(event, organiser):
    one, other = two(event)
    at = address(event, one, other)
    sent = proposed(organiser.get(at))
    other.status = Status.CANCELLED
    db.session.commit()
    form_at = f"/manage/{event.slug}/settings"
    answer = post(organiser, at + "/merge", sent, form_at=form_at)
    assert answer.status_code == 303
    assert 'name="kept"' not in organiser.get(at).text


def test_no_place_for_what_was_chosen(event, organiser):
    one, other = two(event)
    other.status, other.category = Status.WAITLISTED, event.categories[1]
    guests = event.categories[1].id
    db.session.commit()
    event_id = event.id
    with transaction():
        quota.recount(event_id)
    quota.set_places(event.id, 0, category_id=guests)
    at = address(event, one, other)
    sent = {**proposed(organiser.get(at)), "category_id": other.id, "kept": one.id}
    assert post(organiser, at + "/merge", sent, form_at=at).status_code == 409


def test_what_is_not_there(event, organiser):
    one, _ = two(event)
    for path in (f"{one.id}/999999", f"{one.id}/{one.id}"):
        assert organiser.get(f"/manage/{event.slug}/duplicates/{path}").status_code == 404
