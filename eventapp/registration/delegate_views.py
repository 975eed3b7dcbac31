"""Forms by which organisers add and change one delegate.

Pages that read (the list, one delegate's page) know of visits and check-in as well and are in
eventapp.reports; they belong to the same blueprint.
"""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm.exc import StaleDataError
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from eventapp import tokens
from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.mail import links as addresses
from eventapp.questions import downloads, files
from eventapp.registration import (
    duplicates,
    links,
    quota_words,
    search,
    service,
    substitution,
)
from eventapp.registration.choices import Choices, choices_for
from eventapp.registration.differences import differences
from eventapp.registration.forms import DelegateFields, at_most, cleaned, diets
from eventapp.registration.models import Delegate, Status
from eventapp.registration.service import (
    AlreadyRegistered,
    ClassOnAnotherDay,
    NotInThisEvent,
    QuotaFull,
    SameNameAndOffice,
)
from eventapp.registration.substitute_form import SubstituteForm
from eventapp.registration.substitution import NothingToInherit
from eventapp.web.forms import PageForm
from eventapp.web.language import LANGUAGES

delegates = Blueprint("delegates", __name__)


class OrganisersForm(DelegateFields):
    """A delegate as organisers see them: every category, contacts where there are any."""

    needs_contact = False
    asks_all = False
    wishes_end = False

    language = SelectField(_l("Language of letters"), choices=list(LANGUAGES.items()))
    submission = HiddenField()
    revision = IntegerField(validators=[Optional()], widget=HiddenInput())
    is_somebody_else = BooleanField(_l("This is another person of the same name"))
    beyond = StringField(
        _l("Reason for going beyond the places"),
        [at_most(300)],
        filters=[cleaned],
        description=_l("Only where no place is left; it is kept in the change log."),
    )

    def __init__(self, choices: Choices, delegate: Delegate | None = None) -> None:
        """For somebody new, or filled with a delegate, or what was sent."""
        values: dict[str, Any] = {"submission": tokens.new_secret()}
        if delegate is not None:
            values = {"language": delegate.language, "revision": delegate.revision}
        super().__init__(choices, delegate=delegate, **values)
        self.category_id.label.text = _("Category")
        self.day_ids.label.text = _("Days")
        self.needs.label.text = _("Special needs")
        self.needs_step_free.label.text = _("Needs a way without steps (wheelchair, crutches)")
        self.email.description = _("The pass is sent to this address, if there is one.")
        self.phone.description = ""
        for field in (self.name, self.position, self.organisation_typed, self.email, self.phone):
            # The browser would offer the organiser's own.
            field.render_kw = {**(field.render_kw or {}), "autocomplete": "off"}


class CancelForm(PageForm):
    """Why somebody is not coming."""

    reason = TextAreaField(
        _l("Reason"),
        [at_most(500)],
        filters=[cleaned],
        description=_l("The delegate is told this reason."),
        render_kw={"rows": 3, "maxlength": 500},
    )


