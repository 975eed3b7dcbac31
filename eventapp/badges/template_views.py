"""An event's badge templates: the list of them, new ones, files and versions."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FloatField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import (
    image_words,
    images,
    previews,
    shipped,
    template_json,
    templates,
    transfer,
)
from eventapp.badges import template_words as words
from eventapp.badges.designer_views import said, user_id
from eventapp.badges.models import BadgeTemplateVersion
from eventapp.badges.template import Face, Size, Template, Words
from eventapp.badges.template_json import NotATemplate
from eventapp.badges.templates import (
    TemplateChanged,
    TemplateFaulty,
    TemplateNotFound,
    TooManyTemplates,
)
from eventapp.badges.views import badges
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.text import clean, fold
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

_NOT_IN_NAMES = re.compile(r"[^0-9a-z]+")
_SIDE = (NumberRange(min=20, max=450, message=_l("Enter between 20 and 450 mm.")), InputRequired())


class EmptyForm(PageForm):
    """A template that begins empty."""

    name = StringField(_l("Name of the template"), [InputRequired(), Length(max=200)])
    width = FloatField(_l("Width in mm"), list(_SIDE), default=90)
    height = FloatField(_l("Height in mm"), list(_SIDE), default=130)
    back = BooleanField(_l("With a back"))


class FileForm(PageForm):
    """A template from a file."""

    file = FileField(
        _l("Template file"),
        description=_l("A JSON file, as saved from a list like this one; at most 12 MB."),
        render_kw={"accept": "application/json,.json"},
    )


@badges.get("/manage/<event:event>/badges/templates")
@requires(Access.ORGANISE)
def template_list(event: Event) -> ResponseReturnValue:
    """The event's templates, and where new ones come from."""
    return _list(event, EmptyForm(formdata=None), FileForm(formdata=None))


@badges.post("/manage/<event:event>/badges/templates/new")
@requires(Access.ORGANISE)
def new_template(event: Event) -> ResponseReturnValue:
    """A new template: a copy of one that comes with the program, or an empty one."""
    name = request.form.get("shipped")
    if name is not None:
        content = shipped.find(name) if name in shipped.names() else abort(404)
        return _added(event, lambda: templates.add(event, content, user_id=user_id()))
    form = EmptyForm()
    if not form.validate_on_submit():
        return _list(event, form, FileForm(formdata=None)), 422
    content = Template(
        Words(clean(form.name.data or "")),
        Size(form.width.data or 0, form.height.data or 0),
        (Face(),) * (2 if form.back.data else 1),
    )
    return _added(event, lambda: templates.add(event, content, user_id=user_id()))


@badges.post("/manage/<event:event>/badges/templates/import")
@requires(Access.ORGANISE)
@limiter.limit("30 per minute")
def import_template(event: Event) -> ResponseReturnValue:
    """A new template from a file; what is wrong with it is said beside the field."""
    form = FileForm()
    sent = form.file.data
    if not sent or not sent.filename:
        errors = [_("Choose a file.")]
    else:
        content = sent.read(template_json.MAX_FILE_BYTES + 1)
        try:
            made = transfer.imported(event, content, user_id=user_id())
        except (NotATemplate, TemplateFaulty, TooManyTemplates) as error:
            errors = said(error)
        except images.ImageRefused as error:
            errors = [image_words.refused(error)]
        else:
            flash(_("The template has been added."), "success")
            return redirect(url_for(".design", event=event, template_id=made), 303)
    form.file.errors = errors
    return _list(event, EmptyForm(formdata=None), form), 422


@badges.get("/manage/<event:event>/badges/templates/<int:template_id>.json")
@requires(Access.ORGANISE)
def export_template(event: Event, template_id: int) -> ResponseReturnValue:
    """A template as a file with its images; an earlier version with ``?version=``."""
    found = _version(event, template_id, request.args.get("version", type=int))
    content = templates.content_of(found)
    answer = Response(transfer.exported(event, content), mimetype="application/json")
    stem = _NOT_IN_NAMES.sub("-", fold(content.name.vi or content.name.en)).strip("-")
    name = f"badge-{stem[:60] or template_id}-v{found.number}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@badges.post("/manage/<event:event>/badges/templates/<int:template_id>/copy")
@requires(Access.ORGANISE)
def copy_template(event: Event, template_id: int) -> ResponseReturnValue:
    """A copy of a template as it is now."""
    content = templates.content_of(_version(event, template_id))
    called = words.copied(content.name)
    return _added(event, lambda: templates.copy(event, content, called, user_id=user_id()))


@badges.post("/manage/<event:event>/badges/templates/<int:template_id>/default")
@requires(Access.ORGANISE)
def make_default_template(event: Event, template_id: int) -> ResponseReturnValue:
    """Print by this one where nobody says otherwise."""
    done = _("Badges are printed by this template from now on.")
    return _changed(event, lambda: templates.make_default(event, template_id), done)


