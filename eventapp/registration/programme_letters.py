"""The letter of a new version of the programme: to each delegate whom a change concerns, one.

What it says is worked out when it is sent, from the version that the delegate knew to the one that
is public by then: a letter that waits while two more versions come tells of all three in one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select

from eventapp.database import db
from eventapp.events.models import Day
from eventapp.mail import links
from eventapp.mail.composing import Kind, Overtaken
from eventapp.mail.models import MailStatus, Message
from eventapp.mail.placeholders import Facts
from eventapp.programme import published
from eventapp.programme.changes_in_words import told
from eventapp.programme.differences import (
    Difference,
    concerning,
    concerns_all,
    differences,
)
from eventapp.programme.models import Session, SessionKind
from eventapp.programme.published import Publication
from eventapp.programme.records import Record
from eventapp.registration import letter_facts, letter_texts, letters, personal_links
from eventapp.registration.itinerary import calendar_file, taken_away
from eventapp.registration.models import COMING, Delegate, Status, delegate_day, enrolment

PROGRAMME_CHANGED = "programme_changed"
_LATER = timedelta(minutes=30)


def tell_concerned(publication: Publication) -> int:
    """Put a letter to whomever the new version concerns into the outbox; how many.

    Joins the transaction in progress. Whoever has no address gets none.
    """
    before = publication.before
    if before is None:
        return 0
    dates = {date for it in publication.differences if concerns_all(it) for date in it.days}
    comes = (
        select(delegate_day.c.delegate_id)
        .join(Day, Day.id == delegate_day.c.day_id)
        .where(Day.event_id == publication.event_id, Day.date.in_(dates))
    )
    has_chosen = (
        select(enrolment.c.delegate_id)
        .join(Session, Session.id == enrolment.c.session_id)
        .where(
            Session.event_id == publication.event_id,
            Session.uid.in_([it.uid for it in publication.differences]),
        )
    )
    return letters.tell_those(
        publication.event_id,
        lambda _who: (PROGRAMME_CHANGED, {"since": before.number}),
        or_(Delegate.id.in_(comes), Delegate.id.in_(has_chosen)),
    )


def facts(message: Message) -> Facts:
    """What the letter says, in the language in force. Raises Overtaken."""
    delegate = letter_facts.addressee(message, COMING)
    if _is_followed(message):
        raise Overtaken("newer")
    since = _known_version(message)
    latest = published.latest(delegate.event_id)
    if since is None or latest is None:
        raise Overtaken
    found = concerning(
        differences(published.version(delegate.event_id, since).records, latest.records),
        [it.date for it in delegate.days],
        [it.uid for it in delegate.enrolments],
    )
    if not found:
        raise Overtaken("nothing")
    secret = personal_links.known_secret(delegate)
    is_approved = delegate.status == Status.APPROVED
    earlier = letter_facts.changes_not_told(message) if is_approved else []
    return _facts(
        delegate,
        found,
        link=links.absolute("portal.my_agenda", secret=secret) if secret else "",
        calendar=calendar_file(delegate, taken_away(delegate, earlier)) if is_approved else None,
    )


def example(event_id: int, delegate_id: int | None, language: str) -> Facts:
    """What it would say to a delegate of the event, or to one made up, of a change made up."""
    delegate = letter_facts.example_addressee(event_id, delegate_id, language)
    link = links.absolute("portal.my_agenda", secret="0000")  # noqa: S106 - leads nowhere
    return _facts(delegate, _made_up(delegate), link=link)


def _facts(
    delegate: Delegate, found: Sequence[Difference], *, link: str, calendar: bytes | None = None
) -> Facts:
    usual = letter_facts.facts_of(
        delegate,
        PROGRAMME_CHANGED,
        {},
        link=link,
        is_admitted=delegate.status == Status.APPROVED,
        calendar=calendar,
    )
    lines = [it.in_one_line for it in told(found, delegate.language, delegate.event.zone)]
    return replace(usual, changes=lines, link_label=_("Open my agenda"))


def _is_followed(message: Message) -> bool:
    """Whether the delegate has got, or will get, a later letter of this kind."""
    later = _of_same(message).where(Message.id > message.id)
    return db.session.scalar(later.limit(1)) is not None


def _known_version(message: Message) -> int | None:
    """The version that the delegate was last told of: before this letter, and before those of this
    kind that were never delivered. None once the letter has been sent: then it is forgotten."""
    if "since" not in message.details:
        return None
    last_sent = _of_same(message).where(Message.status == MailStatus.SENT)
    after = db.session.scalar(last_sent.with_only_columns(func.max(Message.id))) or 0
    not_told = db.session.scalars(
        _of_same(message)
        .where(Message.id > after, Message.id <= message.id)
        .with_only_columns(Message.details)
    )
    return min(it["since"] for it in not_told if "since" in it)


def _of_same(message: Message) -> Select[int]:
    return select(Message.id).where(
        Message.delegate_id == message.delegate_id, Message.kind == PROGRAMME_CHANGED
    )


def _made_up(delegate: Delegate) -> list[Difference]:
    event = delegate.event
    day = event.days[0].date if event.days else event.created_at.astimezone(event.zone).date()
    opens = datetime.combine(day, time(8), event.zone)
    before = Record(
        uid="example",
        day=day,
        starts_at=opens,
        ends_at=opens + _LATER,
        kind=SessionKind.PLENARY,
        title=_("Opening session"),
    )
    after = replace(before, starts_at=opens + _LATER, ends_at=opens + 2 * _LATER)
    return [Difference(before, after)]


KINDS = {
    PROGRAMME_CHANGED: Kind(
        name=PROGRAMME_CHANGED,
        label=_l("Programme changed"),
        when=_l("when a new version of the programme is published, to whom its changes concern"),
        subject=_l("The programme has changed: {event_short}"),
        body=_l(
            "Dear {name},\n\n"
            "The programme of {event} has changed. This concerns you:\n\n"
            "{changes}\n\n"
            "Your own agenda, as it now stands, is always here:\n\n"
            "{link}\n\n"
            "If your calendar has an entry for the conference, the file that comes with this "
            "letter corrects it.\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
        placeholders={
            **letter_texts.PLACEHOLDERS,
            "link": _l("the delegate's own agenda; alone on a line it is a button"),
            "changes": _l("what has changed in the programme; alone on a line it is a list"),
        },
        needed=frozenset({"changes"}),
        facts=facts,
        example=example,
        make_link=letter_facts.make_link,
    )
}
"""For eventapp.mail.composing.kinds."""
