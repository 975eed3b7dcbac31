"""The board: groups beside each other, and people dragged, swapped and moved between them."""

from collections.abc import Sequence
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.models import Delegation
from eventapp.visits import board as board_
from eventapp.visits import runs, service, sites, waiting
from eventapp.visits.board import Seen
from eventapp.visits.change_views import hindrances_said
from eventapp.visits.naming import names_of
from eventapp.visits.views import visits

_ADDRESS = "/manage/<event:event>/visits/board"
_NAMED = 5  # how many names a message gives


@visits.get(_ADDRESS)
@requires(Access.ORGANISE)
def board(event: Event) -> ResponseReturnValue:
    """Every group with its people, or those of one delegation."""
    return _board_page(event)


@visits.post(_ADDRESS)
@requires(Access.ORGANISE)
def change_board(event: Event) -> ResponseReturnValue:
    """Swap two people, move some, or take the last change back."""
    event_id = event.id
    try:
        said = _do(event, request.form.get("action", ""))
    except board_.Unwise as error:
        return _board_page(event, unwise=error), 409
    except sites.VisitError as error:
        return _board_page(event, problem=_why_not(error, event_id)), 422
    waiting.advance(event)
    flash(said, "success")
    return redirect(_address(event), 303)


def _do(event: Event, action: str) -> str:
    """Do it; what to say of it. Raises VisitError."""
    tells = request.form.get("tell") == "1"
    if action == "undo":
        back = board_.undo(event, _instant(request.form.get("made_at", "")), tells=tells)
        return _("Taken back. People who have their seat of before: %(n)s.", n=back)
    anyway = request.form.get("anyway") == "1"
    user_id = current_user.id
    if action == "swap":
        board_.swap(event, _chosen(), anyway=anyway, tells=tells, user_id=user_id)
        return _("The seats are swapped.")
    to = request.form.get("to", default=0, type=int) or None
    moved = board_.move(event, _chosen(), to, anyway=anyway, tells=tells, user_id=user_id)
    return _("Moved: %(n)s.", n=moved)


def _chosen() -> list[Seen]:
    """Whom, and where they were seen: whoever was changed meanwhile is found by that."""
    found = [Seen.parse(it) for it in request.form.getlist("who")]
    return list(dict.fromkeys(it for it in found if it is not None))


def _instant(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise board_.NothingToUndo from None
    if found.tzinfo is None:
        raise board_.NothingToUndo
    return found


def _address(event: Event) -> str:
    """The page and the delegation that are looked at."""
    values = {name: request.values.get(name, type=int) for name in ("delegation", "page")}
    return url_for(".board", event=event, **values)  # type: ignore[arg-type]


def _board_page(event: Event, *, problem: str = "", unwise: board_.Unwise | None = None) -> str:
    delegation = request.values.get("delegation", type=int)
    shown = board_.board(event, delegation, request.values.get("page", default=1, type=int))
    last = board_.last_move(event.id)
    moves = last.moves if last else []
    return render_template(
        "visits/board.html",
        event=event,
        board=shown,
        delegation=delegation,
        delegations=db.session.scalars(
            select(Delegation)
            .filter_by(event_id=event.id)
            .order_by(Delegation.position, Delegation.name)
        ).all(),
        problem=problem,
        against=[
            f"{name}: {hindrances_said(found)}"
            for name, found in (unwise.found if unwise else {}).items()
        ],
        asked=request.form,
        last=last,
        last_moves=moves[:_NAMED],
        last_more=max(0, len(moves) - _NAMED),
        names=names_of(event.id, [it["who"] for it in moves[:_NAMED]]),
        open_run=runs.open_run(event.id),
    )


def _why_not(error: sites.VisitError, event_id: int) -> str:
    """What a refusal means, and what to do. Nothing was changed."""
    match error:
        case board_.SeenOtherwise():
            return _(
                "Somebody else has changed these seats meanwhile: %(names)s. Nothing was done. "
                "Look at the board as it is now, and choose again.",
                names=_named(error.names),
            )
        case service.GroupFull():
            letter = names_of(event_id).group(request.form.get("to", type=int))
            return _(
                "Group %(letter)s: seats left %(left)s, asked for %(asked)s. Nobody was put into "
                "it. Choose fewer people, or raise the number of seats.",
                letter=letter,
                left=error.left,
                asked=error.asked,
            )
        case service.DelegateCancelled():
            return _(
                "These people have cancelled: %(names)s. Nobody was put into the group.",
                names=_named(error.names),
            )
        case board_.TwoNeeded():
            return _("Tick two people who are in different groups.")
        case board_.TooMany():
            return _("At most %(n)s people are moved at once.", n=board_.MOST_AT_ONCE)
        case board_.NothingToUndo():
            return _("This was taken back already, or something else was changed since.")
        case service.NobodyChosen():
            return _("Nobody was chosen.")
        case sites.GroupNotFound():
            return _("This group no longer exists. Choose another.")
        case _:
            return _("Somebody chosen is no longer in the list. Reload the page and choose again.")


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
