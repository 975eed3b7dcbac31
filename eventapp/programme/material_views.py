"""Files of sessions: organisers hand them in; the team and the public download them."""

from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.validators import Length

from eventapp import media
from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.extensions import csrf
from eventapp.programme import materials
from eventapp.programme.agenda_views import agenda
from eventapp.programme.forms import AUDIENCES, cleaned
from eventapp.programme.models import Audience, Material
from eventapp.programme.service import SessionNotFound, session_of
from eventapp.programme.views import programme
from eventapp.web import downloads
from eventapp.web.forms import PageForm

# What a form of one file weighs beside the file.
_MAX_REQUEST = materials.MAX_BYTES + 64 * 1024

_REFUSALS = {
    media.Refusal.EMPTY: _l("This file is empty. Choose another."),
    media.Refusal.TOO_LARGE: _l("This file is too large. Choose one of at most 25 MB."),
    media.Refusal.UNKNOWN: _l("This is no PDF, PPTX, ODP, DOCX, ODT, PNG or JPEG file."),
    media.Refusal.BROKEN: _l("This file is damaged or incomplete. Choose another."),
    media.Refusal.TOO_MANY_PIXELS: _l(
        "This picture has too many pixels. Make it smaller: at most 40 million."
    ),
    media.Refusal.MACROS: _l("This file holds macros. Save it without them, or as PDF."),
    media.Refusal.ENCRYPTED: _l("This file asks for a password. Save it without one."),
    media.Refusal.UNPACKS_TOO_LARGE: _l("What this file holds is too large. Save it as PDF."),
}


class MaterialForm(PageForm):
    """One file of a session."""

    file = FileField(
        _l("File"),
        description=_l("PDF, PPTX, ODP, DOCX, ODT, PNG or JPEG, at most 25 MB, without macros."),
        render_kw={"accept": media.accept(media.PAPERS_AND_SLIDES)},
    )
    title = StringField(
        _l("Title of the file"),
        [Length(max=200)],
        filters=[cleaned],
        description=_l("Left empty, the file keeps its name."),
    )
    audience = SelectField(_l("For whom"), default=Audience.DELEGATES)

    def __init__(self, **values: Any) -> None:
        """Empty, or what was sent."""
        super().__init__(**values)
        self.audience.choices = list(AUDIENCES.items())


@programme.route(
    "/manage/<event:event>/programme/sessions/<int:session_id>/materials", methods=["GET", "POST"]
)
@requires(Access.ORGANISE)
@csrf.exempt  # asked for below, once a form of this size may be read at all
def session_materials(event: Event, session_id: int) -> ResponseReturnValue:
    """The files of a session, and a form for one more."""
    is_too_large = (request.content_length or 0) > _MAX_REQUEST
    if request.method == "POST" and not is_too_large:
        request.max_content_length = _MAX_REQUEST
        csrf.protect()
    try:
        session = session_of(event.id, session_id)
    except SessionNotFound:
        abort(404)
    # Of what is too large nothing is read: neither its file nor its token.
    form = MaterialForm(formdata=None) if is_too_large else MaterialForm()
    if is_too_large:
        form.file.errors = [str(_REFUSALS[media.Refusal.TOO_LARGE])]
    elif form.validate_on_submit() and _added(event, session_id, form):
        flash(_("The file has been added."), "success")
        return redirect(url_for(".session_materials", event=event, session_id=session_id), 303)
    page = render_template(
        "programme/materials.html",
        event=event,
        session=session,
        form=form,
        materials=materials.materials_of(event.id, materials.TEAM).get(session_id, ()),
        audiences=AUDIENCES,
    )
    if is_too_large:
        return page, 413
    return page, 422 if form.errors else 200


@programme.post("/manage/<event:event>/programme/materials/<int:material_id>/delete")
@requires(Access.ORGANISE)
def delete_material(event: Event, material_id: int) -> ResponseReturnValue:
    """Forget a file."""
    try:
        session_id = materials.delete_material(event.id, material_id)
    except materials.MaterialNotFound:
        abort(404)
    flash(_("The file has been deleted."), "success")
    return redirect(url_for(".session_materials", event=event, session_id=session_id), 303)


@programme.get("/manage/<event:event>/programme/materials/<int:material_id>")
@requires(Access.SIGNED_IN)
def material(event: Event, material_id: int) -> ResponseReturnValue:
    """Any file, for whoever has a role at the event."""
    if g.role is None and not current_user.is_administrator:
        abort(403)
    return download(event.id, material_id, materials.TEAM)


@agenda.get("/e/<event:event>/materials/<int:material_id>")
@requires(Access.PUBLIC)
def public_material(event: Event, material_id: int) -> ResponseReturnValue:
    """A file that is for everybody."""
    return download(event.id, material_id, materials.PUBLIC)


def download(event_id: int, material_id: int, audiences: frozenset[Audience]) -> Response:
    """A file as an answer to a browser, whole or the part that was missing; 404 if not for them."""
    try:
        found: Material = materials.material_of(event_id, material_id, audiences)
    except materials.MaterialNotFound:
        abort(404)
    answer = downloads.answer(found.content, found.name, found.media_type)
    # Kept by the reader's own browser, which asks again whether it may still be had.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(found.sha256)
    answer.make_conditional(request, accept_ranges=True, complete_length=found.size)
    return answer


def _added(event: Event, session_id: int, form: MaterialForm) -> bool:
    sent = form.file.data
    if not sent or not sent.filename:
        form.file.errors = [_("Choose a file.")]
        return False
    upload = materials.Upload(
        name=sent.filename,
        content=sent.stream.read(materials.MAX_BYTES + 1),
        title=form.title.data or "",
        audience=Audience(form.audience.data),
    )
    try:
        materials.add_material(event.id, session_id, upload)
    except media.FileRefused as refused:
        form.file.errors = [_REFUSALS[refused.reason]]
    except materials.TooManyMaterials:
        form.file.errors = [_("A session has at most 20 files. Delete one first.")]
    return not form.file.errors
