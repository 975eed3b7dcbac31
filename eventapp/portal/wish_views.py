"""One's own wishes for site visits, while they can be said and nothing else can be changed."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.portal.views import _delegate, _guessing, _page, may_say_wishes, portal
from eventapp.registration import wishing
from eventapp.registration.errors import NotInThisEvent
from eventapp.registration.models import Delegate


@portal.route("/<secret>/wishes", methods=["GET", "POST"])
@requires(Access.SECRET)
@_guessing
def wishes(secret: str) -> ResponseReturnValue:
    """Change the wishes alone: their deadline may be later than that of the registration."""
    delegate = _delegate(secret)
    if not may_say_wishes(delegate):
        return redirect(url_for(".show", secret=secret))
    rules = wishing.rules(delegate.event_id, db.session())
    present = [it.site_id for it in delegate.preferences]
    form, problem = FlaskForm(), ""
    typed = present
    if form.validate_on_submit():
        names = (f"wish-{rank}" for rank in range(1, wishing.MOST + 1))
        typed = [int(it) for name in names if (it := request.form.get(name, "")).isdecimal()]
        if not (problem := _say(delegate, typed)):
            return redirect(url_for(".show", secret=secret), 303)
        delegate = _delegate(secret)
    sites = list(delegate.event.sites)
    page = _page(
        "portal/wishes.html",
        secret,
        delegate,
        sites=sites,
        ranks=range(1, max(rules.number(len(sites)), len(present)) + 1),
        chosen=typed,
        before=",".join(map(str, present)),
        until=rules.until,
        problem=problem,
    )
    return page, 422 if problem else 200


def _say(delegate: Delegate, typed: list[int]) -> str:
    """Write the wishes; why not, where that cannot be."""
    before = [int(it) for it in request.form.get("before", "").split(",") if it.isdecimal()]
    try:
        said = wishing.say(delegate.event, {delegate.id: wishing.Wanted(before, typed)})
    except wishing.WishesOver:
        return _("It is too late: only the organisers can change wishes now.")
    except wishing.TooManyWishes:
        return _("You wish for one place twice. Choose another, or “No wish”.")
    except NotInThisEvent:
        return _("A place can no longer be chosen. Choose another.")
    if said.overtaken:
        return _("Your wishes were changed elsewhere meanwhile. Look at them, and save again.")
    flash(_("Your changes are saved."), "success")
    return ""
