"""A delegate's own agenda: of the published programme what they take part in, and their bus."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select

from eventapp.accounts.models import AuditEntry
from eventapp.database import db
from eventapp.programme import published
from eventapp.programme.agenda_views import details_of
from eventapp.programme.calendar import Item, calendar
from eventapp.programme.models import SessionKind
from eventapp.programme.published import Published
from eventapp.programme.records import Record
from eventapp.registration.itinerary import entry_uid
from eventapp.registration.models import Delegate, Status
from eventapp.visits.models import VisitGroup
from eventapp.visits.service import group_and_bus_of, group_of
from eventapp.web.language import phone

# In calendars, of a group of which nobody has said when it returns.
_BOARDING = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Something that the delegate takes part in: a session, or the departure of their group."""

    starts_at: datetime
    ends_at: datetime
    title: str
    kind: str
    place: str = ""
    lines: tuple[str, ...] = ()
    record: Record | None = None
    """The session, where it is one."""
    is_chosen: bool = False
    """Whether it is the class that they chose."""
    has_end: bool = True
    """Whether it is known when it ends."""


@dataclass(frozen=True, slots=True)
class OwnDay:
    """One of the delegate's days, with its stops in order."""

    date: date
    stops: Sequence[Stop]


@dataclass(frozen=True, slots=True)
class OwnAgenda:
    """What a delegate takes part in; without a version the programme is not published yet."""

    delegate: Delegate
    version: Published | None
    group: VisitGroup | None
    days: Sequence[OwnDay] = field(default=())

    @property
    def stops(self) -> list[Stop]:
        """Everything, one after the other."""
        return [stop for day in self.days for stop in day.stops]


def own_agenda(delegate: Delegate, language: str) -> OwnAgenda:
    """The agenda of somebody who comes, in ``vi`` or ``en``."""
    version, group = published.latest(delegate.event_id), group_of(delegate.id)
    chosen = {it.uid for it in delegate.enrolments}
    records = list(version.records) if version else []
    if version:
        known = {it.uid for it in records}
        missing = [it for it in delegate.enrolments if it.uid not in known]
        records += published.as_public(missing, records)
    stops = [
        _stop(delegate, group, it, language, it.uid in chosen)
        for it in records
        if _is_mine(delegate, group, it, chosen)
    ]
    if group is not None and group.departs_at is not None:
        stops.append(_departure(delegate, group, group.departs_at))
    stops.sort(key=lambda it: (it.starts_at, it.ends_at))
    zone = delegate.event.zone
    dates = {it.date for it in delegate.days}
    dates |= {it.starts_at.astimezone(zone).date() for it in stops}
    days = [
        OwnDay(day, [it for it in stops if it.starts_at.astimezone(zone).date() == day])
        for day in sorted(dates)
    ]
    return OwnAgenda(delegate, version, group, days)


def own_calendar(delegate: Delegate, language: str) -> bytes:
    """The agenda as a calendar file that calendars fetch again and again (RFC 5545).

    It names no secret and no code. Empty for somebody who does not come, or not yet for certain:
    so a calendar that follows it lets go of what it had.
    """
    event = delegate.event
    items: list[Item] = []
    if delegate.status == Status.APPROVED:
        agenda = own_agenda(delegate, language)
        items = [_item(agenda, it) for it in agenda.stops]
        items += _taken_out(agenda, language)
    return calendar(event.short_title, event.zone, items, language=language)


def _is_mine(
    delegate: Delegate, group: VisitGroup | None, record: Record, chosen: set[str]
) -> bool:
    if record.uid in chosen:
        return True
    if record.takes_enrolment or record.day not in {it.date for it in delegate.days}:
        return False
    # Their own departure says it better.
    return not (record.kind == SessionKind.VISIT and _leaves_on(group, delegate) == record.day)


def _leaves_on(group: VisitGroup | None, delegate: Delegate) -> date | None:
    if group is None or group.departs_at is None:
        return None
    return group.departs_at.astimezone(delegate.event.zone).date()


def _stop(
    delegate: Delegate, group: VisitGroup | None, record: Record, language: str, is_chosen: bool
) -> Stop:
    lines = details_of(record).splitlines()
    if record.kind == SessionKind.VISIT:
        lines += _about(delegate, group) if group else [_("Your group will be announced here.")]
    if record.kind == SessionKind.MEAL and delegate.diet:
        lines.append(_("Your diet: %(diet)s", diet=delegate.diet))
    return Stop(
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        title=record.title_in(language),
        kind=record.kind,
        place=record.room_name,
        lines=tuple(lines),
        record=record,
        is_chosen=is_chosen,
    )


def _departure(delegate: Delegate, group: VisitGroup, departs_at: datetime) -> Stop:
    returns_at = group.returns_at
    has_end = returns_at is not None and returns_at > departs_at
    return Stop(
        starts_at=departs_at,
        ends_at=returns_at if returns_at and has_end else departs_at + _BOARDING,
        has_end=has_end,
        title=_("Site visit: %(site)s", site=group.site.name),
        kind=SessionKind.VISIT,
        place=group.meeting_point,
        lines=tuple(_about(delegate, group)),
    )


def _about(delegate: Delegate, group: VisitGroup) -> list[str]:
    letter = _("Group %(letter)s", letter=group.letter)
    about = ", ".join(filter(None, (letter, group_and_bus_of(delegate.id)[1])))
    lines = [about]
    if group.leader_name:
        number = phone(group.leader_phone) if group.leader_phone else ""
        leader = ", ".join(filter(None, (group.leader_name, number)))
        lines.append(f"{_('Leader')}: {leader}")
    return lines


def _item(agenda: OwnAgenda, stop: Stop) -> Item:
    delegate, event, group = agenda.delegate, agenda.delegate.event, agenda.group
    if stop.record is not None:
        uid, sequence = entry_uid(stop.record, delegate), stop.record.revision
        changed_at = stop.record.changed_at
        place = ", ".join(filter(None, (stop.place, event.venue)))
    else:
        assert group is not None  # noqa: S101 - what else would depart
        uid = f"visit-{group.id}-of-{delegate.id}@{event.slug}.eventapp"
        sequence, last = _times_changed(group, delegate)
        changed_at, place = last or delegate.updated_at, stop.place
    return Item(
        uid=uid,
        sequence=delegate.revision + sequence,
        changed_at=max(delegate.updated_at, changed_at),
        title=stop.title,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        location=place,
        description="\n".join(stop.lines),
    )


def _times_changed(group: VisitGroup, delegate: Delegate) -> tuple[int, datetime | None]:
    """How often a group or somebody's seat in it has been changed, and when last: neither counts it
    itself."""
    of_group = and_(AuditEntry.subject == "visit_group", AuditEntry.subject_id == str(group.id))
    of_seat = and_(
        AuditEntry.subject == "delegate",
        AuditEntry.subject_id == str(delegate.id),
        AuditEntry.action == "seat",
    )
    times, last = db.session.execute(
        select(func.count(), func.max(AuditEntry.at)).where(or_(of_group, of_seat))
    ).one()
    return times, last


def _taken_out(agenda: OwnAgenda, language: str) -> list[Item]:
    """What the last version has taken out of the delegate's days."""
    if agenda.version is None:
        return []
    days = {it.date for it in agenda.delegate.days}
    return [
        replace(
            _item(agenda, _stop(agenda.delegate, agenda.group, it, language, False)),
            is_cancelled=True,
        )
        for it in published.cancelled_in(agenda.version)
        if it.day in days and not it.takes_enrolment
    ]
