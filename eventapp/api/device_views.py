"""What devices ask beside recording scans: what is new, walk-ins, badges."""

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.api.bearer import as_device, by_token, refuse, said
from eventapp.api.views import api
from eventapp.badges import desk
from eventapp.badges.desk_views import sent
from eventapp.checkin import reporting, roll_calls, syncing, walk_in_words, walk_ins
from eventapp.checkin.models import Device, Rights
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.pdf import raster
from eventapp.web.language import speak_as_asked

MAX_BODY = 256 * 1024
PICTURE_PIXELS_PER_MM = 6


@api.post("/events/<event:event>/sync")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device()
def sync(event: Event, device: Device) -> ResponseReturnValue:
    """What is new to the device; see the interface's document."""
    if (request.content_length or 0) > MAX_BODY:
        return refuse(413, f"a call has at most {MAX_BODY} bytes")
    try:
        report = reporting.parse(said())
    except reporting.Unreadable as error:
        return refuse(400, str(error))
    return Response(syncing.answer(event, device, report), mimetype="application/json")


@api.post("/events/<event:event>/walkins")
@requires(Access.DEVICE)
@limiter.limit("60 per minute", key_func=by_token)
@as_device(Rights.SUPERVISOR)
def register_walk_ins(event: Event, device: Device) -> ResponseReturnValue:
    """Register people who came unregistered; see the interface's document."""
    if (request.content_length or 0) > MAX_BODY:
        return refuse(413, f"a call has at most {MAX_BODY} bytes")
    body = said()
    batch = body.get("walk_ins") if isinstance(body, dict) else None
    if not isinstance(batch, list):
        return refuse(400, 'the body is JSON: {"walk_ins": [...]}')
    speak_as_asked()
    try:
        results = walk_ins.record(event, device, batch, settled=walk_in_words.settled())
    except walk_ins.BatchTooLarge:
        return refuse(413, f"a call has at most {walk_ins.MAX_BATCH} walk-ins")
    return jsonify(
        results=[
            {
                "id": it.id,
                "outcome": it.outcome,
                "why": walk_in_words.why(it.why),
                "delegate": it.delegate,
                **({"detail": it.detail} if it.detail else {}),
            }
            for it in results
        ]
    )


@api.post("/events/<event:event>/roll-calls")
@requires(Access.DEVICE)
@limiter.limit("60 per minute", key_func=by_token)
@as_device(Rights.LEADER, Rights.SUPERVISOR)
def keep_roll_calls(event: Event, device: Device) -> ResponseReturnValue:
    """Keep rolls that were closed or opened again; see the interface's document."""
    if (request.content_length or 0) > MAX_BODY:
        return refuse(413, f"a call has at most {MAX_BODY} bytes")
    body = said()
    batch = body.get("roll_calls") if isinstance(body, dict) else None
    if not isinstance(batch, list):
        return refuse(400, 'the body is JSON: {"roll_calls": [...]}')
    try:
        results = roll_calls.record(device, batch, body.get("sent_at"))
    except roll_calls.BatchTooLarge:
        return refuse(413, f"a call has at most {roll_calls.MAX_BATCH} roll calls")
    return jsonify(
        results=[
            {
                "id": it.id,
                "outcome": it.outcome,
                "reason": it.reason,
                **({"detail": it.detail} if it.detail else {}),
            }
            for it in results
        ]
    )


@api.post("/events/<event:event>/badge")
@requires(Access.DEVICE)
@limiter.limit("120 per minute", key_func=by_token)
@as_device(Rights.SUPERVISOR, Rights.KIOSK)
def badge(event: Event, device: Device) -> ResponseReturnValue:
    """The badge of whoever has the code, as a PDF of one page.

    It counts as printed once it is fetched; not so for a ``preview`` or a ``picture`` (a PNG).
    """
    body = said()
    if not isinstance(body, dict) or not isinstance(code := body.get("code"), str):
        return refuse(400, 'the body is JSON: {"code": "...", "preview": false, "picture": false}')
    speak_as_asked()
    is_picture = body.get("picture") is True
    is_preview = is_picture or body.get("preview") is True
    try:
        printed = desk.print_badge(
            event, code[:64], device.user_id, name=device.name, is_preview=is_preview
        )
    except desk.NobodyFound:
        return refuse(409, _("Nobody here has this code. Scan again, or find the person by name."))
    except desk.HasCancelled:
        return refuse(409, _("This person has cancelled or was replaced: no badge is printed."))
    except desk.NotApproved:
        return refuse(
            409, _("This person is not approved yet. Please send them to the organisers.")
        )
    if is_picture:
        (picture,) = raster.pictures(printed.content, [0], PICTURE_PIXELS_PER_MM)
        return Response(picture, mimetype="image/png")
    if is_preview:
        return Response(printed.content, mimetype="application/pdf")
    return sent(event.id, printed)
