"""What of a print run is to be printed again: all of it, one badge, or what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from eventapp.badges import runs, selection
from eventapp.badges.models import PrintedBadge, PrintRun
from eventapp.badges.records import fingerprint
from eventapp.badges.runs import By
from eventapp.badges.selection import Chosen, Kind
from eventapp.badges.sheets import Settings
from eventapp.database import db, now
from eventapp.events.models import Event
from eventapp.registration.models import COMING, Delegate
from eventapp.registration.search import Selection

_SHOWN = 200
ON_EVERY_BADGE = frozenset({"name", "position", "organisation_id", "category_id"})
"""What of a registration is wrong on a printed badge once it is corrected, whatever the design."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they are called now."""

    delegate_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Since:
    """What is another way than a run has printed it; numbers, and the first names of each.

    ``gone`` have cancelled: their badges are not printed again.
    """

    changed: int
    newcomers: int
    gone: int
    names: dict[str, list[Person]]


def since(event: Event, number: int) -> Since:
    """What has changed since a run. Raises RunNotFound."""
    run = runs.find(event.id, number)
    changed = [delegate_id for delegate_id, _ in _changed(event, run)]
    new = [delegate_id for delegate_id, _ in _newcomers(event, run)]
    return Since(
        len(changed),
        len(new),
        count_gone(run),
        {
            "changed": _people(select(Delegate).where(Delegate.id.in_(changed[:_SHOWN]))),
            "newcomers": _people(select(Delegate).where(Delegate.id.in_(new[:_SHOWN]))),
            "gone": _people(_of(run).where(_has_gone())),
        },
    )


def mark_corrected(corrections: Mapping[int, Mapping[str, Any]]) -> None:
    """Mark badges that were printed and whose bearer was corrected since: {id: what changed}.

    Within the transaction of the correction (`registration.service.on_correcting`).
    """
    ids = [it for it, changes in corrections.items() if not ON_EVERY_BADGE.isdisjoint(changes)]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        printed = select(PrintedBadge.delegate_id).where(PrintedBadge.delegate_id.in_(some))
        db.session.execute(
            update(Delegate)
            .where(Delegate.id.in_(printed))
            .values(reprint_since=now())
            .execution_options(synchronize_session="fetch")
        )


def ids_since(event: Event, run: PrintRun) -> list[int]:
    """Whose badge has changed since a run, and who is new in its selection."""
    return [delegate_id for delegate_id, _ in (*_changed(event, run), *_newcomers(event, run))]


def again(event: Event, by: By, number: int) -> int:
    """Make a run of a whole run once more; its number. Raises RunNotFound, NothingToPrint."""
    run = runs.find(event.id, number)
    return _made(event, by, run, Kind.AGAIN, _whole(event, run))


def one(event: Event, by: By, number: int, place: int) -> int:
    """Make a run of one badge of a run; its number. Raises RunNotFound, NothingToPrint."""
    run = runs.find(event.id, number)
    if not 0 <= place < run.badges:
        raise runs.NothingToPrint
    query = selection.coming(_of(run).where(PrintedBadge.place == place))
    numbered = runs.reader_of(event, run.version).some(query)
    # A single badge begins a sheet: nobody wants it on the label after the last of another run.
    sheet = _first_label(Settings.from_data(run.sheet))
    return _made(event, by, run, Kind.ONE, runs.shown(numbered), sheet)


def changed(event: Event, by: By, number: int, *, with_newcomers: bool) -> int:
    """Make a run of what has changed since a run, and perhaps of who is new in its selection.

    Raises RunNotFound, NothingToPrint.
    """
    run = runs.find(event.id, number)
    badges = list(_changed(event, run))
    if with_newcomers:
        badges += _newcomers(event, run)
    return _made(event, by, run, Kind.CHANGED, badges)


def _made(
    event: Event,
    by: By,
    run: PrintRun,
    kind: Kind,
    badges: list[tuple[int, str]],
    sheet: Settings | None = None,
) -> int:
    chosen = Chosen(kind, order=Chosen.from_data(run.selection).order, run=run.number)
    sheet = sheet or _first_label(Settings.from_data(run.sheet))
    return runs.made(event, by, run.version_id, chosen, sheet, badges, after_id=run.id)


def _first_label(sheet: Settings) -> Settings:
    """The same on whole sheets: the half-used one was used up by the run itself."""
    return Settings.from_data({**sheet.as_data(), "first": 1})


def _of(run: PrintRun) -> Select[Any]:
    return (
        select(Delegate)
        .join(PrintedBadge, PrintedBadge.delegate_id == Delegate.id)
        .where(PrintedBadge.run_id == run.id)
    )


def _whole(event: Event, run: PrintRun) -> list[tuple[int, str]]:
    query = selection.coming(_of(run)).order_by(PrintedBadge.place)
    # At the desk somebody may have been printed twice.
    return list(dict(runs.shown(runs.reader_of(event, run.version).stream(query))).items())


def _changed(event: Event, run: PrintRun) -> list[tuple[int, str]]:
    """Whose badge is another one now than the last that was printed, in the order of the run."""
    last = _last_printed(run)
    return [(id_, found) for id_, found in _whole(event, run) if last.get(id_) != found]


def _newcomers(event: Event, run: PrintRun) -> list[tuple[int, str]]:
    """Who would be in the run if it were made now, and has had no badge since."""
    chosen = Chosen.from_data(run.selection)
    if chosen.kind != Kind.LIST or chosen.is_marked:
        return []
    had = _last_printed(run)
    people = selection.people(event, Selection(None, chosen.filters), chosen.order)
    numbered = runs.reader_of(event, run.version).stream(people)
    return [
        (it.delegate_id, fingerprint(it.record)) for it in numbered if it.delegate_id not in had
    ]


def _last_printed(run: PrintRun) -> dict[int, str]:
    """By delegate, what their badge last showed: in this run, or in a later one by the same
    version of the template whose file was fetched. Of a later one by another nothing is known."""
    rows = db.session.execute(
        select(PrintedBadge.delegate_id, PrintedBadge.fingerprint)
        .join(PrintRun, PrintRun.id == PrintedBadge.run_id)
        .where(
            PrintRun.event_id == run.event_id,
            PrintRun.version_id == run.version_id,
            PrintedBadge.delegate_id.is_not(None),
            or_(
                PrintRun.id == run.id,
                (PrintRun.number > run.number) & PrintRun.finished_at.is_not(None),
            ),
        )
        .order_by(PrintRun.number, PrintedBadge.place)
        .execution_options(yield_per=1000)
    )
    return {row.delegate_id: row.fingerprint for row in rows}


def _has_gone() -> Any:
    return or_(Delegate.status.not_in(COMING), Delegate.anonymised_at.is_not(None))


def count_gone(run: PrintRun) -> int:
    """How many people in a run have cancelled since: their badges are not printed again."""
    query = _of(run).where(_has_gone()).with_only_columns(func.count(Delegate.id.distinct()))
    return db.session.scalar(query) or 0


def _people(query: Select[Any]) -> list[Person]:
    rows = db.session.execute(
        query.order_by(None)
        .order_by(Delegate.name_key, Delegate.id)
        .limit(_SHOWN)
        .with_only_columns(Delegate.id, Delegate.name)
    )
    return [Person(row.id, row.name) for row in rows]
