"""Badges: choose whose, and download them."""

from dataclasses import replace
from tempfile import TemporaryFile

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import service
from eventapp.badges.render import NoBadges
from eventapp.badges.service import Order, Sheet
from eventapp.events.models import Event
from eventapp.registration.models import Status
from eventapp.registration.search import Filters, Selection, facets
from eventapp.visits.sites import groups_of

badges = Blueprint("badges", __name__)


@badges.get("/manage/<event:event>/badges")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Whose badges, on which sheet, in which order; and how many that makes."""
    filters = replace(Filters.parse(request.args), q="")
    if "status" not in request.args:
        filters = replace(filters, status=Status.APPROVED)
    return render_template(
        "badges/index.html",
        event=event,
        filters=filters,
        facets=facets(event),
        groups=groups_of(event.id),
        sheet=_sheet(request.args.get("sheet")),
        order=_order(request.args.get("sort")),
        number=service.count(event, Selection(None, filters)),
    )


@badges.post("/manage/<event:event>/badges/print")
@requires(Access.ORGANISE)
def print_badges(event: Event) -> ResponseReturnValue:
    """The badges of those ticked, or of all that match, as a PDF."""
    stream = TemporaryFile()  # noqa: SIM115 - closed by the server when it has been sent
    try:
        service.write(
            event,
            Selection.parse(request.form),
            stream,
            sheet=_sheet(request.form.get("sheet")),
            order=_order(request.form.get("sort")),
        )
    except NoBadges:
        stream.close()
        flash(_("Nobody to print a badge for: choose people who have not cancelled."), "danger")
        return redirect(url_for(".index", event=event), 303)
    stream.seek(0)
    # Saved, not shown: a browser's viewer asks again by GET for what was posted.
    return send_file(
        stream,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"badges-{event.slug}.pdf",
    )


def _sheet(typed: str | None) -> Sheet:
    return Sheet(typed) if typed in set(Sheet) else Sheet.A4


def _order(typed: str | None) -> Order:
    return Order(typed) if typed in set(Order) else Order.NAME
