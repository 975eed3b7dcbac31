"""Badges as PDF: page after page straight to the output (`drawing` makes what is on them)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from eventapp.badges.drawing import Pictures, Remark, SidePrinter, no_pictures
from eventapp.badges.layout import BadgeRecord, Design
from eventapp.badges.sheets import Settings, papers_for
from eventapp.pdf import MM
from eventapp.pdf.sheet import Sheet
from eventapp.pdf.stream import About, PageStream

_CUT = b"0.478 0.478 0.478"


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
    records: Iterable[BadgeRecord],
    stream: BinaryIO,
    *,
    design: Design,
    settings: Settings,
    about: About,
    pictures: Pictures = no_pictures,
    report: Callable[[int], None] = nothing_to_report,
    workers: int = 1,
) -> Written:
    """Write the front of a badge for each record, in their order, as a PDF.

    Records are read as they are needed and pages written as soon as they are full, so memory does
    not grow with their number. The same records give the same bytes. ``report`` is called after
    each page with the number of badges so far; what it raises ends the run. Raises NoBadges, and
    has written nothing then.
    """
    steps = pages(
        records, design=design, settings=settings, about=about, pictures=pictures, workers=workers
    )
    while True:
        try:
            content, badges = next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        stream.write(content)
        report(badges)


def pages(
    records: Iterable[BadgeRecord],
    *,
    design: Design,
    settings: Settings,
    about: About,
    pictures: Pictures = no_pictures,
    workers: int = 1,
) -> Iterator[tuple[bytes, int]]:
    """The same as (bytes, badges so far); what was written is the generator's value."""
    waiting = iter(records)
    record = next(waiting, None)
    if record is None:
        raise NoBadges
    sink = _Sink()
    paper = papers_for(design, settings)
    file = PageStream(sink, about)  # type: ignore[arg-type]
    printer = SidePrinter(file, design, design.sides[0], pictures)
    marks = _crop_marks(paper)
    corners = [
        b"q 1 0 0 1 %.3f %.3f cm\n" % (x * MM, (paper.height - y - paper.item_height) * MM)
        for x, y in paper.places()
    ]
    written = Written()
    while record is not None:
        drawn = [marks]
        for corner in corners:
            drawn += (corner, printer.badge(record), b"Q\n")
            if printer.remarks:
                written.remarks[written.badges] = printer.remarks
            written.badges += 1
            record = next(waiting, None)
            if record is None:
                break
        file.add_page(paper.width * MM, paper.height * MM, b"".join(drawn))
        if sink.size > _ENOUGH:
            yield sink.taken(), written.badges
    file.close()
    written.pages = file.pages
    yield sink.taken(), written.badges
    return written


_ENOUGH = 64 * 1024


class _Sink:
    """What was written and nobody has taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, part: bytes) -> int:
        self._parts.append(part)
        self.size += len(part)
        return len(part)

    def taken(self) -> bytes:
        content = b"".join(self._parts)
        self._parts, self.size = [], 0
        return content


def _crop_marks(paper: Sheet) -> bytes:
    lines = [
        b"%.2f %.2f m %.2f %.2f l"
        % (x1 * MM, (paper.height - y1) * MM, x2 * MM, (paper.height - y2) * MM)
        for x1, y1, x2, y2 in paper.marks()
    ]
    if not lines:
        return b""
    return b"q %b RG 0.35 w\n%b S Q\n" % (_CUT, b"\n".join(lines))
