"""The designer: one template to be changed on a canvas or as text, tried with real people."""

from base64 import b64encode
from typing import Annotated, Any

import msgspec
from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import (
    image_words,
    images,
    previews,
    samples,
    template,
    template_json,
    templates,
)
from eventapp.badges import template_words as words
from eventapp.badges.drawing import Remark
from eventapp.badges.models import BadgeImage, BadgeTemplateVersion
from eventapp.badges.template import Template
from eventapp.badges.template_json import NotATemplate, Wrong
from eventapp.badges.templates import (
    TemplateChanged,
    TemplateFaulty,
    TemplateNotFound,
    TooManyTemplates,
)
from eventapp.badges.views import badges
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.pdf.fitting import Measure
from eventapp.questions.service import asked
from eventapp.web.language import current_language

# Beside the template: who it is to be tried with.
_MOST = template_json.MAX_BYTES + 16 * 1024
_DEFAULTS: dict[str, type[msgspec.Struct]] = {
    "box": template.Box,
    "text": template.Text,
    "part": template.Part,
    "code": template.Code,
    "image": template.Image,
}


class _Saving(msgspec.Struct):
    """What the designer sends to be saved; see `save`."""

    content: msgspec.Raw
    revision: int
    note: Annotated[str, msgspec.Meta(max_length=templates.MAX_NOTE)] = ""
    copy: bool = False


class _Trying(msgspec.Struct):
    """What the designer sends to be looked at; see `preview`."""

    content: msgspec.Raw
    samples: Annotated[list[str], msgspec.Meta(max_length=samples.MAX_SAMPLES)]
    shown: str = ""
    every: bool = False


@badges.get("/manage/<event:event>/badges/templates/<int:template_id>")
@requires(Access.ORGANISE)
def design(event: Event, template_id: int) -> ResponseReturnValue:
    """A template to be changed."""
    return _page(event, _latest(event, template_id))


@badges.post("/manage/<event:event>/badges/templates/<int:template_id>")
@requires(Access.ORGANISE)
def save(event: Event, template_id: int) -> ResponseReturnValue:
    """Save a template as its next version or as a copy: sent as JSON by the designer, which is
    answered in JSON, or as text by the form. 409 where somebody else has saved it since."""
    if request.is_json:
        return _save_json(event, template_id)
    typed = request.form.get("content", "")[: template_json.MAX_BYTES + 1]
    sent = _Saving(
        msgspec.Raw(typed.encode()),
        request.form.get("revision", -1, type=int),
        request.form.get("note", "")[: templates.MAX_NOTE],
        "copy" in request.form,
    )
    try:
        saved = _saved(event, template_id, sent)
    except (NotATemplate, TemplateFaulty, TooManyTemplates) as error:
        return _page(event, _latest(event, template_id), typed, said(error)), 422
    except TemplateChanged:
        latest = _latest(event, template_id)
        return _page(event, latest, typed, [_changed(latest)], revision=sent.revision), 409
    flash(_("The template has been saved."), "success")
    return redirect(url_for(".design", event=event, template_id=saved), 303)


@badges.post("/manage/<event:event>/badges/templates/preview")
@requires(Access.ORGANISE)
@limiter.limit("240 per minute")
def preview(event: Event) -> ResponseReturnValue:
    """A template as it would be printed, and what is wrong with it, in JSON."""
    try:
        sent = _decoded(_Trying)
        content = _read(sent.content)
    except NotATemplate as error:
        return jsonify(message=words.wrong(error)), 422
    tried = previews.trial(event, content, sent.samples, sent.shown, every=sent.every)
    return jsonify(
        problems=[
            {"side": it.side, "element": it.element, "text": words.fault(it)}
            for it in tried.problems
        ],
        remarks=_remarks(tried.remarks),
        sketch=msgspec.to_builtins(tried.sketch),
        pictures=[
            {"sample": key, "sides": list(map(_inline, sides))}
            for key, sides in tried.pictures.items()
        ],
    )


@badges.post("/manage/<event:event>/badges/templates/images")
@requires(Access.ORGANISE)
@limiter.limit("60 per minute")
def add_image(event: Event) -> ResponseReturnValue:
    """Keep an image for the event's templates, answered in JSON."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return jsonify(message=_("Choose a file.")), 422
    try:
        made = images.add(event, file.filename, file.read())
    except images.ImageRefused as error:
        return jsonify(message=image_words.refused(error)), 422
    return jsonify(_image(event, made))


@badges.get("/manage/<event:event>/badges/templates/images/<digest>")
@requires(Access.ORGANISE)
def image(event: Event, digest: str) -> ResponseReturnValue:
    """One of the event's images."""
    try:
        found = images.find(event.id, digest)
    except images.ImageNotFound:
        abort(404)
    return _kept(found.content, found.media_type)


@badges.get("/manage/<event:event>/badges/templates/logo.png")
@requires(Access.ORGANISE)
def logo(event: Event) -> ResponseReturnValue:
    """The event's logo as it is printed on badges."""
    found = previews.logo_of(event)
    return _kept(found[0], "image/png", seconds=60) if found else abort(404)


def said(error: Exception) -> list[str]:
    """What is wrong with a template that cannot be saved; shared with the import."""
    if isinstance(error, NotATemplate):
        return [words.wrong(error)]
    if isinstance(error, TooManyTemplates):
        most = templates.MAX_TEMPLATES
        return [_("An event has at most %(most)s templates. Delete one first.", most=most)]
    if isinstance(error, TemplateFaulty):
        return [words.placed_fault(it, error.content) for it in error.problems]
    raise error


