"""Personal links: whose they are, and how a lost one is found again."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event
from eventapp.mail import links as addresses
from eventapp.programme.models import Session
from eventapp.registration import letters, personal_links
from eventapp.registration.errors import RegistrationOver
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import GONE, Delegate, Organisation, Preference
from eventapp.registration.service import locked

_BETWEEN_LINKS = timedelta(minutes=10)


def renew(event: Event, delegate_id: int) -> str:
    """End the personal link and give a new one, which is also mailed: its secret.

    Raises DelegateNotFound, RegistrationOver.
    """
    event_id = event.id
    with transaction():
        delegate = locked(event_id, delegate_id)
        if delegate.is_over:
            raise RegistrationOver(delegate_id)
        secret = personal_links.renew(delegate)
        audit.record("renew_link", "delegate", delegate_id, event_id=event_id)
        if not delegate.is_cancelled:
            letters.tell(delegate, LetterKind.LINK)
        return secret


def remind(event: Event, delegate_id: int) -> bool:
    """Mail somebody's personal link to the address they registered; whether that was done.

    Not again within ten minutes, and not where the link might lead astray (see eventapp.mail.
    links). The link that they have stays good as long as it can be made again.
    Raises DelegateNotFound.
    """
    event_id = event.id
    if not addresses.is_certain():
        return False
    with transaction():
        delegate = locked(event_id, delegate_id)
        _send_link(delegate)
        return True


def send_links_to(event: Event, address: str) -> int:
    """Mail the personal links of everybody registered with an address to it; how many.

    For "I lost my link": the answer must not tell anybody whether the address is known.
    """
    event_id = event.id
    if not address or not addresses.is_certain():
        return 0
    with transaction():
        ids = db.session.scalars(
            select(Delegate.id).where(
                Delegate.event_id == event_id,
                Delegate.email == address,
                Delegate.status.not_in(GONE),
                Delegate.merged_into_id.is_(None),
            )
        ).all()
        for delegate_id in ids:
            _send_link(locked(event_id, delegate_id))
        return len(ids)


def _send_link(delegate: Delegate) -> None:
    if letters.was_told(delegate, _BETWEEN_LINKS):
        return
    if personal_links.known_secret(delegate) is None:
        personal_links.renew(delegate)
        audit.record("renew_link", "delegate", delegate.id, event_id=delegate.event_id)
    letters.tell(delegate, LetterKind.LINK)


def by_secret(secret: str) -> Delegate | None:
    """Whose personal link has this secret, with everything that belongs to them.

    The link of a registration that was merged into another leads to that one.
    """
    found = db.session.scalars(
        _in_full().where(Delegate.secret_hash == tokens.hash_secret(secret))
    ).one_or_none()
    if found is not None and found.merged_into_id is not None:
        return db.session.scalars(_in_full().where(Delegate.id == found.merged_into_id)).one()
    return found


def _in_full() -> Any:
    return select(Delegate).options(
        joinedload(Delegate.event),
        joinedload(Delegate.category),
        joinedload(Delegate.organisation).joinedload(Organisation.delegation),
        selectinload(Delegate.days),
        selectinload(Delegate.enrolments).joinedload(Session.room),
        selectinload(Delegate.preferences).joinedload(Preference.site),
    )