@badges.post("/manage/<event:event>/badges/templates/<int:template_id>/delete")
@requires(Access.ORGANISE)
def delete_template(event: Event, template_id: int) -> ResponseReturnValue:
    """Offer a template no longer."""
    done = _("The template has been deleted. What was printed by it stays on record.")
    return _changed(event, lambda: templates.delete(event, template_id), done)


@badges.post("/manage/<event:event>/badges/templates/images/<digest>/delete")
@requires(Access.ORGANISE)
def delete_image(event: Event, digest: str) -> ResponseReturnValue:
    """Forget an image that nothing shows."""
    try:
        images.remove(event, digest)
    except images.ImageNotFound:
        abort(404)
    except images.ImageInUse as error:
        flash(image_words.in_use(error), "warning")
    else:
        flash(_("The image has been deleted."), "success")
    return redirect(url_for(".template_list", event=event), 303)


@badges.get("/manage/<event:event>/badges/templates/<int:template_id>/versions")
@requires(Access.ORGANISE)
def template_versions(event: Event, template_id: int) -> ResponseReturnValue:
    """Every version of a template; two of them side by side with ``?from=`` and ``?to=``."""
    try:
        found = templates.find(event.id, template_id)
    except TemplateNotFound:
        abort(404)
    return render_template(
        "badges/template_versions.html",
        event=event,
        kept=found,
        before=_compared(event, template_id, "from"),
        after=_compared(event, template_id, "to"),
    )


@badges.post("/manage/<event:event>/badges/templates/<int:template_id>/versions/<int:number>")
@requires(Access.ORGANISE)
def restore_template(event: Event, template_id: int, number: int) -> ResponseReturnValue:
    """Make an earlier version the latest again, as a new one."""
    note = _("as version %(number)s", number=number)
    revision = request.form.get("revision", -1, type=int)
    try:
        templates.restore(
            event, template_id, number, revision=revision, note=note, user_id=user_id()
        )
    except TemplateNotFound:
        abort(404)
    except TemplateChanged:
        message = _("Somebody else has saved the template meanwhile. Look at it, then decide.")
        flash(message, "danger")
    except TemplateFaulty as error:
        flash(" ".join(said(error)), "danger")
    else:
        flash(_("Version %(number)s is the latest again.", number=number), "success")
    return redirect(url_for(".template_versions", event=event, template_id=template_id), 303)


@badges.get(
    "/manage/<event:event>/badges/templates/<int:template_id>/versions/<int:number>/<int:side>.png"
)
@requires(Access.ORGANISE)
@limiter.limit("600 per minute")
def template_picture(event: Event, template_id: int, number: int, side: int) -> ResponseReturnValue:
    """A side of a version (from 1) with somebody who does not exist; ``?large=1`` to compare."""
    content = templates.content_of(_version(event, template_id, number))
    if not 1 <= side <= len(content.sides):
        abort(404)
    return _picture(event, content, side - 1)


@badges.get("/manage/<event:event>/badges/templates/shipped/<name>.png")
@requires(Access.ORGANISE)
@limiter.limit("600 per minute")
def shipped_picture(event: Event, name: str) -> ResponseReturnValue:
    """A template that comes with the program, with this event's words."""
    return _picture(event, shipped.find(name) if name in shipped.names() else abort(404), 0)


def _list(event: Event, empty: EmptyForm, file: FileForm) -> str:
    language = current_language()
    rows = [(it, templates.content_of(it)) for it in templates.latest_versions(event.id)]
    return render_template(
        "badges/templates.html",
        event=event,
        rows=rows,
        shipped=[(name, shipped.find(name)) for name in shipped.names()],
        default=shipped.find(shipped.DEFAULT).name.in_(language),
        empty=empty,
        file=file,
        images=images.of_event(event.id),
    )


def _changed(event: Event, change: Callable[[], None], done: str) -> ResponseReturnValue:
    """The list again, which says that it was done; 404 for a template that is not there."""
    try:
        change()
    except TemplateNotFound:
        abort(404)
    flash(done, "success")
    return redirect(url_for(".template_list", event=event), 303)


def _added(event: Event, add: Callable[[], int]) -> ResponseReturnValue:
    try:
        made = add()
    except (TooManyTemplates, TemplateFaulty) as error:
        flash(" ".join(said(error)), "danger")
        return redirect(url_for(".template_list", event=event), 303)
    return redirect(url_for(".design", event=event, template_id=made), 303)


def _version(event: Event, template_id: int, number: int | None = None) -> BadgeTemplateVersion:
    try:
        return templates.version(event.id, template_id, number)
    except TemplateNotFound:
        abort(404)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A version that is shown beside another."""

    number: int
    sides: int


def _compared(event: Event, template_id: int, field: str) -> _Compared | None:
    number = request.args.get(field, type=int)
    if number is None:
        return None
    return _Compared(number, len(templates.content_of(_version(event, template_id, number)).sides))


def _picture(event: Event, content: Template, side: int) -> Response:
    pixels = previews.LARGE if request.args.get("large") else previews.SMALL
    answer = Response(previews.example(event, content, side, pixels), mimetype="image/png")
    # The event's words, colours and logo are on it too, and change.
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer
