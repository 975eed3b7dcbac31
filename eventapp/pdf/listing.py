"""Long tables of plain rows: laid out and drawn as they come, a page's worth at a time.

ReportLab's own tables hold and measure all rows before the first is drawn, and make a paragraph of
each cell; five thousand rows then take half a minute. Here rows are read from an iterator, their
texts are measured by widths alone, and a page's rows leave memory with the page.

Rows are never torn, the titles of the columns come again on each page, and a band (a heading
across all columns) never stands last on a page. Besides texts, cells may hold small drawings:
QR codes and boxes to tick.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, FrameBreak

from eventapp.pdf import MM, fitting, fonts, qr, tables
from eventapp.pdf.stream import StreamedCanvas

_LEADING = 1.18
_ABOVE = 1.1 * MM
_INSET = tables.PADDING / 2 * MM
_LEAST_TOGETHER = 2  # rows that follow a band, or stay with what follows the table
_SIZES = (1.0, 0.8, 0.6, 0.4, 0.25)
"""A row that would be higher than half a page becomes smaller in these steps."""
_HIGHEST = 120 * MM


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title and its width in millimetres."""

    title: str
    width: float
    align: Literal["left", "center"] = "left"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a cell: it is divided into lines where it is too wide."""

    text: str
    font: str = fonts.SERIF
    size: float = 12.0


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code, its quiet zone within its side (mm); in the middle of its column."""

    text: str
    side: float

    def operators(self, x: float, y: float) -> bytes:
        """PDF operators that draw it from its bottom left corner (points)."""
        modules = qr.PASS_SIDE if qr.is_pass_code(self.text) else len(qr.symbol(self.text))
        inside = self.side * MM * modules / (modules + 2 * qr.QUIET_ZONE)
        edge = (self.side * MM - inside) / 2
        return qr.operators(self.text, x=x + edge, y=y + edge, size=inside)


@dataclass(frozen=True, slots=True)
class Box:
    """A square to tick with a pen (mm), or one that is ticked; in the middle of its column."""

    side: float
    is_ticked: bool = False

    def operators(self, x: float, y: float) -> bytes:
        """PDF operators that draw it from its bottom left corner (points)."""
        side = self.side * MM
        drawn = b"0.7 w %.2f %.2f %.2f %.2f re S\n" % (x, y, side, side)
        if self.is_ticked:
            drawn += b"1.4 w %.2f %.2f m %.2f %.2f l %.2f %.2f l S\n" % (
                *(x + side * 0.2, y + side * 0.5),
                *(x + side * 0.42, y + side * 0.22),
                *(x + side * 0.82, y + side * 0.8),
            )
        return b"q " + drawn + b"Q\n"


Part = Text | Symbol | Box


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, each with what stands in it from top to bottom; and how high it is at least (mm).

    The key is what the row is found by: see `Listing`.
    """

    cells: tuple[tuple[Part, ...], ...]
    least: float = 0.0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A heading across all columns."""

    text: Text
    shade: Color = tables.LIGHT


_Line = tuple[float, float, str, str, float]
_Mark = tuple[float, float, Symbol | Box]


@dataclass(slots=True)
class _Laid:
    """A row with its lines and drawings placed, from its top left; points."""

    height: float
    lines: list[_Line]
    band: Color | None = None
    marks: list[_Mark] = field(default_factory=list)
    key: str = ""
    is_ruled: bool = True
    """Whether its columns are parted."""


@dataclass(slots=True)
class _Source:
    """The rows that are still to come, some of them laid out already."""

    rows: Iterator[Row | Band]
    ahead: list[_Laid] = field(default_factory=list)
    is_over: bool = False


