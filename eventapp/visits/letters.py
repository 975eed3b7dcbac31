"""Letters about seats in visit groups: to each who has one now, or another one, at most one.

What a letter says is worked out when it is sent, from the group that the delegate was last told of
to the one they are in by then: however often somebody is moved while it waits, they get one letter,
and none if they are where they were.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.mail import links
from eventapp.mail.composing import Kind, Overtaken
from eventapp.mail.models import MailStatus, Message
from eventapp.mail.placeholders import Facts
from eventapp.registration import letter_facts, letter_texts, personal_links
from eventapp.registration.models import COMING, Delegate, Status
from eventapp.visits.models import Allocation, VisitGroup
from eventapp.visits.service import group_and_bus_of
from eventapp.visits.telling import CHANGED, GIVEN, tell
from eventapp.web.language import day, phone


def tell_seated(event_id: int, before: Mapping[int, int | None]) -> int:
    """Put a letter to each of these people into the outbox; how many.

    ``before`` says in which group each was, if in any. Joins the transaction in progress. Whoever
    has no address gets none.
    """
    return tell(
        event_id,
        before,
        lambda who: (GIVEN if before[who] is None else CHANGED, {"before": before[who]}),
    )


def facts(message: Message) -> Facts:
    """What the letter says, in the language in force. Raises Overtaken."""
    delegate = letter_facts.addressee(message, COMING)
    later = _of_these(message).where(Message.id > message.id)
    if db.session.scalar(later.limit(1)) is not None:
        raise Overtaken("newer")
    group = _group_of(delegate.id)
    if group is None:
        raise Overtaken("no_seat")
    known = _known(message)
    if known == group.id:
        raise Overtaken("same_seat")
    secret = personal_links.known_secret(delegate)
    return _facts(
        delegate,
        message.kind,
        group,
        db.session.get(VisitGroup, known) if known is not None else None,
        link=links.absolute("portal.show", secret=secret) if secret else "",
    )


def _of_these(message: Message) -> Select[int]:
    return select(Message.id).where(
        Message.delegate_id == message.delegate_id, Message.kind.in_((GIVEN, CHANGED))
    )


def _known(message: Message) -> int | None:
    """The group that the delegate was last told of: before this letter, and before those of these
    kinds that were never delivered."""
    last_sent = _of_these(message).where(Message.status == MailStatus.SENT)
    after = db.session.scalar(last_sent.with_only_columns(func.max(Message.id))) or 0
    first = db.session.scalar(
        _of_these(message)
        .where(Message.id > after, Message.id <= message.id)
        .with_only_columns(Message.details)
        .order_by(Message.id)
        .limit(1)
    )
    found = (first or {}).get("before")
    return int(found) if found is not None else None


def _group_of(delegate_id: int) -> VisitGroup | None:
    return db.session.scalar(
        select(VisitGroup)
        .join(Allocation, Allocation.group_id == VisitGroup.id)
        .where(Allocation.delegate_id == delegate_id)
        .options(joinedload(VisitGroup.site))
    )


def example(kind: str, event_id: int, delegate_id: int | None, language: str) -> Facts:
    """What it would say to a delegate of the event, or to one made up, of the first groups."""
    delegate = letter_facts.example_addressee(event_id, delegate_id, language)
    groups = db.session.scalars(
        select(VisitGroup)
        .where(VisitGroup.event_id == event_id)
        .options(joinedload(VisitGroup.site))
        .order_by(VisitGroup.id)
        .limit(2)
    ).all()
    link = links.absolute("portal.show", secret="0000")  # noqa: S106 - leads nowhere
    before = groups[-1] if kind == CHANGED and groups else None
    return _facts(delegate, kind, groups[0] if groups else None, before, link=link)


def _facts(
    delegate: Delegate,
    kind: str,
    group: VisitGroup | None,
    before: VisitGroup | None,
    *,
    link: str,
) -> Facts:
    usual = letter_facts.facts_of(
        delegate, kind, {}, link=link, is_admitted=delegate.status == Status.APPROVED
    )
    seat = _seat(group, _bus_of(delegate, group)) if group is not None else _seat_made_up()
    previous = (
        _("Group %(letter)s: %(site)s", letter=before.letter, site=before.site.name)
        if (before is not None)
        else ""
    )
    rows = (
        (_("Group"), "group"),
        (_("Site"), "site"),
        (_("Address"), "address"),
        (_("Bus"), "bus"),
        (_("Departure"), "departure"),
        (_("Return"), "return"),
        (_("Meeting point"), "meeting_point"),
        (_("Leader"), "leader"),
    )
    values = {**usual.values, **seat, "previous": previous}
    return replace(
        usual,
        values=values,
        details=[(term, seat[name]) for term, name in rows if seat[name]],
        link_label=_("Open my registration"),
    )


def _bus_of(delegate: Delegate, group: VisitGroup) -> str:
    """What the delegate's bus is called; for one made up, the group's first."""
    if delegate.id is not None:
        return group_and_bus_of(delegate.id)[1]
    return group.buses[0].label if group.buses else ""


def _seat(group: VisitGroup, bus: str) -> dict[str, str]:
    leader = ", ".join(
        filter(None, (group.leader_name, phone(group.leader_phone) if group.leader_phone else ""))
    )
    values: dict[str, Any] = {
        "group": group.letter,
        "site": group.site.name,
        "address": group.site.address,
        "bus": bus,
        "departure": moment_in(group.departs_at, group.event),
        "return": moment_in(group.returns_at, group.event),
        "meeting_point": group.meeting_point,
        "leader": leader,
    }
    return {name: " ".join(str(value).split()) for name, value in values.items()}


def moment_in(value: datetime | None, event: Event) -> str:
    """``09:45, Thứ Sáu, ngày 27/11/2026``, in the event's zone; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(event.zone)
    return f"{local:%H:%M}, {day(local.date())}"


