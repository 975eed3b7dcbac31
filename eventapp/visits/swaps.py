"""Two delegates exchange their seats: both agree, and then both move at once.

Either somebody gives the pass code of the one they have spoken to, or two wishes find each other.
Nobody is moved who has not agreed. Every refusal that could say something of another person is the
same one (`NotPossible`): a code is no way to find out about anybody.

Locks: the two delegates, by id; then the swap; then, where it is done, the groups.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eventapp import tokens
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration.models import Delegate, Status
from eventapp.visits import letters, service
from eventapp.visits.change_rules import ChangeRules, rules_of
from eventapp.visits.fitting import Fitting, Hindrance, look
from eventapp.visits.models import SeatSource, VisitGroup
from eventapp.visits.sites import VisitError, groups_of
from eventapp.visits.swap_models import PENDING, SeatSwap, SwapState
from eventapp.visits.swap_steps import (
    departures,
    end,
    is_late,
    lock_swap,
    note,
    offer,
    offer_end,
)


class SwapsOff(VisitError):
    """The event does not let delegates swap."""


class SwapsOver(VisitError):
    """Only organisers change the seats of these groups by now."""


class NoSeat(VisitError):
    """Whoever asks has no seat that they could give."""


class OnePending(VisitError):
    """Whoever asks has a swap under way."""


class NotPossible(VisitError):
    """No swap with the holder of this code, or no going to this group; not said why."""


class SwapEnded(VisitError):
    """The swap is not pending any more, or is none of theirs."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What a delegate sees of swaps. ``groups`` are those that they could go to."""

    seat: VisitGroup | None
    pending: SeatSwap | None
    last: SeatSwap | None
    groups: Sequence[VisitGroup]
    end: datetime | None
    is_over: bool


def mine(event: Event, delegate_id: int) -> Mine:
    """What a delegate may do, has begun, and what came of the last one."""
    rules = rules_of(event.id)
    seat = service.group_of(delegate_id)
    departs = seat.departs_at if seat else None
    groups = possible_groups(event, delegate_id, seat, rules) if seat else []
    return Mine(
        seat=seat,
        pending=_shown(delegate_id, PENDING),
        last=_shown(delegate_id, set(SwapState) - set(PENDING)),
        groups=groups,
        end=rules.end(departs),
        is_over=rules.are_over(now(), departs),
    )


def possible_groups(
    event: Event, delegate_id: int, seat: VisitGroup | None, rules: ChangeRules
) -> list[VisitGroup]:
    """The other groups that somebody could be in by their days, classes, needs, and the rules."""
    fitting = look(event, [delegate_id])
    departs = seat.departs_at if seat else None
    return [
        it
        for it in groups_of(event.id)
        if (seat is None or it.id != seat.id)
        and not rules.are_over(now(), departs, it.departs_at)
        and not (set(_against(fitting, delegate_id, it.id)) - {Hindrance.APART})
    ]


def ask(event: Event, delegate_id: int, code: str) -> int:
    """Offer one's seat for that of the holder of a pass code; the swap's id. They are written to.

    Raises SwapsOff, SwapsOver, NoSeat, OnePending, NotPossible.
    """
    event_id = event.id
    rules = _allowed(event_id)
    with_code = select(Delegate.id).where(
        Delegate.event_id == event_id, Delegate.code == tokens.normalise_code(code)
    )
    other_id = db.session.scalar(with_code.where(Delegate.merged_into_id.is_(None)))
    with transaction():
        ids = sorted({delegate_id, other_id} - {None})  # type: ignore[type-var]
        people = service.lock(event_id, ids)  # type: ignore[arg-type]
        seats = _own_seat(delegate_id, ids, people)  # type: ignore[arg-type]
        if other_id is None or other_id == delegate_id:
            raise NotPossible
        _check_other(delegate_id, other_id, seats, people)
        expires_at = _check_time(event_id, rules, seats.values())
        _check_fit(event, {delegate_id: seats[other_id], other_id: seats[delegate_id]})
        swap = SeatSwap(
            event_id=event_id,
            state=SwapState.OFFERED,
            asker_id=delegate_id,
            other_id=other_id,
            asker_group_id=seats[delegate_id],
            other_group_id=seats[other_id],
            asker_agreed_at=now(),
            expires_at=expires_at,
        )
        db.session.add(swap)
        db.session.flush()
        note("ask_swap", swap, [delegate_id, other_id])
        offer(swap, [other_id])
        return swap.id


