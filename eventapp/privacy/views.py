"""What is held of an event's people, until when, and its destruction."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import DataRequired

from eventapp import text
from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.privacy import erasing
from eventapp.privacy.models import Erasure
from eventapp.registration import consent
from eventapp.registration.fields import at_most, cleaned
from eventapp.web import streaming
from eventapp.web.forms import PageForm

privacy = Blueprint("privacy", __name__)

KINDS = {
    "delegates": _l("Delegates: names, positions, contacts, codes, links"),
    "answers": _l("Answers to questions (texts and dates are destroyed)"),
    "files": _l("Files handed in"),
    "messages": _l("Letters"),
    "change_requests": _l("Change requests"),
    "audit_entries": _l("Entries of the change log (what happened and when stays)"),
    "scans": _l("Codes in the log of scans"),
    "delegations": _l("Leads of delegations, and their links"),
    "held_places": _l("Notes on held places"),
    "visit_groups": _l("Leaders and guides of visit groups"),
    "visit_buses": _l("Drivers of buses"),
    "visit_rules": _l("Notes of rules about visit groups"),
    "visit_feedback": _l("Remarks on site visits (marks stay)"),
    "uploads": _l("Tables uploaded and not yet confirmed"),
    "certificates": _l("Names on certificates (number, code and date stay)"),
    "attendance_corrections": _l("Reasons of corrected attendance"),
    "printed_badges": _l("Print runs: fingerprints of printed badges, remarks on their texts"),
    "print_runs": _l("Print runs: words that were searched for"),
}


class EarlyForm(PageForm):
    """An administrator closes an event out before its day."""

    name = StringField(
        _l("The short title of the event, to confirm"),
        [DataRequired(_l("Type the short title of the event."))],
        filters=[cleaned],
    )
    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Say why it is done before the day.")), at_most(500)],
        filters=[cleaned],
        description=_l("It is kept in the change log."),
    )


@privacy.get("/manage/<event:event>/privacy")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """What is held and until when, the records of what was destroyed, and the close-out."""
    return _page(event, EarlyForm())


@privacy.post("/manage/<event:event>/privacy/close-out")
@requires(Access.ORGANISE)
def close_out(event: Event) -> ResponseReturnValue:
    """Destroy the personal data of the event, with progress where that is asked for."""
    early = ""
    if not erasing.is_due(event):
        if not current_user.is_administrator:
            flash(_("Before that day only an administrator can close the event out."), "warning")
            return _page(event, EarlyForm()), 409
        form = EarlyForm()
        is_named = text.fold(form.name.data or "") == text.fold(event.short_title)
        if form.validate_on_submit() and not is_named:
            form.name.errors = [_("This is not the short title of the event.")]
        if form.errors:
            return _page(event, form), 422
        early = form.reason.data or ""
    event_id, target = event.id, url_for(".index", event=event)

    def work(progress: erasing.Progress) -> str:
        erasing.close_out(db.session.get_one(Event, event_id), early=early, progress=progress)
        return target

    if streaming.MEDIA_TYPE in request.accept_mimetypes.values():
        return streaming.answer(work)
    work(lambda done, of: None)
    flash(_("The personal data of this event has been destroyed."), "success")
    return redirect(target, 303)


def _page(event: Event, form: EarlyForm) -> str:
    records = db.session.scalars(
        select(Erasure).filter_by(event_id=event.id).order_by(Erasure.id.desc()).limit(200)
    ).all()
    under_way = [it for it in records if erasing.UNFINISHED in it.counts]
    return render_template(
        "privacy/index.html",
        event=event,
        form=form,
        until=consent.retained_until(event),
        is_due=erasing.is_due(event),
        held={name: number for name, number in erasing.held(event.id).items() if number},
        kinds=KINDS,
        records=[it for it in records if erasing.UNFINISHED not in it.counts],
        under_way=under_way,
        unfinished=erasing.UNFINISHED,
    )
