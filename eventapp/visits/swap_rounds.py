"""Wishes for swaps find each other, and what has run out ends: what comes round by itself."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration.models import Status
from eventapp.visits import service
from eventapp.visits.change_rules import rules_of
from eventapp.visits.fitting import look
from eventapp.visits.swap_models import PENDING, SeatSwap, SwapState
from eventapp.visits.swap_steps import (
    departures,
    end,
    follow_up,
    is_late,
    lock_swap,
    note,
    offer,
    offer_end,
)

_AT_ONCE = 200  # as many are found, or ended, in one round


def match(event: Event) -> int:
    """Offer to one another those whose wishes fit, the first to wish first; to how many pairs."""
    pairs = 0
    passed: set[tuple[int, int]] = set()
    for _ in range(_AT_ONCE):
        pair = _fitting_pair(event, passed)
        db.session.rollback()  # no transaction stays open
        if pair is None:
            break
        passed.add(pair)
        pairs += _pair(event, *pair)
    return pairs


def do_chores() -> int:
    """End what has run out, tell those whose swap is void, and let wishes find each other, at every
    event; how many changed.

    Safe in any number of processes at once.
    """
    late = select(SeatSwap.id).where(SeatSwap.state.in_(PENDING), SeatSwap.expires_at < now())
    done = sum(_expire(it) for it in db.session.scalars(late.limit(_AT_ONCE)).all())
    void = select(SeatSwap.id).where(SeatSwap.state == SwapState.VOID, ~SeatSwap.is_followed_up)
    done += sum(follow_up(it) for it in db.session.scalars(void.limit(_AT_ONCE)).all())
    open_ = select(SeatSwap.event_id).where(SeatSwap.state == SwapState.OPEN).distinct()
    events = db.session.scalars(select(Event).where(Event.id.in_(open_)).order_by(Event.id)).all()
    return done + sum(match(it) for it in events)


def _pair(event: Event, first_id: int, second_id: int) -> bool:
    """Offer two open wishes to each other, if they are open and fit still."""
    with transaction():
        parties = select(SeatSwap.asker_id).where(SeatSwap.id.in_((first_id, second_id)))
        people = service.lock(event.id, sorted(db.session.scalars(parties)))
        found = db.session.scalars(
            select(SeatSwap)
            .where(SeatSwap.id.in_((first_id, second_id)), SeatSwap.state == SwapState.OPEN)
            .order_by(SeatSwap.id)
            .with_for_update()
        ).all()
        if len(found) < 2 or any(it[1] != Status.APPROVED for it in people.values()):
            return False
        first, second = sorted(found, key=lambda it: (it.asked_at, it.id))
        rules = rules_of(event.id)
        groups = [first.asker_group_id, first.other_group_id]
        if not rules.may_swap or rules.are_over(now(), *departures(groups)):
            return False
        db.session.delete(second)
        db.session.flush()
        first.state, first.other_id = SwapState.OFFERED, second.asker_id
        first.other_asked_at = second.asked_at
        first.expires_at = offer_end(event.id, rules, groups)
        db.session.flush()
        note("match_swap", first, first.parties)
        offer(first, first.parties)
        return True


def _fitting_pair(event: Event, passed: set[tuple[int, int]]) -> tuple[int, int] | None:
    one, another = aliased(SeatSwap), aliased(SeatSwap)
    pairs = db.session.execute(
        select(
            one.id,
            another.id,
            one.asker_id,
            another.asker_id,
            one.asker_group_id,
            one.other_group_id,
        )
        .join(
            another,
            (one.asker_group_id == another.other_group_id)
            & (one.other_group_id == another.asker_group_id)
            & (one.asked_at <= another.asked_at)
            & (one.id != another.id),
        )
        .where(
            one.event_id == event.id,
            another.event_id == event.id,
            one.state == SwapState.OPEN,
            another.state == SwapState.OPEN,
        )
        .order_by(one.asked_at, one.id, another.asked_at, another.id)
        .limit(_AT_ONCE)
    ).all()
    new = [it for it in pairs if (it[0], it[1]) not in passed and (it[1], it[0]) not in passed]
    if not new:
        return None
    fitting = look(event, {who for it in new for who in it[2:4]})
    for first, second, who, other, mine_, theirs in new:
        if not fitting.hindrances({who: theirs, other: mine_}):
            return first, second
    return None


def _expire(swap_id: int) -> bool:
    """End one whose time is over; who had agreed to a match goes on wishing."""
    known = db.session.get(SeatSwap, swap_id)
    if known is None:
        return False
    event_id, parties = known.event_id, known.parties
    with transaction():
        swap = lock_swap(event_id, swap_id, parties)
        if swap is None or swap.state not in PENDING:
            return False
        if swap.expires_at is None or swap.expires_at >= now():
            return False
        agreed = {swap.asker_id: swap.asker_agreed_at, swap.other_id: swap.other_agreed_at}
        goes_on = [it for it in swap.parties if agreed[it] and not is_late(event_id, swap)]
        note("expire_swap", swap, swap.parties)
        end(swap, SwapState.EXPIRED, wish_on=goes_on, told=swap.parties)
        return True
