"""The programme: pages on which organisers edit it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.programme import service
from eventapp.programme.checking import check
from eventapp.programme.clash_words import say
from eventapp.programme.forms import AUDIENCES, RoomForm, SessionForm
from eventapp.programme.materials import TEAM, materials_of
from eventapp.programme.models import Session

programme = Blueprint("programme", __name__)


@programme.route("/manage/<event:event>/programme/sessions/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def add(event: Event) -> ResponseReturnValue:
    """A form for a new session."""
    form = SessionForm(event)
    if not form.is_submitted():
        form.start_at(event, request.args)
    if _sent_whole(form):
        try:
            session_id = service.add_session(event.id, form.session(event), form.places_set())
        except service.UnknownRoom:
            form.room.errors = [_("This room no longer exists. Choose another.")]
        else:
            flash(_("The session is in the programme."), "success")
            _warn(event, session_id)
            return redirect(url_for(".manage", event=event))
    page = render_template("programme/session.html", event=event, form=form, session=None)
    return page, 422 if form.errors else 200


@programme.route(
    "/manage/<event:event>/programme/sessions/<int:session_id>", methods=["GET", "POST"]
)
@requires(Access.ORGANISE)
def edit(event: Event, session_id: int) -> ResponseReturnValue:
    """A form for a session that exists."""
    session = _session(event, session_id)
    checked = check(event)
    form = SessionForm(event, session, checked.attendance.places.get(session_id))
    status, theirs = 200, []
    if _sent_whole(form):
        try:
            service.change_session(
                event.id, session_id, _revision(form), form.session(event), form.places_set()
            )
        except service.UnknownRoom:
            form.room.errors = [_("This room no longer exists. Choose another.")]
        except service.SessionChanged:
            status = 409
            session, checked = _session(event, session_id), check(event)
            form.revision.data = str(session.revision)
            places = checked.attendance.places.get(session_id)
            theirs = form.saved_otherwise(event, session, places)
        else:
            flash(_("The session has been changed."), "success")
            _warn(event, session_id)
            return redirect(url_for(".manage", event=event))
    page = render_template(
        "programme/session.html",
        event=event,
        form=form,
        session=_session(event, session_id),
        changed=status == 409,
        theirs=theirs,
        clashes=[say(it, checked) for it in checked.of_session.get(session_id, ())],
        materials=materials_of(event.id, TEAM).get(session_id, ()),
        audiences=AUDIENCES,
        signed_up=len(checked.attendance.delegates.get(session_id, ())),
    )
    return page, 422 if form.errors else status


@programme.post("/manage/<event:event>/programme/sessions/<int:session_id>/delete")
@requires(Access.ORGANISE)
def delete(event: Event, session_id: int) -> ResponseReturnValue:
    """Take a session out."""
    revision = request.form.get("revision", default=-1, type=int)
    try:
        files = request.form.get("files", default=0, type=int)
        service.delete_session(event.id, session_id, revision, files)
    except service.SessionNotFound:
        abort(404)
    except service.SessionChanged:
        flash(_("Somebody else has just changed this session; it was not deleted."), "danger")
    except service.SessionInUse:
        flash(
            _("Delegates are enrolled in this session or were scanned at it; it was not deleted."),
            "danger",
        )
    except service.OtherFiles as error:
        flash(
            _(
                "Files of this session have been added or deleted meanwhile (now: %(number)s); "
                "it was not deleted. Please look at them first.",
                number=error.files,
            ),
            "danger",
        )
    else:
        flash(_("The session has been deleted."), "success")
        return redirect(url_for(".manage", event=event))
    return redirect(url_for(".edit", event=event, session_id=session_id))


@programme.route("/manage/<event:event>/programme/rooms", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def rooms(event: Event) -> ResponseReturnValue:
    """The rooms, and a form for a new one."""
    form = RoomForm()
    if form.validate_on_submit():
        try:
            service.add_room(event.id, form.name.data or "", form.capacity.data)
        except service.RoomNameTaken:
            form.name.errors = [_("Another room has this name.")]
        else:
            flash(_("The room has been added."), "success")
            return redirect(url_for(".rooms", event=event))
    page = render_template(
        "programme/rooms.html", event=event, form=form, used=service.rooms_in_use(event.id)
    )
    return page, 422 if form.errors else 200


@programme.route("/manage/<event:event>/programme/rooms/<int:room_id>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def room(event: Event, room_id: int) -> ResponseReturnValue:
    """A form for a room that exists."""
    found = next((r for r in event.rooms if r.id == room_id), None) or abort(404)
    form = RoomForm(found)
    if form.validate_on_submit():
        try:
            service.change_room(event.id, room_id, form.name.data or "", form.capacity.data)
        except service.RoomNameTaken:
            form.name.errors = [_("Another room has this name.")]
        else:
            flash(_("The room has been changed."), "success")
            return redirect(url_for(".rooms", event=event))
    page = render_template(
        "programme/room.html",
        event=event,
        form=form,
        room=found,
        used=room_id in service.rooms_in_use(event.id),
    )
    return page, 422 if form.errors else 200


@programme.post("/manage/<event:event>/programme/rooms/<int:room_id>/order")
@requires(Access.ORGANISE)
def order_room(event: Event, room_id: int) -> ResponseReturnValue:
    """Put a room before the one before it, or after the one after it."""
    try:
        service.move_room(event.id, room_id, up=request.form.get("to") == "up")
    except service.RoomNotFound:
        abort(404)
    return redirect(url_for(".rooms", event=event))


@programme.post("/manage/<event:event>/programme/rooms/<int:room_id>/delete")
@requires(Access.ORGANISE)
def delete_room(event: Event, room_id: int) -> ResponseReturnValue:
    """Remove a room that nothing needs."""
    try:
        service.delete_room(event.id, room_id)
    except service.RoomNotFound:
        abort(404)
    except service.RoomInUse:
        flash(_("Sessions take place in this room. Move them first."), "danger")
    else:
        flash(_("The room has been deleted."), "success")
    return redirect(url_for(".rooms", event=event))


def _warn(event: Event, session_id: int) -> None:
    """Say what the session that was just saved clashes with."""
    checked = check(event)
    for clash in checked.of_session.get(session_id, ()):
        said = say(clash, checked)
        flash(f"{said.sign}: {said.text} {said.remedy}", "warning")


def _sent_whole(form: SessionForm) -> bool:
    """Whether the form was sent to be saved and is right; 'More speakers' only adds rows."""
    if form.is_submitted() and form.more_speakers.data:
        form.add_rows()
        return False
    return bool(form.validate_on_submit())


def _revision(form: SessionForm) -> int:
    typed = form.revision.data or ""
    return int(typed) if typed.isdecimal() else -1


def _session(event: Event, session_id: int) -> Session:
    try:
        return service.session_of(event.id, session_id)
    except service.SessionNotFound:
        abort(404)
