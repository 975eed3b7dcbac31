"""Loading the demo event: whatever is missing is added, what is there stays as it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update

from eventapp import text, tokens
from eventapp.accounts import audit
from eventapp.checkin.checkpoints import make_checkpoints
from eventapp.checkin.ways import make_legs
from eventapp.database import db, transaction
from eventapp.demo.event import add_event, add_groups
from eventapp.demo.people import OrganisationRef, Person, make_people
from eventapp.events.models import Event
from eventapp.events.presets import Preset, load_preset
from eventapp.programme import published
from eventapp.programme.models import Session
from eventapp.registration import indexing, protocol, ranks
from eventapp.registration.models import (
    HOLDING,
    Delegate,
    Delegation,
    Organisation,
    Preference,
    Quota,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.visits.models import VisitGroup
from eventapp.visits.service import fill_groups

SLUG = "bac-ninh-2012"
DEFAULT_DELEGATES = 600
DEFAULT_SEED = 2012
# The mark of a made-up delegate, in the place of the wording that a real one consented to.
DEMO_CONSENT = "demo"

_BATCH = 1000
_PENDING_SHARE, _CANCELLED_SHARE = 0.03, 0.02
_SPARE_PLACES = 1.15


def is_loaded() -> bool:
    """Whether the demo event is there, with all that belongs to it."""
    return (
        db.session.scalar(
            select(Quota.event_id).join(Event, Event.id == Quota.event_id).where(Event.slug == SLUG)
        )
        is not None
    )


def load(*, delegates: int = DEFAULT_DELEGATES, seed: int = DEFAULT_SEED) -> int:
    """Make the demo event, and made-up delegates until there are that many; how many were added."""
    preset = load_preset(SLUG)
    with transaction():
        event = db.session.scalar(select(Event).filter_by(slug=SLUG)) or add_event(preset)
        event_id = event.id
        present = _count(event_id)
        people = islice(make_people(preset, max(delegates, present), seed), present, None)
        added = _Delegates(event, preset, seed).add(people)
        _count_places(event_id)
        if added:
            audit.record("load_demo", "event", event_id, event_id=event_id, note=f"{added}")
        has_groups = db.session.scalar(
            select(func.count()).select_from(VisitGroup).filter_by(event_id=event_id)
        )
        if not has_groups:
            add_groups(event, preset, delegates)
        if published.number_of_latest(event_id) is None:
            published.publish_within(event_id)
    event = db.session.get_one(Event, event_id)
    if added:
        fill_groups(event)
    make_checkpoints(event)
    make_legs(event)
    return added


def _count(event_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Delegate)
            .filter_by(event_id=event_id, consent_version=DEMO_CONSENT)
        )
        or 0
    )


def _count_places(event_id: int) -> None:
    """Set the quota so that the demo is nearly full: the bar on the dashboard says something."""
    taken = db.session.scalar(
        select(func.count())
        .select_from(Delegate)
        .where(Delegate.event_id == event_id, Delegate.status.in_(HOLDING))
    )
    places = max(100, -(-int((taken or 0) * _SPARE_PLACES) // 50) * 50)
    quota = db.session.scalar(select(Quota).filter_by(event_id=event_id, scope=""))
    if quota is None:
        db.session.add(Quota(event_id=event_id, places=places, taken=taken or 0))
    elif quota.taken != taken:
        db.session.execute(
            update(Quota)
            .where(Quota.id == quota.id)
            .values(taken=taken, places=max(places, quota.places or 0))
        )


class _Delegates:
    """Turns people into rows, a thousand at a time."""

    def __init__(self, event: Event, preset: Preset, seed: int) -> None:
        self.event = event
        self.seed = seed
        self.ranks = ranks.of(event.id)
        self.day_ids = [day.id for day in event.days]
        self.site_ids = [site.id for site in event.sites]
        self.categories = {it.name: it.id for it in event.categories}
        titles = [it.title for it in preset.training_classes]
        found = dict(
            db.session.execute(
                select(Session.title, Session.id).where(
                    Session.event_id == event.id, Session.title.in_(titles)
                )
            ).all()
        )
        self.class_ids = [found[title] for title in titles]
        self.organisations = self._organisations()
        self.opening = datetime.combine(event.days[0].date, datetime.min.time(), event.zone)

    def add(self, people: Iterable[Person]) -> int:
        """Insert them into the transaction in progress; how many there were."""
        added = 0
        for batch in _batches(people):
            ids = db.session.scalars(
                insert(Delegate).returning(Delegate.id, sort_by_parameter_order=True),
                [self._delegate(person) for person in batch],
            ).all()
            for table, rows in self._choices(dict(zip(ids, batch, strict=True))).items():
                if rows:
                    db.session.execute(insert(table), rows)
            added += len(batch)
        return added

    def _choices(self, people: dict[int, Person]) -> dict[Any, list[dict[str, Any]]]:
        """The rows of days, training classes and wishes, by table."""
        rows: dict[Any, list[dict[str, Any]]] = {delegate_day: [], enrolment: [], Preference: []}
        for id_, person in people.items():
            rows[delegate_day] += [
                {"delegate_id": id_, "day_id": self.day_ids[day]} for day in person.days
            ]
            if person.training_class is not None:
                class_id = self.class_ids[person.training_class]
                rows[enrolment].append({"delegate_id": id_, "session_id": class_id})
            rows[Preference] += [
                {"delegate_id": id_, "site_id": self.site_ids[site], "rank": rank}
                for rank, site in enumerate(person.site_wishes, start=1)
            ]
        return rows

    def _delegate(self, person: Person) -> dict[str, Any]:
        rng = Random(f"{self.seed}/{person.number}")
        organisation_id, searchable = self._organisation(person.organisation)
        registered = self.opening - person.registered_before
        chance = rng.random()
        status = Status.APPROVED
        if chance < _CANCELLED_SHARE:
            status = Status.CANCELLED
        elif chance < _CANCELLED_SHARE + _PENDING_SHARE:
            status = Status.PENDING
        return {
            "event_id": self.event.id,
            "category_id": self.categories[person.category],
            "organisation_id": organisation_id,
            "name": person.name,
            "name_key": text.sort_key(person.name),
            "name_folded": text.fold(person.name),
            "protocol_rank": protocol.rank_of(person.position, searchable[0], self.ranks),
            "search_text": indexing.search_text(person.name, *searchable, person.email),
            "position": person.position,
            "email": person.email,
            "phone": person.phone_e164,
            "diet": person.diet,
            "needs": person.needs,
            "needs_step_free": "xe lăn" in person.needs.lower(),
            "status": status,
            "code": "".join(rng.choices(tokens.CODE_ALPHABET, k=tokens.CODE_LENGTH)),
            "consent_version": DEMO_CONSENT,
            "consent_at": registered,
            "created_at": registered,
            "updated_at": registered,
            "cancelled_at": (
                registered + timedelta(hours=5) if status is Status.CANCELLED else None
            ),
            "revision": 1,
        }

    def _organisations(self) -> dict[tuple[str | None, str], tuple[int, tuple[str, str]]]:
        """(province code or None, folded name) → (id, (name, delegation's name))."""
        found = db.session.execute(
            select(
                Delegation.province_code,
                Organisation.name_folded,
                Organisation.id,
                Organisation.name,
                Delegation.name,
            )
            .join(Organisation.delegation)
            .where(Delegation.event_id == self.event.id)
        )
        return {(code, folded): (id_, (name, of)) for code, folded, id_, name, of in found}

    def _organisation(self, ref: OrganisationRef) -> tuple[int, tuple[str, str]]:
        key = (ref.province_code, text.fold(ref.name))
        if key not in self.organisations:
            # Every province of the preset has its delegation.
            delegation = db.session.scalars(
                select(Delegation).filter_by(
                    event_id=self.event.id, province_code=ref.province_code
                )
            ).one()
            organisation = Organisation(
                delegation=delegation,
                name=ref.name,
                name_folded=key[1],
                sort_key=text.collate(ref.name),
                position=1000,
                is_typed=True,
            )
            db.session.add(organisation)
            db.session.flush()
            self.organisations[key] = (organisation.id, (ref.name, delegation.name))
        return self.organisations[key]


def _batches(people: Iterable[Person]) -> Iterator[list[Person]]:
    source = iter(people)
    while batch := list(islice(source, _BATCH)):
        yield batch
