"""What is said of print runs, in the language of the page."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventapp.badges import template, template_words
from eventapp.badges.models import PrintRun, RunState
from eventapp.badges.print_form import ORDERS, papers
from eventapp.badges.runs import STRANGE, is_silent
from eventapp.badges.selection import Chosen, Kind, classes_of
from eventapp.badges.sheets import Settings
from eventapp.badges.template import Template
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.pdf.fitting import Measure
from eventapp.questions.answers import label_of
from eventapp.questions.models import Question
from eventapp.registration.models import Delegation, Organisation
from eventapp.registration.search import NO_ANSWER, NO_GROUP, Filters
from eventapp.visits.models import VisitGroup
from eventapp.web.language import current_language, short_day

STATES = {
    RunState.WAITING: _l("Not fetched yet"),
    RunState.RUNNING: _l("Being written"),
    RunState.DONE: _l("Complete"),
    RunState.CANCELLED: _l("Cancelled"),
    RunState.FAILED: _l("Failed"),
}
WORST = {
    STRANGE: _l("Characters that the font lacks"),
    int(Measure.TOO_SMALL): _l("Smaller than the smallest size"),
    int(Measure.CONDENSED): _l("Condensed"),
    int(Measure.WRAPPED): _l("On several lines"),
}


def state(run: PrintRun) -> str:
    """How far a run is."""
    return _("Interrupted") if is_silent(run) else str(STATES[run.state])


def whose(event: Event, run: PrintRun) -> str:
    """Whose badges they are, in words, as their filters are called now."""
    chosen = Chosen.from_data(run.selection)
    if chosen.kind == Kind.DESK:
        return _("At the desk")
    if chosen.kind == Kind.TICKED:
        return _("People ticked in the list")
    if chosen.kind == Kind.AGAIN:
        return _("Run %(number)s once more", number=chosen.run)
    if chosen.kind == Kind.ONE:
        return _("One badge of run %(number)s", number=chosen.run)
    if chosen.kind == Kind.CHANGED:
        return _("What has changed since run %(number)s", number=chosen.run)
    return "; ".join(_filters(event, chosen.filters, current_language())) or _("Everybody")


def order(run: PrintRun) -> str:
    """In which order they are."""
    return str(ORDERS[Chosen.from_data(run.selection).order])


def sheet(run: PrintRun) -> str:
    """On which paper they are."""
    settings = Settings.from_data(run.sheet)
    said = [papers().get(settings.paper, settings.paper)]
    duplex = {
        "long": _("both sides, turned on the long edge"),
        "short": _("both sides, turned on the short edge"),
        "fold": _("to fold"),
    }
    if settings.duplex in duplex:
        said.append(duplex[settings.duplex])
    if settings.first > 1:
        said.append(_("from label %(number)s on", number=settings.first))
    return ", ".join(said)


def _filters(event: Event, filters: Filters, language: str) -> list[str]:
    said = []
    if filters.reprint:
        said.append(_("Badges to be printed again"))
    if filters.delegation is not None:
        name = db.session.scalar(
            select(Delegation.name).filter_by(id=filters.delegation, event_id=event.id)
        )
        said.append(_named(_("Province or ministry"), name))
    if filters.office:
        name = db.session.scalar(
            select(Organisation.name)
            .join(Delegation)
            .where(Delegation.event_id == event.id, Organisation.name_folded == filters.office)
            .limit(1)
        )
        said.append(_named(_("Organisation"), name))
    if filters.category is not None:
        names = {it.id: it.name_in(language) for it in event.categories}
        said.append(_named(_("Category"), names.get(filters.category)))
    if filters.group:
        letter = (
            _("In no group")
            if filters.group == NO_GROUP
            else db.session.scalar(
                select(VisitGroup.letter).filter_by(id=int(filters.group), event_id=event.id)
            )
        )
        said.append(_named(_("Visit group"), letter))
    if filters.day is not None:
        days = {it.id: short_day(it.date) for it in event.days}
        said.append(_named(_("Day"), days.get(filters.day)))
    if filters.session is not None:
        titles = {it.id: it.title_in(language) for it in classes_of(event.id)}
        said.append(_named(_("Training"), titles.get(filters.session)))
    if filters.answer:
        said.append(_answer(event, filters.answer, language))
    if filters.q:
        said.append(_named(_("Search"), f"“{filters.q}”"))
    if filters.status is not None:
        words = {"approved": _("Approved"), "pending": _("Awaiting approval")}
        said.append(words.get(filters.status, filters.status))
    return said


def _named(label: str, value: str | None) -> str:
    return f"{label}: {value or '–'}"


def _answer(event: Event, filtered: str, language: str) -> str:
    question_id, key = filtered.split(":")
    question = db.session.scalar(select(Question).filter_by(id=int(question_id), event_id=event.id))
    if question is None:
        return _named(_("Answer"), None)
    labels = {it["key"]: label_of(it, language) for it in question.options}
    return _named(
        question.label_in(language), _("No answer") if key == NO_ANSWER else labels.get(key)
    )


def remark(content: Template, kept: list[Any]) -> str:
    """What had to be done for a text of a badge: "Full name: is condensed"."""
    side, element, measure, strange = kept[:4]
    characters = ", ".join(f"{it} (U+{ord(it):04X})" for it in str(strange))
    said = template_words.measure(measure, characters)
    return f"{_element(content, side, element)}: {said}"


def _element(content: Template, side: int, number: int) -> str:
    try:
        found = content.sides[side].elements[number]
    except IndexError:
        return "?"
    if not isinstance(found, template.Text):
        return _("Image")
    return ", ".join(dict.fromkeys(template_words.source(it.source) for it in found.parts))
