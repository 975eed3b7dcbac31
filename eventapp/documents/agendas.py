"""The agenda of an event as a paper: a published version or the draft, in one language or both.

A paper has a language of its own, whatever that of the page or the command is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import BinaryIO

from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.documents import heads
from eventapp.documents.agenda_pdf import (
    AgendaDay,
    AgendaDocument,
    AgendaItem,
    AgendaLabels,
    Edition,
    write_agenda,
)
from eventapp.documents.compact_pdf import write_compact
from eventapp.events.dates import date_range
from eventapp.events.models import Event
from eventapp.mail import links
from eventapp.programme import published
from eventapp.programme.models import SessionKind
from eventapp.programme.published import Published
from eventapp.programme.records import Record
from eventapp.programme.timetable import DayPlan

BOTH = "both"
_BREAKS = {SessionKind.BREAK, SessionKind.MEAL}
_DAY_PATTERNS = {"vi": "EEEE, 'ngày' dd/MM/yyyy", "en": "EEEE, d MMMM yyyy"}


class Form(StrEnum):
    """How an agenda looks: as an official paper, or to be handed out."""

    OFFICIAL = "official"
    COMPACT = "compact"


def write(
    event: Event,
    stream: BinaryIO,
    *,
    language: str = "vi",
    version: Published | None = None,
    form: Form = Form.OFFICIAL,
) -> None:
    """Write the agenda as a PDF, in ``vi``, ``en`` or ``both``.

    That of a published version; without one the draft, which says so. The official form is that
    of Nghị định 30/2020/NĐ-CP.
    """
    records = version.records if version else published.draft_of(event.id).records
    plans = published.plans(event, records)
    if language == BOTH:
        paper = _in_both(_paper(event, plans, version, "vi"), _paper(event, plans, version, "en"))
    else:
        paper = _paper(event, plans, version, language)
    if form is Form.COMPACT:
        write_compact(paper, stream, logo=heads.logo_of(event))
    else:
        write_agenda(paper, stream)


def _paper(
    event: Event, plans: Sequence[DayPlan[Record]], version: Published | None, language: str
) -> AgendaDocument:
    with force_locale(language):
        return AgendaDocument(
            letterhead=heads.head_of(event, "CTr", language=language),
            title=event.title_in(language),
            days=tuple(
                AgendaDay(
                    format_date(plan.date, _DAY_PATTERNS[language], locale=language),
                    tuple(_item(event, record, language) for record in plan.sessions),
                )
                for plan in plans
            ),
            venue=event.venue or event.place,
            dates=date_range([day.date for day in event.days], language),
            labels=AgendaLabels(
                kind=_("Programme"),
                time=_("Time"),
                content=_("Content"),
                chair=_("Chair, speakers"),
                room=_("Venue"),
                at=_("Venue:"),
                on=_("Time:"),
                nothing_yet=_("Nothing is planned for this day yet."),
                draft=_("Draft"),
            ),
            signature=heads.signature_of(event),
            note=_illustrative(event),
            edition=_edition(event, version) if version else None,
            language=language,
        )


def _edition(event: Event, version: Published) -> Edition:
    at = version.published_at.astimezone(event.zone)
    return Edition(
        version=_(
            "Version %(number)s, published on %(day)s at %(time)s",
            number=version.number,
            day=f"{at:%d/%m/%Y}",
            time=f"{at:%H:%M}",
        ),
        address=links.absolute("agenda.version", event=event, number=version.number),
        how_to=_("Scan to see whether this print is out of date, and what has changed."),
    )


def _item(event: Event, record: Record, language: str) -> AgendaItem:
    return AgendaItem(
        starts=record.starts_at.astimezone(event.zone).time(),
        ends=record.ends_at.astimezone(event.zone).time(),
        title=record.title_in(language),
        chair=record.chair,
        speakers=tuple(
            ", ".join(filter(None, (it.name, it.position, it.organisation)))
            for it in record.speakers
        ),
        room=record.room_name,
        is_break=record.kind in _BREAKS,
    )


def _illustrative(event: Event) -> str:
    if "sessions" not in event.illustrative.split(","):
        return ""
    text: str = _(
        "Times, rooms and session titles are illustrative: the published report of the "
        "conference does not give them."
    )
    return text


def _in_both(first: AgendaDocument, second: AgendaDocument) -> AgendaDocument:
    """The first, with what the second says in its language beside it."""

    def joined(read: Callable[[AgendaDocument], str], between: str = " / ") -> str:
        return between.join(dict.fromkeys(filter(None, (read(first), read(second)))))

    def other(one: str, two: str) -> str:
        return "" if two == one else two

    labels = AgendaLabels(
        **{
            name: joined(lambda it, name=name: getattr(it.labels, name).rstrip(":"))  # type: ignore[misc]
            for name in AgendaLabels.__slots__
        }
    )
    edition = first.edition
    if edition is not None and second.edition is not None:
        edition = replace(
            edition,
            other_version=second.edition.version,
            other_how_to=second.edition.how_to,
        )
    return replace(
        first,
        labels=replace(labels, on=f"{labels.on}:", at=f"{labels.at}:"),
        other_title=other(first.title, second.title),
        days=tuple(
            AgendaDay(
                f"{one.heading} / {two.heading}",
                tuple(
                    replace(a, other_title=other(a.title, b.title))
                    for a, b in zip(one.items, two.items, strict=True)
                ),
            )
            for one, two in zip(first.days, second.days, strict=True)
        ),
        note=joined(lambda it: it.note, "\n"),
        edition=edition,
    )
