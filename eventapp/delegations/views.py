"""Organisers' pages about delegations: the list, one of them, their links, their requests."""

from io import BytesIO

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import DateTimeLocalField, SelectField
from wtforms.validators import Optional

from eventapp.accounts.permissions import Access, requires
from eventapp.database import now
from eventapp.delegations import changes, deciding, invitations, listing, service
from eventapp.delegations.forms import DelegationForm, ReasonForm, in_zone
from eventapp.delegations.freezing import is_over
from eventapp.delegations.links_pdf import LinkCard, LinkSheet, write_links
from eventapp.events.models import Event
from eventapp.events.presets import PresetNotFound, available_presets, load_preset
from eventapp.mail import links as addresses
from eventapp.registration import holding, quota
from eventapp.registration.errors import RegistrationError
from eventapp.registration.models import Delegation
from eventapp.registration.quota import QuotaFull
from eventapp.registration.quota_words import names_of
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language, moment

_NEW_LINK = "new-delegation-link"

delegations = Blueprint("delegations", __name__, url_prefix="/manage/<event:event>/delegations")


class DeadlineForm(PageForm):
    """One deadline for the ticked delegations."""

    deadline = DateTimeLocalField(
        validators=[Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )


class PresetForm(PageForm):
    """Which provinces and ministries to add."""

    preset = SelectField()

    def __init__(self) -> None:
        super().__init__()
        self.preset.choices = [
            (slug, load_preset(slug).short_title) for slug in available_presets()
        ]


@delegations.get("")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Every delegation: its lead, how many of its places are taken, what it waits for."""
    rows = service.overview(event)
    return render_template(
        "delegations/index.html",
        event=event,
        rows=rows,
        preset_form=PresetForm(),
        deadline_form=DeadlineForm(),
        at=now(),
        is_over=is_over,
        waiting=sum(row.waiting for row in rows),
    )


@delegations.post("/preset")
@requires(Access.ORGANISE)
def add_preset(event: Event) -> ResponseReturnValue:
    """Add every province and ministry that is not there yet."""
    form = PresetForm()
    if not form.validate_on_submit():
        abort(422)
    try:
        added = service.add_preset(event, form.preset.data)
    except PresetNotFound:
        abort(422)
    flash(_("Delegations added: %(number)s.", number=added), "success")
    return redirect(url_for(".index", event=event), 303)


@delegations.route("/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def new(event: Event) -> ResponseReturnValue:
    """Add one by hand."""
    return _form(event, None)


@delegations.route("/<int:delegation_id>/edit", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit(event: Event, delegation_id: int) -> ResponseReturnValue:
    """Change one: its lead, offices, places and deadline."""
    return _form(event, _found(event, delegation_id))


def _form(event: Event, delegation: Delegation | None) -> ResponseReturnValue:
    quotas = list(quota.all_of(event.id, delegation_id=delegation.id)) if delegation else []
    form = DelegationForm(event, list(service.provinces()), delegation, quotas)
    if form.validate_on_submit():
        try:
            saved = service.save(event, delegation.id if delegation else None, form.data_of())
        except service.NameTaken as error:
            form.name.errors = [_("“%(name)s” is there already.", name=error.name)]
        except service.NotEmpty as error:
            form.name.errors = [
                _("People are registered from “%(name)s”: it cannot be removed.", name=error.name)
            ]
        else:
            flash(_("The changes have been saved."), "success")
            return redirect(url_for(".show", event=event, delegation_id=saved.id), 303)
    page = render_template(
        "delegations/form.html",
        event=event,
        form=form,
        delegation=delegation,
        categories=event.categories,
    )
    return page, 422 if form.errors else 200


@delegations.get("/<int:delegation_id>")
@requires(Access.ORGANISE)
def show(event: Event, delegation_id: int) -> ResponseReturnValue:
    """One delegation: places, people, requests, link."""
    delegation = _found(event, delegation_id)
    made = session.pop(_NEW_LINK, None)
    secret = made["secret"] if made and made["of"] == delegation_id else None
    page = Response(
        render_template(
            "delegations/show.html",
            event=event,
            delegation=delegation,
            quotas=quota.all_of(event.id, delegation_id=delegation.id),
            people=listing.people(delegation.id),
            held=holding.held(delegation.id),
            requests=listing.requests(event.id, delegation_id=delegation.id),
            is_over=is_over(delegation, now()),
            link=addresses.absolute("workspace.show", secret=secret) if secret else None,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@delegations.post("/<int:delegation_id>/link")
@requires(Access.ORGANISE)
def renew_link(event: Event, delegation_id: int) -> ResponseReturnValue:
    """Make a new link; the page that follows shows it once, and reloading makes no other."""
    _found(event, delegation_id)
    secret = invitations.renew_link(event, delegation_id)
    session[_NEW_LINK] = {"of": delegation_id, "secret": secret}
    return redirect(url_for(".show", event=event, delegation_id=delegation_id), 303)


@delegations.post("/<int:delegation_id>/reopen")
@requires(Access.ORGANISE)
def reopen(event: Event, delegation_id: int) -> ResponseReturnValue:
    """Let the lead change a submitted list again."""
    _found(event, delegation_id)
    service.reopen(event, delegation_id)
    flash(_("The lead can change the list again."), "success")
    return redirect(url_for(".show", event=event, delegation_id=delegation_id), 303)


@delegations.post("/<int:delegation_id>/give-back")
@requires(Access.ORGANISE)
def give_back(event: Event, delegation_id: int) -> ResponseReturnValue:
    """Take back every place that is still held."""
    _found(event, delegation_id)
    number = holding.give_back_all(event, delegation_id)
    flash(_("Places given back: %(number)s.", number=number), "success")
    return redirect(url_for(".show", event=event, delegation_id=delegation_id), 303)


@delegations.post("/<int:delegation_id>/delete")
@requires(Access.ORGANISE)
def delete(event: Event, delegation_id: int) -> ResponseReturnValue:
    """Delete a delegation without people."""
    _found(event, delegation_id)
    try:
        service.delete(event, delegation_id)
    except service.NotEmpty as error:
        flash(
            _("People are registered from “%(name)s”: it cannot be removed.", name=error.name),
            "danger",
        )
        return redirect(url_for(".show", event=event, delegation_id=delegation_id), 303)
    flash(_("The delegation has been deleted."), "success")
    return redirect(url_for(".index", event=event), 303)


# --- The ticked ones ----------------------------------------------------------------------------


@delegations.post("/invite")
@requires(Access.ORGANISE)
def invite(event: Event) -> ResponseReturnValue:
    """Send the ticked delegations their links."""
    ids = _ticked()
    if ids:
        try:
            sent = invitations.invite(event, ids, is_reminder="remind" in request.form)
        except invitations.NoAddress as error:
            flash(
                _(
                    "Nothing was sent: there is no e-mail address of the lead of %(names)s.",
                    names=", ".join(error.names),
                ),
                "danger",
            )
        else:
            flash(_("Letters on their way: %(number)s.", number=sent), "success")
    return redirect(url_for(".index", event=event), 303)


@delegations.post("/deadline")
@requires(Access.ORGANISE)
def deadline(event: Event) -> ResponseReturnValue:
    """Give the ticked delegations one deadline."""
    ids = _ticked()
    form = DeadlineForm()
    if not form.validate_on_submit():
        flash(_("Enter a date and a time such as 20/11/2026 17:00."), "danger")
    elif ids:
        number = service.set_deadline(event, ids, in_zone(form.deadline.data, event.zone))
        flash(_("The deadline is set for %(number)s delegations.", number=number), "success")
    return redirect(url_for(".index", event=event), 303)


@delegations.post("/links.pdf")
@requires(Access.ORGANISE)
def links_pdf(event: Event) -> ResponseReturnValue:
    """The ticked delegations' links as QR codes to cut out and hand over."""
    ids = _ticked()
    if not ids:
        return redirect(url_for(".index", event=event), 303)
    language = current_language()
    cards = [
        LinkCard(
            delegation=it.name,
            lead=it.lead_name,
            deadline=moment(it.deadline),
            address=addresses.absolute("workspace.show", secret=secret),
        )
        for it, secret in invitations.links(event, ids)
    ]
    stream = BytesIO()
    write_links(
        LinkSheet(
            event_title=event.title_in(language),
            author=event.organiser,
            language=language,
            title=_("Links for delegation leads"),
            lead_label=_("Lead"),
            deadline_label=_("Deadline"),
            how_to=_("Scan the code and fill in the list of the delegation. No account is needed."),
            warning=_("Whoever has this link can change the list: hand it to the lead only."),
            created=now(),
        ),
        cards,
        stream,
    )
    paper = Response(stream.getvalue(), content_type="application/pdf")
    paper.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-links.pdf"'
    paper.headers["Cache-Control"] = "no-store"
    return paper


def _ticked() -> list[int]:
    ids = [int(it) for it in request.form.getlist("ids") if it.isdecimal() and len(it) < 10]
    if not ids:
        flash(_("Tick at least one delegation."), "warning")
    return ids


# --- Requests -----------------------------------------------------------------------------------


@delegations.get("/requests")
@requires(Access.ORGANISE)
def requests(event: Event) -> ResponseReturnValue:
    """What leads ask for, the oldest first; and what was decided."""
    is_open = request.args.get("decided") != "1"
    page = listing.request_page(event.id, request.args.get("page", 1, type=int), is_open=is_open)
    return render_template(
        "delegations/requests.html", event=event, page=page, is_open=is_open, form=ReasonForm()
    )


@delegations.post("/requests/<int:request_id>")
@requires(Access.ORGANISE)
def decide(event: Event, request_id: int) -> ResponseReturnValue:
    """Accept or decline one."""
    form = ReasonForm()
    if not form.validate_on_submit():
        abort(422)
    answer = form.reason.data or ""
    try:
        if request.form.get("decision") == "accept":
            beyond = answer if "beyond" in request.form else ""
            deciding.accept(event, request_id, answer, beyond=beyond)
            flash(_("Accepted: the list has been changed."), "success")
        else:
            deciding.decline(event, request_id, answer)
            flash(_("Declined: the list stays as it is."), "success")
    except changes.RequestNotFound:
        abort(404)
    except changes.AlreadyDecided:
        flash(_("This request has been decided already, or the lead has withdrawn it."), "warning")
    except QuotaFull as error:
        flash(_why_full(error), "danger")
    except RegistrationError as error:
        flash(listing.why_not(error), "danger")
    return redirect(url_for(".requests", event=event), 303)


def _why_full(error: QuotaFull) -> str:
    return str(
        _(
            "Not accepted: no place is left (%(names)s). Give a reason and tick "
            "“beyond the places”, or decline.",
            names=names_of(error),
        )
    )


def _found(event: Event, delegation_id: int) -> Delegation:
    try:
        return service.find(event, delegation_id)
    except service.DelegationNotFound:
        abort(404)
