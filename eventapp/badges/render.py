"""Badges as PDF: sheet after sheet straight to the output.

`press` makes the sheets, here or in helpers on other cores (`crew`); this writes them in order.
The same records give the same bytes, however many processes take part.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import BinaryIO, Protocol, cast

from eventapp.badges.crew import Crew
from eventapp.badges.drawing import Pictures, Remark, no_pictures
from eventapp.badges.gallery import Gallery
from eventapp.badges.layout import BadgeRecord, Design
from eventapp.badges.press import Batch, Press, Printed
from eventapp.badges.sheets import Settings
from eventapp.pdf.pieces import Wanted
from eventapp.pdf.stream import About, PageStream

_AT_ONCE = 96
"""Badges in a batch, as far as sheets allow: some 30 ms of work, between which is the progress."""
_WORTH_HELP = 500
"""Fewer badges than that are done before a helper has begun."""


class HasRecord(Protocol):
    """Something around a record, such as whose it is."""

    @property
    def record(self) -> BadgeRecord:
        """What the badge says."""


class NoBadges(Exception):
    """There is nobody to print a badge for."""


@dataclass(slots=True)
class Written:
    """What a file of badges came to: how many, and remarks by the number of the badge, from 0."""

    badges: int = 0
    pages: int = 0
    remarks: dict[int, list[Remark]] = field(default_factory=dict)


def nothing_to_report(_badges: int) -> None:
    """Where nobody watches."""


def write(
    records: Iterable[BadgeRecord | HasRecord],
    stream: BinaryIO,
    *,
    design: Design,
    settings: Settings,
    about: About,
    pictures: Pictures = no_pictures,
    report: Callable[[int], None] = nothing_to_report,
    workers: int = 1,
) -> Written:
    """Write a badge for each record, in their order, as a PDF; see `pages`.

    ``report`` is called with the number of badges so far; what it raises ends the run.
    """
    written = Written()
    made = pages(
        records,
        design=design,
        settings=settings,
        about=about,
        pictures=pictures,
        workers=workers,
        written=written,
    )
    with closing(made):
        for content, badges in made:
            stream.write(content)
            report(badges)
    return written


def pages(
    records: Iterable[BadgeRecord | HasRecord],
    *,
    design: Design,
    settings: Settings,
    about: About,
    pictures: Pictures = no_pictures,
    workers: int = 1,
    written: Written | None = None,
) -> Generator[tuple[bytes, int], None, None]:
    """The PDF piece by piece, each with the number of badges so far; closing it ends the run.

    Records are read as they are needed, so memory does not grow with their number. With more
    ``workers`` than one, long runs are drawn by so many processes; ``pictures`` is only asked in
    this one. ``written`` is filled on the way. Raises NoBadges, and an Impossible of `sheets`,
    at once.
    """
    gallery = Gallery(design, pictures)
    press = Press(design, settings, gallery.stand_in)
    batches = _batches(iter(records), press.imposition.first, press.imposition.per_sheet)
    first = next(batches, None)
    if first is None:
        raise NoBadges
    beginning, known = [first], len(first.records)
    while workers > 1 and known < _WORTH_HELP and (batch := next(batches, None)) is not None:
        beginning.append(batch)
        known += len(batch.records)
    helpers = max(0, workers - 1) if known >= _WORTH_HELP else 0
    crew = Crew(helpers, design, settings, gallery)
    printed = crew.printed(chain(beginning, batches), press)
    return _bytes(printed, about, gallery, Written() if written is None else written)


def _bytes(
    printed: Generator[Printed, None, None], about: About, gallery: Gallery, written: Written
) -> Generator[tuple[bytes, int], None, None]:
    buffer = _Buffer()
    stream = PageStream(cast(BinaryIO, buffer), about)
    with closing(printed):
        for batch in printed:
            for piece in batch.pieces:
                if isinstance(piece, Wanted):
                    gallery.put(piece.key, stream)
                else:
                    stream.put(piece)
            for font, characters in batch.used.items():
                stream.used.setdefault(font, set()).update(characters)
            for number, remarks in batch.remarks.items():
                written.remarks[written.badges + number] = remarks
            written.badges += batch.badges
            written.pages = stream.pages
            yield buffer.taken(), written.badges
    stream.close()
    yield buffer.taken(), written.badges


def _batches(
    records: Iterator[BadgeRecord | HasRecord], first: int, per_sheet: int
) -> Iterator[Batch]:
    """Records in whole sheets, the first of which begins at a slot of its own."""
    count = max(1, _AT_ONCE // per_sheet) * per_sheet
    slot = first
    while True:
        taken = [
            it if isinstance(it, BadgeRecord) else it.record for it in islice(records, count - slot)
        ]
        if not taken:
            return
        yield Batch(slot, taken)
        slot = 0


class _Buffer:
    """What has been written and not yet been taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Keep a part."""
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        """Everything since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
