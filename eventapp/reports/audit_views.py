"""The change log of an event."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.reports.change_words import SUBJECTS
from eventapp.reports.changes import changes

audit = Blueprint("audit", __name__)


@audit.get("/manage/<event:event>/changes")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Who changed what, the latest first; of one subject or one row of it on request."""
    subject = request.args.get("subject", "")
    subject_id = request.args.get("id", "")[:60]
    shown = changes(
        event,
        subject=subject,
        subject_id=subject_id,
        before=request.args.get("before", type=int),
    )
    return render_template(
        "audit/index.html",
        event=event,
        changes=shown,
        subjects=SUBJECTS,
        subject=subject if subject in SUBJECTS else "",
        subject_id=subject_id,
        is_first_page="before" not in request.args,
    )
