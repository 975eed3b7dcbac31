"""The places of an event."""

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import transaction
from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.models import Status
from tests.builders import build_event, organisation
from tests.registration.filled import coming, details


@pytest.fixture
def small(app):
    return build_event(places=2)


def _register(event, name, **changes):
    return service.register(
        event, details(event, name=name, **changes), submission=None, consent=service.Consent("1")
    ).delegate


def test_each_registration_takes_a_place(small):
    _register(small, "Một")
    assert (quota.taken(small.id), quota.left(small.id)) == (1, 1)


def test_beyond_the_last_place_nobody_is_registered(small):
    _register(small, "Một")
    _register(small, "Hai")
    with pytest.raises(service.QuotaFull):
        _register(small, "Ba")
    assert coming(small.id) == 2


def test_organisers_cannot_go_beyond_it_either(small):
    _register(small, "Một")
    _register(small, "Hai")
    with pytest.raises(service.QuotaFull):
        service.register(
            small,
            details(small, name="Ba"),
            submission=None,
            consent=None,
            by=service.By.ORGANISER,
        )


def test_without_a_limit_all_are_registered(event):
    for name in ("Một", "Hai", "Ba"):
        _register(event, name)
    assert quota.left(event.id) is None
    assert coming(event.id) == 3


def test_cancelling_frees_a_place_once(small):
    first = _register(small, "Một").id
    _register(small, "Hai")
    service.cancel(small, first)
    service.cancel(small, first)
    assert quota.taken(small.id) == 1
    _register(small, "Ba")
    assert coming(small.id) == 2


def test_reinstating_takes_a_place(small):
    first = _register(small, "Một").id
    service.cancel(small, first)
    service.reinstate(small, first)
    assert coming(small.id) == 1


def test_reinstating_needs_a_free_place(small):
    first = _register(small, "Một").id
    service.cancel(small, first)
    _register(small, "Hai")
    _register(small, "Ba")
    with pytest.raises(service.QuotaFull):
        service.reinstate(small, first)
    assert coming(small.id) == 2


def test_waiting_for_approval_holds_the_place(small):
    first = _register(small, "Một").id
    service.set_status(small, first, Status.PENDING)
    service.set_status(small, first, Status.APPROVED)
    assert coming(small.id) == 1


def test_a_refused_registration_takes_nothing(small):
    with pytest.raises(service.NotInThisEvent):
        _register(small, "Một", category_id=999_999)
    assert coming(small.id) == 0


def test_fewer_places_than_taken_send_nobody_away(small):
    _register(small, "Một")
    _register(small, "Hai")
    quota.set_places(small.id, 1)
    assert (quota.left(small.id), coming(small.id)) == (0, 2)
    with pytest.raises(service.QuotaFull):
        _register(small, "Ba")


def test_changing_the_places_is_on_record(small):
    quota.set_places(small.id, 5)
    entry = db.session.query(AuditEntry).one()
    assert entry.changes == {"places": [2, 5]}


def test_a_place_is_never_given_back_twice(small):
    office = organisation(small)
    with transaction():
        quota.Ledger(small.id).release(
            quota.Claim(office.delegation_id, office.id, small.categories[0].id)
        )
    assert quota.taken(small.id) == 0