@delegates.route("/manage/<event:event>/delegates/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def new(event: Event) -> ResponseReturnValue:
    """Register somebody on their behalf."""
    form = OrganisersForm(choices_for(event, public=False))
    if form.validate_on_submit():
        try:
            made = service.register(
                event,
                form.data_of(form.language.data),
                submission=form.submission.data,
                consent=None,
                by=service.By.ORGANISER,
                beyond=form.beyond.data or "",
                is_somebody_else=bool(form.is_somebody_else.data),
            )
        except (QuotaFull, AlreadyRegistered, NotInThisEvent, ClassOnAnotherDay) as error:
            _say(form, error)
        else:
            flash(_("%(name)s has been registered.", name=made.delegate.name), "success")
            if others := duplicates.others_at(made.delegate):
                flash(
                    _(
                        "The same e-mail address as %(names)s. If they are one person, merge them "
                        "under “Possible duplicates”.",
                        names=", ".join(others),
                    ),
                    "warning",
                )
            return _to(event, made.delegate.id)
    page = render_template("delegates/form.html", event=event, form=form, diets=diets())
    return page, _code(form)


@delegates.route("/manage/<event:event>/delegates/<int:delegate_id>/edit", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Change what is known of somebody."""
    delegate = _delegate(event, delegate_id)
    form = OrganisersForm(choices_for(event, delegate=delegate, public=False), delegate)
    conflict = None
    if form.validate_on_submit():
        try:
            service.update(
                event,
                delegate_id,
                form.data_of(form.language.data),
                revision=form.revision.data if form.revision.data is not None else -1,
                beyond=form.beyond.data or "",
            )
        except StaleDataError:
            delegate = _delegate(event, delegate_id)
            conflict = differences(form, delegate)
            # What is seen now was read at this revision: sent again, it is meant.
            form.revision.data = delegate.revision
            form.revision.raw_data = None
        except (QuotaFull, NotInThisEvent, ClassOnAnotherDay) as error:
            _say(form, error)
            delegate = _delegate(event, delegate_id)
        else:
            flash(_("The changes have been saved."), "success")
            return _to(event, delegate_id)
    page = render_template(
        "delegates/form.html",
        event=event,
        form=form,
        diets=diets(),
        delegate=delegate,
        conflict=conflict,
    )
    return page, _code(form) if conflict is None else 409


@delegates.route(
    "/manage/<event:event>/delegates/<int:delegate_id>/cancel", methods=["GET", "POST"]
)
@requires(Access.ORGANISE)
def cancel(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Cancel somebody's registration and free the place."""
    delegate = _delegate(event, delegate_id)
    form = CancelForm()
    if form.validate_on_submit():
        service.cancel(event, delegate_id, reason=form.reason.data or "")
        flash(_("The registration has been cancelled and its place is free."), "success")
        return _to(event, delegate_id)
    page = render_template("delegates/cancel.html", event=event, form=form, delegate=delegate)
    return page, _code(form)


@delegates.route(
    "/manage/<event:event>/delegates/<int:delegate_id>/refuse", methods=["GET", "POST"]
)
@requires(Access.ORGANISE)
def refuse(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Refuse a registration that awaits approval; the reason is told."""
    delegate = _delegate(event, delegate_id)
    form = CancelForm()
    if form.validate_on_submit():
        service.set_status(event, delegate_id, Status.REFUSED, reason=form.reason.data or "")
        flash(_("The registration has been refused and its place is free."), "success")
        return _to(event, delegate_id)
    page = render_template("delegates/refuse.html", event=event, form=form, delegate=delegate)
    return page, _code(form)


@delegates.route(
    "/manage/<event:event>/delegates/<int:delegate_id>/substitute", methods=["GET", "POST"]
)
@requires(Access.ORGANISE)
def substitute(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Let somebody else take over (cử người thay thế)."""
    delegate = _delegate(event, delegate_id)
    form = SubstituteForm(position=delegate.position)
    is_doubted = False
    if form.validate_on_submit():
        try:
            new = substitution.substitute(
                event,
                delegate_id,
                form.person(),
                reason=form.reason.data or "",
                is_somebody_else=bool(form.is_somebody_else.data),
            )
        except NothingToInherit:
            flash(_("This person is no longer on the list."), "warning")
            return _to(event, delegate_id)
        except AlreadyRegistered as error:
            delegate = _delegate(event, delegate_id)
            is_doubted = isinstance(error, SameNameAndOffice)
            form.name.errors = [_("Somebody of this name is registered already.")]
        else:
            flash(_("The substitute has taken over."), "success")
            return _to(event, new.id)
    page = render_template(
        "delegates/substitute.html",
        event=event,
        form=form,
        delegate=delegate,
        diets=diets(),
        doubt=is_doubted,
    )
    return page, _code(form)


@delegates.get("/manage/<event:event>/delegates/<int:delegate_id>/files/<int:file_id>")
@requires(Access.ORGANISE)
def file(event: Event, delegate_id: int, file_id: int) -> ResponseReturnValue:
    """A file that the delegate handed in."""
    delegate = _delegate(event, delegate_id)
    return downloads.answer(files.of_delegate(delegate.id, file_id) or abort(404))


@delegates.post("/manage/<event:event>/delegates/<int:delegate_id>/reprint")
@requires(Access.ORGANISE)
def reprint(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Mark the badge to be printed again, or say that it was."""
    _delegate(event, delegate_id)
    is_needed = request.form.get("needed") == "1"
    service.mark_for_reprint(event, [delegate_id], is_needed=is_needed)
    flash(
        _("The badge is to be printed again.") if is_needed else _("The badge has been printed."),
        "success",
    )
    return _to(event, delegate_id)


@delegates.post("/manage/<event:event>/delegates/<int:delegate_id>/reinstate")
@requires(Access.ORGANISE)
def reinstate(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Take back a cancellation, if there is a place."""
    _delegate(event, delegate_id)
    service.reinstate(event, delegate_id, beyond=request.form.get("beyond", "").strip()[:300])
    flash(_("The registration holds again."), "success")
    return _to(event, delegate_id)


@delegates.post("/manage/<event:event>/delegates/<int:delegate_id>/status")
@requires(Access.ORGANISE)
def decide(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Approve somebody, or take the approval back."""
    delegate = _delegate(event, delegate_id)
    status = request.form.get("status")
    if status not in {Status.APPROVED, Status.PENDING} or delegate.is_cancelled:
        abort(422)
    service.set_status(event, delegate_id, Status(status))
    flash(
        _("Approved.") if status == Status.APPROVED else _("The approval has been withdrawn."),
        "success",
    )
    return _to(event, delegate_id)


@delegates.post("/manage/<event:event>/delegates/<int:delegate_id>/link")
@requires(Access.ORGANISE)
def renew_link(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Replace the personal link; the answer alone shows it, and never again."""
    _delegate(event, delegate_id)
    secret = links.renew(event, delegate_id)
    return render_template(
        "delegates/link.html",
        event=event,
        delegate=_delegate(event, delegate_id),
        link=addresses.absolute("portal.show", secret=secret),
    )


@delegates.errorhandler(QuotaFull)
def _full(error: QuotaFull) -> ResponseReturnValue:
    """The one button of somebody who had a place when the page was shown, and has none now."""
    flash(_why_full(error), "danger")
    return _back_to_page()


@delegates.errorhandler(service.RegistrationOver)
def _over(_error: service.RegistrationOver) -> ResponseReturnValue:
    flash(
        _("This registration was merged into another one or anonymised; it stays as it is."),
        "warning",
    )
    return _back_to_page()


def _why_full(error: QuotaFull) -> str:
    names = quota_words.names_of(error)
    said = _("Give a reason to admit somebody beyond the places.")
    return f"{_('No place is left: %(names)s.', names=names)} {said}"


def _back_to_page() -> ResponseReturnValue:
    return _to(g.event, (request.view_args or {})["delegate_id"])


def _delegate(event: Event, delegate_id: int) -> Delegate:
    return search.load(event, delegate_id) or abort(404)


def _to(event: Event, delegate_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", event=event, delegate_id=delegate_id), 303)


def _code(form: PageForm) -> int:
    return 422 if form.errors else 200


def _say(form: OrganisersForm, error: Exception) -> None:
    """Put a refusal beside the field that it is about."""
    # The transaction was rolled back: what the page shows is read again.
    db.session.rollback()
    if isinstance(error, QuotaFull):
        form.beyond.errors = [_why_full(error)]
    elif isinstance(error, SameNameAndOffice):
        form.is_somebody_else.errors = [
            _("Somebody of this name is registered from this office already.")
        ]
    elif isinstance(error, AlreadyRegistered):
        form.email.errors = [_("Somebody of this name and e-mail address is registered already.")]
    elif isinstance(error, ClassOnAnotherDay):
        form.day_ids.errors = [_("The training class is on a day that is not chosen.")]
    elif isinstance(error, NotInThisEvent):
        form.refuse(error)