class Listing(Flowable):
    """A ruled table whose rows are read as they are drawn.

    `after` is what has to stand on one page with the last rows: its height in millimetres. Font and
    size are those of the columns' titles. `heading` makes of the keys of the first and the last row
    of a page a line above its columns' titles, as in a telephone book.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row | Band],
        *,
        after: float = 0.0,
        font: str = fonts.SERIF_BOLD,
        size: float = 12.0,
        heading: Callable[[str, str], str] | None = None,
    ) -> None:
        super().__init__()
        self._columns = columns
        self._edges = [0.0]
        for column in columns:
            self._edges.append(self._edges[-1] + column.width * MM)
        self._source = _Source(iter(rows))
        self._after = after * MM
        titles = tuple((Text(it.title, font, size),) for it in columns)
        self._header = _lay_row(Row(titles), columns, self._edges, centred=True)
        self._header.band = tables.HEADER
        self._heading, self._heading_font = heading, (font, size)
        self._top = self._header.height
        if heading is not None:
            self._top += size * _LEADING + 2 * _ABOVE

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points); too much while rows are left."""
        self._read(availHeight)
        height = self._top + sum(it.height for it in self._source.ahead)
        if not self._source.is_over or height + self._after > availHeight:
            height = max(height, availHeight + 1)
        return self._edges[-1], height

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803
        """ReportLab's hook: the rows that fit, and the rest; nothing if too few of them fit."""
        self._read(availHeight)
        ahead = self._source.ahead
        fitting_rows, used = 0, self._top
        while fitting_rows < len(ahead) and used + ahead[fitting_rows].height <= availHeight:
            used += ahead[fitting_rows].height
            fitting_rows += 1
        if fitting_rows == len(ahead) and self._source.is_over:
            # They would all fit, but not with what has to follow.
            fitting_rows = max(1, fitting_rows - _LEAST_TOGETHER)
        # On a page of its own at the latest, rows are taken as they come.
        fitting_rows = _before_bands(ahead, fitting_rows) or (
            fitting_rows if hasattr(self, "_postponed") else 0
        )
        if not fitting_rows:
            return []
        rows, self._source.ahead = ahead[:fitting_rows], ahead[fitting_rows:]
        self.__dict__.pop("_postponed", None)
        shown = _Rows(self._edges, self._headed(rows))
        # There may be room left here that the rest is not to take.
        return [shown, FrameBreak, self] if self._source.ahead else [shown]

    def draw(self) -> None:
        """ReportLab's hook: draws what is left, at the origin."""
        _draw(cast(StreamedCanvas, self.canv), self._edges, self._headed(self._source.ahead))

    def _headed(self, rows: Sequence[_Laid]) -> list[_Laid]:
        """A page's rows with what stands above them."""
        if self._heading is None:
            return [self._header, *rows]
        keys = [it.key for it in rows if it.key]
        text = self._heading(keys[0], keys[-1]) if keys else ""
        font, size = self._heading_font
        room = self._edges[-1] - 2 * _INSET
        size = min(size, size * room / max(fonts.width(text, font, size), 1.0))
        line = _lay_band(Band(Text(text, font, size), Color(1, 1, 1)), self._edges[-1])
        line.height = self._top - self._header.height
        return [line, self._header, *rows]

    def _read(self, height: float) -> None:
        """Lay out rows until they are higher than that, or all there are."""
        source = self._source
        used = self._top + sum(it.height for it in source.ahead)
        while not source.is_over and used <= height:
            row = next(source.rows, None)
            if row is None:
                source.is_over = True
                return
            laid = (
                _lay_band(row, self._edges[-1])
                if isinstance(row, Band)
                else _lay_row(row, self._columns, self._edges)
            )
            source.ahead.append(laid)
            used += laid.height


class _Rows(Flowable):
    """The rows of one page."""

    def __init__(self, edges: Sequence[float], rows: Sequence[_Laid]) -> None:
        super().__init__()
        self._edges, self._rows = edges, rows

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        return self._edges[-1], sum(it.height for it in self._rows)

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        _draw(cast(StreamedCanvas, self.canv), self._edges, self._rows)


def _before_bands(rows: Sequence[_Laid], count: int) -> int:
    """How many rows to take so that no band stands last, or with a single row after it.

    All, if there are no others to take along to the next page.
    """
    if count >= len(rows):
        return count
    for back in range(1, _LEAST_TOGETHER + 1):
        at = count - back
        if at >= 0 and rows[at].band is not None and (back == 1 or _goes_on(rows, count)):
            while at > 0 and rows[at - 1].band is not None:
                at -= 1
            return at
    return count


