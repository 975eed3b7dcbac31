"""Those of an event whom the rows of a table may be about, read in batches."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, true

from eventapp.database import db
from eventapp.questions.models import Answer
from eventapp.registration.details import DelegateData
from eventapp.registration.importing.cells import Reading
from eventapp.registration.importing.namesakes import Office, Person
from eventapp.registration.importing.plan import Cells, PlannedRow, Stored
from eventapp.registration.models import (
    GONE,
    Delegate,
    Organisation,
    Preference,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.text import fold

_BATCH = 500


class Registered:
    """Those of the event whom rows may be about, read in batches."""

    def __init__(
        self,
        event_id: int,
        rows: Sequence[Cells],
        readings: Sequence[Reading | None],
        delegation_id: int | None = None,
    ) -> None:
        """With a delegation's id only its own people are known: its table neither tells of others
        nor touches them."""
        self.event_id = event_id
        self.delegation_id = delegation_id
        names, codes, ids = set(), set(), set()
        # How many rows there are of a name and office, and who is spoken of by which row.
        self.rows_of: Counter[tuple[str, Office]] = Counter()
        self.spoken_of: dict[int, int] = {}
        for row, reading in zip(rows, readings, strict=True):
            if reading is None:
                continue
            if name := reading.fields.get("name"):
                names.add(fold(name)[:300])
                self.rows_of[Person.read(reading.fields)[:2]] += 1
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
            for batch in batches(sorted(values)):
                self._load(column.in_(batch))
        # Who is named by the row itself, its code or the address is not meant by a namesake's row.
        self.named = {
            it.id
            for row, reading in zip(rows, readings, strict=True)
            if reading is not None and (it := self._named(row, reading)) is not None
        }

    def match(self, cells: Cells, row: PlannedRow, reading: Reading) -> Stored | None:
        """Whom a row is about; adds a problem where that cannot be told."""
        found = self._match(cells, row, reading)
        if found is not None:
            earlier = self.spoken_of.setdefault(found.id, row.number)
            if earlier != row.number and cells.delegate_id is None:
                row.problems.append(("", _("The same person as in row %(row)s.", row=earlier)))
        return found

    def _named(self, cells: Cells, reading: Reading) -> Stored | None:
        if cells.delegate_id is not None:
            return self.by_id.get(cells.delegate_id)
        if found := self.by_code.get(cells.values.get("code", "").replace(" ", "")):
            return found
        email = reading.fields.get("email")
        at_address = [it for it in self._namesakes(reading) if email and it.data.email == email]
        return at_address[0] if len(at_address) == 1 else None

    def _namesakes(self, reading: Reading) -> list[Stored]:
        name = reading.fields.get("name")
        people = self.by_name.get(fold(name)[:300], []) if name else []
        return [it for it in people if it.status not in GONE]

    def _match(self, cells: Cells, row: PlannedRow, reading: Reading) -> Stored | None:
        if cells.delegate_id is not None:
            found = self.by_id.get(cells.delegate_id)
            if found is None or found.status in GONE:
                row.problems.append(("", _("This person is no longer on the list.")))
            return found
        code = cells.values.get("code", "").replace(" ", "")
        if code and code in self.by_code:
            return self.by_code[code]
        namesakes = self._namesakes(reading)
        email = reading.fields.get("email")
        same_address = [it for it in namesakes if email and it.data.email == email]
        found_all = same_address or self._of_office(row, reading, namesakes)
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

    def _of_office(
        self, row: PlannedRow, reading: Reading, namesakes: Sequence[Stored]
    ) -> list[Stored]:
        """Which namesakes of the same office a row may be about that names nobody's address."""
        person = Person.read(reading.fields)
        there = [it for it in namesakes if it.is_from(reading.fields)]
        if len(there) == 1 and self.rows_of[person[:2]] == 1 and there[0].id not in self.named:
            return there  # their address or telephone is another one now
        like = [
            it
            for it in there
            if it.id not in self.named and not person.differs(it.data.email, it.data.phone)
        ]
        if not like and any(it.id not in self.named for it in there):
            row.remarks.append(
                _(
                    "Somebody of this name is registered from this office, with another e-mail "
                    "address or telephone: another person."
                )
            )
        same_phone = [it for it in like if person.phone and it.data.phone == person.phone]
        return same_phone or like

    def _load(self, condition: Any) -> None:
        own = (
            true()
            if self.delegation_id is None
            else Organisation.delegation_id == self.delegation_id
        )
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
                Delegate.needs_step_free,
                Delegate.language,
                Organisation.delegation_id,
                Organisation.name_folded.label("office_folded"),
            )
            .join(Delegate.organisation)
            .where(
                Delegate.event_id == self.event_id,
                Delegate.merged_into_id.is_(None),
                own,
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
                    needs_step_free=row.needs_step_free,
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


def batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values a few hundred at a time, as one question to the database takes them."""
    return (values[at : at + _BATCH] for at in range(0, len(values), _BATCH))
