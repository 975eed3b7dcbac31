"""Quotas of every kind together, held places, the waitlist, substitutes."""

from datetime import timedelta

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import holding, letters, quota, service, substitution, waitlist
from eventapp.registration.choices import choices_for
from eventapp.registration.errors import NotWaiting
from eventapp.registration.models import Delegate, HeldPlace, Status
from eventapp.registration.search import Filters, Selection
from eventapp.registration.substitution import Substitute
from eventapp.visits import service as visits
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import build_event, organisation
from tests.registration.filled import coming, details


def _register(event, name, **changes):
    return service.register(
        event,
        details(event, name=name, email=f"{name}@bacninh.example", **changes),
        submission=None,
        consent=service.Consent("1"),
    ).delegate


def _status(delegate_id):
    db.session.expire_all()
    return db.session.get_one(Delegate, delegate_id).status


def _taken(event):
    db.session.expire_all()
    return {it.scope: it.taken for it in quota.all_of(event.id)}


# --- quotas ---


def _named(event, name):
    office = organisation(event)
    return {
        "event": {},
        "delegation": {"delegation_id": office.delegation_id},
        "office": {"delegation_id": office.delegation_id, "organisation_id": office.id},
        "category": {"category_id": event.categories[0].id},
        "day": {"day_id": event.days[1].id},
        "class": {"session_id": _classes(event)[0].id},
        "office and category": {
            "organisation_id": office.id,
            "category_id": event.categories[0].id,
        },
    }[name]


def _classes(event):
    return choices_for(event).classes


EVERY = ["event", "delegation", "office", "category", "day", "class", "office and category"]


@pytest.mark.parametrize("name", EVERY)
def test_each_kind_of_quota_refuses_the_next(event, name):
    quota.set_places(event.id, 1, **_named(event, name))
    chosen = (_classes(event)[0].id,)
    _register(event, "mot", enrolment_ids=chosen)
    with pytest.raises(service.QuotaFull) as full:
        _register(event, "hai", enrolment_ids=chosen)
    assert [it.scope for it in full.value.quotas] == [quota.scope_of(_named(event, name))]
    assert coming(event.id) == 1
    assert set(_taken(event).values()) == {1}


@pytest.mark.parametrize("name", [it for it in EVERY if it != "event"])
def test_whom_a_quota_does_not_count_it_does_not_refuse(event, name):
    quota.set_places(event.id, 0, **_named(event, name))
    other = organisation(event, "Bộ Tài chính")
    _register(
        event,
        "mot",
        organisation_id=other.id,
        delegation_id=other.delegation_id,
        category_id=event.categories[1].id,
        day_ids=(event.days[0].id,),
    )
    assert _taken(event)[quota.scope_of(_named(event, name))] == 0


def test_a_new_quota_counts_who_is_there(event):
    _register(event, "mot")
    _register(event, "hai", category_id=event.categories[1].id)
    quota.set_places(event.id, 1, category_id=event.categories[0].id)
    with pytest.raises(service.QuotaFull):
        _register(event, "ba")


def test_a_change_moves_places_from_quota_to_quota(event):
    first, second = event.categories
    quota.set_places(event.id, 5, category_id=first.id)
    quota.set_places(event.id, 1, category_id=second.id)
    mine = _register(event, "mot")
    other = _register(event, "hai", category_id=second.id)
    with pytest.raises(service.QuotaFull):
        service.update(
            event, mine.id, details(event, category_id=second.id), revision=mine.revision
        )
    assert _taken(event)[f"category:{second.id}"] == 1
    service.update(event, other.id, details(event, name="hai"), revision=other.revision)
    assert (_taken(event)[f"category:{first.id}"], _taken(event)[f"category:{second.id}"]) == (2, 0)


def test_a_quota_without_a_number_ends(event):
    quota.set_places(event.id, 0, category_id=event.categories[0].id)
    quota.set_places(event.id, None, category_id=event.categories[0].id)
    _register(event, "mot")
    assert [it.scope for it in quota.all_of(event.id)] == [""]


def test_an_organiser_goes_beyond_with_a_reason_that_is_kept(app):
    event = build_event(places=0)
    service.register(
        event,
        details(event),
        submission=None,
        consent=None,
        by=service.By.ORGANISER,
        beyond="Theo ý kiến của Trưởng ban",
    )
    assert quota.taken(event.id) == 1
    entry = db.session.query(AuditEntry).filter_by(action="create", subject="delegate").one()
    assert entry.note == "Theo ý kiến của Trưởng ban"


