"""Waitlists of groups: whoever is first and can take a free seat gets it, and no more seats than
there are."""

from datetime import timedelta

import pytest

from eventapp.database import now
from eventapp.duplicates import merging
from eventapp.events.models import Day
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate
from eventapp.visits import change_rules, rules, service, sites, swaps, waiting, wishes
from eventapp.visits.fitting import Hindrance
from eventapp.visits.models import Allocation, RuleKind, SeatSource, VisitGroup
from eventapp.visits.swap_models import GroupWait
from tests.builders import at, build_delegate
from tests.visits.groups import build_group, chosen, seats, taken


@pytest.fixture
def groups(event):
    """A, B and C with one seat each."""
    change_rules.set_rules(event.id, may_swap=False, may_wait=True, hours=12)
    return [build_group(event, letter, 1).id for letter in "ABC"]


@pytest.fixture
def people(event, groups):
    """One in each group."""
    found = [build_delegate(event, days=list(event.days)).id for _ in groups]
    for who, group in zip(found, groups, strict=True):
        service.assign(event, group, chosen(who))
    return found


def change(group_id, **values):
    for name, value in values.items():
        setattr(db.session.get_one(VisitGroup, group_id), name, value)
    db.session.commit()


def there_on(event, who, date):
    """They come on a day of this date, whenever the tests run."""
    day = next((it for it in event.days if it.date == date), None) or Day(date=date)
    event.days.append(day)
    db.session.get_one(Delegate, who).days = [day]
    db.session.commit()


def in_line(group_id):
    db.session.rollback()
    return [it.delegate_id for it in waiting.line(group_id)]


def test_a_seat_that_is_given_back_goes_to_the_first(event, groups, people):
    first, second = (build_delegate(event).id for _ in range(2))
    waiting.join(event, first, groups[0])
    waiting.join(event, second, groups[0])
    assert waiting.advance(event) == 0
    registration.cancel(event, people[0])
    assert waiting.do_chores() == 1
    assert seats()[first] == groups[0]
    assert in_line(groups[0]) == [second]
    assert taken(groups[0]) == 1
    seat = db.session.get_one(Allocation, first)
    assert seat.source == SeatSource.WAITLIST
    told = [it.kind for it in db.session.query(Message).filter_by(delegate_id=first)]
    assert told == ["visit_seat_given"]


def test_what_they_leave_is_the_next_ones(event, groups, people):
    a, b, c = people
    waiting.join(event, b, groups[0])
    waiting.join(event, c, groups[1])
    last = build_delegate(event).id
    waiting.join(event, last, groups[2])
    service.remove(event, [a])
    assert waiting.advance(event) == 3
    assert seats() == {b: groups[0], c: groups[1], last: groups[2]}
    assert [taken(it) for it in groups] == [1, 1, 1]


def test_more_seats_are_given_at_once(event, groups, people):
    waiting.join(event, people[1], groups[0])
    change(groups[0], capacity=2)
    assert waiting.advance(event) == 1
    assert seats()[people[1]] == groups[0]


def test_reserved_seats_are_given_by_hand_alone(event, groups, people):
    waiting.join(event, people[1], groups[0])
    change(groups[0], capacity=2, reserved=1)
    assert waiting.advance(event) == 0
    waiting.give(event, groups[0], people[1])
    assert (taken(groups[0]), seats()[people[1]]) == (2, groups[0])
    waiting.join(event, people[2], groups[0])
    with pytest.raises(service.GroupFull):
        waiting.give(event, groups[0], people[2])


def test_who_cannot_take_it_is_passed_over(event, groups, people):
    ill, well = (build_delegate(event).id for _ in range(2))
    for who in (ill, well):
        waiting.join(event, who, groups[0])
    rules.add_rule(event.id, RuleKind.NEVER, [ill], group_id=groups[0])
    service.remove(event, [people[0]])
    assert waiting.advance(event) == 1
    assert seats()[well] == groups[0]
    assert in_line(groups[0]) == [ill]


def test_organisers_put_somebody_first(event, groups, people):
    some = [build_delegate(event).id for _ in range(3)]
    for who in some:
        waiting.join(event, who, groups[0], by_organiser=True)
    waiting.put_first(event, groups[0], some[2])
    assert in_line(groups[0]) == [some[2], some[0], some[1]]
    with pytest.raises(waiting.NotWaiting):
        waiting.put_first(event, groups[0], people[0])


def test_one_waits_for_one_group_and_goes_to_the_end_of_the_next(event, groups, people):
    who, other = (build_delegate(event).id for _ in range(2))
    waiting.join(event, who, groups[0])
    waiting.join(event, other, groups[1])
    waiting.join(event, who, groups[1])
    assert (in_line(groups[0]), in_line(groups[1])) == ([], [other, who])
    waiting.join(event, other, groups[1])  # again is nothing new
    assert in_line(groups[1]) == [other, who]
    assert waiting.wait_of(who)[1] == 2


