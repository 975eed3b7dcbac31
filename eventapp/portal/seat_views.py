"""One's own seat in a visit group, to be swapped or waited for, behind the secret of a link."""

from dataclasses import dataclass

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.pdf import qr
from eventapp.portal.views import _delegate, _guessing, _page, portal
from eventapp.registration.models import Delegate, Status
from eventapp.visits import service, sites, swap_rounds, swaps, waiting
from eventapp.visits.change_rules import ChangeRules, rules_of
from eventapp.visits.swap_letters import why
from eventapp.visits.swap_models import SeatSwap, SwapState


@dataclass(frozen=True, slots=True)
class Offer:
    """A swap under way as one of the two sees it: ``name`` only where a code was given."""

    swap: SeatSwap
    name: str
    has_agreed: bool
    is_asker: bool

    @classmethod
    def of(cls, swap: SeatSwap, delegate_id: int) -> "Offer":
        """As this delegate sees it."""
        is_asker = delegate_id == swap.asker_id
        other = swap.other if is_asker else swap.asker
        agreed = swap.asker_agreed_at if is_asker else swap.other_agreed_at
        name = "" if swap.is_open or other is None else other.name
        return cls(swap, name, agreed is not None, is_asker)


def may_change_seat(delegate: Delegate, rules: ChangeRules) -> bool:
    """Whether there is anything to do on the page of the seat."""
    return delegate.status == Status.APPROVED and (rules.may_swap or rules.may_wait)


@portal.get("/<secret>/seat")
@requires(Access.SECRET)
@_guessing
def seat(secret: str) -> ResponseReturnValue:
    """What can be done, and what is under way."""
    delegate = _delegate(secret)
    if not may_change_seat(delegate, rules_of(delegate.event_id)):
        return redirect(url_for(".show", secret=secret))
    return _seat_page(secret, delegate)


@portal.post("/<secret>/seat")
@requires(Access.SECRET)
@_guessing
def change_seat(secret: str) -> ResponseReturnValue:
    """Offer, wish for, agree to, decline or withdraw a swap; wait, or wait no more."""
    delegate = _delegate(secret)
    if not may_change_seat(delegate, rules_of(delegate.event_id)):
        return redirect(url_for(".show", secret=secret))
    delegate_id, event = delegate.id, delegate.event
    try:
        said = _do(event, delegate_id, request.form.get("action", ""))
    except sites.VisitError as error:
        typed = request.form.get("code", "")[:40]
        return _seat_page(secret, _delegate(secret), problem=_why_not(error), typed=typed), 422
    flash(said, "success")
    return redirect(url_for(".seat", secret=secret), 303)


def _do(event: Event, delegate_id: int, action: str) -> str:
    """Do it; what to say of it. Raises VisitError."""
    group_id = request.form.get("group", default=0, type=int)
    swap_id = request.form.get("swap", default=0, type=int)
    match action:
        case "ask":
            swaps.ask(event, delegate_id, request.form.get("code", "")[:40])
            return _("The swap is offered. As soon as it is answered, you get a letter.")
        case "wish":
            swaps.wish(event, delegate_id, group_id)
            swap_rounds.match(event)
            return _("Your wish is noted.")
        case "agree":
            state = swaps.answer(event, delegate_id, swap_id, agrees=True)
            if state == SwapState.DONE:
                return _("Both have agreed: the seats are swapped.")
            if state == SwapState.OFFERED:
                return _("You have agreed. The seats are swapped once the other one agrees, too.")
            return _("The swap is not possible any more. Your seat is as it was.")
        case "decline":
            swaps.answer(event, delegate_id, swap_id, agrees=False)
            return _("You have declined. Your seat is as it was.")
        case "withdraw":
            swaps.withdraw(event, delegate_id, swap_id)
            return _("It is withdrawn. Your seat is as it was.")
        case "wait":
            waiting.join(event, delegate_id, group_id)
            waiting.advance(event)
            return _("You are on the waitlist, or have the seat already if one was free.")
        case "unwait":
            waiting.leave(event, delegate_id)
            return _("You wait no more.")
    abort(422)


def _seat_page(secret: str, delegate: Delegate, *, problem: str = "", typed: str = "") -> Response:
    event, rules = delegate.event, rules_of(delegate.event_id)
    mine = swaps.mine(event, delegate.id)
    wait, place = waiting.wait_of(delegate.id)
    page = _page(
        "portal/seat.html",
        secret,
        delegate,
        rules=rules,
        mine=mine,
        bus=service.group_and_bus_of(delegate.id)[1],
        offer=Offer.of(mine.pending, delegate.id) if mine.pending else None,
        last=_last(mine.last),
        to_wait=swaps.possible_groups(event, delegate.id, mine.seat, rules),
        wait=wait,
        place=place,
        code=qr.grouped(delegate.code),
        problem=problem,
        typed=typed,
        now=now(),
    )
    page.headers["Referrer-Policy"] = "same-origin"
    return page


def _last(swap: SeatSwap | None) -> str:
    """What came of the last one."""
    if swap is None:
        return ""
    if swap.state == SwapState.DONE:
        return _("Your last swap is done.")
    return _("Your last swap") + ": " + why(swap, {})


def _why_not(error: sites.VisitError) -> str:
    """What a refusal means to whoever asked. Of other people it says nothing."""
    match error:
        case swaps.SwapsOff() | waiting.WaitsOff():
            return _("The organisers do not allow this.")
        case swaps.SwapsOver() | waiting.WaitsOver():
            return _("Only the organisers change seats of this group by now. Please ask them.")
        case swaps.NoSeat():
            return _("You have no seat that you could give.")
        case swaps.OnePending():
            return _("You have a swap under way. Answer it or withdraw it first.")
        case swaps.SwapEnded():
            return _("This swap is over, or has changed. See below how things stand.")
        case waiting.CannotJoin():
            return _(
                "You cannot join this group, by your days, your training or your needs, or "
                "since the organisers have decided otherwise."
            )
        case waiting.IsThere():
            return _("You are in this group.")
        case waiting.NotWaiting():
            return _("You wait for no group.")
        case swaps.NotPossible():
            return _(
                "No swap is possible with this code or for this group. The code may be mistyped; "
                "or its holder is in your group, has no seat, has another swap under way or has "
                "declined; or one of you cannot join the other's group."
            )
        case _:
            return _("This group no longer exists. Choose another.")
