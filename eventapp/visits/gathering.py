"""An allocation's problem, gathered from the tables in a fixed number of queries."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from sqlalchemy import ColumnElement, and_, or_, select

from eventapp.database import db
from eventapp.events.models import Day, Event
from eventapp.events.models import Site as SiteRow
from eventapp.programme.models import Session
from eventapp.registration.models import (
    COMING,
    Delegate,
    Delegation,
    Organisation,
    Preference,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.visits.allocation.problem import Group, Person, Pin, Problem, Site
from eventapp.visits.models import (
    Allocation,
    RuleKind,
    SeatSource,
    VisitGroup,
    VisitRule,
    visit_rule_member,
)
from eventapp.visits.run_settings import RunSettings

_BY_HAND = (SeatSource.ORGANISER, SeatSource.GUEST)


@dataclass(frozen=True, slots=True)
class _Seat:
    group_id: int
    is_by_hand: bool


@dataclass(slots=True)
class _Rules:
    pins: list[tuple[int, int]]
    never_in: list[tuple[int, int]]
    together: list[frozenset[int]]
    apart: list[tuple[int, int]]


def gather(event: Event, settings: RunSettings, *, with_everybody: bool = False) -> Problem:
    """Who is to go where, from what the tables hold now.

    ``with_everybody``: of those who are coming also who takes no part (yet), to look at rules.

    People are the approved who come on a day of some departure, and whoever else is coming and has
    a seat. Seats of others count as if they were not there. A group is away as
    `departures.add_departures` has it; groups of a site that may be there at one time share a slot.
    A pin, and somebody put there by hand, takes one of the group's reserved seats, if it has some.
    """
    groups = db.session.scalars(
        select(VisitGroup).where(VisitGroup.event_id == event.id).order_by(VisitGroup.id)
    ).all()
    away = {it.id: _away(event, it) for it in groups}
    seats = _seats(event.id)
    dates = {day for day, *_ in _known(away)}
    people, outside = _people(event, dates, seats, with_everybody=with_everybody)
    ids = {it.id for it in people}
    rules = _rules(event.id, ids)
    by_hand = _staying(rules, seats, ids) if settings.keeps_by_hand else []
    people = _with_hindrances(event.id, people, away, dict(by_hand))
    pins = [*rules.pins, *by_hand]
    pinned = Counter(group_id for _, group_id in pins)
    sites = db.session.scalars(select(SiteRow).where(SiteRow.event_id == event.id)).all()
    step_free = {it.id for it in sites if it.is_step_free}
    slots = _slots(groups, away)
    strangers = _most_at_once(groups, slots, outside)
    return Problem(
        groups=tuple(
            Group(
                id=it.id,
                label=it.letter,
                site=it.site_id,
                capacity=it.capacity - outside[it.id],
                reserved=max(0, min(it.reserved - pinned[it.id], it.capacity - outside[it.id])),
                minimum=max(0, (it.minimum or 0) - outside[it.id]) or None,
                slot=slot,
                step_free=it.is_step_free and it.site_id in step_free,
            )
            for it, slot in zip(groups, slots, strict=True)
        ),
        sites=tuple(
            Site(
                it.id,
                it.name,
                per_slot=None
                if it.capacity is None
                else max(0, it.capacity - strangers.get(it.id, 0)),
            )
            for it in sorted(sites, key=lambda it: it.id)
        ),
        people=tuple(people),
        pins=tuple(Pin(*it) for it in pins),
        never_in=tuple(rules.never_in),
        never_together=tuple(rules.apart),
        together=tuple(rules.together),
        aims=settings.aims,
        kth=settings.worst,
        present={who: seat.group_id for who, seat in sorted(seats.items()) if who in ids},
    )


def parts_of(problem: Problem) -> dict[str, str]:
    """SHA-256 of each part of what a problem was gathered from, but for what things and people are
    called and what is aimed at."""
    parts: dict[str, object] = {
        "people": [
            [it.id, it.delegation, it.office, it.needs_step_free, sorted(it.cannot_join)]
            for it in problem.people
        ],
        "wishes": [[it.id, it.wishes] for it in problem.people],
        "groups": [
            *(astuple(replace(it, label="")) for it in problem.groups),
            *(astuple(replace(it, label="")) for it in problem.sites),
        ],
        "rules": [
            sorted(astuple(it) for it in problem.pins),
            sorted(problem.never_in),
            sorted(problem.never_together),
            sorted(sorted(it) for it in problem.together),
        ],
        "seats": sorted(problem.present.items()),
    }
    return {name: _digest(part) for name, part in parts.items()}


def basis_of(problem: Problem) -> str:
    """SHA-256 of all of `parts_of`."""
    return _digest(parts_of(problem))


def _digest(part: object) -> str:
    text = json.dumps(part, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


Away = tuple[date, datetime, datetime]
"""On which day of the event's zone, from when, until when."""


