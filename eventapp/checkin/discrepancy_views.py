"""What organisers are to look at: let in twice, let in against the rules, arrived too late."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import checkpoints
from eventapp.checkin import discrepancies as service
from eventapp.checkin import discrepancy_words as words
from eventapp.checkin.models import DiscrepancyKind
from eventapp.checkin.views import PAGES, checkin
from eventapp.events.models import Event

PAGES.append((_l("To be looked at"), "checkin.discrepancies"))

PAGE = 25
OPEN, SETTLED, ALL = "open", "settled", "all"
_STATES = {OPEN: False, SETTLED: True, ALL: None}


@checkin.get("/manage/<event:event>/discrepancies", endpoint="discrepancies")
@requires(Access.ORGANISE)
def discrepancy_list(event: Event) -> ResponseReturnValue:
    """What happened, in words; those that are open first of all, each to be settled with a note."""
    state = request.args.get("state", OPEN)
    kind = request.args.get("kind", "")
    chosen: dict[str, Any] = {
        "is_settled": _STATES.get(state, False),
        "checkpoint_id": request.args.get("checkpoint", type=int),
        "kind": DiscrepancyKind(kind) if kind in set(DiscrepancyKind) else None,
    }
    total = service.count(event.id, **chosen)
    pages = max(1, -(-total // PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = service.find(event.id, **chosen, start=(number - 1) * PAGE, most=PAGE)
    return render_template(
        "checkin/discrepancies.html",
        event=event,
        rows=[(it, words.title(it), words.happened(it, event.zone)) for it in found],
        kinds=words.KINDS,
        checkpoints=checkpoints.all_checkpoints(event.id),
        state=state if state in _STATES else OPEN,
        kind=chosen["kind"] or "",
        checkpoint_id=chosen["checkpoint_id"],
        total=total,
        number=number,
        pages_count=pages,
        max_note=service.MAX_NOTE,
    )


@checkin.post("/manage/<event:event>/discrepancies/<int:discrepancy_id>")
@requires(Access.ORGANISE)
def settle_discrepancy(event: Event, discrepancy_id: int) -> ResponseReturnValue:
    """Note what was found out."""
    try:
        service.settle(event.id, discrepancy_id, request.form.get("note", ""), by=current_user.name)
    except service.NotFound:
        abort(404)
    except service.NoNote:
        flash(_("Write what was found out; then it is settled."), "danger")
    else:
        flash(_("Settled. It stays in the list of what is settled."), "success")
    kept: dict[str, Any] = {
        name: value
        for name in ("state", "kind", "checkpoint", "page")
        if (value := request.form.get(name, ""))[:40]
    }
    return redirect(url_for("checkin.discrepancies", event=event, **kept))
