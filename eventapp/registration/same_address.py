"""What the letter to an address says about others who are registered with it.

Nobody but the owner of the mailbox reads it: so it may tell what the page must not. It holds no
link to another registration, though, for a letter is passed on to the person it is about where an
office shares a mailbox: it leads to the page that sends each link in a letter of its own.
"""

from flask_babel import gettext as _

from eventapp.events.models import Event
from eventapp.mail import links
from eventapp.mail.placeholders import Notice
from eventapp.registration import duplicates
from eventapp.registration.models import Delegate


def notice(delegate: Delegate) -> Notice | None:
    """For somebody who has just been registered with an address; in the language in force."""
    others = duplicates.to_tell_the_owner_of(delegate)
    if not others:
        return None
    event = delegate.event
    return Notice(
        _(
            "Please note: with this e-mail address somebody is registered for %(event)s already: "
            "%(people)s. If that is you, please keep one of the registrations and cancel the "
            "other.",
            event=event.short_title_in(delegate.language),
            people="; ".join(f"{it.name}, {it.organisation.name}" for it in others),
        ),
        [(_("To have their links sent to this address"), _lost_link(event))],
        _("If it is somebody else who has the same address, you need not do anything."),
    )


def _lost_link(event: Event) -> str:
    return links.absolute("registration.lost_link", event=event)
