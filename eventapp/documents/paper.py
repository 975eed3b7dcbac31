"""What a kind of paper is to the pages and to the command: a name, choices, and who writes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from eventapp.events.models import Event
from eventapp.web.forms import PageForm
from eventapp.web.language import DEFAULT_LANGUAGE, LANGUAGES

PDF, ZIP = "application/pdf", "application/zip"
SUFFIXES = {PDF: "pdf", ZIP: "zip"}


class NothingToPrint(Exception):
    """There is nothing to print; the message, in the page's language, says what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for: the event's paper with these options, in ``vi`` or ``en``.

    Of a preview only the first pages are looked at: writers of long papers may end early.
    """

    event: Event
    options: Mapping[str, Any]
    language: str = DEFAULT_LANGUAGE
    is_preview: bool = False


class Options(PageForm):
    """What can be chosen about a paper; subclasses add fields.

    Read from an address or from the command line, and changing nothing: it has no token.
    Values name rows by their id, never people by their names, for they stand in addresses.
    """

    language = SelectField(
        _l("Language of the paper"), choices=list(LANGUAGES.items()), default=DEFAULT_LANGUAGE
    )

    def __init__(self, event: Event, given: MultiDict[str, str] | None = None) -> None:
        """With what was given; what was not has its default, a box that was not ticked is off."""
        super().__init__(formdata=given or None, meta={"csrf": False})
        self.event, self.given = event, given
        self.fill_choices(event)

    def fill_choices(self, event: Event) -> None:
        """Set the choices that depend on the event; a hook of subclasses."""


Write = Callable[[Order, BinaryIO], object]
"""Writes the whole paper to the stream, page by page. Raises NothingToPrint."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper."""

    name: str
    """In addresses, file names and on the command line: ``agenda``."""
    label: Any
    """What it is called, translated lazily."""
    about: Any
    """One sentence on what it is for, translated lazily."""
    write: Write
    options: type[Options] = Options
    media_type: Callable[[Order], str] = lambda order: PDF


KINDS: dict[str, Kind] = {}
"""Every kind by its name, in the order of the page. Filled in eventapp.features, for some kinds
draw on features that know this one."""


def register(*kinds: Kind) -> None:
    """Offer these kinds of paper."""
    KINDS.update((it.name, it) for it in kinds)


def file_name(kind: Kind, order: Order) -> str:
    """What a downloaded paper is called: ``agenda-bac-ninh-2012-vi.pdf``."""
    suffix = SUFFIXES[kind.media_type(order)]
    return f"{kind.name}-{order.event.slug}-{order.language}.{suffix}"
