"""How badges lie on paper: settings that people choose, and the places that follow from them.

Millimetres, from a page's top left corner as one looks at that page. A badge's two sides lie so
that whoever turns it over sideways, as a badge that hangs turns, reads both upright.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Protocol

import msgspec
from msgspec import Meta, Struct

from eventapp.pdf import sheet, stocks
from eventapp.pdf.sheet import DoesNotFit, Impossible, Line, Margins, Sheet

__all__ = [
    "DoesNotFit",
    "Duplex",
    "Imposition",
    "Impossible",
    "NegativeLength",
    "NotSettings",
    "OffsetTooLarge",
    "Page",
    "Settings",
    "Spot",
    "StartBeyondSheet",
    "UnknownPaper",
    "papers_for",
]

SINGLE = "single"
PAPERS = {"a4": sheet.A4, "a3": sheet.A3, "letter": sheet.LETTER}
LARGEST_OFFSET = 25.0
"""Millimetres; what is further off than that is another paper, not a printer's inaccuracy."""


class Duplex(StrEnum):
    """Whether and how backs are printed."""

    OFF = "off"
    LONG = "long"  # on the paper's other face, which is turned over along its long edge
    SHORT = "short"
    FOLD = "fold"  # beside or below the fronts on the same face, to be folded


class NotSettings(Impossible):
    """The data holds something else than settings: ``field`` says where."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field or 'The whole'} is not a setting of sheets.")
        self.field = field


class UnknownPaper(Impossible):
    """No paper and no stock has that name."""

    def __init__(self, paper: str) -> None:
        super().__init__(f"No paper is named {paper}.")
        self.paper = paper


class NegativeLength(Impossible):
    """A gap or a margin is less than nothing: ``field`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is negative.")
        self.field = field


class OffsetTooLarge(Impossible):
    """A printer's offset is above `LARGEST_OFFSET`: ``field`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is more than {LARGEST_OFFSET:g} mm.")
        self.field = field


class StartBeyondSheet(Impossible):
    """The first badge is to lie on a label that the sheet has not."""

    def __init__(self, first: int, per_sheet: int) -> None:
        super().__init__(f"A sheet holds {per_sheet}, so none can begin at {first}.")
        self.first, self.per_sheet = first, per_sheet


