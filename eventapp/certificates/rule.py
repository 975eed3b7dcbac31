"""Who attended enough of the training to get a certificate. Pure.

Training sessions at the same time are alternatives, of which nobody can attend all: together they
make one `Slot`, of which each person is to attend their own class (any one, if they chose none).
Every other training session is a slot of its own, which everybody is to attend. Site visits, where
they count, are slots in the same way, of those who have a seat in one of them or went along.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Training:
    """A training session, or the departure of a site visit, from its beginning to its end."""

    id: int
    starts_at: datetime
    ends_at: datetime


Slot = tuple[Training, ...]
"""Sessions of which each overlaps another one; or a single one."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many sessions somebody attended of those that they were to attend, and for how long."""

    attended: int
    needed: int
    minutes: int = 0
    """Of all that they attended."""

    def reaches(self, threshold: int) -> bool:
        """Whether the share is at least so many per cent; never where there was no training."""
        return self.needed > 0 and 100 * self.attended >= threshold * self.needed

    def __add__(self, other: "Share") -> "Share":
        """Both together."""
        return Share(
            self.attended + other.attended,
            self.needed + other.needed,
            self.minutes + other.minutes,
        )


class Standing(StrEnum):
    """Whether somebody gets a certificate, or why not."""

    QUALIFIES = "qualifies"
    TOO_LITTLE = "too_little"
    EXCLUDED = "excluded"  # their category gets none
    NO_TRAINING = "no_training"  # the programme has none
    NOT_APPROVED = "not_approved"  # the registration was cancelled, or is not approved


def slots(sessions: Iterable[Training]) -> tuple[Slot, ...]:
    """The sessions in slots, in the order of time.

    Sessions that only touch (one ends when the next begins) do not overlap.
    """
    found: list[list[Training]] = []
    until: datetime | None = None
    for it in sorted(sessions, key=lambda it: (it.starts_at, it.ends_at, it.id)):
        if until is not None and it.starts_at < until:
            found[-1].append(it)
            until = max(until, it.ends_at)
        else:
            found.append([it])
            until = it.ends_at
    return tuple(map(tuple, found))


def share(
    of: Sequence[Slot], enrolled: Collection[int] = (), attended: Collection[int] = ()
) -> Share:
    """What somebody attended of what they were to attend, by ids of sessions.

    In a slot of alternatives they are to attend as many as they are enrolled in, at least one; to
    have attended another one of them instead counts as well.
    """
    needed = reached = minutes = 0
    for slot in of:
        wanted = max(1, sum(it.id in enrolled for it in slot))
        needed += wanted
        reached += min(wanted, sum(it.id in attended for it in slot))
        minutes += _minutes([it for it in slot if it.id in attended])
    return Share(reached, needed, minutes)


def visited(
    of: Sequence[Slot], seats: Collection[int] = (), attended: Collection[int] = ()
) -> Share:
    """The same of site visits: nobody is to go with one in whose slot they have no seat."""
    concerned = [slot for slot in of if any(it.id in seats or it.id in attended for it in slot)]
    return share(concerned, seats, attended)


def _minutes(attended: Sequence[Training]) -> int:
    """How long these sessions of one slot took; what overlaps counts once."""
    total, until = 0.0, None
    for it in attended:  # in the order of time
        begins = it.starts_at if until is None else max(it.starts_at, until)
        total += max(0.0, (it.ends_at - begins).total_seconds())
        until = it.ends_at if until is None else max(until, it.ends_at)
    return round(total / 60)


def standing(of: Share, threshold: int, *, is_excluded: bool = False) -> Standing:
    """Whether that share is enough, for somebody whose category is excluded or not."""
    if is_excluded:
        return Standing.EXCLUDED
    if not of.needed:
        return Standing.NO_TRAINING
    return Standing.QUALIFIES if of.reaches(threshold) else Standing.TOO_LITTLE
