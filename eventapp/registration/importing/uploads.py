"""Tables on their way in: kept as they came until they are confirmed, for a day at most."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.registration.choices import Choices, choices_for
from eventapp.registration.importing.columns import EXAMPLE, known_columns
from eventapp.registration.importing.plan import Cells, Plan, Progress
from eventapp.registration.importing.planning import plan
from eventapp.registration.models import Delegation, Upload
from eventapp.registration.quota import Ledger
from eventapp.tables import reading
from eventapp.tables.columns import Columns, find_columns
from eventapp.tables.table import Table

KEPT = timedelta(days=1)
FILE, PASTED, GRID = "file", "pasted", "grid"


class UploadNotFound(Exception):
    """There is no such table any more: it was confirmed, taken away, or is older than a day."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table that was read: its rows by column, and how that came about."""

    rows: Sequence[Cells]
    table: Table | None
    """None for what was typed into a grid."""
    columns: Columns | None
    clears: bool
    """Whether empty cells empty what is stored."""


def keep(
    event: Event,
    content: bytes,
    *,
    kind: str,
    delegation_id: int | None = None,
    filename: str = "",
    settings: Mapping[str, Any] | None = None,
) -> int:
    """Keep a table that can be read: its id. ``kind`` is FILE, PASTED (UTF-8) or GRID (JSON).

    Raises what eventapp.tables.reading raises.
    """
    if kind == FILE:
        reading.read(content, filename=filename)
    elif kind == PASTED:
        reading.read_pasted(content.decode())
    event_id = event.id
    with transaction():
        db.session.execute(delete(Upload).where(Upload.created_at < now() - KEPT))
        row = Upload(
            event_id=event_id,
            delegation_id=delegation_id,
            filename=filename[-200:],
            content=zlib.compress(content, 1),
            settings={"kind": kind, **(settings or {})},
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def keep_grid(
    event: Event, rows: Sequence[Mapping[str, Any]], *, delegation_id: int | None = None
) -> int:
    """Keep what was typed into a grid: rows as `pages.grid_rows` gives them, with ``mark``."""
    content = json.dumps(list(rows), ensure_ascii=False).encode()
    return keep(event, content, kind=GRID, delegation_id=delegation_id)


def mark_of(cells: Mapping[str, str]) -> str:
    """By which a row of a grid is known again as it was shown: of its cells, on one line each."""
    shown = sorted((key, " ".join(text.split())) for key, text in cells.items() if text.strip())
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:24]


def find(event: Event, upload_id: int, *, delegation_id: int | None = None) -> Upload:
    """A table of the event, or of one delegation, with its content. Raises UploadNotFound."""
    found = db.session.scalar(
        select(Upload)
        .filter_by(id=upload_id, event_id=event.id, delegation_id=delegation_id)
        .where(Upload.created_at > now() - KEPT)
        .options(undefer(Upload.content))
    )
    if found is None:
        raise UploadNotFound(upload_id)
    return found


def change_settings(upload: Upload, **values: Any) -> None:
    """Change how a table is read: ``encoding``, ``sheet``."""
    upload_id, settings = upload.id, {**upload.settings, **values}
    with transaction():
        db.session.get_one(Upload, upload_id).settings = settings


def remove(upload_id: int) -> None:
    """Forget a table."""
    with transaction():
        db.session.execute(delete(Upload).where(Upload.id == upload_id))


def source(upload: Upload, choices: Choices, scope: Delegation | None) -> Source:
    """Read a kept table again. Raises what eventapp.tables.reading raises."""
    content = zlib.decompress(upload.content)
    if upload.settings["kind"] == GRID:
        return _grid(json.loads(content))
    if upload.settings["kind"] == PASTED:
        table = reading.read_pasted(content.decode())
    else:
        table = reading.read(
            content,
            filename=upload.filename,
            encoding=upload.settings.get("encoding"),
            sheet=upload.settings.get("sheet"),
        )
    return of_table(table, choices, scope)


def of_table(table: Table, choices: Choices, scope: Delegation | None) -> Source:
    """The rows of a table by column."""
    columns = find_columns(table.rows, known_columns(choices, scope))
    rows = [
        Cells(row.number, columns.values(row.cells))
        for row in columns.data(table.rows, example=EXAMPLE)
    ]
    return Source([row for row in rows if any(row.values.values())], table, columns, clears=False)


def _grid(rows: Sequence[Mapping[str, Any]]) -> Source:
    return Source(
        [
            Cells(
                row["number"],
                row["cells"],
                row.get("id"),
                row.get("revision"),
                is_untouched="id" in row and row.get("mark") == mark_of(row["cells"]),
            )
            for row in rows
        ],
        None,
        None,
        clears=True,
    )


def plan_of(
    event_id: int,
    upload_source: Source,
    scope: Delegation | None,
    *,
    is_public: bool = False,
    ledger: Ledger | None = None,
    progress: Progress = lambda done, of: None,
) -> Plan:
    """What a table would do now; with an open ledger, what it does."""
    event = db.session.get_one(Event, event_id)
    choices = choices_for(
        event, public=is_public, delegation_id=scope.id if scope else None, taken=True
    )
    return plan(
        event_id,
        choices,
        scope,
        upload_source.rows,
        clears=upload_source.clears,
        quotas=ledger.quotas if ledger else None,
        progress=progress,
    )
