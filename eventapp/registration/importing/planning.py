"""What a table would do: a verdict for each row. Reads the database and writes nothing."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db
from eventapp.questions.answers import is_asked
from eventapp.questions.models import Answer
from eventapp.registration import duplicates, quota
from eventapp.registration.choices import Choices
from eventapp.registration.details import DelegateData
from eventapp.registration.duplicates import Holder
from eventapp.registration.importing.cells import Cleaned, Reading, RowReader
from eventapp.registration.importing.columns import heading, question_key
from eventapp.registration.models import (
    GONE,
    HOLDING,
    Delegate,
    Delegation,
    Organisation,
    Preference,
    Quota,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.registration.quota import Claim
from eventapp.text import fold

Progress = Callable[[int, int], None]
"""Called with how many rows are done, and of how many."""

_BATCH = 500
_REPORTED = 250


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


def plan(
    event_id: int,
    choices: Choices,
    scope: Delegation | None,
    rows: Sequence[Cells],
    *,
    clears: bool = False,
    quotas: Sequence[Quota] | None = None,
    progress: Progress = lambda done, of: None,
) -> Plan:
    """Give every row its verdict.

    ``scope`` is the one delegation whose table it is. With ``clears``, an empty cell of somebody
    registered empties the field; otherwise it leaves it alone. ``quotas`` are those of an open
    ledger; without them they are read as they are now.
    """
    return _Planner(event_id, choices, scope, clears).plan(rows, quotas, progress)


class _Planner:
    def __init__(
        self, event_id: int, choices: Choices, scope: Delegation | None, clears: bool
    ) -> None:
        self.event_id = event_id
        self.choices = choices
        self.scope = scope
        self.clears = clears
        self.reader = RowReader(choices, scope)
        self.day_of_class = {it.id: it.day_id for it in choices.classes}
        self.every_day = tuple(it.id for it in choices.days)
        self.category = next((it.id for it in choices.categories), 0)
        self.office_names = {
            it.name_folded: it.id
            for delegation in choices.delegations
            for it in choices.offices(delegation)
        }

    def plan(
        self, table: Sequence[Cells], quotas: Sequence[Quota] | None, progress: Progress
    ) -> Plan:
        rows: list[PlannedRow] = []
        readings: list[Reading | None] = []
        for done, cells in enumerate(table):
            if done % _REPORTED == 0:
                progress(done, len(table))
            gone = self.reader.is_gone(cells.values)
            readings.append(None if gone else self.reader.read(cells.values))
            verdict = Verdict.LEFT_OUT if gone else Verdict.NEW
            rows.append(PlannedRow(cells.number, cells.values, verdict))
        stored = _Registered(self.event_id, table, readings)
        holders = self._holders(readings)
        seen: dict[tuple[Any, ...], int] = {}
        for cells, row, reading in zip(table, rows, readings, strict=True):
            if reading is not None:
                self._judge(cells, row, reading, stored, seen)
                _remark_on_address(row, holders)
        self._check_places(rows, quotas)
        progress(len(table), len(table))
        return Plan(rows, Counter(row.verdict for row in rows), _digest(rows))

    def _holders(self, readings: Sequence[Reading | None]) -> dict[str, list[Holder]]:
        """Who is registered with the addresses of the table: of a delegation's table, its own."""
        emails = {it.fields.get("email", "") for it in readings if it is not None} - {""}
        scope = self.scope.id if self.scope else None
        found: dict[str, list[Holder]] = {}
        for batch in _batches(sorted(emails)):
            found |= duplicates.holders(self.event_id, batch, delegation_id=scope)
        return found

    def _judge(
        self,
        cells: Cells,
        row: PlannedRow,
        reading: Reading,
        stored: "_Registered",
        seen: dict[tuple[Any, ...], int],
    ) -> None:
        row.problems, row.cleaned, row.remarks = (
            reading.problems,
            reading.cleaned,
            reading.remarks,
        )
        row.stored = stored.match(cells, row, reading)
        if self.scope and row.stored and row.stored.delegation_id != self.scope.id:
            # Neither told of nor touched: a delegation's table is about its own people.
            row.stored = None
            row.problems.append(("", _("This person is not on the list of this delegation.")))
        if row.stored is None:
            row.data = self._new(row, reading)
        else:
            row.data = self._changed(row, cells, reading, row.stored)
        if row.data is not None:
            self._check(row, row.data, seen)
        if row.problems:
            row.verdict, row.data = Verdict.WRONG, None
        elif row.stored is not None:
            row.verdict = Verdict.CHANGED if row.changes else Verdict.SAME

    def _new(self, row: PlannedRow, reading: Reading) -> DelegateData | None:
        fields = reading.fields
        if not fields.get("position"):
            problem = _("“%(name)s” is empty.", name=heading("position"))
            row.problems.append(("position", problem))
        has_office = fields.get("organisation_id") or fields.get("organisation_typed")
        if not has_office and not {"office", "delegation"} & {key for key, _said in row.problems}:
            row.problems.append(("office", _("The organisation is missing.")))
        category_id = fields.get("category_id", self.category)
        answers = self._asked(reading, category_id)
        if self.scope is not None:
            for question in self.choices.written_questions:
                is_missing = question.is_required and answers.get(question.id) is None
                if is_missing and is_asked(question, category_id):
                    row.problems.append((question_key(question), _("Please answer this.")))
        if row.problems:
            return None
        return DelegateData(
            **{
                "category_id": category_id,
                "day_ids": self.every_day,
                **fields,
                "answers": answers,
            }
        )

    def _asked(self, reading: Reading, category_id: int) -> dict[int, Any]:
        """The answers of a row to what is asked of a category."""
        return {
            it.id: reading.answers[it.id]
            for it in self.choices.written_questions
            if it.id in reading.answers and is_asked(it, category_id)
        }

    def _changed(
        self, row: PlannedRow, cells: Cells, reading: Reading, before: Stored
    ) -> DelegateData | None:
        if cells.revision is not None and cells.revision != before.revision:
            row.problems.append(
                ("", _("Somebody else has changed this registration in the meantime."))
            )
        if row.problems:
            return None
        data = asdict(before.data)
        fields = dict(reading.fields)
        if before.is_from(fields):
            fields["organisation_id"], fields["organisation_typed"] = (
                before.data.organisation_id,
                "",
            )
        elif "organisation_id" in fields:
            fields["organisation_typed"] = ""
        elif "organisation_typed" in fields:
            fields["organisation_id"] = None
        if self.clears:
            empty: dict[str, Any] = {
                "email": "",
                "phone": "",
                "diet": "",
                "needs": "",
                "training": (),
                "wishes": (),
            }
            names = {"training": "enrolment_ids", "wishes": "site_ids"}
            for key, value in empty.items():
                if key in cells.values and not cells.values[key].strip():
                    fields[names.get(key, key)] = value
        given = self._asked(reading, fields.get("category_id", before.data.category_id))
        if self.clears:
            for question in self.choices.written_questions:
                key = question_key(question)
                if key in cells.values and not cells.values[key].strip():
                    given[question.id] = None
        answers = {
            key: value for key, value in given.items() if value != before.data.answers.get(key)
        }
        data.update(fields)
        data["answers"] = answers
        after = DelegateData(**data)
        row.changes = {
            name: (getattr(before.data, name), value)
            for name, value in fields.items()
            if name != "delegation_id"
            and _plain(name, getattr(before.data, name)) != _plain(name, value)
        }
        if answers:
            row.changes["answers"] = ({it: before.data.answers.get(it) for it in answers}, answers)
        return after

    def _check(self, row: PlannedRow, data: DelegateData, seen: dict[tuple[Any, ...], int]) -> None:
        for class_id in data.enrolment_ids:
            if self.day_of_class.get(class_id) not in data.day_ids:
                row.problems.append(
                    ("training", _("The training class is on a day that is not chosen."))
                )
        folded = fold(data.name)
        office = data.organisation_id or (data.delegation_id, fold(data.organisation_typed))
        keys: list[tuple[Any, ...]] = [("office", folded, office)]
        if data.email:
            keys.append(("email", folded, data.email))
        for key in keys:
            if key in seen:
                row.problems.append(("", _("The same person as in row %(row)s.", row=seen[key])))
                break
        for key in keys:
            seen.setdefault(key, row.number)
        if data.email:
            shared = seen.setdefault(("address", data.email), row.number)
            if shared != row.number and not row.problems:
                row.remarks.append(_("The same e-mail address as in row %(row)s.", row=shared))

    def _check_places(self, rows: Sequence[PlannedRow], quotas: Sequence[Quota] | None) -> None:
        """Who finds no place, were they registered in the order of the rows."""
        if quotas is None:
            quotas = db.session.scalars(select(Quota).filter_by(event_id=self.event_id)).all()
        wanting = [row for row in rows if row.data is not None and self._takes(row)]
        released = [
            claim_of_data(row.stored.data)
            for row in wanting
            if row.stored is not None and row.stored.status in HOLDING
        ]
        claims = [claim_of_data(row.data) for row in wanting if row.data is not None]
        refused, _balance = quota.allot(quotas, claims, released)
        for at in refused:
            row = wanting[at]
            row.problems.append(("", _("No place is left for this person.")))
            row.verdict, row.data = Verdict.WRONG, None

    def _takes(self, row: PlannedRow) -> bool:
        if row.stored is None:
            return True
        return row.stored.status in HOLDING and row.moves_place


