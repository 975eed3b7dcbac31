"""The demo event's own rows, from a preset: days, rooms, programme, delegations, sites, groups."""

import math
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from eventapp.database import now
from eventapp.demo.people import Person, make_people
from eventapp.events.models import Category, Day, Event, Room, Site
from eventapp.events.presets import Preset, PresetSession, PresetSite
from eventapp.extensions import db
from eventapp.programme.models import Session, SessionKind
from eventapp.registration import ranks
from eventapp.registration.setting_up import add_delegations
from eventapp.visits.colours import next_unused
from eventapp.visits.models import Bus, Stop, VisitGroup

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
        sites=[
            # Whoever climbs no steps can go where most people go.
            Site(name=it.name, position=i, languages="Tiếng Việt", is_step_free=it.buses > 1)
            for i, it in enumerate(preset.sites, start=1)
        ],
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
    """Add a group for each site, in as many rounds (at most two) as ``people`` need."""
    visits = [it for it in preset.sessions if it.kind == "visit"]
    if not visits:
        return
    visit = visits[0]
    seats = sum(site.capacity for site in preset.sites)
    rounds = min(_MAX_ROUNDS, max(1, math.ceil(people / seats)))
    starts, ends = _instant(event, visit, "start"), _instant(event, visit, "end")
    length = (ends - starts) / rounds
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    buses = sum(site.buses for site in preset.sites)
    people_of_buses = make_people(preset, rounds * (2 * len(preset.sites) + buses), _LEADERS)
    used: list[str] = []
    for departure in range(rounds):
        numbers = count(1)
        for site, known in zip(event.sites, preset.sites, strict=True):
            leaves = starts + departure * length
            leader, guide = next(people_of_buses), next(people_of_buses)
            used.append(next_unused(used))
            db.session.add(
                VisitGroup(
                    event_id=event.id,
                    site=site,
                    letter=next(letters),
                    colour=used[-1],
                    leader_name=leader.name,
                    leader_phone=leader.phone_e164,
                    guide_name=guide.name,
                    guide_phone=guide.phone_e164,
                    meeting_point=f"Sân {event.venue.split(',')[0]}",
                    departs_at=leaves,
                    returns_at=leaves + length - timedelta(minutes=5),
                    capacity=known.capacity // known.buses * known.buses,
                    is_step_free=known.buses > 1,
                    buses=[
                        _bus(place, next(numbers), known, next(people_of_buses))
                        for place in range(known.buses)
                    ],
                    stops=[
                        Stop(
                            name=site.name,
                            arrives_at=leaves + timedelta(minutes=15),
                            leaves_at=leaves + length - timedelta(minutes=20),
                        )
                    ],
                )
            )
    db.session.flush()


def _bus(place: int, number: int, site: PresetSite, driver: Person) -> Bus:
    return Bus(
        position=place,
        label=f"Xe {number}",
        plate=f"99B-{number:03}.{10 + number * 7}",
        seats=site.capacity // site.buses,
        driver_name=driver.name,
        driver_phone=driver.phone_e164,
    )


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
