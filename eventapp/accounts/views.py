"""Sign in, sign out, change the password."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from eventapp.accounts import service
from eventapp.accounts.forms import PasswordForm, SignInForm
from eventapp.accounts.permissions import Access, requires
from eventapp.extensions import limiter, login

accounts = Blueprint("accounts", __name__, url_prefix="/account")

login.user_loader(service.load_session)


def _typed_address() -> str:
    return "sign-in:" + service.normalise_email(request.form.get("email", ""))


@accounts.route("/sign-in", methods=["GET", "POST"])
@requires(Access.PUBLIC)
@limiter.limit("20 per minute; 200 per hour", methods=["POST"])
@limiter.limit("10 per 5 minutes", methods=["POST"], key_func=_typed_address)
def sign_in() -> ResponseReturnValue:
    """Open a session."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            user = service.authenticate(form.email.data or "", form.password.data or "")
        except service.WrongCredentials:
            form.password.errors = [_("The e-mail address or the password is not right.")]
        else:
            target = session.pop("after_sign_in", None) or url_for("events.manage")
            language = session.get("lang")
            session.clear()  # nothing of a session that somebody else may have begun
            session.permanent = True
            if language:
                session["lang"] = language
            login_user(user)
            return redirect(target)
    status = 422 if form.errors else 200
    return render_template("accounts/sign_in.html", form=form), status


@accounts.post("/sign-out")
@requires(Access.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("events.home"))


@accounts.route("/password", methods=["GET", "POST"])
@requires(Access.SIGNED_IN)
@limiter.limit("10 per minute", methods=["POST"])
def password() -> ResponseReturnValue:
    """Change one's own password; other sessions end."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            user = service.change_password(
                current_user.id, form.old.data or "", form.new.data or ""
            )
        except service.WrongCredentials:
            form.old.errors = [_("This is not your present password.")]
        else:
            login_user(user)
            flash(_("Your password has been changed."), "success")
            return redirect(url_for("events.manage"))
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200
