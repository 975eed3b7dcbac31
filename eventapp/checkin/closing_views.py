"""Organisers' pages of closing checkpoints out."""

from collections.abc import Mapping
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import closing as service
from eventapp.checkin import closing_report
from eventapp.checkin.checkpoints import CheckpointNotFound
from eventapp.checkin.closing_words import STATES
from eventapp.checkin.names import KINDS
from eventapp.checkin.views import PAGES, checkin
from eventapp.events.models import Event
from eventapp.web.language import LANGUAGES, current_language

PAGES.append((_l("Closing out"), "checkin.closings"))


@checkin.get("/manage/<event:event>/closings")
@requires(Access.ORGANISE)
def closings(event: Event) -> ResponseReturnValue:
    """Every checkpoint with how it stands on its way to being closed."""
    rows = service.overview(event.id)
    return render_template("checkin/closings.html", event=event, rows=rows, kinds=KINDS)


@checkin.get("/manage/<event:event>/checkpoints/<int:checkpoint_id>/closing", endpoint="closing")
@requires(Access.ORGANISE)
def closing_page(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """The counts of each device, what stands against closing, and the report once it is closed."""
    return _page(event, checkpoint_id)


def _page(
    event: Event, checkpoint_id: int, *, note: str = "", reasons: Mapping[int, str] | None = None
) -> str:
    """The page, with what was typed and not taken: the note, and reasons by device."""
    try:
        found = service.standing(event.id, checkpoint_id)
    except CheckpointNotFound:
        abort(404)
    return render_template(
        "checkin/closing.html",
        event=event,
        found=found,
        it=found.checkpoint,
        states=STATES,
        changes=service.changes(event.id, checkpoint_id),
        kinds=KINDS,
        max_text=service.MAX_TEXT,
        typed_note=note,
        typed_reasons=reasons or {},
        report=closing_report.summary(found, current_language()) if found.closing else None,
    )


@checkin.post("/manage/<event:event>/checkpoints/<int:checkpoint_id>/closing")
@requires(Access.ORGANISE)
def close_checkpoint(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """Close it out, if nothing stands against it."""
    note = request.form.get("note", "")
    try:
        service.close(event.id, checkpoint_id, by=current_user.name, note=note)
    except CheckpointNotFound:
        abort(404)
    except service.AlreadyClosed:
        flash(_("The checkpoint was closed out already."), "info")
    except service.NotReconciled as error:
        flash(_refusal(error), "danger")
        return _page(event, checkpoint_id, note=note), 422
    else:
        flash(_("The checkpoint is closed out. The report can be printed and signed."), "success")
    return _back(event, checkpoint_id)


@checkin.post("/manage/<event:event>/checkpoints/<int:checkpoint_id>/closing/explanation")
@requires(Access.ORGANISE)
def explain_counts(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """Say why a device's counts may stay as they are."""
    device_id, reason = request.form.get("device", 0, type=int), request.form.get("reason", "")
    numbers = (
        request.form.get("made", -1, type=int),
        request.form.get("received", -1, type=int),
    )
    try:
        service.explain(
            event.id,
            checkpoint_id,
            device_id,
            numbers=numbers,
            reason=reason,
            by=current_user.name,
        )
    except CheckpointNotFound:
        abort(404)
    except service.NoReason:
        flash(_("Write why these counts may stay as they are."), "danger")
    except service.AlreadyClosed:
        flash(_("The checkpoint is closed out. Open it again to change anything."), "danger")
    except service.CountsChanged:
        flash(_("The counts of this device have changed meanwhile. Look at them again."), "warning")
        return _page(event, checkpoint_id, reasons={device_id: reason}), 422
    else:
        flash(_("The explanation is noted, for exactly these counts."), "success")
    return _back(event, checkpoint_id)


@checkin.post("/manage/<event:event>/checkpoints/<int:checkpoint_id>/closing/reopen")
@requires(Access.ORGANISE)
def reopen_checkpoint(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """Take the closing back, with a reason."""
    try:
        service.reopen(event.id, checkpoint_id, reason=request.form.get("reason", ""))
    except CheckpointNotFound:
        abort(404)
    except service.NoReason:
        flash(_("Write why the checkpoint is opened again."), "danger")
    except service.NotClosed:
        flash(_("The checkpoint is not closed out."), "info")
    else:
        flash(_("The checkpoint is open again; the change log keeps what was signed."), "success")
    return _back(event, checkpoint_id)


@checkin.get("/manage/<event:event>/checkpoints/<int:checkpoint_id>/closing/report.pdf")
@requires(Access.ORGANISE)
def closing_file(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """The report of a checkpoint that is closed out, to be signed."""
    stream = BytesIO()
    language = request.args.get("language", "")
    try:
        closing_report.write(
            event,
            checkpoint_id,
            stream,
            language=language if language in LANGUAGES else current_language(),
        )
    except (CheckpointNotFound, service.NotClosed):
        abort(404)
    stream.seek(0)
    return send_file(
        stream,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"closing-{event.slug}-{checkpoint_id}.pdf",
        max_age=0,
    )


def _refusal(error: service.NotReconciled) -> str:
    parts = []
    if error.devices:
        names = ", ".join(it.name for it in error.devices)
        parts.append(
            _("Not everything has arrived, or nobody knows whether it has: %(names)s.", names=names)
        )
    if error.discrepancies:
        parts.append(_("To be looked at first: %(number)d.", number=error.discrepancies))
    return " ".join([_("The checkpoint cannot be closed out yet."), *parts])


def _back(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    return redirect(url_for("checkin.closing", event=event, checkpoint_id=checkpoint_id))
