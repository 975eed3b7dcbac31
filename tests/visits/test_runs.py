"""Runs of the allocation: asked for, worked out by whoever claims them, stopped, given up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from eventapp.database import now
from eventapp.extensions import db
from eventapp.registration.models import Preference
from eventapp.visits import accepting, running, runs, service
from eventapp.visits.models import AllocationRun, RunState
from eventapp.visits.run_settings import Mode, RunSettings
from tests.builders import build_delegate
from tests.visits.groups import build_group, seats, wish


def the_run(number=1):
    db.session.rollback()
    return db.session.query(AllocationRun).filter_by(number=number).one()


@pytest.fixture
def small(event):
    """Four people who all want the first site, with two seats there and two at the second."""
    first, second = (site.id for site in event.sites)
    build_group(event, "A", 2)
    build_group(event, "B", 2, site_id=second)
    people = [build_delegate(event) for _ in range(4)]
    for person in people:
        wish(person, first, second)
    return [it.id for it in people]


def test_a_run_is_worked_out_and_changes_nothing(event, small):
    asked = runs.ask(event, RunSettings(), user_id=None)
    assert the_run().state == RunState.WAITING
    assert running.work_once()
    run = the_run()
    assert (run.number, run.state) == (asked.number, RunState.DONE)
    assert dict(run.result["then"]["by_rank"]) == {1: 2, 2: 2}
    assert sorted(who for who, _ in run.result["placements"]) == sorted(small)
    assert {it["aim"]: it["gap"] for it in run.result["results"]} == {
        "below": 0.0,
        "wishes": 0.0,
        "together": 0.0,
    }
    assert run.basis
    assert run.ended_at is not None
    assert seats() == {}


def test_nothing_to_do_is_nothing_done(event):
    assert not running.work_once()


def test_only_one_run_of_an_event_is_open(event, small):
    asked = runs.ask(event, RunSettings())
    with pytest.raises(runs.RunUnderWay) as refused:
        runs.ask(event, RunSettings())
    assert refused.value.number == asked.number
    running.work_once()
    assert runs.ask(event, RunSettings()).number == asked.number + 1


def test_of_many_workers_one_has_it(app, event, small):
    runs.ask(event, RunSettings())
    db.session.rollback()
    barrier = threading.Barrier(6)

    def take():
        with app.app_context():
            barrier.wait(timeout=30)
            try:
                return runs.claim()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as executor:
        claims = [it.result(timeout=60) for it in [executor.submit(take) for _ in range(6)]]
    assert sum(it is not None for it in claims) == 1


def test_what_a_dead_worker_left_is_taken_up_again(event, small):
    runs.ask(event, RunSettings())
    left = runs.claim()
    assert runs.claim() is None
    the_run().heard_at = now() - runs.SILENCE - timedelta(seconds=1)
    db.session.commit()
    again = runs.claim()
    assert (again.number, again.attempts) == (left.number, 2)
    # Whoever was given up for dead finds that it is not theirs any more.
    with pytest.raises(runs.Lost):
        runs.report(left, {"stage": 1})
    with pytest.raises(runs.Lost):
        runs.finish(left, "", {"outcome": "done"})
    running.settle(again)
    assert the_run().state == RunState.DONE


def test_what_ends_its_worker_three_times_is_given_up(event, small):
    runs.ask(event, RunSettings())
    for _ in range(runs.MAX_ATTEMPTS):
        assert runs.claim() is not None
        the_run().heard_at = now() - runs.SILENCE - timedelta(seconds=1)
        db.session.commit()
    assert runs.claim() is None
    run = the_run()
    assert (run.state, run.result["why"]) == (RunState.FAILED, "worker_died")


def test_a_server_that_stops_hands_it_back(event, small, monkeypatch):
    runs.ask(event, RunSettings())
    stop = threading.Event()
    stop.set()
    monkeypatch.setattr(running, "REPORT_SECONDS", 0.0)
    assert running.settle(runs.claim(), stop) is None
    assert the_run().state == RunState.WAITING
    monkeypatch.undo()
    assert running.work_once()
    assert the_run().state == RunState.DONE


def test_a_run_that_waits_is_stopped_at_once(event, small):
    runs.ask(event, RunSettings())
    assert runs.stop(event.id, 1)
    assert the_run().state == RunState.DROPPED
    assert not running.work_once()
    assert not runs.stop(event.id, 1)


def test_a_run_under_way_is_told_to_stop(event, small):
    runs.ask(event, RunSettings())
    claimed = runs.claim()
    assert runs.report(claimed, {"stage": 1, "aim": "wishes"})[1] is False
    assert runs.stop(event.id, 1)
    run = the_run()
    assert (run.state, run.is_to_stop) == (RunState.SOLVING, True)


def test_an_unknown_run_is_refused(event):
    for refuse in (runs.find, runs.stop, runs.drop):
        with pytest.raises(runs.RunNotFound):
            refuse(event.id, 7)


def test_faults_are_named_instead(event, small):
    build_delegate(event)
    runs.ask(event, RunSettings())
    running.work_once()
    run = the_run()
    assert run.state == RunState.IMPOSSIBLE
    (fault,) = run.result["faults"]
    assert (fault["kind"], fault["have"], fault["need"]) == ("too_few_seats", 4, 5)
    assert "labels" not in fault  # no names are kept


def test_the_nearest_moves_nobody_who_need_not(event, small):
    runs.ask(event, RunSettings())
    running.work_once()
    accepting.accept(event, 1)
    before = seats()
    joins = build_delegate(event)
    group = build_group(event, "C", 1)
    runs.ask(event, RunSettings(mode=Mode.NEAREST))
    running.work_once()
    placements = dict(the_run(2).result["placements"])
    assert placements == {**before, joins.id: group.id}


def test_who_stays_where_they_are_is_told_that_few_were_to_move(event):
    """Somebody would rather be at the first site, where a seat is free by now."""
    first, second = (site.id for site in event.sites)
    build_group(event, "A", 2)
    build_group(event, "B", 2, site_id=second)
    person = build_delegate(event)
    wish(person, second)
    service.fill_groups(event)
    db.session.query(Preference).delete()
    db.session.commit()
    wish(person, first, second)
    runs.ask(event, RunSettings(mode=Mode.NEAREST))
    running.work_once()
    ((who, reason),) = the_run().result["reasons"]
    assert (who, reason["rank"]) == (person.id, 2)
    assert [(it["kind"], it["aim"]) for it in reason["obstacles"]] == [("aim_first", "moves")]
