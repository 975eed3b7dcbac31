"""Puts letters about seats into the outbox, in the transaction of the change."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select

from eventapp.database import db
from eventapp.mail import links, outbox
from eventapp.registration.models import COMING, Delegate

GIVEN = "visit_seat_given"
CHANGED = "visit_seat_changed"
SWAP_OFFERED = "visit_swap_offered"
SWAP_ENDED = "visit_swap_ended"
_BATCH = 1_000


def tell(
    event_id: int, ids: Iterable[int], about: Callable[[int], tuple[str, dict[str, Any]]]
) -> int:
    """One letter to each of these people who come and have an address; how many.

    ``about`` says of which kind the letter to somebody is, and what it needs (as JSON).
    """
    people = sorted(ids)
    letters = []
    for start in range(0, len(people), _BATCH):
        rows = db.session.execute(
            select(Delegate.id, Delegate.email, Delegate.name, Delegate.language)
            .where(
                Delegate.event_id == event_id,
                Delegate.id.in_(people[start : start + _BATCH]),
                Delegate.status.in_(COMING),
                Delegate.email != "",
                Delegate.merged_into_id.is_(None),
                Delegate.anonymised_at.is_(None),
            )
            .order_by(Delegate.id)
        )
        for who, address, name, language in rows:
            kind, details = about(who)
            letters.append(
                outbox.ToCompose(
                    kind=kind,
                    to_address=address,
                    to_name=name,
                    language=language,
                    event_id=event_id,
                    delegate_id=who,
                    details=details,
                )
            )
    return outbox.add_all(letters, host=outbox.host_of(links.base_url()))