def _away(event: Event, group: VisitGroup) -> Away | None:
    if group.departs_at is None:
        return None
    day = group.departs_at.astimezone(event.zone).date()
    end = datetime.combine(day + timedelta(days=1), time(), event.zone)
    return day, group.departs_at, group.returns_at or end


def _known(away: dict[int, Away | None]) -> list[Away]:
    return [it for it in away.values() if it is not None]


def _slots(groups: Sequence[VisitGroup], away: dict[int, Away | None]) -> list[str | None]:
    """A mark for each group: the same for those that may be at their site at one time.

    Where one overlaps two that do not overlap each other, all three share the site: rather too few
    seats than too many people. So does a group whose departure is not known, with all of the site.
    """
    of_site: dict[int, list[VisitGroup]] = defaultdict(list)
    for group in groups:
        of_site[group.site_id].append(group)
    marks: dict[int, str] = {}
    for some in of_site.values():
        if any(away[it.id] is None for it in some):
            marks.update((it.id, "any") for it in some)
            continue
        until: datetime | None = None
        mark = 0
        for leaves, returns, group_id in sorted(
            (when[1], when[2], it.id) for it in some if (when := away[it.id])
        ):
            if until is not None and leaves >= until:
                mark += 1
            until = max(until, returns) if until else returns
            marks[group_id] = str(mark)
    return [marks[it.id] for it in groups]


def _most_at_once(
    groups: Sequence[VisitGroup], slots: Sequence[str | None], outside: Counter[int]
) -> dict[int, int]:
    """Site → the most people there at one time who take no part in the allocation."""
    at_once: Counter[tuple[int, str | None]] = Counter()
    for group, slot in zip(groups, slots, strict=True):
        at_once[group.site_id, slot] += outside[group.id]
    most: dict[int, int] = {}
    for (site_id, _), number in at_once.items():
        most[site_id] = max(most.get(site_id, 0), number)
    return most


def _seats(event_id: int) -> dict[int, _Seat]:
    rows = db.session.execute(
        select(Allocation.delegate_id, Allocation.group_id, Allocation.source)
        .join(VisitGroup, VisitGroup.id == Allocation.group_id)
        .where(VisitGroup.event_id == event_id)
    )
    return {who: _Seat(group_id, source in _BY_HAND) for who, group_id, source in rows}


def _people(
    event: Event, dates: set[date], seats: dict[int, _Seat], *, with_everybody: bool
) -> tuple[list[Person], Counter[int]]:
    """Who takes part, by id; and how many seats of each group others have."""
    has_seat = Delegate.id.in_(select(Allocation.delegate_id))
    takes_part: ColumnElement[bool] = or_(
        Delegate.status == Status.APPROVED, and_(Delegate.status.in_(COMING), has_seat)
    )
    if with_everybody:
        takes_part = Delegate.status.in_(COMING)
    query = (
        select(
            Delegate.id,
            Delegate.name,
            Delegate.category_id,
            Delegate.needs_step_free,
            Organisation.name_folded,
            Organisation.delegation_id,
            Delegation.is_other,
        )
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .where(Delegate.event_id == event.id, takes_part, Delegate.merged_into_id.is_(None))
        .order_by(Delegate.id)
    )
    if dates and not with_everybody:
        there = (
            select(delegate_day.c.delegate_id)
            .join(Day, Day.id == delegate_day.c.day_id)
            .where(Day.event_id == event.id, Day.date.in_(dates))
        )
        query = query.where(Delegate.id.in_(there))
    rows = db.session.execute(query).all()
    # The same office of every province is one: that is what mixing offices means.
    names = sorted({row.name_folded for row in rows})
    offices = {name: place for place, name in enumerate(names)}
    wishes: dict[int, list[int]] = defaultdict(list)
    for who, site_id in db.session.execute(
        select(Preference.delegate_id, Preference.site_id)
        .join(Delegate, Delegate.id == Preference.delegate_id)
        .where(Delegate.event_id == event.id)
        .order_by(Preference.delegate_id, Preference.rank)
    ):
        wishes[who].append(site_id)
    people = [
        Person(
            id=row.id,
            label=row.name,
            delegation=None if row.is_other else row.delegation_id,
            office=offices[row.name_folded],
            category=row.category_id,
            wishes=tuple(wishes.get(row.id, ())),
            needs_step_free=row.needs_step_free,
        )
        for row in rows
    ]
    inside = {it.id for it in people}
    return people, Counter(it.group_id for who, it in seats.items() if who not in inside)


