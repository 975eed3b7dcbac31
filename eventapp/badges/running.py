"""Writing the file of a print run, straight to whoever fetches it.

It says how far it is about twice a second, each time in a short transaction of its own, and learns
there whether somebody has cancelled: so the page of the run may be answered by another process.
Badges are read some at a time, so that no transaction lasts as long as a slow download.
"""

import errno
import logging
import os
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, select, update

from eventapp.badges import images, render, runs, selection, templates
from eventapp.badges.drawing import Remark
from eventapp.badges.layout import BadgeRecord, Design, design_of
from eventapp.badges.models import PrintedBadge, PrintRun, RunState
from eventapp.badges.records import Reader, fingerprint
from eventapp.badges.render import NoBadges, Written
from eventapp.badges.selection import Chosen
from eventapp.badges.sheets import Settings
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.pdf.stream import About
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate

log = logging.getLogger(__name__)

REPORT_EVERY_S = 0.5
WORKERS = min(2, os.cpu_count() or 1)
"""Processes that draw a long run; more would leave none for everybody else."""
_AT_ONCE = 500

Steps = Generator[tuple[bytes, int], None, None]
"""Parts of a file, and how many badges there are so far."""


class Cancelled(ConnectionResetError):
    """Somebody has cancelled the run: what has been sent is no file.

    As a lost connection, which it is to whoever fetches the file: the server ends the answer
    without its end, and makes no noise about it.
    """

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the print run was cancelled")


@dataclass(frozen=True, slots=True)
class Planned:
    """A badge to print: its place in the run, whose it is, and what it showed when it was made."""

    place: int
    delegate_id: int
    fingerprint: str


@dataclass(slots=True)
class Job:
    """A run whose file is being written, with everything that this takes."""

    event_id: int
    run_id: int
    number: int
    attempt: int
    chosen: Chosen
    started_at: datetime
    badges: tuple[Planned, ...]
    reader: Reader
    design: Design
    settings: Settings
    about: About
    printed: list[int] = field(default_factory=list)
    """Places of the badges that have been drawn, in their order."""
    changed: dict[int, str] = field(default_factory=dict)
    """By place, what a badge shows where that is not what it showed when the run was made."""
    remarks: dict[int, list[Remark]] = field(default_factory=dict)
    marks: dict[int, datetime] = field(default_factory=dict)
    """Whose badges were marked when they were read, in a run of the marked ones, and since when."""


def start(event: Event, number: int) -> Job:
    """Begin to write the file of a run, also once more; `pdf` does it.

    Raises RunNotFound, also of what a desk prints, which has no file; and NothingToPrint if
    everybody has cancelled.
    """
    event_id = event.id
    run = runs.find_with_file(event_id, number)
    run_id = run.id
    badges = _planned(run_id)
    if not badges:
        raise runs.NothingToPrint
    content = templates.content_of(run.version)
    moment = now()
    with transaction():
        run = db.session.scalars(select(PrintRun).filter_by(id=run_id).with_for_update()).one()
        run.attempt += 1
        run.state, run.done = RunState.RUNNING, 0
        run.reported_at = moment
        attempt = run.attempt
    event = db.session.get_one(Event, event_id)
    return Job(
        event_id,
        run_id,
        number,
        attempt,
        Chosen.from_data(run.selection),
        moment,
        badges,
        Reader(event, content.sources()),
        design_of(content),
        Settings.from_data(run.sheet),
        About(event.short_title, event.organiser, "vi"),
    )


def pdf(job: Job) -> Iterator[bytes]:
    """The file of a run. Raises Cancelled in the midst of it when somebody cancels."""
    return tracked(job, drawn(job, job.badges))


def drawn(job: Job, badges: Sequence[Planned]) -> Steps:
    """Some badges of a run as one PDF, after those of earlier files of it. Raises NoBadges."""
    first, written = len(job.printed), Written()
    # The sheet that is half used already goes into the printer once.
    settings = structs.replace(job.settings, first=1) if first else job.settings
    # The event of this session, not of the request that has begun the file and is over.
    pictures = images.pictures_for(db.session.get_one(Event, job.event_id))
    made = render.pages(
        _records(job, badges),
        design=job.design,
        settings=settings,
        about=job.about,
        pictures=pictures,
        workers=WORKERS,
        written=written,
    )
    with closing(made):
        for content, done in made:
            # An image may have been looked up; whoever fetches the file may be slow.
            db.session.rollback()
            yield content, first + done
    for at, remarks in written.remarks.items():
        job.remarks[job.printed[first + at]] = remarks


def tracked(job: Job, steps: Iterable[tuple[bytes, int]]) -> Iterator[bytes]:
    """The parts of a run's file, saying how far it is and stopping when somebody cancels.

    The run is done when the last part has been taken.
    """
    said, done = time.monotonic(), 0
    try:
        for content, done in steps:
            if content:
                yield content
            if time.monotonic() - said >= REPORT_EVERY_S:
                _report(job, done)
                said = time.monotonic()
        _finish(job, done)
    except Cancelled:
        raise
    except NoBadges:  # the last of them has cancelled since
        _end(job, RunState.FAILED)
        raise Cancelled from None
    except BaseException:  # also if whoever fetches it is gone: others may be fetching it too
        _end(job, RunState.FAILED)
        raise


def _planned(run_id: int) -> tuple[Planned, ...]:
    """The badges of a run that are still to be printed: not of people who have cancelled."""
    columns: tuple[Any, ...] = (PrintedBadge.place, Delegate.id, PrintedBadge.fingerprint)
    query = (
        selection.coming(select(*columns))
        .select_from(PrintedBadge)
        .join(Delegate, Delegate.id == PrintedBadge.delegate_id)
        .where(PrintedBadge.run_id == run_id)
        .order_by(PrintedBadge.place)
    )
    return tuple(Planned(*row) for row in db.session.execute(query))


