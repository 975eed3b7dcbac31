"""Write tables as XLSX and CSV files, a row at a time.

A cell of text that a spreadsheet program could take for a formula is written with an
apostrophe in front (OWASP, "CSV Injection"): ``=1+1`` becomes ``'=1+1``. Text that begins with an
apostrophe gets one more, so that `restore` always gives back exactly what was there.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

Cell = str | int | datetime | None

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_MINUTE = "dd/mm/yyyy hh:mm"


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
    sheet = book.create_sheet(sheet_title(title))
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


def sheet_title(title: str) -> str:
    """At most 31 characters, without those that Excel refuses."""
    kept = "".join(" " if char in r"[]:*?/\'" else char for char in title)
    return " ".join(kept.split())[:31].strip() or "Sheet"
