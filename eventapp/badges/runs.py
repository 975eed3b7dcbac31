"""Print runs: what was printed together, by whom, from which version; numbered within the event.

A run is made with its badges in one transaction, and remembers of each a fingerprint of what it
shows. Its file is written when it is fetched (`running`); what has changed since is found by the
fingerprints (`reprinting`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.badges import selection, templates
from eventapp.badges.models import BadgeTemplateVersion, PrintedBadge, PrintRun, RunState
from eventapp.badges.records import Numbered, Reader, fingerprint
from eventapp.badges.selection import Chosen, Order
from eventapp.badges.sheets import Settings
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.pdf.fitting import Measure
from eventapp.registration import service as registration
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation
from eventapp.registration.search import Selection

PER_PAGE = 50
STRANGE = int(Measure.TOO_SMALL) + 1
"""Worse than any measure: a character that the font lacks."""
_AT_ONCE = 1000
_SILENCE = timedelta(seconds=60)


class RunNotFound(LookupError):
    """The event has no run of this number."""


class NothingToPrint(Exception):
    """Nobody of those chosen gets a badge: nobody was chosen, or all have cancelled."""


@dataclass(frozen=True, slots=True)
class By:
    """Who prints: an account, or by name what has none."""

    user_id: int | None = None
    name: str = ""


Badges = Iterable[tuple[int, str]]
"""Whose, and what each shows, in order."""


def create(
    event: Event,
    by: By,
    version: BadgeTemplateVersion,
    whom: Selection,
    order: Order,
    sheet: Settings,
) -> int:
    """Make a run of the badges of a selection; its number. Raises NothingToPrint."""
    people = selection.people(event, whom, order)
    numbered = reader_of(event, version).stream(people)
    return made(event, by, version.id, selection.chosen_by(whom, order), sheet, shown(numbered))


def reader_of(event: Event, version: BadgeTemplateVersion) -> Reader:
    """Reads badges as this version of a template shows them."""
    return Reader(event, templates.content_of(version).sources())


def shown(numbered: Iterable[Numbered]) -> list[tuple[int, str]]:
    """Whose badges they are, and what each shows."""
    return [(it.delegate_id, fingerprint(it.record)) for it in numbered]


def made(
    event: Event,
    by: By,
    version_id: int,
    chosen: Chosen,
    sheet: Settings,
    badges: Badges,
    *,
    after_id: int | None = None,
) -> int:
    """Add a run with these badges; its number. Raises NothingToPrint."""
    event_id = event.id
    badges = list(badges)
    if not badges:
        raise NothingToPrint
    with transaction():
        run = PrintRun(
            event_id=event_id,
            number=next_number(event_id),
            made_by_id=by.user_id,
            made_by_name=by.name[:200],
            version_id=version_id,
            selection=chosen.as_data(),
            sheet=sheet.as_data(),
            after_id=after_id,
            badges=len(badges),
        )
        db.session.add(run)
        db.session.flush()
        for start in range(0, len(badges), _AT_ONCE):
            db.session.execute(
                insert(PrintedBadge),
                [
                    {
                        "run_id": run.id,
                        "place": place,
                        "delegate_id": delegate_id,
                        "fingerprint": found,
                        "worst": 0,
                        "remarks": None,
                    }
                    for place, (delegate_id, found) in enumerate(
                        badges[start : start + _AT_ONCE], start
                    )
                ],
            )
        audit.record(
            "print",
            "print_run",
            run.number,
            event_id=event_id,
            changes={"badges": [None, len(badges)]},
        )
        return run.number


def next_number(event_id: int) -> int:
    """The next number of a run, which this transaction has: others wait for its end."""
    # Only whoever else numbers waits; rows that refer to the event are written meanwhile.
    db.session.execute(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
    last = select(func.max(PrintRun.number)).where(PrintRun.event_id == event_id)
    return (db.session.scalar(last) or 0) + 1


def find(event_id: int, number: int) -> PrintRun:
    """A run with its version, its template and who made it; one query. Raises RunNotFound."""
    found = db.session.scalar(
        _WITH_VERSION.where(PrintRun.event_id == event_id, PrintRun.number == number)
    )
    if found is None:
        raise RunNotFound(number)
    return found


def find_with_file(event_id: int, number: int) -> PrintRun:
    """As `find`; what a desk prints badge by badge is no file, and not found either."""
    found = find(event_id, number)
    if found.desk_day is not None:
        raise RunNotFound(number)
    return found


def count(event_id: int) -> int:
    """How many runs the event has."""
    query = select(func.count()).select_from(PrintRun).where(PrintRun.event_id == event_id)
    return db.session.scalar(query) or 0


def page(event_id: int, number: int) -> Sequence[PrintRun]:
    """Runs of the event, the latest first: page ``number``, from 1; one query."""
    return db.session.scalars(
        _WITH_VERSION.where(PrintRun.event_id == event_id)
        .order_by(PrintRun.number.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()


_WITH_VERSION = select(PrintRun).options(
    joinedload(PrintRun.version).joinedload(BadgeTemplateVersion.template),
    joinedload(PrintRun.made_by),
)


def last_settings(event_id: int, user_id: int | None) -> Settings | None:
    """How somebody last laid out badges of this event: their printer's offsets, their labels."""
    if user_id is None:
        return None
    found = db.session.scalar(
        select(PrintRun.sheet)
        .where(
            PrintRun.event_id == event_id,
            PrintRun.made_by_id == user_id,
            PrintRun.desk_day.is_(None),
        )
        .order_by(PrintRun.number.desc())
        .limit(1)
    )
    return Settings.from_data(found) if found else None


