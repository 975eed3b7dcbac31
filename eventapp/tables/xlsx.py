"""XLSX (ECMA-376): one sheet's stored values, read as a stream.

A reader of our own, on expat: python-calamine lays out the rectangle up to the last cell, and a
file of 5 kB with one at XFD1048576 ends the process; openpyxl takes twice as long, and when it
streams it does not tell what is hidden or merged.
"""

import re
from typing import Any

from eventapp.tables import limits
from eventapp.tables.package import Package, Stop
from eventapp.tables.refusals import Limit, NoSuchSheet, NotATable, Seems, TooLarge
from eventapp.tables.sheet import Sheet
from eventapp.tables.table import Remark, address, column_letters
from eventapp.tables.values import iso_text, number_text, serial_text
from eventapp.tables.workbook import Workbook

_MAX_MERGES = 100_000
"""Further ones are left as they are."""
_DIGITS = "0123456789"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def read_xlsx(package: Package, sheet_name: str | None) -> Sheet:
    """The named sheet, or the first visible one that has any text. Raises NoSuchSheet too."""
    book = Workbook(package)
    visible = [name for name, (_part, hidden) in book.sheets.items() if not hidden]
    wanted = visible or list(book.sheets)
    if sheet_name is not None:
        if sheet_name not in wanted:
            raise NoSuchSheet(tuple(wanted))
        wanted = [sheet_name]
    sheet = Sheet("")
    for name in wanted:
        sheet = _read_sheet(package, book, name)
        if sheet.rows:
            break
    for name in visible:
        if name != sheet.name:
            sheet.places[Remark.OTHER_SHEETS].add(name)
    return sheet


def _read_sheet(package: Package, book: Workbook, name: str) -> Sheet:
    sheet = Sheet(name)
    rows: list[tuple[int, list[Any], bool]] = []
    _read_cells(package, book, sheet, rows)
    needed = {
        value: address(column, number)
        for number, cells, _hidden in reversed(rows)
        for column, value in enumerate(cells)
        if value.__class__ is int
    }
    if needed:
        strings = _strings(package, book.strings_part, needed)
        for _number, cells, _hidden in rows:
            cells[:] = [strings.get(it, "") if it.__class__ is int else it for it in cells]
    for number, cells, hidden in rows:
        sheet.add(number, cells, hidden=hidden)
    sheet.fill_merged()
    return sheet


def _read_cells(
    package: Package, book: Workbook, sheet: Sheet, rows: list[tuple[int, list[Any], bool]]
) -> None:
    """Read the rows that have values; a shared text is the int of its place.

    Functions in a function, since each is called once or twice for every cell.
    """
    prefix = ""
    columns: dict[str, int] = {}
    hidden_columns: set[int] = set()
    formats = book.formats
    cells: list[Any] = []
    row = 0
    row_hidden = False
    column = -1
    kind = style = None
    value: str | None = None
    merges = 0
    formula = phonetic = collecting = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal prefix, cells, row, row_hidden, column, kind, style, value
        nonlocal formula, phonetic, collecting, merges
        if prefix:
            tag = tag.removeprefix(prefix)
        if tag == "c":
            letters = attributes.get("r", "").rstrip(_DIGITS)
            if letters not in columns:
                columns[letters] = _column(letters)
            column = columns[letters] if letters else column + 1
            kind = attributes.get("t")
            style = attributes.get("s")
            value = None
            formula = False
        elif tag == "v" or (tag == "t" and not phonetic):
            value = value or ""
            collecting = True
        elif tag == "f":
            formula = True
        elif tag == "row":
            given = attributes.get("r", "")
            # Rows that are out of order count on.
            row = max(int(given) if given.isdecimal() and len(given) < 8 else 0, row + 1)
            row_hidden = attributes.get("hidden") in ("1", "true")
            cells = []
            column = -1
        elif tag == "rPh":
            phonetic = True
        elif tag == "mergeCell":
            merges += 1
            if merges <= _MAX_MERGES:
                _merge(sheet, attributes.get("ref", ""))
        elif tag == "col":
            if attributes.get("hidden") in ("1", "true"):
                hidden_columns.update(_span(attributes))
        elif tag.endswith("worksheet") and not row:
            prefix = tag.removesuffix("worksheet")

    def text(data: str) -> None:
        nonlocal value
        if collecting and value is not None:
            value += data
            if len(value) > limits.MAX_CELL_LENGTH:
                raise TooLarge(Limit.CELL, limits.MAX_CELL_LENGTH, address(column, row))

    def end(tag: str) -> None:
        nonlocal collecting, phonetic
        if prefix:
            tag = tag.removeprefix(prefix)
        if tag in ("v", "t"):
            collecting = False
        elif tag == "c":
            shown: str | int = ""
            if value:
                if kind == "s":
                    shown = int(value) if value.isdecimal() and len(value) < 10 else ""
                elif kind is None or kind == "n":
                    shown = _number(value.strip(), style, formats, book.from_1904)
                else:
                    shown = _typed(value, kind)
            if formula or kind == "e":
                _remark(sheet, kind, value, formula, address(column, row))
            if shown != "":
                if column >= limits.MAX_COLUMNS:
                    raise TooLarge(Limit.COLUMNS, limits.MAX_COLUMNS, address(column, row))
                while len(cells) <= column:
                    cells.append("")
                cells[column] = shown
        elif tag == "row":
            if cells:
                if len(rows) > limits.MAX_ROWS:
                    raise TooLarge(Limit.ROWS, limits.MAX_ROWS, str(row))
                rows.append((row, cells, row_hidden))
        elif tag == "rPh":
            phonetic = False

    package.parse(book.sheets[sheet.name][0], start, end, text)
    used = max((len(cells) for _number, cells, _hidden in rows), default=0)
    for hidden in sorted(hidden_columns):
        if hidden < used:
            sheet.places[Remark.HIDDEN_COLUMNS].add(column_letters(hidden))


