"""Letters to delegates, in their own language, added to the transaction in progress."""

from collections.abc import Callable

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.mail import links, outbox
from eventapp.pdf import qr
from eventapp.registration.itinerary import calendar_file
from eventapp.registration.models import Delegate


def confirm(delegate: Delegate, secret: str | None) -> None:
    """That somebody is registered, with the way to their pass and their calendar."""
    _send(delegate, "registered", lambda: _("Registration: %(event)s"), secret, admits=True)


def received(delegate: Delegate, secret: str | None) -> None:
    """That a registration arrived and waits to be approved."""
    _send(delegate, "received", lambda: _("Registration received: %(event)s"), secret)


def send_link(delegate: Delegate, secret: str) -> None:
    """The way to one's own registration, for somebody who asked for it or lost it."""
    _send(delegate, "link", lambda: _("Your personal link: %(event)s"), secret)


def say_cancelled(delegate: Delegate) -> None:
    """That a registration was cancelled."""
    _send(delegate, "cancelled", lambda: _("Registration cancelled: %(event)s"), None)


def _send(
    delegate: Delegate,
    template: str,
    subject: Callable[[], str],
    secret: str | None,
    *,
    admits: bool = False,
) -> None:
    if not delegate.email:
        return
    event = delegate.event
    with force_locale(delegate.language):
        values = {
            "delegate": delegate,
            "event": event,
            "locale": delegate.language,
            "code": qr.grouped(delegate.code),
            "link": links.absolute("portal.show", secret=secret) if secret else None,
        }
        templates = current_app.jinja_env
        letter = outbox.Letter(
            subject=subject() % {"event": event.short_title},
            # Rendered without the context of pages: commands write letters too.
            text=templates.get_template(f"mail/{template}.txt").render(values),
            html=templates.get_template(f"mail/{template}.html").render(values),
            calendar=calendar_file(delegate) if admits else None,
            pass_code=delegate.code if admits else "",
        )
    outbox.enqueue(
        letter,
        to_address=delegate.email,
        to_name=delegate.name,
        event_id=event.id,
        host=outbox.host_of(links.base_url()),
    )
