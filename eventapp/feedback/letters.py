"""The letter that asks a visitor what they say of their visit: one each."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventapp.database import db, now
from eventapp.events.models import Event, Site
from eventapp.feedback import visitors
from eventapp.feedback.models import VisitFeedback, VisitSurvey
from eventapp.mail import links
from eventapp.mail.composing import Kind, Overtaken
from eventapp.mail.models import Message
from eventapp.mail.placeholders import Facts
from eventapp.registration import letter_facts, letter_texts, letters, personal_links
from eventapp.registration.models import COMING, Delegate, Status
from eventapp.visits.models import VisitGroup
from eventapp.web.language import day

SURVEY = "visit_survey"


def ask(event: Event, at: datetime) -> int:
    """Put a letter to each whose visit is over, who has not answered and has had none of these.

    Joins the transaction in progress. Whoever has no address gets none.
    """
    groups = db.session.scalars(select(VisitGroup).filter_by(event_id=event.id))
    back = {it.id for it in groups if visitors.is_back(it, event, at)}
    went = visitors.groups_of(event.id)
    written = select(Message.delegate_id).where(
        Message.event_id == event.id, Message.kind == SURVEY, Message.delegate_id.is_not(None)
    )

    def about(who: int) -> tuple[str, dict[str, Any]] | None:
        return (SURVEY, {"group": went[who]}) if went.get(who) in back else None

    return letters.tell_those(
        event.id,
        about,
        Delegate.id.not_in(written),
        Delegate.id.not_in(select(VisitFeedback.delegate_id)),
    )


def facts(message: Message) -> Facts:
    """What the letter says, in the language in force. Raises Overtaken."""
    delegate = letter_facts.addressee(message, COMING)
    survey = db.session.get(VisitSurvey, delegate.event_id)
    if survey is None or survey.closes_at <= now():
        raise Overtaken("survey_over")
    if db.session.get(VisitFeedback, delegate.id) is not None:
        raise Overtaken("answered")
    group = visitors.visit_of(delegate)
    if group is None:
        raise Overtaken("no_seat")
    secret = personal_links.known_secret(delegate)
    link = links.absolute("portal.visit", secret=secret) if secret else ""
    return _facts(delegate, group.site.name, survey.closes_at, link)


def example(event_id: int, delegate_id: int | None, language: str) -> Facts:
    """What it would say to a delegate of the event, or to one made up, of the first site."""
    delegate = letter_facts.example_addressee(event_id, delegate_id, language)
    site = db.session.scalar(
        select(Site.name).filter_by(event_id=event_id).order_by(Site.position, Site.id).limit(1)
    )
    link = links.absolute("portal.visit", secret="0000")  # noqa: S106 - leads nowhere
    return _facts(delegate, site or _("Provincial data centre"), now(), link)


def _facts(delegate: Delegate, site: str, until: datetime, link: str) -> Facts:
    usual = letter_facts.facts_of(
        delegate, SURVEY, {}, link=link, is_admitted=delegate.status == Status.APPROVED
    )
    local = until.astimezone(delegate.event.zone)
    values = {
        "site": " ".join(site.split()),
        "until": f"{local:%H:%M}, {day(local.date())}",
    }
    return replace(usual, values={**usual.values, **values}, link_label=_("Say what you think"))


KINDS = {
    SURVEY: Kind(
        name=SURVEY,
        label=_l("What visitors say of their site visit"),
        when=_l("when organisers ask, after the visit: once to each who was there"),
        subject=_l("How was your visit to {site}?"),
        body=_l(
            "Dear {name},\n\n"
            "You have visited {site}. How was it? Two marks and, if you like, a sentence help us "
            "to make the next visit better; it takes half a minute:\n\n"
            "{link}\n\n"
            "We ask until {until}.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
        placeholders={
            **{it: text for it, text in letter_texts.PLACEHOLDERS.items() if it != "details"},
            "link": letter_texts.LINK,
            "site": _l("the site that was visited"),
            "until": _l("until when visitors are asked"),
        },
        needed=frozenset({"link"}),
        facts=facts,
        example=example,
        make_link=letter_facts.make_link,
    )
}
"""For eventapp.mail.composing.kinds."""
