"""The last places of an event, wanted by many at once, from threads and from processes."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from flask import Flask

from eventapp import create_app
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import service
from eventapp.registration.models import Organisation
from tests.builders import build_event
from tests.registration.filled import coming, details

WANTING = 12
PLACES = 3
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
            made = service.register(event, data, submission=submission, consent_version="1")
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


def _executor(kind: str) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(WANTING)
    return ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_no_place_is_sold_twice(app, settings, kind):
    event_id = build_event(places=PLACES).id
    db.session.rollback()
    with _executor(kind) as executor:
        tries = [executor.submit(_try, settings, f"n{i}", f"mẫu {i}") for i in range(WANTING)]
        verdicts = [attempt.result(timeout=60) for attempt in tries]
    assert verdicts.count("full") == WANTING - PLACES
    assert coming(event_id) == PLACES
    assert db.session.query(Message).count() == PLACES


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_one_form_sent_many_times_at_once_for_the_last_place(app, settings, kind):
    event_id = build_event(places=1).id
    db.session.rollback()
    with _executor(kind) as executor:
        tries = [executor.submit(_try, settings, "an", "mẫu") for _ in range(WANTING)]
        secrets = {attempt.result(timeout=60) for attempt in tries}
    assert len(secrets) == 1
    assert "full" not in secrets
    assert coming(event_id) == 1


def test_one_person_by_many_forms_at_once(app, settings):
    event_id = build_event().id
    db.session.rollback()
    with _executor("threads") as executor:
        tries = [executor.submit(_try, settings, "an", f"mẫu {i}") for i in range(WANTING)]
        verdicts = [attempt.result(timeout=60) for attempt in tries]
    assert verdicts.count("already") == WANTING - 1
    assert coming(event_id) == 1


def test_one_new_organisation_typed_by_many_at_once(app, settings):
    event_id = build_event().id
    before = db.session.query(Organisation).count()
    db.session.rollback()
    with _executor("threads") as executor:
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
            event, details(event, name=f"cũ {i}"), submission=None, consent_version="1"
        ).delegate.id
        for i in range(PLACES)
    ]
    db.session.rollback()
    with _executor("threads") as executor:
        tries = []
        for i, person in enumerate(people * 2):
            tries.append(executor.submit(_cancel, settings, person))
            tries.append(executor.submit(_try, settings, f"n{i}", f"mẫu {i}"))
        for attempt in tries:
            attempt.result(timeout=60)
    assert coming(event_id) == 2 * PLACES
