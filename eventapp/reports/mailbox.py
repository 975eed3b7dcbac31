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
from flask_babel import lazy_gettext as _l

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.mail import composing, outbox
from eventapp.mail.delivery import PICTURE
from eventapp.mail.models import MailStatus, Message
from eventapp.mail.outbox import Letter
from eventapp.pdf import qr
from eventapp.web import security

mailbox = Blueprint("mailbox", __name__)

# A letter brings its own styles and may do nothing else, nor stand in anybody else's page.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
# Why a letter was not sent any more: what composers say (eventapp.mail.composing.Overtaken).
OVERTAKEN = {
    "gone": _l("The person is no longer in the list."),
    "merged": _l("The registration was merged with another one."),
    "address": _l("The person has another e-mail address by now."),
    "status": _l("The registration stands otherwise by now."),
    "offer_over": _l("The offer was over by then."),
    "link": _l("The delegation has no link that could be sent; make a new one."),
    "submitted": _l("The list had been handed in by then."),
    "newer": _l("A later letter says all of it."),
    "nothing": _l("The programme of the person is as it was before."),
    "survey_over": _l("The survey is over."),
    "answered": _l("The person has answered."),
    "no_seat": _l("The person has no seat in a visit group any more."),
    "swap_over": _l("The swap of seats was answered, or is over."),
    "same_seat": _l("The person is in the visit group that they know of."),
    "": _l("Things stand otherwise by now."),
}


@mailbox.get("/manage/<event:event>/mailbox")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """The messages, the newest first but what was not delivered before all; or of one status."""
    wanted = request.args.get("status", "")
    status = MailStatus(wanted) if wanted in set(MailStatus) else None
    counts = outbox.counts(event.id)
    return render_template(
        "mailbox/index.html",
        event=event,
        page=outbox.page(event.id, request.args.get("page", 1, type=int), status, counts),
        counts=counts,
        status=status,
        label_of=composing.label_of,
        reason_of=_reason,
        is_sending=_is_sending(),
    )


@mailbox.get("/manage/<event:event>/mailbox/<int:message_id>")
@requires(Access.ORGANISE)
def show(event: Event, message_id: int) -> ResponseReturnValue:
    """One message, as it would be sent now."""
    message = _message(event, message_id)
    letter, overtaken = _letter(message)
    page = Response(
        render_template(
            "mailbox/show.html",
            event=event,
            message=message,
            letter=letter,
            overtaken=overtaken,
            kind=composing.kinds.get(message.kind),
            reason=_reason(message),
            is_sending=_is_sending(),
        )
    )
    page.headers["Content-Security-Policy"] = f"{security.policy()}; frame-src 'self'"
    return page


@mailbox.get("/manage/<event:event>/mailbox/<int:message_id>/letter")
@requires(Access.ORGANISE)
def letter(event: Event, message_id: int) -> ResponseReturnValue:
    """The HTML of a message, for the frame on its page."""
    found, _overtaken = _letter(_message(event, message_id))
    return framed(found or Letter("", ""))


@mailbox.post("/manage/<event:event>/mailbox/<int:message_id>/retry")
@requires(Access.ORGANISE)
def retry(event: Event, message_id: int) -> ResponseReturnValue:
    """Try to deliver a message again that was given up."""
    if not outbox.retry(event.id, message_id):
        abort(404)
    flash(_("The message is in the queue again."), "success")
    return redirect(url_for(".show", event=event, message_id=message_id))


@mailbox.post("/manage/<event:event>/mailbox/retry")
@requires(Access.ORGANISE)
def retry_all(event: Event) -> ResponseReturnValue:
    """Try to deliver everything again that was given up."""
    number = outbox.retry_all(event.id)
    flash(_("Messages that are in the queue again: %(count)s", count=number), "success")
    return redirect(url_for(".index", event=event))


def framed(letter: Letter) -> Response:
    """The HTML of a letter, for a frame that allows it nothing."""
    html = letter.html
    if letter.pass_code:
        picture = base64.b64encode(qr.png(letter.pass_code)).decode()
        html = html.replace(f'src="cid:{PICTURE}"', f'src="data:image/png;base64,{picture}"')
    page = Response(html, content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = _LETTER_POLICY
    page.headers["X-Frame-Options"] = "SAMEORIGIN"
    return page


def _letter(message: Message) -> tuple[Letter | None, str]:
    """What a message says, and why it would not be sent; neither once it is delivered."""
    if message.status in (MailStatus.SENT, MailStatus.DROPPED) and not message.text:
        return None, ""
    try:
        return composing.compose(message), ""
    except composing.Overtaken as overtaken:
        return None, str(OVERTAKEN.get(overtaken.reason, OVERTAKEN[""]))
    except composing.UnknownKind:
        return None, _("This version of the program does not know letters of this kind.")


def _reason(message: Message) -> str:
    """Why a message is not delivered: what the server said, or why it is not sent any more."""
    if message.status == MailStatus.DROPPED:
        return str(OVERTAKEN.get(message.error, OVERTAKEN[""]))
    return message.error


def _message(event: Event, message_id: int) -> Message:
    message = outbox.find(event.id, message_id)
    if message is None:
        abort(404)
    return message


def _is_sending() -> bool:
    return current_app.config["SETTINGS"].mail_url is not None
