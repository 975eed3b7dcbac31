"""How an event's allocation is worked out: what matters in which order, and for how long."""

from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event
from eventapp.visits.allocation.problem import Aim
from eventapp.visits.models import VisitSettings
from eventapp.visits.run_settings import DEFAULT_AIMS, DEFAULT_WORST, RunSettings, known_aims


def settings_of(event_id: int) -> RunSettings:
    """The settings of the event, or those by default."""
    row = db.session.get(VisitSettings, event_id)
    if row is None:
        return RunSettings()
    return RunSettings(
        aims=known_aims(row.objectives) or DEFAULT_AIMS,
        worst=row.worst_wish or DEFAULT_WORST,
        seconds=row.seconds,
    )


def change_settings(event_id: int, aims: tuple[Aim, ...], worst: int, seconds: int) -> None:
    """Set what matters, the first first; the k of "nobody below their k-th wish"; and the time."""
    with transaction():
        # Of two who set them for the first time, the second finds the row of the first.
        one = select(Event.id).where(Event.id == event_id)
        db.session.execute(one.with_for_update(key_share=True))
        row = db.session.get(VisitSettings, event_id)
        if row is None:
            row = VisitSettings(event_id=event_id)
            db.session.add(row)
        row.objectives, row.worst_wish, row.seconds = [it.value for it in aims], worst, seconds
        if changes := audit.changes_of(row):
            changes.pop("event_id", None)
            audit.record("change", "visit_settings", event_id=event_id, changes=changes)
