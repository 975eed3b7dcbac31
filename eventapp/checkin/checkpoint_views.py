"""Organisers' pages of checkpoints."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import checkpoints, ways
from eventapp.checkin.forms import CheckpointForm, ProgrammeForm
from eventapp.checkin.names import KINDS, LEGS, SHORT_PASSAGES
from eventapp.checkin.views import PAGES, checkin
from eventapp.events.models import Event
from eventapp.visits.sites import groups_of
from eventapp.web.language import current_language

PAGES.append((_l("Checkpoints"), "checkin.checkpoints"))


@checkin.get("/manage/<event:event>/checkpoints", endpoint="checkpoints")
@requires(Access.ORGANISE)
def checkpoint_list(event: Event) -> ResponseReturnValue:
    """Where people are scanned, who may pass, and how many have."""
    return render_template(
        "checkin/checkpoints.html",
        event=event,
        rows=checkpoints.overview(event.id),
        form=ProgrammeForm(data={"with_times": True}),
        has_groups=bool(groups_of(event.id)),
        lacking=ways.lacking(event, current_language()),
        kinds=KINDS,
        legs=LEGS,
        passages=SHORT_PASSAGES,
    )


@checkin.post("/manage/<event:event>/checkpoints/programme")
@requires(Access.ORGANISE)
def make_checkpoints(event: Event) -> ResponseReturnValue:
    """Make the checkpoints that the programme and the visit groups call for."""
    form = ProgrammeForm()
    if not form.validate_on_submit():
        abort(400)
    added = checkpoints.make_checkpoints(event, with_times=bool(form.with_times.data))
    if added:
        flash(_("Checkpoints added: %(count)d.", count=added), "success")
    else:
        flash(_("All that the programme needs are there already."), "info")
    return redirect(url_for("checkin.checkpoints", event=event))


@checkin.post("/manage/<event:event>/checkpoints/plans")
@requires(Access.ORGANISE)
def make_legs(event: Event) -> ResponseReturnValue:
    """Make the checkpoints at which leaders call the roll, by the plans of their groups."""
    if added := ways.make_legs(event):
        flash(_("Checkpoints added: %(count)d.", count=added), "success")
    else:
        flash(_("All that the plans need are there now."), "info")
    return redirect(url_for("checkin.checkpoints", event=event) + "#plans")


@checkin.route("/manage/<event:event>/checkpoints/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def new_checkpoint(event: Event) -> ResponseReturnValue:
    """A form for a new checkpoint."""
    form = CheckpointForm(event)
    if form.validate_on_submit():
        try:
            checkpoints.add(event, form.data_of_checkpoint)
        except checkpoints.WrongChoice as error:
            form.say_gone(error.field)
        else:
            flash(_("The checkpoint has been added."), "success")
            return redirect(url_for("checkin.checkpoints", event=event))
    page = render_template("checkin/checkpoint.html", event=event, form=form, checkpoint=None)
    return page, 422 if form.errors else 200


@checkin.route("/manage/<event:event>/checkpoints/<int:checkpoint_id>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def checkpoint(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """Change a checkpoint."""
    try:
        found = checkpoints.find(event.id, checkpoint_id)
    except checkpoints.CheckpointNotFound:
        abort(404)
    form = CheckpointForm(event, found)
    if form.validate_on_submit():
        try:
            checkpoints.change(event, checkpoint_id, form.data_of_checkpoint)
        except checkpoints.CheckpointNotFound:
            abort(404)
        except checkpoints.WrongChoice as error:
            form.say_gone(error.field)
        except checkpoints.HasScans:
            form.kind.errors = [
                _("People were scanned here: what it is, its day, class and bus stay as they are.")
            ]
        else:
            flash(_("The checkpoint has been changed. Devices learn so within seconds."), "success")
            return redirect(url_for("checkin.checkpoints", event=event))
    page = render_template(
        "checkin/checkpoint.html",
        event=event,
        form=form,
        checkpoint=checkpoints.find(event.id, checkpoint_id),
        has_scans=checkpoints.has_scans(checkpoint_id),
    )
    return page, 422 if form.errors else 200


@checkin.post("/manage/<event:event>/checkpoints/<int:checkpoint_id>/remove")
@requires(Access.ORGANISE)
def remove_checkpoint(event: Event, checkpoint_id: int) -> ResponseReturnValue:
    """Remove a checkpoint at which nobody was scanned."""
    try:
        checkpoints.remove(event, checkpoint_id)
    except checkpoints.CheckpointNotFound:
        abort(404)
    except checkpoints.HasScans:
        flash(_("People were scanned at this checkpoint, so it stays."), "danger")
    except checkpoints.OnlyOneOf as error:
        names = ", ".join(error.names)
        flash(
            _(
                "Devices scan nowhere else: %(names)s. Choose other checkpoints for them first.",
                names=names,
            ),
            "danger",
        )
    else:
        flash(_("The checkpoint has been removed."), "success")
    return redirect(url_for("checkin.checkpoints", event=event))
