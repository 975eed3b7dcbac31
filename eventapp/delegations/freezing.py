"""When the list of a delegation is frozen: from then on its changes are requests."""

from datetime import datetime

from eventapp.registration.models import Delegation


def is_frozen(delegation: Delegation, at: datetime) -> bool:
    """Whether changes must be asked for: the list is submitted, or the deadline has passed."""
    return delegation.submitted_at is not None or is_over(delegation, at)


def is_over(delegation: Delegation, at: datetime) -> bool:
    """Whether the deadline has passed."""
    return delegation.deadline is not None and at > delegation.deadline
