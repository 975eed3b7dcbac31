"""What organisers lay down about people before seats are worked out, and what is wrong with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event
from eventapp.registration.models import COMING, Delegate, Organisation
from eventapp.registration.search import Filters, select_delegates
from eventapp.visits import allocation_settings
from eventapp.visits.allocation.faults import Fault, FaultKind, find_faults
from eventapp.visits.gathering import gather
from eventapp.visits.models import RuleKind, VisitRule
from eventapp.visits.service import DelegateNotFound, NobodyChosen
from eventapp.visits.sites import VisitError, group
from eventapp.visits.working_out import fault_data

MOST_PEOPLE = 200
"""As many people a rule may be about."""
MOST_APART = 50
"""… and one that keeps each from each."""
WITH_GROUP = (RuleKind.PIN, RuleKind.NEVER)
_FOUND = 20  # how many people a search offers
_WITH_LABELS = joinedload(Delegate.organisation).joinedload(Organisation.delegation)

# Which rules can be at fault, by the kind of fault.
_AT_FAULT = {
    FaultKind.PINNED_TWICE: (RuleKind.PIN,),
    FaultKind.PIN_CANNOT_JOIN: (RuleKind.PIN,),
    FaultKind.PIN_NOT_STEP_FREE: (RuleKind.PIN,),
    FaultKind.PIN_AGAINST_NEVER: (RuleKind.PIN, RuleKind.NEVER),
    FaultKind.PINS_ABOVE_SEATS: (RuleKind.PIN,),
    FaultKind.PINS_SHARE_NEVER: (RuleKind.PIN, RuleKind.APART),
    FaultKind.TOGETHER_AND_NEVER: (RuleKind.TOGETHER, RuleKind.APART),
    FaultKind.TOGETHER_PINNED_APART: (RuleKind.TOGETHER, RuleKind.PIN),
    FaultKind.TOGETHER_TOO_LARGE: (RuleKind.TOGETHER,),
    FaultKind.TOGETHER_NO_GROUP: (RuleKind.TOGETHER, RuleKind.NEVER),
    FaultKind.NO_GROUP_OPEN: (RuleKind.NEVER,),
}


class RuleNotFound(VisitError):
    """The event has no such rule."""


class GroupNeeded(VisitError):
    """A rule of this kind is about a group, and none was chosen."""


class TwoNeeded(VisitError):
    """Only two or more people can be together or apart."""


class TooManyPeople(VisitError):
    """The rule would be about more people than one rule may be."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def rules_of(event_id: int) -> Sequence[VisitRule]:
    """Every rule with its people, its group and who made it, as they were made."""
    return db.session.scalars(
        select(VisitRule)
        .filter_by(event_id=event_id)
        .options(
            selectinload(VisitRule.people).joinedload(Delegate.organisation),
            joinedload(VisitRule.group),
            joinedload(VisitRule.made_by),
        )
        .order_by(VisitRule.id)
    ).all()


def rules_about(event_id: int, delegate_id: int) -> Sequence[VisitRule]:
    """The rules that somebody is named in."""
    return db.session.scalars(
        select(VisitRule)
        .where(VisitRule.event_id == event_id, VisitRule.people.any(Delegate.id == delegate_id))
        .options(joinedload(VisitRule.group))
        .order_by(VisitRule.id)
    ).all()


def find_people(event: Event, typed: str, chosen: Iterable[int]) -> Sequence[Delegate]:
    """Who is coming and has a name or office like this, but for those chosen; 20 at most."""
    if not typed.strip():
        return []
    matching = select_delegates(event, Filters(q=typed)).with_only_columns(Delegate.id)
    query = (
        select(Delegate)
        .where(Delegate.id.not_in(list(chosen)), Delegate.merged_into_id.is_(None))
        .where(Delegate.id.in_(matching.order_by(None)), Delegate.status.in_(COMING))
        .options(_WITH_LABELS)
        .order_by(Delegate.name_key, Delegate.id)
    )
    return db.session.scalars(query.limit(_FOUND)).all()


def people_of(event_id: int, ids: Sequence[int]) -> Sequence[Delegate]:
    """These delegates of the event, as far as they are some, by name."""
    return db.session.scalars(
        select(Delegate)
        .where(Delegate.event_id == event_id, Delegate.id.in_(ids))
        .options(_WITH_LABELS)
        .order_by(Delegate.name_key, Delegate.id)
    ).all()


