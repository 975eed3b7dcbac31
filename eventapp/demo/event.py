"""The demo event's own rows, from a preset: days, rooms, programme, delegations, sites, groups."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from eventapp.database import now
from eventapp.demo.people import make_people
from eventapp.events.models import Category, Day, Event, Room, Site
from eventapp.events.presets import Preset, PresetSession
from eventapp.extensions import db
from eventapp.programme.models import Session, SessionKind
from eventapp.registration import ranks
from eventapp.registration.setting_up import add_delegations
from eventapp.visits.models import VisitGroup

# People choose these themselves when they register; the others are given by organisers.
_PUBLIC_CATEGORIES = frozenset({"Đại biểu", "Khách mời", "Báo cáo viên", "Báo chí"})
_MAX_ROUNDS = 2
_LEADERS = 17  # the seed of their names: other people than the delegates


def add_event(preset: Preset) -> Event:
    """Add the event without delegates to the transaction in progress."""
    event = Event(
        slug=preset.slug,
        title=preset.title,
        short_title=preset.short_title,
        title_en=preset.title_en,
        organiser=preset.organiser,
        co_organiser=preset.co_organiser,
        venue=preset.venue,
        place=preset.host_province.name if preset.host_province else "",
        timezone=preset.timezone,
        contact_name=preset.contact_name,
        contact_email=preset.contact_email,
        # The conference is over; whoever tries the program changes registrations all the same.
        self_edit_until=now().date() + timedelta(days=365),
        illustrative=",".join(sorted(preset.illustrative)),
        days=[Day(date=date) for date in preset.days],
        rooms=[Room(name=name, position=i) for i, name in enumerate(preset.rooms, start=1)],
        categories=[
            Category(
                name=it.name,
                name_en=it.name_en,
                colour=it.colour,
                position=i,
                is_public=it.name in _PUBLIC_CATEGORIES,
            )
            for i, it in enumerate(preset.categories, start=1)
        ],
        sites=[Site(name=it.name, position=i) for i, it in enumerate(preset.sites, start=1)],
    )
    db.session.add(event)
    db.session.flush()
    for number, item in enumerate(preset.sessions, start=1):
        db.session.add(_session(event, preset, item, number))
    add_delegations(event.id, preset)
    ranks.add_usual(event.id, preset)
    db.session.flush()
    return event


def add_groups(event: Event, preset: Preset, people: int) -> None:
    """Add a group for each bus, in as many rounds (at most two) as ``people`` need."""
    visits = [it for it in preset.sessions if it.kind == "visit"]
    if not visits:
        return
    visit = visits[0]
    seats = sum(site.capacity for site in preset.sites)
    rounds = min(_MAX_ROUNDS, max(1, math.ceil(people / seats)))
    starts, ends = _instant(event, visit, "start"), _instant(event, visit, "end")
    length = (ends - starts) / rounds
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    leaders = make_people(preset, rounds * sum(site.buses for site in preset.sites), _LEADERS)
    for departure in range(rounds):
        bus = 0
        for site, known in zip(event.sites, preset.sites, strict=True):
            for _ in range(known.buses):
                bus += 1
                leader = next(leaders)
                leaves = starts + departure * length
                db.session.add(
                    VisitGroup(
                        event_id=event.id,
                        site=site,
                        letter=next(letters),
                        bus=f"Xe {bus}",
                        leader_name=leader.name,
                        leader_phone=leader.phone_e164,
                        meeting_point=f"Sân {event.venue.split(',')[0]}",
                        departs_at=leaves,
                        returns_at=leaves + length - timedelta(minutes=5),
                        capacity=known.capacity // known.buses,
                    )
                )
    db.session.flush()


def _session(event: Event, preset: Preset, item: PresetSession, number: int) -> Session:
    rooms = {room.name: room for room in event.rooms}
    return Session(
        event_id=event.id,
        day=event.days[item.day],
        room=rooms.get(item.room),
        kind=SessionKind(item.kind),
        title=item.title,
        chair=item.chair,
        starts_at=_instant(event, item, "start"),
        ends_at=_instant(event, item, "end"),
        takes_enrolment=item in preset.training_classes,
        uid=f"session-{number}@{event.slug}.eventapp",
    )


def _instant(event: Event, item: PresetSession, edge: str) -> datetime:
    local = datetime.combine(event.days[item.day].date, getattr(item, edge))
    return local.replace(tzinfo=ZoneInfo(event.timezone))