def wish(event: Event, delegate_id: int, group_id: int) -> int:
    """Say that one would go to another group; its id. `swap_rounds.match` finds who would come.

    Raises SwapsOff, SwapsOver, NoSeat, OnePending, NotPossible.
    """
    event_id = event.id
    rules = _allowed(event_id)
    with transaction():
        people = service.lock(event_id, [delegate_id])
        seats = _own_seat(delegate_id, [delegate_id], people)
        group = db.session.scalar(select(VisitGroup).filter_by(id=group_id, event_id=event_id))
        if group is None or group_id == seats[delegate_id]:
            raise NotPossible
        expires_at = _check_time(event_id, rules, [seats[delegate_id], group_id], offers=False)
        against = set(_against(look(event, [delegate_id]), delegate_id, group_id))
        # Who else is there may be the one who comes.
        if against - {Hindrance.APART}:
            raise NotPossible
        swap = SeatSwap(
            event_id=event_id,
            is_open=True,
            asker_id=delegate_id,
            asker_group_id=seats[delegate_id],
            other_group_id=group_id,
            expires_at=expires_at,
        )
        db.session.add(swap)
        db.session.flush()
        note("wish_swap", swap, [delegate_id])
        return swap.id


def answer(event: Event, delegate_id: int, swap_id: int, *, agrees: bool) -> SwapState:
    """Agree to a swap that is offered, or decline it; how it stands then.

    Once both have agreed, both seats are exchanged, or the swap is void: organisers may have laid
    something down meanwhile. Raises SwapEnded.
    """
    with transaction():
        swap = _locked(event.id, delegate_id, swap_id)
        if swap.state != SwapState.OFFERED:
            raise SwapEnded
        other_id = next(it for it in swap.parties if it != delegate_id)
        if not agrees:
            note("decline_swap", swap, swap.parties)
            end(swap, SwapState.DECLINED, by=delegate_id, wish_on=[other_id], told=[other_id])
            return SwapState.DECLINED
        if delegate_id == swap.asker_id:
            swap.asker_agreed_at = swap.asker_agreed_at or now()
        else:
            swap.other_agreed_at = swap.other_agreed_at or now()
        note("agree_swap", swap, [delegate_id])
        if swap.asker_agreed_at and swap.other_agreed_at:
            _exchange(event, swap)
        return SwapState(swap.state)


def withdraw(event: Event, delegate_id: int, swap_id: int) -> None:
    """Take back what one has asked for, or wished. Raises SwapEnded."""
    with transaction():
        swap = _locked(event.id, delegate_id, swap_id)
        if swap.state not in PENDING:
            raise SwapEnded
        others = [it for it in swap.parties if it != delegate_id]
        note("withdraw_swap", swap, swap.parties)
        end(swap, SwapState.WITHDRAWN, by=delegate_id, wish_on=others, told=others)


def _exchange(event: Event, swap: SeatSwap) -> None:
    """Both have agreed; delegates and swap are locked."""
    assert swap.other_id is not None  # noqa: S101 - the table's own rule
    to = {swap.asker_id: swap.other_group_id, swap.other_id: swap.asker_group_id}
    before = service.seats_of(swap.parties)
    people = service.lock(event.id, swap.parties)
    stays = {swap.asker_id: swap.asker_group_id, swap.other_id: swap.other_group_id}
    is_so_still = before == stays and all(it[1] == Status.APPROVED for it in people.values())
    if not is_so_still or look(event, to).hindrances(to) or is_late(event.id, swap):
        note("void_swap", swap, swap.parties)
        end(swap, SwapState.VOID, told=swap.parties)
        return
    swap.state, swap.ended_at = SwapState.DONE, now()
    db.session.flush()  # so that the move does not find it pending
    note("swap", swap, swap.parties)
    service.move(event.id, to, before, source=SeatSource.SWAP)
    letters.tell_seated(event.id, dict(before))


