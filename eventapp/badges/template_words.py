"""What is said of templates, in the language of the page: faults, sources, and where they are."""

import re

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.badges.faults import Fault, Problem
from eventapp.badges.samples import Sample
from eventapp.badges.template import SOURCES, Box, Code, Element, Image, Language, Template, Words
from eventapp.badges.template_json import NotATemplate, Wrong
from eventapp.events.models import Event
from eventapp.pdf.fitting import Measure
from eventapp.questions.models import Question

_SOURCES = {
    "text": _l("Fixed text"),
    "name": _l("Full name"),
    "position": _l("Position"),
    "organisation": _l("Organisation"),
    "province": _l("Province or ministry"),
    "category": _l("Category"),
    "code": _l("Pass code in letters"),
    "event": _l("Name of the event"),
    "dates": _l("Dates of the event"),
    "venue": _l("Venue"),
    "organiser": _l("Organiser"),
    "contact": _l("Contact of the event"),
    "web": _l("Address of the event's page"),
    "group": _l("Visit group"),
    "bus": _l("Bus"),
    "site": _l("Site"),
    "class": _l("Training class"),
    "days": _l("Days"),
    "further": _l("All answers that are meant for the badge"),
}
_FAULTS = {
    Fault.NO_NAME: _l("The template has no name. Give it one."),
    Fault.OFF_THE_BADGE: _l("Part of this lies outside the badge. Move it or make it smaller."),
    Fault.EMPTY_BOX: _l("This has no width or no height."),
    Fault.ON_THE_CODE: _l("This lies on the QR code, which could not be scanned. Move it away."),
    Fault.SMALLEST_IS_LARGER: _l("The smallest size of type is larger than the largest."),
    Fault.UNKNOWN_SOURCE: _l("What this shows is unknown. Choose what it is to show."),
    Fault.NO_SUCH_IMAGE: _l("The event has no such image. Choose another or upload it."),
    Fault.NO_WORDS: _l("This fixed text says nothing. Write something or take it away."),
    Fault.TWO_CODES: _l("Two QR codes lie on one another on the same badge."),
}
_WRONGS = {
    Wrong.TOO_LARGE: _l("The template is too large: at most %(wanted)s KB without its images."),
    Wrong.NO_JSON: _l("This is no JSON: a bracket, a comma or a quotation mark is missing."),
    Wrong.TOO_DEEP: _l("The JSON is nested too deeply to be a template."),
    Wrong.UNKNOWN_FIELD: _l("A template has no field “%(wanted)s” here."),
    Wrong.MISSING_FIELD: _l("The field “%(wanted)s” is missing here."),
    Wrong.TOO_SMALL_NUMBER: _l("This number is too small: at least %(wanted)s."),
    Wrong.TOO_LARGE_NUMBER: _l("This number is too large: at most %(wanted)s."),
    Wrong.BEYOND_NUMBERS: _l("This number is larger than any that is allowed."),
    Wrong.TOO_LONG: _l("This is too long: at most %(wanted)s."),
    Wrong.TOO_SHORT: _l("This is too short: at least %(wanted)s."),
    Wrong.OTHER_FORMAT: _l("This is no badge template."),
    Wrong.OTHER_VALUE: _l("This value is none of those that are allowed here."),
    Wrong.OTHER_IMAGE: _l("This image is another than the file says it is."),
    Wrong.OTHER_TYPE: _l("This value is of another kind than is wanted here (%(wanted)s)."),
}
_MEASURES = {
    Measure.WRAPPED: _l("takes several lines"),
    Measure.CONDENSED: _l("is condensed"),
    Measure.TOO_SMALL: _l("is smaller than the smallest size you allow"),
}
_WHY = {
    "longest_name": _l("longest name"),
    "shortest_name": _l("shortest name"),
    "longest_position": _l("longest position"),
    "shortest_position": _l("shortest position"),
    "longest_office": _l("longest organisation"),
    "shortest_office": _l("shortest organisation"),
    "with_group": _l("with a visit group"),
    "without_group": _l("without a visit group"),
}
_NAME = 450  # characters of a name that are left in a copy's
_ELEMENT = re.compile(r"sides\[(\d)\](?:\.elements\[(\d+)\])?")


def wrong(error: NotATemplate) -> str:
    """What is wrong with a template's JSON, and where in it."""
    said = str(_WRONGS[error.kind]) % {"wanted": error.wanted.removesuffix(".0")}
    if not error.path:
        return said
    found = _ELEMENT.match(error.path)
    place = error.path
    if found:
        spoken = side_name(int(found[1]))
        if found[2]:
            spoken = _("%(side)s, element %(number)s", side=spoken, number=int(found[2]) + 1)
        place = f"{spoken} ({error.path})"
    return f"{place}: {said}"


def fault(problem: Problem) -> str:
    """What is wrong with an element, or with the template."""
    return str(_FAULTS[problem.fault])


def placed_fault(problem: Problem, content: Template) -> str:
    """The same with where it is: for messages that stand alone."""
    if problem.side is None:
        return fault(problem)
    place = side_name(problem.side)
    if problem.element is not None:
        place = _(
            "%(side)s, element %(number)s (%(name)s)",
            side=place,
            number=problem.element + 1,
            name=element_name(content.sides[problem.side].elements[problem.element]),
        )
    return f"{place}: {fault(problem)}"


def copied(name: Words) -> Words:
    """What a copy is called in each language that the template has a name in."""

    def called(text: str, language: Language) -> str:
        with force_locale(language):
            return _("%(name)s (copy)", name=text[:_NAME].rstrip()) if text else ""

    return Words(called(name.vi, Language.VI), called(name.en, Language.EN))


def side_name(side: int) -> str:
    """The front or the back."""
    return _("Back side") if side else _("Front side")


def element_name(element: Element) -> str:
    """What an element is called."""
    if isinstance(element, Box):
        return _("Box")
    if isinstance(element, Code):
        return _("QR code")
    if isinstance(element, Image):
        kinds = {"logo": _("Logo"), "photo": _("Photo")}
        return kinds.get(element.image) or _("Image")
    part = element.parts[0]
    return part.text.vi or str(_SOURCES.get(part.source, part.source))


def measure(found: Measure, strange: str) -> str:
    """What had to be done for a text."""
    said = [str(_MEASURES[found])] if found in _MEASURES else []
    if strange:
        said.append(_("has characters that the font lacks: %(characters)s", characters=strange))
    return ", ".join(said)


def source(key: str) -> str:
    """What a source of text is called; an answer to the event's own question is an answer."""
    return str(_SOURCES.get(key, _("Answer")))


def sources(questions: list[Question], language: str) -> list[tuple[str, str]]:
    """Everything that a text can show, as (source, what it is called)."""
    own = [(f"question:{it.id}", it.label_in(language)) for it in questions]
    return [(key, str(_SOURCES.get(key, key))) for key in ("text", *SOURCES)] + own


def sample(found: Sample, event: Event, language: str) -> str:
    """Who a badge is tried with, and why."""
    categories = {f"category:{it.id}": it.name_in(language) for it in event.categories}
    why = "; ".join(str(_WHY.get(it) or categories.get(it, it)) for it in found.why)
    if found.name:
        return f"{found.name} ({why})"
    if found.key == "longest":
        return _("Made up: everything as long as it comes")
    if found.key == "shortest":
        return _("Made up: everything as short as it comes")
    return _("Made up: %(category)s", category=why)
