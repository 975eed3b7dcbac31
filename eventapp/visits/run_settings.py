"""What an allocation is asked for with: how, by which aims, for how long. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eventapp.visits.allocation.problem import Aim

DEFAULT_AIMS = (Aim.BELOW, Aim.WISHES, Aim.TOGETHER)
DEFAULT_WORST = 3
DEFAULT_SECONDS = 60
MOST_SECONDS = 1_800
CHOICES = (Aim.WISHES, Aim.BELOW, Aim.TOGETHER, Aim.MIXED, Aim.BALANCED, Aim.OFFICES)
"""What organisers choose from."""


class Mode(StrEnum):
    """How an allocation is sought."""

    ANEW = "anew"  # everybody's place
    NEAREST = "nearest"  # as few moves as possible


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a run was asked for with. ``worst`` is the k of "nobody below their k-th wish"."""

    mode: Mode = Mode.ANEW
    aims: tuple[Aim, ...] = DEFAULT_AIMS
    worst: int = DEFAULT_WORST
    seconds: int = DEFAULT_SECONDS
    keeps_by_hand: bool = True
    """Whether those whom organisers have put into a group by hand stay there."""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "mode": self.mode.value,
            "aims": [it.value for it in self.aims],
            "worst": self.worst,
            "seconds": self.seconds,
            "keeps_by_hand": self.keeps_by_hand,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "RunSettings":
        """From `as_data`."""
        return cls(
            Mode(data["mode"]),
            tuple(Aim(it) for it in data["aims"]),
            data["worst"],
            data["seconds"],
            data["keeps_by_hand"],
        )


def known_aims(names: object) -> tuple[Aim, ...]:
    """The aims of these names in their order; what is none is passed over."""
    known = {it.value: it for it in CHOICES}
    if not isinstance(names, list):
        return ()
    return tuple(known[it] for it in dict.fromkeys(names) if it in known)
