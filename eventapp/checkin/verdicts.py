"""Who may pass where. Pure: decided from plain facts about a person and a checkpoint.

The devices decide by the same rules while they have no network (static/checkin/engine/judge.js).
Both sides are tested against the cases of tests/checkin/rules.json.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from eventapp.checkin.models import CheckpointKind, Direction, Passage, Reason
from eventapp.registration.models import GONE, Status


@dataclass(frozen=True, slots=True)
class Gate:
    """What a checkpoint asks for. Times are None where there is no limit."""

    kind: CheckpointKind
    day_id: int | None
    session_id: int | None
    group_id: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    passage: Passage = Passage.ONCE
    category_ids: frozenset[int] = frozenset()
    """The only categories that may pass; none is all."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of whoever holds the code."""

    status: Status
    group_id: int | None
    day_ids: frozenset[int] = frozenset()
    session_ids: frozenset[int] = frozenset()
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """What the log adds up to for one person at one checkpoint."""

    first_at: datetime | None
    """When they first came in; None while it is only known that they went out."""
    left_at: datetime | None = None
    """When they went out; None while they are in. Only where both ways are counted, as is:"""
    moved_at: datetime | None = None
    """When they last passed, whichever way."""

    @property
    def is_inside(self) -> bool:
        """Whether they are in."""
        return self.first_at is not None and self.left_at is None


def refusal(
    gate: Gate | None, person: Person | None, at: datetime, *, is_guest: bool = False
) -> Reason | None:
    """Why the person may not pass, or None when they may.

    ``gate`` is None where there is no such checkpoint, or none at which the device may scan. A
    guest, whom a leader takes along, may pass the checkpoint of any group's bus. The
    order of the reasons is the order in which staff can do something about them: who it is,
    whether they come at all, whether this is the place, whether this is the time.
    """
    if person is None:
        return Reason.UNKNOWN
    if person.status in GONE:
        return Reason.CANCELLED
    if person.status != Status.APPROVED:
        return Reason.NOT_APPROVED
    if gate is None or not _belongs(gate, person, is_guest=is_guest):
        return Reason.WRONG_CHECKPOINT
    if gate.opens_at is not None and at < gate.opens_at:
        return Reason.NOT_OPEN
    if gate.closes_at is not None and at > gate.closes_at:
        return Reason.NOT_OPEN
    return None


def _belongs(gate: Gate, person: Person, *, is_guest: bool) -> bool:
    if gate.category_ids and person.category_id not in gate.category_ids:
        return False
    match gate.kind:
        case CheckpointKind.DOOR | CheckpointKind.MEAL:
            return gate.day_id is None or gate.day_id in person.day_ids
        case CheckpointKind.TRAINING:
            return gate.session_id in person.session_ids
        case CheckpointKind.BUS:
            return gate.group_id is not None and (is_guest or gate.group_id == person.group_id)


def pass_through(
    passage: Passage, direction: Direction, before: Passed | None, at: datetime
) -> tuple[bool, Passed]:
    """Let somebody pass whom nothing refuses: (whether they are admitted, what is so afterwards).

    Who is not admitted is there, or gone, already: a duplicate. Whatever order scans arrive in, the
    first time is the earliest one, and one that happened before the last never turns it back.
    """
    if passage is Passage.IN_OUT:
        return _cross(direction, before, at)
    if before is None or before.first_at is None:
        return True, Passed(at)
    return passage is Passage.MANY, replace(before, first_at=min(before.first_at, at))


def _cross(direction: Direction, before: Passed | None, at: datetime) -> tuple[bool, Passed]:
    before = before or Passed(None)
    is_in = direction is Direction.IN
    first_at = before.first_at
    if is_in:
        first_at = at if first_at is None else min(first_at, at)
    is_admitted = before.is_inside != is_in
    moved_at = before.moved_at or before.first_at
    if moved_at is not None and at < moved_at:
        # Whether they were in then is not known any more: nobody is said to have passed twice.
        return is_admitted or before.first_at is not None, replace(before, first_at=first_at)
    if is_in:
        return is_admitted, Passed(first_at, None, at)
    # Whoever went out twice has been out since the first time.
    return is_admitted, Passed(first_at, at if is_admitted else before.left_at or at, at)
