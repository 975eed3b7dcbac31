"""A delegate's pass as a paper: what it says, in the language of the page."""

from io import BytesIO

from flask_babel import gettext as _

from eventapp.documents.pass_pdf import PassDocument, PassLabels, PassVisit, write_pass
from eventapp.events.dates import date_range
from eventapp.registration.itinerary import classes_of
from eventapp.registration.models import Delegate
from eventapp.visits.models import VisitGroup
from eventapp.web.language import clock, day, moment, phone, short_day


def pass_pdf(delegate: Delegate, group: VisitGroup | None, bus: str, language: str) -> bytes:
    """The pass as a PDF of one page."""
    event = delegate.event
    office, delegation = delegate.organisation, delegate.organisation.delegation
    dates = ", ".join(filter(None, (date_range([it.date for it in event.days]), event.venue)))
    paper = PassDocument(
        name=delegate.name,
        code=delegate.code,
        event_title=event.title_in(language),
        category=delegate.category.name_in(language),
        colour=delegate.category.colour,
        labels=PassLabels(
            kind=_("Conference pass"),
            how_to=_("How to use the pass"),
            footer=_("The pass is for the person named on it only."),
        ),
        position=delegate.position,
        organisation=office.name,
        province="" if delegation.is_other or delegation.name == office.name else delegation.name,
        dates=dates,
        facts=(
            (_("Days"), "; ".join(day(it.date) for it in delegate.days)),
            (_("Training class"), _classes(delegate, language)),
            (_("Site visit"), "" if group else _("Your group will be announced.")),
            (_("Contact"), _contact(delegate)),
        ),
        visit=_visit(group, bus) if group else None,
        how_to=(
            _("Keep this pass on your phone, or print it."),
            _("At the entrance hold the code before the scanner."),
            _("If the code cannot be read, say your name or the letters below it."),
        ),
        language=language,
        author=event.organiser,
        created=delegate.updated_at,
    )
    stream = BytesIO()
    write_pass(paper, stream)
    return stream.getvalue()


def _classes(delegate: Delegate, language: str) -> str:
    return "; ".join(
        f"{it.title_in(language)} ({short_day(it.starts_at)}, "
        f"{clock(it.starts_at)}–{clock(it.ends_at)}{f', {it.room.name}' if it.room else ''})"
        for it in classes_of(delegate)
    )


def _visit(group: VisitGroup, bus: str) -> PassVisit:
    departs = moment(group.departs_at)
    lines = (
        _("Group %(letter)s: %(site)s", letter=group.letter, site=group.site.name),
        " · ".join(filter(None, (bus, group.meeting_point))),
        _("Departs %(time)s", time=departs) if departs else "",
    )
    return PassVisit(_("Site visit"), group.letter, group.colour, tuple(filter(None, lines)))


def _contact(delegate: Delegate) -> str:
    event = delegate.event
    number = phone(event.contact_phone) if event.contact_phone else ""
    return " · ".join(filter(None, (event.contact_name, number, event.contact_email)))
