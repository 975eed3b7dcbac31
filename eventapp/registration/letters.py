"""Letters to delegates: what is written to whom, added to the transaction in progress.

Only that a letter is due is written down; it is put into words when it is sent
(eventapp.registration.letter_facts).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from eventapp import text
from eventapp.database import db, now
from eventapp.mail import links, outbox
from eventapp.mail.models import MailStatus, Message
from eventapp.registration.details import DelegateData
from eventapp.registration.models import COMING, Delegate, Status
from eventapp.registration.wording import without_sensitive


class LetterKind(StrEnum):
    """What a letter to a delegate is about."""

    REGISTERED = "registered"
    RECEIVED = "received"  # waits for approval
    APPROVED = "approved"
    REFUSED = "refused"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"  # a place from the waitlist, to be taken in time
    OFFER_EXPIRED = "offer_expired"
    SUBSTITUTED = "substituted"  # to whom somebody else comes for
    LINK = "link"
    REMINDER = "reminder"


FIRST = {
    Status.APPROVED: LetterKind.REGISTERED,
    Status.PENDING: LetterKind.RECEIVED,
    Status.WAITLISTED: LetterKind.WAITLISTED,
    Status.OFFERED: LetterKind.OFFERED,
}
"""The first letter that somebody gets, by where their registration stands."""


class Recipient(NamedTuple):
    """A delegate to be written to: plain values, for many at once."""

    delegate_id: int
    address: str
    name: str
    language: str
    kind: LetterKind
    event_id: int
    changes: Mapping[str, Any] | None = None


def tell(delegate: Delegate, kind: LetterKind, **details: Any) -> None:
    """Write to a delegate, if there is an address.

    The delegate must be flushed, so that it has an id. ``details`` is what the letter needs beyond
    the delegate as it then is, as JSON: ``changes`` (field → [before, after]) and so on.
    """
    if not delegate.email:
        return
    if "changes" in details:
        details["changes"] = without_sensitive(details["changes"])
    outbox.add(
        outbox.ToCompose(
            kind=kind,
            to_address=delegate.email,
            to_name=delegate.name,
            language=delegate.language,
            event_id=delegate.event_id,
            delegate_id=delegate.id,
            details=details,
        ),
        host=_host(),
    )


def tell_first(event_id: int, delegate_id: int, status: Status, data: DelegateData) -> None:
    """Write the first letter to somebody who has just registered, if there is an address."""
    recipient = Recipient(
        delegate_id, data.email, text.clean(data.name), data.language, FIRST[status], event_id
    )
    tell_all([recipient])


def tell_all(recipients: Iterable[Recipient]) -> int:
    """Write to many in one statement, those without an address left out; how many letters."""
    return outbox.add_all(
        (
            outbox.ToCompose(
                kind=it.kind,
                to_address=it.address,
                to_name=it.name,
                language=it.language,
                event_id=it.event_id,
                delegate_id=it.delegate_id,
                details={"changes": without_sensitive(it.changes)} if it.changes else {},
            )
            for it in recipients
            if it.address
        ),
        host=_host(),
    )


def tell_those(
    event_id: int,
    about: Callable[[int], tuple[str, dict[str, Any]] | None],
    *conditions: ColumnElement[bool],
) -> int:
    """Write to each of an event who comes and of whom the conditions are true; how many letters.

    ``about`` says of which kind the letter to somebody is and what it needs (as JSON), or None
    where there is none. Whoever has no address, was merged into another registration or is
    anonymised gets none.
    """
    people = db.session.execute(
        select(Delegate.id, Delegate.email, Delegate.name, Delegate.language)
        .where(
            Delegate.event_id == event_id,
            Delegate.status.in_(COMING),
            Delegate.email != "",
            Delegate.merged_into_id.is_(None),
            Delegate.anonymised_at.is_(None),
            *conditions,
        )
        .order_by(Delegate.id)
    )
    return outbox.add_all(
        (
            outbox.ToCompose(
                kind=said[0],
                to_address=address,
                to_name=name,
                language=language,
                event_id=event_id,
                delegate_id=who,
                details=said[1],
            )
            for who, address, name, language in people.all()
            if (said := about(who)) is not None
        ),
        host=_host(),
    )


def are_worth_telling(changes: Mapping[str, Any], noted: Collection[str]) -> bool:
    """Whether changes of a delegate concern the delegate: not the language of letters alone, nor
    what is only ``noted`` (eventapp.registration.wording.noted)."""
    return bool(set(changes) - {"language"} - set(noted))


def was_told(delegate: Delegate, within: timedelta) -> bool:
    """Whether anything was written to the delegate so lately, and has come or will come: each
    letter has the link."""
    query = select(Message.id).where(
        Message.delegate_id == delegate.id,
        Message.created_at > now() - within,
        Message.status.in_((MailStatus.QUEUED, MailStatus.SENT)),
    )
    return db.session.scalar(query.limit(1)) is not None


def _host() -> str:
    return outbox.host_of(links.base_url())
