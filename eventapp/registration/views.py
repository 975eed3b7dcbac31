"""Public registration."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts import audit
from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.registration import consent, links, quota, service
from eventapp.registration.choices import choices_for
from eventapp.registration.forms import RegistrationForm, diets
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
    form = RegistrationForm(choices_for(event))
    refusal = None
    if form.validate_on_submit():
        audit.actor.set("delegate")
        try:
            registered = service.register(
                event,
                form.data_of(),
                submission=form.submission.data,
                consent=service.Consent(consent.CURRENT),
            )
        except service.RegistrationClosed:
            refusal = "closed"
        except service.QuotaFull:
            refusal = "full"
        except service.AlreadyRegistered as error:
            refusal = "mailed" if links.remind(event, error.delegate_id) else "already"
        except service.NotInThisEvent as error:
            form.refuse(error)
        except service.ClassOnAnotherDay:
            form.class_id.errors = [_("Choose the day of this class too, or no class.")]
        else:
            if registered.secret is not None:
                _say_done(registered)
                return redirect(url_for("portal.show", secret=registered.secret), 303)
            refusal = "already"  # the link was renewed since the form was sent first
    page = render_template(
        "registration/register.html",
        event=event,
        form=form,
        refusal=refusal,
        diets=diets(),
        consent=consent.wording(current_language()).filled(event),
    )
    return page, 422 if form.is_submitted() else 200


def _say_done(registered: service.Registered) -> None:
    if registered.is_replay:
        flash(_("This form was sent before. Here is your registration; nothing was added."), "info")
    else:
        flash(_("You are registered."), "success")


def _refusal(event: Event) -> str | None:
    """Why nobody can register now."""
    if not event.registration_open:
        return "closed"
    return "full" if quota.left(event.id) == 0 else None
