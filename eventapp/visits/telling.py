"""Puts letters about seats into the outbox, in the transaction of the change."""

from collections.abc import Callable, Iterable
from typing import Any

from eventapp.registration import letters
from eventapp.registration.models import Delegate

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
    return sum(
        letters.tell_those(event_id, about, Delegate.id.in_(people[start : start + _BATCH]))
        for start in range(0, len(people), _BATCH)
    )
