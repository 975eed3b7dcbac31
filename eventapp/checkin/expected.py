"""Who is expected at a checkpoint: the rules of `verdicts`, as conditions of a query."""

from typing import Any

from sqlalchemy import ColumnElement, select

from eventapp.checkin.models import Checkpoint, CheckpointKind
from eventapp.registration.models import Delegate, Status, delegate_day, enrolment
from eventapp.visits.models import Allocation


def at(checkpoint: Checkpoint) -> list[ColumnElement[bool]]:
    """What is true of the delegates who may pass there, whatever the time."""
    conditions: list[ColumnElement[bool]] = [
        Delegate.event_id == checkpoint.event_id,
        Delegate.status == Status.APPROVED,
    ]
    categories = [it.id for it in checkpoint.categories]
    if categories:
        conditions.append(Delegate.category_id.in_(categories))
    of: Any = None
    match checkpoint.kind:
        case CheckpointKind.DOOR | CheckpointKind.MEAL:
            if checkpoint.day_id is not None:
                days = delegate_day.c
                of = select(days.delegate_id).where(days.day_id == checkpoint.day_id)
        case CheckpointKind.TRAINING:
            classes = enrolment.c
            of = select(classes.delegate_id).where(classes.session_id == checkpoint.session_id)
        case CheckpointKind.BUS:
            of = select(Allocation.delegate_id).where(Allocation.group_id == checkpoint.group_id)
    if of is not None:
        conditions.append(Delegate.id.in_(of))
    return conditions
