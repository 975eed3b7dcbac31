"""Badges printed at the desk, one by one, for people who stand there.

What somebody prints in a day by one version of a template is one run, which grows by a badge at a
time: hundreds of runs of a single badge would hide the others, and who printed what on which day
is what is asked afterwards.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from sqlalchemy import insert, select, update

from eventapp import tokens
from eventapp.accounts import audit
from eventapp.badges import images, render, running, runs, template_json, templates
from eventapp.badges.layout import Design, design_of
from eventapp.badges.models import PrintedBadge, PrintRun, RunState
from eventapp.badges.records import Reader, fingerprint
from eventapp.badges.runs import By
from eventapp.badges.selection import Chosen, Kind
from eventapp.badges.sheets import Settings
from eventapp.badges.template import Template
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.pdf.stream import About
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Status

SHEET = Settings(paper="single")
"""A page is exactly as large as the badge."""


class NobodyFound(LookupError):
    """The event has nobody with this code: it is wrong, or was given to somebody else."""


class HasCancelled(Exception):
    """The person has cancelled, was refused or replaced: there is no badge for them."""


class NotApproved(Exception):
    """The person is not approved yet, or waits for a place."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A badge as a PDF of one page, and whose it is."""

    delegate_id: int
    content: bytes
    mark: datetime | None
    """Since when it was to be printed again, as of the texts that it shows."""


def print_badge(
    event: Event,
    code: str,
    user_id: int | None,
    *,
    name: str = "",
    with_pending: bool = False,
    is_preview: bool = False,
) -> Printed:
    """The badge of whoever has this code, remembered in the day's run of whoever prints it.

    That is an account, or by its ``name`` a device that has none. A preview is not remembered.
    ``with_pending`` also of people who are not approved yet.
    Raises NobodyFound, HasCancelled, NotApproved.
    """
    delegate_id = _whose(event, code, with_pending=with_pending)
    version = templates.default_version(event, user_id)
    version_id = version.id
    content, design = _compiled(version.content)
    # Before the texts: what is marked later is about something that they may lack.
    mark = db.session.scalar(select(Delegate.reprint_since).filter_by(id=delegate_id))
    (numbered,) = Reader(event, content.sources()).some(
        select(Delegate).where(Delegate.id == delegate_id)
    )
    stream = BytesIO()
    written = render.write(
        [numbered.record],
        stream,
        design=design,
        settings=SHEET,
        about=About(event.short_title, event.organiser, "vi"),
        pictures=images.pictures_for(event),
    )
    remarks = written.remarks.get(0, [])
    if is_preview:
        return Printed(delegate_id, stream.getvalue(), mark)
    _remember(
        event,
        version_id,
        By(user_id, "" if user_id is not None else name[:200]),
        {
            "delegate_id": delegate_id,
            "fingerprint": fingerprint(numbered.record),
            "worst": running.worst(remarks) if remarks else 0,
            "remarks": running.kept(remarks) if remarks else None,
        },
    )
    return Printed(delegate_id, stream.getvalue(), mark)


def _whose(event: Event, code: str, *, with_pending: bool) -> int:
    columns: tuple[Any, ...] = (
        Delegate.id,
        Delegate.status,
        Delegate.anonymised_at,
        Delegate.merged_into_id,
    )
    query = select(*columns).where(Delegate.event_id == event.id)
    found = db.session.execute(
        query.where(Delegate.code == tokens.normalise_code(code))
    ).one_or_none()
    while found is not None and found.merged_into_id is not None:  # the code leads on, as at scans
        found = db.session.execute(query.where(Delegate.id == found.merged_into_id)).one_or_none()
    if found is None or found.anonymised_at is not None:
        raise NobodyFound
    if found.status in (Status.CANCELLED, Status.REFUSED):
        raise HasCancelled
    if found.status != Status.APPROVED and not (with_pending and found.status == Status.PENDING):
        raise NotApproved
    delegate_id: int = found.id
    return delegate_id


def fetched(event_id: int, printed: Printed) -> None:
    """The badge has reached the desk whole: it is not to be printed again."""
    if printed.mark is not None:
        event, whose = db.session.get_one(Event, event_id), printed.delegate_id
        registration.mark_for_reprint(event, [whose], is_needed=False, seen={whose: printed.mark})


@lru_cache(maxsize=16)
def _compiled(content: str) -> tuple[Template, Design]:
    read = template_json.read(content.encode())
    return read, design_of(read)


def _remember(event: Event, version_id: int, by: By, badge: dict[str, Any]) -> None:
    event_id, day = event.id, now().astimezone(event.zone).date()
    with transaction():
        if (found := _grown(event_id, version_id, by, day)) is None:
            number = runs.next_number(event_id)  # holds up whoever else begins the day
            found = _grown(event_id, version_id, by, day)
        if found is None:
            run = PrintRun(
                event_id=event_id,
                number=number,
                made_by_id=by.user_id,
                made_by_name=by.name,
                version_id=version_id,
                selection=Chosen(Kind.DESK).as_data(),
                sheet=SHEET.as_data(),
                desk_day=day,
                badges=1,
                done=1,
                state=RunState.DONE,
                finished_at=now(),
            )
            db.session.add(run)
            db.session.flush()
            found = run.id, 1
        run_id, badges = found
        db.session.execute(insert(PrintedBadge), [{"run_id": run_id, "place": badges - 1, **badge}])
        audit.record("print_at_desk", "delegate", badge["delegate_id"], event_id=event_id)


def _grown(event_id: int, version_id: int, by: By, day: date) -> tuple[int, int] | None:
    """The run of the day, one badge longer, and how long it is then; None if there is none."""
    row = db.session.execute(
        update(PrintRun)
        .where(
            PrintRun.event_id == event_id,
            PrintRun.made_by_id == by.user_id,  # is null for a device
            PrintRun.made_by_name == by.name,
            PrintRun.version_id == version_id,
            PrintRun.desk_day == day,
        )
        .values(badges=PrintRun.badges + 1, done=PrintRun.badges + 1, finished_at=now())
        .returning(PrintRun.id, PrintRun.badges)
    ).one_or_none()
    return (row.id, row.badges) if row is not None else None
