"""The last seats of a group, wanted by many at once, from threads and from processes."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from flask import Flask

from eventapp import create_app
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.registration import service as registration
from eventapp.visits import service
from tests.builders import build_delegate
from tests.visits.groups import build_group, chosen, seats, taken

WANTING = 12
SEATS = 3
_apps: dict[Config, Flask] = {}


@pytest.fixture(autouse=True)
def _this_app(app, settings):
    """Threads share the tests' application; a process makes its own."""
    _apps[settings] = app


def _app(settings: Config) -> Flask:
    if settings not in _apps:
        _apps[settings] = create_app(settings)
    return _apps[settings]


def _try(settings: Config, group_id: int, delegate_id: int) -> str:
    with _app(settings).app_context():
        try:
            service.assign(events.find("hoi-nghi"), group_id, chosen(delegate_id))
        except service.GroupFull:
            return "full"
        except service.DelegateCancelled:
            return "cancelled"
        finally:
            db.session.remove()
    return "seated"


def _cancel(settings: Config, delegate_id: int) -> None:
    with _app(settings).app_context():
        registration.cancel(events.find("hoi-nghi"), delegate_id)
        db.session.remove()


def _executor(kind: str) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(WANTING)
    return ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_no_seat_is_given_twice(event, settings, kind):
    group_id = build_group(event, capacity=SEATS).id
    people = [build_delegate(event).id for _ in range(WANTING)]
    db.session.rollback()
    with _executor(kind) as executor:
        tries = [executor.submit(_try, settings, group_id, person) for person in people]
        verdicts = [attempt.result(timeout=60) for attempt in tries]
    assert sorted(verdicts) == ["full"] * (WANTING - SEATS) + ["seated"] * SEATS
    assert taken(group_id) == SEATS == len(seats())


def test_one_person_wanted_by_two_groups_sits_in_one(event, settings):
    groups = [build_group(event, letter).id for letter in "ABCD"]
    person = build_delegate(event).id
    db.session.rollback()
    with _executor("threads") as executor:
        tries = [executor.submit(_try, settings, group_id, person) for group_id in groups * 3]
        assert {attempt.result(timeout=60) for attempt in tries} == {"seated"}
    assert sum(map(taken, groups)) == 1 == len(seats())


def test_who_cancels_meanwhile_keeps_no_seat(event, settings):
    group_id = build_group(event, capacity=WANTING).id
    people = [build_delegate(event).id for _ in range(WANTING)]
    db.session.rollback()
    with _executor("threads") as executor:
        tries = []
        for person in people:
            tries.append(executor.submit(_try, settings, group_id, person))
            tries.append(executor.submit(_cancel, settings, person))
        for attempt in tries:
            attempt.result(timeout=60)
    assert (taken(group_id), seats()) == (0, {})