_Millimetres = Annotated[float, Meta(ge=-1000, le=1000)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """How badges lie on paper; see the fields. A stock's labels have their own gaps and margins.

    ``margins`` are top, right, bottom, left, None where the block is centred. ``first`` is the
    label on the first sheet to begin at, from 1. ``shift`` moves everything on fronts to the right
    and down, ``back_shift`` everything on backs, as one looks at each.
    """

    paper: Annotated[str, Meta(max_length=40)] = "a4"
    orientation: Literal["auto", "portrait", "landscape"] = "auto"
    gap_x: _Millimetres = 4.0
    gap_y: _Millimetres = 4.0
    margins: tuple[
        _Millimetres | None, _Millimetres | None, _Millimetres | None, _Millimetres | None
    ] = (None, None, None, None)
    crop_marks: bool = True
    fold_marks: bool = True
    duplex: Duplex = Duplex.OFF
    first: Annotated[int, Meta(ge=1, le=1000)] = 1
    shift_x: _Millimetres = 0.0
    shift_y: _Millimetres = 0.0
    back_shift_x: _Millimetres = 0.0
    back_shift_y: _Millimetres = 0.0

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Settings":
        """Settings from what `as_data` gave, or from less: the rest is as usual.

        Raises NotSettings. Whether they are possible, `papers_for` says.
        """
        try:
            return msgspec.convert(dict(data), cls)
        except msgspec.ValidationError as error:
            field = str(error).partition("`$.")[2].partition("`")[0]
            unknown = str(error).partition("unknown field `")[2].partition("`")[0]
            raise NotSettings(field or unknown) from None

    def as_data(self) -> dict[str, Any]:
        """The settings as plain values for JSON, every field named."""
        return dict(msgspec.to_builtins(self))


class Spot(NamedTuple):
    """Where one side of a badge lies: its slot on the sheet from 0, its side, and its place.

    x and y are the top left corner of what it takes up once it is turned clockwise by ``turn``
    degrees: 0, 90, 180 or 270.
    """

    slot: int
    side: int
    x: float
    y: float
    turn: int


@dataclass(frozen=True, slots=True)
class Page:
    """One face of each sheet: what lies on it, and its marks for cutting and folding."""

    spots: tuple[Spot, ...]
    marks: tuple[Line, ...] = ()
    folds: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Imposition:
    """Sheets of one kind: their size, how many badges one holds, and their one or two pages."""

    width: float
    height: float
    item_width: float
    item_height: float
    per_sheet: int
    first: int  # slot that the first badge lies on, from 0
    pages: tuple[Page, ...]
    flips_sideways: bool = True  # when turned over: left becomes right; otherwise top bottom

    def box(self, spot: Spot) -> tuple[float, float, float, float]:
        """Left, top, width and height of what a spot takes up."""
        size = self.item_width, self.item_height
        return (spot.x, spot.y, *(size if spot.turn % 180 == 0 else size[::-1]))

    def sheets(self, badges: int) -> int:
        """How many sheets so many badges take."""
        return -(-(badges + self.first) // self.per_sheet) if badges else 0

    def where(self, badge: int) -> tuple[tuple[int, Spot], ...]:
        """Where the sides of a badge lie, with the page of the file; all counted from 0."""
        number, slot = divmod(badge + self.first, self.per_sheet)
        return tuple(
            (number * len(self.pages) + face, spot)
            for face, page in enumerate(self.pages)
            for spot in page.spots
            if spot.slot == slot
        )


class Sided(Protocol):
    """What a design must say: its size and how many sides it has."""

    @property
    def width(self) -> float:
        """Millimetres."""

    @property
    def height(self) -> float:
        """Millimetres."""

    @property
    def sides(self) -> tuple[object, ...]:
        """One or two."""


class _Part(NamedTuple):
    """A side within a cell: its top left corner and how it is turned."""

    side: int
    x: float
    y: float
    turn: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """What lies in each place of the grid: one badge, or both its sides beside a fold."""

    width: float
    height: float
    parts: tuple[_Part, ...]
    item: tuple[float, float]
    fold: Literal["x", "y"] | None = None

    def turned(self) -> "_Cell":
        """The cell turned clockwise by 90 degrees."""
        parts = tuple(
            _Part(it.side, self.height - it.y - self._down(it), it.x, it.turn + 90)
            for it in self.parts
        )
        fold: Literal["x", "y"] | None = {"x": "y", "y": "x", None: None}[self.fold]
        return _Cell(self.height, self.width, parts, self.item, fold)

    def _down(self, part: _Part) -> float:
        return self.item[1] if part.turn % 180 == 0 else self.item[0]


def papers_for(design: Sided, settings: Settings) -> Imposition:
    """Where the badges of a design lie by these settings.

    Raises an Impossible that says why: DoesNotFit, NegativeLength, OffsetTooLarge,
    StartBeyondSheet or UnknownPaper. A design without a back is printed on fronts only.
    """
    _check(settings)
    duplex = settings.duplex if len(design.sides) > 1 else Duplex.OFF
    grid, cell = _laid_out(_cells(design.width, design.height, duplex), settings)
    if settings.first > grid.per_page:
        raise StartBeyondSheet(settings.first, grid.per_page)
    spots = tuple(
        Spot(slot, part.side, x + part.x, y + part.y, part.turn % 360)
        for slot, (x, y) in enumerate(grid.places())
        for part in cell.parts
    )
    folds = grid.folds(cell.fold) if cell.fold and settings.fold_marks else ()
    front = Page(spots, grid.marks(), folds)
    imposition = Imposition(
        grid.width,
        grid.height,
        design.width,
        design.height,
        grid.per_page,
        settings.first - 1,
        (front,),
        flips_sideways=(duplex == Duplex.LONG) == (grid.height >= grid.width),
    )
    pages: tuple[Page, ...] = (_moved(front, settings.shift_x, settings.shift_y),)
    if duplex in (Duplex.LONG, Duplex.SHORT):
        back = Page(tuple(behind(imposition, spot) for spot in spots))
        pages += (_moved(back, settings.back_shift_x, settings.back_shift_y),)
    return replace(imposition, pages=pages)


def behind(imposition: Imposition, front: Spot) -> Spot:
    """The place on the back that lies exactly behind a front, with the same edge up."""
    x, y, width, height = imposition.box(front)
    if imposition.flips_sideways:
        return Spot(front.slot, 1, imposition.width - x - width, y, -front.turn % 360)
    return Spot(front.slot, 1, x, imposition.height - y - height, (180 - front.turn) % 360)


def _check(settings: Settings) -> None:
    names = ("top", "right", "bottom", "left")
    lengths = {
        "gap_x": settings.gap_x,
        "gap_y": settings.gap_y,
        **dict(zip(names, settings.margins, strict=True)),
    }
    offsets = {
        field: getattr(settings, field)
        for field in ("shift_x", "shift_y", "back_shift_x", "back_shift_y")
    }
    for field, length in (lengths | offsets).items():
        if length is not None and math.isnan(length):
            raise NotSettings(field)
    for field, length in lengths.items():
        if length is not None and length < 0:
            raise NegativeLength(field)
    for field, offset in offsets.items():
        if abs(offset) > LARGEST_OFFSET:
            raise OffsetTooLarge(field)
    known = settings.paper == SINGLE or settings.paper in PAPERS
    if not known and settings.paper not in stocks.by_name():
        raise UnknownPaper(settings.paper)


def _cells(width: float, height: float, duplex: Duplex) -> tuple[_Cell, ...]:
    """What may lie in each place, the preferred one first.

    Folded along a line to its right, a front has its back behind it as it is; folded along its
    lower edge, the back must be printed upside down.
    """
    item = width, height
    front = _Part(0, 0.0, 0.0, 0)
    if duplex != Duplex.FOLD:
        return (_Cell(width, height, (front,), item),)
    return (
        _Cell(2 * width, height, (front, _Part(1, width, 0.0, 0)), item, "x"),
        _Cell(width, 2 * height, (front, _Part(1, 0.0, height, 180)), item, "y"),
    )


def _laid_out(cells: tuple[_Cell, ...], settings: Settings) -> tuple[Sheet, _Cell]:
    if settings.paper == SINGLE:
        return _alone(cells[0], settings.orientation)
    if settings.paper in PAPERS:
        return _on_paper(cells, settings)
    return _on_stock(cells, stocks.by_name()[settings.paper], settings.orientation)


def _alone(cell: _Cell, orientation: str) -> tuple[Sheet, _Cell]:
    """A page as large as the badge, across or upright if that is asked for."""
    is_upright = cell.height >= cell.width
    if orientation != "auto" and is_upright != (orientation == "portrait"):
        cell = cell.turned()
    return sheet.single(cell.width, cell.height), cell


def _on_paper(cells: tuple[_Cell, ...], settings: Settings) -> tuple[Sheet, _Cell]:
    found: list[tuple[Sheet, _Cell]] = []
    refused: DoesNotFit | None = None
    for cell in cells:
        try:
            laid_out = sheet.n_up(
                PAPERS[settings.paper],
                cell.width,
                cell.height,
                gap=(settings.gap_x, settings.gap_y),
                margins=Margins(*settings.margins),
                orientation=settings.orientation,
                crop_marks=settings.crop_marks,
            )
        except DoesNotFit as error:
            refused = refused or error
        else:
            found.append((laid_out, cell))
    if refused is not None and not found:
        raise refused
    return max(found, key=lambda it: it[0].per_page)


def _on_stock(
    cells: tuple[_Cell, ...], stock: stocks.Stock, orientation: str
) -> tuple[Sheet, _Cell]:
    """Each in the middle of a label: as it is, or else turned, or only as it is asked for.

    The page stays upright, as the stock goes into the printer.
    """
    grid = stock.sheet()
    choices = {
        "portrait": cells,
        "landscape": tuple(it.turned() for it in cells),
        "auto": (*cells, *(it.turned() for it in cells)),
    }[orientation]
    for cell in choices:
        if cell.width <= stock.width + _ROUNDED and cell.height <= stock.height + _ROUNDED:
            dx, dy = (stock.width - cell.width) / 2, (stock.height - cell.height) / 2
            parts = tuple(it._replace(x=it.x + dx, y=it.y + dy) for it in cell.parts)
            return grid, _Cell(stock.width, stock.height, parts, cell.item, cell.fold)
    raise DoesNotFit((cells[0].width, cells[0].height), (stock.width, stock.height))


_ROUNDED = 1e-6


def _moved(page: Page, x: float, y: float) -> Page:
    def lines(found: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple((x1 + x, y1 + y, x2 + x, y2 + y) for x1, y1, x2, y2 in found)

    spots = tuple(it._replace(x=it.x + x, y=it.y + y) for it in page.spots)
    return Page(spots, lines(page.marks), lines(page.folds))
