"""What devices ask beside recording scans: what is new, walk-ins, badges."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.api.bearer import as_device, refuse
from eventapp.api.views import api
from eventapp.checkin import reporting, syncing
from eventapp.checkin.models import Device
from eventapp.events.models import Event
from eventapp.extensions import limiter

MAX_BODY = 256 * 1024


def by_token() -> str:
    """Whose calls are counted: all devices of a building may share one address."""
    return request.headers.get("Authorization", "")


@api.post("/events/<event:event>/sync")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device()
def sync(event: Event, device: Device) -> ResponseReturnValue:
    """What is new to the device; see the interface's document."""
    if (request.content_length or 0) > MAX_BODY:
        return refuse(413, f"a call has at most {MAX_BODY} bytes")
    try:
        report = reporting.parse(request.get_json(silent=True))
    except reporting.Unreadable as error:
        return refuse(400, str(error))
    return Response(syncing.answer(event, device, report), mimetype="application/json")
