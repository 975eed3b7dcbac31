"""Runs of the allocation: asked for, claimed by one worker, reported on, ended.

A run belongs to whoever has last written `AllocationRun.heard_at`: each report names the one before
it, so that a worker that was given up for dead, and is not, finds that the run is no longer its.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import defer, joinedload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.visits import working_out
from eventapp.visits.models import AllocationRun, RunState
from eventapp.visits.run_settings import RunSettings
from eventapp.visits.sites import VisitError

PER_PAGE = 20
SILENCE = timedelta(seconds=30)
"""After so long without a word another worker takes a run up."""
MAX_ATTEMPTS = 3
OPEN = (RunState.WAITING, RunState.SOLVING)
_ENDS = {
    working_out.DONE: RunState.DONE,
    working_out.IMPOSSIBLE: RunState.IMPOSSIBLE,
    working_out.FAILED: RunState.FAILED,
}


class RunNotFound(VisitError):
    """The event has no run of this number."""


class RunUnderWay(VisitError):
    """Another run of the event has not ended yet."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Lost(Exception):
    """The run is another worker's by now, or has been dropped."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is this worker's as of ``heard_at``."""

    run_id: int
    event_id: int
    number: int
    settings: RunSettings
    heard_at: datetime
    attempts: int


def ask(
    event: Event, settings: RunSettings, user_id: int | None = None, *, in_hand: bool = False
) -> Claim:
    """Ask for a run. ``in_hand``: whoever asks works it out, too. Raises RunUnderWay."""
    event_id = event.id
    with transaction():
        # Only whoever else asks waits for it.
        event_row = select(Event.id).where(Event.id == event_id)
        db.session.execute(event_row.with_for_update(key_share=True))
        runs_of = AllocationRun.event_id == event_id
        other = select(AllocationRun.number).where(runs_of, AllocationRun.state.in_(OPEN))
        if (number := db.session.scalar(other.limit(1))) is not None:
            raise RunUnderWay(number)
        last = db.session.scalar(select(func.max(AllocationRun.number)).where(runs_of))
        at = now()
        run = AllocationRun(
            event_id=event_id,
            number=(last or 0) + 1,
            state=RunState.SOLVING if in_hand else RunState.WAITING,
            heard_at=at if in_hand else None,
            settings=settings.as_data(),
            asked_by_id=user_id,
        )
        db.session.add(run)
        db.session.flush()
        audit.record("ask_allocation", "allocation_run", run.number, event_id=event_id)
        return Claim(run.id, event_id, run.number, settings, at, 1)


def claim() -> Claim | None:
    """The next run that waits, or that its worker has left, for us alone."""
    due = select(AllocationRun).where(_is_due())
    waiting = db.session.scalar(due.with_only_columns(AllocationRun.id).limit(1))
    db.session.rollback()  # no transaction stays open
    if waiting is None:
        return None
    with transaction():
        run = db.session.scalar(
            due.order_by(AllocationRun.asked_at, AllocationRun.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if run is None:
            return None
        attempts = (run.progress or {}).get("attempts", 0) + 1
        if run.is_to_stop or attempts > MAX_ATTEMPTS:
            run.state = RunState.DROPPED if run.is_to_stop else RunState.FAILED
            run.result = {"outcome": working_out.FAILED, "why": "worker_died"}
            run.ended_at = now()
            return None
        run.state, run.heard_at = RunState.SOLVING, now()
        run.progress = {"attempts": attempts}
        settings = RunSettings.from_data(run.settings)
        return Claim(run.id, run.event_id, run.number, settings, run.heard_at, attempts)


def _is_due() -> Any:
    return or_(
        AllocationRun.state == RunState.WAITING,
        and_(AllocationRun.state == RunState.SOLVING, AllocationRun.heard_at < now() - SILENCE),
    )


def report(held: Claim, progress: dict[str, Any] | None) -> tuple[Claim, bool]:
    """Say how far it is; the claim as it now is, and whether somebody wants it to stop.

    Raises Lost.
    """
    at = now()
    values: dict[str, Any] = {"heard_at": at}
    if progress is not None:
        values["progress"] = {**progress, "attempts": held.attempts}
    with transaction():
        _write(held, **values)
        is_to_stop = db.session.scalar(
            select(AllocationRun.is_to_stop).where(AllocationRun.id == held.run_id)
        )
    claimed = Claim(held.run_id, held.event_id, held.number, held.settings, at, held.attempts)
    return claimed, bool(is_to_stop)


def finish(held: Claim, basis: str, outcome: dict[str, Any]) -> None:
    """Keep what came of it. Raises Lost."""
    state = _ENDS[outcome["outcome"]]
    with transaction():
        _write(held, state=state, basis=basis, result=outcome, ended_at=now(), heard_at=now())


def hand_back(held: Claim) -> None:
    """Leave it to another worker. Raises Lost."""
    with transaction():
        progress = {"attempts": held.attempts - 1}
        _write(held, state=RunState.WAITING, heard_at=None, progress=progress)


def _write(held: Claim, **values: Any) -> None:
    done = db.session.execute(
        update(AllocationRun)
        .where(
            AllocationRun.id == held.run_id,
            AllocationRun.state == RunState.SOLVING,
            AllocationRun.heard_at == held.heard_at,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Lost


def stop(event_id: int, number: int) -> bool:
    """Have a run end with the best that it has, or not begin; whether there was one to stop.

    Raises RunNotFound.
    """
    with transaction():
        run = find(event_id, number, locked=True)
        if run.state == RunState.WAITING:
            run.state, run.ended_at = RunState.DROPPED, now()
        elif run.state == RunState.SOLVING:
            run.is_to_stop = True
        else:
            return False
        audit.record("stop_allocation", "allocation_run", number, event_id=event_id)
        return True


def drop(event_id: int, number: int) -> bool:
    """Put aside what came of a run; whether there was something. Raises RunNotFound."""
    with transaction():
        run = find(event_id, number, locked=True)
        if run.state != RunState.DONE:
            return False
        run.state = RunState.DROPPED
        audit.record("drop_allocation", "allocation_run", number, event_id=event_id)
        return True


def find(event_id: int, number: int, *, locked: bool = False, whole: bool = True) -> AllocationRun:
    """A run of the event; without ``whole`` its result is left for later. Raises RunNotFound."""
    query = select(AllocationRun).filter_by(event_id=event_id, number=number)
    if locked:
        query = query.with_for_update()
    else:
        query = query.options(
            joinedload(AllocationRun.asked_by), joinedload(AllocationRun.accepted_by)
        )
    if not whole:
        query = query.options(defer(AllocationRun.result))
    found = db.session.scalar(query)
    if found is None:
        raise RunNotFound(number)
    return found


def open_run(event_id: int) -> AllocationRun | None:
    """The run of the event that has not ended."""
    return db.session.scalar(
        select(AllocationRun)
        .where(AllocationRun.event_id == event_id, AllocationRun.state.in_(OPEN))
        .options(defer(AllocationRun.result))
        .limit(1)
    )


def page(event_id: int, number: int) -> Sequence[AllocationRun]:
    """Runs of the event without their results, the latest first: page ``number``, from 1."""
    return db.session.scalars(
        select(AllocationRun)
        .where(AllocationRun.event_id == event_id)
        .options(
            defer(AllocationRun.result),
            joinedload(AllocationRun.asked_by),
            joinedload(AllocationRun.accepted_by),
        )
        .order_by(AllocationRun.number.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()


def count(event_id: int) -> int:
    """How many runs the event has."""
    query = select(func.count(AllocationRun.id)).where(AllocationRun.event_id == event_id)
    return db.session.scalar(query) or 0
