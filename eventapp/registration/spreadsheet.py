"""Tables as XLSX and CSV files: written a row at a time, read within bounds.

Pure. A cell of text that a spreadsheet program could take for a formula is written with an
apostrophe in front (OWASP, "CSV Injection"): ``=1+1`` becomes ``'=1+1``. Text that begins with an
apostrophe gets one more, so that `restore` always gives back exactly what was there.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

Cell = str | int | datetime | None

MAX_BYTES = 8 * 1024 * 1024
MAX_UNPACKED_BYTES = 80 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 10_000
MAX_COLUMNS = 60

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_MINUTE = "dd/mm/yyyy hh:mm"


class NotATable(Exception):
    """The file is no XLSX or UTF-8 CSV file."""


class TooLarge(Exception):
    """The file is larger than what is read at once: bytes, rows or columns."""


def neutralise(text: str) -> str:
    """Text that no spreadsheet program runs as a formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{text}" if text.startswith(_RISKY) else text


def restore(text: str) -> str:
    """What `neutralise` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def write_xlsx(
    stream: IO[bytes],
    title: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[Cell]],
) -> None:
    """Write a workbook of one sheet; rows go to disk one by one. Times are local and naive."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "B2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_heading(sheet, text) for text in headings])
    count = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{count}"
    book.save(stream)


def write_csv(stream: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write UTF-8 with a byte order mark, by which Excel knows it; days first in dates."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
    text.flush()
    text.detach()


def read(data: bytes) -> Iterator[list[str]]:
    """Rows of text of an XLSX file (its first sheet) or a CSV file, headings first.

    Dates come as ``dd/mm/yyyy``. Raises NotATable and TooLarge; the latter may come at any row.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge
    rows = _read_xlsx(data) if data.startswith(b"PK") else _read_csv(data)
    for number, row in enumerate(rows):
        if number > MAX_ROWS:
            raise TooLarge
        yield row


def _read_csv(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotATable from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(row) > MAX_COLUMNS:
                raise TooLarge
            yield [restore(value) for value in row]
    except csv.Error:
        raise NotATable from None


def _read_xlsx(data: bytes) -> Iterator[list[str]]:
    _check_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What the sheet says of its own size is not to be trusted.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            values = [_read_value(value) for value in row]
            while values and not values[-1]:
                values.pop()
            if len(values) > MAX_COLUMNS:
                raise TooLarge
            yield values
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        ParseError,
        zipfile.BadZipFile,
    ):
        raise NotATable from None


def _check_package(data: bytes) -> None:
    """Refuse what would unpack to more than is read, and DTDs, which OOXML forbids."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise TooLarge
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(part):
                    raise NotATable
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise NotATable from None


def _read_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return restore(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _as_text(value)


def _as_text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, datetime):
        at_midnight = (value.hour, value.minute) == (0, 0)
        return f"{value:%d/%m/%Y}" if at_midnight else f"{value:%d/%m/%Y %H:%M}"
    return str(value)


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = _MINUTE
        return cell
    return value


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=neutralise(text))
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="1D4E89")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _sheet_title(title: str) -> str:
    """At most 31 characters, without those that Excel refuses."""
    kept = "".join(" " if char in r"[]:*?/\'" else char for char in title)
    return " ".join(kept.split())[:31].strip() or "Sheet"