def _remark_on_address(row: PlannedRow, holders: Mapping[str, list[Holder]]) -> None:
    """Say of somebody new who has the same address: one person under two names, perhaps."""
    if row.data is None or row.stored is not None:
        return
    if people := holders.get(row.data.email):
        names = ", ".join(it.name for it in people)
        row.remarks.append(
            _("The same e-mail address as %(names)s, registered already.", names=names)
        )


def claim_of_data(data: DelegateData) -> Claim:
    """What the place of somebody who is not stored yet counts for."""
    return Claim(
        delegation_id=data.delegation_id or 0,
        organisation_id=data.organisation_id,
        category_id=data.category_id,
        day_ids=frozenset(data.day_ids),
        session_ids=frozenset(data.enrolment_ids),
    )


class _Registered:
    """Those of the event whom rows may be about, read in batches."""

    def __init__(
        self, event_id: int, rows: Sequence[Cells], readings: Sequence[Reading | None]
    ) -> None:
        self.event_id = event_id
        names, codes, ids = set(), set(), set()
        for row, reading in zip(rows, readings, strict=True):
            if reading is None:
                continue
            if name := reading.fields.get("name"):
                names.add(fold(name)[:300])
            if code := row.values.get("code", "").replace(" ", ""):
                codes.add(code)
            if row.delegate_id is not None:
                ids.add(row.delegate_id)
        self.by_id: dict[int, Stored] = {}
        self.by_name: dict[str, list[Stored]] = {}
        self.by_code: dict[str, Stored] = {}
        for column, values in (
            (Delegate.name_folded, names),
            (Delegate.code, codes),
            (Delegate.id, ids),
        ):
            for batch in _batches(sorted(values)):
                self._load(column.in_(batch))

    def match(self, cells: Cells, row: PlannedRow, reading: Reading) -> Stored | None:
        """Whom a row is about; adds a problem where that cannot be told."""
        if cells.delegate_id is not None:
            found = self.by_id.get(cells.delegate_id)
            if found is None or found.status in GONE:
                row.problems.append(("", _("This person is no longer on the list.")))
            return found
        code = cells.values.get("code", "").replace(" ", "")
        if code and code in self.by_code:
            return self.by_code[code]
        name = reading.fields.get("name")
        namesakes = [
            it
            for it in self.by_name.get(fold(name)[:300] if name else "", [])
            if it.status not in GONE
        ]
        email = reading.fields.get("email")
        same_address = [it for it in namesakes if email and it.data.email == email]
        same_office = [it for it in namesakes if it.is_from(reading.fields)]
        found_all = same_address or [
            # Another address is another person, unless one of the two has none.
            it
            for it in same_office
            if not (email and it.data.email and it.data.email != email) or len(same_office) == 1
        ]
        if len(found_all) > 1:
            row.problems.append(
                (
                    "name",
                    _("Several people of this name are registered there: give the pass code."),
                )
            )
        found = found_all[0] if found_all else None
        scope = reading.fields.get("delegation_id")
        if found is not None and scope is not None and found.delegation_id != scope:
            row.problems.append(
                ("name", _("This person is registered already, with another delegation."))
            )
        return found

    def _load(self, condition: Any) -> None:
        found = db.session.execute(
            select(
                Delegate.id,
                Delegate.revision,
                Delegate.status,
                Delegate.code,
                Delegate.name,
                Delegate.name_folded,
                Delegate.position,
                Delegate.category_id,
                Delegate.organisation_id,
                Delegate.email,
                Delegate.phone,
                Delegate.diet,
                Delegate.needs,
                Delegate.language,
                Organisation.delegation_id,
                Organisation.name_folded.label("office_folded"),
            )
            .join(Delegate.organisation)
            .where(
                Delegate.event_id == self.event_id,
                Delegate.merged_into_id.is_(None),
                condition,
            )
        ).all()
        ids = [row.id for row in found if row.id not in self.by_id]
        days = _links(delegate_day.c.delegate_id, delegate_day.c.day_id, ids, delegate_day.c.day_id)
        classes = _links(
            enrolment.c.delegate_id, enrolment.c.session_id, ids, enrolment.c.session_id
        )
        answers = _answers(ids)
        wishes = _links(Preference.delegate_id, Preference.site_id, ids, Preference.rank)
        for row in found:
            if row.id in self.by_id:
                continue
            stored = Stored(
                id=row.id,
                revision=row.revision,
                name=row.name,
                status=Status(row.status),
                code=row.code,
                delegation_id=row.delegation_id,
                office_folded=row.office_folded,
                data=DelegateData(
                    name=row.name,
                    position=row.position,
                    category_id=row.category_id,
                    organisation_id=row.organisation_id,
                    delegation_id=row.delegation_id,
                    email=row.email,
                    phone=row.phone,
                    day_ids=days.get(row.id, ()),
                    enrolment_ids=classes.get(row.id, ()),
                    site_ids=wishes.get(row.id, ()),
                    diet=row.diet,
                    needs=row.needs,
                    language=row.language,
                    answers=answers.get(row.id, {}),
                ),
            )
            self.by_id[row.id] = stored
            self.by_code[row.code] = stored
            self.by_name.setdefault(row.name_folded, []).append(stored)


def _links(key: Any, value: Any, ids: Sequence[int], order: Any) -> dict[int, tuple[int, ...]]:
    links: dict[int, tuple[int, ...]] = {}
    if ids:
        for of, it in db.session.execute(select(key, value).where(key.in_(ids)).order_by(order)):
            links[of] = (*links.get(of, ()), it)
    return links


def _answers(ids: Sequence[int]) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = {}
    if ids:
        query = select(Answer.delegate_id, Answer.question_id, Answer.value)
        for row in db.session.execute(query.where(Answer.delegate_id.in_(ids))):
            found.setdefault(row.delegate_id, {})[row.question_id] = row.value
    return found


def _plain(name: str, value: Any) -> Any:
    """For comparing: days and classes are sets, wishes are in order."""
    if name in ("day_ids", "enrolment_ids"):
        return sorted(value)
    return list(value) if isinstance(value, tuple | list) else value


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + _BATCH] for at in range(0, len(values), _BATCH))


def _digest(rows: Sequence[PlannedRow]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        what = [
            row.number,
            row.verdict,
            row.stored and [row.stored.id, row.stored.revision],
            row.data and asdict(row.data),
        ]
        digest.update(json.dumps(what, ensure_ascii=False, default=str).encode())
    return digest.hexdigest()