def test_who_gets_there_otherwise_waits_no_more(event, groups, people):
    waiting.join(event, people[1], groups[0])
    change(groups[0], capacity=2)
    service.assign(event, groups[0], chosen(people[1]))
    assert in_line(groups[0]) == []


def test_who_cancels_waits_no_more(event, groups, people):
    who = build_delegate(event).id
    waiting.join(event, who, groups[0])
    registration.cancel(event, who)
    assert in_line(groups[0]) == []


def test_who_comes_instead_waits_instead(event, groups, people):
    who, other = build_delegate(event).id, build_delegate(event, "Người Thay").id
    waiting.join(event, who, groups[0])
    service.hand_over_seat(event.id, who, other)
    db.session.commit()
    assert in_line(groups[0]) == [other]


def test_in_the_last_hours_organisers_confirm(event, groups, people):
    who = build_delegate(event, days=list(event.days)).id
    waiting.join(event, who, groups[0])
    change(groups[0], departs_at=now() + timedelta(hours=11), capacity=2)
    assert waiting.advance(event) == 0
    with pytest.raises(waiting.WaitsOver):
        waiting.join(event, people[1], groups[0])
    there_on(event, who, (now() + timedelta(hours=11)).astimezone(event.zone).date())
    waiting.give(event, groups[0], who)
    assert seats()[who] == groups[0]


def test_as_long_as_wishes_can_be_said_if_it_is_set_so(event, groups, people):
    who = build_delegate(event).id
    waiting.join(event, who, groups[0])
    change_rules.set_rules(event.id, may_swap=False, may_wait=True, hours=None)
    wishes.set_rules(event, now() - timedelta(minutes=1), 3)
    change(groups[0], capacity=2)
    assert waiting.advance(event) == 0
    wishes.set_rules(event, now() + timedelta(minutes=1), 3)
    assert waiting.advance(event) == 1


def test_never_more_people_at_the_site_than_it_takes(event, groups, people):
    who = build_delegate(event).id
    event.sites[0].capacity = 3
    db.session.commit()
    waiting.join(event, who, groups[0])
    change(groups[0], capacity=2)
    assert waiting.advance(event) == 0  # three are there, and none of the three leaves
    waiting.leave(event, who)
    waiting.join(event, people[1], groups[0])
    assert waiting.advance(event) == 1  # from another group there


def test_a_group_is_not_left_with_too_few(event, groups, people):
    change(groups[1], minimum=1)
    waiting.join(event, people[1], groups[0])
    change(groups[0], capacity=2)
    assert waiting.advance(event) == 0


def test_refusals(event, groups, people):
    a, b, _ = people
    with pytest.raises(waiting.IsThere):
        waiting.join(event, a, groups[0])
    with pytest.raises(waiting.NotWaiting):
        waiting.leave(event, a)
    db.session.get_one(Delegate, a).needs_step_free = True
    db.session.commit()
    with pytest.raises(waiting.CannotJoin) as refused:
        waiting.join(event, a, groups[1])
    assert refused.value.hindrances == (Hindrance.STEPS,)
    change_rules.set_rules(event.id, may_swap=True, may_wait=False, hours=12)
    with pytest.raises(waiting.WaitsOff):
        waiting.join(event, b, groups[0])
    waiting.join(event, b, groups[0], by_organiser=True)
    registration.cancel(event, b)
    with pytest.raises(service.DelegateNotFound):
        waiting.join(event, b, groups[0], by_organiser=True)


def test_a_group_that_goes_takes_its_list_along(event, groups, people):
    empty = build_group(event, "D", 0).id
    waiting.join(event, people[0], empty)
    sites.delete_group(event.id, empty)
    assert db.session.query(GroupWait).count() == 0


def test_not_on_a_day_on_which_they_do_not_come(event, groups, people):
    who = build_delegate(event, days=[event.days[0]]).id
    change(groups[0], departs_at=at(event.days[1].date.replace(year=2099), 9))
    with pytest.raises(waiting.CannotJoin):
        waiting.join(event, who, groups[0])


def test_of_two_registrations_made_one_the_wait_goes_on_and_swaps_end(event, groups, people):
    change_rules.set_rules(event.id, may_swap=True, may_wait=True, hours=12)
    kept, other = people[1], build_delegate(event, email="b@a.vn").id
    waiting.join(event, other, groups[0])
    swaps.wish(event, kept, groups[2])
    merging.merge(event, kept, other)
    assert in_line(groups[0]) == [kept]
    assert not swaps.is_pending(kept)
    assert db.session.query(GroupWait).count() == 1
