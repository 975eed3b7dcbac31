"""Which buses a paper of site visits is for, and what such papers say of a group.

A group without buses is as one bus that has no name; whoever of a group sits in none of its buses
is on a paper of their own, where people are listed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from eventapp.documents import visitors
from eventapp.documents.bus_roster_pdf import Place
from eventapp.documents.paper import Options, Order
from eventapp.documents.visitors import Visitor
from eventapp.events.models import Event
from eventapp.visits import sites
from eventapp.visits.models import Bus, VisitGroup
from eventapp.web.language import phone

GROUP, BUS = "group", "bus"


class BusOptions(Options):
    """All buses, those of one group, or one; subclasses place the field with `bus_field`."""

    bus: SelectField

    def fill_choices(self, event: Event) -> None:
        """By group, each followed by its buses."""
        choices = [("", str(_("All buses")))]
        for group in sites.groups_of(event.id):
            choices.append((f"{GROUP}-{group.id}", title_of(group)))
            if len(group.buses) > 1:
                choices += [
                    (f"{BUS}-{it.id}", f"{group.letter} – {it.label}") for it in group.buses
                ]
        self.bus.choices = choices


def bus_field() -> SelectField:
    """The field of `BusOptions`: where it is in a class, it is on the page."""
    return SelectField(_l("Bus"), default="")


@dataclass(frozen=True, slots=True)
class Outing:
    """A bus of a group, or a group that has none."""

    group: VisitGroup
    bus: Bus | None

    @property
    def label(self) -> str:
        """What the bus is called."""
        return self.bus.label if self.bus else ""


@dataclass(frozen=True, slots=True)
class Boarded:
    """An outing with its people. ``is_rest``: those of a group with buses who sit in none."""

    outing: Outing
    people: Sequence[Visitor]
    is_rest: bool = False


def outings(order: Order) -> Iterator[Outing]:
    """The buses that were chosen, by group and in its order."""
    chosen = order.options["bus"]
    for group in sites.groups_of(order.event.id):
        is_whole = chosen in ("", f"{GROUP}-{group.id}")
        if not group.buses and is_whole:
            yield Outing(group, None)
        for bus in group.buses:
            if is_whole or chosen == f"{BUS}-{bus.id}":
                yield Outing(group, bus)


def boarded(order: Order) -> Iterator[Boarded]:
    """The buses that were chosen with their people, a group's in memory at a time; after those of
    a whole group who of it sits in none."""
    is_one_bus = order.options["bus"].startswith(BUS)
    group, people = None, list[Visitor]()
    for outing in outings(order):
        if group is not None and group is not outing.group and not is_one_bus:
            yield from _rest(group, people)
        if group is not outing.group:
            group, people = outing.group, visitors.of_group(outing.group.id)
        bus = outing.bus
        yield Boarded(outing, [it for it in people if bus is None or it.bus_id == bus.id])
    if group is not None and not is_one_bus:
        yield from _rest(group, people)


def _rest(group: VisitGroup, people: Sequence[Visitor]) -> Iterator[Boarded]:
    rest = [it for it in people if it.bus_id is None]
    if group.buses and rest:
        yield Boarded(Outing(group, None), rest, is_rest=True)


def title_of(group: VisitGroup) -> str:
    """``Group B: Trung tâm dữ liệu tỉnh``."""
    text: str = _("Group %(letter)s: %(site)s", letter=group.letter, site=group.site.name)
    return text


def named(name: str, number: str) -> str:
    """Somebody with their phone (E.164), as far as they are known."""
    return ", ".join(filter(None, (name, phone(number) if number else "")))


def with_plate(bus: Bus) -> str:
    """``Xe 2 (99B-001.23)``."""
    return f"{bus.label} ({bus.plate})" if bus.plate else bus.label


def moment(event: Event, at: datetime | None) -> str:
    """``07:30, 27/11/2026``, in the event's zone; empty for None."""
    return f"{at.astimezone(event.zone):%H:%M, %d/%m/%Y}" if at else ""


def clock(event: Event, at: datetime | None) -> str:
    """``07:30``, in the event's zone; empty for None."""
    return f"{at.astimezone(event.zone):%H:%M}" if at else ""


def day(event: Event, at: datetime | None) -> str:
    """``27/11/2026``, in the event's zone; empty for None."""
    return f"{at.astimezone(event.zone):%d/%m/%Y}" if at else ""


def way_of(event: Event, group: VisitGroup, language: str) -> tuple[Place, ...]:
    """Departure, each stop, and return."""
    departure = filter(None, (_("Departure"), group.meeting_point))
    places = [Place(_("Dep."), clock(event, group.departs_at), ": ".join(departure))]
    for number, stop in enumerate(group.stops, 1):
        times = filter(None, (clock(event, stop.arrives_at), clock(event, stop.leaves_at)))
        name = stop.name_en if language == "en" and stop.name_en else stop.name
        places.append(Place(str(number), "–".join(times), name))
    places.append(Place(_("Ret."), clock(event, group.returns_at), _("Return")))
    return tuple(places)