def _goes_on(rows: Sequence[_Laid], at: int) -> bool:
    return rows[at].band is None


def _lay_band(band: Band, width: float) -> _Laid:
    lines, _marks, height = _lay_cell((band.text,), 0, width, 1.0, centred=False)
    placed = [(x, y - _ABOVE, *rest) for x, y, *rest in lines]
    return _Laid(height + 2 * _ABOVE, placed, band.shade, is_ruled=False)


def _lay_row(
    row: Row, columns: Sequence[Column], edges: Sequence[float], *, centred: bool = False
) -> _Laid:
    cells: list[tuple[list[Any], list[_Mark], float]] = []
    for scale in _SIZES:
        cells = [
            _lay_cell(cell, left, right, scale, centred=centred or column.align == "center")
            for cell, column, left, right in zip(
                row.cells, columns, edges[:-1], edges[1:], strict=True
            )
        ]
        if max(height for *_, height in cells) <= _HIGHEST:
            break
    # The quiet zone of a code is white enough above and below it.
    height = max(*(tall + (0 if marks else 2 * _ABOVE) for _, marks, tall in cells), row.least * MM)
    laid = _Laid(height, [], key=row.key)
    for placed, marks, tall in cells:
        down = (height - tall) / 2
        laid.lines += [(x, y - down, text, font, size) for x, y, text, font, size in placed]
        laid.marks += [(x, y - down, mark) for x, y, mark in marks]
    return laid


def _lay_cell(
    parts: Sequence[Part], left: float, right: float, scale: float, *, centred: bool
) -> tuple[list[Any], list[_Mark], float]:
    """The lines and the drawings of a cell, from its top, and how high they are."""
    width = right - left - 2 * _INSET
    placed: list[_Line] = []
    marks: list[_Mark] = []
    down = 0.0
    for part in parts:
        if not isinstance(part, Text):
            side = part.side * MM
            down += side
            marks.append(((left + right - side) / 2, -down, part))
            continue
        size = part.size * scale
        for line in _lines(part.text, part.font, size, width):
            x = left + _INSET
            if centred:
                x = (left + right - fonts.width(line, part.font, size)) / 2
            placed.append((x, -down - size * 0.95, line, part.font, size))
            down += size * _LEADING
    return placed, marks, down


def _lines(text: str, font: str, size: float, width: float) -> Sequence[str]:
    text = fonts.clean(text).strip()
    if fonts.width(text, font, size) <= width:
        return (text,) if text else ()
    return fitting.balanced(fitting.broken(text, font, size, width), font, size, width)


def _draw(canvas: StreamedCanvas, edges: Sequence[float], rows: Sequence[_Laid]) -> None:
    top = sum(it.height for it in rows)
    y = top
    lines: list[_Line] = []
    marks: list[bytes] = []
    canvas.setLineWidth(0.5)
    canvas.setStrokeColor(tables.GRID)
    path = canvas.beginPath()
    for row in rows:
        bottom = y - row.height
        if row.band is not None:
            canvas.setFillColor(row.band)
            canvas.rect(0, bottom, edges[-1], row.height, stroke=0, fill=1)
        lines += [(x, y + down, text, font, size) for x, down, text, font, size in row.lines]
        marks += [mark.operators(x, y + down) for x, down, mark in row.marks]
        path.moveTo(0, y)
        path.lineTo(edges[-1], y)
        y = bottom
    path.moveTo(0, 0)
    path.lineTo(edges[-1], 0)
    for edge in (edges[0], edges[-1]):
        path.moveTo(edge, 0)
        path.lineTo(edge, top)
    y = top
    for row in rows:
        if row.is_ruled:
            for edge in edges[1:-1]:
                path.moveTo(edge, y)
                path.lineTo(edge, y - row.height)
        y -= row.height
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setFillColorRGB(0, 0, 0)
    if marks:
        canvas.setStrokeColorRGB(0, 0, 0)
        canvas.show_operators(b"".join(marks))
    canvas.show_lines(lines)
