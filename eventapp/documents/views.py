"""Papers to download: the public agenda, and rosters for whoever leads a group."""

from io import BytesIO

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.documents import agendas, bus_rosters, buses, service
from eventapp.documents.paper import Order
from eventapp.documents.roster_pdf import NoRosters
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.programme import published
from eventapp.visits import sites
from eventapp.web.language import current_language

documents = Blueprint("documents", __name__)


@documents.get("/e/<event:event>/agenda.pdf")
@requires(Access.PUBLIC)
@limiter.limit("60 per minute")
def agenda(event: Event) -> ResponseReturnValue:
    """The agenda as it was published, in the official form, in the language of the page."""
    version = published.latest(event.id)
    if version is None:  # the page says that it is being prepared
        return redirect(url_for("agenda.show", event=event), 303)
    language = current_language()
    stream = BytesIO()
    agendas.write(event, stream, language=language, version=version)
    response = _pdf(stream, f"agenda-{event.slug}-{language}.pdf")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)


@documents.get("/manage/<event:event>/visits/groups/<int:group_id>/roster.pdf")
@requires(Access.VIEW_GROUPS)
def roster(event: Event, group_id: int) -> ResponseReturnValue:
    """The roster of one group."""
    try:
        group = sites.group(event.id, group_id)
    except sites.GroupNotFound:
        abort(404)
    stream = BytesIO()
    service.rosters(event, [group], stream, current_language())
    return _pdf(stream, f"roster-{event.slug}-{group.id}.pdf")


@documents.get("/manage/<event:event>/visits/groups/<int:group_id>/bus-rosters.pdf")
@requires(Access.VIEW_GROUPS)
def bus_rosters_of(event: Event, group_id: int) -> ResponseReturnValue:
    """The rosters of a group's buses, each beginning a page; of one with ``bus``."""
    try:
        group = sites.group(event.id, group_id)
    except sites.GroupNotFound:
        abort(404)
    bus = request.args.get("bus", type=int)
    if bus is not None and bus not in {it.id for it in group.buses}:
        abort(404)
    chosen = f"{buses.GROUP}-{group.id}" if bus is None else f"{buses.BUS}-{bus}"
    stream = BytesIO()
    bus_rosters.write(Order(event, {"bus": chosen}, current_language()), stream)
    return _pdf(stream, f"bus-rosters-{event.slug}-{group.id}.pdf")


@documents.get("/manage/<event:event>/visits/rosters.pdf")
@requires(Access.VIEW_GROUPS)
def rosters(event: Event) -> ResponseReturnValue:
    """The rosters of all groups, each beginning a page."""
    stream = BytesIO()
    try:
        service.rosters(event, sites.groups_of(event.id), stream, current_language())
    except NoRosters:
        flash(_("There are no groups yet, so there is no roster to print."), "warning")
        return redirect(url_for("visits.index", event=event), 303)
    return _pdf(stream, f"rosters-{event.slug}.pdf")


def _pdf(stream: BytesIO, name: str) -> Response:
    response = Response(stream.getvalue(), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
