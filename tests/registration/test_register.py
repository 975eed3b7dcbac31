"""Somebody registers: by the form, and what the service does."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy.orm.exc import StaleDataError

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail.composing import compose
from eventapp.mail.models import Message
from eventapp.registration import consent, links, offer, quota, service
from eventapp.registration.models import Delegate, Organisation, Status
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import empty_tables, post
from tests.registration.filled import classes, coming, details, form_data

PAGE = "/e/hoi-nghi/register?lang=en"


def _register(event, submission=None, **changes):
    return service.register(
        event, details(event, **changes), submission=submission, consent=service.Consent("1")
    )


# --- by the form ---


def test_the_form_leads_to_a_pass(client, event):
    chosen = classes(event)[0].id
    answer = post(client, PAGE, form_data(event, class_id=chosen))
    assert answer.status_code == 303, answer.text
    delegate = db.session.query(Delegate).one()
    assert tokens.hash_secret(answer.location.rpartition("/")[2]) == delegate.secret_hash
    assert (delegate.name, delegate.position) == ("Nguyễn Đình Ân", "Phó Giám đốc")
    assert (delegate.email, delegate.phone) == ("an@bacninh.example", "+84912345678")
    assert delegate.days == event.days
    assert [it.id for it in delegate.enrolments] == [chosen]
    assert [it.site_id for it in delegate.preferences] == [event.sites[1].id, event.sites[0].id]
    assert (delegate.diet, delegate.language, delegate.status) == ("Ăn chay", "en", "approved")
    assert delegate.consent_version == consent.CURRENT
    assert now() - delegate.consent_at < timedelta(minutes=1)
    assert re.fullmatch(f"[{tokens.CODE_ALPHABET}]{{12}}", delegate.code)
    assert delegate.name in client.get(answer.location).text


def test_what_belongs_to_it_is_written_with_it(client, event):
    post(client, PAGE, form_data(event))
    entry = db.session.query(AuditEntry).one()
    assert (entry.actor, entry.action, entry.event_id) == ("delegate", "register", event.id)
    assert entry.changes["name"] == [None, "Nguyễn Đình Ân"]
    assert "submission_hash" not in entry.changes
    message = db.session.query(Message).one()
    assert message.to_address == "an@bacninh.example"
    assert quota.taken(event.id) == 1


def test_sending_twice_makes_one_registration(client, event):
    values = form_data(event)
    first = post(client, PAGE, values)
    second = post(client, PAGE, values)
    assert (second.status_code, second.location) == (303, first.location)
    assert coming(event.id) == 1
    assert db.session.query(Message).count() == 1
    assert "was sent before" in client.get(second.location).text


def test_the_same_form_for_a_colleague_is_another_registration(client, event):
    values = form_data(event)
    first = post(client, PAGE, values)
    second = post(client, PAGE, {**values, "name": "Trần Thị Bình"})
    assert second.status_code == 303
    assert second.location != first.location
    assert coming(event.id) == 2


def test_the_same_person_with_a_new_form_is_told(client, event):
    post(client, PAGE, form_data(event))
    again = post(client, PAGE, form_data(event, name="nguyen  dinh an"))
    assert again.status_code == 422
    assert "is registered already" in again.text
    assert "We have sent the personal link" in again.text
    assert coming(event.id) == 1
    # The letter of a moment ago holds the link: no second one.
    assert db.session.query(Message).count() == 1


def test_the_same_person_later_gets_the_link_by_mail_again(client, event):
    first = post(client, PAGE, form_data(event))
    db.session.query(Message).update({"created_at": now() - timedelta(hours=1)})
    db.session.commit()
    post(client, PAGE, form_data(event))
    letters = db.session.query(Message).order_by(Message.id).all()
    assert len(letters) == 2
    assert first.location in compose(letters[1]).text, "the old link stays good"


def test_the_link_is_not_mailed_with_an_address_that_anybody_can_claim(client, event):
    post(client, PAGE, form_data(event))
    db.session.query(Message).update({"created_at": now() - timedelta(hours=1)})
    db.session.commit()
    client.get(PAGE, headers={"Host": "evil.example"})
    values = form_data(event)
    page = client.get(PAGE, headers={"Host": "evil.example"}).text
    values["csrf_token"] = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    answer = client.post(PAGE, data=values, headers={"Host": "evil.example"})
    assert "ask the organisers" in answer.text
    assert db.session.query(Message).count() == 1


def test_who_cancelled_can_register_again(client, event):
    post(client, PAGE, form_data(event))
    service.cancel(event, db.session.query(Delegate).one().id)
    assert post(client, PAGE, form_data(event)).status_code == 303
    assert coming(event.id) == 1


def test_nothing_typed_is_lost(client, event):
    answer = post(client, PAGE, form_data(event, phone="12", needs="Xe lăn", consent=None))
    assert answer.status_code == 422
    for kept in ("Nguyễn Đình Ân", "Phó Giám đốc", "an@bacninh.example", "12", "Xe lăn"):
        assert kept in answer.text
    assert f'value="{organisation(event).id}" selected' in answer.text
    assert coming(event.id) == 0


def test_a_failed_form_keeps_its_token(client, event):
    values = form_data(event, consent=None)
    answer = post(client, PAGE, values)
    assert values["submission"] in answer.text


def test_each_new_form_has_a_token_of_its_own(client, event):
    def token():
        page = client.get(PAGE).text
        return re.search(r'name="submission"[^>]*value="([^"]+)"', page).group(1)

    assert token() != token()


def test_closed(client, event):
    event.registration_open = False
    db.session.commit()
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Registration is closed" in page.text
    assert 'name="email"' not in page.text


def test_closed_while_somebody_was_typing(client, event):
    client.get(PAGE)
    with client.session_transaction() as session:
        assert session
    page = client.get(PAGE).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    event.registration_open = False
    db.session.commit()
    answer = client.post(PAGE, data={**form_data(event), "csrf_token": token})
    assert answer.status_code == 422
    assert "Registration is closed; you are not registered." in answer.text
    assert "Nguyễn Đình Ân" in answer.text


def test_full(client, app):
    event = build_event(places=0)
    event.contact_phone = "+842223822222"
    db.session.commit()
    page = client.get(PAGE)
    assert "All places are taken" in page.text
    assert "tel:+842223822222" in page.text


def test_full_while_somebody_was_typing(client, app):
    event = build_event(places=1)
    page = client.get(PAGE).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    _register(event, name="Ai Đó")
    answer = client.post(PAGE, data={**form_data(event), "csrf_token": token})
    assert answer.status_code == 422
    assert "All places are taken; you are not registered." in answer.text
    assert coming(event.id) == 1


def test_in_vietnamese_first(client, event):
    assert 'lang="vi"' in client.get("/e/hoi-nghi/register").text
    assert "Mục đích" in client.get("/e/hoi-nghi/register").text


def test_queries_do_not_grow_with_the_people(client, event, count_queries, monkeypatch):
    monkeypatch.setattr(offer, "_SECONDS", 10**9)  # however slow the machine
    with count_queries() as queries:
        client.get(PAGE)
    assert len(queries) <= 14, "what the event offers is read"
    db.session.rollback()
    with count_queries() as queries:
        client.get(PAGE)
    few = len(queries)
    for _ in range(20):
        build_delegate(event)
    with count_queries() as queries:
        client.get(PAGE)
    assert len(queries) == few <= 3, queries


# --- what the service refuses ---


def test_what_is_another_events_is_refused(event):
    other = build_event("khac")
    for field, value in {
        "category_id": other.categories[0].id,
        "organisation_id": organisation(other).id,
        "day_ids": [other.days[0].id],
        "enrolment_ids": [classes(other)[0].id],
        "site_ids": [other.sites[0].id],
    }.items():
        with pytest.raises(service.NotInThisEvent) as refused:
            _register(event, **{field: value})
        assert refused.value.field == field
    with pytest.raises(service.NotInThisEvent):
        _register(
            event,
            organisation_id=None,
            organisation_typed="Viện",
            delegation_id=organisation(other).delegation_id,
        )
    assert coming(event.id) == 0


def test_an_office_of_another_delegation_is_refused(event):
    elsewhere = organisation(event, "Bộ Tài chính").delegation_id
    with pytest.raises(service.NotInThisEvent):
        _register(event, delegation_id=elsewhere)


def test_a_class_on_a_day_that_is_missed_is_refused(event):
    with pytest.raises(service.ClassOnAnotherDay):
        _register(event, enrolment_ids=[classes(event)[0].id], day_ids=[event.days[1].id])


def test_organisers_register_after_the_end(event):
    event.registration_open = False
    db.session.commit()
    with pytest.raises(service.RegistrationClosed):
        _register(event)
    made = service.register(
        event, details(event), submission=None, consent=None, by=service.By.ORGANISER
    )
    assert made.delegate.consent_at is None


# --- typed organisations ---


def test_a_typed_organisation_is_made_once(event):
    office = organisation(event).delegation_id
    values = {"organisation_id": None, "delegation_id": office}
    first = _register(event, organisation_typed="Viện  Công nghệ", **values).delegate
    second = _register(event, name="Khác", organisation_typed="viện công nghệ", **values).delegate
    assert first.organisation_id == second.organisation_id
    assert (first.organisation.name, first.organisation.is_typed) == ("Viện Công nghệ", True)


def test_a_typed_name_that_is_in_the_list_is_that_office(event):
    office = organisation(event)
    made = _register(
        event,
        organisation_id=None,
        delegation_id=office.delegation_id,
        organisation_typed="so noi vu",
    )
    assert made.delegate.organisation_id == office.id


def test_typed_without_a_delegation_is_from_elsewhere(event):
    made = _register(event, organisation_id=None, organisation_typed="Đại học Kinh Bắc")
    assert made.delegate.organisation.delegation.is_other


def test_typed_without_letters_is_refused(event):
    before = db.session.query(Organisation).count()
    with pytest.raises(service.NotInThisEvent):
        _register(event, organisation_id=None, organisation_typed="???")
    assert db.session.query(Organisation).count() == before


# --- replays ---


@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sends=st.lists(
        st.tuples(st.sampled_from(["một", "hai"]), st.sampled_from(["An", "Bình", "an"])),
        min_size=1,
        max_size=6,
    )
)
def test_however_often_a_form_is_sent(app, sends):
    db.session.remove()
    empty_tables()
    event = build_event()
    secrets = {}
    for token, name in sends:
        try:
            made = _register(event, submission=token, name=name)
        except service.AlreadyRegistered:
            continue  # the same person by another form
        key = (token, name.lower())
        assert made.is_replay == (key in secrets)
        assert secrets.setdefault(key, made.secret) == made.secret
    assert coming(event.id) == len({name.lower() for _, name in sends})
    assert len(set(secrets.values())) == len(secrets)


def test_a_replay_when_all_places_are_taken(app):
    event = build_event(places=1)
    first = _register(event, "mẫu")
    again = _register(event, "mẫu")
    assert (again.secret, again.is_replay) == (first.secret, True)


def test_a_replay_does_not_bring_back_a_link_that_was_ended(event):
    first = _register(event, "mẫu")
    links.renew(event, first.delegate.id)
    assert _register(event, "mẫu").secret is None
    assert links.by_secret(first.secret) is None


# --- changing ---


def test_changes_are_recorded_from_and_to(event):
    made = _register(event).delegate
    changed = replace(
        details(event),
        position="Giám đốc",
        day_ids=[event.days[0].id],
        site_ids=[event.sites[1].id],
    )
    service.update(event, made.id, changed, revision=made.revision)
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry.action == "update"
    assert entry.changes == {
        "position": ["Phó Giám đốc", "Giám đốc"],
        "days": [[day.id for day in event.days], [event.days[0].id]],
        "wishes": [[site.id for site in event.sites], [event.sites[1].id]],
    }


def test_changing_nothing_writes_nothing(event):
    made = _register(event).delegate
    service.update(event, made.id, details(event), revision=made.revision)
    assert made.revision == 1
    assert db.session.query(AuditEntry).count() == 1


def test_a_changed_name_is_found_and_sorted_anew(event):
    made = _register(event).delegate
    service.update(event, made.id, details(event, name="Đỗ Mười"), revision=1)
    assert " do muoi " in made.search_text
    assert "dinh" not in made.search_text


def test_the_second_to_save_an_old_copy_is_told(event):
    made = _register(event).delegate
    service.update(event, made.id, details(event, diet="Ăn chay"), revision=1)
    with pytest.raises(StaleDataError):
        service.update(event, made.id, details(event, diet="Không"), revision=1)
    assert made.diet == "Ăn chay"


def test_a_new_day_alone_makes_old_copies_old(event):
    made = _register(event).delegate
    service.update(event, made.id, details(event, day_ids=[event.days[0].id]), revision=1)
    with pytest.raises(StaleDataError):
        service.update(event, made.id, details(event), revision=1)


def test_a_new_address_gets_the_letter(event):
    made = _register(event)
    service.update(event, made.delegate.id, details(event, email="moi@bacninh.example"), revision=1)
    last = db.session.query(Message).order_by(Message.id.desc()).first()
    assert last.to_address == "moi@bacninh.example"
    assert made.secret in compose(last).text


def test_cancelling_says_so_and_why(event):
    made = _register(event).delegate
    service.cancel(event, made.id, reason="Bận  công tác")
    assert (made.status, made.cancel_reason) == (Status.CANCELLED, "Bận công tác")
    assert made.cancelled_at is not None
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry.changes["status"] == ["approved", "cancelled"]
    assert db.session.query(Message).count() == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda event, who: service.update(event, who, details(event), revision=1),
        lambda event, who: service.cancel(event, who),
        lambda event, who: service.reinstate(event, who),
        lambda event, who: links.renew(event, who),
        lambda event, who: links.remind(event, who),
    ],
)
def test_nobody_of_another_event_is_touched(event, call):
    other = build_event("khac")
    stranger = build_delegate(other).id
    with pytest.raises(service.DelegateNotFound):
        call(event, stranger)