def _column(letters: str) -> int:
    index = 0
    for letter in letters[:4].upper():
        index = index * 26 + ord(letter) - 64
    return index - 1 if index > 0 else limits.MAX_COLUMNS


def _span(attributes: dict[str, str]) -> range:
    """The indexes of columns that a ``col`` element is about, as far as any are read."""
    first, last = attributes.get("min", ""), attributes.get("max", "")
    if not (first.isdecimal() and last.isdecimal() and len(first) < 6 and len(last) < 6):
        return range(0)
    return range(max(int(first) - 1, 0), min(int(last), limits.MAX_COLUMNS))


def _merge(sheet: Sheet, reference: str) -> None:
    first, _, last = reference.partition(":")
    top, bottom = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if top and bottom:
        sheet.merge(_column(top[1]), int(top[2]), int(bottom[2]))


def _remark(sheet: Sheet, kind: str | None, value: str | None, formula: bool, place: str) -> None:
    if formula:
        sheet.places[Remark.FORMULAS].add(place)
    if kind == "e":
        sheet.places[Remark.ERROR_VALUES].add(place)
    elif not value and kind != "str":
        sheet.places[Remark.NO_VALUE].add(place)


def _number(text: str, style: str | None, formats: list[tuple[str, int]], from_1904: bool) -> str:
    if style is not None and style != "0" and style.isdecimal() and int(style) < len(formats):
        kind, digits = formats[int(style)]
        if kind == "zeros":
            return number_text(text).zfill(digits)
        if kind:
            return serial_text(text, date=kind == "date", from_1904=from_1904)
    return number_text(text)


def _typed(value: str, kind: str) -> str:
    if kind == "b":
        return "TRUE" if value.strip() in ("1", "true") else "FALSE"
    if kind == "e":
        return ""
    return iso_text(value) if kind == "d" else _unescape(value)


def _unescape(text: str) -> str:
    """Characters that XML cannot hold are written _x0007_ (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _strings(package: Package, part: str | None, needed: dict[int, str]) -> dict[int, str]:
    """The shared texts that are needed; each with a cell that has it, to name if it is too long."""
    if part is None:
        raise NotATable(Seems.BROKEN)
    strings: dict[int, str] = {}
    last = max(needed)
    prefix = ""
    number = -1
    pieces: list[str] = []
    length = 0
    collecting = phonetic = False

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal prefix, number, pieces, length, collecting, phonetic
        if prefix:
            tag = tag.removeprefix(prefix)
        if tag == "t":
            collecting = not phonetic and number in needed
        elif tag == "si":
            number += 1
            pieces = []
            length = 0
            phonetic = False
        elif tag == "rPh":
            phonetic = True
        elif number < 0 and tag.endswith("sst"):
            prefix = tag.removesuffix("sst")

    def text(data: str) -> None:
        nonlocal length
        if collecting:
            length += len(data)
            if length > limits.MAX_CELL_LENGTH:
                raise TooLarge(Limit.CELL, limits.MAX_CELL_LENGTH, needed[number])
            pieces.append(data)

    def end(tag: str) -> None:
        nonlocal collecting, phonetic
        if prefix:
            tag = tag.removeprefix(prefix)
        if tag == "t":
            collecting = False
        elif tag == "si":
            if number in needed:
                strings[number] = _unescape("".join(pieces))
            if number == last:
                raise Stop
        elif tag == "rPh":
            phonetic = False

    package.parse(part, start, end, text)
    return strings
