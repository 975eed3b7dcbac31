"""Waitlists of visit groups: whoever is first and can take a seat that is free gets it.

Seats are given by `advance`, a transaction for each, right after the one in which a seat became
free: organisers' pages call it, and the chore of every half minute for everything else. In the same
transaction it could not be: it locks the person who is moved, and whoever frees a seat holds a
group's lock already (`service.lock`: delegates before groups). Nobody is quicker meanwhile:
delegates get seats by these lists and by swaps only, and organisers may give them as they like.

One person waits for one group. What they leave may be the next one's; each step takes one off the
lists, so there is an end.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event, Site
from eventapp.registration.models import COMING, Delegate, Organisation, Status
from eventapp.visits import letters, service
from eventapp.visits.change_rules import rules_of
from eventapp.visits.fitting import Hindrance, look
from eventapp.visits.gathering import time_away
from eventapp.visits.models import Allocation, SeatSource, VisitGroup
from eventapp.visits.sites import VisitError, group
from eventapp.visits.swap_models import GroupWait
from eventapp.visits.unsettled import forget_waits

_AT_ONCE = 500  # as many seats are given in one round
_ORDER = (GroupWait.place, GroupWait.since, GroupWait.delegate_id)


class WaitsOff(VisitError):
    """The event does not let delegates wait for groups."""


class WaitsOver(VisitError):
    """Seats of this group are given by organisers only by now."""


class NotWaiting(VisitError):
    """They do not wait for this group (any more)."""


class IsThere(VisitError):
    """They are in this group."""


class CannotJoin(VisitError):
    """They cannot be in this group, or should not."""

    def __init__(self, hindrances: Sequence[Hindrance]) -> None:
        super().__init__(hindrances)
        self.hindrances = hindrances


class SiteFull(VisitError):
    """As many people as the site takes at one time are there then."""


class IsNeeded(VisitError):
    """Without them the group in which they are has too few people to go."""


def join(event: Event, delegate_id: int, group_id: int, *, by_organiser: bool = False) -> None:
    """Put somebody at the end of a group's waitlist, off the one they are on.

    Raises WaitsOff, WaitsOver, GroupNotFound, IsThere, CannotJoin, and DelegateNotFound for
    whoever does not take part.
    """
    event_id = event.id
    with transaction():
        people = service.lock(event_id, [delegate_id])
        allowed = COMING if by_organiser else (Status.APPROVED,)
        if delegate_id not in people or people[delegate_id][1] not in allowed:
            raise service.DelegateNotFound
        target = group(event_id, group_id, locked=True)
        if not by_organiser:
            _check_allowed(event_id, delegate_id, target)
        before = service.seats_of([delegate_id]).get(delegate_id)
        if before == group_id:
            raise IsThere
        _check_fit(event, delegate_id, group_id)
        known = db.session.get(GroupWait, delegate_id)
        if known is not None and known.group_id == group_id:
            return
        forget_waits([delegate_id])
        if known is not None:
            db.session.expunge(known)
        last = select(func.max(GroupWait.place)).where(GroupWait.group_id == group_id)
        place = (db.session.scalar(last) or 0) + 1
        db.session.add(GroupWait(delegate_id=delegate_id, group_id=group_id, place=place))
        db.session.flush()
        _note("wait_for_group", event_id, delegate_id, [None, target.letter])


def leave(event: Event, delegate_id: int, group_id: int | None = None) -> None:
    """Take somebody off the waitlist (of this group) that they are on. Raises NotWaiting."""
    with transaction():
        service.lock(event.id, [delegate_id])
        wait = db.session.get(GroupWait, delegate_id)
        if wait is None or group_id not in (None, wait.group_id):
            raise NotWaiting
        letter = db.session.get_one(VisitGroup, wait.group_id).letter
        forget_waits([delegate_id])
        _note("leave_waitlist", event.id, delegate_id, [letter, None])


def put_first(event: Event, group_id: int, delegate_id: int) -> None:
    """Let somebody's turn be before everybody's on the list. Raises GroupNotFound, NotWaiting."""
    with transaction():
        target = group(event.id, group_id, locked=True)
        waits = db.session.scalars(
            select(GroupWait).where(GroupWait.group_id == group_id).order_by(*_ORDER)
        ).all()
        mine = [it for it in waits if it.delegate_id == delegate_id]
        if not mine:
            raise NotWaiting
        others = [it for it in waits if it.delegate_id != delegate_id]
        for place, it in enumerate([*mine, *others], 1):
            it.place = place
        db.session.flush()
        _note("put_first", event.id, delegate_id, [None, target.letter])


def give(event: Event, group_id: int, delegate_id: int) -> None:
    """Let organisers give a free seat to somebody who waits, a reserved one too, at any time.

    Raises NotWaiting, CannotJoin, GroupFull, and DelegateNotFound for who does not come.
    """
    _give(event, delegate_id, group_id, by_organiser=True)


def line(group_id: int) -> Sequence[GroupWait]:
    """Those who wait for a group, in order."""
    return db.session.scalars(
        select(GroupWait)
        .where(GroupWait.group_id == group_id)
        .order_by(*_ORDER)
        .options(
            joinedload(GroupWait.delegate)
            .joinedload(Delegate.organisation)
            .joinedload(Organisation.delegation)
        )
    ).all()


def wait_of(delegate_id: int) -> tuple[GroupWait | None, int]:
    """For which group somebody waits, with its site, and which place in line is theirs (from 1)."""
    wait = db.session.scalar(
        select(GroupWait)
        .where(GroupWait.delegate_id == delegate_id)
        .options(joinedload(GroupWait.group).joinedload(VisitGroup.site))
    )
    if wait is None:
        return None, 0
    order = select(GroupWait.delegate_id).where(GroupWait.group_id == wait.group_id)
    return wait, list(db.session.scalars(order.order_by(*_ORDER))).index(delegate_id) + 1


def letters_of(ids: Sequence[int]) -> dict[int, str]:
    """Delegate → letter of the group in which they are, of those who are in one."""
    rows = db.session.execute(
        select(Allocation.delegate_id, VisitGroup.letter)
        .join(VisitGroup, VisitGroup.id == Allocation.group_id)
        .where(Allocation.delegate_id.in_(ids))
    )
    return {row.delegate_id: row.letter for row in rows}


def is_by_hand(event: Event, of: VisitGroup) -> bool:
    """Whether the group's seats are given to those who wait by organisers only by now."""
    return rules_of(event.id).are_over(now(), of.departs_at)