def _allowed(event_id: int) -> ChangeRules:
    rules = rules_of(event_id)
    if not rules.may_swap:
        raise SwapsOff
    return rules


def _own_seat(
    delegate_id: int, ids: Sequence[int], people: dict[int, tuple[str, Status]]
) -> dict[int, int]:
    """The seats of these people, whoever asks has one and no swap under way."""
    seats = service.seats_of(ids)
    if delegate_id not in seats or people[delegate_id][1] != Status.APPROVED:
        raise NoSeat
    if is_pending(delegate_id):
        raise OnePending
    return seats


def _check_other(
    delegate_id: int,
    other_id: int,
    seats: dict[int, int],
    people: dict[int, tuple[str, Status]],
) -> None:
    """Whether the other one can be asked. Raises NotPossible whatever is in the way."""
    has_declined = db.session.scalar(
        select(SeatSwap.id)
        .where(
            SeatSwap.asker_id == delegate_id,
            SeatSwap.other_id == other_id,
            SeatSwap.state == SwapState.DECLINED,
            SeatSwap.ended_by_id == other_id,
        )
        .limit(1)
    )
    if (
        has_declined is not None
        or other_id not in seats
        or seats[other_id] == seats[delegate_id]
        or people[other_id][1] != Status.APPROVED
        or is_pending(other_id)
    ):
        raise NotPossible


def is_pending(delegate_id: int, states: Sequence[SwapState] = PENDING) -> bool:
    """Whether somebody has a swap under way."""
    query = select(SeatSwap.id).where(
        or_(SeatSwap.asker_id == delegate_id, SeatSwap.other_id == delegate_id),
        SeatSwap.state.in_(states),
    )
    return db.session.scalar(query.limit(1)) is not None


def is_to_answer(delegate_id: int) -> bool:
    """Whether a swap is offered to somebody to which they have not agreed yet."""
    asked = (SeatSwap.asker_id == delegate_id) & SeatSwap.asker_agreed_at.is_(None)
    other = (SeatSwap.other_id == delegate_id) & SeatSwap.other_agreed_at.is_(None)
    query = select(SeatSwap.id).where(SeatSwap.state == SwapState.OFFERED, or_(asked, other))
    return db.session.scalar(query.limit(1)) is not None


def _check_time(
    event_id: int, rules: ChangeRules, groups: Iterable[int], *, offers: bool = True
) -> datetime | None:
    """When it runs out. Raises SwapsOver."""
    groups = list(groups)
    times = departures(groups)
    if rules.are_over(now(), *times):
        raise SwapsOver
    return offer_end(event_id, rules, groups) if offers else rules.end(*times)


def _check_fit(event: Event, to: dict[int, int]) -> None:
    if look(event, to).hindrances(to):
        raise NotPossible


def _against(fitting: Fitting, who: int, group_id: int) -> tuple[Hindrance, ...]:
    return fitting.hindrances({who: group_id}).get(who, ())


def _locked(event_id: int, delegate_id: int, swap_id: int) -> SeatSwap:
    """A swap of theirs, ours with its delegates until the end. Raises SwapEnded."""
    known = db.session.get(SeatSwap, swap_id)
    if known is None or known.event_id != event_id or delegate_id not in known.parties:
        raise SwapEnded
    swap = lock_swap(event_id, swap_id, known.parties)
    if swap is None:
        raise SwapEnded
    return swap


def _shown(delegate_id: int, states: Sequence[SwapState] | set[SwapState]) -> SeatSwap | None:
    """The latest of theirs in one of these states, with what is shown of it."""
    return db.session.scalar(
        select(SeatSwap)
        .where(
            or_(SeatSwap.asker_id == delegate_id, SeatSwap.other_id == delegate_id),
            SeatSwap.state.in_(states),
        )
        .options(
            joinedload(SeatSwap.asker),
            joinedload(SeatSwap.other),
            joinedload(SeatSwap.asker_group).joinedload(VisitGroup.site),
            joinedload(SeatSwap.other_group).joinedload(VisitGroup.site),
        )
        .order_by(func.coalesce(SeatSwap.ended_at, SeatSwap.asked_at).desc(), SeatSwap.id.desc())
        .limit(1)
    )
