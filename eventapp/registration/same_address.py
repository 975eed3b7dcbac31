"""What the letter to an address says about others who are registered with it.

Nobody but the owner of the mailbox reads it: so it may tell what the page must not, and give the
links that the owner would get by asking for lost ones.
"""

from flask_babel import gettext as _

from eventapp.mail import links
from eventapp.mail.placeholders import Notice
from eventapp.registration import duplicates, personal_links
from eventapp.registration.models import Delegate


def notice(delegate: Delegate) -> Notice | None:
    """For somebody who has just been registered with an address; in the language in force."""
    others = duplicates.to_tell_the_owner_of(delegate)
    if not others:
        return None
    event = delegate.event
    return Notice(
        _(
            "Please note: with this e-mail address somebody is registered for %(event)s already. "
            "If that is you, please keep one of the registrations and cancel the other; here you "
            "see it and can correct it:",
            event=event.short_title_in(delegate.language),
        ),
        [(f"{it.name}, {it.organisation.name}", _link(it)) for it in others],
        _("If it is somebody else who has the same address, you need not do anything."),
    )


def _link(delegate: Delegate) -> str:
    """The personal link; where it cannot be known, the page that sends one."""
    secret = personal_links.known_secret(delegate)
    if secret is None:
        return links.absolute("registration.lost_link", event=delegate.event)
    return links.absolute("portal.show", secret=secret)