def advance(event: Event) -> int:
    """Give every seat that is free to the first who waits for it and can take it; how many.

    Safe in any number of processes at once, and whatever else is done meanwhile.
    """
    given = 0
    passed: set[tuple[int, int]] = set()
    while given < _AT_ONCE:
        candidate = next(_candidates(event, passed), None)
        db.session.rollback()  # no transaction stays open
        if candidate is None:
            break
        passed.add(candidate)
        try:
            _give(event, *candidate)
        except VisitError:
            continue  # overtaken: by another process, or by organisers
        given += 1
        # What they have left may be the seat that somebody waits for who was passed over.
        passed.clear()
    return given


def do_chores() -> int:
    """Give the seats that are free, at every event; how many."""
    waited_for = select(VisitGroup.event_id).where(_has_room(), _is_waited_for())
    events = db.session.scalars(select(Event).where(Event.id.in_(waited_for)).order_by(Event.id))
    return sum(advance(it) for it in events.all())


def _has_room() -> ColumnElement[bool]:
    return VisitGroup.taken < VisitGroup.capacity - VisitGroup.reserved


def _is_waited_for() -> ColumnElement[bool]:
    return VisitGroup.id.in_(select(GroupWait.group_id))


def _candidates(event: Event, passed: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(delegate, group) of those who could take a seat that is free now, in order."""
    rows = db.session.execute(
        select(GroupWait.delegate_id, GroupWait.group_id)
        .join(VisitGroup, VisitGroup.id == GroupWait.group_id)
        .join(Delegate, Delegate.id == GroupWait.delegate_id)
        .where(
            VisitGroup.event_id == event.id,
            _has_room(),
            Delegate.status == Status.APPROVED,
        )
        .order_by(GroupWait.group_id, *_ORDER)
    ).all()
    for who, group_id in rows:
        if (who, group_id) in passed:
            continue
        try:
            _check_given(event, who, group_id)
        except VisitError:
            continue
        yield who, group_id


def _give(event: Event, delegate_id: int, group_id: int, *, by_organiser: bool = False) -> None:
    event_id = event.id
    with transaction():
        people = service.lock(event_id, [delegate_id])
        allowed = COMING if by_organiser else (Status.APPROVED,)
        if delegate_id not in people or people[delegate_id][1] not in allowed:
            raise service.DelegateNotFound
        # Only whoever holds its delegate changes which group a wait is for.
        wait = db.session.get(GroupWait, delegate_id)
        if wait is None or wait.group_id != group_id:
            raise NotWaiting
        before = service.seats_of([delegate_id])
        _lock_groups(event_id, group_id, before.get(delegate_id))
        if by_organiser:
            _check_fit(event, delegate_id, group_id)
        else:
            _check_given(event, delegate_id, group_id)
        service.move(
            event_id,
            {delegate_id: group_id},
            before,
            source=SeatSource.WAITLIST,
            keeps_reserved=not by_organiser,
        )
        letters.tell_seated(event_id, {delegate_id: before.get(delegate_id)})


def _lock_groups(event_id: int, group_id: int, before: int | None) -> None:
    """The groups whose seats decide: of the same site, and the one that is left."""
    site = select(VisitGroup.site_id).where(VisitGroup.id == group_id).scalar_subquery()
    db.session.execute(
        select(VisitGroup.id)
        .where(
            VisitGroup.event_id == event_id,
            or_(VisitGroup.site_id == site, VisitGroup.id == (before or 0)),
        )
        .order_by(VisitGroup.id)
        .with_for_update(key_share=True)
    )


def _check_allowed(event_id: int, delegate_id: int, target: VisitGroup) -> None:
    """Whether a delegate may wait for a group. Raises WaitsOff, WaitsOver."""
    rules = rules_of(event_id)
    if not rules.may_wait:
        raise WaitsOff
    seat = service.group_of(delegate_id)
    if rules.are_over(now(), target.departs_at, seat.departs_at if seat else None):
        raise WaitsOver


def _check_given(event: Event, delegate_id: int, group_id: int) -> None:
    """Whether somebody can be given a free seat of a group without organisers.

    Raises GroupNotFound, WaitsOver, CannotJoin, SiteFull, IsNeeded.
    """
    target = db.session.get(VisitGroup, group_id, populate_existing=True)
    before = service.seats_of([delegate_id]).get(delegate_id)
    seat = db.session.get(VisitGroup, before, populate_existing=True) if before else None
    if target is None:
        raise NotWaiting
    departures = (target.departs_at, seat.departs_at if seat else None)
    if rules_of(event.id).are_over(now(), *departures):
        raise WaitsOver
    _check_fit(event, delegate_id, group_id)
    if seat is not None and seat.minimum and seat.taken == seat.minimum:
        raise IsNeeded
    _check_site(event, target, seat)


def _check_fit(event: Event, delegate_id: int, group_id: int) -> None:
    found = look(event, [delegate_id]).hindrances({delegate_id: group_id}).get(delegate_id, ())
    if found:
        raise CannotJoin(found)


def _check_site(event: Event, target: VisitGroup, seat: VisitGroup | None) -> None:
    """Whether one more finds room at the site when the group is there. Raises SiteFull."""
    places = db.session.get_one(Site, target.site_id).capacity
    if places is None:
        return
    mine = time_away(event, target)
    there = 0
    for it in db.session.scalars(
        select(VisitGroup)
        .where(VisitGroup.site_id == target.site_id)
        .execution_options(populate_existing=True)
    ):
        its = time_away(event, it)
        if mine is None or its is None or (its[1] < mine[2] and mine[1] < its[2]):
            there += it.taken - (seat is not None and seat.id == it.id)
    if there + 1 > places:
        raise SiteFull


def _note(action: str, event_id: int, delegate_id: int, pair: list[str | None]) -> None:
    changes = {"waitlist": pair}
    audit.record(action, "delegate", delegate_id, event_id=event_id, changes=changes)
