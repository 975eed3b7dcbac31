"""What the pages of organisers and of leads share: receiving a table, and showing its plan."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask import Request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.file import FileField
from sqlalchemy import func, select
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from eventapp.accounts.models import AuditEntry
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.choices import choices_for
from eventapp.registration.importing import uploads, wording
from eventapp.registration.importing.plan import Plan, PlannedRow, Progress, Verdict
from eventapp.registration.importing.uploads import Source
from eventapp.registration.models import Delegation, Upload
from eventapp.tables import limits
from eventapp.tables.table import Encoding
from eventapp.web.forms import PageForm

PER_PAGE = 100
MAX_GRID_ROWS = 300
_MAX_PASTED = 2_000_000
_GRID_FIELD = re.compile(r"r(\d{1,4})-(\w{1,40})")


class TableForm(PageForm):
    """A file, or what was pasted."""

    file = FileField()
    pasted = TextAreaField()


class SettingsForm(PageForm):
    """How to read a table once more."""

    encoding = SelectField(validators=[Optional()])
    sheet = StringField(validators=[Optional()])

    def __init__(self) -> None:
        super().__init__()
        self.encoding.choices = [("", _("As recognised"))] + [
            (it.value, wording.encoding_name(it.value))
            for it in Encoding
            if it is not Encoding.UTF_16_BE
        ]


class ConfirmForm(PageForm):
    """That the plan that was shown is meant."""

    digest = HiddenField()
    skips_wrong = BooleanField()


class NothingSent(Exception):
    """Neither a file nor pasted text."""


class TooMuchPasted(Exception):
    """More was pasted than is read at once."""


def receive(
    event: Event, form: TableForm, request: Request, *, delegation_id: int | None = None
) -> int:
    """Keep what was sent: the id of the upload.

    Raises NothingSent, TooMuchPasted, and what reading a table raises (`wording.REFUSALS`).
    """
    file = form.file.data
    if file is not None and file.filename:
        content = file.stream.read(limits.MAX_BYTES + 1)
        return uploads.keep(
            event,
            content,
            kind=uploads.FILE,
            filename=file.filename,
            delegation_id=delegation_id,
        )
    pasted = form.pasted.data or ""
    if len(pasted) > _MAX_PASTED:
        raise TooMuchPasted
    if pasted.strip():
        return uploads.keep(
            event, pasted.encode(), kind=uploads.PASTED, delegation_id=delegation_id
        )
    rows = grid_rows(request.form)
    if not rows:
        raise NothingSent
    return uploads.keep_grid(event, rows, delegation_id=delegation_id)


def grid_rows(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of a grid that have anything in them, in their order; see templates/imports."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in form.items():
        found = _GRID_FIELD.fullmatch(name)
        if not found or int(found[1]) >= MAX_GRID_ROWS:
            continue
        row = rows.setdefault(int(found[1]), {"cells": {}})
        if found[2] in ("id", "revision"):
            if value.isdecimal() and len(value) < 10:
                row[found[2]] = int(value)
        elif found[2] == "mark":
            row["mark"] = value[:24]
        else:
            row["cells"][found[2]] = value[: limits.MAX_CELL_LENGTH]
    return [
        {"number": at + 1, **row}
        for at, row in sorted(rows.items())
        if any(row["cells"].values()) or "id" in row
    ]


def why_not_received(error: Exception) -> str:
    """Why nothing was kept, and what to do."""
    if isinstance(error, NothingSent):
        return str(_("Choose a file, or paste rows from a spreadsheet."))
    if isinstance(error, TooMuchPasted):
        return str(_("Too much was pasted. Save it as a file and upload that."))
    return wording.why_refused(error)


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan and how its table was read."""

    source: Source
    plan: Plan


class _Previews:
    """The plans that were made last, so that turning a page does not make them again."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[tuple[Any, ...], Preview] = {}
        self._lock = Lock()

    def get(self, key: tuple[Any, ...]) -> Preview | None:
        with self._lock:
            return self._kept.get(key)

    def put(self, key: tuple[Any, ...], preview: Preview) -> None:
        with self._lock:
            self._kept[key] = preview
            while len(self._kept) > self._size:
                del self._kept[next(iter(self._kept))]


_previews = _Previews(3)


def preview(
    event: Event,
    upload: Upload,
    scope: Delegation | None,
    *,
    is_public: bool = False,
    progress: Progress = lambda done, of: None,
) -> Preview:
    """Read a table and plan it. Raises what reading a table raises.

    A plan that was made a moment ago serves again, as long as nothing at the event has changed.
    """
    newest = select(func.max(AuditEntry.id)).where(AuditEntry.event_id == event.id)
    key = (
        # Not the id: once a table is gone, its number may be another's.
        hashlib.sha256(upload.content).hexdigest(),
        upload.created_at,
        event.id,
        scope.id if scope else None,
        repr(sorted(upload.settings.items())),
        str(get_locale()),
        db.session.scalar(newest),
    )
    known = _previews.get(key)
    if known is not None:
        return known
    choices = choices_for(
        event, public=is_public, delegation_id=scope.id if scope else None, taken=True
    )
    source = uploads.source(upload, choices, scope)
    plan = uploads.plan_of(event.id, source, scope, is_public=is_public, progress=progress)
    made = Preview(source, plan)
    _previews.put(key, made)
    return made


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of the rows with a verdict."""

    rows: Sequence[PlannedRow]
    verdict: Verdict | None
    number: int
    pages: int


def page_of(plan: Plan, verdict: str, number: int) -> RowsPage:
    """Rows to show: those with the verdict, else the wrong ones if there are any, else all."""
    chosen = Verdict(verdict) if verdict in set(Verdict) else None
    if chosen is None and verdict != "all" and plan.counts.get(Verdict.WRONG):
        chosen = Verdict.WRONG
    rows = plan.rows if chosen is None else plan.of(chosen)
    pages = max(1, -(-len(rows) // PER_PAGE))
    number = min(max(1, number), pages)
    return RowsPage(rows[(number - 1) * PER_PAGE : number * PER_PAGE], chosen, number, pages)
