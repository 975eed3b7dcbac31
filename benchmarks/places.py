"""Registrations a second past the form, and the last places wanted by many processes at once.

First one process registers people one after the other (`service.register`: place, delegate, change
log and letter in one durable transaction); the baseline in the same run is a bare durable insert.
Then many processes, started at one barrier, want a hundred places of an event with several quotas;
the run fails if one place too many or too few is sold. With --database-url it runs on PostgreSQL.
"""

import argparse
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from sqlalchemy import text

from eventapp import create_app
from eventapp.config import Config
from eventapp.database import transaction
from eventapp.demo.event import add_event
from eventapp.events.models import Event
from eventapp.events.presets import load_preset
from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.models import Delegation
from eventapp.web import migrations

PLACES = 100
SLUG = "bac-ninh-2012"


def person(event: Event, name: str) -> service.DelegateData:
    delegation = db.session.query(Delegation).filter_by(event_id=event.id).first()
    assert delegation is not None
    return service.DelegateData(
        name=name,
        position="Chuyên viên",
        category_id=event.categories[0].id,
        organisation_id=delegation.organisations[0].id,
        email=f"{name.replace(' ', '.')}@example.vn",
        phone="+84912345678",
        day_ids=tuple(day.id for day in event.days),
    )


def register(event_id: int, data: service.DelegateData) -> bool:
    event = db.session.get_one(Event, event_id)
    try:
        service.register(event, data, submission=None, consent=service.Consent("1"))
    except service.QuotaFull:
        return False
    return True


def want(settings: Config, start: Barrier, runner: int, tries: int) -> list[float]:
    """How long each registration took that found a place."""
    app = create_app(settings)
    took = []
    with app.app_context():
        event = db.session.query(Event).filter_by(slug=SLUG).one()
        event_id, like = event.id, person(event, "ai đó")
        start.wait(timeout=120)
        for number in range(tries):
            data = service.DelegateData(
                **{
                    **_fields(like),
                    "name": f"n{runner} {number}",
                    "email": f"n{runner}.{number}@x.vn",
                }
            )
            began = time.perf_counter()
            if register(event_id, data):
                took.append(time.perf_counter() - began)
    return took


def _fields(data: service.DelegateData) -> dict[str, Any]:
    return {name: getattr(data, name) for name in data.__dataclass_fields__}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database_url or f"sqlite:///{Path(folder) / 'bench.db'}"
        settings = Config(database_url=url, secret_key="k" * 40, instance=Path(folder))
        app = create_app(settings)
        with app.app_context():
            migrations.upgrade()
            event = add_event(load_preset(SLUG))
            event_id = event.id
            db.session.commit()
            quota.set_places(event_id, None)
            event = db.session.get_one(Event, event_id)
            people = [person(event, f"người {number}") for number in range(options.number)]
            for data in people[:50]:
                register(event_id, data)
            began = time.perf_counter()
            for data in people[50:]:
                register(event_id, data)
            rate = (len(people) - 50) / (time.perf_counter() - began)
            began = time.perf_counter()
            for number in range(500):
                with transaction():
                    db.session.execute(
                        text(
                            "insert into audit_entry (at, actor, action, subject, changes) "
                            "values (current_timestamp, 'x', 'x', :subject, '{}')"
                        ),
                        {"subject": str(number)},
                    )
            bare = 500 / (time.perf_counter() - began)
            print(f"one process: {rate:,.0f} registrations/s (bare durable insert {bare:,.0f}/s)")

            taken = quota.taken(event_id)
            office = people[0].organisation_id
            delegation = db.session.query(Delegation).filter_by(event_id=event_id).first()
            assert delegation is not None
            delegation_id = delegation.id
            quota.set_places(event_id, taken + PLACES + 50)
            quota.set_places(event_id, taken + PLACES + 20, delegation_id=delegation_id)
            quota.set_places(event_id, taken + PLACES, organisation_id=office)
            db.session.remove()
        spawn = multiprocessing.get_context("spawn")
        tries = 3 * PLACES // options.processes
        with (
            spawn.Manager() as shared,
            ProcessPoolExecutor(options.processes, mp_context=spawn) as executor,
        ):
            start = shared.Barrier(options.processes)
            runs = [
                executor.submit(want, settings, start, runner, tries)
                for runner in range(options.processes)
            ]
            took = sorted(it for run in runs for it in run.result(timeout=300))
        with app.app_context():
            counts = {it.scope or "event": it.taken - taken for it in quota.all_of(event_id)}
        print(
            f"{options.processes} processes for {PLACES} places: {len(took)} sold, "
            f"slowest {took[-1] * 1000:.0f} ms, counted {counts}"
        )
        assert len(took) == PLACES
        assert set(counts.values()) == {PLACES}


if __name__ == "__main__":
    main()
