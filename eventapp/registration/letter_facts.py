"""What a letter to a delegate says, as things stand when it is sent; and the kinds of letters.

Nothing here knows of a request: letters are composed by the mail worker.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventapp import text
from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.dates import date_range
from eventapp.events.models import Category, Event
from eventapp.mail import links
from eventapp.mail.composing import Kind, Overtaken
from eventapp.mail.models import MailStatus, Message
from eventapp.mail.placeholders import Facts
from eventapp.pdf import qr
from eventapp.programme.models import Session
from eventapp.registration import letter_texts, personal_links, same_address
from eventapp.registration.itinerary import (
    calendar_file,
    cancellation_file,
    classes_of,
    taken_away,
    where,
)
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import COMING, HOLDING, Delegate, Delegation, Organisation, Status
from eventapp.registration.wording import changes_in_words
from eventapp.web.language import day, phone

# Where a registration must stand for a letter to be true.
_STATUSES = {
    LetterKind.REGISTERED: (Status.APPROVED,),
    LetterKind.RECEIVED: (Status.PENDING,),
    LetterKind.APPROVED: (Status.APPROVED,),
    LetterKind.REFUSED: (Status.REFUSED,),
    LetterKind.CHANGED: COMING,
    LetterKind.CANCELLED: (Status.CANCELLED,),
    LetterKind.WAITLISTED: (Status.WAITLISTED,),
    LetterKind.OFFERED: (Status.OFFERED,),
    LetterKind.OFFER_EXPIRED: (Status.CANCELLED,),
    LetterKind.SUBSTITUTED: (Status.CANCELLED,),
    LetterKind.LINK: (*HOLDING, Status.WAITLISTED),
    LetterKind.REMINDER: COMING,
}
_WITH_CALENDAR = (LetterKind.REGISTERED, LetterKind.APPROVED, LetterKind.CHANGED)
_FIRST = (LetterKind.REGISTERED, LetterKind.RECEIVED, LetterKind.WAITLISTED)
_ENDING = (LetterKind.CANCELLED, LetterKind.REFUSED, LetterKind.SUBSTITUTED)
_WITH_PASS = (
    LetterKind.REGISTERED,
    LetterKind.APPROVED,
    LetterKind.CHANGED,
    LetterKind.LINK,
    LetterKind.REMINDER,
)


def facts(message: Message) -> Facts:
    """What a letter to a delegate says, in the language in force. Raises Overtaken."""
    kind = LetterKind(message.kind)
    delegate = addressee(message, _STATUSES[kind])
    if kind == LetterKind.OFFERED and (delegate.offer_expires_at or now()) < now():
        raise Overtaken("offer_over")
    secret = personal_links.known_secret(delegate)
    said = facts_of(
        delegate,
        kind,
        message.details,
        link=links.absolute("portal.show", secret=secret) if secret else "",
        is_admitted=delegate.status == Status.APPROVED,
        calendar=_calendar(message, delegate, kind),
    )
    return replace(said, notice=same_address.notice(delegate)) if kind in _FIRST else said


def addressee(message: Message, statuses: Collection[Status]) -> Delegate:
    """To whom a letter goes, whose registration must stand so for it to be true.

    Raises Overtaken.
    """
    delegate = _delegate(message.delegate_id)
    if delegate is None or delegate.anonymised_at is not None:
        raise Overtaken("gone")
    if delegate.merged_into_id is not None:
        raise Overtaken("merged")
    if delegate.email != message.to_address:
        # Above all a link never goes to an address that was found to be wrong.
        raise Overtaken("address")
    if delegate.status not in statuses:
        raise Overtaken("status")
    return delegate


def example_addressee(event_id: int, delegate_id: int | None, language: str) -> Delegate:
    """Whom an example is written to: that delegate of the event, or one made up."""
    delegate = _delegate(delegate_id) if delegate_id is not None else None
    if delegate is None or delegate.event_id != event_id:
        return _made_up(db.session.get_one(Event, event_id), language)
    return delegate


def example(kind: LetterKind, event_id: int, delegate_id: int | None, language: str) -> Facts:
    """What a letter would say to a delegate of the event, or to one made up; with no real link."""
    delegate = example_addressee(event_id, delegate_id, language)
    event = delegate.event
    details = {
        "changes": {"position": [_("Specialist"), delegate.position]},
        "substitute": _("Trần Thị B"),
        "reason": _("for example: the delegation's places are all taken"),
        "deadline": (now() + timedelta(hours=event.offer_hours)).isoformat(),
    }
    return facts_of(
        delegate,
        kind,
        details,
        link=links.absolute("portal.show", secret="0000"),  # noqa: S106 - leads nowhere
        is_admitted=True,
    )


def make_link(message: Message) -> None:
    """Renew a personal link that cannot be known (it was made without SECRET_KEY)."""
    with transaction():
        delegate = db.session.scalar(
            select(Delegate).filter_by(id=message.delegate_id).with_for_update()
        )
        if delegate is not None and personal_links.known_secret(delegate) is None:
            personal_links.renew(delegate)
            audit.record("renew_link", "delegate", delegate.id, event_id=delegate.event_id)


_WITH_EVERYTHING = select(Delegate).options(
    joinedload(Delegate.event, innerjoin=True).selectinload(Event.days),
    joinedload(Delegate.category, innerjoin=True),
    joinedload(Delegate.organisation, innerjoin=True).joinedload(
        Organisation.delegation, innerjoin=True
    ),
    selectinload(Delegate.days),
    selectinload(Delegate.enrolments).joinedload(Session.room),
)


def _delegate(delegate_id: int | None) -> Delegate | None:
    return db.session.scalar(_WITH_EVERYTHING.where(Delegate.id == delegate_id))


def facts_of(
    delegate: Delegate,
    kind: str,
    details: Mapping[str, Any],
    *,
    link: str,
    is_admitted: bool,
    calendar: bytes | None = None,
) -> Facts:
    """What every letter of that kind to a delegate says."""
    event, language = delegate.event, delegate.language
    has_pass = is_admitted and kind in _WITH_PASS
    code = qr.grouped(delegate.code) if has_pass else ""
    office = delegate.organisation
    values = {
        "name": delegate.name,
        "position": delegate.position,
        "organisation": office.name,
        "delegation": "" if office.delegation.is_other else office.delegation.name,
        "category": delegate.category.name_in(language),
        "event": event.title_in(language),
        "event_short": event.short_title_in(language),
        "organiser": event.organiser,
        "dates": date_range([it.date for it in event.days]),
        "venue": where(event),
        "days": "; ".join(day(it.date) for it in delegate.days),
        "training": "; ".join(it.title_in(language) for it in classes_of(delegate)),
        "contact": _contact(event),
        "code": code,
        "deadline": _moment(_deadline(delegate, details), event),
        "reason": details.get("reason") or delegate.cancel_reason,
        "substitute": details.get("substitute", ""),
    }
    values = {name: " ".join(text.clean(value).split()) for name, value in values.items()}
    changes = details.get("changes") or {}
    return Facts(
        values,
        title=event.short_title_in(language),
        footer=_footer(values),
        reply_to=reply_to(event),
        link=link,
        link_label=_label(kind, is_admitted),
        details=_details(values),
        changes=changes_in_words(changes, language) if kind == LetterKind.CHANGED else (),
        pass_code=delegate.code if has_pass else "",
        pass_label=f"{_('Pass code')}: {code}",
        calendar=calendar,
    )


def _details(values: Mapping[str, str]) -> list[tuple[str, str]]:
    rows = (
        (_("Full name"), "name"),
        (_("Position"), "position"),
        (_("Organisation"), "organisation"),
        (_("Delegation"), "delegation"),
        (_("You attend as"), "category"),
        (_("Days you attend"), "days"),
        (_("Training class"), "training"),
        (_("Venue"), "venue"),
    )
    return [(term, values[name]) for term, name in rows if values[name]]


def _label(kind: str, is_admitted: bool) -> str:
    if kind == LetterKind.OFFERED:
        return _("See and accept the place")
    return _("Open my pass") if is_admitted and kind in _WITH_PASS else _("Open my registration")


def _contact(event: Event) -> str:
    number = phone(event.contact_phone) if event.contact_phone else ""
    return ", ".join(part for part in (event.contact_name, number, event.contact_email) if part)


def reply_to(event: Event) -> tuple[str, str]:
    """Who gets the answers to letters of an event, if it says so."""
    return event.contact_name or event.organiser, event.contact_email


def _footer(values: Mapping[str, str]) -> list[str]:
    contact = f"{_('Contact')}: {values['contact']}" if values["contact"] else ""
    return [line for line in (contact, values["organiser"]) if line]


def _deadline(delegate: Delegate, details: Mapping[str, Any]) -> datetime | None:
    example = details.get("deadline")
    return delegate.offer_expires_at or (datetime.fromisoformat(example) if example else None)


def _moment(value: datetime | None, event: Event) -> str:
    """``16:30, Thứ Sáu, ngày 27/11/2026``, in the event's zone."""
    if value is None:
        return ""
    local = value.astimezone(event.zone)
    return f"{local:%H:%M}, {day(local.date())}"


