"""The letter that confirms a withdrawal: ready at once, for nothing is known of anybody later."""

from flask_babel import force_locale, lazy_gettext

from eventapp.events.models import Event
from eventapp.mail import composing
from eventapp.mail.outbox import Letter
from eventapp.mail.placeholders import Facts, Wording
from eventapp.registration.letter_facts import reply_to

_SUBJECT = lazy_gettext("Consent withdrawn: {event}")
_BODY = lazy_gettext(
    "You have withdrawn your consent to the processing of your personal data for {event}.\n\n"
    "Your registration is cancelled and your personal data has been anonymised: your name, "
    "position, contacts, pass code and answers are no longer held. Statistics, in which you "
    "cannot be recognised, stay.\n\n"
    "This letter is the last one; the address it goes to is forgotten once it is sent."
)


def withdrawn(event: Event, language: str) -> Letter:
    """The letter in ``vi`` or ``en``; it names nobody."""
    with force_locale(language):
        facts = Facts(
            values={"event": event.title_in(language)},
            title=event.short_title_in(language),
            footer=[it for it in (event.organiser, event.contact_email) if it],
            reply_to=reply_to(event),
        )
        return composing.written(Wording(str(_SUBJECT), str(_BODY)), facts)
