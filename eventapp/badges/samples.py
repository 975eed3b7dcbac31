"""Whose badges a template is tried with: those of the event that are hardest, found by one query.

People are named by ``delegate:<id>``; ``longest``, ``shortest`` and ``category:<id>`` are made up,
for events to which nobody has registered yet, and for texts longer than anybody has so far.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, literal, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from eventapp.badges import examples, records
from eventapp.badges.layout import BadgeRecord
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.models import COMING, Delegate, Organisation
from eventapp.visits.models import Allocation

MAX_SAMPLES = 32
_MAX_CATEGORIES = 16
_PLAIN = "#3b4754"


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody to try a template with: ``why`` names what is special, ``name`` who it is.

    ``why`` is ``longest_name``, ``shortest_name``, the same of ``position`` and ``office``,
    ``with_group``, ``without_group`` or ``category:<id>``; nothing for who is made up.
    """

    key: str
    why: tuple[str, ...] = ()
    name: str = ""


LONGEST, SHORTEST = Sample("longest"), Sample("shortest")


def chosen(event: Event) -> list[Sample]:
    """Real people with what is longest and shortest here, in and out of groups, of each category,
    then made-up ones; one query for all."""
    found: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for row in db.session.execute(union_all(*_searches(event))):
        found.setdefault(row.id, []).append(row.why)
        names[row.id] = row.name
    real = [Sample(f"delegate:{id_}", tuple(why), names[id_]) for id_, why in found.items()]
    missing = [
        Sample(f"category:{it.id}", (f"category:{it.id}",))
        for it in event.categories[:_MAX_CATEGORIES]
        if not any(f"category:{it.id}" in sample.why for sample in real)
    ]
    return [*real, LONGEST, SHORTEST, *missing]


def records_of(
    event: Event, keys: Collection[str], values: Collection[str]
) -> dict[str, BadgeRecord]:
    """The badges of samples by their keys, in order; whoever is no longer coming is left out.

    ``values`` are the keys of the texts that are needed; see `records.read`.
    """
    ids = {key: _id_of(key) for key in keys}
    numbers = [id_ for key, id_ in ids.items() if key.startswith("delegate:")]
    people = select(Delegate).where(Delegate.id.in_(numbers), *_coming(event))
    real = {it.delegate_id: it.record for it in records.read(event, people, values)}
    common = records.of_event(event)
    categories = {it.id: (it.name, it.colour) for it in event.categories}
    first = next(iter(categories.values()), ("", _PLAIN))
    found: dict[str, BadgeRecord] = {}
    for key in keys:
        kind, id_ = key.partition(":")[0], ids[key]
        if kind == "delegate" and id_ in real:
            found[key] = real[id_]
        elif kind == "longest":
            found[key] = examples.longest(first, common, values)
        elif kind == "shortest":
            found[key] = examples.shortest(first, common)
        elif kind == "category" and id_ in categories:
            found[key] = examples.longest(categories[id_], common, values)
    return found


def _id_of(key: str) -> int:
    """The number in a sample's key; 0, which nobody has, where none is that a column holds."""
    number = key.partition(":")[2]
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def example(event: Event) -> BadgeRecord:
    """A badge for pictures in lists: nobody's, and as most of them are."""
    first = next(((it.name, it.colour) for it in event.categories), ("", _PLAIN))
    return examples.usual(first, records.of_event(event))


def _coming(event: Event) -> tuple[ColumnElement[bool], ...]:
    return (
        Delegate.event_id == event.id,
        Delegate.status.in_(COMING),
        Delegate.anonymised_at.is_(None),
    )


def _searches(event: Event) -> Iterable[Select[Any]]:
    people = select(Delegate.id, Delegate.name).where(*_coming(event))
    offices = people.join(Organisation, Organisation.id == Delegate.organisation_id)
    seated = exists().where(Allocation.delegate_id == Delegate.id)
    lengths = {
        "name": (people, func.length(Delegate.name)),
        "position": (people.where(Delegate.position != ""), func.length(Delegate.position)),
        "office": (offices, func.length(Organisation.name)),
    }
    for what, (query, length) in lengths.items():
        yield _one(f"longest_{what}", query.order_by(length.desc(), Delegate.id))
        yield _one(f"shortest_{what}", query.order_by(length, Delegate.id))
    yield _one("with_group", people.where(seated).order_by(Delegate.id))
    yield _one("without_group", people.where(~seated).order_by(Delegate.id))
    for category in event.categories[:_MAX_CATEGORIES]:
        in_it = people.where(Delegate.category_id == category.id)
        yield _one(f"category:{category.id}", in_it.order_by(Delegate.id))


def _one(why: str, query: Select[int, str]) -> Select[Any]:
    first = query.limit(1).subquery()
    return select(literal(why).label("why"), first.c.id, first.c.name)
