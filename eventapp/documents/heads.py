"""Head and signature of a paper: what the organisers chose, or else what the event says."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.documents import settings
from eventapp.documents.models import PaperSettings
from eventapp.events.models import Event
from eventapp.pdf import artwork, letterhead
from eventapp.pdf.artwork import Artwork
from eventapp.pdf.letterhead import Letterhead, Signature

PLACEHOLDERS = {
    "number": _l("the paper's number"),
    "kind": _l("the short form of its kind, as GM for an invitation"),
    "year": _l("the year of the conference"),
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_USUAL_PATTERN = "{number}/{kind}"
_BY_HAND = "……"


def unknown_placeholders(pattern: str) -> list[str]:
    """The placeholders of a number pattern that there are not, and braces that are none."""
    found = [it.group(0) for it in _PLACEHOLDER.finditer(pattern) if it[1] not in PLACEHOLDERS]
    return found + [it for it in _PLACEHOLDER.sub("", pattern) if it in "{}"]


def numbered(pattern: str, *, number: str, kind: str, year: str) -> str:
    """A paper's number by a pattern.

    >>> numbered("{number}/{kind}-BTC", number="12", kind="GM", year="2012")
    '12/GM-BTC'
    """
    values = {"number": number, "kind": kind, "year": year}
    return _PLACEHOLDER.sub(lambda it: values.get(it[1], it[0]), pattern or _USUAL_PATTERN)


def head_of(
    event: Event, kind: str | None, *, number: str = "", language: str = "vi"
) -> Letterhead:
    """The head of a paper whose kind has this short form (``GM``); None leaves the number out.

    Number and day are left to be written by hand where they are not known.
    """
    chosen = settings.of(event)
    return Letterhead(
        issuer=chosen.issuer or event.organiser or event.short_title,
        parent=chosen.parent,
        number=None if kind is None else number_of(event, kind, number),
        place_and_date=place_and_date(
            chosen.place or event.place, chosen.dated, _year(event), language
        ),
    )


def number_of(event: Event, kind: str, number: str = "") -> str:
    """The whole number of a paper by the event's pattern; without a number room for one."""
    return numbers_of(event, kind)(number)


def numbers_of(event: Event, kind: str) -> Callable[[str], str]:
    """`number_of` for many papers of one kind."""
    pattern, year = settings.of(event).number_pattern, _year(event)
    return lambda number: numbered(pattern, number=number or _BY_HAND, kind=kind, year=year)


def _year(event: Event) -> str:
    return str(event.days[0].date.year) if event.days else ""


def place_and_date(place: str, day: date | None, year: str, language: str) -> str:
    """Place and date as the decree writes them, the day to be written by hand where it is None."""
    if day is None:
        by_hand: str = _("%(place)s, ……/……/%(year)s", place=place, year=year)
        return by_hand
    if language == "en":
        return f"{place}, {day.day} {day:%B %Y}"
    return letterhead.place_and_date(place, day)


def signature_of(event: Event, **instead: Any) -> Signature:
    """Who signs and who receives a paper; ``instead`` replaces parts of it."""
    chosen: PaperSettings = settings.of(event)
    recipients = tuple(filter(None, map(str.strip, chosen.recipients.splitlines())))
    values: dict[str, Any] = {
        "authority": chosen.authority or _("On behalf of the organising committee"),
        "position": chosen.signatory_position or _("Head of the committee"),
        "name": chosen.signatory_name,
        "recipients": recipients or (_("Delegates"), _("Archives")),
    }
    return Signature(**{**values, **instead})


def logo_of(event: Event) -> Artwork | None:
    """The event's logo, to be drawn on papers where one is customary."""
    chosen = settings.of(event)
    return artwork.of(chosen.logo, chosen.logo_type) if chosen.logo else None
