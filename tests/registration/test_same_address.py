"""Two registrations with one address: who is told of it, and how."""

import re

import pytest

from eventapp.accounts.permissions import Role
from eventapp.database import transaction
from eventapp.extensions import db
from eventapp.mail.composing import compose
from eventapp.mail.models import Message
from eventapp.registration import duplicates, service
from eventapp.registration.models import Delegate, NotTheSame
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import post
from tests.registration.filled import details, form_data

PAGE = "/e/hoi-nghi/register?lang=en"
SAID = {
    "en": "with this e-mail address somebody is registered for",
    "vi": "địa chỉ thư điện tử này đã có đăng ký tham dự",
}


def _register(event, name, office="Sở Nội vụ", by="self", **changes):
    registered = service.register(
        event,
        details(event, name=name, organisation_id=organisation(event, office).id, **changes),
        submission=None,
        consent=service.Consent("1", by) if by else None,
        by=service.By.SELF if by == "self" else service.By.LEAD if by else service.By.ORGANISER,
    )
    letter = compose(db.session.query(Message).order_by(Message.id.desc()).first())
    return registered, letter


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_owner_of_the_address_is_told_and_can_ask_for_the_link(event, language):
    first, letter = _register(event, "Nguyễn Đình Ân", language=language)
    assert SAID[language] not in letter.text
    second, letter = _register(event, "Trần Văn Ba", "Văn phòng UBND", language=language)
    for said in (letter.text, letter.html):
        assert SAID[language] in said
        assert "Nguyễn Đình Ân, Sở Nội vụ" in said
        assert f"/p/{second.secret}" in said
        # Letters are passed on where an office shares a mailbox.
        assert first.secret not in said
        assert "/e/hoi-nghi/lost-link" in said


def test_the_page_says_the_same_whether_the_address_is_known_or_not(client, event):
    first = post(client, PAGE, form_data(event))
    client.get(first.location)
    pages = []
    for name, email in (("Trần Văn Ba", "an@bacninh.example"), ("Lò Văn Tư", "tu@x.example")):
        answer = post(client, PAGE, form_data(event, name=name, email=email))
        assert answer.status_code == 303
        page = client.get(answer.location).text
        assert first.location.rpartition("/")[2] not in page
        delegate = db.session.query(Delegate).filter_by(name=name).one()
        page = re.sub(r'<svg.*?</svg>|value="[^"]*"', "", page, flags=re.DOTALL)
        for own in (
            answer.location.rpartition("/")[2],
            delegate.code,
            " ".join(re.findall("....", delegate.code)),
            delegate.email,
            name,
        ):
            page = page.replace(own, "…")
        pages.append(page)
    assert pages[0] == pages[1]


def test_who_is_known_to_be_another_person_is_not_told_of(event):
    first, _letter = _register(event, "Nguyễn Đình Ân")
    second, letter = _register(event, "Trần Văn Ba", "Văn phòng UBND")
    assert "Nguyễn Đình Ân" in letter.text
    with transaction():
        db.session.add(NotTheSame(first_id=first.delegate_id, second_id=second.delegate_id))
    assert duplicates.to_tell_the_owner_of(second.delegate) == []


def test_leads_are_told_of_their_list_and_the_owner_of_others(event):
    _register(event, "Nguyễn Đình Ân", by="lead")
    _registered, letter = _register(event, "Trần Văn Ba", "Văn phòng UBND", by="lead")
    assert SAID["vi"] not in letter.text
    _registered, letter = _register(event, "Lò Văn Tư", "Bộ Tài chính", by="lead")
    assert "Nguyễn Đình Ân" in letter.text


def test_organisers_are_told_on_the_page_and_nobody_by_letter(event):
    _register(event, "Nguyễn Đình Ân")
    _registered, letter = _register(event, "Trần Văn Ba", by="")
    assert SAID["vi"] not in letter.text


def test_an_address_of_many_is_an_offices_and_says_nothing(event):
    for number in range(duplicates.SHARED):
        build_delegate(event, f"Người Thứ {number}", email="an@bacninh.example")
    _registered, letter = _register(event, "Trần Văn Ba")
    assert SAID["vi"] not in letter.text


def test_who_has_cancelled_and_other_events_are_not_told_of(event):
    first, _letter = _register(event, "Nguyễn Đình Ân")
    service.cancel(event, first.delegate_id)
    _register(build_event("khac"), "Lò Văn Tư")
    _registered, letter = _register(event, "Trần Văn Ba")
    assert SAID["vi"] not in letter.text


def test_the_new_one_is_marked_for_organisers_at_once(sign_in, event):
    first, _letter = _register(event, "Nguyễn Đình Ân")
    second, _letter = _register(event, "Trần Văn Ba", "Văn phòng UBND")
    build_delegate(event, "Lò Văn Tư")
    client = sign_in(Role.ORGANISER, event)
    compare = f"/manage/hoi-nghi/duplicates/{first.delegate_id}/{second.delegate_id}"
    listed = client.get("/manage/hoi-nghi/delegates?lang=en").text
    assert listed.count("Possible duplicate<") == 2
    assert listed.count(f'href="{compare}"') == 2
    for delegate_id, other in (
        (second.delegate_id, "Nguyễn Đình Ân, Sở Nội vụ"),
        (first.delegate_id, "Trần Văn Ba, Văn phòng UBND"),
    ):
        page = client.get(f"/manage/hoi-nghi/delegates/{delegate_id}").text
        assert f'href="{compare}">{other}' in page


def test_who_is_marked(event):
    here = build_delegate(event, "Nguyễn Thị Hòa", email="hoa@bacninh.example")
    same_office = build_delegate(event, "Nguyễn Thị Hoà")
    elsewhere = build_delegate(
        event, "Nguyễn Thị Hòa", organisation=organisation(event, "Bộ Tài chính")
    )
    apart = build_delegate(event, "Lò Văn Tư", email="hoa@bacninh.example")
    alone = build_delegate(event, "Trần Văn Ba", email="")
    people = [here, same_office, elsewhere, apart, alone]
    ids = [it.id for it in people]
    found = duplicates.lookalikes(event.id, people)
    assert found == {ids[0]: [ids[1], ids[3]], ids[1]: [ids[0]], ids[3]: [ids[0]]}
    with transaction():
        db.session.add(NotTheSame(first_id=ids[0], second_id=ids[3]))
    people = [db.session.get_one(Delegate, it) for it in ids]
    assert duplicates.lookalikes(event.id, people) == {ids[0]: [ids[1]], ids[1]: [ids[0]]}
    service.cancel(event, ids[1])
    people = [db.session.get_one(Delegate, it) for it in ids]
    assert duplicates.lookalikes(event.id, people) == {}


def test_a_page_of_the_list_is_marked_by_a_fixed_number_of_queries(event, count_queries):
    people = [build_delegate(event, f"Người {number % 7}") for number in range(30)]
    event_id = event.id
    for it in people:
        assert it.name  # read before we count
    with count_queries() as queries:
        found = duplicates.lookalikes(event_id, people)
    assert len(found) == 30
    assert len(queries) == 3
