"""The problem of an allocation as it is gathered from the tables."""

import pytest

from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.visits import rules, service
from eventapp.visits.allocation.problem import Pin
from eventapp.visits.gathering import basis_of, gather, parts_of
from eventapp.visits.models import RuleKind
from eventapp.visits.run_settings import RunSettings
from tests.builders import at, build_delegate
from tests.visits.groups import build_group, chosen, wish


def gathered(event, **settings):
    db.session.rollback()
    return gather(event, RunSettings(**settings))


def test_who_takes_part_with_wishes_and_needs(event):
    first, second = (site.id for site in event.sites)
    build_group(event)
    person = build_delegate(event, needs_step_free=True)
    wish(person, second, first)
    build_delegate(event, status=Status.CANCELLED)
    build_delegate(event, status=Status.PENDING)
    (found,) = gathered(event).people
    assert (found.id, found.wishes, found.needs_step_free) == (person.id, (second, first), True)
    assert found.delegation == person.organisation.delegation_id


def test_who_is_put_in_by_hand_stays_and_takes_a_reserved_seat(event):
    group = build_group(event, capacity=5, reserved=2)
    person = build_delegate(event, status=Status.PENDING)
    service.assign(event, group.id, chosen(person.id))
    problem = gathered(event)
    assert problem.pins == (Pin(person.id, group.id),)
    assert (problem.groups[0].capacity, problem.groups[0].reserved) == (5, 1)
    free = gathered(event, keeps_by_hand=False)
    assert (free.pins, free.groups[0].reserved) == ((), 2)
    assert free.present == {person.id: group.id}


def test_a_rule_weighs_more_than_where_somebody_was_put(event):
    group, other = build_group(event), build_group(event, "B")
    moved, kept_out = build_delegate(event), build_delegate(event)
    service.assign(event, group.id, chosen(moved.id, kept_out.id))
    rules.add_rule(event.id, RuleKind.PIN, [moved.id], group_id=other.id)
    rules.add_rule(event.id, RuleKind.NEVER, [kept_out.id], group_id=group.id)
    problem = gathered(event)
    assert problem.pins == (Pin(moved.id, other.id),)
    assert problem.never_in == ((kept_out.id, group.id),)


def test_rules_become_sets_and_pairs(event):
    people = [build_delegate(event).id for _ in range(3)]
    rules.add_rule(event.id, RuleKind.TOGETHER, people)
    rules.add_rule(event.id, RuleKind.APART, people)
    problem = gathered(event)
    assert problem.together == (frozenset(people),)
    assert len(problem.never_together) == 3


def test_who_is_not_there_that_day_takes_no_part_and_keeps_the_seat(event):
    first, second = event.days
    group = build_group(event, capacity=3, departs_at=at(second.date, 9))
    away = build_delegate(event, days=[first])
    service.assign(event, group.id, chosen(away.id))
    there = build_delegate(event)
    problem = gathered(event)
    assert [it.id for it in problem.people] == [there.id]
    assert problem.groups[0].capacity == 2
    assert problem.present == {}


def test_a_session_meanwhile_keeps_from_a_group(event):
    day = event.days[0].date
    meanwhile = build_group(event, "A", departs_at=at(day, 14), returns_at=at(day, 15))
    build_group(event, "B", departs_at=at(day, 16, 30), returns_at=at(day, 18))
    from eventapp.programme.models import Session

    training = db.session.query(Session).filter_by(event_id=event.id).first()
    build_delegate(event, enrolments=[training])
    (person,) = gathered(event).people
    assert person.cannot_join == {meanwhile.id}


@pytest.mark.parametrize(
    ("hours", "alike"),
    [
        ([(8, 10), (10, 12)], False),
        ([(8, 10), (9, 12)], True),
        ([(8, 10), (9, 12), (11, 13)], True),  # rather too few seats than too many people
        ([(8, 10), None], True),  # it may be at any time
    ],
)
def test_groups_that_may_meet_at_a_site_share_it(event, hours, alike):
    day = event.days[0].date
    event.sites[0].capacity = 10
    db.session.commit()
    for letter, when in zip("ABC", hours, strict=False):
        times = (
            {}
            if when is None
            else {
                "departs_at": at(day, when[0]),
                "returns_at": at(day, when[1]),
            }
        )
        build_group(event, letter, **times)
    problem = gathered(event)
    assert (len({it.slot for it in problem.groups}) == 1) is alike
    assert problem.sites[0].per_slot == 10


def test_steps_at_the_site_or_the_bus_count(event):
    event.sites[0].is_step_free = True
    db.session.commit()
    build_group(event, "A", is_step_free=True)
    build_group(event, "B")
    build_group(event, "C", is_step_free=True, site_id=event.sites[1].id)
    assert [it.step_free for it in gathered(event).groups] == [True, False, False]


def test_the_basis_is_of_what_matters(event):
    group, person = build_group(event), build_delegate(event)
    before = parts_of(gathered(event))
    person.name, group.leader_name = "Nguyễn Văn Bình", "Trần Thị Lê"
    db.session.commit()
    assert parts_of(gathered(event)) == before
    assert basis_of(gathered(event, seconds=5)) == basis_of(gathered(event))
    wish(person, event.sites[0].id)
    assert _changed(event, before) == {"wishes"}
    before = parts_of(gathered(event))
    service.assign(event, group.id, chosen(person.id))
    assert _changed(event, before) == {"seats", "rules"}  # by hand, so the seat is also kept
    before = parts_of(gathered(event))
    group.capacity = 9
    db.session.commit()
    assert _changed(event, before) == {"groups"}


def _changed(event, before):
    now = parts_of(gathered(event))
    return {name for name in now if now[name] != before[name]}
