"""Letters to leads, as they are sent."""

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from eventapp.delegations import changes, deciding, invitations
from eventapp.delegations.letters import LeadLetter
from eventapp.extensions import db
from eventapp.mail import composing
from eventapp.mail.models import Message
from eventapp.registration import quota
from eventapp.registration.models import Delegation
from tests.builders import build_delegate, organisation


@pytest.fixture
def delegation(event):
    row = organisation(event).delegation
    row.lead_name, row.lead_email = "Nguyễn Thị <b>Lan</b>", "lan@bacninh.example"
    row.deadline = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    db.session.commit()
    return row


def composed():
    db.session.expire_all()
    message = db.session.query(Message).order_by(Message.id.desc()).first()
    return composing.compose(message)


@pytest.mark.parametrize("reminder", [False, True])
def test_an_invitation_brings_the_link_the_places_and_the_deadline(event, delegation, reminder):
    quota.set_places(event.id, 12, delegation_id=delegation.id)
    secret = invitations.renew_link(event, delegation.id)
    invitations.invite(event, [delegation.id], is_reminder=reminder)
    letter = composed()
    assert f"/d/{secret}" in letter.text
    assert f"/d/{secret}" in letter.html
    assert "17:00" in letter.text
    assert "Bắc Ninh" in letter.subject
    assert ("Số suất của đoàn: 12\n" in letter.text) != reminder
    assert "<b>Lan</b>" not in letter.html
    assert "{" not in letter.text + letter.subject
    assert "None" not in letter.text


def test_an_invitation_names_a_place_once_that_the_venue_names(event, delegation):
    event.venue, event.place = "Trung tâm Kinh Bắc, tỉnh Bắc Ninh", "Bắc Ninh"
    db.session.commit()
    invitations.invite(event, [delegation.id])
    assert "Trung tâm Kinh Bắc, tỉnh Bắc Ninh." in composed().text


def test_no_secret_lies_in_the_outbox(event, delegation):
    secret = invitations.renew_link(event, delegation.id)
    invitations.invite(event, [delegation.id])
    [message] = db.session.query(Message)
    assert secret not in f"{message.details}{message.text}{message.html}"


def test_an_invitation_keeps_the_link_that_is_out(event, delegation):
    secret = invitations.renew_link(event, delegation.id)
    invitations.invite(event, [delegation.id])
    assert invitations.by_secret(secret).id == delegation.id


def test_who_has_handed_in_is_not_reminded(event, delegation):
    invitations.invite(event, [delegation.id], is_reminder=True)
    changes.submit(event, delegation.id)
    message = db.session.query(Message).filter_by(kind=LeadLetter.REMINDER).one()
    with pytest.raises(composing.Overtaken):
        composing.compose(message)


def test_a_decision_is_told_with_its_answer(event, delegation):
    person = build_delegate(event, "Trần Văn Ba")
    changes.submit(event, delegation.id)
    asked = changes.cancel(event, delegation.id, person.id, "Ốm").request
    deciding.decline(event, asked.id, "Đã in thẻ")
    letter = composed()
    for fact in ("Trần Văn Ba", "Đã in thẻ"):
        assert fact in letter.text
        assert fact in letter.html


@pytest.mark.parametrize("kind", list(LeadLetter))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_has_an_example(app, event, kind, language):
    with force_locale(language):
        facts = composing.kinds[kind].example(event.id, None, language)
        assert facts.values["delegation"]
        assert db.session.query(Delegation).filter_by(event_id=event.id).count() == 4
