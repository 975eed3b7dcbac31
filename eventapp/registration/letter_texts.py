"""The wording of the letters to delegates that we ship, and what its placeholders give.

Each text is one message of the catalogues, so that a letter is translated as a whole.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from eventapp.registration.letters import LetterKind


@dataclass(frozen=True, slots=True)
class Text:
    """A letter's name and occasion for organisers, its subject and its body."""

    label: Any
    when: Any
    subject: Any
    body: Any


PLACEHOLDERS = {
    "name": _l("the delegate's full name"),
    "position": _l("the position"),
    "organisation": _l("the organisation"),
    "delegation": _l("the delegation, where there is one"),
    "category": _l("what the delegate attends as"),
    "event": _l("the full title of the event"),
    "event_short": _l("the short title of the event"),
    "organiser": _l("the organiser"),
    "dates": _l("the days of the event"),
    "venue": _l("the venue and the place"),
    "days": _l("the days on which the delegate comes"),
    "training": _l("the training class, where one was chosen"),
    "contact": _l("name, phone and e-mail of the contact"),
    "details": _l("a table of what was registered; on a line of its own"),
}
LINK = _l("the delegate's personal page; alone on a line it is a button")
CODE = _l("the code of the pass in groups of four")
QR = _l("the QR code of the pass as a picture, with its code; on a line of its own")
DEADLINE = _l("until when the offered place is held")
REASON = _l("the reason that was given; without one its line is left out")
CHANGES = _l("what has changed, before and after; alone on a line it is a list")
SUBSTITUTE = _l("the name of the person who comes instead")

TEXTS = {
    LetterKind.REGISTERED: Text(
        _l("Registration confirmed"),
        _l("when somebody is registered and needs no approval"),
        _l("Registration confirmed: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "You are registered for: {event}\n\n"
            "{details}\n\n"
            "{qr}\n\n"
            "Your pass, and everything you may want to change, is on your personal page:\n\n"
            "{link}\n\n"
            "This link is yours alone: whoever has it can change or cancel your registration. "
            "Please do not forward it.\n\n"
            "At the entrance please show the QR code of the pass, on paper or on your phone.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.RECEIVED: Text(
        _l("Registration received"),
        _l("when somebody registers who needs approval"),
        _l("Registration received: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "We have received your registration for: {event}\n\n"
            "The organisers will look at it; you will get a letter once it is decided.\n\n"
            "{details}\n\n"
            "You can see, change or cancel it on your personal page:\n\n"
            "{link}\n\n"
            "This link is yours alone: whoever has it can change or cancel your registration. "
            "Please do not forward it.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.APPROVED: Text(
        _l("Registration approved"),
        _l("when organisers approve a registration"),
        _l("Registration approved: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "The organisers have approved your registration for: {event}\n\n"
            "{details}\n\n"
            "{qr}\n\n"
            "Your pass, and everything you may want to change, is on your personal page:\n\n"
            "{link}\n\n"
            "This link is yours alone: whoever has it can change or cancel your registration. "
            "Please do not forward it.\n\n"
            "At the entrance please show the QR code of the pass, on paper or on your phone.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.REFUSED: Text(
        _l("Registration refused"),
        _l("when organisers refuse a registration"),
        _l("Your registration: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "Thank you for registering for: {event}\n\n"
            "We are sorry that we cannot accept your registration.\n\n"
            "Reason: {reason}\n\n"
            "If you have questions, please contact the organisers: {contact}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.CHANGED: Text(
        _l("Registration changed"),
        _l("when anybody changes a registration"),
        _l("Registration changed: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "Your registration has been changed: {event}\n\n"
            "{changes}\n\n"
            "It now stands as follows:\n\n"
            "{details}\n\n"
            "If this is not as you wish, you can correct it on your personal page:\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.CANCELLED: Text(
        _l("Registration cancelled"),
        _l("when anybody cancels a registration"),
        _l("Registration cancelled: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "Your registration is cancelled: {event}\n\n"
            "Reason: {reason}\n\n"
            "Your pass is no longer valid. If this is a mistake, please contact the organisers: "
            "{contact}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.WAITLISTED: Text(
        _l("On the waitlist"),
        _l("when somebody registers and no place is left"),
        _l("You are on the waitlist: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "Thank you for registering for: {event}\n\n"
            "All places are taken at present, and you are on the waitlist. As soon as a place "
            "becomes free we will offer it by e-mail, in the order of registration.\n\n"
            "{details}\n\n"
            "You can see, change or withdraw your registration on your personal page:\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.OFFERED: Text(
        _l("Place offered"),
        _l("when a place becomes free for somebody on the waitlist"),
        _l("A place for you: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "A place has become free at: {event}\n\n"
            "It is held for you until {deadline}. Please accept it on your personal page before "
            "then; after that it is offered to the next person on the waitlist.\n\n"
            "{link}\n\n"
            "{details}\n\n"
            "If you can no longer come, please cancel on the same page, so that somebody else "
            "can.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.OFFER_EXPIRED: Text(
        _l("Offer expired"),
        _l("when an offered place was not accepted in time"),
        _l("The offered place has been given on: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "The place that we offered you was not accepted in time and has been offered to the "
            "next person on the waitlist: {event}\n\n"
            "If you would still like to come, please contact the organisers: {contact}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.SUBSTITUTED: Text(
        _l("Somebody else comes instead"),
        _l("to the person replaced, when a substitute is named"),
        _l("{substitute} comes in your place: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "{substitute} has been named to come in your place: {event}\n\n"
            "Your own registration is cancelled, and your pass is no longer valid. If this is a "
            "mistake, please contact the organisers: {contact}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.LINK: Text(
        _l("Personal link"),
        _l("when somebody has lost the link, or gets a new one"),
        _l("Your personal link: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "Here you find your registration for {event}, and can change or cancel it:\n\n"
            "{link}\n\n"
            "This link is yours alone: whoever has it can change or cancel your registration. "
            "Please do not forward it. If you did not ask for it, you need not do anything.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LetterKind.REMINDER: Text(
        _l("Reminder"),
        _l("when organisers remind those who come"),
        _l("Reminder: {event_short}, {dates}"),
        _l(
            "Dear {name},\n\n"
            "We look forward to seeing you at: {event}\n\n"
            "Time: {dates}\n"
            "Venue: {venue}\n\n"
            "{details}\n\n"
            "{qr}\n\n"
            "At the entrance please show the QR code of the pass, on paper or on your phone. "
            "If anything has changed, or you can no longer come, please say so on your personal "
            "page:\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
}
