"""Giving a held place back: at once while the list is open, asked for once it is frozen."""

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.delegations import changes, deciding, invitations
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.extensions import db
from eventapp.registration import holding, quota
from eventapp.registration.models import Delegation, HeldPlace, Status
from tests.builders import build_delegate, organisation
from tests.conftest import post


@pytest.fixture
def delegation(event):
    return organisation(event).delegation


@pytest.fixture
def place(event, delegation):
    return holding.hold(event, delegation.id, category_id=event.categories[0].id)[0]


@pytest.fixture
def frozen(delegation):
    delegation = db.session.get_one(Delegation, delegation.id)
    delegation.submitted_at = now()
    db.session.commit()
    return delegation


def held():
    db.session.rollback()
    return db.session.query(HeldPlace).count()


def test_an_open_list_gives_back_at_once(event, delegation, place):
    done = changes.give_back(event, delegation.id, place.id)
    assert done.request is None
    assert (held(), quota.taken(event.id)) == (0, 0)


def test_a_frozen_list_asks(client, organiser, event, place, frozen):
    link = f"/d/{invitations.renew_link(event, frozen.id)}"
    answer = post(client, f"{link}/places/{place.id}/give-back", {}, form_at=link)
    assert answer.status_code == 303
    page = client.get(link).text
    assert "thay đổi của quý vị là yêu cầu để Ban Tổ chức xét" in page
    assert "Trả lại một suất đã giữ: Đại biểu, Đơn vị bất kỳ" in page
    assert (held(), quota.taken(event.id)) == (1, 1)
    request = db.session.query(ChangeRequest).one()
    assert (request.kind, request.held_place_id) == (RequestKind.GIVE_BACK, place.id)

    at = "/manage/hoi-nghi/delegations/requests"
    assert "Trả lại một suất đã giữ" in organiser.get(at).text
    post(organiser, f"{at}/{request.id}", {"decision": "accept"}, form_at=at)
    assert (held(), quota.taken(event.id)) == (0, 0)
    assert db.session.query(ChangeRequest).one().decision == Decision.ACCEPTED
    assert db.session.query(AuditEntry).filter_by(action="give_back").count() == 1
    assert "Trả lại một suất đã giữ" in organiser.get(f"{at}?decided=1").text
    assert client.get(link).status_code == 200


def test_declined_it_stays_held(event, place, frozen):
    request = changes.give_back(event, frozen.id, place.id).request
    deciding.decline(event, request.id, "Đã đặt xe")
    assert (held(), quota.taken(event.id)) == (1, 1)


def test_accepted_the_place_goes_to_the_waitlist(event, place, frozen):
    event.has_waitlist = True
    quota.set_places(event.id, 1)
    waiting = build_delegate(event, status=Status.WAITLISTED, waitlisted_at=now())
    request = changes.give_back(event, frozen.id, place.id).request
    deciding.accept(event, request.id)
    db.session.refresh(waiting)
    assert waiting.status == Status.OFFERED


def test_it_is_asked_once(client, event, place, frozen):
    changes.give_back(event, frozen.id, place.id)
    with pytest.raises(changes.AskedAlready):
        changes.give_back(event, frozen.id, place.id)
    link = f"/d/{invitations.renew_link(event, frozen.id)}"
    post(client, f"{link}/places/{place.id}/give-back", {}, form_at=link)
    assert "đang chờ quyết định. Hãy rút yêu cầu đó trước." in client.get(link).text
    assert db.session.query(ChangeRequest).count() == 1


def test_what_was_filled_in_meanwhile_cannot_be_given_back(event, place, frozen):
    request = changes.give_back(event, frozen.id, place.id).request
    holding.give_back(event, frozen.id, place.id)
    with pytest.raises(holding.HeldPlaceNotFound):
        deciding.accept(event, request.id)


def test_a_place_of_another_delegation_is_not_there(event, place):
    other = organisation(event, "Bộ Tài chính").delegation
    with pytest.raises(holding.HeldPlaceNotFound):
        changes.give_back(event, other.id, place.id)
    assert held() == 1
