"""Official papers of an event: the agenda and the rosters of visit groups.

A paper has a language of its own, whatever that of the page or the command is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.documents import heads
from eventapp.documents.roster_pdf import (
    Roster,
    RosterDocument,
    RosterLabels,
    RosterPerson,
    write_rosters,
)
from eventapp.events.models import Event
from eventapp.programme.models import SessionKind
from eventapp.registration.models import Delegate
from eventapp.visits import service as visits
from eventapp.visits.models import VisitGroup
from eventapp.web.language import phone

_BREAKS = {SessionKind.BREAK, SessionKind.MEAL}
_DAY_PATTERNS = {"vi": "EEEE, 'ngày' dd/MM/yyyy", "en": "EEEE, d MMMM yyyy"}


def rosters(event: Event, groups: Sequence[VisitGroup], stream: BinaryIO, language: str) -> None:
    """Write the rosters of these groups as one PDF, each group on a page of its own.

    Raises documents.roster_pdf.NoRosters when there is no group.
    """
    with force_locale(language):
        paper = RosterDocument(
            letterhead=heads.head_of(event, None, language=language),
            event_title=event.title_in(language),
            rosters=tuple(_roster(event, group) for group in groups),
            labels=RosterLabels(
                kind=_("Roster of a visit group"),
                number=_("No."),
                name=_("Full name"),
                post=_("Position, organisation"),
                phone=_("Phone"),
                out=_("Out"),
                back=_("Back"),
                total=_("Number of delegates:"),
                signature=_("Group leader"),
                nobody=_("Nobody is in this group yet."),
            ),
            language=language,
        )
    write_rosters(paper, stream)


def _roster(event: Event, group: VisitGroup) -> Roster:
    return Roster(
        title=_("Group %(letter)s: %(site)s", letter=group.letter, site=group.site.name),
        people=tuple(_people(group)),
        facts=(
            (_("Bus:"), _buses(group)),
            (_("Departure:"), _moment(event, group.departs_at)),
            (_("Return:"), _moment(event, group.returns_at)),
            (_("Meeting point:"), group.meeting_point),
            (_("Leader:"), group.leader_name),
            (_("Phone:"), phone(group.leader_phone) if group.leader_phone else ""),
        ),
        leader=group.leader_name,
    )


def _people(group: VisitGroup) -> Iterator[RosterPerson]:
    members = visits.members(group.id, page=None)
    for delegate in members.delegates:
        bus = members.buses.get(delegate.id)
        # Where there is only one, everybody knows which.
        yield _person(delegate, bus.label if bus and len(group.buses) > 1 else "")


def _buses(group: VisitGroup) -> str:
    return ", ".join(f"{it.label} ({it.plate})" if it.plate else it.label for it in group.buses)


def _person(delegate: Delegate, bus: str) -> RosterPerson:
    office, delegation = delegate.organisation, delegate.organisation.delegation
    same = delegation.is_other or delegation.name == office.name
    return RosterPerson(
        name=delegate.name,
        position=delegate.position,
        organisation=office.name if same else f"{office.name}, {delegation.name}",
        phone=phone(delegate.phone) if delegate.phone else "",
        note=" · ".join(filter(None, (bus, *_needs(delegate)))),
    )


def _needs(delegate: Delegate) -> tuple[str, str]:
    step_free = _("Way without steps") if delegate.needs_step_free else ""
    return str(step_free), delegate.needs


def _moment(event: Event, instant: datetime | None) -> str:
    return f"{instant.astimezone(event.zone):%H:%M, %d/%m/%Y}" if instant else ""
