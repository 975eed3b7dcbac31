"""Who may pass where. Pure: decided from plain facts about a person and a checkpoint."""

from dataclasses import dataclass
from datetime import datetime

from eventapp.checkin.models import CheckpointKind, Reason
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


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of whoever holds the code."""

    status: Status
    group_id: int | None
    day_ids: frozenset[int] = frozenset()
    session_ids: frozenset[int] = frozenset()


def refusal(gate: Gate | None, person: Person | None, read_at: datetime) -> Reason | None:
    """Why the person may not pass, or None when they may.

    The order of the reasons is the order in which staff can do something about them: who it is,
    whether they come at all, whether this is the place, whether this is the time.
    """
    if person is None:
        return Reason.UNKNOWN
    if person.status in GONE:
        return Reason.CANCELLED
    if person.status != Status.APPROVED:
        return Reason.NOT_APPROVED
    if gate is None or not _belongs(gate, person):
        return Reason.WRONG_CHECKPOINT
    if gate.opens_at is not None and read_at < gate.opens_at:
        return Reason.NOT_OPEN
    if gate.closes_at is not None and read_at > gate.closes_at:
        return Reason.NOT_OPEN
    return None


def _belongs(gate: Gate, person: Person) -> bool:
    match gate.kind:
        case CheckpointKind.DOOR | CheckpointKind.MEAL:
            return gate.day_id is None or gate.day_id in person.day_ids
        case CheckpointKind.TRAINING:
            return gate.session_id in person.session_ids
        case CheckpointKind.BUS:
            return gate.group_id is not None and gate.group_id == person.group_id
