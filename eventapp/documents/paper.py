"""What a kind of paper is to the pages and to the command: a name, choices, and who writes it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, TypeVar

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


PREVIEW_OF = 12
"""So many papers, or pages, are in a preview of many."""

T = TypeVar("T")


@dataclass(slots=True)
class Order:
    """What somebody asked for: the event's paper with these options, in ``vi`` or ``en``.

    A preview is always a PDF, and shows the beginning: see `shown`.
    """

    event: Event
    options: Mapping[str, Any]
    language: str = DEFAULT_LANGUAGE
    is_preview: bool = False
    is_cut: bool = False
    """Whether `shown` has left anything out."""

    def shown(self, things: Iterable[T], most: int = PREVIEW_OF) -> Iterator[T]:
        """All of what is to be printed; for a preview the first of it, so that it is there soon."""
        if not self.is_preview:
            yield from things
            return
        source = iter(things)
        yield from islice(source, most)
        self.is_cut = next(source, None) is not None or self.is_cut


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
    """Of the file that is taken away; a preview is always a PDF."""


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