def add_rule(
    event_id: int,
    kind: RuleKind,
    people: Iterable[int],
    *,
    group_id: int | None = None,
    note: str = "",
    user_id: int | None = None,
) -> int:
    """Lay something down; its id. A group counts only for the kinds that are about one.

    Raises NobodyChosen, TwoNeeded, TooManyPeople, GroupNeeded, GroupNotFound, DelegateNotFound.
    """
    ids = sorted(set(people))
    if not ids:
        raise NobodyChosen
    if kind not in WITH_GROUP and len(ids) < 2:
        raise TwoNeeded
    most = MOST_APART if kind == RuleKind.APART else MOST_PEOPLE
    if len(ids) > most:
        raise TooManyPeople(most)
    if kind in WITH_GROUP and group_id is None:
        raise GroupNeeded
    with transaction():
        about = group(event_id, group_id) if kind in WITH_GROUP and group_id is not None else None
        found = people_of(event_id, ids)
        if len(found) < len(ids):
            raise DelegateNotFound
        rule = VisitRule(
            event_id=event_id,
            kind=kind,
            group_id=about.id if about else None,
            note=note,
            made_by_id=user_id,
            people=list(found),
        )
        db.session.add(rule)
        db.session.flush()
        audit.record(
            "create", "visit_rule", rule.id, event_id=event_id, changes=_changes(rule, added=True)
        )
        return rule.id


def remove_rule(event_id: int, rule_id: int) -> None:
    """Lay it down no more. Raises RuleNotFound."""
    with transaction():
        rule = db.session.scalar(select(VisitRule).filter_by(id=rule_id, event_id=event_id))
        if rule is None:
            raise RuleNotFound(rule_id)
        changes = _changes(rule, added=False)
        audit.record("delete", "visit_rule", rule_id, event_id=event_id, changes=changes)
        db.session.delete(rule)


def _changes(rule: VisitRule, *, added: bool) -> dict[str, list[Any]]:
    values = {
        "rule": RuleKind(rule.kind).value,
        "group_id": rule.group_id,
        "delegate_ids": sorted(it.id for it in rule.people),
    }
    return {
        name: [None, value] if added else [value, None]
        for name, value in values.items()
        if value is not None
    }


def faults_of(event: Event, *, with_everybody: bool = False) -> list[Fault]:
    """What is wrong before anything is worked out, as the settings are.

    ``with_everybody``: also what will be once all who are coming take part.
    """
    settings = allocation_settings.settings_of(event.id)
    return find_faults(gather(event, settings, with_everybody=with_everybody))


def by_rule(rules: Sequence[VisitRule], faults: Sequence[Fault]) -> dict[int, list[dict[str, Any]]]:
    """The faults that a rule has a part in, by its id."""
    found: dict[int, list[dict[str, Any]]] = {}
    for fault in faults:
        kinds = _AT_FAULT.get(fault.kind, ())
        for rule in rules:
            if rule.kind in kinds and _has_part(rule, fault):
                found.setdefault(rule.id, []).append(fault_data(fault))
    return found


def _has_part(rule: VisitRule, fault: Fault) -> bool:
    # Ids of people and groups are numbers of their own: which is which, the kind says.
    ids, members = fault.ids, {it.id for it in rule.people}
    match fault.kind:
        case FaultKind.PINNED_TWICE:
            return ids[0] in members and rule.group_id in ids[1:]
        case FaultKind.PIN_CANNOT_JOIN | FaultKind.PIN_NOT_STEP_FREE | FaultKind.PIN_AGAINST_NEVER:
            return ids[0] in members and rule.group_id == ids[1]
        case FaultKind.PINS_ABOVE_SEATS:
            return rule.group_id == ids[0] and bool(members & set(ids[1:]))
        case FaultKind.PINS_SHARE_NEVER:
            both = set(ids[1:3])
            if rule.kind == RuleKind.APART:
                return both <= members
            return rule.group_id == ids[0] and bool(members & both)
        case FaultKind.TOGETHER_AND_NEVER:
            both = set(ids[:2])
            return both <= members or (rule.kind == RuleKind.TOGETHER and bool(both & members))
        case FaultKind.TOGETHER_PINNED_APART:
            if rule.kind == RuleKind.TOGETHER:
                return bool({ids[0], ids[2]} & members)
            return any(
                who in members and rule.group_id == group_id
                for who, group_id in ((ids[0], ids[1]), (ids[2], ids[3]))
            )
    return bool(set(ids) & members)
