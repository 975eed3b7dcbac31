"""The page of one delegate: details, pass, group, arrivals and history."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import images
from eventapp.events.models import Event
from eventapp.pdf import qr
from eventapp.registration import duplicates, search
from eventapp.registration.delegate_views import delegates
from eventapp.reports import people
from eventapp.reports.changes import changes
from eventapp.seating.reading import seats_of
from eventapp.visits import rules
from eventapp.visits import service as visits
from eventapp.visits.reason_words import why
from eventapp.visits.rule_views import KINDS as RULES
from eventapp.web.language import current_language

_HISTORY = 20


@delegates.get("/manage/<event:event>/delegates/<int:delegate_id>")
@requires(Access.ORGANISE)
def show(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Everything that is known of a delegate, and what can be done."""
    delegate = search.load(event, delegate_id) or abort(404)
    lookalikes = duplicates.lookalikes(event.id, [delegate]).get(delegate.id, [])
    return render_template(
        "delegates/show.html",
        event=event,
        delegate=delegate,
        symbol=qr.symbol(delegate.code),
        quiet=qr.QUIET_ZONE,
        group=seat.group if (seat := visits.seat_of(delegate_id)) else None,
        bus=seat.bus.label if seat and seat.bus else "",
        why=why(seat, event.id, to_organisers=True) if seat else None,
        rules=rules.rules_about(event.id, delegate_id),
        rule_kinds=RULES,
        arrivals=people.arrivals_of(delegate),
        scans=people.scans_of(delegate),
        photo=images.photo_state(event, delegate_id),
        lookalikes=[it for id_ in lookalikes if (it := search.load(event, id_)) is not None],
        seats=seats_of(delegate_id),
        answers=search.answers_of(delegate, current_language()),
        replaced_by=search.substitute_of(delegate),
        history=changes(event, subject="delegate", subject_id=str(delegate_id), limit=_HISTORY),
    )
