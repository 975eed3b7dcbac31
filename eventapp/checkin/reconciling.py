"""Whether everything that a device has made at a checkpoint has arrived. Pure.

A device knows how many entries it has made, the server how many have come. What neither knows is
what a device without a network has made since it was last heard of: so a device counts only if it
has been heard of since its own last entry came, and since the checkpoint was last used at all.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How a device stands at a checkpoint."""

    COMPLETE = "complete"  # all that it made has arrived
    UNUSED = "unused"  # nobody has ever used it
    UNSENT = "unsent"  # it says that it has more
    LEFT = "left"  # a phone that was this device before had more
    DIFFERENT = "different"  # it has made more or fewer than have arrived
    UNREPORTED = "unreported"  # it has not said how many since its last entry came
    SILENT = "silent"  # nobody has heard of it since the checkpoint was last used
    EXPLAINED = "explained"  # somebody has said why it may stay as it is


SETTLED = frozenset((State.COMPLETE, State.UNUSED, State.EXPLAINED))
"""Those that do not stand against closing the checkpoint."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of a device's entries at one checkpoint; times are instants."""

    received: int
    """How many are in the log."""
    made: int | None = None
    """How many it says it has made; None where it has never said."""
    unsent: int | None = None
    reported_at: datetime | None = None
    """When it said so."""
    last_received_at: datetime | None = None
    """When the last of them came."""
    is_used: bool = True
    """Whether it was ever heard of."""
    unsent_before: int = 0
    """How many of the unsent are a phone's that was this device before: they come no more by it."""

    @property
    def stated(self) -> int:
        """What it has made as far as anybody knows: an explanation speaks of this."""
        return self.received if self.made is None else self.made

    @property
    def difference(self) -> int:
        """How many are missing; less than nothing where more have come than it knows of."""
        return self.stated - self.received


def state(
    counts: Counts, last_used_at: datetime | None, explained: tuple[int, int] | None = None
) -> State:
    """How a device stands where the checkpoint was last used at that time.

    ``explained`` are the numbers, made and received, of which an explanation speaks.
    """
    found = _unexplained(counts, last_used_at)
    if found not in SETTLED and explained == (counts.stated, counts.received):
        return State.EXPLAINED
    return found


def _unexplained(counts: Counts, last_used_at: datetime | None) -> State:
    if not counts.is_used and not counts.received:
        return State.UNUSED
    if counts.reported_at is None or counts.made is None:
        return State.UNREPORTED
    if counts.unsent and counts.unsent > counts.unsent_before:
        return State.UNSENT
    if counts.unsent:
        return State.LEFT
    if counts.last_received_at is not None and counts.reported_at < counts.last_received_at:
        return State.UNREPORTED
    if counts.made != counts.received:
        return State.DIFFERENT
    if last_used_at is not None and counts.reported_at < last_used_at:
        return State.SILENT
    return State.COMPLETE