def _rules(event_id: int, ids: set[int]) -> _Rules:
    """What the rules lay down about those who take part."""
    found = _Rules([], [], [], [])
    members: dict[int, list[int]] = defaultdict(list)
    for rule_id, who in db.session.execute(
        select(visit_rule_member.c.rule_id, visit_rule_member.c.delegate_id)
        .join(VisitRule, VisitRule.id == visit_rule_member.c.rule_id)
        .where(VisitRule.event_id == event_id)
        .order_by(visit_rule_member.c.rule_id, visit_rule_member.c.delegate_id)
    ):
        if who in ids:
            members[rule_id].append(who)
    for rule in db.session.scalars(select(VisitRule).filter_by(event_id=event_id)):
        some = members.get(rule.id, [])
        if rule.kind == RuleKind.PIN and rule.group_id is not None:
            found.pins += [(who, rule.group_id) for who in some]
        elif rule.kind == RuleKind.NEVER and rule.group_id is not None:
            found.never_in += [(who, rule.group_id) for who in some]
        elif rule.kind == RuleKind.TOGETHER and len(some) > 1:
            found.together.append(frozenset(some))
        elif rule.kind == RuleKind.APART:
            found.apart += list(combinations(some, 2))
    found.pins = sorted(set(found.pins))
    found.never_in = sorted(set(found.never_in))
    found.apart = sorted(set(found.apart))
    found.together.sort(key=sorted)
    return found


def _staying(rules: _Rules, seats: dict[int, _Seat], ids: set[int]) -> list[tuple[int, int]]:
    """Whom organisers have put where by hand, but where a rule says otherwise."""
    ruled = {who for who, _ in rules.pins}
    never = set(rules.never_in)
    return sorted(
        (who, seat.group_id)
        for who, seat in seats.items()
        if seat.is_by_hand and who in ids and who not in ruled and (who, seat.group_id) not in never
    )


def _with_hindrances(
    event_id: int, people: list[Person], away: dict[int, Away | None], by_hand: dict[int, int]
) -> list[Person]:
    """The people with the groups that they cannot join: they are not there that day, or in a
    session meanwhile. Whoever was put somewhere by hand is not judged."""
    dates: dict[int, set[date]] = defaultdict(set)
    for who, day in db.session.execute(
        select(delegate_day.c.delegate_id, Day.date)
        .join(Day, Day.id == delegate_day.c.day_id)
        .where(Day.event_id == event_id)
    ):
        dates[who].add(day)
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for who, starts_at, ends_at in db.session.execute(
        select(enrolment.c.delegate_id, Session.starts_at, Session.ends_at)
        .join(Session, Session.id == enrolment.c.session_id)
        .where(Session.event_id == event_id)
    ):
        busy[who].append((starts_at, ends_at))
    found = []
    for person in people:
        if person.id in by_hand:
            found.append(replace(person, needs_step_free=False))
            continue
        cannot = {
            group_id
            for group_id, when in away.items()
            if when is not None
            and (
                when[0] not in dates[person.id]
                or any(when[1] < ends and starts < when[2] for starts, ends in busy[person.id])
            )
        }
        found.append(replace(person, cannot_join=frozenset(cannot)) if cannot else person)
    return found
