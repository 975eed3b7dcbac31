"""What there is to know of the ways of visit groups: plain facts, read by `way_rows`. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BusFact:
    """A bus of a group."""

    id: int
    label: str
    plate: str
    driver: str
    driver_phone: str


@dataclass(frozen=True, slots=True)
class StopFact:
    """A stop of a group."""

    id: int
    name: str
    name_en: str
    leaves_at: datetime | None

    def name_in(self, language: str) -> str:
        """The name in ``vi`` or ``en``."""
        return self.name_en if language == "en" and self.name_en else self.name


@dataclass(frozen=True, slots=True)
class Way:
    """A visit group with its buses and its stops, each in order."""

    group_id: int
    letter: str
    colour: str
    site: str
    departs_at: datetime | None
    returns_at: datetime | None
    leader: str
    leader_phone: str
    guide: str
    guide_phone: str
    buses: tuple[BusFact, ...] = ()
    stops: tuple[StopFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll that was closed or opened again."""

    id: str
    checkpoint_id: int
    bus_id: int | None
    """None is the whole group."""
    is_closed: bool
    called_at: datetime
    excused: frozenset[int]
    """Those who are missing and go their own way."""
