"""Whether somebody can be in another group: their days and classes, steps, organisers' rules.

What `gathering` knows of everybody, for a few people, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Day, Event, Site
from eventapp.programme.models import Session
from eventapp.registration.models import COMING, Delegate, delegate_day, enrolment
from eventapp.visits.gathering import Away, time_away
from eventapp.visits.models import Allocation, RuleKind, VisitGroup, VisitRule, visit_rule_member


class Hindrance(StrEnum):
    """Why somebody cannot, or should not, be in a group."""

    NOT_THERE = "not_there"  # on the day of the departure
    BUSY = "busy"  # in a class meanwhile
    STEPS = "steps"
    PINNED = "pinned"  # a rule says another group
    NEVER = "never"
    APART = "apart"  # somebody whom a rule keeps from them is in it
    TOGETHER = "together"  # those whom a rule keeps with them are not


OF_OTHERS = frozenset({Hindrance.APART, Hindrance.TOGETHER})
"""What depends on who else is where."""


@dataclass(slots=True)
class _Rule:
    kind: RuleKind
    group_id: int | None
    members: frozenset[int]


@dataclass(slots=True)
class Fitting:
    """What is known of some people; `look` finds it out."""

    away: dict[int, Away | None]
    step_free: set[int]
    dates: dict[int, set[date]]
    busy: dict[int, list[tuple[datetime, datetime]]]
    no_steps: set[int]
    rules: dict[int, list[_Rule]] = field(default_factory=dict)
    seats: dict[int, int] = field(default_factory=dict)

    def hindrances(self, moves: Mapping[int, int]) -> dict[int, tuple[Hindrance, ...]]:
        """Person → what is against it, of those for whom something is, if all move at once."""
        after = {**self.seats, **moves}
        found = {who: tuple(self._of(who, to, after)) for who, to in moves.items()}
        return {who: some for who, some in found.items() if some}

    def _of(self, who: int, to: int, after: Mapping[int, int]) -> Iterable[Hindrance]:
        if (when := self.away.get(to)) is not None:
            day, leaves, returns = when
            if day not in self.dates.get(who, ()):
                yield Hindrance.NOT_THERE
            if any(leaves < ends and starts < returns for starts, ends in self.busy.get(who, ())):
                yield Hindrance.BUSY
        if who in self.no_steps and to not in self.step_free:
            yield Hindrance.STEPS
        rules = self.rules.get(who, ())
        if any(it.kind == RuleKind.PIN and it.group_id != to for it in rules):
            yield Hindrance.PINNED
        if any(it.kind == RuleKind.NEVER and it.group_id == to for it in rules):
            yield Hindrance.NEVER
        if any(it.kind == RuleKind.APART and to in _others(it, who, after) for it in rules):
            yield Hindrance.APART
        if any(it.kind == RuleKind.TOGETHER and _others(it, who, after) - {to} for it in rules):
            yield Hindrance.TOGETHER


def _others(rule: _Rule, who: int, after: Mapping[int, int]) -> set[int]:
    """The groups in which the others of a rule are."""
    return {after[it] for it in rule.members if it != who and it in after}


def look(event: Event, people: Iterable[int]) -> Fitting:
    """What is known of these people of the event."""
    ids = sorted(set(people))
    groups = db.session.scalars(select(VisitGroup).where(VisitGroup.event_id == event.id)).all()
    sites = select(Site.id).where(Site.event_id == event.id, Site.is_step_free)
    open_sites = set(db.session.scalars(sites))
    dates: dict[int, set[date]] = defaultdict(set)
    for who, day in db.session.execute(
        select(delegate_day.c.delegate_id, Day.date)
        .join(Day, Day.id == delegate_day.c.day_id)
        .where(delegate_day.c.delegate_id.in_(ids))
    ):
        dates[who].add(day)
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for who, starts_at, ends_at in db.session.execute(
        select(enrolment.c.delegate_id, Session.starts_at, Session.ends_at)
        .join(Session, Session.id == enrolment.c.session_id)
        .where(enrolment.c.delegate_id.in_(ids))
    ):
        busy[who].append((starts_at, ends_at))
    no_steps = select(Delegate.id).where(Delegate.id.in_(ids), Delegate.needs_step_free)
    rules = _rules(event.id, ids)
    named = {who for some in rules.values() for it in some for who in it.members}
    return Fitting(
        away={it.id: time_away(event, it) for it in groups},
        step_free={it.id for it in groups if it.is_step_free and it.site_id in open_sites},
        dates=dates,
        busy=busy,
        no_steps=set(db.session.scalars(no_steps)),
        rules=rules,
        seats=_seats(named | set(ids)),
    )


def _rules(event_id: int, ids: list[int]) -> dict[int, list[_Rule]]:
    member = visit_rule_member
    about = select(member.c.rule_id).where(member.c.delegate_id.in_(ids))
    members: dict[int, set[int]] = defaultdict(set)
    for rule_id, who in db.session.execute(
        select(member.c.rule_id, member.c.delegate_id).where(member.c.rule_id.in_(about))
    ):
        members[rule_id].add(who)
    found: dict[int, list[_Rule]] = defaultdict(list)
    for rule in db.session.execute(
        select(VisitRule.id, VisitRule.kind, VisitRule.group_id)
        .where(VisitRule.event_id == event_id, VisitRule.id.in_(about))
        .order_by(VisitRule.id)
    ):
        it = _Rule(RuleKind(rule.kind), rule.group_id, frozenset(members[rule.id]))
        for who in it.members.intersection(ids):
            found[who].append(it)
    return found


def _seats(ids: set[int]) -> dict[int, int]:
    """Where they sit, of those who come."""
    rows = db.session.execute(
        select(Allocation.delegate_id, Allocation.group_id)
        .join(Delegate, Delegate.id == Allocation.delegate_id)
        .where(Allocation.delegate_id.in_(ids), Delegate.status.in_(COMING))
    )
    return {row.delegate_id: row.group_id for row in rows}
