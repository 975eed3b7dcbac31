"""The app at the door, and how a phone or a browser becomes one of its devices."""

from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import devices, leading
from eventapp.checkin.models import Rights
from eventapp.checkin.wording import kiosk_words, words
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.web.security import allow_frames, allow_webassembly

checkin = Blueprint("checkin", __name__)

PAGES: list[tuple[Any, str]] = []
"""Organisers' pages around check-in as (label, endpoint), in any order: each links to the others.

Those of `_FIRST` come first.
"""
_FIRST = ("checkin.devices", "checkin.checkpoints")


@checkin.context_processor
def _pages() -> dict[str, Any]:
    first = [it for name in _FIRST for it in PAGES if it[1] == name]
    return {"checkin_pages": [*first, *(it for it in PAGES if it[1] not in _FIRST)]}


@checkin.get("/manage/<event:event>/checkin")
@requires(Access.CHECK_IN)
def desk(event: Event) -> ResponseReturnValue:
    """Makes the browser of somebody who has signed in a device, and goes on to the app."""
    return render_template(
        "checkin/open.html", event=event, token_url=url_for("checkin.token", event=event)
    )


@checkin.post("/manage/<event:event>/checkin/token")
@requires(Access.CHECK_IN)
@limiter.limit("30 per minute")
def token(event: Event) -> ResponseReturnValue:
    """The token of this browser: that which it holds (``held``), if it is this user's, or a new
    one."""
    held = request.form.get("held", "")[:100]
    made = devices.device_of_user(event, current_user.id, current_user.name, held=held)
    return jsonify(token=made.token)


@checkin.get("/manage/<event:event>/roll-call")
@requires(Access.CALL_ROLL)
def roll_call(event: Event) -> ResponseReturnValue:
    """Makes the browser of whoever leads a group that leader's device, and goes on to the app."""
    groups = leading.led_by(event.id, current_user.id)
    if not groups:
        return render_template("checkin/leads_nothing.html", event=event)
    return render_template(
        "checkin/open.html", event=event, token_url=url_for("checkin.leader_token", event=event)
    )


@checkin.post("/manage/<event:event>/roll-call/token")
@requires(Access.CALL_ROLL)
@limiter.limit("30 per minute")
def leader_token(event: Event) -> ResponseReturnValue:
    """As `token`, for whoever leads a group."""
    held = request.form.get("held", "")[:100]
    try:
        made = devices.device_of_user(
            event, current_user.id, current_user.name, rights=Rights.LEADER, held=held
        )
    except devices.LeadsNoGroup:
        abort(409)
    return jsonify(token=made.token)


@checkin.get("/checkin/")
@requires(Access.PUBLIC)
def app() -> ResponseReturnValue:
    """The app at the door. The page itself knows nothing: what it shows is the device's own."""
    allow_webassembly()
    allow_frames()
    return render_template("checkin/app.html", words=words(), kiosk_words=kiosk_words())


@checkin.route("/checkin/<secret>", methods=["GET", "POST"])
@requires(Access.SECRET)
@limiter.limit("30 per minute")
def provision(secret: str) -> ResponseReturnValue:
    """Make the browser that opens a device's link that device; each link works once."""
    try:
        if request.method != "POST":  # whoever shows what is behind a link does not use it up
            device = devices.find_by_link(secret)
            return render_template("checkin/provision.html", device=device, token=None)
        made = devices.redeem(secret)
    except devices.LinkUsed as error:
        is_late = isinstance(error, devices.LinkExpired)
        return render_template("checkin/link_used.html", is_late=is_late), 404
    return render_template(
        "checkin/provision.html",
        device=made.device,
        token=made.token,
        slug=made.device.event.slug,
        app=url_for("checkin.app"),
    )
