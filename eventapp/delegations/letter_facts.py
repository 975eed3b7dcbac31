"""What letters to leads say, as things stand when they are sent; and their kinds."""

from functools import partial
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from eventapp.database import db
from eventapp.delegations.letters import LeadLetter
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.events.dates import date_range
from eventapp.events.models import Event
from eventapp.mail import links
from eventapp.mail.composing import Kind, Overtaken
from eventapp.mail.models import Message
from eventapp.mail.placeholders import Facts
from eventapp.registration import personal_links
from eventapp.registration.itinerary import where
from eventapp.registration.letter_facts import reply_to
from eventapp.registration.models import HOLDING, Delegate, Delegation, Organisation, Quota
from eventapp.web.language import day, phone

_PLACEHOLDERS = {
    "name": _l("the lead's name"),
    "delegation": _l("the name of the delegation"),
    "event": _l("the full title of the event"),
    "event_short": _l("the short title of the event"),
    "organiser": _l("the organiser"),
    "dates": _l("the days of the event"),
    "venue": _l("the venue and the place"),
    "deadline": _l("until when the list can be changed"),
    "places": _l("how many places the delegation has; empty without a limit"),
    "registered": _l("how many people are on the list"),
    "contact": _l("name, phone and e-mail of the contact"),
    "link": _l("the delegation's list; alone on a line it is a button"),
}
_DECIDED = {
    "request": _l("what was asked for"),
    "decision": _l("what was decided"),
    "answer": _l("the organisers' answer; without one its line is left out"),
}
_TEXTS = {
    LeadLetter.INVITATION: (
        _l("Invitation of a delegation"),
        _l("when organisers send a lead the link"),
        _l("List of the delegation of {delegation}: {event_short}"),
        _l(
            "Dear {name},\n\n"
            "Please register the delegation of {delegation} for: {event}, {dates}, {venue}.\n\n"
            "Places for the delegation: {places}\n"
            "Please complete the list by: {deadline}\n\n"
            "Open the list of the delegation; no account is needed. People can be typed in, pasted "
            "from Excel or uploaded as a file, and places can be held for people named later.\n\n"
            "{link}\n\n"
            "Whoever has this link can change the list. Please pass it on only to colleagues who "
            "prepare the list with you.\n\n"
            "Contact: {contact}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LeadLetter.REMINDER: (
        _l("Reminder to a lead"),
        _l("when organisers remind a lead of the list"),
        _l("Reminder: list of the delegation of {delegation}"),
        _l(
            "Dear {name},\n\n"
            "The list of the delegation of {delegation} for {event_short} has not been handed in "
            "yet. People on it so far: {registered}.\n\n"
            "Please complete the list by: {deadline}\n\n"
            "{link}\n\n"
            "Contact: {contact}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LeadLetter.SUBMITTED: (
        _l("List received"),
        _l("when a lead hands the list in"),
        _l("List of the delegation of {delegation} received"),
        _l(
            "Dear {name},\n\n"
            "The organisers have received the list of the delegation of {delegation} for: "
            "{event}. People on it: {registered}.\n\n"
            "Changes are still possible: from now on they are requests, which the organisers "
            "accept or decline.\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
    LeadLetter.DECIDED: (
        _l("Request decided"),
        _l("when organisers accept or decline what a lead asked for"),
        _l("{decision}: {request}"),
        _l(
            "Dear {name},\n\n"
            "You asked for the delegation of {delegation}: {request}\n\n"
            "Decision: {decision}\n"
            "Answer of the organisers: {answer}\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
    ),
}


def facts(message: Message) -> Facts | None:
    """What a letter to a lead says; None for a delegation that is no more. Raises Overtaken."""
    delegation = (
        db.session.get(Delegation, message.delegation_id) if message.delegation_id else None
    )
    if delegation is None:
        return None
    secret = personal_links.known_delegation_secret(delegation)
    if secret is None and message.kind in (LeadLetter.INVITATION, LeadLetter.REMINDER):
        raise Overtaken("link")
    if message.kind == LeadLetter.REMINDER and delegation.submitted_at is not None:
        raise Overtaken("submitted")
    request = None
    if message.kind == LeadLetter.DECIDED:
        request = db.session.get(ChangeRequest, message.details.get("request_id"))
        if request is None:
            return None
    link = links.absolute("workspace.show", secret=secret) if secret else ""
    return _facts(delegation, link, request)


def example(kind: LeadLetter, event_id: int, delegate_id: int | None, language: str) -> Facts:
    """A letter to the first lead of the event, or to one made up; without a secret."""
    event = db.session.get_one(Event, event_id)
    delegation = db.session.scalars(
        select(Delegation)
        .where(Delegation.event_id == event_id, Delegation.lead_name != "")
        .order_by(Delegation.position)
        .limit(1)
    ).first()
    with db.session.no_autoflush:
        if delegation is None:
            delegation = Delegation(
                event=event,
                event_id=event_id,
                name="Bắc Ninh",
                lead_name="Nguyễn Văn A",
                lead_email="nguyen.van.a@example.vn",
            )
        request = None
        if kind == LeadLetter.DECIDED:
            request = ChangeRequest(
                kind=RequestKind.HOLD,
                data={"number": 2},
                decision=Decision.ACCEPTED,
                answer=_("Two seats have become free."),
            )
    return _facts(delegation, links.absolute("workspace.show", secret="…"), request)  # noqa: S106


def _facts(delegation: Delegation, link: str, request: ChangeRequest | None) -> Facts:
    event, language = delegation.event, str(get_locale())
    registered, places = _numbers(delegation)
    deadline = ""
    if delegation.deadline:
        local = delegation.deadline.astimezone(event.zone)
        deadline = f"{local:%H:%M}, {day(local.date())}"
    number = phone(event.contact_phone) if event.contact_phone else ""
    contact = ", ".join(filter(None, (event.contact_name, number, event.contact_email)))
    values: dict[str, Any] = {
        "name": delegation.lead_name or delegation.name,
        "delegation": delegation.name,
        "event": event.title_in(language),
        "event_short": event.short_title_in(language),
        "organiser": event.organiser,
        "dates": date_range([it.date for it in event.days]),
        "venue": where(event),
        "deadline": deadline,
        "places": "" if places is None else str(places),
        "registered": str(registered),
        "contact": contact,
        "request": "",
        "decision": "",
        "answer": "",
    }
    if request is not None:
        values |= {
            "request": _asked(request),
            "decision": _("Accepted") if request.decision == Decision.ACCEPTED else _("Declined"),
            "answer": request.answer,
        }
    return Facts(
        values={name: str(value) for name, value in values.items()},
        title=event.short_title_in(language),
        footer=[
            line
            for line in (f"{_('Contact')}: {contact}" if contact else "", event.organiser)
            if line
        ],
        reply_to=reply_to(event),
        link=link,
        link_label=_("Open the list of the delegation"),
    )


def _numbers(delegation: Delegation) -> tuple[int, int | None]:
    """How many are on the list, and how many places there are."""
    if delegation.id is None:
        return 12, 20
    people = (
        select(func.count(Delegate.id))
        .join(Delegate.organisation)
        .where(Organisation.delegation_id == delegation.id, Delegate.status.in_(HOLDING))
    )
    places = select(Quota.places).filter_by(
        event_id=delegation.event_id, scope=f"delegation:{delegation.id}"
    )
    return db.session.scalar(people) or 0, db.session.scalar(places)


def _asked(request: ChangeRequest) -> str:
    """What a request asks for, in a line."""
    name = request.data.get("name", "")
    who = request.delegate.name if request.delegate else ""
    said = {
        RequestKind.ADD: _("add %(name)s", name=name),
        RequestKind.FILL: _("name %(name)s for a held place", name=name),
        RequestKind.EDIT: _("change %(name)s", name=who),
        RequestKind.CANCEL: _("take %(name)s off the list", name=who),
        RequestKind.SUBSTITUTE: _("%(new)s instead of %(old)s", new=name, old=who),
        RequestKind.HOLD: _("hold %(number)s more places", number=request.data.get("number", "")),
        RequestKind.GIVE_BACK: _("give a held place back"),
    }
    return str(said[RequestKind(request.kind)])


def _kind(kind: LeadLetter) -> Kind:
    label, when, subject, body = _TEXTS[kind]
    return Kind(
        name=kind,
        label=label,
        when=when,
        subject=subject,
        body=body,
        placeholders={**_PLACEHOLDERS, **(_DECIDED if kind == LeadLetter.DECIDED else {})},
        needed=frozenset({"link"} if kind != LeadLetter.DECIDED else {"decision"}),
        facts=facts,
        example=partial(example, kind),
    )


KINDS = {kind.value: _kind(kind) for kind in LeadLetter}
"""The kinds of letters to leads, for eventapp.mail.composing.kinds."""
