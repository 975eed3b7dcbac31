"""Letters about swaps of seats: one is offered, one has come to nothing.

Once a swap is done, both get the letter about their new seat (`visits.letters`). The other one is
named only where one has given the other's code.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.database import db, now
from eventapp.mail import links
from eventapp.mail.composing import Kind, Overtaken
from eventapp.mail.models import Message
from eventapp.mail.placeholders import Facts
from eventapp.registration import letter_facts, letter_texts, personal_links
from eventapp.registration.models import Delegate, Status
from eventapp.visits.letters import moment_in
from eventapp.visits.models import VisitGroup
from eventapp.visits.swap_models import SeatSwap, SwapState
from eventapp.visits.telling import SWAP_ENDED, SWAP_OFFERED


def facts(message: Message) -> Facts:
    """What the letter says, in the language in force. Raises Overtaken."""
    delegate = letter_facts.addressee(message, (Status.APPROVED,))
    swap = db.session.get(SeatSwap, message.details.get("swap") or 0)
    if swap is None or delegate.id not in swap.parties:
        raise Overtaken("swap_over")
    is_asker = delegate.id == swap.asker_id
    if message.kind == SWAP_OFFERED:
        answered = swap.asker_agreed_at if is_asker else swap.other_agreed_at
        if swap.state != SwapState.OFFERED or answered:
            raise Overtaken("swap_over")
    mine, theirs = swap.asker_group_id, swap.other_group_id
    if not is_asker:
        mine, theirs = theirs, mine
    secret = personal_links.known_secret(delegate)
    return _facts(
        delegate,
        message.kind,
        _called(mine),
        _called(theirs),
        link=links.absolute("portal.seat", secret=secret) if secret else "",
        with_whom="" if swap.is_open or is_asker else swap.asker.name,
        until=moment_in(swap.expires_at, delegate.event),
        why=why(swap, message.details),
    )


def why(swap: SeatSwap, details: Mapping[str, Any]) -> str:
    """Why it has come to nothing, and whether the wish goes on; of the other nothing but that."""
    match swap.state:
        case SwapState.DECLINED:
            text = _("The swap was declined.")
        case SwapState.WITHDRAWN:
            text = _("The swap was withdrawn.")
        case SwapState.EXPIRED:
            text = _("Not everybody has agreed in time.")
        case _:
            text = _("Something has changed meanwhile, so that the swap is not possible.")
    if details.get("wish_goes_on"):
        text += " " + _("Your wish stays, until somebody else is found.")
    return text


def _called(group_id: int) -> str:
    group = db.session.scalar(
        select(VisitGroup).filter_by(id=group_id).options(joinedload(VisitGroup.site))
    )
    return _said(group.letter, group.site.name) if group else ""


def _said(letter: str, site: str) -> str:
    return _("Group %(letter)s: %(site)s", letter=letter, site=site)


def example(kind: str, event_id: int, delegate_id: int | None, language: str) -> Facts:
    """What it would say to a delegate of the event, or to one made up."""
    delegate = letter_facts.example_addressee(event_id, delegate_id, language)
    site = _("Provincial data centre")
    return _facts(
        delegate,
        kind,
        _said("A", site),
        _said("B", site),
        link=links.absolute("portal.seat", secret="0000"),  # noqa: S106 - leads nowhere
        with_whom=_("Trần Thị B"),
        until=moment_in(now() + timedelta(days=1), delegate.event),
        why=_("The swap was declined."),
    )


def _facts(
    delegate: Delegate,
    kind: str,
    mine: str,
    theirs: str,
    *,
    link: str,
    with_whom: str,
    until: str,
    why: str,
) -> Facts:
    usual = letter_facts.facts_of(
        delegate, kind, {}, link=link, is_admitted=delegate.status == Status.APPROVED
    )
    own = {"seat": mine, "offered": theirs, "with": with_whom, "until": until, "why": why}
    rows = ((_("Your seat"), mine), (_("For it"), theirs))
    return replace(
        usual,
        values={**usual.values, **own},
        details=[(term, value) for term, value in rows if value],
        link_label=_("See the swap"),
    )


_PLACEHOLDERS = {
    **{it: text for it, text in letter_texts.PLACEHOLDERS.items() if it != "details"},
    "link": letter_texts.LINK,
    "seat": _l("the group and site of the seat that they have"),
    "offered": _l("the group and site of the seat that they would get"),
    "details": _l("a table of both seats; on a line of its own"),
}

KINDS = {
    SWAP_OFFERED: Kind(
        name=SWAP_OFFERED,
        label=_l("Swap of seats offered"),
        when=_l("when another delegate would swap seats; both must agree"),
        subject=_l("Would you swap your seat in the site visit? {event_short}"),
        body=_l(
            "Dear {name},\n\n"
            "You can swap your seat in a visit group of: {event}\n\n"
            "{details}\n\n"
            "Offered by: {with}\n\n"
            "Nothing changes unless both agree. Please agree or decline before: {until}\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
        placeholders={
            **_PLACEHOLDERS,
            "with": _l("who offers it, if they gave your code; otherwise its line is left out"),
            "until": _l("until when it can be answered"),
        },
        needed=frozenset({"link", "details"}),
        facts=facts,
        example=lambda *about: example(SWAP_OFFERED, *about),
        make_link=letter_facts.make_link,
    ),
    SWAP_ENDED: Kind(
        name=SWAP_ENDED,
        label=_l("Swap of seats not done"),
        when=_l("when a swap was declined, withdrawn, not answered, or is not possible any more"),
        subject=_l("Your seat stays as it is: {event_short}"),
        body=_l(
            "Dear {name},\n\n"
            "A swap of seats has come to nothing: {event}\n\n"
            "{details}\n\n"
            "{why}\n\n"
            "Your seat is as it was. You can see it on your personal page:\n\n"
            "{link}\n\n"
            "Yours sincerely,\n"
            "The organisers"
        ),
        placeholders={**_PLACEHOLDERS, "why": _l("why it has come to nothing")},
        needed=frozenset({"why"}),
        facts=facts,
        example=lambda *about: example(SWAP_ENDED, *about),
        make_link=letter_facts.make_link,
    ),
}
"""For eventapp.mail.composing.kinds."""
