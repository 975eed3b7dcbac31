"""The list of events, an event's own page and its colours."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.events import service
from eventapp.events.colours import stylesheet
from eventapp.events.models import Event
from eventapp.events.styleguide import sample_form
from eventapp.web.navigation import entries

events = Blueprint("events", __name__)


@events.get("/")
@requires(Access.PUBLIC)
def home() -> ResponseReturnValue:
    """The events that people can register for."""
    return render_template("events/home.html", events=service.all_events())


@events.get("/e/<event:event>/")
@requires(Access.PUBLIC)
def show(event: Event) -> ResponseReturnValue:
    """An event's public page."""
    return render_template("events/show.html", event=event)


@events.get("/e/<event:event>/colours.css")
@requires(Access.PUBLIC)
def colours(event: Event) -> ResponseReturnValue:
    """The categories' colours as classes: the content policy forbids styles in tags."""
    response = Response(stylesheet(event.categories), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@events.get("/manage/")
@requires(Access.SIGNED_IN)
def manage() -> ResponseReturnValue:
    """The events that the signed-in user has to do with; the only one opens at once."""
    mine = (
        service.all_events()
        if current_user.is_administrator
        else service.events_of(current_user.id)
    )
    if len(mine) == 1:
        return redirect(url_for("events.enter", event=mine[0]))
    return render_template("events/manage.html", events=mine)


@events.get("/manage/<event:event>/")
@requires(Access.SIGNED_IN)
def enter(event: Event) -> ResponseReturnValue:
    """The first page of the menu that the user may open."""
    menu = entries()
    if not menu:
        return render_template("events/manage.html", events=[]), 403
    return redirect(menu[0].url)


@events.get("/manage/styleguide")
@requires(Access.SIGNED_IN)
def styleguide() -> ResponseReturnValue:
    """Every component of the visual language on one page."""
    return render_template("styleguide.html", form=sample_form())