def _calendar(message: Message, delegate: Delegate, kind: LetterKind) -> bytes | None:
    """The calendar file that goes with a letter (RFC 5546): entries to have, or to have no more."""
    if kind in _WITH_CALENDAR and delegate.status == Status.APPROVED:
        return calendar_file(delegate, taken_away(delegate, changes_not_told(message)))
    if kind in _ENDING and message.details.get("was_coming", True):
        return cancellation_file(delegate, taken_away(delegate, changes_not_told(message)))
    return None


def changes_not_told(message: Message) -> list[dict[str, Any]]:
    """The changes that this letter tells of, and those of letters that were never delivered."""
    earlier = db.session.scalars(
        select(Message.details).where(
            Message.delegate_id == message.delegate_id,
            Message.kind == LetterKind.CHANGED,
            Message.status != MailStatus.SENT,
        )
    )
    return [it.get("changes") or {} for it in (message.details, *earlier)]


def _made_up(event: Event, language: str) -> Delegate:
    """A delegate for a preview, of whom the database knows nothing."""
    categories = event.categories
    with db.session.no_autoflush:
        return Delegate(
            event=event,
            event_id=event.id,
            category=categories[0] if categories else Category(name=_("Delegate")),
            organisation=Organisation(
                name=_("Department of Home Affairs"),
                delegation=Delegation(name="Bắc Ninh", is_other=False),
            ),
            name="Nguyễn Văn A",
            position=_("Deputy director"),
            email="nguyen.van.a@example.vn",
            language=language,
            code="7QXJ4M2K9TBC",
            days=list(event.days),
            enrolments=[],
            cancel_reason="",
        )


