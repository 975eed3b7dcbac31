"""The plan of what a table would do: rows with their verdicts."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from eventapp.registration.details import DelegateData
from eventapp.registration.importing.cells import Cleaned
from eventapp.registration.models import Status
from eventapp.registration.quota import Claim
from eventapp.text import fold

Progress = Callable[[int, int], None]
"""Called with how many rows are done, and of how many."""


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    WRONG = "wrong"
    LEFT_OUT = "left_out"  # somebody who has cancelled


@dataclass(frozen=True, slots=True)
class Stored:
    """Somebody who is registered, as far as a row can say it."""

    id: int
    revision: int
    name: str
    status: Status
    code: str
    delegation_id: int
    office_folded: str
    data: DelegateData

    def is_from(self, fields: Mapping[str, Any]) -> bool:
        """Whether this is the office that a row names."""
        typed = fold(fields.get("organisation_typed", ""))
        if typed:
            return (typed, fields.get("delegation_id")) == (self.office_folded, self.delegation_id)
        return self.data.organisation_id == fields.get("organisation_id")


@dataclass(slots=True)
class PlannedRow:
    """A row and its verdict."""

    number: int
    """As spreadsheet programs show it."""
    cells: Mapping[str, str]
    """What was read, by column."""
    verdict: Verdict
    data: DelegateData | None = None
    """For new and changed rows: everything that is to be stored."""
    stored: Stored | None = None
    """Whom the row is about, if they are registered."""
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Of changed rows: field of DelegateData → (before, after)."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """(column, what is wrong); the column is empty where it is about the whole row."""
    cleaned: list[Cleaned] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    fills: int | None = None
    """Of new rows: the held place that somebody is named for, where there is no other."""

    @property
    def moves_place(self) -> bool:
        """Whether somebody registered would count for other quotas."""
        if self.stored is None or self.data is None:
            return False
        return claim_of_data(self.data) != claim_of_data(self.stored.data)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a table would do."""

    rows: Sequence[PlannedRow]
    counts: Mapping[Verdict, int]
    digest: str
    """The same for the same plan: what is confirmed is what was shown."""

    def of(self, verdict: Verdict) -> list[PlannedRow]:
        """The rows with this verdict."""
        return [row for row in self.rows if row.verdict is verdict]


@dataclass(frozen=True, slots=True)
class Cells:
    """A row to be planned; in a grid it knows whom it is about."""

    number: int
    values: Mapping[str, str]
    delegate_id: int | None = None
    revision: int | None = None
    is_untouched: bool = False
    """A row of a grid as it was shown: it changes nothing, whatever others have done since."""


def claim_of_data(data: DelegateData) -> Claim:
    """What the place of somebody who is not stored yet counts for."""
    return Claim(
        delegation_id=data.delegation_id or 0,
        organisation_id=data.organisation_id,
        category_id=data.category_id,
        day_ids=frozenset(data.day_ids),
        session_ids=frozenset(data.enrolment_ids),
    )


def digest_of(rows: Sequence[PlannedRow]) -> str:
    """The same for rows that would do the same."""
    digest = hashlib.sha256()
    for row in rows:
        what = [
            row.number,
            row.verdict,
            row.stored and [row.stored.id, row.stored.revision],
            row.data and asdict(row.data),
            row.fills,
        ]
        digest.update(json.dumps(what, ensure_ascii=False, default=str).encode())
    return digest.hexdigest()
