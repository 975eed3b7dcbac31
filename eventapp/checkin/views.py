"""The page at which people are scanned, and the devices that may open it."""

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from wtforms import StringField, SubmitField
from wtforms.validators import DataRequired, Length

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import checkpoints, devices
from eventapp.checkin.wording import kiosk_words, words
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.pdf import qr
from eventapp.text import clean
from eventapp.web.forms import PageForm
from eventapp.web.security import allow_frames, allow_webassembly

checkin = Blueprint("checkin", __name__)


class DeviceForm(PageForm):
    """A new device."""

    name = StringField(
        _l("Where the device stands"),
        [DataRequired(_l("Enter a name, for example Main door 1.")), Length(max=120)],
        filters=[lambda value: clean(value or "")],
    )
    submit = SubmitField(_l("Add the device"))


@checkin.get("/manage/<event:event>/checkin")
@requires(Access.CHECK_IN)
def desk(event: Event) -> ResponseReturnValue:
    """The scanning page for somebody who has signed in."""
    allow_webassembly()
    allow_frames()
    return render_template("checkin/desk.html", event=event, words=words())


@checkin.post("/manage/<event:event>/checkin/token")
@requires(Access.CHECK_IN)
@limiter.limit("30 per minute")
def token(event: Event) -> ResponseReturnValue:
    """A device token for this browser; asked for once, then kept by the browser."""
    made = devices.device_of_user(event, current_user.id, current_user.name)
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
        if request.method == "GET":
            device = devices.find_by_link(secret)
            return render_template("checkin/provision.html", device=device, token=None)
        made = devices.redeem(secret)
    except devices.LinkUsed:
        return render_template("checkin/link_used.html"), 404
    page = render_template(
        "checkin/provision.html",
        device=made.device,
        token=made.token,
        slug=made.device.event.slug,
    )
    return page


@checkin.route("/manage/<event:event>/devices", methods=["GET", "POST"], endpoint="devices")
@requires(Access.ORGANISE)
def device_list(event: Event) -> ResponseReturnValue:
    """The devices of the event; a new one's link is shown once."""
    form = DeviceForm()
    made = link = None
    if form.validate_on_submit():
        made = devices.create_device(event, form.name.data or "")
        link = url_for("checkin.provision", secret=made.link, _external=True)
        form = DeviceForm(formdata=None)
    page = render_template(
        "checkin/devices.html",
        event=event,
        form=form,
        link=link,
        picture=Markup(qr.svg(link, _("The device's link as a QR code"))) if link else "",  # noqa: S704 - drawn by us
        made=made,
        devices=devices.all_devices(event.id),
        checkpoints=checkpoints.all_checkpoints(event.id),
    )
    return page, 422 if form.errors else 200


@checkin.post("/manage/<event:event>/devices/revoke")
@requires(Access.ORGANISE)
def revoke(event: Event) -> ResponseReturnValue:
    """End a device's token."""
    device = devices.revoke(event, request.form.get("device", 0, type=int))
    if device is None:
        abort(404)
    flash(_("%(name)s can no longer scan.", name=device.name), "success")
    return redirect(url_for("checkin.devices", event=event))


@checkin.post("/manage/<event:event>/devices/checkpoints")
@requires(Access.ORGANISE)
def make_checkpoints(event: Event) -> ResponseReturnValue:
    """Make the checkpoints that the programme and the visit groups call for."""
    added = checkpoints.make_checkpoints(event)
    flash(_("Checkpoints added: %(count)d.", count=added), "success")
    return redirect(url_for("checkin.devices", event=event))
