"""What delegates may change of their seats, and until when seats change by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event
from eventapp.visits.models import USUAL_HOURS, VisitSettings


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """``hours`` before a departure seats change by organisers' hands only; None is from
    ``wishes_until`` on."""

    may_swap: bool = False
    may_wait: bool = False
    hours: int | None = USUAL_HOURS
    wishes_until: datetime | None = None

    def end(self, *departures: datetime | None) -> datetime | None:
        """When seats in groups that depart then stop changing by themselves; None is never.

        At their departure in any case, as far as it is known.
        """
        known = [it - timedelta(hours=self.hours or 0) for it in departures if it is not None]
        if self.hours is None and self.wishes_until is not None:
            known.append(self.wishes_until)
        return min(known, default=None)

    def are_over(self, at: datetime, *departures: datetime | None) -> bool:
        """Whether only organisers change seats in such groups."""
        end = self.end(*departures)
        return end is not None and at >= end


def rules_of(event_id: int) -> ChangeRules:
    """The rules of the event, or those by default: nothing is allowed."""
    row = db.session.execute(
        select(
            VisitSettings.may_swap,
            VisitSettings.may_wait,
            VisitSettings.change_hours,
            VisitSettings.wishes_until,
        ).where(VisitSettings.event_id == event_id)
    ).one_or_none()
    return ChangeRules(*row) if row else ChangeRules()


def set_rules(event_id: int, *, may_swap: bool, may_wait: bool, hours: int | None) -> None:
    """Say what delegates may do, and until when."""
    with transaction():
        # Of two who set them for the first time, the second finds the row of the first.
        one = select(Event.id).where(Event.id == event_id)
        db.session.execute(one.with_for_update(key_share=True))
        row = db.session.get(VisitSettings, event_id)
        if row is None:
            row = VisitSettings(event_id=event_id)
            db.session.add(row)
        row.may_swap, row.may_wait, row.change_hours = may_swap, may_wait, hours
        named = ("may_swap", "may_wait", "change_hours")
        if changes := {it: pair for it, pair in audit.changes_of(row).items() if it in named}:
            audit.record("change", "visit_settings", event_id, event_id=event_id, changes=changes)
