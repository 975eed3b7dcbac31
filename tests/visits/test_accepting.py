"""Accepting an allocation: all of it or nothing, while it is true, and never past a capacity."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.registration import service as registration
from eventapp.visits import accepting, rules, running, runs, service
from eventapp.visits.accepting import BasisChanged, NotReady, accept
from eventapp.visits.models import Allocation, AllocationRun, RuleKind, RunState, SeatSource
from eventapp.visits.run_settings import Mode, RunSettings
from tests.builders import build_delegate
from tests.visits.groups import build_group, chosen, seats, taken, wish


@pytest.fixture
def groups(event):
    """Three seats to the first site, six to the second."""
    return [
        build_group(event, "A", 3).id,
        build_group(event, "B", 3, site_id=event.sites[1].id).id,
        build_group(event, "C", 3, site_id=event.sites[1].id).id,
    ]


def worked_out(event, **settings):
    number = runs.ask(event, RunSettings(**settings)).number
    running.work_once()
    db.session.rollback()
    return number


def test_everybody_sits_as_the_run_says_and_is_told_why(event, groups):
    first, second = (it.id for it in event.sites)
    people = [build_delegate(event) for _ in range(4)]
    for person in people:
        wish(person, first, second)
    number = worked_out(event)
    done = accept(event, number)
    assert (done.moved, done.seated, done.stayed, done.letters) == (0, 4, 0, 0)
    run = db.session.query(AllocationRun).one()
    assert seats() == dict(run.result["placements"])
    assert taken(groups[0]) == 3
    rows = db.session.query(Allocation).all()
    assert {it.source for it in rows} == {SeatSource.RUN}
    assert sorted(it.reason["rank"] for it in rows) == [1, 1, 1, 2]
    assert run.state == RunState.ACCEPTED
    assert run.accepted_at is not None
    entry = db.session.query(AuditEntry).filter_by(action="accept_allocation").one()
    assert entry.changes["seated"] == [None, 4]


def test_who_stays_is_told_anew_and_keeps_how_they_came_by_it(event, groups):
    person = build_delegate(event)
    service.assign(event, groups[1], chosen(person.id))
    wish(person, event.sites[0].id)
    accept(event, worked_out(event))
    seat = service.seat_of(person.id)
    assert (seat.group_id, seat.source) == (groups[1], SeatSource.ORGANISER)
    assert seat.reason["pinned"]


def test_an_accepted_run_is_not_accepted_again(event, groups):
    build_delegate(event)
    number = worked_out(event)
    accept(event, number)
    with pytest.raises(NotReady) as refused:
        accept(event, number)
    assert refused.value.state == RunState.ACCEPTED


def test_a_run_that_has_not_ended_is_not_accepted(event, groups):
    build_delegate(event)
    number = runs.ask(event, RunSettings()).number
    with pytest.raises(NotReady):
        accept(event, number)


def test_an_unknown_run_is_refused(event):
    with pytest.raises(runs.RunNotFound):
        accept(event, 4)


def _joins(event, groups, people):
    build_delegate(event)


def _cancels(event, groups, people):
    registration.cancel(event, people[0])


def _wishes(event, groups, people):
    wish(db.session.get(service.Delegate, people[0]), event.sites[1].id)


def _ruled(event, groups, people):
    rules.add_rule(event.id, RuleKind.PIN, people[:1], group_id=groups[2])


def _resized(event, groups, people):
    group = db.session.get(service.VisitGroup, groups[0])
    group.capacity = 2
    db.session.commit()


def _moved(event, groups, people):
    service.assign(event, groups[0], chosen(people[0]))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (_joins, "people"),
        (_cancels, "people"),
        (_wishes, "wishes"),
        (_ruled, "rules"),
        (_resized, "groups"),
        (_moved, "seats"),
    ],
)
def test_what_is_no_longer_true_is_refused_and_named(event, groups, change, part):
    people = [build_delegate(event).id for _ in range(3)]
    number = worked_out(event)
    change(event, groups, people)
    before = seats()
    with pytest.raises(BasisChanged) as refused:
        accept(event, number)
    assert part in refused.value.parts
    assert seats() == before
    assert db.session.query(AllocationRun).one().state == RunState.DONE


def test_no_group_is_ever_past_its_seats(app, event, groups):
    """Accepting against a burst of cancellations and of moves by hand: either all of it happened
    or nothing, seats count what they hold, and no group has more than it has room for."""
    people = [build_delegate(event).id for _ in range(9)]
    for person, group in zip(people[:6], groups[:2] * 3, strict=True):
        service.assign(event, group, chosen(person))
    number = worked_out(event, keeps_by_hand=False)
    before = seats()
    then = dict(db.session.query(AllocationRun).one().result["placements"])
    db.session.rollback()

    def in_context(work, *arguments):
        with app.app_context():
            try:
                work(events.find("hoi-nghi"), *arguments)
            except (BasisChanged, NotReady, service.GroupFull, service.DelegateCancelled) as error:
                return type(error).__name__
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(12) as executor:
        tries = [executor.submit(in_context, accepting.accept, number) for _ in range(3)]
        tries += [executor.submit(in_context, registration.cancel, it) for it in people[:3]]
        tries += [
            executor.submit(in_context, service.assign, groups[2], chosen(it)) for it in people[3:7]
        ]
        tries += [executor.submit(in_context, accepting.accept, number) for _ in range(2)]
        accepted = [tries[place].result(timeout=60) for place in (0, 1, 2, -2, -1)]
        for it in tries:
            it.result(timeout=60)
    assert accepted.count("done") <= 1
    now = seats()
    for group in groups:
        assert taken(group) == sum(it == group for it in now.values()) <= 3
    assert not {*people[:3]} & set(now)
    expected = then if "done" in accepted else before
    for person in people[7:]:  # whom nobody else moved
        assert now.get(person) == expected.get(person)


def test_letters_go_in_the_same_transaction(event, groups, monkeypatch):
    build_delegate(event)
    number = worked_out(event)

    def fail(*_):
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr(accepting.letters, "tell_seated", fail)
    with pytest.raises(RuntimeError):
        accept(event, number, tells=True)
    assert seats() == {}
    assert db.session.query(AllocationRun).one().state == RunState.DONE


def test_the_last_hour_moves_as_few_as_possible(event, groups):
    first, second = (it.id for it in event.sites)
    people = [build_delegate(event) for _ in range(8)]
    for person in people:
        wish(person, first, second)
    accept(event, worked_out(event))
    before = seats()
    # A smaller bus comes: of the three in its group one must leave it.
    moved_out = next(who for who, group in before.items() if group == groups[0])
    service.remove(event, [moved_out])
    db.session.get(service.VisitGroup, groups[0]).capacity = 2
    db.session.commit()
    done = accept(event, worked_out(event, mode=Mode.NEAREST))
    assert (done.moved, done.seated) == (0, 1)
    assert all(seats()[who] == group for who, group in before.items() if who != moved_out)