# --- approval ---


def test_a_category_that_asks_for_approval(event):
    event.categories[0].needs_approval = True
    db.session.commit()
    waiting = _register(event, "mot")
    assert (waiting.status, quota.taken(event.id)) == (Status.PENDING, 1)
    service.set_status(event, waiting.id, Status.REFUSED, reason="Không thuộc thành phần")
    assert (_status(waiting.id), quota.taken(event.id)) == (Status.REFUSED, 0)
    service.set_status(event, waiting.id, Status.APPROVED)
    assert (_status(waiting.id), quota.taken(event.id)) == (Status.APPROVED, 1)


# --- held places ---


@pytest.fixture
def delegation(event):
    return organisation(event).delegation


def test_a_held_place_counts_and_is_filled_by_name(event, delegation):
    quota.set_places(event.id, 1, delegation_id=delegation.id)
    [place] = holding.hold(event, delegation.id, category_id=event.categories[0].id)
    with pytest.raises(service.QuotaFull):
        _register(event, "mot")
    service.register(
        event,
        details(event, name="mot"),
        submission=None,
        consent=None,
        held_place=(delegation.id, place.id),
    )
    assert _taken(event) == {"": 1, f"delegation:{delegation.id}": 1}
    assert db.session.query(HeldPlace).count() == 0


def test_a_held_place_is_filled_once(event, delegation):
    [place] = holding.hold(event, delegation.id, category_id=event.categories[0].id)
    named = (delegation.id, place.id)
    service.register(
        event, details(event, name="mot"), submission=None, consent=None, held_place=named
    )
    with pytest.raises(holding.HeldPlaceNotFound):
        service.register(
            event, details(event, name="hai"), submission=None, consent=None, held_place=named
        )
    assert coming(event.id) == 1


def test_held_places_are_held_together_or_not_at_all(event, delegation):
    quota.set_places(event.id, 2, delegation_id=delegation.id)
    with pytest.raises(service.QuotaFull):
        holding.hold(event, delegation.id, category_id=event.categories[0].id, number=3)
    assert db.session.query(HeldPlace).count() == 0
    assert _taken(event) == {"": 0, f"delegation:{delegation.id}": 0}


def test_nobody_gives_back_what_another_delegation_holds(event, delegation):
    [place] = holding.hold(event, delegation.id, category_id=event.categories[0].id)
    with pytest.raises(holding.HeldPlaceNotFound):
        holding.give_back(event, organisation(event, "Bộ Tài chính").delegation_id, place.id)


# --- waitlist ---


@pytest.fixture
def waiting(app):
    """An event of one place: it is taken, and two wait."""
    event = build_event(places=1)
    event.has_waitlist = True
    db.session.commit()
    return event, *(_register(event, name).id for name in ("mot", "hai", "ba"))


def test_who_finds_no_place_waits_in_order(waiting):
    _event, first, second, third = waiting
    assert [_status(it) for it in (first, second, third)] == [
        Status.APPROVED,
        Status.WAITLISTED,
        Status.WAITLISTED,
    ]
    assert waitlist.place_in_line(db.session.get_one(Delegate, third)) == 2


def test_a_freed_place_is_offered_to_the_first_and_to_nobody_else(waiting):
    event, first, second, third = waiting
    service.cancel(event, first)
    assert (_status(second), _status(third)) == (Status.OFFERED, Status.WAITLISTED)
    assert quota.taken(event.id) == 1
    late = _register(event, "bon")
    assert late.status == Status.WAITLISTED


def test_an_offer_is_accepted_once(waiting):
    event, first, second, third = waiting
    service.cancel(event, first)
    waitlist.accept(event, second)
    assert (_status(second), quota.taken(event.id)) == (Status.APPROVED, 1)
    for nobody in (second, third):
        with pytest.raises(NotWaiting):
            waitlist.accept(event, nobody)


