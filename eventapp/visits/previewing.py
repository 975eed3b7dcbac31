"""What the page of a run shows: figures beside those of now, groups, and who moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.database import db
from eventapp.registration.models import Delegate, Organisation
from eventapp.visits.models import VisitGroup
from eventapp.visits.naming import Names
from eventapp.visits.reason_words import Why, reason_said

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Ranks:
    """How many got the wish of that rank (0: none of theirs), now and then."""

    rank: int
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class GroupThen:
    """A group: its people then and now, of the seats that may be given, by delegation."""

    group: VisitGroup
    then: int
    now: int
    seats: int
    delegations: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody whose group is another; None is no group."""

    delegate: Delegate
    before: int | None
    after: int
    why: Why


@dataclass(frozen=True, slots=True)
class Moves:
    """One page of those whose group is another, those who have one now first."""

    rows: Sequence[Moved]
    number: int
    moved: int
    joined: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-(self.moved + self.joined) // PER_PAGE))


def ranks(result: Mapping[str, Any]) -> list[Ranks]:
    """By rank, the first first, none last."""
    now, then = (dict(result[it]["by_rank"]) for it in ("now", "then"))
    found = sorted({*now, *then}, key=lambda rank: rank or 1_000)
    return [Ranks(rank, now.get(rank, 0), then.get(rank, 0)) for rank in found]


def groups(event_id: int, result: Mapping[str, Any], names: Names) -> list[GroupThen]:
    """Each group that is still there, in the order of letters."""
    rows = db.session.scalars(
        select(VisitGroup).filter_by(event_id=event_id).options(joinedload(VisitGroup.site))
    )
    known = {it.id: it for it in rows}
    now = {it["group"]: it["people"] for it in result["now"]["groups"]}
    found = [
        GroupThen(
            known[it["group"]],
            it["people"],
            now.get(it["group"], 0),
            it["seats"],
            [(names.delegation(key), number) for key, number in it["delegations"]],
        )
        for it in result["then"]["groups"]
        if it["group"] in known
    ]
    return sorted(found, key=lambda it: (len(it.group.letter), it.group.letter))


def differing(result: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Who goes from one group to another, and who gets a first seat."""
    before = dict(result["before"])
    differ = [who for who, group in result["placements"] if before.get(who) != group]
    return [it for it in differ if it in before], [it for it in differ if it not in before]


def moves(event_id: int, result: Mapping[str, Any], names: Names, number: int) -> Moves:
    """Page ``number``, from 1, of those whose group is another."""
    moved, joined = differing(result)
    everybody = [*moved, *joined]
    pages = max(1, -(-len(everybody) // PER_PAGE))
    number = min(max(number, 1), pages)
    some = everybody[(number - 1) * PER_PAGE : number * PER_PAGE]
    people = _people(event_id, some)
    before, after = dict(result["before"]), dict(result["placements"])
    reasons = _reasons(result, set(some))
    rows = [
        Moved(
            people[who],
            before.get(who),
            after[who],
            reason_said(reasons[who], names, to_organisers=True) if who in reasons else Why(""),
        )
        for who in some
        if who in people
    ]
    return Moves(rows, number, len(moved), len(joined))


def people_in_reasons(result: Mapping[str, Any]) -> Iterable[int]:
    """Whom the reasons of those who move name."""
    moved, joined = differing(result)
    for reason in _reasons(result, {*moved, *joined}).values():
        for obstacle in reason.get("obstacles", ()):
            yield from obstacle.get("people", ())


def _reasons(result: Mapping[str, Any], of: set[int]) -> dict[int, dict[str, Any]]:
    return {who: reason for who, reason in result["reasons"] if who in of}


def _people(event_id: int, ids: Sequence[int]) -> dict[int, Delegate]:
    rows = db.session.scalars(
        select(Delegate)
        .where(Delegate.event_id == event_id, Delegate.id.in_(ids))
        .options(joinedload(Delegate.organisation).joinedload(Organisation.delegation))
    )
    return {it.id: it for it in rows}