def user_id() -> int | None:
    """Who is signed in."""
    return int(current_user.id) if current_user.is_authenticated else None


def _save_json(event: Event, template_id: int) -> ResponseReturnValue:
    try:
        sent = _decoded(_Saving)
        saved = _saved(event, template_id, sent)
    except (NotATemplate, TemplateFaulty, TooManyTemplates) as error:
        return jsonify(message=" ".join(said(error))), 422
    except TemplateChanged:
        return jsonify(message=_changed(_latest(event, template_id))), 409
    if saved != template_id:
        return jsonify(to=url_for(".design", event=event, template_id=saved))
    latest = _latest(event, template_id)
    return jsonify(revision=latest.template.revision, version=latest.number)


def _saved(event: Event, template_id: int, sent: _Saving) -> int:
    """Which template it became. Raises NotATemplate and what `templates.save` raises."""
    content = _read(sent.content)
    if sent.copy:
        return templates.copy(event, content, words.copied(content.name), user_id=user_id())
    try:
        templates.save(
            event,
            template_id,
            content,
            revision=sent.revision,
            note=sent.note,
            user_id=user_id(),
        )
    except TemplateNotFound:
        abort(404)
    return template_id


def _read(sent: msgspec.Raw) -> Template:
    """The template that was sent. What it brings along is not taken in, as it is of a file: it
    shows the images that the event has. Raises NotATemplate."""
    return template.with_images(template_json.read(bytes(sent)), {})


def _decoded(kind: type[Any]) -> Any:
    """The JSON that was sent. Raises NotATemplate for too much of it; 400 for anything else."""
    if (request.content_length or 0) > _MOST:
        raise NotATemplate(Wrong.TOO_LARGE, wanted=str(template_json.MAX_BYTES // 1024))
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except msgspec.ValidationError:
        abort(400)
    except (msgspec.DecodeError, RecursionError):
        raise NotATemplate(Wrong.NO_JSON) from None


def _latest(event: Event, template_id: int) -> BadgeTemplateVersion:
    try:
        return templates.version(event.id, template_id)
    except TemplateNotFound:
        abort(404)


def _changed(latest: BadgeTemplateVersion) -> str:
    if latest.saved_by is None:
        return _("Somebody else has saved version %(number)s meanwhile.", number=latest.number)
    return _(
        "%(name)s has saved version %(number)s meanwhile.",
        name=latest.saved_by.name,
        number=latest.number,
    )


def _page(
    event: Event,
    latest: BadgeTemplateVersion,
    typed: str | None = None,
    errors: list[str] | None = None,
    revision: int | None = None,
) -> str:
    content = templates.content_of(latest)
    return render_template(
        "badges/designer.html",
        event=event,
        kept=latest.template,
        version=latest,
        revision=latest.template.revision if revision is None else revision,
        text=latest.content if typed is None else typed,
        errors=errors or [],
        data=_data(event, content, latest),
    )


def _data(event: Event, content: Template, latest: BadgeTemplateVersion) -> dict[str, Any]:
    """What the designer's scripts start from."""
    language = current_language()
    template_id = latest.template_id
    drawn = previews.logo_of(event)
    return {
        "template": msgspec.json.decode(template_json.written(content)),
        "revision": latest.template.revision,
        "version": latest.number,
        "defaults": {name: _defaults(kind) for name, kind in _DEFAULTS.items()},
        "sources": words.sources(list(asked(event.id)), language),
        "categories": [
            {"name": it.name, "called": it.name_in(language), "colour": it.colour}
            for it in event.categories
        ],
        "samples": [
            {"key": it.key, "called": words.sample(it, event, language)}
            for it in samples.chosen(event)
        ],
        "images": [_image(event, it) for it in images.of_event(event.id)],
        "accept": images.ACCEPT,
        "logo": url_for(".logo", event=event) if drawn else None,
        "addresses": {
            "save": url_for(".save", event=event, template_id=template_id),
            "preview": url_for(".preview", event=event),
            "images": url_for(".add_image", event=event),
        },
    }


def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What a field says where it is left out, for those that are plain values."""
    plain = (str, int, float, bool, type(None))
    return {
        it.encode_name: it.default
        for it in msgspec.structs.fields(kind)
        if isinstance(it.default, plain)
    }


def _remarks(found: list[tuple[str, int, Remark]]) -> list[dict[str, Any]]:
    """What texts needed, the worst first; the same text of several people once."""
    rows: dict[tuple[int, Remark], list[str]] = {}
    for key, side, remark in found:
        rows.setdefault((side, remark), []).append(key)
    ordered = sorted(rows.items(), key=lambda row: -row[0][1].measure)
    return [
        {
            "samples": keys,
            "side": side,
            "element": it.element,
            "text": it.text,
            "said": words.measure(it.measure, it.strange),
            "is_hard": it.measure > Measure.WRAPPED or bool(it.strange),
        }
        for (side, it), keys in ordered
    ]


def _image(event: Event, found: BadgeImage) -> dict[str, Any]:
    return {
        "digest": found.digest,
        "name": found.name,
        "url": url_for(".image", event=event, digest=found.digest),
    }


def _inline(picture: bytes) -> str:
    return f"data:image/png;base64,{b64encode(picture).decode('ascii')}"


def _kept(content: bytes, media_type: str, *, seconds: int = 86_400) -> Response:
    """A picture that a browser may keep; whatever it holds, it runs nothing."""
    answer = Response(content, content_type=media_type)
    answer.headers["Cache-Control"] = f"private, max-age={seconds}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
