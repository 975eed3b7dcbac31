"""Badges: choose whose and on which paper, see the first sheet, print; runs are in `run_views`."""

from base64 import b64encode
from dataclasses import replace
from io import BytesIO
from itertools import islice

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import (
    calibration,
    images,
    records,
    render,
    runs,
    selection,
    sheets,
    shipped,
    templates,
)
from eventapp.badges.layout import design_of
from eventapp.badges.models import BadgeTemplateVersion
from eventapp.badges.print_form import PrintForm, Start, spoken, whom
from eventapp.badges.runs import By
from eventapp.badges.selection import Order
from eventapp.badges.sheets import DoesNotFit, Settings, StartBeyondSheet
from eventapp.badges.template import Template
from eventapp.badges.templates import TemplateNotFound
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.pdf import raster
from eventapp.pdf.stream import About
from eventapp.registration.models import Status
from eventapp.registration.search import Filters, Selection

badges = Blueprint("badges", __name__)

_PIXELS_PER_MM = 2.6
_MOST_SHOWN = 60


@badges.route("/manage/<event:event>/badges", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Whose badges, on which sheet, in which order; the first sheet, and how many that makes.

    Ticked rows and words of a search are sent by POST: they have no place in an address.
    """
    form, ticked = _form(event)
    return _page(event, form, ticked)


@badges.post("/manage/<event:event>/badges/print")
@requires(Access.ORGANISE)
def print_badges(event: Event) -> ResponseReturnValue:
    """Make a run of the badges of those ticked, or of all that match."""
    form, ticked = _form(event)
    if _checked(event, form) is None:
        return _page(event, form, ticked)
    try:
        number = runs.create(
            event,
            By(current_user.id),
            _version(event, form),
            whom(form, ticked),
            Order(form.order.data),
            form.settings(),
        )
    except runs.NothingToPrint:
        db.session.rollback()
        nobody = _("Nobody to print a badge for: choose people who have not cancelled.")
        return _page(event, form, ticked, nobody=nobody)
    return redirect(url_for(".run", event=event, number=number), 303)


@badges.post("/manage/<event:event>/badges/calibration")
@requires(Access.ORGANISE)
def calibrate(event: Event) -> ResponseReturnValue:
    """The page that shows by how much a printer is off, on the paper that was chosen."""
    form, ticked = _form(event)
    content = _checked(event, form)
    if content is None:
        return _page(event, form, ticked)
    settings = form.settings()
    stream = BytesIO()
    calibration.write(
        stream,
        sheets.papers_for(design_of(content), settings),
        settings,
        About(_("Printer calibration"), event.organiser, "vi"),
    )
    answer = Response(stream.getvalue(), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="calibration.pdf"'
    return answer


def _form(event: Event) -> tuple[PrintForm, tuple[int, ...]]:
    """What was sent from the page itself, or what it begins with."""
    ticked = Selection.parse(request.form).ids if request.method == "POST" else None
    if request.form.get("sent"):
        return PrintForm(event, request.form), ticked or ()
    given = request.form if request.method == "POST" else request.args
    filters = Filters.parse(given)
    if "status" not in given:
        filters = replace(filters, status=Status.APPROVED)
    order = given.get("sort", given.get("order", ""))
    settings = runs.last_settings(event.id, current_user.id) or Settings()
    start = Start(
        filters,
        Order(order) if order in set(Order) else _usual_order(filters),
        settings,
        given.get("template", ""),
    )
    return PrintForm(event, None, start), ticked or ()


def _usual_order(filters: Filters) -> Order:
    return Order.REPRINT if filters.reprint else Order.NAME


def _page(
    event: Event,
    form: PrintForm,
    ticked: tuple[int, ...],
    *,
    nobody: str = "",
) -> ResponseReturnValue:
    people = whom(form, ticked)
    content = _checked(event, form)
    number = selection.count(event, people)
    pictures = _first_sheet(event, form, people, content) if content and number else []
    page = render_template(
        "badges/index.html",
        event=event,
        form=form,
        ticked=ticked,
        number=number,
        nobody=nobody,
        pictures=pictures,
    )
    # htmx shows only what has succeeded.
    is_refused = (form.errors or nobody) and "HX-Request" not in request.headers
    return page, 422 if is_refused else 200


def _checked(event: Event, form: PrintForm) -> Template | None:
    """The template, where everything that was chosen makes sense; else it is said in the form."""
    is_valid = form.validate()
    content = _content(event, form)
    return content if is_valid and content is not None and _fits(form, content) else None


def _content(event: Event, form: PrintForm) -> Template | None:
    """The template that was chosen, as it looks; None, and said so, if there is none such."""
    if form.own and not form.template.data:
        form.template.data = str(next((it for it in form.own if it.is_default), form.own[0]).id)
    try:
        template_id = form.template_id()
        if template_id is None:
            return shipped.find(shipped.DEFAULT)
        return templates.content_of(templates.version(event.id, template_id))
    except TemplateNotFound:
        form.template.errors = [_("This template is no longer there. Choose another.")]
        return None


def _version(event: Event, form: PrintForm) -> BadgeTemplateVersion:
    template_id = form.template_id()
    if template_id is None:
        return templates.default_version(event, current_user.id)
    return templates.version(event.id, template_id)


def _fits(form: PrintForm, content: Template) -> bool:
    """Whether badges fit the paper; where not, it is said beside the field."""
    try:
        sheets.papers_for(design_of(content), form.settings())
    except StartBeyondSheet as error:
        form.first.errors = [_("A sheet has only %(number)s labels.", number=error.per_sheet)]
        return False
    except DoesNotFit:
        form.paper.errors = [
            _(
                "Not one badge of %(width)s × %(height)s mm fits this paper with these margins.",
                width=spoken(content.size.width),
                height=spoken(content.size.height),
            )
        ]
        return False
    return True


def _first_sheet(event: Event, form: PrintForm, people: Selection, content: Template) -> list[str]:
    """The first page, and with a back the second, as addresses that hold the pictures."""
    query = selection.people(event, people, Order(form.order.data)).limit(_MOST_SHOWN)
    design, settings = design_of(content), form.settings()
    lies = sheets.papers_for(design, settings)
    stream = BytesIO()
    found = records.Reader(event, content.sources()).some(query)
    written = render.write(
        (it.record for it in islice(found, lies.per_sheet - lies.first)),
        stream,
        design=design,
        settings=settings,
        about=About(event.short_title, event.organiser, "vi"),
        pictures=images.pictures_for(event),
    )
    shown = range(min(written.pages, len(lies.pages)))
    drawn = raster.pictures(stream.getvalue(), shown, _PIXELS_PER_MM)
    return [f"data:image/png;base64,{b64encode(it).decode()}" for it in drawn]
