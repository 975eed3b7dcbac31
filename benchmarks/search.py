"""How long organisers wait for a search among 100,000 delegates, against a naive search.

    python benchmarks/search.py [--delegates 100000] [--repeat 9]

Prints the median in milliseconds of a page of 50 with its total, for several queries, and beside
it the same answer found by reading every name and matching in Python, in the same run. The
delegates are put into a scratch database, or into an empty one that DATABASE_URL names.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from eventapp import create_app, text, tokens
from eventapp.config import Config
from eventapp.database import db, transaction
from eventapp.events.models import Category, Day, Event
from eventapp.events.presets import load_preset
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Province,
    Status,
)
from eventapp.registration.protocol import UNRANKED
from eventapp.registration.search import Filters, find

_BATCH = 5_000
# How many hold each of the 18 ranks of the preset, and none: a few lead, most do not.
_HELD = (1, 3, 5, 5, 8, 8, 10, 15, 15, 20, 40, 30, 80, 50, 200, 150, 200, 300, 100)
_OPENED = datetime(2026, 10, 1, 1, tzinfo=UTC)


@contextmanager
def scratch_app(folder: str) -> Iterator[None]:
    """An application on an empty database, with its tables."""
    url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/benchmark.db")
    url = url.replace("postgresql://", "postgresql+psycopg://")
    app = create_app(
        Config(instance=Path(folder), database_url=url, secret_key="b" * 40, testing=True)
    )
    with app.app_context():
        db.create_all()
        yield
        db.session.remove()
        db.engine.dispose()


def fill(count: int, slug: str = "benchmark") -> int:
    """Make an event like the reference one with so many delegates; returns its id."""
    preset = load_preset("bac-ninh-2012")
    rng = random.Random(2012)
    families, shares = zip(*preset.names.family_shares, strict=True)
    middles = preset.names.male_middle + preset.names.female_middle
    given = preset.names.male_given + preset.names.female_given
    with transaction():
        event = Event(
            slug=slug,
            title="Benchmark",
            short_title="Benchmark",
            days=[Day(date=date(2026, 11, 26)), Day(date=date(2026, 11, 27))],
            categories=[
                Category(name=it.name, name_en=it.name_en, colour=it.colour, position=i)
                for i, it in enumerate(preset.categories)
            ],
        )
        db.session.add(event)
        db.session.flush()
        offices = _offices(event, preset)
        db.session.flush()
        places = [(it.id, f"{it.name} {it.delegation.name}") for it in offices]
        categories = [it.id for it in event.categories]
        event_id = event.id
        for start in range(0, count, _BATCH):
            rows = []
            for number in range(start, min(start + _BATCH, count)):
                family = rng.choices(families, shares)[0]
                name = f"{family} {rng.choice(middles)} {rng.choice(given)}"
                office_id, office = rng.choice(places)
                email = f"dai.bieu.{number}@bacninh.example"
                rows.append(
                    {
                        "event_id": event_id,
                        "category_id": rng.choices(categories, (85, 4, 3, 3, 3, 2))[0],
                        "organisation_id": office_id,
                        "name": name,
                        "name_key": text.sort_key(name),
                        "search_text": f" {text.fold(f'{name} {office} {email}')}",
                        "position": "Chuyên viên chính, phụ trách công nghệ thông tin",
                        "protocol_rank": rng.choices((*range(1, 19), UNRANKED), _HELD)[0],
                        "email": email,
                        "phone": f"+8491{number:07d}",
                        "status": Status.APPROVED if number % 20 else Status.CANCELLED,
                        "code": tokens.new_code(),
                        "created_at": _OPENED + timedelta(seconds=number * 30),
                        "updated_at": _OPENED,
                        "revision": 1,
                    }
                )
            db.session.execute(insert(Delegate), rows)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return event_id


def _offices(event: Event, preset) -> list[Organisation]:  # type: ignore[no-untyped-def]
    groups = [(it.name, it.code, preset.provincial_organisations) for it in preset.provinces]
    groups += [(name, None, (name,)) for name in preset.central_organisations]
    made = []
    for position, (name, code, names) in enumerate(groups):
        if code and db.session.get(Province, code) is None:
            db.session.add(Province(code=code, name=name, kind="tỉnh", region=""))
        delegation = Delegation(event_id=event.id, name=name, province_code=code, position=position)
        delegation.organisations = [
            Organisation(
                name=office,
                name_folded=text.fold(office),
                sort_key=text.collate(office),
                position=i,
            )
            for i, office in enumerate(names)
        ]
        db.session.add(delegation)
        made += delegation.organisations
    return made


def median_ms(work: Callable[[], object], repeat: int) -> float:
    """The median time of one call, in milliseconds, after one that is not counted."""
    work()
    taken = []
    for _ in range(repeat):
        db.session.expire_all()
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def naive(event_id: int, query: str) -> list[int]:
    """Read every name, fold it, look for the words, sort: what many programs do."""
    terms = text.search_terms(query)
    rows = db.session.execute(
        select(
            Delegate.id,
            Delegate.name,
            Delegate.email,
            Organisation.name,
            Delegation.name,
        )
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .where(Delegate.event_id == event_id)
    )
    found = [
        (text.sort_key(name), id_)
        for id_, name, *rest in rows
        if text.matches(text.fold(" ".join((name, *rest))), terms)
    ]
    return [id_ for _, id_ in sorted(found)][:50]


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delegates", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=9)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scratch_app(folder):
        event_id = fill(given.delegates)
        event = db.session.get_one(Event, event_id)
        province = db.session.scalars(select(Delegation.id).order_by(Delegation.id)).first()
        category = event.categories[0].id
        cases: list[tuple[str, Filters, str, int]] = [
            ("everybody, page 1", Filters(), "name", 1),
            ("everybody, last page", Filters(), "name", 10**6),
            ("nguyen dinh", Filters(q="nguyen dinh"), "name", 1),
            ("đức sở nội vụ", Filters(q="đức sở nội vụ"), "name", 1),
            ("nguyen, page 100", Filters(q="nguyen"), "name", 100),
            ("nobody: xyzzy", Filters(q="xyzzy"), "name", 1),
            ("dinh in a province", Filters(q="dinh", delegation=province), "name", 1),
            ("dinh, a category", Filters(q="dinh", category=category), "name", 1),
            ("cancelled", Filters(status=Status.CANCELLED), "name", 1),
            ("by organisation", Filters(), "organisation", 1),
            ("protocol order", Filters(), "protocol", 1),
            ("protocol, page 1000", Filters(), "protocol", 1000),
            ("protocol, last page", Filters(), "protocol", 10**6),
            ("nguyen, protocol", Filters(q="nguyen"), "protocol", 1),
            ("latest registered", Filters(), "registered", 1),
        ]
        print(f"{given.delegates} delegates on {db.engine.dialect.name}; median of {given.repeat}")
        for label, filters, sort, page in cases:
            total = find(event, filters, sort, page).total
            ours = median_ms(lambda: find(event, filters, sort, page), given.repeat)  # noqa: B023
            line = f"{label:24} {ours:8.1f} ms   {total:>7} found"
            if filters.q and filters == Filters(q=filters.q) and page == 1:
                baseline = median_ms(lambda: naive(event_id, filters.q), 1)  # noqa: B023
                line += f"   naive {baseline:8.0f} ms, {baseline / ours:.0f} times as long"
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
