"""The secret links of delegations, and the letters that bring them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.delegations import letters
from eventapp.delegations.service import DelegationError, locked
from eventapp.events.models import Event
from eventapp.registration import personal_links
from eventapp.registration.models import Delegation

_BETWEEN_VISITS = timedelta(minutes=10)


class NoAddress(DelegationError):
    """The leads of these delegations have no e-mail address; nobody was written to."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


def by_secret(secret: str) -> Delegation | None:
    """Whose link has this secret."""
    return db.session.scalar(
        select(Delegation)
        .filter_by(secret_hash=tokens.hash_secret(secret))
        .options(joinedload(Delegation.event).selectinload(Event.days))
    )


def remember_visit(delegation_id: int) -> None:
    """Note that the link was used; written at most every ten minutes."""
    long_ago = Delegation.opened_at.is_(None) | (Delegation.opened_at < now() - _BETWEEN_VISITS)
    due = select(Delegation.id).where(Delegation.id == delegation_id, long_ago)
    if db.session.scalar(due) is None:
        return
    with transaction():
        db.session.execute(
            update(Delegation).where(Delegation.id == delegation_id).values(opened_at=now())
        )


def renew_link(event: Event, delegation_id: int) -> str:
    """End the delegation's link and make a new one: its secret. Raises DelegationNotFound."""
    event_id = event.id
    with transaction():
        delegation = locked(event_id, delegation_id)
        secret = personal_links.renew_delegation(delegation)
        audit.record("renew_link", "delegation", delegation_id, event_id=event_id)
        return secret


def links(event: Event, ids: Sequence[int]) -> list[tuple[Delegation, str]]:
    """The secrets of delegations, made where there is none yet, in the order of their lists.

    For papers and letters; pages show a secret only when it is made (`renew_link`).
    """
    event_id = event.id
    with transaction():
        chosen = db.session.scalars(
            select(Delegation)
            .where(Delegation.event_id == event_id, Delegation.id.in_(ids))
            .order_by(Delegation.position, Delegation.name)
            .with_for_update()
        ).all()
        return [(it, _secret_of(it)) for it in chosen]


def invite(event: Event, ids: Sequence[int], *, is_reminder: bool = False) -> int:
    """Send leads their links; how many. All of them are written to, or nobody: raises NoAddress."""
    event_id = event.id
    with transaction():
        chosen = db.session.scalars(
            select(Delegation)
            .where(Delegation.event_id == event_id, Delegation.id.in_(ids))
            .with_for_update()
        ).all()
        if unknown := [it.name for it in chosen if not it.lead_email]:
            raise NoAddress(unknown)
        for delegation in chosen:
            _secret_of(delegation)
            delegation.invited_at = now()
            audit.record("invite", "delegation", delegation.id, event_id=event_id)
            letters.tell_lead(
                delegation,
                letters.LeadLetter.REMINDER if is_reminder else letters.LeadLetter.INVITATION,
            )
        return len(chosen)


def _secret_of(delegation: Delegation) -> str:
    known = personal_links.known_delegation_secret(delegation)
    if known is not None:
        return known
    audit.record("renew_link", "delegation", delegation.id, event_id=delegation.event_id)
    return personal_links.renew_delegation(delegation)
