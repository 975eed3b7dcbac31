"""Sheets of badges as pieces of a file, batch by batch, in whichever process.

Images stay where the file is written: here a `StandIn` knows how large one is and what draws it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from eventapp.badges.drawing import Remark, SidePrinter
from eventapp.badges.layout import BadgeRecord, Design
from eventapp.badges.sheets import Imposition, Page, Settings, Spot, papers_for
from eventapp.pdf import MM
from eventapp.pdf.artwork import Artwork
from eventapp.pdf.codes import Used
from eventapp.pdf.pieces import Collector, Piece, Wanted
from eventapp.pdf.sheet import Line

_CUT, _FOLD = b"0.478 0.478 0.478", b"[1.4 1.4] 0 d "


class StandIn(NamedTuple):
    """An image that is kept under a key by whoever writes the file."""

    key: str
    width: float
    height: float
    operator: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in their order; the first lies on that slot of a sheet."""

    slot: int
    records: Sequence[BadgeRecord]


@dataclass(frozen=True, slots=True)
class Printed:
    """What a batch came to: pieces in their order, and remarks by the badge's place in it."""

    badges: int
    pieces: list[Piece | Wanted]
    used: Used
    remarks: dict[int, list[Remark]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Placed(Artwork):
    """A stand-in as artwork."""

    key: str = ""
    operator: bytes = b""
    collector: Collector | None = None

    def add_to(self, pages: object) -> bytes:
        """Have the image put into the file."""
        if self.collector is not None:
            self.collector.want(self.key)
        return self.operator


class Press:
    """Prints sheets of one design by one imposition."""

    def __init__(
        self,
        design: Design,
        settings: Settings,
        stand_ins: Callable[[str], StandIn | None],
    ) -> None:
        self.imposition = papers_for(design, settings)
        self._stand_ins = stand_ins
        self._collector = Collector()
        self._printers = [
            SidePrinter(self._collector, design, side, self._picture, number)
            for number, side in enumerate(design.sides)
        ]
        self._marks = [_marks(page, self.imposition.height) for page in self.imposition.pages]
        self._corners = [
            {spot: _corner(self.imposition, spot) for spot in page.spots}
            for page in self.imposition.pages
        ]
        self._slots = [_by_slot(page, self.imposition.per_sheet) for page in self.imposition.pages]

    def printed(self, batch: Batch) -> Printed:
        """The sheets of a batch; the last may be full in part."""
        remarks: dict[int, list[Remark]] = {}
        records, slot, done = batch.records, batch.slot, 0
        while done < len(records):
            count = min(self.imposition.per_sheet - slot, len(records) - done)
            self._sheet(records[done : done + count], slot, done, remarks)
            done, slot = done + count, 0
        return Printed(done, self._collector.taken(), self._collector.used, remarks)

    def _sheet(
        self,
        records: Sequence[BadgeRecord],
        slot: int,
        number: int,
        remarks: dict[int, list[Remark]],
    ) -> None:
        width, height = self.imposition.width * MM, self.imposition.height * MM
        for marks, corners, slots in zip(self._marks, self._corners, self._slots, strict=True):
            drawn = [marks]
            for at, record in enumerate(records):
                for spot in slots[slot + at]:
                    printer = self._printers[spot.side]
                    drawn += (corners[spot], printer.badge(record), b"Q\n")
                    if printer.remarks:
                        remarks.setdefault(number + at, []).extend(printer.remarks)
            self._collector.add_page(width, height, b"".join(drawn))

    def _picture(self, key: str) -> Artwork | None:
        found = self._stand_ins(key)
        if found is None:
            return None
        return _Placed(
            found.width,
            found.height,
            key=found.key,
            operator=found.operator,
            collector=self._collector,
        )


def _by_slot(page: Page, per_sheet: int) -> list[list[Spot]]:
    slots: list[list[Spot]] = [[] for _ in range(per_sheet)]
    for spot in page.spots:
        slots[spot.slot].append(spot)
    return slots


def _corner(imposition: Imposition, spot: Spot) -> bytes:
    """Operators that take a badge's lower left corner to its place, turned as it lies."""
    x, y, width, height = imposition.box(spot)
    left, bottom = x * MM, (imposition.height - y - height) * MM
    right, top = left + width * MM, bottom + height * MM
    if spot.turn == 0 and not left and not bottom:
        return b"q\n"
    matrix, origin = {
        0: (b"1 0 0 1", (left, bottom)),
        90: (b"0 -1 1 0", (left, top)),
        180: (b"-1 0 0 -1", (right, top)),
        270: (b"0 1 -1 0", (right, bottom)),
    }[spot.turn]
    return b"q %b %.3f %.3f cm\n" % (matrix, *origin)


def _marks(page: Page, height: float) -> bytes:
    drawn = [
        b"%b%b S\n" % (dashes, _lines(lines, height))
        for dashes, lines in ((b"", page.marks), (_FOLD, page.folds))
        if lines
    ]
    return b"q %b RG 0.35 w\n%bQ\n" % (_CUT, b"".join(drawn)) if drawn else b""


def _lines(lines: Sequence[Line], height: float) -> bytes:
    return b"\n".join(
        b"%.2f %.2f m %.2f %.2f l" % (x1 * MM, (height - y1) * MM, x2 * MM, (height - y2) * MM)
        for x1, y1, x2, y2 in lines
    )