def _kind(kind: LetterKind) -> Kind:
    own = letter_texts.TEXTS[kind]
    needed = {
        LetterKind.REGISTERED: ("link",),
        LetterKind.RECEIVED: ("link",),
        LetterKind.APPROVED: ("link",),
        LetterKind.CHANGED: ("changes",),
        LetterKind.OFFERED: ("link", "deadline"),
        LetterKind.SUBSTITUTED: ("substitute",),
        LetterKind.LINK: ("link",),
        LetterKind.REMINDER: ("link",),
    }
    placeholders = dict(letter_texts.PLACEHOLDERS)
    if kind != LetterKind.SUBSTITUTED:  # whose registration is no longer theirs
        placeholders["link"] = letter_texts.LINK
    if kind in _WITH_PASS:
        placeholders |= {"code": letter_texts.CODE, "qr": letter_texts.QR}
    if kind == LetterKind.CHANGED:
        placeholders["changes"] = letter_texts.CHANGES
    if kind == LetterKind.OFFERED:
        placeholders["deadline"] = letter_texts.DEADLINE
    if kind in (LetterKind.REFUSED, LetterKind.CANCELLED):
        placeholders["reason"] = letter_texts.REASON
    if kind == LetterKind.SUBSTITUTED:
        placeholders["substitute"] = letter_texts.SUBSTITUTE
    return Kind(
        name=kind,
        label=own.label,
        when=own.when,
        subject=own.subject,
        body=own.body,
        placeholders=placeholders,
        needed=frozenset(needed.get(kind, ())),
        facts=facts,
        example=partial(example, kind),
        make_link=make_link,
    )


KINDS = {kind.value: _kind(kind) for kind in LetterKind}
"""The kinds of letters to delegates, for eventapp.mail.composing.kinds."""
