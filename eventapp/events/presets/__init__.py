"""Events that ship with the program, as plain data; see README.md beside this file.

Read through importlib.resources, so that it works from a wheel. Knows no database.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

SOURCE = "source.json"
ILLUSTRATIVE = "illustrative.json"


class PresetNotFound(LookupError):
    """No preset has that slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"no preset {slug!r}; there are: {', '.join(available_presets())}")
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Province:
    """A province as it was at the time of the event; `code` has two digits."""

    code: str
    name: str
    kind: str
    """``tỉnh`` or ``thành phố``."""
    region: str
    ascii_name: str
    merged_into_2025: str
    """The name of the province it has belonged to since July 2025."""

    @property
    def full_name(self) -> str:
        """As official papers write it: ``tỉnh Bắc Ninh``, ``thành phố Hà Nội``."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class PresetSpeaker:
    """Somebody whom the published report names, and what they did."""

    name: str
    position: str
    part: str


@dataclass(frozen=True, slots=True)
class PresetSession:
    """An item of the programme; times are local to the event."""

    day: int
    """Index into `Preset.days`, from 0."""
    start: time
    end: time
    kind: str
    """``logistics``, ``plenary``, ``break``, ``meal``, ``training`` or ``visit``."""
    title: str
    chair: str
    room: str
    """A name in `Preset.rooms`, or empty."""


@dataclass(frozen=True, slots=True)
class PresetSite:
    """A place to visit; `capacity` counts people, over all its `buses`."""

    name: str
    capacity: int
    buses: int


@dataclass(frozen=True, slots=True)
class PresetCategory:
    """What a delegate comes as; `colour` is ``#rrggbb``."""

    name: str
    name_en: str
    colour: str


@dataclass(frozen=True, slots=True)
class People:
    """Names of one northern people that go together; empty given names mean the common ones."""

    regions: tuple[str, ...]
    """Where many of them live: values of `Province.region`."""
    families: tuple[str, ...]
    male_middle: tuple[str, ...]
    female_middle: tuple[str, ...]
    male_given: tuple[str, ...]
    female_given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameStock:
    """Names for synthetic people; a middle name can have several words."""

    family_shares: tuple[tuple[str, float], ...]
    male_middle: tuple[str, ...]
    female_middle: tuple[str, ...]
    male_given: tuple[str, ...]
    female_given: tuple[str, ...]
    peoples: tuple[People, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """An event with all that is known or made up about it."""

    slug: str
    title: str
    short_title: str
    title_en: str
    organiser: str
    co_organiser: str
    venue: str
    opening: str
    contact_name: str
    contact_email: str
    timezone: str
    days: tuple[date, ...]
    speakers: tuple[PresetSpeaker, ...]
    central_organisations: tuple[str, ...]
    provincial_organisations: tuple[str, ...]
    programme_parts: tuple[str, ...]
    rooms: tuple[str, ...]
    sessions: tuple[PresetSession, ...]
    sites: tuple[PresetSite, ...]
    categories: tuple[PresetCategory, ...]
    positions_by_protocol_rank: tuple[str, ...]
    provinces: tuple[Province, ...]
    names: NameStock
    illustrative: frozenset[str]
    """The fields above that were made up for the demo."""

    def is_illustrative(self, part: str) -> bool:
        """Whether a field of this class (``"sessions"``) was made up for the demo.

        Raises AttributeError for a name that is no field.
        """
        getattr(self, part)
        return part in self.illustrative

    @property
    def host_province(self) -> Province | None:
        """The province that the co-organiser or the venue names."""
        stated = f"{self.co_organiser}, {self.venue}"
        return next((it for it in self.provinces if it.name in stated), None)

    @property
    def training_classes(self) -> tuple[PresetSession, ...]:
        """Training sessions held side by side, of which a person attends one."""
        training = [it for it in self.sessions if it.kind == "training"]
        starts = [(it.day, it.start) for it in training]
        return tuple(it for it in training if starts.count((it.day, it.start)) > 1)

    @property
    def visit_days(self) -> tuple[int, ...]:
        """Indices of the days on which sites are visited."""
        return tuple(sorted({it.day for it in self.sessions if it.kind == "visit"}))


def available_presets() -> tuple[str, ...]:
    """The slugs of all presets, in order."""
    return tuple(
        sorted(
            folder.name
            for folder in files(__name__).iterdir()
            if folder.is_dir() and folder.joinpath(SOURCE).is_file()
        )
    )


@cache
def load_preset(slug: str) -> Preset:
    """The preset with that slug. Raises PresetNotFound."""
    if slug not in available_presets():
        raise PresetNotFound(slug)
    folder = files(__name__).joinpath(slug)
    source = _read_json(folder.joinpath(SOURCE))
    made_up = _read_json(folder.joinpath(ILLUSTRATIVE))
    both = {**made_up, **source}
    return Preset(
        slug=both["slug"],
        title=both["title"],
        short_title=both["short_title"],
        title_en=both["title_en"],
        organiser=both["organiser"],
        co_organiser=both["co_organiser"],
        venue=both["venue"],
        opening=both["opening"],
        contact_name=both["contact_name"],
        contact_email=both["contact_email"],
        timezone=both["timezone"],
        days=tuple(map(date.fromisoformat, both["days"])),
        speakers=tuple(PresetSpeaker(**it) for it in both["speakers"]),
        central_organisations=tuple(both["central_organisations"]),
        provincial_organisations=tuple(both["provincial_organisations"]),
        programme_parts=tuple(both["programme_parts"]),
        rooms=tuple(both["rooms"]),
        sessions=tuple(map(_session, both["sessions"])),
        sites=tuple(PresetSite(**it) for it in both["sites"]),
        categories=tuple(PresetCategory(**it) for it in both["categories"]),
        positions_by_protocol_rank=tuple(both["positions_by_protocol_rank"]),
        provinces=_provinces(),
        names=_names(),
        illustrative=frozenset(made_up.keys() - source.keys()),
    )


def _read_json(file: Traversable) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _session(item: dict[str, Any]) -> PresetSession:
    """The files count days from 1, as programmes do."""
    start, end = time.fromisoformat(item["start"]), time.fromisoformat(item["end"])
    return PresetSession(**{**item, "day": item["day"] - 1, "start": start, "end": end})


def _provinces() -> tuple[Province, ...]:
    lines = files(__name__).joinpath("provinces.csv").read_text(encoding="utf-8").splitlines()
    return tuple(Province(**row) for row in csv.DictReader(lines))


def _names() -> NameStock:
    content = _read_json(files(__name__).joinpath("names.json"))
    shares = tuple(content.pop("family_shares").items())
    peoples = tuple(People(**_tuples(it)) for it in content.pop("peoples"))
    return NameStock(family_shares=shares, peoples=peoples, **_tuples(content))


def _tuples(lists: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}
