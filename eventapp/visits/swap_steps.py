"""The steps of which swaps are made: until when, locked, told of, ended."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration.models import Status
from eventapp.visits import service
from eventapp.visits.change_rules import ChangeRules, rules_of
from eventapp.visits.models import VisitGroup
from eventapp.visits.swap_models import PENDING, SeatSwap, SwapState
from eventapp.visits.telling import SWAP_ENDED, SWAP_OFFERED, tell


def lock_swap(event_id: int, swap_id: int, parties: Sequence[int]) -> SeatSwap | None:
    """A swap that is ours with its delegates, who were ``parties`` when it was looked up; None if
    an open wish has found somebody meanwhile, or it is gone."""
    service.lock(event_id, parties)
    swap = db.session.scalar(
        select(SeatSwap)
        .where(SeatSwap.id == swap_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return swap if swap is not None and swap.parties == list(parties) else None


def end(
    swap: SeatSwap,
    state: SwapState,
    *,
    by: int | None = None,
    wish_on: Collection[int] = (),
    told: Collection[int] = (),
) -> None:
    """End a swap that is ours with its delegates. Of two who had found each other by their wishes
    the wish of ``wish_on`` goes on; ``told`` get a letter."""
    was_matched = swap.is_open and swap.other_id is not None
    swap.state, swap.ended_at, swap.ended_by_id = state, swap.ended_at or now(), by
    swap.is_followed_up = True
    db.session.flush()  # only then a wish of theirs can be pending again
    goes_on = [it for it in wish_on if was_matched]
    for who in goes_on:
        is_asker = who == swap.asker_id
        mine, theirs = swap.asker_group_id, swap.other_group_id
        db.session.add(
            SeatSwap(
                event_id=swap.event_id,
                is_open=True,
                asker_id=who,
                asker_group_id=mine if is_asker else theirs,
                other_group_id=theirs if is_asker else mine,
                asked_at=swap.asked_at if is_asker else swap.other_asked_at or swap.asked_at,
                expires_at=rules_of(swap.event_id).end(*departures([mine, theirs])),
            )
        )
    db.session.flush()
    swap_id = swap.id
    tell(
        swap.event_id,
        told,
        lambda who: (SWAP_ENDED, {"swap": swap_id, "wish_goes_on": who in goes_on}),
    )


def follow_up(swap_id: int) -> bool:
    """Tell those whose seat is as it was that their swap is void; their wish, if it was one, goes
    on. Safe in any number of processes at once."""
    known = db.session.get(SeatSwap, swap_id)
    if known is None:
        return False
    event_id, parties = known.event_id, known.parties
    with transaction():
        swap = lock_swap(event_id, swap_id, parties)
        if swap is None or swap.is_followed_up:
            return False
        seats = service.seats_of(parties)
        people = service.lock(event_id, parties)
        was = {swap.asker_id: swap.asker_group_id, swap.other_id: swap.other_group_id}
        staying = [
            it
            for it in parties
            if seats.get(it) == was[it] and it in people and people[it][1] == Status.APPROVED
        ]
        busy = db.session.scalars(
            select(SeatSwap.id).where(
                or_(SeatSwap.asker_id.in_(staying), SeatSwap.other_id.in_(staying)),
                SeatSwap.state.in_(PENDING),
            )
        ).first()
        end(swap, SwapState.VOID, wish_on=[] if busy else staying, told=staying)
        return True


def is_late(event_id: int, swap: SeatSwap) -> bool:
    """Whether delegates do not swap (any more), as things are now."""
    rules = rules_of(event_id)
    times = departures([swap.asker_group_id, swap.other_group_id])
    return not rules.may_swap or rules.are_over(now(), *times)


def offer_end(event_id: int, rules: ChangeRules, groups: Iterable[int]) -> datetime | None:
    """An offer is held as long as an offered place, and no longer than seats change."""
    hours = db.session.scalar(select(Event.offer_hours).filter_by(id=event_id)) or 48
    last = rules.end(*departures(groups))
    held = now() + timedelta(hours=hours)
    return min(held, last) if last is not None else held


def departures(groups: Iterable[int]) -> list[datetime | None]:
    """When these groups depart, as far as it is known."""
    query = select(VisitGroup.departs_at).where(VisitGroup.id.in_(list(groups)))
    return list(db.session.scalars(query))


def offer(swap: SeatSwap, to: Sequence[int]) -> None:
    """Write to those who are to answer."""
    about = {"swap": swap.id}
    tell(swap.event_id, to, lambda _: (SWAP_OFFERED, dict(about)))


def note(action: str, swap: SeatSwap, people: Sequence[int]) -> None:
    """Write into the change log of each what was done, and from which group to which."""
    letters_ = dict(
        db.session.execute(
            select(VisitGroup.id, VisitGroup.letter).where(
                VisitGroup.id.in_((swap.asker_group_id, swap.other_group_id))
            )
        ).all()
    )
    mine_, theirs = letters_.get(swap.asker_group_id), letters_.get(swap.other_group_id)
    for who in people:
        pair = [mine_, theirs] if who == swap.asker_id else [theirs, mine_]
        changes = {"visit_group": pair}
        audit.record(action, "delegate", who, event_id=swap.event_id, changes=changes)
