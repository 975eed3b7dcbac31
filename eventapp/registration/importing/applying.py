"""What was planned and confirmed, done: all of it or nothing, in one transaction.

Rows go in by the thousand, without an object each; what they hold was checked when they were
planned, and the plan is made anew inside the transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from eventapp import text, tokens
from eventapp.accounts import audit
from eventapp.accounts.models import AuditEntry
from eventapp.database import db, now, transaction
from eventapp.questions.answers import text_of
from eventapp.questions.models import Answer
from eventapp.questions.service import asked
from eventapp.registration import (
    holding,
    letters,
    organisations,
    personal_links,
    protocol,
    ranks,
    service,
    waitlist,
)
from eventapp.registration.details import DelegateData
from eventapp.registration.importing.plan import Plan, PlannedRow, Progress, Verdict
from eventapp.registration.indexing import derived, update_rows
from eventapp.registration.letters import LetterKind, Recipient
from eventapp.registration.models import (
    COMING,
    HOLDING,
    Delegate,
    Delegation,
    HeldPlace,
    Organisation,
    Preference,
    Status,
    delegate_day,
    enrolment,
)
from eventapp.registration.quota import Claim, Ledger
from eventapp.registration.service import By, Consent
from eventapp.registration.wording import noted

_BATCH = 1_000
_ATTEMPTS = 5
_COLUMNS = (
    "name",
    "position",
    "category_id",
    "email",
    "phone",
    "diet",
    "needs",
    "needs_step_free",
    "language",
)


class PlanChanged(Exception):
    """The list is not as it was when the plan was shown: look at it again."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


class HasWrongRows(Exception):
    """Some rows are wrong, and nobody said that they are to be left out."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done."""

    added: int
    changed: int
    same: int
    left_out: int
    """Rows of people who have cancelled, and wrong rows that were to be left out."""


