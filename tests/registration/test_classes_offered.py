"""Which classes people are offered: what is published, not what organisers are working on."""

import pytest
from sqlalchemy import select

from eventapp.database import db
from eventapp.mail import composing
from eventapp.mail.models import Message
from eventapp.programme import published
from eventapp.programme.models import SessionKind
from eventapp.registration import quota, quota_words
from eventapp.registration.choices import choices_for
from eventapp.registration.models import Delegation
from eventapp.registration.offer import offered_by
from eventapp.registration.service import (
    ClassOnAnotherDay,
    Consent,
    DelegateData,
    NotInThisEvent,
    QuotaFull,
    register,
    update,
)
from eventapp.registration.substitution import Substitute, substitute
from tests.conftest import post
from tests.programme import drafts
from tests.registration.filled import classes, details, form_data


def offered(event):
    db.session.refresh(event)
    return offered_by(event).classes


def titles(event):
    return [it.title for it in offered(event)]


def new_class(event, title="Lớp mới", **values):
    return drafts.add(event, title, 16, kind=SessionKind.TRAINING, takes_enrolment=True, **values)


def enrol(event, class_id, name="Nguyễn Văn An", **values):
    data = details(event, name=name, enrolment_ids=(class_id,), **values)
    return register(event, data, submission=None, consent=Consent("1")).delegate


def data_of(delegate, **values) -> DelegateData:
    known = {
        "name": delegate.name,
        "position": delegate.position,
        "category_id": delegate.category_id,
        "organisation_id": delegate.organisation_id,
        "email": delegate.email,
        "phone": delegate.phone,
        "day_ids": [it.id for it in delegate.days],
        "enrolment_ids": [it.id for it in delegate.enrolments],
    }
    return DelegateData(**(known | values))


def test_before_the_first_publication_the_draft_is_offered(event):
    class_id = new_class(event)
    assert class_id in {it.id for it in offered(event)}


def test_what_is_published_is_offered_as_it_was_published(event):
    first = classes(event)[0]
    was = (first.title, first.starts_at, first.room.name)
    published.publish(event)
    drafts.change(event, first.id, title="Tên trong bản nháp", hour=17, room_id=None)
    [shown] = [it for it in offered(event) if it.id == first.id]
    assert (shown.title, shown.starts_at, shown.room.name) == was
    published.publish(event)
    [shown] = [it for it in offered(event) if it.id == first.id]
    assert (shown.title, shown.room) == ("Tên trong bản nháp", None)


def test_a_class_that_is_only_in_the_draft_is_for_organisers_alone(event):
    published.publish(event)
    class_id = new_class(event)
    assert "Lớp mới" not in titles(event)
    organisers = choices_for(event, public=False).classes
    assert class_id in {it.id for it in organisers}
    delegation = db.session.scalars(select(Delegation).filter_by(event_id=event.id)).first()
    leads = choices_for(event, delegation_id=delegation.id).classes
    assert class_id not in {it.id for it in leads}
    published.publish(event)
    assert "Lớp mới" in titles(event)


def test_a_class_that_the_draft_no_longer_has_is_not_offered(event):
    class_id = new_class(event)
    published.publish(event)
    drafts.delete(event, class_id)
    assert "Lớp mới" not in titles(event)
    with pytest.raises(NotInThisEvent):
        enrol(event, class_id)


def test_closing_sign_up_counts_at_once_and_opening_it_with_the_next_version(event):
    first = classes(event)[0]
    published.publish(event)
    drafts.change(event, first.id, takes_enrolment=False)
    assert first.id not in {it.id for it in offered(event)}
    with pytest.raises(NotInThisEvent):
        enrol(event, first.id)
    published.publish(event)
    drafts.change(event, first.id, takes_enrolment=True)
    assert first.id not in {it.id for it in offered(event)}
    published.publish(event)
    assert first.id in {it.id for it in offered(event)}


