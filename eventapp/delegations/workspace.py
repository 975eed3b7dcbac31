"""The workspace of a delegation, behind the secret of its link: no account, one list."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts import audit
from eventapp.accounts.permissions import Access, requires
from eventapp.database import db, now
from eventapp.delegations import changes, invitations, listing
from eventapp.delegations.forms import HoldForm, LeadsForm, ReasonForm
from eventapp.delegations.freezing import is_frozen, is_over
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.questions import downloads, files
from eventapp.registration import consent, duplicates, holding, quota
from eventapp.registration.choices import Choices, choices_for
from eventapp.registration.errors import (
    AlreadyRegistered,
    ClassOnAnotherDay,
    NotInThisEvent,
    RegistrationError,
    SameNameAndOffice,
)
from eventapp.registration.forms import NOT_CHOSEN, diets
from eventapp.registration.models import Delegate, Delegation, HeldPlace
from eventapp.registration.quota import QuotaFull
from eventapp.registration.service import Consent
from eventapp.registration.substitute_form import SubstituteForm

workspace = Blueprint("workspace", __name__, url_prefix="/d")

guessing = limiter.limit("240 per minute", scope="delegation-link")


@workspace.get("/<secret>")
@requires(Access.SECRET)
@guessing
def show(secret: str) -> ResponseReturnValue:
    """The list, the places, what is asked for."""
    delegation = delegation_of(secret)
    invitations.remember_visit(delegation.id)
    people = listing.people(delegation.id)
    return page_of(
        "show.html",
        secret,
        delegation,
        numbers={name: request.args.get(name, type=int) for name in ("added", "changed", "asked")},
        quotas=quota.all_of(delegation.event_id, delegation_id=delegation.id),
        people=people,
        coming=sum(it.is_coming for it in people),
        held=holding.held(delegation.id),
        requests=listing.requests(delegation.event_id, delegation_id=delegation.id),
        hold_form=_hold_form(delegation),
        form=ReasonForm(),
    )


@workspace.route("/<secret>/new", methods=["GET", "POST"])
@workspace.route("/<secret>/places/<int:place_id>/fill", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def new(secret: str, place_id: int | None = None) -> ResponseReturnValue:
    """Register one person, perhaps for a held place."""
    delegation = delegation_of(secret)
    place = _place(delegation, place_id) if place_id else None
    values: dict[str, Any] = {}
    if place is not None:
        values = {
            "category_id": place.category_id,
            "organisation_id": place.organisation_id or NOT_CHOSEN,
        }
    form = LeadsForm(choices_of(delegation), **values)
    is_doubted = False
    if form.validate_on_submit():
        try:
            done = changes.add(
                delegation.event,
                delegation.id,
                form.data_of("vi"),
                submission=form.submission.data or "",
                consent=Consent(consent.CURRENT, "lead"),
                held_place_id=place_id,
                is_somebody_else=bool(form.is_somebody_else.data),
            )
        except changes.AskedAlready:
            _flash_asked_already()
            return _back(secret)
        except (RegistrationError, QuotaFull) as error:
            delegation = delegation_of(secret)
            is_doubted = _say(form, error)
        else:
            _flash(done, _("Registered."))
            _flash_same_address(done, delegation.id)
            return _back(secret)
    page = page_of(
        "person.html", secret, delegation, form=form, place=place, diets=diets(), doubt=is_doubted
    )
    return page, 422 if form.errors else 200


@workspace.route("/<secret>/people/<int:delegate_id>", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def edit(secret: str, delegate_id: int) -> ResponseReturnValue:
    """Change one person."""
    delegation = delegation_of(secret)
    delegate = _member(delegation, delegate_id)
    form = LeadsForm(choices_of(delegation, delegate), delegate)
    status = 200
    if form.validate_on_submit():
        try:
            done = changes.edit(
                delegation.event,
                delegation.id,
                delegate_id,
                form.data_of(delegate.language),
                revision=form.read_revision,
            )
        except StaleDataError:
            status = 409
            delegation = delegation_of(secret)
            delegate = _member(delegation, delegate_id)
            form.revision.raw_data = None
            form.revision.data = str(delegate.revision)
        except changes.AskedAlready:
            delegation = delegation_of(secret)
            _flash_asked_already()
            return _back(secret)
        except (RegistrationError, QuotaFull) as error:
            delegation = delegation_of(secret)
            delegate = _member(delegation, delegate_id)
            _say(form, error)
        else:
            _flash(done, _("Your changes are saved."))
            return _back(secret)
    page = page_of(
        "person.html",
        secret,
        delegation,
        form=form,
        delegate=delegate,
        diets=diets(),
        changed=status == 409,
    )
    return page, 422 if form.errors else status


@workspace.get("/<secret>/people/<int:delegate_id>/files/<int:file_id>")
@requires(Access.SECRET)
@guessing
def file(secret: str, delegate_id: int, file_id: int) -> ResponseReturnValue:
    """A file that was handed in for one person."""
    delegate = _member(delegation_of(secret), delegate_id)
    return downloads.answer(files.of_delegate(delegate.id, file_id, public=True) or abort(404))


@workspace.route("/<secret>/people/<int:delegate_id>/cancel", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def cancel(secret: str, delegate_id: int) -> ResponseReturnValue:
    """Take somebody off the list, after one question."""
    delegation = delegation_of(secret)
    delegate = _member(delegation, delegate_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            done = changes.cancel(
                delegation.event, delegation.id, delegate_id, form.reason.data or ""
            )
        except changes.AskedAlready:
            _flash_asked_already()
        else:
            _flash(done, _("Taken off the list."))
        return _back(secret)
    page = page_of("cancel.html", secret, delegation, form=form, delegate=delegate)
    return page, 422 if form.errors else 200


@workspace.route("/<secret>/people/<int:delegate_id>/substitute", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def substitute(secret: str, delegate_id: int) -> ResponseReturnValue:
    """Send somebody else instead."""
    delegation = delegation_of(secret)
    delegate = _member(delegation, delegate_id)
    form = SubstituteForm(position=delegate.position)
    is_doubted = False
    if form.validate_on_submit():
        try:
            done = changes.substitute(
                delegation.event,
                delegation.id,
                delegate_id,
                form.person(),
                consent=Consent(consent.CURRENT, "lead"),
                reason=form.reason.data or "",
                is_somebody_else=bool(form.is_somebody_else.data),
            )
        except changes.AskedAlready:
            _flash_asked_already()
            return _back(secret)
        except (RegistrationError, QuotaFull) as error:
            delegation = delegation_of(secret)
            delegate = _member(delegation, delegate_id)
            is_doubted = isinstance(error, SameNameAndOffice)
            form.name.errors = [listing.why_not(error)]
        else:
            _flash(done, _("The substitute has taken over."))
            return _back(secret)
    page = page_of(
        "substitute.html",
        secret,
        delegation,
        form=form,
        delegate=delegate,
        diets=diets(),
        doubt=is_doubted,
    )
    return page, 422 if form.errors else 200


@workspace.post("/<secret>/places")
@requires(Access.SECRET)
@guessing
def hold(secret: str) -> ResponseReturnValue:
    """Hold places for people named later."""
    delegation = delegation_of(secret)
    form = _hold_form(delegation)
    if form.validate_on_submit():
        try:
            done = changes.hold(
                delegation.event,
                delegation.id,
                category_id=form.category_id.data,
                organisation_id=form.organisation_id.data or None,
                number=form.number.data or 1,
                note=form.note.data or "",
            )
        except (RegistrationError, QuotaFull) as error:
            flash(listing.why_not(error), "danger")
        else:
            _flash(done, _("The places are held."))
    else:
        for messages in form.errors.values():
            flash(" ".join(str(it) for it in messages), "danger")
    return _back(secret)


@workspace.post("/<secret>/places/<int:place_id>/give-back")
@requires(Access.SECRET)
@guessing
def give_back(secret: str, place_id: int) -> ResponseReturnValue:
    """Hold a place no longer."""
    delegation = delegation_of(secret)
    try:
        done = changes.give_back(delegation.event, delegation.id, place_id)
    except changes.AskedAlready:
        _flash_asked_already()
    except holding.HeldPlaceNotFound as error:
        flash(listing.why_not(error), "warning")
    else:
        _flash(done, _("The place is free again."))
    return _back(secret)


@workspace.route("/<secret>/submit", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def submit(secret: str) -> ResponseReturnValue:
    """Hand the list in, after one question."""
    delegation = delegation_of(secret)
    form = ReasonForm()
    if form.validate_on_submit():
        changes.submit(delegation.event, delegation.id)
        flash(_("The list has been handed in. Thank you."), "success")
        return _back(secret)
    people = listing.people(delegation.id)
    return page_of(
        "submit.html",
        secret,
        delegation,
        form=form,
        coming=sum(it.is_coming for it in people),
        held=holding.held(delegation.id),
    )


@workspace.post("/<secret>/requests/<int:request_id>/withdraw")
@requires(Access.SECRET)
@guessing
def withdraw(secret: str, request_id: int) -> ResponseReturnValue:
    """Take back a request that nobody has decided."""
    delegation = delegation_of(secret)
    try:
        changes.withdraw(delegation.event, delegation.id, request_id)
    except changes.RequestNotFound:
        abort(404)
    except changes.AlreadyDecided:
        flash(_("This request has been decided already."), "warning")
    else:
        flash(_("The request is withdrawn."), "success")
    return _back(secret)


def delegation_of(secret: str) -> Delegation:
    """Whose link it is; 404 for nobody's. What is changed there is recorded as the lead's."""
    delegation = invitations.by_secret(secret)
    if delegation is None:
        abort(_no_such_link())
    g.event = delegation.event
    audit.actor.set(f"lead:{delegation.id}")
    return delegation


def _no_such_link() -> Response:
    """The same for a link that was replaced and for one that never was."""
    return _private(Response(render_template("workspace/no_such_link.html"), 404))


def choices_of(
    delegation: Delegation, delegate: Delegate | None = None, *, taken: bool = False
) -> Choices:
    """What people of the delegation may choose; ``taken``: and the classes they are in already."""
    event: Event = delegation.event
    return choices_for(event, delegate=delegate, delegation_id=delegation.id, taken=taken)


def _hold_form(delegation: Delegation) -> HoldForm:
    choices = choices_of(delegation)
    return HoldForm(choices, choices.offices(choices.delegations[0]))


def _member(delegation: Delegation, delegate_id: int) -> Delegate:
    delegate = listing.member(delegation.id, delegate_id)
    if delegate is None or delegate.is_cancelled:
        abort(404)
    return delegate


def _place(delegation: Delegation, place_id: int) -> HeldPlace:
    place = db.session.get(HeldPlace, place_id)
    if place is None or place.delegation_id != delegation.id:
        abort(404)
    return place


def _say(form: LeadsForm, error: RegistrationError | QuotaFull) -> bool:
    """Put a refusal beside its field; whether it can be overcome by saying who is meant."""
    if isinstance(error, NotInThisEvent):
        form.refuse(error)
    elif isinstance(error, ClassOnAnotherDay):
        form.class_id.errors = [_("Choose the day of this class too, or no class.")]
    elif isinstance(error, SameNameAndOffice):
        form.name.errors = [
            _("Somebody of this name is registered from this office already.")
            + " "
            + _("If it is another person, tick “another person” below and save again.")
        ]
        return True
    elif isinstance(error, AlreadyRegistered):
        form.name.errors = [_("Somebody of this name and e-mail address is registered already.")]
    elif isinstance(error, QuotaFull):
        if rest := form.refuse_full(error):
            form.name.errors = rest
    else:
        form.name.errors = [listing.why_not(error)]
    return False


def _flash(done: changes.Done, said: str) -> None:
    if done.request is not None:
        flash(
            _("The list is closed: your change is now a request that the organisers decide on."),
            "info",
        )
    else:
        flash(said, "success")


def _flash_same_address(done: changes.Done, delegation_id: int) -> None:
    """Of people on the same list alone."""
    if done.delegate is None:
        return
    if others := duplicates.others_at(done.delegate, delegation_id=delegation_id):
        flash(
            _(
                "The same e-mail address as %(names)s. If they are one person, "
                "take one of them off the list.",
                names=", ".join(others),
            ),
            "warning",
        )


def _flash_asked_already() -> None:
    flash(
        _("There is a request about this that is not decided yet. Withdraw it first."),
        "warning",
    )


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for(".show", secret=secret), 303)


def page_of(template: str, secret: str, delegation: Delegation, **values: Any) -> Response:
    """A page of the workspace: not indexed, not kept."""
    at = now()
    page = Response(
        render_template(
            f"workspace/{template}",
            event=delegation.event,
            delegation=delegation,
            secret=secret,
            frozen=is_frozen(delegation, at),
            is_over=is_over(delegation, at),
            **values,
        )
    )
    return _private(page)


def _private(page: Response) -> Response:
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    page.headers["Cache-Control"] = "no-store"
    return page