def apply(
    event_id: int,
    make_plan: Callable[[Ledger], Plan],
    *,
    digest: str | None,
    by: By,
    consent: Consent | None,
    skips_wrong: bool = False,
    progress: Progress = lambda done, of: None,
) -> Imported:
    """Make the plan within a transaction and do it.

    ``digest`` is that of the plan which was shown; None does whatever the plan is now. With
    ``skips_wrong`` wrong rows are left out. Raises PlanChanged, HasWrongRows.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction():
                ledger = Ledger(event_id)
                plan = make_plan(ledger)
                if digest is not None and plan.digest != digest:
                    raise PlanChanged(plan)
                if plan.counts.get(Verdict.WRONG) and not skips_wrong:
                    raise HasWrongRows(plan)
                done = _Applying(event_id, ledger, by, consent).apply(plan, progress)
                waitlist.advance(event_id, ledger)
                return done
        except IntegrityError:
            # Somebody was quicker with a code.
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


class _Applying:
    def __init__(self, event_id: int, ledger: Ledger, by: By, consent: Consent | None) -> None:
        self.event_id = event_id
        self.ledger = ledger
        self.ranks = ranks.of(event_id)
        self.by = by
        self.consent = consent
        self.at = now()
        self.offices: dict[int, tuple[int, str, str]] = {}
        self.typed: dict[tuple[int | None, str], int] = {}
        self.statuses: dict[int, Status] = {}

    def apply(self, plan: Plan, progress: Progress) -> Imported:
        new = [row for row in plan.rows if row.verdict is Verdict.NEW]
        changed = [row for row in plan.rows if row.verdict is Verdict.CHANGED]
        people = [(row, self._office_of(row.data)) for row in (*new, *changed) if row.data]
        for row in new:
            if row.fills is not None:
                place = db.session.get_one(HeldPlace, row.fills)
                holding.end(self.ledger, place)
        self._take_places(people)
        total, done = len(people), 0
        for batch in _batches([it for it in people if it[0].stored is None]):
            self._add(batch)
            done += len(batch)
            progress(done, total)
        for batch in _batches([it for it in people if it[0].stored is not None]):
            self._change(batch)
            done += len(batch)
            progress(done, total)
        wrong = plan.counts.get(Verdict.WRONG, 0)
        return Imported(
            added=len(new),
            changed=len(changed),
            same=plan.counts.get(Verdict.SAME, 0),
            left_out=plan.counts.get(Verdict.LEFT_OUT, 0) + wrong,
        )

    # --- Offices and places ---

    def _office_of(self, data: DelegateData) -> int:
        if data.organisation_id is not None:
            return data.organisation_id
        key = (data.delegation_id, text.fold(data.organisation_typed))
        if key not in self.typed:
            made = organisations.typed(self.event_id, data.delegation_id, data.organisation_typed)
            if made is None:
                raise ValueError("a plan names an office without a letter")
            self.typed[key] = made.id
        return self.typed[key]

    def _take_places(self, people: Sequence[tuple[PlannedRow, int]]) -> None:
        taken, released = [], []
        for row, office in people:
            if row.stored is None:
                taken.append(_claim(row.data, office))
            elif row.stored.status in HOLDING:
                released.append(_claim(row.stored.data, row.stored.data.organisation_id or 0))
                taken.append(_claim(row.data, office))
        self.ledger.change(taken, released)

    def _names(self, offices: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Office → (its name, its delegation's)."""
        missing = [it for it in set(offices) if it not in self.offices]
        for start in range(0, len(missing), 500):
            rows = db.session.execute(
                select(Organisation.id, Organisation.name, Delegation.name.label("delegation"))
                .join(Organisation.delegation)
                .where(Organisation.id.in_(missing[start : start + 500]))
            )
            self.offices.update((row.id, (row.id, row.name, row.delegation)) for row in rows)
        return {key: (name, of) for key, (_id, name, of) in self.offices.items()}

    def _status(self, category_id: int) -> Status:
        if category_id not in self.statuses:
            self.statuses[category_id] = service.status_of_new(self.event_id, category_id, self.by)
        return self.statuses[category_id]

    # --- Rows ---

    def _add(self, batch: Sequence[tuple[PlannedRow, int]]) -> None:
        names = self._names(office for _row, office in batch)
        rows = []
        for row, office in batch:
            data = _data(row)
            submission = tokens.hash_secret(tokens.new_secret())
            rows.append(
                {
                    **self._columns(data, office, names[office]),
                    "event_id": self.event_id,
                    "status": self._status(data.category_id),
                    "code": tokens.new_code(),
                    "submission_hash": submission,
                    "secret_hash": tokens.hash_secret(personal_links.first_secret(submission)),
                    "consent_at": self.at if self.consent else None,
                    "consent_version": self.consent.version if self.consent else "",
                    "consent_by": self.consent.by if self.consent else "",
                    "created_at": self.at,
                    "updated_at": self.at,
                    "revision": 1,
                }
            )
        ids = db.session.scalars(
            insert(Delegate).returning(Delegate.id, sort_by_parameter_order=True), rows
        ).all()
        self._link(zip(ids, (_data(row) for row, _office in batch), strict=True))
        self._answer(zip(ids, (_data(row) for row, _office in batch), strict=True))
        self._log(
            (
                "create" if self.by == By.ORGANISER else "register",
                id_,
                {
                    "name": [None, values["name"]],
                    "position": [None, values["position"]],
                    "organisation_id": [None, values["organisation_id"]],
                    "category_id": [None, values["category_id"]],
                    "email": [None, values["email"]],
                    "phone": [None, values["phone"]],
                    "status": [None, values["status"]],
                },
            )
            for id_, values in zip(ids, rows, strict=True)
        )
        letters.tell_all(
            Recipient(
                id_,
                values["email"],
                values["name"],
                values["language"],
                letters.FIRST[values["status"]],
                self.event_id,
            )
            for id_, values in zip(ids, rows, strict=True)
        )

    def _change(self, batch: Sequence[tuple[PlannedRow, int]]) -> None:
        names = self._names(office for _row, office in batch)
        rows, told, log = [], [], []
        answered = {it for row, _o in batch for it in row.changes.get("answers", ((), ()))[1]}
        unsaid = noted(self.event_id, [f"question:{it}" for it in answered])
        for row, office in batch:
            if row.stored is None:
                continue
            data, stored = _data(row), row.stored
            changes = _audited(row, office)
            rows.append(
                {
                    "id": stored.id,
                    **self._columns(data, office, names[office]),
                    "updated_at": self.at,
                    "revision": stored.revision + 1,
                }
            )
            log.append(("update", stored.id, changes))
            if stored.status in COMING and letters.are_worth_telling(changes, unsaid):
                is_first = data.email != stored.data.email
                kind = letters.FIRST[stored.status] if is_first else LetterKind.CHANGED
                told.append(
                    Recipient(
                        stored.id,
                        data.email,
                        data.name,
                        data.language,
                        kind,
                        self.event_id,
                        changes if kind == LetterKind.CHANGED else None,
                    )
                )
        ids = [row["id"] for row in rows]
        update_rows(rows)
        for tell in service.on_correcting:
            tell({delegate_id: changes for _action, delegate_id, changes in log})
        for table, column in (
            (delegate_day, delegate_day.c.delegate_id),
            (enrolment, enrolment.c.delegate_id),
            (Preference, Preference.delegate_id),
        ):
            for start in range(0, len(ids), 500):
                db.session.execute(
                    delete(table)
                    .where(column.in_(ids[start : start + 500]))
                    .execution_options(synchronize_session=False)
                )
        self._link((row["id"], _data(it)) for row, (it, _office) in zip(rows, batch, strict=True))
        self._answer((row["id"], _data(it)) for row, (it, _o) in zip(rows, batch, strict=True))
        self._log(log)
        letters.tell_all(told)

    def _columns(self, data: DelegateData, office: int, names: tuple[str, str]) -> dict[str, Any]:
        return {
            **{name: getattr(data, name) for name in _COLUMNS},
            "organisation_id": office,
            "protocol_rank": protocol.rank_of(data.position, names[0], self.ranks),
            **derived(data.name, *names, data.email),
        }

    def _link(self, people: Iterable[tuple[int, DelegateData]]) -> None:
        days, classes, wishes = [], [], []
        for id_, data in people:
            days += [{"delegate_id": id_, "day_id": it} for it in data.day_ids]
            classes += [{"delegate_id": id_, "session_id": it} for it in data.enrolment_ids]
            wishes += [
                {"delegate_id": id_, "site_id": site, "rank": rank}
                for rank, site in enumerate(data.site_ids, start=1)
            ]
        for table, rows in ((delegate_day, days), (enrolment, classes), (Preference, wishes)):
            if rows:
                db.session.execute(insert(table), rows)

    def _answer(self, people: Iterable[tuple[int, DelegateData]]) -> None:
        """Put the answers that were given in the place of earlier ones."""
        given = [
            (id_, question_id, value)
            for id_, data in people
            for question_id, value in data.answers.items()
        ]
        if not given:
            return
        questions = {it.id: it for it in asked(self.event_id)}
        for question_id in {it[1] for it in given}:
            ids = [id_ for id_, of, _value in given if of == question_id]
            for start in range(0, len(ids), 500):
                db.session.execute(
                    delete(Answer)
                    .where(
                        Answer.question_id == question_id,
                        Answer.delegate_id.in_(ids[start : start + 500]),
                    )
                    .execution_options(synchronize_session=False)
                )
        rows = [
            {
                "delegate_id": id_,
                "question_id": question_id,
                "value": value,
                "text": text_of(questions[question_id], value),
            }
            for id_, question_id, value in given
            if value is not None and question_id in questions
        ]
        if rows:
            db.session.execute(insert(Answer), rows)

    def _log(self, entries: Iterable[tuple[str, int, dict[str, Any]]]) -> None:
        actor = audit.actor.get()
        rows = [
            {
                "actor": actor,
                "action": action,
                "subject": "delegate",
                "subject_id": str(id_),
                "event_id": self.event_id,
                "changes": changes,
                "note": None,
            }
            for action, id_, changes in entries
        ]
        if rows:
            db.session.execute(insert(AuditEntry), rows)


def _audited(row: PlannedRow, office: int) -> dict[str, Any]:
    """Changes as eventapp.registration.details writes them."""
    names = {"day_ids": "days", "enrolment_ids": "training", "site_ids": "wishes"}
    changes: dict[str, Any] = {}
    for name, (before, after) in row.changes.items():
        if name == "organisation_typed":
            continue
        if name == "answers":
            for question_id, value in after.items():
                changes[f"question:{question_id}"] = [before.get(question_id), value]
            continue
        if name == "organisation_id":
            after = office
        if name in names:
            before, after = list(before), list(after)
        changes[names.get(name, name)] = [before, after]
    return changes


def _data(row: PlannedRow) -> DelegateData:
    if row.data is None:
        raise ValueError("a row without data is not applied")
    return row.data


def _claim(data: DelegateData | None, office: int) -> Claim:
    if data is None:
        raise ValueError("a row without data claims no place")
    return Claim(
        data.delegation_id or 0,
        office,
        data.category_id,
        frozenset(data.day_ids),
        frozenset(data.enrolment_ids),
    )


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH))