def is_silent(run: PrintRun) -> bool:
    """Whether a run that is under way has said nothing for a minute: whoever wrote it is gone, or
    whoever fetches it waits."""
    return (
        run.state == RunState.RUNNING
        and run.reported_at is not None
        and now() - run.reported_at > _SILENCE
    )


def cancel(event_id: int, number: int) -> bool:
    """Stop a run that waits or is under way; whether there was something to stop.

    Whoever writes its file, in whichever process, stops within about half a second.
    Raises RunNotFound.
    """
    run = find(event_id, number)
    run_id = run.id
    with transaction():
        stopped = db.session.execute(
            update(PrintRun)
            .where(PrintRun.id == run_id, PrintRun.state.in_([RunState.WAITING, RunState.RUNNING]))
            .values(state=RunState.CANCELLED)
        ).rowcount  # type: ignore[attr-defined]
        if stopped:
            audit.record("cancel", "print_run", number, event_id=event_id)
    return bool(stopped)


def mark_printed(event_id: int, number: int) -> int:
    """Take the mark off everybody whose badge is in a run: "they are printed". How many had one.

    Marks from after the file that was last fetched whole was begun (or, without one, from after
    the run was made) stay: they are about something that the paper does not show.
    Raises RunNotFound.
    """
    run = find(event_id, number)
    moment = run.started_at or run.made_at
    marked = db.session.scalars(_marked(run, moment).with_only_columns(Delegate.id)).all()
    event = db.session.get_one(Event, event_id)
    return sum(
        registration.mark_for_reprint(
            event, marked[start : start + _AT_ONCE], is_needed=False, before=moment
        )
        for start in range(0, len(marked), _AT_ONCE)
    )


def count_marked(run: PrintRun) -> int:
    """How many people in a run are still marked for what it has printed."""
    query = _marked(run, run.started_at or run.made_at)
    return db.session.scalar(query.with_only_columns(func.count(Delegate.id.distinct()))) or 0


def _marked(run: PrintRun, moment: datetime) -> Select[Any]:
    return (
        select(Delegate)
        .join(PrintedBadge, PrintedBadge.delegate_id == Delegate.id)
        .where(
            PrintedBadge.run_id == run.id,
            Delegate.status.in_(COMING),
            Delegate.reprint_since <= moment,
        )
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One badge of a run: whose it is, as they are called now, and what its texts needed."""

    place: int
    delegate_id: int | None
    name: str
    office: str
    delegation: str
    is_coming: bool
    worst: int
    remarks: list[list[Any]]


def badges_of(run: PrintRun, number: int) -> list[Row]:
    """The badges of a run in their order: page ``number``, from 1; one query."""
    return _rows(_BADGES.where(PrintedBadge.run_id == run.id).order_by(PrintedBadge.place), number)


def remarked(run: PrintRun, number: int, *, with_wrapped: bool) -> tuple[list[Row], int, int]:
    """Badges whose texts needed more than a shrink, the worst first, and how many there are.

    Of page ``number``, or of the last where there are fewer; which page that is comes third.
    ``with_wrapped`` also those of which a text merely takes several lines. Two queries.
    """
    conditions = _remarked(run, with_wrapped=with_wrapped)
    total = db.session.scalar(select(func.count()).select_from(PrintedBadge).where(*conditions))
    total = total or 0
    number = min(number, max(1, -(-total // PER_PAGE)))
    rows = _rows(
        _BADGES.where(*conditions).order_by(PrintedBadge.worst.desc(), PrintedBadge.place), number
    )
    return rows, total, number


def count_remarked(run: PrintRun) -> dict[int, int]:
    """How many badges needed how much, by the worst that one of their texts needed."""
    rows = db.session.execute(
        select(PrintedBadge.worst, func.count().label("number"))
        .where(PrintedBadge.run_id == run.id, PrintedBadge.worst > 0)
        .group_by(PrintedBadge.worst)
    )
    return {row.worst: row.number for row in rows}


def _remarked(run: PrintRun, *, with_wrapped: bool) -> list[Any]:
    least = Measure.WRAPPED if with_wrapped else Measure.CONDENSED
    return [PrintedBadge.run_id == run.id, PrintedBadge.worst >= int(least)]


def _rows(query: Select[Any], number: int) -> list[Row]:
    rows = db.session.execute(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return [
        Row(
            row.place,
            row.delegate_id,
            row.name or "",
            row.office or "",
            row.delegation or "",
            row.status in COMING,
            row.worst,
            row.remarks or [],
        )
        for row in rows
    ]


_BADGES: Select[Any] = (
    select(
        PrintedBadge.place,
        PrintedBadge.delegate_id,
        PrintedBadge.worst,
        PrintedBadge.remarks,
        Delegate.name,
        Delegate.status,
        Organisation.name.label("office"),
        Delegation.name.label("delegation"),
    )
    .select_from(PrintedBadge)
    .outerjoin(Delegate, Delegate.id == PrintedBadge.delegate_id)
    .outerjoin(Organisation, Organisation.id == Delegate.organisation_id)
    .outerjoin(Delegation, Delegation.id == Organisation.delegation_id)
)