def _seat_made_up() -> dict[str, str]:
    made_up = dict.fromkeys(
        ("address", "bus", "departure", "return", "meeting_point", "leader"), ""
    )
    return {**made_up, "group": "A", "site": _("Provincial data centre")}


_PLACEHOLDERS = {
    **{it: text for it, text in letter_texts.PLACEHOLDERS.items() if it != "details"},
    "link": letter_texts.LINK,
    "group": _l("the letter of the visit group"),
    "site": _l("the site that the group visits"),
    "address": _l("the address of the site"),
    "bus": _l("the bus of the group"),
    "departure": _l("when the group departs"),
    "return": _l("when the group is back"),
    "meeting_point": _l("where the group meets"),
    "leader": _l("the leader of the group, with the phone"),
    "details": _l("a table of the seat: group, site, bus, times, leader; on a line of its own"),
}

KINDS = {
    GIVEN: Kind(
        name=GIVEN,
        label=_l("Seat in a visit group"),
        when=_l("when an allocation is accepted and organisers tell those who got a seat"),
        subject=_l("Your site visit, group {group}: {event_short}"),
        body=_l(
            "Dear {name},\n\n"
            "You have a seat in a visit group of: {event}\n\n"
            "{details}\n\n"
            "Why this group, and all else that concerns you, is on your personal page:\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
        placeholders=_PLACEHOLDERS,
        needed=frozenset({"details"}),
        facts=facts,
        example=lambda *about: example(GIVEN, *about),
        make_link=letter_facts.make_link,
    ),
    CHANGED: Kind(
        name=CHANGED,
        label=_l("Other seat in a visit group"),
        when=_l("when an allocation is accepted and organisers tell those who change groups"),
        subject=_l("You are in visit group {group} now: {event_short}"),
        body=_l(
            "Dear {name},\n\n"
            "Your visit group has changed: {event}\n\n"
            "Until now: {previous}\n\n"
            "From now on:\n\n"
            "{details}\n\n"
            "Why this group, and all else that concerns you, is on your personal page:\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
        placeholders={
            **_PLACEHOLDERS,
            "previous": _l("the group before, with its site; without one its line is left out"),
        },
        needed=frozenset({"details"}),
        facts=facts,
        example=lambda *about: example(CHANGED, *about),
        make_link=letter_facts.make_link,
    ),
}
"""For eventapp.mail.composing.kinds."""
