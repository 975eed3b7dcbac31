"""Register and change delegates from a table: read, planned, shown, confirmed; all or nothing.

`columns` knows what columns are called, `cells` understands rows, `planning` gives each its
verdict, `applying` does what was confirmed, `uploads` keeps a table in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.choices import choices_for
from eventapp.registration.importing import applying, uploads
from eventapp.registration.importing.applying import HasWrongRows, Imported
from eventapp.registration.importing.columns import heading
from eventapp.registration.importing.plan import Plan, Verdict
from eventapp.registration.quota import Ledger
from eventapp.registration.service import By
from eventapp.tables import reading

__all__ = ["ImportRefused", "Imported", "RowError", "import_table"]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a row; rows are counted as spreadsheet programs do, headings included."""

    row: int
    message: str


class ImportRefused(Exception):
    """Nobody was registered; the errors say why."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors)
        self.errors = errors


def import_table(event: Event, data: bytes, *, dry_run: bool = False) -> Imported:
    """Register everybody in an XLSX, ODS or CSV file, each with a letter, and change who is there.

    With ``dry_run`` only tell what would be done. All rows or none: raises ImportRefused, and what
    eventapp.tables.reading.read raises.
    """
    event_id = event.id
    choices = choices_for(event, public=False, taken=True)
    source = uploads.of_table(reading.read(data), choices, None)
    columns = source.columns
    if columns is not None and columns.missing:
        number = columns.heading_row or 1
        raise ImportRefused(
            [
                RowError(number, _("The column “%(name)s” is missing.", name=heading(key)))
                for key in columns.missing
            ]
        )

    def make_plan(ledger: Ledger | None) -> Plan:
        return uploads.plan_of(event_id, source, None, ledger=ledger)

    if dry_run:
        plan = make_plan(None)
        db.session.rollback()
        _refuse_wrong(plan)
        counts = plan.counts
        return Imported(
            counts.get(Verdict.NEW, 0),
            counts.get(Verdict.CHANGED, 0),
            counts.get(Verdict.SAME, 0),
            counts.get(Verdict.LEFT_OUT, 0),
        )
    try:
        return applying.apply(event_id, make_plan, digest=None, by=By.ORGANISER, consent=None)
    except HasWrongRows as error:
        _refuse_wrong(error.plan)
        raise


def _refuse_wrong(plan: Plan) -> None:
    errors = [
        RowError(row.number, said) for row in plan.of(Verdict.WRONG) for _key, said in row.problems
    ]
    if errors:
        raise ImportRefused(errors)
