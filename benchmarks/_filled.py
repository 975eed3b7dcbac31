"""An event of any size in a scratch database, for benchmarks that read it.

Everybody has days; most have a class, a seat and answers; some have come, and some have cancelled.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from eventapp import create_app, text, tokens
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.config import Config
from eventapp.database import db, transaction
from eventapp.events.models import Category, Day, Event, Site
from eventapp.events.presets import load_preset
from eventapp.programme.models import Session, SessionKind
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Province,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.registration.protocol import UNRANKED
from eventapp.visits.models import Allocation, Bus, VisitGroup
from eventapp.web import migrations

_BATCH = 5_000
_OPENED = datetime(2026, 10, 1, 1, tzinfo=UTC)
_GROUPS = 40
_CLASSES = 4
_KEYS = ("1", "2", "3", "4", "5")
# How many hold each of the 18 ranks of the preset, and none: a few lead, most do not.
_HELD = (1, 3, 5, 5, 8, 8, 10, 15, 15, 20, 40, 30, 80, 50, 200, 150, 200, 300, 100)
_STATUSES = [Status.APPROVED] * 16 + [Status.PENDING, Status.WAITLISTED, Status.CANCELLED]


@contextmanager
def scratch_app(folder: str) -> Iterator[None]:
    """An application on an empty database, with its tables."""
    url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/benchmark.db")
    url = url.replace("postgresql://", "postgresql+psycopg://")
    app = create_app(
        Config(instance=Path(folder), database_url=url, secret_key="b" * 40, testing=True)
    )
    with app.app_context():
        # As a server has them: which of two indexes SQLite takes depends on which was made first.
        migrations.upgrade()
        yield
        db.session.remove()
        db.engine.dispose()


def fill(count: int, slug: str = "benchmark") -> int:
    """Make an event like the reference one with so many delegates; returns its id."""
    preset = load_preset("bac-ninh-2012")
    with transaction():
        event = _event(slug, preset)
        event_id = event.id
        _people(event, _offices(event, preset, typed=count // 50), preset, count)
    if db.engine.dialect.name == "postgresql":
        # As it does by itself after a while; nobody does it for SQLite.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
    return event_id


def _event(slug: str, preset: Any) -> Event:
    days = [Day(date=date(2026, 11, 26)), Day(date=date(2026, 11, 27))]
    event = Event(
        slug=slug,
        title="Benchmark",
        short_title="Benchmark",
        days=days,
        categories=[
            Category(name=it.name, name_en=it.name_en, colour=it.colour, position=i)
            for i, it in enumerate(preset.categories)
        ],
        sites=[Site(name=f"Điểm {number}", position=number) for number in range(5)],
    )
    db.session.add(event)
    db.session.flush()
    db.session.add_all(
        Session(
            event_id=event.id,
            day=days[1],
            kind=SessionKind.TRAINING,
            title=f"Lớp {number}",
            starts_at=_OPENED + timedelta(days=57),
            ends_at=_OPENED + timedelta(days=57, hours=3),
            takes_enrolment=True,
            uid=f"{slug}-{number}@eventapp",
        )
        for number in range(_CLASSES)
    )
    db.session.add_all(
        VisitGroup(
            event_id=event.id,
            site_id=event.sites[number % 5].id,
            letter=f"{number + 1}",
            capacity=10**6,
            buses=[Bus(label=f"Xe {number + 1}")],
        )
        for number in range(_GROUPS)
    )
    for position, kind in enumerate((QuestionKind.CHOICE, QuestionKind.CHOICES)):
        options = [{"key": key, "label": f"Lựa chọn {key}", "label_en": ""} for key in _KEYS]
        db.session.add(
            Question(
                event_id=event.id, kind=kind, label=f"{kind}", position=position, options=options
            )
        )
    db.session.add(
        Checkpoint(event_id=event.id, kind=CheckpointKind.DOOR, name="Cửa chính", day=days[0])
    )
    db.session.flush()
    return event


def _offices(event: Event, preset: Any, *, typed: int) -> list[tuple[int, str]]:
    """(id, name and delegation) of each; so many were typed by people from elsewhere."""
    groups = [(it.name, it.code, preset.provincial_organisations) for it in preset.provinces]
    groups += [(name, None, (name,)) for name in preset.central_organisations]
    groups.append(("Khác", None, tuple(f"Công ty {number}" for number in range(typed))))
    made = []
    for position, (name, code, names) in enumerate(groups):
        if code and db.session.get(Province, code) is None:
            db.session.add(Province(code=code, name=name, kind="tỉnh", region=""))
        delegation = Delegation(
            event_id=event.id,
            name=name,
            province_code=code,
            position=position,
            is_other=name == "Khác",
        )
        delegation.organisations = [
            Organisation(
                name=office,
                name_folded=text.fold(office),
                sort_key=text.collate(office),
                position=i,
                is_typed=delegation.is_other,
            )
            for i, office in enumerate(names)
        ]
        db.session.add(delegation)
        made += delegation.organisations
    db.session.flush()
    return [(it.id, f"{it.name} {it.delegation.name}") for it in made]


def _people(event: Event, places: list[tuple[int, str]], preset: Any, count: int) -> None:
    rng = random.Random(2012)
    families, shares = zip(*preset.names.family_shares, strict=True)
    middles = preset.names.male_middle + preset.names.female_middle
    given = preset.names.male_given + preset.names.female_given
    categories = [it.id for it in event.categories]
    for start in range(0, count, _BATCH):
        rows = []
        for number in range(start, min(start + _BATCH, count)):
            family = rng.choices(families, shares)[0]
            name = f"{family} {rng.choice(middles)} {rng.choice(given)}"
            # One in twenty is from an office that was typed.
            known = places if number % 20 == 0 else places[: len(places) - count // 50]
            office_id, office = rng.choice(known)
            email = f"dai.bieu.{number}@bacninh.example"
            rows.append(
                {
                    "event_id": event.id,
                    "category_id": rng.choices(categories, (85, 4, 3, 3, 3, 2))[0],
                    "organisation_id": office_id,
                    "name": name,
                    "name_key": text.sort_key(name),
                    "name_folded": text.fold(name),
                    "search_text": f" {text.fold(f'{name} {office} {email}')}",
                    "position": "Chuyên viên chính, phụ trách công nghệ thông tin",
                    "protocol_rank": rng.choices((*range(1, 19), UNRANKED), _HELD)[0],
                    "email": email,
                    "phone": f"+8491{number:07d}",
                    "status": _STATUSES[number % len(_STATUSES)],
                    "code": tokens.new_code(),
                    "reprint_since": _OPENED if number % 200 == 0 else None,
                    "created_at": _OPENED + timedelta(seconds=number * 30),
                    "updated_at": _OPENED,
                    "revision": 1,
                }
            )
        made = db.session.scalars(insert(Delegate).returning(Delegate.id), rows).all()
        _what_they_chose(event, made, rng)


def _what_they_chose(event: Event, made: Any, rng: random.Random) -> None:
    """Everybody has answered the first question, half of them the second."""

    def ids(model: Any) -> list[int]:
        return list(db.session.scalars(db.select(model.id).filter_by(event_id=event.id)))

    classes, groups, [one, several] = ids(Session), ids(VisitGroup), sorted(ids(Question))
    buses = dict(db.session.execute(db.select(Bus.group_id, Bus.id)).all())
    first, second = (day.id for day in event.days)
    [door] = ids(Checkpoint)
    tables: dict[Any, list[dict[str, Any]]] = {
        delegate_day: [{"delegate_id": it, "day_id": first} for it in made]
        + [{"delegate_id": it, "day_id": second} for it in made if it % 5],
        enrolment: [
            {"delegate_id": it, "session_id": rng.choice(classes)} for it in made if it % 5 > 1
        ],
        Allocation: [
            {"delegate_id": it, "group_id": id_, "bus_id": buses[id_], "allocated_at": _OPENED}
            for it in made
            if it % 4
            for id_ in [rng.choice(groups)]
        ],
        Answer: [
            {"delegate_id": it, "question_id": one, "value": key, "text": f"lua chon {key}"}
            for it in made
            for key in [rng.choice(_KEYS)]
        ]
        + [
            {"delegate_id": it, "question_id": several, "value": keys, "text": "lua chon"}
            for it in made
            if it % 2
            for keys in [sorted(rng.sample(_KEYS, 2))]
        ],
        Attendance: [
            {
                "delegate_id": it,
                "checkpoint_id": door,
                "event_id": event.id,
                "scan_id": f"{it:036d}",
                "first_read_at": _OPENED,
            }
            for it in made
            if it % 2
        ],
    }
    for table, rows in tables.items():
        if rows:
            db.session.execute(insert(table), rows)
