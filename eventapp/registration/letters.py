"""Letters to delegates, in their own language, added to the transaction in progress."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db, now
from eventapp.mail import links, outbox
from eventapp.mail.models import Message
from eventapp.pdf import qr
from eventapp.registration import personal_links
from eventapp.registration.itinerary import calendar_file
from eventapp.registration.models import Delegate, Status


class LetterKind(StrEnum):
    """What a letter to a delegate is about."""

    REGISTERED = "registered"
    RECEIVED = "received"  # waits for approval
    APPROVED = "approved"
    REFUSED = "refused"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"  # a place from the waitlist, to be taken in time
    OFFER_EXPIRED = "offer_expired"
    SUBSTITUTED = "substituted"  # to whom somebody else comes for
    LINK = "link"
    REMINDER = "reminder"


FIRST = {
    Status.APPROVED: LetterKind.REGISTERED,
    Status.PENDING: LetterKind.RECEIVED,
    Status.WAITLISTED: LetterKind.WAITLISTED,
    Status.OFFERED: LetterKind.OFFERED,
}
"""The first letter that somebody gets, by where their registration stands."""


def tell(delegate: Delegate, kind: LetterKind, **details: Any) -> None:
    """Write to a delegate, if there is an address.

    The delegate must be flushed, so that it has an id. ``details`` is what the letter needs beyond
    the delegate as it is: ``changes`` (field → [before, after]) and so on.
    """
    if delegate.email:
        _write_now(delegate, kind)


def are_worth_telling(changes: Mapping[str, Any]) -> bool:
    """Whether changes of a delegate concern the delegate: not the language of letters alone."""
    return bool(set(changes) - {"language"})


def was_told(delegate: Delegate, within: timedelta) -> bool:
    """Whether anything was written to the delegate so lately: each letter has the link."""
    query = select(Message.id).where(
        Message.delegate_id == delegate.id,
        Message.created_at > now() - within,
    )
    return db.session.scalar(query.limit(1)) is not None


_TEMPLATES = {
    LetterKind.REGISTERED: "registered",
    LetterKind.APPROVED: "registered",
    LetterKind.RECEIVED: "received",
    LetterKind.CANCELLED: "cancelled",
    LetterKind.LINK: "link",
}


def _write_now(delegate: Delegate, kind: LetterKind) -> None:
    template = _TEMPLATES.get(kind)
    if template is None:
        return
    admits = kind in (LetterKind.REGISTERED, LetterKind.APPROVED)
    secret = personal_links.known_secret(delegate)
    event = delegate.event
    with force_locale(delegate.language):
        subjects = {
            "registered": _("Registration: %(event)s"),
            "received": _("Registration received: %(event)s"),
            "link": _("Your personal link: %(event)s"),
            "cancelled": _("Registration cancelled: %(event)s"),
        }
        values = {
            "delegate": delegate,
            "event": event,
            "locale": delegate.language,
            "code": qr.grouped(delegate.code),
            "link": links.absolute("portal.show", secret=secret) if secret else None,
        }
        templates = current_app.jinja_env
        letter = outbox.Letter(
            subject=subjects[template] % {"event": event.short_title},
            # Rendered without the context of pages: commands write letters too.
            text=templates.get_template(f"mail/{template}.txt").render(values),
            html=templates.get_template(f"mail/{template}.html").render(values),
            calendar=calendar_file(delegate) if admits else None,
            pass_code=delegate.code if admits else "",
        )
    message = outbox.enqueue(
        letter,
        to_address=delegate.email,
        to_name=delegate.name,
        event_id=event.id,
        host=outbox.host_of(links.base_url()),
    )
    message.kind, message.delegate_id = kind, delegate.id
