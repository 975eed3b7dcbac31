"""Invitations to an event: to each delegation, office or person, with what they have to know."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import BinaryIO

from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from eventapp.documents import heads, people, settings
from eventapp.documents.invitation_pdf import (
    Addressee,
    Invitation,
    write_invitations,
    write_invitations_apart,
)
from eventapp.documents.paper import PDF, ZIP, Kind, NothingToPrint, Order
from eventapp.documents.people import Arrangement, Chosen, Named
from eventapp.documents.whose import (
    DelegationOptions,
    chosen_of,
    delegation_field,
    pending_field,
)
from eventapp.events.models import Event
from eventapp.pdf import letterhead
from eventapp.programme import published
from eventapp.programme.models import SessionKind
from eventapp.web.language import phone

_KIND = "GM"
_SUMMED_UP = {SessionKind.PLENARY, SessionKind.TRAINING, SessionKind.VISIT}
_DAY_PATTERNS = {"vi": "EEEE, 'ngày' dd/MM/yyyy", "en": "EEEE, d MMMM yyyy"}


class To(StrEnum):
    """To whom letters go."""

    DELEGATION = "delegation"
    OFFICE = "office"
    PERSON = "person"


class InvitationOptions(DelegationOptions):
    """To whom, with which number, in one file or many."""

    to = SelectField(
        _l("Addressed to"),
        choices=[
            (To.DELEGATION.value, _l("Each delegation")),
            (To.OFFICE.value, _l("Each office")),
            (To.PERSON.value, _l("Each person")),
        ],
        default=To.DELEGATION.value,
    )
    delegation = delegation_field()
    number = IntegerField(
        _l("Number of the paper"),
        [Optional(), NumberRange(1, 999_999, _l("Enter a number from 1 to 999999."))],
        description=_l("Empty leaves it to be written by hand."),
    )
    counting = BooleanField(
        _l("Count on from that number"),
        description=_l("Otherwise all letters have the same number."),
    )
    brief = BooleanField(_l("Without the summary of the programme"))
    apart = BooleanField(_l("Each letter in a file of its own, in a ZIP file"))
    pending = pending_field()


def write(order: Order, stream: BinaryIO) -> None:
    """Write the invitations that were ordered. Raises NothingToPrint if there is nobody."""
    options, event = order.options, order.event
    chosen = chosen_of(order)
    if not people.count(chosen):
        raise NothingToPrint(_("There is nobody to invite: nobody has been approved yet."))
    to = To(options["to"])
    with force_locale(order.language):
        invitation = _invitation(event, to, order)
        addressees = order.shown(_addressees(event, chosen, to, order))
        if options["apart"] and not order.is_preview:
            write_invitations_apart(invitation, addressees, stream)
        else:
            write_invitations(invitation, addressees, stream)


def _addressees(event: Event, chosen: Chosen, to: To, order: Order) -> Iterator[Addressee]:
    first = order.options["number"] if order.options["counting"] else None
    number_of = heads.numbers_of(event, _KIND)
    for at, (lines, stem) in enumerate(_recipients(people.people(chosen, Arrangement.OFFICE), to)):
        yield Addressee(lines, stem, number_of(str(first + at)) if first else "")


def _recipients(source: Iterable[Named], to: To) -> Iterator[tuple[tuple[str, ...], str]]:
    """Lines and the stem of the file's name; of each delegation and office the first alone.

    Who belongs to no delegation is invited through their office.
    """
    seen: tuple[bool, int] | None = None
    for it in source:
        if to is To.PERSON:
            post = ", ".join(filter(None, (it.position, it.whole_office)))
            stem = " ".join(filter(None, ("" if it.is_other else it.delegation, it.name)))
            yield (_("Mr/Ms %(name)s", name=it.name), post), stem
            continue
        by_office = to is To.OFFICE or it.is_other
        key = by_office, it.office_id if by_office else it.delegation_id
        if key == seen:
            continue
        seen = key
        if by_office:
            stem = it.office if it.is_other else f"{it.delegation} {it.office}"
            yield (it.whole_office,), stem
        elif it.province_kind:
            yield (_("Delegation of %(name)s", name=it.province),), it.delegation
        else:
            yield (it.delegation,), it.delegation


def _invitation(event: Event, to: To, order: Order) -> Invitation:
    language, number = order.language, order.options["number"]
    head = heads.head_of(event, _KIND, number=str(number or ""), language=language)
    title = event.title_in(language)
    contact = ", ".join(
        filter(
            None,
            (
                event.contact_name,
                phone(event.contact_phone) if event.contact_phone else "",
                event.contact_email,
            ),
        )
    )
    return Invitation(
        letterhead=head,
        kind=_("Invitation"),
        subject=_("To attend: %(title)s", title=title),
        to=_("To:"),
        opening=_opening(head.issuer, to, title.rstrip(".")),
        facts=(
            (_("Time:"), _when(event, language)),
            (_("Venue:"), _sentence(event.venue or event.place)),
            (_("Contact:"), _sentence(contact)),
        ),
        closing=_("We look forward to welcoming you and wish the conference every success./."),
        signature=_signature(event),
        programme_heading=_("Main items of the programme:"),
        programme=() if order.options["brief"] else _programme(event, language),
        language=language,
    )


def _opening(issuer: str, to: To, title: str) -> str:
    openings: dict[To, str] = {
        To.DELEGATION: _(
            "%(issuer)s has the honour to invite your delegation to attend: %(title)s.",
            issuer=issuer,
            title=title,
        ),
        To.OFFICE: _(
            "%(issuer)s has the honour to invite your office to send representatives to: "
            "%(title)s.",
            issuer=issuer,
            title=title,
        ),
        To.PERSON: _(
            "%(issuer)s has the honour to invite you to attend: %(title)s.",
            issuer=issuer,
            title=title,
        ),
    }
    return openings[to]


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}." if text else ""


def _signature(event: Event) -> letterhead.Signature:
    chosen = settings.of(event)
    if chosen.recipients.strip():
        return heads.signature_of(event)
    return heads.signature_of(event, recipients=(_("As above"), _("Archives")))


def _when(event: Event, language: str) -> str:
    """From the first session of the first day to the last day."""
    if not event.days:
        return ""
    day, last = event.days[0].date, event.days[-1].date
    first = format_date(day, _DAY_PATTERNS[language], locale=language)
    starts = [it.starts_at for it in published.public_records(event.id)]
    begins = min(starts).astimezone(event.zone) if starts else None
    if begins and begins.date() == day:
        first = f"{begins:%H:%M}, {first}"
    if day == last:
        return f"{first}."
    end = f"{last:%d/%m/%Y}" if language == "vi" else f"{last.day} {last:%B %Y}"
    text: str = _("from %(first)s to the end of %(last)s.", first=first, last=end)
    return text


def _programme(event: Event, language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What the letter sums up: no breaks, no meals, parallel sessions of one title once."""
    found = []
    for plan in published.plans(event, published.public_records(event.id)):
        sessions = dict.fromkeys(
            (
                f"{it.starts_at.astimezone(event.zone):%H:%M} – "
                f"{it.ends_at.astimezone(event.zone):%H:%M}",
                it.title_in(language),
            )
            for it in plan.sessions
            if it.kind in _SUMMED_UP
        )
        if sessions:
            day = format_date(plan.date, _DAY_PATTERNS[language], locale=language)
            found.append((f"{day}:", tuple(sessions)))
    return tuple(found)


INVITATION = Kind(
    "invitations",
    _l("Invitations"),
    _l("To each delegation, office or person; all in one PDF, or each in a file of its own."),
    write,
    InvitationOptions,
    lambda order: ZIP if order.options["apart"] else PDF,
)
