"""Taking over what a run came to: all of it or nothing, and only while it is still true."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.visits import letters, runs, service
from eventapp.visits.gathering import basis_of, gather, parts_of
from eventapp.visits.models import Allocation, AllocationRun, RunState, SeatSource, VisitGroup
from eventapp.visits.run_settings import RunSettings
from eventapp.visits.sites import VisitError


class NotReady(VisitError):
    """The run has nothing to accept: it has not ended, was dropped or accepted before."""

    def __init__(self, state: RunState) -> None:
        super().__init__(state)
        self.state = state


class BasisChanged(VisitError):
    """What it was worked out from has changed; ``parts`` of `gathering.parts_of` say what."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        super().__init__(parts)
        self.parts = parts


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many go to another group, got a seat, keep theirs; and letters written."""

    moved: int
    seated: int
    stayed: int
    letters: int


def accept(
    event: Event, number: int, user_id: int | None = None, *, tells: bool = False
) -> Accepted:
    """Seat everybody as the run says. ``tells``: each who has another seat now gets a letter.

    Raises runs.RunNotFound, NotReady, BasisChanged, service.GroupFull (then nothing has changed).
    """
    event_id = event.id
    with transaction():
        run = runs.find(event_id, number, locked=True)
        if run.state != RunState.DONE or not run.result:
            raise NotReady(RunState(run.state))
        to: dict[int, int] = dict(run.result["placements"])
        _lock(event_id, sorted(to))
        _check(event, run)
        before = service.seats_of(sorted(to))
        reasons = dict(run.result["reasons"])
        moves = {who: group for who, group in to.items() if before.get(who) != group}
        service.move(event_id, moves, before, source=SeatSource.RUN, reasons=reasons)
        _explain({who: reasons.get(who) for who in to if who not in moves})
        run.state, run.accepted_at, run.accepted_by_id = RunState.ACCEPTED, now(), user_id
        moved = sum(who in before for who in moves)
        told = letters.tell_seated(event_id, {it: before.get(it) for it in moves}) if tells else 0
        changes = {"moved": [None, moved], "seated": [None, len(moves) - moved]}
        changes["letters"] = [None, told]
        audit.record(
            "accept_allocation", "allocation_run", number, event_id=event_id, changes=changes
        )
        return Accepted(moved, len(moves) - moved, len(to) - len(moves), told)


def _lock(event_id: int, people: list[int]) -> None:
    """Nobody else moves, cancels, or changes a group until the end."""
    service.lock(event_id, people)
    db.session.execute(
        select(VisitGroup.id)
        .where(VisitGroup.event_id == event_id)
        .order_by(VisitGroup.id)
        .with_for_update()
    )


def _check(event: Event, run: AllocationRun) -> None:
    problem = gather(event, RunSettings.from_data(run.settings))
    if basis_of(problem) == run.basis:
        return
    then: Mapping[str, str] = (run.result or {}).get("parts", {})
    now_ = parts_of(problem)
    raise BasisChanged(tuple(name for name, digest in now_.items() if then.get(name) != digest))


def _explain(reasons: Mapping[int, dict[str, Any] | None]) -> None:
    """Those who stay are told why by what was worked out last."""
    rows = [{"delegate_id": who, "reason": reason} for who, reason in reasons.items() if reason]
    if rows:
        db.session.execute(update(Allocation), rows)