def _records(job: Job, badges: Sequence[Planned]) -> Iterator[BadgeRecord]:
    for start in range(0, len(badges), _AT_ONCE):
        some = badges[start : start + _AT_ONCE]
        ids = {it.delegate_id for it in some}
        query = selection.coming(select(Delegate).where(Delegate.id.in_(ids)))
        # Before the texts: what is marked later is about something that they may lack.
        marks = _marks(ids) if job.chosen.is_marked else {}
        records = {it.delegate_id: it.record for it in job.reader.some(query)}
        db.session.rollback()  # the transaction that has read them
        for it in some:
            record = records.get(it.delegate_id)
            if record is None:
                continue  # cancelled since the file was begun
            job.printed.append(it.place)
            if (mark := marks.get(it.delegate_id)) is not None:
                job.marks[it.delegate_id] = mark
            if (found := fingerprint(record)) != it.fingerprint:
                job.changed[it.place] = found
            yield record


def _marks(ids: set[int]) -> dict[int, datetime]:
    columns: tuple[Any, ...] = (Delegate.id, Delegate.reprint_since)
    query = select(*columns).where(Delegate.id.in_(ids), Delegate.reprint_since.is_not(None))
    return {row.id: row.reprint_since for row in db.session.execute(query)}


def _mine(job: Job) -> Any:
    return (
        update(PrintRun)
        .where(PrintRun.id == job.run_id, PrintRun.attempt == job.attempt)
        .where(PrintRun.state == RunState.RUNNING)
    )


def _report(job: Job, done: int) -> None:
    """Say how far it is. Raises Cancelled if somebody has cancelled the run."""
    with transaction():
        told: Any = db.session.execute(_mine(job).values(done=done, reported_at=now()))
        if told.rowcount:
            return
        if _taken_over(job, done):
            return
        state = db.session.scalar(select(PrintRun.state).filter_by(id=job.run_id))
        if state in (RunState.CANCELLED, None):
            raise Cancelled
        # Begun once more meanwhile: that attempt says how far it is, and both go on.


def _taken_over(job: Job, done: int) -> bool:
    """Whether a later attempt has come to nothing: this one speaks for the run again, so that its
    page shows it and somebody can cancel it."""
    attempt: int | None = db.session.scalar(
        update(PrintRun)
        .where(PrintRun.id == job.run_id, PrintRun.state == RunState.FAILED)
        .values(
            state=RunState.RUNNING,
            attempt=PrintRun.attempt + 1,  # a number of its own, also beside one in the middle
            done=done,
            reported_at=now(),
        )
        .returning(PrintRun.attempt)
    )
    if attempt is None:
        return False
    job.attempt = attempt
    return True


def _end(job: Job, state: RunState) -> None:
    try:
        with transaction():
            db.session.execute(_mine(job).values(state=state))
    except Exception:  # what ended the run is what counts
        log.exception("the end of print run %s was not noted", job.number)


def _finish(job: Job, done: int) -> None:
    """The whole file was fetched: remember what it shows, and take the marks off."""
    with transaction():
        # Also where it was begun once more, or cancelled too late: this file is complete.
        db.session.execute(
            update(PrintRun)
            .where(PrintRun.id == job.run_id)
            .values(started_at=job.started_at, finished_at=now())
        )
        fetched = {"done": done, "reported_at": now(), "state": RunState.DONE}
        db.session.execute(_mine(job).values(fetched))
        # A later attempt that came to nothing does not make this file any less.
        db.session.execute(
            update(PrintRun).filter_by(id=job.run_id, state=RunState.FAILED).values(fetched)
        )
        noted: dict[int, dict[str, Any]] = {
            place: {"worst": 0, "remarks": None} for place in job.changed
        }
        noted.update(
            (place, {"worst": worst(remarks), "remarks": kept(remarks)})
            for place, remarks in job.remarks.items()
        )
        _note(
            "fingerprint",
            [
                {"of_run": job.run_id, "at": place, "fingerprint": found}
                for place, found in job.changed.items()
            ],
        )
        _note(
            "remarks",
            [{"of_run": job.run_id, "at": place, **values} for place, values in noted.items()],
        )
    if job.chosen.is_marked:
        _take_marks_off(job)


def _take_marks_off(job: Job) -> None:
    event, whose = db.session.get_one(Event, job.event_id), sorted(job.marks)
    for start in range(0, len(whose), _AT_ONCE):
        some = whose[start : start + _AT_ONCE]
        registration.mark_for_reprint(event, some, is_needed=False, seen=job.marks)


def _note(what: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table: Any = PrintedBadge.__table__
    names = ("fingerprint",) if what == "fingerprint" else ("worst", "remarks")
    db.session.connection().execute(
        update(table)
        .where(table.c.run_id == bindparam("of_run"), table.c.place == bindparam("at"))
        .values({name: bindparam(name, type_=table.c[name].type) for name in names}),
        rows,
    )


def worst(remarks: Sequence[Remark]) -> int:
    """The worst that a text of a badge needed, as `PrintedBadge.worst` has it."""
    return max(runs.STRANGE if it.strange else int(it.measure) for it in remarks)


def kept(remarks: Sequence[Remark]) -> list[list[Any]]:
    """What is kept of remarks: [side, element, measure, characters that the font lacks].

    Never the text: of what it lacks, each character once and in their own order.
    """
    return [
        [getattr(it, "side", 0), it.element, int(it.measure), "".join(sorted(set(it.strange)))]
        for it in remarks
    ]
