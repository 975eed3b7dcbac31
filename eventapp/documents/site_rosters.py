"""The kind of paper that rosters of sites are: for hosts and gates, without phones."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from eventapp.documents import buses, heads, visitors
from eventapp.documents.list_pdf import Person
from eventapp.documents.paper import Kind, NothingToPrint, Options, Order
from eventapp.documents.roster_pdf import NoRosters
from eventapp.documents.site_roster_pdf import (
    Coming,
    ComingDay,
    GroupList,
    SiteRoster,
    SiteRosterDocument,
    SiteRosterLabels,
    write_site_rosters,
)
from eventapp.events.models import Event
from eventapp.visits import sites
from eventapp.visits.models import VisitGroup
from eventapp.visits.sites import SiteGroups

_PREVIEWED = 2


class SiteRosterOptions(Options):
    """Which site."""

    site = SelectField(_l("Site"), default="")

    def fill_choices(self, event: Event) -> None:
        """All sites, or one."""
        self.site.choices = [
            ("", _("All sites")),
            *((str(it.id), it.name) for it in event.sites),
        ]


def write(order: Order, stream: BinaryIO) -> None:
    """Write the rosters that were ordered, each from a page of its own. Raises NothingToPrint."""
    event, language = order.event, order.language
    chosen = order.options["site"]
    visited = [
        it
        for it in sites.sites_with_groups(event.id)
        if it.groups and chosen in ("", str(it.site.id))
    ]
    with force_locale(language):
        paper = SiteRosterDocument(
            letterhead=heads.head_of(event, "DS", language=language),
            event_title=event.title_in(language),
            labels=_labels(),
            language=language,
        )
        shown = order.shown(visited, _PREVIEWED)
        try:
            write_site_rosters(paper, (_roster(event, it, language) for it in shown), stream)
        except NoRosters:
            raise NothingToPrint(
                _("No group goes there yet, so there is no list for the host.")
            ) from None


def _labels() -> SiteRosterLabels:
    return SiteRosterLabels(
        kind=_("List of visitors"),
        groups=_("I. The groups"),
        people=_("II. The people of each group"),
        group=_("Group"),
        way=_("Route and times"),
        bus=_("Bus, number plate"),
        leader=_("Leader"),
        count=_("Number of people"),
        number=_("No."),
        name=_("Full name"),
        position=_("Position"),
        office=_("Office"),
        nobody=_("Nobody is in this group yet."),
        received=_("People who have really come: ……………"),
        host=_("For the host"),
    )


def _roster(event: Event, place: SiteGroups, language: str) -> SiteRoster:
    site = place.site
    groups = sorted(place.groups, key=lambda it: (it.departs_at is None, it.departs_at, it.letter))
    counts = visitors.counts([it.id for it in groups])
    days = [
        _day(event, day, list(those), counts, language)
        for day, those in groupby(groups, key=lambda it: buses.day(event, it.departs_at))
    ]
    return SiteRoster(
        site=site.name,
        days=days,
        lists=_lists(groups, counts),
        total=_(
            "In all: %(groups)s groups, %(people)s people.",
            groups=len(groups),
            people=sum(counts.values()),
        ),
        facts=(
            (_("Address:"), site.address),
            (_("Languages:"), site.languages),
            (_("Visitors at one time, at most:"), str(site.capacity or "")),
        ),
    )


def _day(
    event: Event, day: str, groups: Sequence[VisitGroup], counts: dict[int, int], language: str
) -> ComingDay:
    people = sum(counts.get(it.id, 0) for it in groups)
    heading = _(
        "%(day)s: %(groups)s groups, %(people)s people",
        day=day or _("Day not known yet"),
        groups=len(groups),
        people=people,
    )
    return ComingDay(
        str(heading),
        [
            Coming(
                letter=it.letter,
                way=[
                    " ".join(filter(None, (place.when, place.what)))
                    for place in buses.way_of(event, it, language)
                ],
                buses=[buses.with_plate(bus) for bus in it.buses] or [_("Not known yet")],
                leader=it.leader_name,
                number=counts.get(it.id, 0),
            )
            for it in groups
        ],
    )


def _lists(groups: Sequence[VisitGroup], counts: dict[int, int]) -> Iterator[GroupList]:
    for group in groups:
        heading = _(
            "Group %(letter)s: %(people)s people",
            letter=group.letter,
            people=counts.get(group.id, 0),
        )
        people = visitors.of_group(group.id)
        yield GroupList(
            str(heading), [Person(it.name, it.position, it.whole_office) for it in people]
        )


SITE_ROSTERS = Kind(
    "site-rosters",
    _l("Lists of visitors for sites"),
    _l(
        "For the host and the gate: which groups come when and in which buses, and who they are, "
        "without phones."
    ),
    write,
    SiteRosterOptions,
)
