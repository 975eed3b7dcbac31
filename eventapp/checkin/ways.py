"""The checkpoints on the ways of visit groups: a departure, each stop, a return."""

from collections.abc import Sequence
from dataclasses import dataclass

from eventapp.accounts import audit
from eventapp.checkin import checkpoints_wanted
from eventapp.checkin.checkpoints import all_checkpoints, guarded, present
from eventapp.checkin.models import Checkpoint
from eventapp.database import db, transaction
from eventapp.events.models import Event


@dataclass(frozen=True, slots=True)
class Lack:
    """What the plan of a group calls for and is not there."""

    letter: str
    names: tuple[str, ...]
    """Of the checkpoints, in the order of the plan; none where only times are behind the plan."""


def lacking(event: Event, language: str) -> list[Lack]:
    """What `make_legs` would do, group by group; names in ``vi`` or ``en``."""
    there = {guarded(it): it for it in all_checkpoints(event.id)}
    found = []
    for letter, way in checkpoints_wanted.by_groups(event.id):
        new = tuple(it.name_in(language) for it in way if guarded(it) not in there)
        if new or any(_is_early(it, there.get(guarded(it))) for it in way):
            found.append(Lack(letter, new))
    return found


def make_legs(event: Event) -> int:
    """Make the checkpoints that the groups' plans call for and that are missing; how many were new.

    They stand together, group by group in the order of the plans. One that is there stays as it
    is, but opens earlier where its group now departs earlier.
    """
    event_id = event.id
    with transaction():
        ways = checkpoints_wanted.by_groups(event_id)
        before = sorted(present(event_id), key=lambda it: (it.position, it.id))
        there = {guarded(it): it for it in before}
        added, ordered = [], []
        for wanted in (it for _, way in ways for it in way):
            known = there.get(guarded(wanted))
            if known is None:
                added.append(wanted)
            elif _is_early(wanted, known):
                known.opens_at = wanted.opens_at
            ordered.append(known or wanted)
        _put_together(before, ordered)
        db.session.add_all(added)
        if added:
            audit.record(
                "make_checkpoints",
                "event",
                event_id,
                event_id=event_id,
                changes={"checkpoints": [None, [it.name for it in added]]},
            )
    return len(added)


def _is_early(wanted: Checkpoint, known: Checkpoint | None) -> bool:
    """Whether a group departs so early that its checkpoint would not be open."""
    if known is None or known.opens_at is None or wanted.opens_at is None:
        return False
    return wanted.opens_at < known.opens_at


def _put_together(before: Sequence[Checkpoint], ordered: Sequence[Checkpoint]) -> None:
    """Put those of the plans, in order, where the first of them stood, else at the end."""
    of_plans = {id(it) for it in ordered}
    first = next((i for i, it in enumerate(before) if id(it) in of_plans), len(before))
    head = before[:first]
    tail = [it for it in before[first:] if id(it) not in of_plans]
    for position, it in enumerate((*head, *ordered, *tail), start=1):
        it.position = position
