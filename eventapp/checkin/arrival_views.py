"""The board of arrivals, the screens in the hall, and what both ask each second."""

from typing import Any

from flask import abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import StringField, SubmitField
from wtforms.validators import DataRequired, Length

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import arrival_pages, arrival_words, arrivals, live, live_call, screens
from eventapp.checkin.live import View
from eventapp.checkin.views import checkin
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.pdf import qr
from eventapp.text import clean
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

MISSING_FIRST = "missing"


class ScreenForm(PageForm):
    """A new screen."""

    name = StringField(
        _l("Where the screen hangs"),
        [DataRequired(_l("Enter a name, for example Foyer, left.")), Length(max=120)],
        filters=[lambda value: clean(value or "")],
    )
    submit = SubmitField(_l("Make a link"))


@checkin.get("/manage/<event:event>/arrivals", endpoint="arrivals")
@requires(Access.CHECK_IN)
def board(event: Event) -> ResponseReturnValue:
    """Who has arrived, delegation by delegation, how fast people come, and whom to call."""
    snapshot = live.current(event.id)
    language = current_language()
    key = request.args.get("at", "")
    place = arrival_pages.place_of(snapshot, key)
    if place is None and key:
        abort(404)
    page: dict[str, Any] = {
        "event": event,
        "chosen": key,
        "places": [(it.key, arrival_words.label(it, language)) for it in snapshot.facts.places],
        "missing_first": request.args.get("order") == MISSING_FIRST,
        "words": arrival_words.words(),
        "place": place,
    }
    if place is not None:
        shown = arrival_pages.board(snapshot, place, language, now())
        ordered = shown["tiles"]
        if page["missing_first"]:
            ordered = arrivals.missing_first(ordered)
        view = View(event.id, event.slug, arrival_pages.BOARD, language, (key,))
        page |= shown | {
            "ordered": ordered,
            "slots": {k: Markup(v) for k, v in arrival_pages.slots(shown).items()},  # noqa: S704 - of our template
            "live": url_for("checkin.live", token=live.token(view)),
        }
    return render_template("checkin/board.html", **page)


@checkin.get("/live/<token>", endpoint="live")
@requires(Access.SECRET)
def live_answer(token: str) -> ResponseReturnValue:
    """What a page is told each second. Most calls are answered before they come here."""
    try:
        found = live_call.answer(token, request.environ)
    except live.NoToken:
        return jsonify(error={"code": 404, "message": "no valid token"}), 404
    except live.Ended:
        return jsonify(error={"code": 410, "message": "this is shown no more"}), 410
    response = make_response(found.body, found.status)
    response.headers.extend(found.headers)
    return response


@checkin.route("/manage/<event:event>/screens", methods=["GET", "POST"], endpoint="screens")
@requires(Access.ORGANISE)
def screen_list(event: Event) -> ResponseReturnValue:
    """The screens of the event; a new one's link is shown once."""
    form = ScreenForm()
    made = None
    if form.validate_on_submit():
        try:
            made = screens.create(event, form.name.data or "")
            form = ScreenForm(formdata=None)
        except screens.NameTaken:
            form.name.errors = [_("There is a screen of this name. Choose another name.")]
    return _screens(event, form, made), 422 if form.errors else 200


@checkin.post("/manage/<event:event>/screens/link")
@requires(Access.ORGANISE)
def renew_screen(event: Event) -> ResponseReturnValue:
    """Another link for a screen, shown once."""
    try:
        made = screens.renew(event, _screen_id())
    except screens.NoScreen:
        abort(404)
    return _screens(event, ScreenForm(formdata=None), made)


@checkin.post("/manage/<event:event>/screens/revoke")
@requires(Access.ORGANISE)
def revoke_screen(event: Event) -> ResponseReturnValue:
    """End a screen's link."""
    try:
        screen = screens.revoke(event, _screen_id())
    except screens.NoScreen:
        abort(404)
    flash(_("“%(name)s” shows nothing any more.", name=screen.name), "success")
    return redirect(url_for("checkin.screens", event=event))


def _screen_id() -> int:
    return request.form.get("screen", 0, type=int)


def _screens(event: Event, form: ScreenForm, made: screens.Made | None) -> str:
    link = url_for("checkin.screen", secret=made.secret, _external=True) if made else ""
    return render_template(
        "checkin/screens.html",
        event=event,
        form=form,
        made=made,
        link=link,
        picture=Markup(qr.svg(link, _("The screen's link as a QR code"))) if link else "",  # noqa: S704 - drawn by us
        screens=screens.all_screens(event.id),
    )


@checkin.get("/screen/<secret>")
@requires(Access.SECRET)
@limiter.limit("600 per minute")  # all screens of a hall share one address
def screen(secret: str) -> ResponseReturnValue:
    """The arrivals in large type, without names and telephones."""
    try:
        found = screens.find(secret)
    except screens.NoScreen:
        return render_template("checkin/screen_ended.html"), 404
    event, language = found.event, current_language()
    snapshot = live.current(event.id)
    key = request.args.get("at", "")
    key = key if snapshot.facts.place(key) else ""
    place = arrival_pages.place_of(snapshot, key)
    tiles = arrivals.tiles(snapshot.facts, snapshot.passed, place) if place else []
    tiles = arrival_pages.on_screen(tiles)
    view = View(event.id, event.slug, arrival_pages.SCREEN, language, (key,), found.id)
    return render_template(
        "checkin/screen.html",
        event=event,
        label=arrival_words.label(place, language) if place else "",
        tiles=tiles,
        total=arrivals.total(tiles),
        say=arrival_words,
        words=arrival_words.words(),
        layout=arrival_pages.layout_of_screen(tiles, place) if place else "",
        live=url_for("checkin.live", token=live.token(view)),
    )
