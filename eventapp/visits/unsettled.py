"""What a change of seats ends of swaps and waits, in its own transaction.

Whoever calls has locked the people whose seats change. A swap's row is locked by nobody who does
not hold one of its two delegates, and nobody waits for anything else while holding it: so there is
no circle.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select, update

from eventapp.database import db, now
from eventapp.visits.models import Allocation, VisitGroup
from eventapp.visits.swap_models import PENDING, GroupWait, SeatSwap, SwapState


def settle(event_id: int, moves: Mapping[int, tuple[int | None, int | None]]) -> None:
    """Seats have changed: ``moves`` is person → (group before, group now).

    Swaps that are pending of these people are void; who waited for where they are now, waits no
    more.
    """
    changed = {who for who, (before, after) in moves.items() if before != after}
    end_swaps(event_id, changed)
    arrived = {who: after for who, (_, after) in moves.items() if after is not None}
    rows = db.session.execute(
        select(GroupWait.delegate_id, GroupWait.group_id)
        .join(VisitGroup, VisitGroup.id == GroupWait.group_id)
        .where(VisitGroup.event_id == event_id)
    )
    forget_waits([who for who, group_id in rows if arrived.get(who) == group_id])


def end_swaps(event_id: int, people: Collection[int]) -> None:
    """Void what is pending of these people. `swaps.do_chores` tells the others of them.

    Nothing is written that refers to those others: their rows may be another's, who waits for ours.
    """
    while concerned := _pending_of(event_id, people):
        for swap in db.session.scalars(
            select(SeatSwap)
            .where(SeatSwap.id.in_(concerned), SeatSwap.state.in_(PENDING))
            .order_by(SeatSwap.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all():
            swap.state, swap.ended_at, swap.is_followed_up = SwapState.VOID, now(), False
        db.session.flush()


def _pending_of(event_id: int, people: Collection[int]) -> list[int]:
    if not people:
        return []
    rows = db.session.execute(
        select(SeatSwap.id, SeatSwap.asker_id, SeatSwap.other_id)
        .where(SeatSwap.event_id == event_id, SeatSwap.state.in_(PENDING))
        .order_by(SeatSwap.id)
    )
    return [row.id for row in rows if row.asker_id in people or row.other_id in people]


def forget_waits(people: Collection[int]) -> None:
    """They wait for no group any more."""
    if people:
        gone = delete(GroupWait).where(GroupWait.delegate_id.in_(people))
        db.session.execute(gone.execution_options(synchronize_session=False))


def take_over_wait(event_id: int, kept_id: int, other_id: int) -> None:
    """What somebody waited for is another's to wait for, unless they wait already or sit there."""
    end_swaps(event_id, [kept_id, other_id])
    waiting = select(GroupWait.group_id)
    group_id = db.session.scalar(waiting.where(GroupWait.delegate_id == other_id))
    if group_id is None:
        return
    seat = select(Allocation.group_id).where(Allocation.delegate_id == kept_id)
    has_wait = db.session.scalar(waiting.where(GroupWait.delegate_id == kept_id)) is not None
    if has_wait or db.session.scalar(seat) == group_id:
        forget_waits([other_id])
        return
    db.session.execute(
        update(GroupWait)
        .where(GroupWait.delegate_id == other_id)
        .values(delegate_id=kept_id)
        .execution_options(synchronize_session=False)
    )