def test_an_offer_that_is_over_goes_to_the_next(waiting):
    event, first, second, third = waiting
    service.cancel(event, first)
    _let_the_offer_end(second)
    with pytest.raises(NotWaiting):
        waitlist.accept(event, second)
    assert waitlist.expire(event) == 1
    assert waitlist.expire(event) == 0
    assert (_status(second), _status(third)) == (Status.CANCELLED, Status.OFFERED)
    assert quota.taken(event.id) == 1
    waitlist.wait_again(event, second)
    assert _status(second) == Status.WAITLISTED


def _let_the_offer_end(delegate_id):
    db.session.get_one(Delegate, delegate_id).offer_expires_at = now() - timedelta(minutes=1)
    db.session.commit()


def test_declining_an_offer_passes_it_on(waiting):
    event, first, second, third = waiting
    service.cancel(event, first)
    service.cancel(event, second, reason="Bận công tác")
    assert _status(third) == Status.OFFERED


def test_more_places_are_offered_at_once(waiting):
    event, _first, second, third = waiting
    assert waitlist.set_places(event.id, 3) == 2
    assert {_status(second), _status(third)} == {Status.OFFERED}


def test_there_are_no_more_places_before_they_are_offered(waiting, monkeypatch):
    event = waiting[0]
    monkeypatch.setattr(letters, "tell", _fails)
    with pytest.raises(ConnectionError):
        waitlist.set_places(event.id, 3)
    assert quota.places(event.id) == 1


def _fails(*_arguments, **_more):
    raise ConnectionError


def test_who_does_not_fit_is_passed_over_and_keeps_the_place_in_line(app):
    event = build_event(places=2)
    event.has_waitlist = True
    db.session.commit()
    delegate, guest = event.categories
    quota.set_places(event.id, 1, category_id=guest.id)
    first = _register(event, "mot", category_id=delegate.id)
    _register(event, "hai", category_id=guest.id)
    blocked = _register(event, "ba", category_id=guest.id)
    fitting = _register(event, "bon", category_id=delegate.id)
    service.cancel(event, first.id)
    assert (_status(blocked.id), _status(fitting.id)) == (Status.WAITLISTED, Status.OFFERED)


def test_an_organiser_admits_out_of_order_and_that_is_logged(waiting):
    event, _first, _second, third = waiting
    with pytest.raises(service.QuotaFull):
        service.set_status(event, third, Status.APPROVED)
    service.set_status(event, third, Status.APPROVED, beyond="Thêm ghế")
    assert (_status(third), quota.taken(event.id)) == (Status.APPROVED, 2)
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (entry.action, entry.note) == ("set_status", "Thêm ghế")


def test_cancelling_on_the_waitlist_frees_nothing(waiting):
    event, _first, second, _third = waiting
    service.cancel(event, second)
    assert quota.taken(event.id) == 1


# --- substitutes ---


def test_a_substitute_inherits_everything(event):
    classes = (_classes(event)[0].id,)
    old = _register(event, "cu", enrolment_ids=classes)
    group = VisitGroup(event_id=event.id, site_id=event.sites[0].id, letter="A", capacity=1)
    db.session.add(group)
    db.session.commit()
    visits.assign(event, group.id, Selection(ids=(old.id,), filters=Filters()))
    new = substitution.substitute(event, old.id, Substitute("Trần Thị Mới", email="moi@x.vn"))
    assert (new.organisation_id, new.category_id) == (old.organisation_id, old.category_id)
    assert [it.id for it in new.enrolments] == list(classes)
    assert [day.id for day in new.days] == [day.id for day in event.days]
    assert db.session.query(Allocation).one().delegate_id == new.id
    assert new.reprint_since is not None
    assert quota.taken(event.id) == 1
    assert (_status(old.id), new.code != old.code) == (Status.CANCELLED, True)
    trail = db.session.query(AuditEntry).filter_by(action="substitute").one()
    assert trail.changes["substitute"] == [None, "Trần Thị Mới"]
    told = [(it.kind, it.to_address) for it in db.session.query(Message).order_by(Message.id)]
    assert told[-2:] == [("substituted", "cu@bacninh.example"), ("registered", "moi@x.vn")]


def test_nobody_stands_in_for_somebody_who_cancelled(event):
    old = _register(event, "mot")
    service.cancel(event, old.id)
    with pytest.raises(substitution.NothingToInherit):
        substitution.substitute(event, old.id, Substitute("hai"))
    assert db.session.query(Delegate).count() == 1
