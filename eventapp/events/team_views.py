"""Who works on an event: organisers, check-in staff and group leaders."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length

from eventapp.accounts import service
from eventapp.accounts.permissions import Access, Role, requires
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.text import clean
from eventapp.web.forms import PageForm

team = Blueprint("team", __name__, url_prefix="/manage/<event:event>/team")

ROLE_NAMES = {
    Role.ORGANISER: _l("Organiser: everything of this event"),
    Role.STAFF: _l("Check-in staff: scan and find people"),
    Role.LEADER: _l("Group leader: lists of the visit groups and the roll call of their own"),
}


class MemberForm(PageForm):
    """Somebody to give a role to."""

    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Enter the person's e-mail address.")), Length(max=254)],
    )
    name = StringField(
        _l("Full name"),
        [Length(max=200)],
        filters=[lambda value: clean(value or "")],
        description=_l("Needed only for somebody without an account."),
    )
    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=[(role.value, name) for role, name in ROLE_NAMES.items()],
    )
    submit = SubmitField(_l("Add to the team"))


@team.route("/", methods=["GET", "POST"])
@requires(Access.ORGANISE)
@limiter.limit("30 per minute", methods=["POST"])
def index(event: Event) -> ResponseReturnValue:
    """The team, and a form to add to it. A new account's password is shown once."""
    form = MemberForm()
    password = None
    if form.validate_on_submit():
        user = service.find_user(form.email.data or "")
        try:
            if user is None:
                password = service.new_password()
                user = service.create_user(
                    form.email.data or "", password, name=form.name.data or ""
                )
            service.set_role(user.id, event.id, Role(form.role.data))
        except service.InvalidEmail:
            form.email.errors = [_("This is not an e-mail address. Write it as name@place.vn.")]
            password = None
        except service.LastOrganiser:
            form.role.errors = [_("An event needs an organiser. Make somebody else one first.")]
        else:
            flash(_("%(name)s is on the team.", name=user.name), "success")
            if password is None:
                return redirect(url_for("team.index", event=event))
    page = render_template(
        "events/team.html",
        event=event,
        form=MemberForm(formdata=None) if password else form,
        members=service.members(event.id),
        role_names=ROLE_NAMES,
        new_email=form.email.data if password else None,
        new_password=password,
    )
    return page, 422 if form.errors else 200


@team.post("/remove")
@requires(Access.ORGANISE)
def remove(event: Event) -> ResponseReturnValue:
    """Take somebody off the team."""
    try:
        service.remove_role(request.form.get("user", 0, type=int), event.id)
    except service.LastOrganiser:
        flash(_("An event needs an organiser. Make somebody else one first."), "danger")
    else:
        flash(_("The person is no longer on the team."), "success")
    return redirect(url_for("team.index", event=event))
