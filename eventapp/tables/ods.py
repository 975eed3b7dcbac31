"""ODS (OpenDocument 1.3, ISO/IEC 26300): one sheet's stored values, read as a stream."""

from typing import Any

from eventapp.tables import limits
from eventapp.tables.package import Package
from eventapp.tables.refusals import Limit, NoSuchSheet, TooLarge
from eventapp.tables.sheet import Sheet
from eventapp.tables.table import Remark, address, column_letters
from eventapp.tables.values import duration_text, iso_text, number_text

_CELLS = ("table:table-cell", "table:covered-table-cell")
_HIDDEN = ("collapse", "filter")
# Inside a cell, and no part of its text.
_BESIDE = ("office:annotation", "draw:frame", "draw:custom-shape", "draw:g", "table:table")


def read_ods(package: Package, sheet_name: str | None) -> Sheet:
    """The named sheet, or the first visible one that has any text. Raises NoSuchSheet too."""
    reader = _Reader(sheet_name)
    package.parse("content.xml", reader.start, reader.end, reader.text)
    if sheet_name is not None and sheet_name not in reader.visible:
        raise NoSuchSheet(tuple(reader.visible))
    for name in reader.visible:
        if name != reader.sheet.name:
            reader.sheet.places[Remark.OTHER_SHEETS].add(name)
    return reader.sheet


class _Reader:
    """Reads the sheet in one pass, and of those behind it only the names."""

    def __init__(self, wanted: str | None) -> None:
        self.sheet = Sheet("")
        self.visible: list[str] = []
        self._wanted = wanted
        self._style = ""
        self._invisible_styles: set[str] = set()
        self._depth = 0
        self._reading = self._done = False
        self._row = 0
        self._column = 0
        self._columns = 0
        self._hidden_columns: set[int] = set()
        self._cells: list[str] = []
        self._attributes: dict[str, str] = {}
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._length = 0
        self._beside = 0
        self._in_text = 0
        self._merges: list[tuple[int, int, int]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._cell is not None:
            self._inside_cell(tag, attributes)
        elif tag == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._start_sheet(attributes)
        elif tag == "style:style":
            self._style = attributes.get("style:name", "")
        elif tag == "style:table-properties":
            if attributes.get("table:display") == "false":
                self._invisible_styles.add(self._style)
        elif not self._reading or self._depth != 1:
            return
        elif tag in _CELLS:
            self._cell = attributes
            self._text = []
            self._length = 0
        elif tag == "table:table-row":
            self._attributes = attributes
            self._cells = []
            self._column = 0
        elif tag == "table:table-column":
            count = _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _HIDDEN:
                last = min(self._columns + count, limits.MAX_COLUMNS)
                self._hidden_columns.update(range(self._columns, last))
            self._columns += count

    def _start_sheet(self, attributes: dict[str, str]) -> None:
        if attributes.get("table:style-name", "") in self._invisible_styles:
            return
        name = attributes.get("table:name", "")
        self.visible.append(name)
        self._reading = not self._done and self._wanted in (None, name)
        if self._reading:
            self.sheet = Sheet(name)
            self._row = self._columns = 0
            self._hidden_columns.clear()
            self._merges.clear()

    def _inside_cell(self, tag: str, attributes: dict[str, str]) -> None:
        if self._beside or tag in _BESIDE:
            self._beside += 1
        elif tag == "text:p":
            self._in_text += 1
            if self._text:
                self._add("\n")
        elif tag == "text:s":
            self._add(" " * min(_count(attributes, "text:c"), limits.MAX_CELL_LENGTH))
        elif tag == "text:line-break":
            self._add("\n")
        elif tag == "text:tab":
            self._add("\t")

    def text(self, data: str) -> None:
        if self._in_text and not self._beside:
            self._add(data)

    def _add(self, data: str) -> None:
        self._length += len(data)
        if self._length > limits.MAX_CELL_LENGTH:
            place = address(self._column, self._row + 1)
            raise TooLarge(Limit.CELL, limits.MAX_CELL_LENGTH, place)
        self._text.append(data)

    def end(self, tag: str) -> None:
        if self._beside:
            self._beside -= 1
        elif tag == "text:p":
            self._in_text = max(self._in_text - 1, 0)
        elif self._cell is not None:
            if tag in _CELLS:
                self._end_cell(self._cell, covered=tag == "table:covered-table-cell")
                self._cell = None
        elif tag == "table:table-row":
            if self._reading and self._depth == 1:
                self._end_row()
        elif tag == "table:table":
            self._depth -= 1
            if self._reading and self._depth == 0:
                self._end_sheet()

    def _end_cell(self, attributes: dict[str, str], *, covered: bool) -> None:
        if not attributes and not self._text:
            self._column += 1
            return
        count = _count(attributes, "table:number-columns-repeated")
        kind = attributes.get("office:value-type", "")
        # What other cells are merged over hides its text, and stays in the file.
        text = "" if covered else self._value(kind, attributes)
        place = address(self._column, self._row + 1)
        if attributes.get("calcext:value-type") == "error":
            self.sheet.places[Remark.ERROR_VALUES].add(place)
            text = ""
        elif "table:formula" in attributes and not kind:
            self.sheet.places[Remark.NO_VALUE].add(place)
        if "table:formula" in attributes:
            self.sheet.places[Remark.FORMULAS].add(place)
        if text:
            if self._column + count > limits.MAX_COLUMNS:
                raise TooLarge(Limit.COLUMNS, limits.MAX_COLUMNS, place)
            self._cells += [""] * (self._column - len(self._cells)) + [text] * count
            if (spanned := _count(attributes, "table:number-rows-spanned")) > 1:
                self._merges.append((self._column, self._row + 1, self._row + spanned))
        self._column += count

    def _value(self, kind: str, attributes: dict[str, str]) -> str:
        if kind in ("float", "percentage", "currency"):
            shown = "".join(self._text).strip()
            number = number_text(attributes.get("office:value", ""))
            # A telephone number that its format fills up with zeros is what is shown.
            digits = shown.replace(" ", "")
            filled = digits.isdecimal() and digits.startswith("0") and digits.lstrip("0") == number
            return digits if filled else number
        if kind == "date":
            return iso_text(attributes.get("office:date-value", ""))
        if kind == "time":
            return duration_text(attributes.get("office:time-value", ""))
        if kind == "boolean":
            return attributes.get("office:boolean-value", "").upper()
        return "".join(self._text) or attributes.get("office:string-value", "")

    def _end_row(self) -> None:
        count = _count(self._attributes, "table:number-rows-repeated")
        if self._cells:
            hidden = self._attributes.get("table:visibility") in _HIDDEN
            if len(self.sheet.rows) + count > limits.MAX_ROWS + 1:
                raise TooLarge(Limit.ROWS, limits.MAX_ROWS, str(self._row + 1))
            for repeated in range(1, count + 1):
                self.sheet.add(self._row + repeated, list(self._cells), hidden=hidden)
        self._row += count

    def _end_sheet(self) -> None:
        used = max((len(cells) for _number, cells in self.sheet.rows), default=0)
        for column in sorted(self._hidden_columns):
            if column < used:
                self.sheet.places[Remark.HIDDEN_COLUMNS].add(column_letters(column))
        for column, top, bottom in self._merges:
            self.sheet.merge(column, top, bottom)
        self.sheet.fill_merged()
        self._reading = False
        self._done = bool(self.sheet.rows)


def _count(attributes: dict[str, Any], name: str) -> int:
    """A repetition: 1 unless a number of at most seven digits says otherwise."""
    text = attributes.get(name, "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 8 else 1