def test_a_class_moved_in_the_draft_is_still_on_the_day_that_people_read(event):
    first = classes(event)[0]
    was, other = first.day_id, next(it for it in event.days if it.id != first.day_id)
    published.publish(event)
    drafts.change(event, first.id, on=event.days.index(other), hour=10)
    [shown] = [it for it in offered(event) if it.id == first.id]
    assert shown.day_id == was
    delegate = enrol(event, first.id, day_ids=(was,))
    update(event, delegate.id, data_of(delegate, position="Vụ trưởng"), revision=delegate.revision)
    assert [it.id for it in delegate.enrolments] == [first.id]
    with pytest.raises(ClassOnAnotherDay):
        moved = data_of(delegate, day_ids=[other.id])
        update(event, delegate.id, moved, revision=delegate.revision)


def test_whoever_is_in_a_class_that_is_not_offered_keeps_it(event):
    published.publish(event)
    class_id = new_class(event)
    delegate = enrol(event, class_id)  # as an organiser does
    drafts.change(event, class_id, takes_enrolment=False)
    choices = choices_for(event, delegate=delegate)
    assert class_id in {it.id for it in choices.classes}
    delegation_id = delegate.organisation.delegation_id
    taken = choices_for(event, delegation_id=delegation_id, taken=True).classes
    assert [it.is_public for it in taken if it.id == class_id] == [False]
    update(event, delegate.id, data_of(delegate, position="Vụ trưởng"), revision=delegate.revision)
    assert [it.id for it in delegate.enrolments] == [class_id]


def test_places_count_while_the_draft_differs(event):
    first = classes(event)[0]
    quota.set_places(event.id, 1, session_id=first.id)
    published.publish(event)
    drafts.change(event, first.id, title="Tên trong bản nháp")
    enrol(event, first.id)
    with pytest.raises(QuotaFull):
        enrol(event, first.id, "Trần Thị Bình")


def test_letters_call_a_class_what_is_published(event):
    first = classes(event)[0]
    title = first.title
    published.publish(event)
    drafts.change(event, first.id, title="Tên trong bản nháp")
    enrol(event, first.id)
    message = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    letter = composing.compose(message)
    assert title in letter.text
    assert "Tên trong bản nháp" not in letter.text


def test_the_form_offers_only_what_is_published(event, client):
    published.publish(event)
    new_class(event)
    page = client.get(f"/e/{event.slug}/register").text
    assert classes(event)[0].title in page
    assert "Lớp mới" not in page


def test_what_is_full_is_called_what_is_published(event, client):
    first = classes(event)[0]
    title = first.title
    quota.set_places(event.id, 1, session_id=first.id)
    published.publish(event)
    drafts.change(event, first.id, title="Tên trong bản nháp")
    enrol(event, first.id)
    with pytest.raises(QuotaFull) as full:
        enrol(event, first.id, "Trần Thị Bình")
    assert quota_words.names_of(full.value) == title


def test_a_substitute_inherits_a_class_whose_sign_up_is_closed(event):
    first = classes(event)[0]
    published.publish(event)
    delegate = enrol(event, first.id)
    drafts.change(event, first.id, takes_enrolment=False)
    new = substitute(event, delegate.id, Substitute("Trần Thị Mới", email="moi@x.vn"))
    assert [it.id for it in new.enrolments] == [first.id]


def test_a_class_that_closes_while_the_form_is_open_is_not_dropped_in_silence(event, client):
    first = classes(event)[0]
    page = "/e/hoi-nghi/register?lang=en"
    sent = form_data(event, class_id=first.id)
    client.get(page)
    drafts.change(event, first.id, takes_enrolment=False)
    answer = post(client, page, sent)
    assert answer.status_code == 422
    assert "This can no longer be chosen" in answer.text
    assert sent["name"] in answer.text
    answer = post(client, page, {**sent, "class_id": 0})
    assert answer.status_code == 303
