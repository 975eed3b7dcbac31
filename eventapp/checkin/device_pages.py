"""Organisers' pages of devices: make them, see how they are, change and end them."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import device_list, devices, leader_devices
from eventapp.checkin.devices import Provision
from eventapp.checkin.forms import DeviceForm, NewDevicesForm
from eventapp.checkin.models import Rights
from eventapp.checkin.names import SHORT_RIGHTS, STATES
from eventapp.checkin.views import PAGES, checkin
from eventapp.events.models import Event
from eventapp.mail.links import absolute
from eventapp.pdf import qr
from eventapp.visits.sites import groups_of

PAGES.append((_l("Devices"), "checkin.devices"))


@checkin.route("/manage/<event:event>/devices", methods=["GET", "POST"], endpoint="devices")
@requires(Access.ORGANISE)
def device_page(event: Event) -> ResponseReturnValue:
    """The devices of the event; links of new ones are shown once."""
    form = NewDevicesForm(event)
    if form.validate_on_submit():
        hours = form.hours.data or devices.LINK_HOURS
        try:
            return _links(
                event, devices.create_devices(event, form.names, hours=hours, **form.chosen)
            )
        except devices.NoSuchCheckpoint:
            form.say_gone()
    words = request.args.get("q", "")[:100]
    number = request.args.get("page", 1, type=int)
    page = render_template(
        "checkin/devices.html",
        event=event,
        form=form,
        groups=groups_of(event.id),
        words=words,
        found=device_list.page(event.id, words, number),
        unsent=device_list.unsent(event.id),
        rights=SHORT_RIGHTS,
        states=STATES,
    )
    return page, 422 if form.errors else 200


@checkin.route("/manage/<event:event>/devices/<int:device_id>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def device(event: Event, device_id: int) -> ResponseReturnValue:
    """One device: rename it, let it do something else, give it a new link, end it."""
    try:
        found = devices.find(event.id, device_id)
    except devices.DeviceNotFound:
        abort(404)
    form = DeviceForm(event, found)
    if form.validate_on_submit():
        try:
            devices.change(event, device_id, name=form.name.data or "", **form.chosen)
        except devices.DeviceNotFound:
            abort(404)
        except devices.NoSuchCheckpoint:
            form.say_gone()
        except devices.DeviceRevoked:
            flash(_("This device was revoked, and stays as it is."), "danger")
        except devices.BelongsToAccount:
            form.rights.errors = [_("Whoever has signed in supervises.")]
        else:
            flash(_("The device has been changed. It learns so within seconds."), "success")
            return redirect(url_for("checkin.devices", event=event))
    page = render_template(
        "checkin/device.html",
        event=event,
        form=form,
        row=device_list.row_of(found, is_live=devices.is_live(found)),
        states=STATES,
    )
    return page, 422 if form.errors else 200


@checkin.post("/manage/<event:event>/devices/<int:device_id>/link")
@requires(Access.ORGANISE)
def renew_link(event: Event, device_id: int) -> ResponseReturnValue:
    """A new link for a device; what it held until now ends."""
    try:
        made = devices.renew_link(event, device_id)
    except devices.DeviceNotFound:
        abort(404)
    except devices.DeviceRevoked:
        flash(_("This device was revoked. Add another one in its place."), "danger")
        return redirect(url_for("checkin.device", event=event, device_id=device_id))
    except devices.BelongsToAccount:
        flash(_("This is the page of somebody who has signed in: it needs no link."), "danger")
        return redirect(url_for("checkin.device", event=event, device_id=device_id))
    return _links(event, [made])


@checkin.post("/manage/<event:event>/devices/revoke")
@requires(Access.ORGANISE)
def revoke(event: Event) -> ResponseReturnValue:
    """End a device's token."""
    found = devices.revoke(event, request.form.get("device", 0, type=int))
    if found is None:
        abort(404)
    flash(_("%(name)s can no longer scan.", name=found.name), "success")
    return redirect(url_for("checkin.devices", event=event))


@checkin.post("/manage/<event:event>/devices/leaders")
@requires(Access.ORGANISE)
def leader_links(event: Event) -> ResponseReturnValue:
    """Devices for the leaders of all groups, one each; their links are shown once."""
    made = leader_devices.create_for_all(event, group_word=str(_("Group")))
    if not made:
        flash(_("There is no visit group yet."), "info")
        return redirect(url_for("checkin.devices", event=event))
    return _links(event, made)


@checkin.post("/manage/<event:event>/visits/groups/<int:group_id>/leader")
@requires(Access.ORGANISE)
def leader_link(event: Event, group_id: int) -> ResponseReturnValue:
    """A device for the leader of a group; its link is shown once."""
    try:
        made = leader_devices.create_for(event, group_id, group_word=str(_("Group")))
    except devices.NoSuchGroup:
        abort(404)
    return _links(event, [made])


def _links(event: Event, made: Sequence[Provision]) -> str:
    """The links as QR codes, on a page that can be printed and cut."""
    cards = []
    for it in made:
        link = absolute("checkin.provision", secret=it.link)
        picture = qr.svg(link, _("The link of “%(name)s” as a QR code", name=it.device.name))
        cards.append((it.device, link, Markup(picture)))  # noqa: S704 - drawn by us
    return render_template(
        "checkin/links.html", event=event, cards=cards, rights=SHORT_RIGHTS, kiosk=Rights.KIOSK
    )
