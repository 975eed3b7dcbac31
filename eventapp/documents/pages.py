"""Where organisers print: every kind of paper with its choices, a preview and the file."""

import re
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.documents import preview, settings
from eventapp.documents.paper import KINDS, Kind, NothingToPrint, Options, Order, file_name
from eventapp.documents.settings_form import SettingsForm
from eventapp.events.models import Event

papers = Blueprint("papers", __name__)

_READY = re.compile(r"[0-9a-z]{8,40}")


@papers.get("/manage/<event:event>/documents")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Every kind of paper."""
    return render_template("documents/index.html", event=event, kinds=KINDS.values())


@papers.get("/manage/<event:event>/documents/<name>")
@requires(Access.ORGANISE)
def show(event: Event, name: str) -> ResponseReturnValue:
    """One kind of paper: what can be chosen, and how it looks then."""
    kind = _kind(name)
    options = kind.options(event, request.args)
    chosen = {key: request.args.getlist(key) for key in request.args if key in options}
    look, nothing = None, ""
    if options.validate():
        try:
            look = _look(kind, _ordered(event, options, is_preview=True))
        except NothingToPrint as error:
            nothing = str(error)
    page = max(request.args.get("page", 1, type=int), 1)
    return render_template(
        "documents/paper.html",
        event=event,
        kind=kind,
        form=options,
        chosen=chosen,
        look=look,
        nothing=nothing,
        page=min(page, look.pages) if look else 1,
    )


@papers.get("/manage/<event:event>/documents/<name>/preview.png")
@requires(Access.ORGANISE)
def look(event: Event, name: str) -> ResponseReturnValue:
    """A page of the paper as a picture."""
    kind = _kind(name)
    order = _order(kind, event, is_preview=True) or abort(404)
    pdf = preview.kept(_scope(order.event, kind), request.args.get("mark", ""))
    if pdf is None:
        stream = BytesIO()
        try:
            kind.write(order, stream)
        except NothingToPrint:
            abort(404)
        pdf = stream.getvalue()
    picture, _pages = preview.picture(pdf, request.args.get("page", 1, type=int))
    answer = Response(picture, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@papers.get("/manage/<event:event>/documents/<name>/file")
@requires(Access.ORGANISE)
def download(event: Event, name: str) -> ResponseReturnValue:
    """The paper as a file. With ``ready`` a cookie of that value tells the page when it begins."""
    kind = _kind(name)
    order = _order(kind, event)
    given: dict[str, Any] = request.args.to_dict(flat=False)
    ready = given.pop("ready", [""])[0]
    back = redirect(url_for(".show", event=event, name=name, **given))
    if order is None:
        return back
    stream = TemporaryFile()  # noqa: SIM115 - closed by the server when it has been sent
    try:
        kind.write(order, stream)
    except NothingToPrint as error:
        stream.close()
        flash(str(error), "warning")
        return back
    stream.seek(0)
    # Saved, not shown: what was refused, above, is a page and no file.
    answer = send_file(
        stream,
        mimetype=kind.media_type(order),
        as_attachment=True,
        download_name=file_name(kind, order),
        max_age=0,
    )
    if _READY.fullmatch(ready):
        answer.set_cookie(
            "paper-ready", ready, max_age=60, samesite="Strict", secure=request.is_secure
        )
    return answer


@papers.route("/manage/<event:event>/documents/settings", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit_settings(event: Event) -> ResponseReturnValue:
    """Head, number and signature of all papers."""
    form = SettingsForm(event, settings.of(event))
    status = 200
    if form.validate_on_submit():
        try:
            settings.save(event, form.read_at, form.settings(), form.new_logo())
        except settings.SettingsChanged:
            status = 409
            form.revision.data = str(settings.of(event).revision)
        else:
            flash(_("The papers have this head and signature from now on."), "success")
            return redirect(url_for(".index", event=event), 303)
    page = render_template(
        "documents/settings.html",
        event=event,
        form=form,
        has_logo=bool(settings.of(event).logo_type),
        theirs=settings.of(event) if status == 409 else None,
    )
    return page, 422 if form.errors else status


@papers.get("/manage/<event:event>/documents/logo")
@requires(Access.ORGANISE)
def logo(event: Event) -> ResponseReturnValue:
    """The logo as it is stored: a PNG, or an SVG of nothing but shapes."""
    chosen = settings.of(event)
    if not chosen.logo:
        abort(404)
    answer = Response(chosen.logo, mimetype=chosen.logo_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@dataclass(frozen=True, slots=True)
class _Look:
    """A preview: its mark, how many pages it has, and whether the paper goes on after them."""

    mark: str
    pages: int
    is_cut: bool


def _look(kind: Kind, order: Order) -> _Look:
    stream = BytesIO()
    kind.write(order, stream)
    pdf = stream.getvalue()
    return _Look(preview.keep(_scope(order.event, kind), pdf), preview.pages(pdf), order.is_cut)


def _scope(event: Event, kind: Kind) -> str:
    return f"{event.id}/{kind.name}"


def _kind(name: str) -> Kind:
    return KINDS.get(name) or abort(404)


def _order(kind: Kind, event: Event, *, is_preview: bool = False) -> Order | None:
    """What the address asks for; None where it makes no sense."""
    options: Options = kind.options(event, request.args)
    return _ordered(event, options, is_preview=is_preview) if options.validate() else None


def _ordered(event: Event, options: Options, *, is_preview: bool = False) -> Order:
    return Order(event, options.data, options.language.data, is_preview)
