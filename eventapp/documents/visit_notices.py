"""The kind of paper that notices of site visits are: one to each delegation, to be passed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from eventapp.database import db
from eventapp.documents import buses, heads, people, visitors
from eventapp.documents.paper import Kind, NothingToPrint, Order
from eventapp.documents.people import Arrangement, Chosen, full_name
from eventapp.documents.visit_notice_pdf import (
    NoNotices,
    Notice,
    NoticeDocument,
    NoticeGroup,
    NoticeLabels,
    NoticePerson,
    write_notices,
)
from eventapp.documents.visitors import Visitor
from eventapp.documents.whose import DelegationOptions, called, delegation_field, delegation_id
from eventapp.events.models import Event
from eventapp.registration.models import Delegate, Delegation, Organisation, Province
from eventapp.visits import sites
from eventapp.visits.models import Allocation, VisitGroup
from eventapp.web.language import phone


class NoticeOptions(DelegationOptions):
    """Whose notice."""

    delegation = delegation_field()


@dataclass(frozen=True, slots=True)
class _Addressee:
    """A delegation that somebody of is in a group."""

    id: int
    delegation: str
    is_other: bool
    province_kind: str | None
    lead: str

    @property
    def province(self) -> str:
        """The delegation as it is called with its province's kind."""
        return full_name(self.delegation, self.province_kind)


def write(order: Order, stream: BinaryIO) -> None:
    """Write the notices that were ordered, in protocol order. Raises NothingToPrint."""
    event, language = order.event, order.language
    groups = {it.id: it for it in sites.groups_of(event.id)}
    with force_locale(language):
        paper = NoticeDocument(
            letterhead=heads.head_of(event, "TB", language=language),
            event_title=event.title_in(language),
            labels=NoticeLabels(
                kind=_("Notice"),
                to=_("To:"),
                number=_("No."),
                name=_("Full name"),
                post=_("Position, organisation"),
                bus=_("Bus"),
                safety=_("For your safety:"),
            ),
            language=language,
        )
        shown = order.shown(_addressees(event, delegation_id(order)), 3)
        try:
            write_notices(paper, (_notice(event, it, groups, language) for it in shown), stream)
        except NoNotices:
            raise NothingToPrint(
                _("Nobody of this delegation is in a visit group yet.")
                if delegation_id(order)
                else _("Nobody is in a visit group yet, so there is nothing to give notice of.")
            ) from None


def _addressees(event: Event, only: int | None) -> list[_Addressee]:
    seated = (
        exists()
        .where(Allocation.delegate_id == Delegate.id, Delegate.organisation_id == Organisation.id)
        .where(Organisation.delegation_id == Delegation.id, *visitors.TAKES_PART)
        .correlate(Delegation)
    )
    query = (
        select(
            Delegation.id,
            Delegation.name,
            Delegation.is_other,
            Province.kind,
            Delegation.lead_name,
        )
        .outerjoin(Province, Province.code == Delegation.province_code)
        .where(Delegation.event_id == event.id, seated)
        .order_by(Delegation.position, Delegation.name)
    )
    if only is not None:
        query = query.where(Delegation.id == only)
    return [_Addressee(*row) for row in db.session.execute(query)]


def _notice(event: Event, to: _Addressee, groups: dict[int, VisitGroup], language: str) -> Notice:
    seated = visitors.of_delegation(event.id, to.id)
    order = {id_: place for place, id_ in enumerate(groups)}
    # Sorting keeps the protocol order within each group.
    by_group = groupby(sorted(seated, key=lambda it: order[it.group_id]), lambda it: it.group_id)
    title = event.title_in(language).rstrip(".")
    lead = [_("Lead: %(name)s", name=to.lead)] if to.lead else []
    return Notice(
        to=(called(to), *map(str, lead)),
        subject=_("On the site visits of the conference"),
        opening=_(
            "%(issuer)s informs your delegation how its members are seated for the site visits of: "
            "%(title)s.",
            issuer=heads.head_of(event, None, language=language).issuer,
            title=title,
        ),
        groups=[_group(event, groups[id_], list(those)) for id_, those in by_group],
        waiting=_waiting(event, to, seated),
        closing=_closing(event),
        signature=heads.signature_of(event, recipients=(_("As above"), _("Archives"))),
    )


def _group(event: Event, group: VisitGroup, seated: Sequence[Visitor]) -> NoticeGroup:
    site = group.site
    used = {it.bus_id for it in seated}
    plates = [buses.with_plate(it) for it in group.buses if it.id in used]
    when = [buses.moment(event, group.departs_at), group.meeting_point]
    return NoticeGroup(
        letter=group.letter,
        colour=group.colour,
        heading=buses.title_of(group),
        people=[NoticePerson(it.name, it.position, it.office, it.bus or "") for it in seated],
        facts=(
            (_("Departure and meeting point:"), "; ".join(filter(None, when))),
            (_("Return:"), buses.moment(event, group.returns_at)),
            (_("Bus:"), ", ".join(plates)),
            (_("Leader:"), buses.named(group.leader_name, group.leader_phone)),
            (_("Guide:"), buses.named(group.guide_name, group.guide_phone)),
            (_("Address:"), site.address),
            (_("Languages:"), site.languages),
            (_("Ways:"), _("all without steps") if site.is_step_free else ""),
        ),
        safety=" ".join(site.safety.split()),
    )


def _waiting(event: Event, to: _Addressee, seated: Sequence[Visitor]) -> str:
    """Who of the delegation has been approved and is in no group."""
    ids = {it.id for it in seated}
    chosen = Chosen(event.id, delegation_id=to.id)
    names = [it.name for it in people.people(chosen, Arrangement.DELEGATION) if it.id not in ids]
    if not names:
        return ""
    return str(_("Not in a group yet: %(names)s.", names=", ".join(names)))


def _closing(event: Event) -> str:
    number = phone(event.contact_phone) if event.contact_phone else ""
    contact = ", ".join(filter(None, (event.contact_name, number, event.contact_email)))
    if not contact:
        return str(_("Please pass this on to each of them, and be at the meeting point in time./."))
    return str(
        _(
            "Please pass this on to each of them, and be at the meeting point in time. Should "
            "anything change, write or call: %(contact)s./.",
            contact=contact,
        )
    )


VISIT_NOTICES = Kind(
    "visit-notices",
    _l("Notices of site visits"),
    _l(
        "To each delegation: who goes with which group and bus, when and where they meet, and what "
        "to know of the site."
    ),
    write,
    NoticeOptions,
)
