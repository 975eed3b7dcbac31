"""The mailbox: what was written to delegates, and whether it was delivered."""

import base64

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.mail import outbox
from eventapp.mail.delivery import PICTURE
from eventapp.mail.models import Message
from eventapp.pdf import qr
from eventapp.web import security

mailbox = Blueprint("mailbox", __name__)

# A letter brings its own styles and may do nothing else, nor stand in anybody else's page.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)


@mailbox.get("/manage/<event:event>/mailbox")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """The messages, the newest first."""
    return render_template(
        "mailbox/index.html",
        event=event,
        page=outbox.page(event.id, request.args.get("page", 1, type=int)),
        counts=outbox.counts(event.id),
        is_sending=_is_sending(),
    )


@mailbox.get("/manage/<event:event>/mailbox/<int:message_id>")
@requires(Access.ORGANISE)
def show(event: Event, message_id: int) -> ResponseReturnValue:
    """One message."""
    page = Response(
        render_template(
            "mailbox/show.html",
            event=event,
            message=_message(event, message_id),
            is_sending=_is_sending(),
        )
    )
    page.headers["Content-Security-Policy"] = f"{security.policy()}; frame-src 'self'"
    return page


@mailbox.get("/manage/<event:event>/mailbox/<int:message_id>/letter")
@requires(Access.ORGANISE)
def letter(event: Event, message_id: int) -> ResponseReturnValue:
    """The HTML of a message, for the frame on its page."""
    message = _message(event, message_id)
    html = message.html
    if message.pass_code:
        picture = base64.b64encode(qr.png(message.pass_code)).decode()
        html = html.replace(f"cid:{PICTURE}", f"data:image/png;base64,{picture}")
    page = Response(html, content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = _LETTER_POLICY
    page.headers["X-Frame-Options"] = "SAMEORIGIN"
    return page


@mailbox.post("/manage/<event:event>/mailbox/<int:message_id>/retry")
@requires(Access.ORGANISE)
def retry(event: Event, message_id: int) -> ResponseReturnValue:
    """Try to deliver a message again that was given up."""
    if not outbox.retry(event.id, message_id):
        abort(404)
    flash(_("The message is in the queue again."), "success")
    return redirect(url_for(".show", event=event, message_id=message_id))


def _message(event: Event, message_id: int) -> Message:
    message = outbox.find(event.id, message_id)
    if message is None:
        abort(404)
    return message


def _is_sending() -> bool:
    return current_app.config["SETTINGS"].mail_url is not None
