"""What a table would do: a verdict for each row. Reads the database and writes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db
from eventapp.questions.answers import is_asked
from eventapp.registration import duplicates, quota
from eventapp.registration.choices import Choices
from eventapp.registration.details import DelegateData
from eventapp.registration.duplicates import Holder
from eventapp.registration.holding import held
from eventapp.registration.importing.cells import Reading, RowReader
from eventapp.registration.importing.columns import heading, question_key, wishes_are_over
from eventapp.registration.importing.filling import name_for, suiting
from eventapp.registration.importing.namesakes import Namesakes, Person
from eventapp.registration.importing.plan import (
    Cells,
    Plan,
    PlannedRow,
    Progress,
    Stored,
    Verdict,
    claim_of_data,
    digest_of,
)
from eventapp.registration.importing.registered import Registered, batches
from eventapp.registration.models import (
    GONE,
    HOLDING,
    Delegation,
    Quota,
)
from eventapp.registration.quota import Claim, QuotaFull, claim_of_held
from eventapp.registration.quota_words import name_of
from eventapp.web.language import current_language

_REPORTED = 250


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
    if wishes_are_over(choices, scope):
        rows = [
            replace(it, values={key: text for key, text in it.values.items() if key != "wishes"})
            for it in rows
        ]
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
        self.classes = {it.id: it for it in choices.classes}
        self.quota_names: dict[int, str] = {}
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
        stored = Registered(self.event_id, table, readings, self.scope.id if self.scope else None)
        holders = self._holders(readings)
        seen = _Seen()
        for cells, row, reading in zip(table, rows, readings, strict=True):
            if reading is not None:
                self._judge(cells, row, reading, stored, seen)
                _remark_on_address(row, holders)
        self._check_places(rows, quotas)
        progress(len(table), len(table))
        return Plan(rows, Counter(row.verdict for row in rows), digest_of(rows))

    def _holders(self, readings: Sequence[Reading | None]) -> dict[str, list[Holder]]:
        """Who is registered with the addresses of the table: of a delegation's table, its own."""
        emails = {it.fields.get("email", "") for it in readings if it is not None} - {""}
        scope = self.scope.id if self.scope else None
        found: dict[str, list[Holder]] = {}
        for batch in batches(sorted(emails)):
            found |= duplicates.holders(self.event_id, batch, delegation_id=scope)
        return found

    def _judge(
        self,
        cells: Cells,
        row: PlannedRow,
        reading: Reading,
        stored: "Registered",
        seen: "_Seen",
    ) -> None:
        row.problems, row.cleaned, row.remarks = (
            reading.problems,
            reading.cleaned,
            reading.remarks,
        )
        row.stored = stored.match(cells, row, reading)
        if cells.is_untouched:
            self._leave(row, seen)
            return
        if row.stored is None:
            row.data = self._new(row, reading)
        else:
            row.data = self._changed(row, cells, reading, row.stored)
        if row.data is not None:
            self._check(row, row.data, seen, is_known=cells.delegate_id is not None)
        if row.problems:
            row.verdict, row.data = Verdict.WRONG, None
        elif row.stored is not None:
            row.verdict = Verdict.CHANGED if row.changes else Verdict.SAME

    def _leave(self, row: PlannedRow, seen: "_Seen") -> None:
        """A row that nobody touched: about somebody as they are now, or no longer on the list."""
        row.problems, row.cleaned, row.remarks = [], [], []
        if row.stored is None or row.stored.status in GONE:
            row.verdict = Verdict.LEFT_OUT
            return
        self._check(row, row.stored.data, seen, is_known=True)
        row.problems, row.remarks = [], []
        row.verdict = Verdict.SAME

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
                "needs_step_free": False,
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
            # Cells of a grid have one line: what was not touched keeps those it has.
            fields |= _unbroken(fields, asdict(before.data))
            given |= _unbroken(given, before.data.answers)
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

    def _check(
        self,
        row: PlannedRow,
        data: DelegateData,
        seen: "_Seen",
        *,
        is_known: bool = False,
    ) -> None:
        """``is_known`` of a row that says by itself whom it is about: namesakes may be there."""
        row.problems += (("training", said) for said in self._wrong_classes(row.stored, data))
        person = Person.of(data)
        if not is_known:
            if (same := seen.people.same_as(person)) is not None:
                row.problems.append(("", _("The same person as in row %(row)s.", row=same)))
            elif (namesake := seen.people.of_name(person)) is not None:
                row.remarks.append(
                    _(
                        "The name and office of row %(row)s, but another e-mail address or "
                        "telephone: another person.",
                        row=namesake,
                    )
                )
        seen.people.add(person, row.number)
        if data.email:
            shared = seen.addresses.setdefault(data.email, row.number)
            if shared != row.number and not row.problems:
                row.remarks.append(_("The same e-mail address as in row %(row)s.", row=shared))

    def _wrong_classes(self, stored: Stored | None, data: DelegateData) -> Iterator[str]:
        """Why classes cannot be chosen. Those that somebody is in already are theirs, whatever has
        become of them, as long as the row leaves the days alone."""
        kept = stored.data.enrolment_ids if stored else ()
        has_same_days = stored is not None and set(stored.data.day_ids) == set(data.day_ids)
        for class_id in data.enrolment_ids:
            it = self.classes.get(class_id)
            if class_id in kept and (it is None or has_same_days):
                continue
            if it is None or it.day_id not in data.day_ids:
                yield _("The training class is on a day that is not chosen.")
            elif class_id not in kept and not (it.is_public if self.scope else it.takes_enrolment):
                title = it.title_in(current_language())
                yield _("The training class “%(title)s” takes no sign-ups.", title=title)

    def _names_of(self, error: QuotaFull) -> str:
        """What is full, in words. Each is looked up once: a session's name is read in the whole
        published programme, and thousands of rows may be refused for one quota."""
        for it in error.quotas:
            if it.id not in self.quota_names:
                self.quota_names[it.id] = name_of(it)
        return "; ".join(self.quota_names[it.id] for it in error.quotas)

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
        if refused and self.scope is not None:
            refused = self._fill_held(wanting, refused, quotas, claims, released)
        for at, error in refused.items():
            row = wanting[at]
            said = _("No place is left for this person: %(names)s.", names=self._names_of(error))
            if self.scope is not None:
                said = f"{said} {_('Ask the organisers for a place.')}"
            row.problems.append(("", said))
            row.verdict, row.data = Verdict.WRONG, None

    def _fill_held(
        self,
        wanting: Sequence[PlannedRow],
        refused: Iterable[int],
        quotas: Sequence[Quota],
        claims: Sequence[Claim],
        released: Sequence[Claim],
    ) -> dict[int, QuotaFull]:
        """Name whoever finds no other place for those that are held; who finds none even so."""
        places = held(self.scope.id) if self.scope else ()
        filled = suiting({at: wanting[at] for at in refused}, places)
        while True:
            freed = [claim_of_held(place) for place in filled.values()]
            refused, _balance = quota.allot(quotas, claims, [*released, *freed])
            if not filled.keys() & refused.keys():
                break
            # Another quota is full, too: their held places stay held.
            filled = {at: place for at, place in filled.items() if at not in refused}
        for at, place in filled.items():
            name_for(wanting[at], place)
        return refused

    def _takes(self, row: PlannedRow) -> bool:
        if row.stored is None:
            return True
        return row.stored.status in HOLDING and row.moves_place


class _Seen:
    """Who and which addresses were in the rows before, with the number of the first row."""

    def __init__(self) -> None:
        self.people = Namesakes()
        self.addresses: dict[str, int] = {}


def _remark_on_address(row: PlannedRow, holders: Mapping[str, list[Holder]]) -> None:
    """Say of somebody new who has the same address: one person under two names, perhaps."""
    if row.data is None or row.stored is not None:
        return
    if people := holders.get(row.data.email):
        names = ", ".join(it.name for it in people)
        row.remarks.append(
            _("The same e-mail address as %(names)s, registered already.", names=names)
        )


def _plain(name: str, value: Any) -> Any:
    """For comparing: days and classes are sets, wishes are in order."""
    if name in ("day_ids", "enrolment_ids"):
        return sorted(value)
    return list(value) if isinstance(value, tuple | list) else value


def _unbroken(typed: Mapping[Any, Any], stored: Mapping[Any, Any]) -> dict[Any, Any]:
    """What was stored, where it has lines and what was typed is the same without them."""
    return {
        key: before
        for key, value in typed.items()
        if isinstance(before := stored.get(key), str)
        and isinstance(value, str)
        and value == " ".join(before.split())
    }
