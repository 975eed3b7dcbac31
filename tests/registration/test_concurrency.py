"""The last places of an event, wanted by many at once, from threads and from processes."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from eventapp import create_app
from eventapp.config import Config
from eventapp.database import transaction
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import quota, service, waitlist
from eventapp.registration.models import Organisation, Status
from tests.builders import build_event, organisation
from tests.registration.filled import coming, counted, details

WANTING = 12
PLACES = 3
PROCESSES = 4
_apps: dict[Config, Flask] = {}


@pytest.fixture(autouse=True)
def _this_app(app, settings):
    """Threads share the tests' application; a process makes its own."""
    _apps[settings] = app


def _app(settings: Config) -> Flask:
    if settings not in _apps:
        _apps[settings] = create_app(settings)
    return _apps[settings]


def _try(settings: Config, name: str, submission: str, typed: str = "") -> str:
    with _app(settings).app_context():
        try:
            event = events.find("hoi-nghi")
            data = details(event, name=name, email=f"{name}@bacninh.example")
            if typed:
                data = details(
                    event, name=name, email="", organisation_id=None, organisation_typed=typed
                )
            made = service.register(
                event, data, submission=submission, consent=service.Consent("1")
            )
            return made.secret or ""
        except service.QuotaFull:
            return "full"
        except service.AlreadyRegistered:
            return "already"
        finally:
            db.session.remove()


def _cancel(settings: Config, delegate_id: int) -> None:
    with _app(settings).app_context():
        service.cancel(events.find("hoi-nghi"), delegate_id)
        db.session.remove()


def _race(settings: Config, start: Barrier, forms: list[tuple[str, str]]) -> list[str]:
    """One runner: ready when its application is, then off with all the others."""
    _app(settings)
    start.wait(timeout=60)
    return [_try(settings, *form) for form in forms]


def _verdicts(kind: str, settings: Config, forms: list[tuple[str, str]]) -> list[str]:
    """What becomes of the forms, sent by several threads or processes from the same moment on."""
    if kind == "threads":
        runners = len(forms)
        with ThreadPoolExecutor(runners) as executor:
            return _results(executor, Barrier(runners), settings, forms)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as shared, ProcessPoolExecutor(PROCESSES, mp_context=spawn) as executor:
        return _results(executor, shared.Barrier(PROCESSES), settings, forms)


def _results(
    executor: Executor, start: Barrier, settings: Config, forms: list[tuple[str, str]]
) -> list[str]:
    runners = start.parties
    races = [executor.submit(_race, settings, start, forms[i::runners]) for i in range(runners)]
    return [verdict for race in races for verdict in race.result(timeout=90)]


both = pytest.mark.parametrize("kind", ["threads", "processes"])


@both
@pytest.mark.parametrize("places", [1, 3])
def test_no_place_is_sold_twice(app, settings, kind, places):
    event_id = build_event(places=places).id
    db.session.rollback()
    verdicts = _verdicts(kind, settings, [(f"n{i}", f"mẫu {i}") for i in range(WANTING)])
    assert verdicts.count("full") == WANTING - places
    assert coming(event_id) == places
    assert db.session.query(Message).count() == places


@both
def test_the_scarcest_of_several_quotas_holds(app, settings, kind):
    event = build_event(places=PLACES + 4)
    office = organisation(event)
    quota.set_places(event.id, PLACES + 1, delegation_id=office.delegation_id)
    quota.set_places(
        event.id, PLACES, delegation_id=office.delegation_id, category_id=event.categories[0].id
    )
    quota.set_places(event.id, PLACES + 2, day_id=event.days[0].id)
    event_id = event.id
    db.session.rollback()
    verdicts = _verdicts(kind, settings, [(f"n{i}", f"mẫu {i}") for i in range(WANTING)])
    assert verdicts.count("full") == WANTING - PLACES
    assert coming(event_id) == PLACES
    assert {it.taken for it in quota.all_of(event_id)} == {PLACES}


@both
def test_freed_places_go_to_the_waitlist_and_to_nobody_else(app, settings, kind):
    event = build_event(places=PLACES)
    event.has_waitlist = True
    db.session.commit()
    event_id = event.id
    first = [
        service.register(
            event, details(event, name=f"cũ {i}"), submission=None, consent=service.Consent("1")
        ).delegate.id
        for i in range(PLACES)
    ]
    db.session.rollback()
    with ThreadPoolExecutor(PLACES) as executor:
        gone = [executor.submit(_cancel, settings, person) for person in first]
        _verdicts(kind, settings, [(f"n{i}", f"mẫu {i}") for i in range(WANTING)])
        for attempt in gone:
            attempt.result(timeout=60)
    assert coming(event_id) == PLACES
    assert counted(event_id, Status.WAITLISTED) == WANTING - PLACES
    with transaction():
        assert waitlist.advance(event_id, quota.Ledger(event_id)) == 0


@both
def test_one_form_sent_many_times_at_once_for_the_last_place(app, settings, kind):
    event_id = build_event(places=1).id
    db.session.rollback()
    secrets = set(_verdicts(kind, settings, [("an", "mẫu")] * WANTING))
    assert len(secrets) == 1
    assert "full" not in secrets
    assert coming(event_id) == 1


def test_one_person_by_many_forms_at_once(app, settings):
    event_id = build_event().id
    db.session.rollback()
    with ThreadPoolExecutor(WANTING) as executor:
        tries = [executor.submit(_try, settings, "an", f"mẫu {i}") for i in range(WANTING)]
        verdicts = [attempt.result(timeout=60) for attempt in tries]
    assert verdicts.count("already") == WANTING - 1
    assert coming(event_id) == 1


def test_one_new_organisation_typed_by_many_at_once(app, settings):
    event_id = build_event().id
    before = db.session.query(Organisation).count()
    db.session.rollback()
    with ThreadPoolExecutor(WANTING) as executor:
        tries = [
            executor.submit(_try, settings, f"n{i}", f"mẫu {i}", "Viện Công nghệ")
            for i in range(WANTING)
        ]
        for attempt in tries:
            assert attempt.result(timeout=60) not in {"full", "already", ""}
    assert coming(event_id) == WANTING
    assert db.session.query(Organisation).count() == before + 1


def test_cancelling_and_registering_at_once_keeps_the_count(app, settings):
    event = build_event(places=WANTING)
    event_id = event.id
    people = [
        service.register(
            event, details(event, name=f"cũ {i}"), submission=None, consent=service.Consent("1")
        ).delegate.id
        for i in range(PLACES)
    ]
    db.session.rollback()
    with ThreadPoolExecutor(WANTING) as executor:
        tries = []
        for i, person in enumerate(people * 2):
            tries.append(executor.submit(_cancel, settings, person))
            tries.append(executor.submit(_try, settings, f"n{i}", f"mẫu {i}"))
        for attempt in tries:
            attempt.result(timeout=60)
    assert coming(event_id) == 2 * PLACES
