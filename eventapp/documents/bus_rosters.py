"""The kind of paper that rosters of buses are: for leaders, with phones and needs."""

from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.documents import buses, heads
from eventapp.documents.bus_roster_pdf import (
    BusRoster,
    BusRosterDocument,
    BusRosterLabels,
    write_bus_rosters,
)
from eventapp.documents.buses import Boarded, BusOptions, boarded, bus_field
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.roster_pdf import NoRosters, RosterPerson
from eventapp.documents.visitors import Visitor
from eventapp.events.models import Event
from eventapp.visits.boarding import places_of
from eventapp.visits.models import VisitGroup
from eventapp.web.language import phone

_PREVIEWED = 2


class BusRosterOptions(BusOptions):
    """Which buses."""

    bus = bus_field()


def write(order: Order, stream: BinaryIO) -> None:
    """Write the rosters that were ordered, each from a page of its own. Raises NothingToPrint."""
    event, language = order.event, order.language
    with force_locale(language):
        paper = BusRosterDocument(
            issuer=heads.head_of(event, None, language=language).issuer,
            event_title=event.title_in(language),
            labels=_labels(),
            language=language,
        )
        shown = order.shown(boarded(order), _PREVIEWED)
        try:
            write_bus_rosters(paper, (_roster(event, it, language) for it in shown), stream)
        except NoRosters:
            raise NothingToPrint(
                _("There are no groups yet, so there is no roster to print.")
            ) from None


def _labels() -> BusRosterLabels:
    return BusRosterLabels(
        kind=_("Roster of a bus"),
        number=_("No."),
        name=_("Full name"),
        post=_("Position, organisation"),
        phone=_("Phone"),
        way=_("Route and times"),
        total=_("Number of delegates:"),
        present=_("Number present"),
        late=_("Who boards later, and guests from other buses"),
        more=_("The places after these"),
        signature=_("Group leader"),
        nobody=_("Nobody is on this bus yet."),
    )


def _roster(event: Event, boarded: Boarded, language: str) -> BusRoster:
    group = boarded.outing.group
    return BusRoster(
        letter=group.letter,
        colour=group.colour,
        title=_title(boarded),
        site=group.site.name,
        places=buses.way_of(event, group, language),
        people=[_person(it) for it in boarded.people],
        facts=_facts(event, boarded),
        leader=group.leader_name,
    )


def _title(boarded: Boarded) -> str:
    group, bus = boarded.outing.group, boarded.outing.bus
    if bus is not None:
        title = _("Group %(letter)s – %(bus)s", letter=group.letter, bus=bus.label)
    elif boarded.is_rest:
        title = _("Group %(letter)s – without a bus yet", letter=group.letter)
    else:
        title = _("Group %(letter)s", letter=group.letter)
    return str(title)


def _facts(event: Event, boarded: Boarded) -> tuple[tuple[str, str], ...]:
    group, bus = boarded.outing.group, boarded.outing.bus
    facts = [
        (_("Departure:"), buses.moment(event, group.departs_at)),
        (_("Meeting point:"), group.meeting_point),
        (_("Return:"), buses.moment(event, group.returns_at)),
    ]
    if bus is not None:
        facts += [
            (_("Number plate:"), bus.plate),
            (_("Driver:"), buses.named(bus.driver_name, bus.driver_phone)),
        ]
    elif group.buses:
        facts.append((_("Buses of the group:"), ", ".join(map(buses.with_plate, group.buses))))
    else:
        facts.append((_("Bus:"), _("Not known yet")))
    facts += [
        (_("Leader:"), buses.named(group.leader_name, group.leader_phone)),
        (_("Guide:"), buses.named(group.guide_name, group.guide_phone)),
    ]
    if not boarded.is_rest:
        facts.append((_("Seats:"), str(_seats(group, boarded))))
    return tuple((str(label), str(text)) for label, text in facts)


def _seats(group: VisitGroup, boarded: Boarded) -> int:
    bus = boarded.outing.bus
    return places_of(bus, group.capacity) if bus else group.capacity


def _person(it: Visitor) -> RosterPerson:
    step_free = str(_("Way without steps")) if it.needs_step_free else ""
    return RosterPerson(
        name=it.name,
        position=it.position,
        organisation=it.whole_office,
        phone=phone(it.phone) if it.phone else "",
        note=" · ".join(filter(None, (step_free, it.needs))),
    )


BUS_ROSTERS = Kind(
    "bus-rosters",
    _l("Rosters of buses"),
    _l(
        "For each bus’s leader: who is on it, with phones and needs, to tick off at departure, at "
        "each stop and at the return."
    ),
    write,
    BusRosterOptions,
)
