"""Where organisers print the rolls of a checkpoint, for when there is no network."""

from tempfile import TemporaryFile

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import checkpoints
from eventapp.checkin import rolls as paper
from eventapp.checkin.roll_form import ZIP, RollForm
from eventapp.checkin.views import PAGES, checkin
from eventapp.database import now
from eventapp.events.models import Event

PAGES.append((_l("Paper rolls"), "checkin.rolls"))


@checkin.get("/manage/<event:event>/rolls")
@requires(Access.ORGANISE)
def rolls(event: Event) -> ResponseReturnValue:
    """Choose a checkpoint, how many desks, and in which order."""
    form = RollForm(event)
    form.checkpoint.data = request.args.get("checkpoint", type=int)
    return render_template("checkin/rolls.html", event=event, form=form)


@checkin.get("/manage/<event:event>/rolls/file")
@requires(Access.ORGANISE)
def roll_file(event: Event) -> ResponseReturnValue:
    """The rolls as one PDF, or as a ZIP with one for each desk."""
    form = RollForm(event, request.args)
    if not form.validate():
        return render_template("checkin/rolls.html", event=event, form=form), 422
    try:
        checkpoint = checkpoints.find(event.id, form.checkpoint.data)
    except checkpoints.CheckpointNotFound:  # it was removed at this moment
        form.offer(event)
        form.validate()
        return render_template("checkin/rolls.html", event=event, form=form), 422
    is_zip = form.form.data == ZIP
    write = paper.write_files if is_zip else paper.write
    stream = TemporaryFile()  # noqa: SIM115 - closed by the server when it has been sent
    try:
        write(event, checkpoint, form.choice, stream, printed_at=now())
    except paper.NoDesks:
        stream.close()
        flash(_("Nobody is expected at this checkpoint, so there is nothing to print."), "warning")
        return redirect(url_for("checkin.rolls", event=event, checkpoint=form.checkpoint.data))
    stream.seek(0)
    return send_file(
        stream,
        mimetype="application/zip" if is_zip else "application/pdf",
        as_attachment=True,
        download_name=f"roll-{event.slug}-{checkpoint.id}.{'zip' if is_zip else 'pdf'}",
        max_age=0,
    )
