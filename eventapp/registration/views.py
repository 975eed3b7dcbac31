"""Public registration."""

import time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field
from wtforms.validators import DataRequired, StopValidation

from eventapp.accounts import audit
from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.registration import consent, contact, links, quota, quota_words, service
from eventapp.registration.forms import RegistrationForm, cleaned, diets
from eventapp.registration.models import Status
from eventapp.registration.offer import offered_by
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

registration = Blueprint("registration", __name__)


@registration.route("/e/<event:event>/register", methods=["GET", "POST"])
@requires(Access.PUBLIC)
# A whole office may stand behind one address.
@limiter.limit("60 per minute; 1000 per hour", methods=["POST"])
def register(event: Event) -> ResponseReturnValue:
    """The form; sent, it leads to the personal page of whoever registered."""
    if request.method == "GET" and (refusal := _refusal(event)):
        return render_template("registration/closed.html", event=event, refusal=refusal)
    form = RegistrationForm(offered_by(event))
    refusal, is_doubted = None, False
    if form.validate_on_submit():
        audit.actor.set("delegate")
        try:
            registered = service.register(
                event,
                form.data_of(),
                submission=form.submission.data,
                consent=service.Consent(consent.CURRENT),
                is_somebody_else="is_somebody_else" in request.form,
            )
        except service.RegistrationClosed:
            refusal = "closed"
        except service.QuotaFull as error:
            refusal = "full" if form.refuse_full(error) else None
        except service.SameNameAndOffice:
            is_doubted = True
            form.name.errors = [
                _("Somebody of this name is registered from this office already.")
                + " "
                + _("If that is you, have your link sent to you; if it is another person, say so.")
            ]
        except service.AlreadyRegistered as error:
            refusal = "mailed" if links.remind(event, error.delegate_id) else "already"
        except service.NotInThisEvent as error:
            form.refuse(error)
        except service.ClassOnAnotherDay:
            form.class_id.errors = [_("Choose the day of this class too, or no class.")]
        else:
            if registered.secret is not None:
                _say_done(event, registered)
                return redirect(url_for("portal.show", secret=registered.secret), 303)
            refusal = "already"  # the link was renewed since the form was sent first
    page = render_template(
        "registration/register.html",
        event=event,
        form=form,
        refusal=refusal,
        doubt=is_doubted,
        waits=event.has_waitlist and quota.left(event.id) == 0,
        diets=diets(),
        consent=consent.wording(current_language()).filled(event),
    )
    return page, 422 if form.is_submitted() else 200


def _say_done(event: Event, registered: service.Registered) -> None:
    if registered.is_replay:
        flash(_("This form was sent before. Here is your registration; nothing was added."), "info")
    elif registered.status == Status.WAITLISTED:
        full = quota.full_for(event.id, quota.claim_of(registered.delegate))
        names = "; ".join(quota_words.name_of(it) for it in full)
        flash(
            _("No place is left: you are on the waitlist (%(names)s).", names=names)
            if names
            else _("Every place is taken: you are on the waitlist."),
            "warning",
        )
    elif registered.status == Status.PENDING:
        flash(_("Your registration has arrived; the organisers will decide on it."), "success")
    else:
        flash(_("You are registered."), "success")


def _refusal(event: Event) -> str | None:
    """Why nobody can register now."""
    if not event.registration_open:
        return "closed"
    return "full" if quota.left(event.id) == 0 and not event.has_waitlist else None


_ANSWERS_EVERY_S = 0.5


class LostLinkForm(PageForm):
    """Where the lost link is to be sent."""

    email = EmailField(
        _l("E-mail address with which you are registered"),
        [DataRequired(_l("Enter the address with which you are registered."))],
        filters=[cleaned],
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254},
    )

    def validate_email(self, field: Field) -> None:
        """An address that mail can go to."""
        try:
            field.data = contact.normalise_email(field.data)
        except contact.InvalidEmail:
            raise StopValidation(
                _("This is not an e-mail address. Write one such as ten@bacninh.gov.vn.")
            ) from None


@registration.route("/e/<event:event>/lost-link", methods=["GET", "POST"])
@requires(Access.PUBLIC)
@limiter.limit("10 per minute; 60 per hour", methods=["POST"])
def lost_link(event: Event) -> ResponseReturnValue:
    """Send somebody their link; the answer is the same whether the address is known or not."""
    form = LostLinkForm()
    if form.validate_on_submit():
        began = time.monotonic()
        audit.actor.set("delegate")
        links.send_links_to(event, form.email.data or "")
        # Writing a letter takes longer than finding nobody: that would tell.
        time.sleep((began - time.monotonic()) % _ANSWERS_EVERY_S)
        return render_template("registration/lost_link.html", event=event, form=form, sent=True)
    page = render_template("registration/lost_link.html", event=event, form=form, sent=False)
    return page, 422 if form.errors else 200
