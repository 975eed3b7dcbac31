"""Text of cells: CSV with whatever separates them, and what spreadsheet programs put on the
clipboard."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from eventapp.tables import limits
from eventapp.tables.refusals import Limit, TooLarge
from eventapp.tables.sheet import Sheet
from eventapp.tables.table import Remark, address

_DELIMITERS = (";", "\t", ",")
_DECLARED = re.compile(r"sep=(.)(?:\r\n|\r|\n|$)", re.IGNORECASE)
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 60


def read_csv(text: str, delimiter: str | None = None) -> Sheet:
    """Rows of CSV (RFC 4180); the delimiter is guessed unless it is known. Raises TooLarge."""
    declared = _DECLARED.match(text)
    if declared:  # a line for Excel, which does not show it
        text = text[declared.end() :]
    delimiter = declared[1] if declared else delimiter or guess_delimiter(text)
    try:
        return _sheet(_records(text, delimiter, csv.QUOTE_MINIMAL, strict=True))
    except csv.Error as error:
        # A quotation mark that nothing closes would swallow the rest of the file.
        unclosed = "unexpected end" in str(error) or "field larger" in str(error)
        quoting = csv.QUOTE_NONE if unclosed else csv.QUOTE_MINIMAL
    try:
        sheet = _sheet(_records(text, delimiter, quoting, strict=False))
    except csv.Error:
        raise TooLarge(Limit.CELL, limits.MAX_CELL_LENGTH) from None
    sheet.places[Remark.STRAY_QUOTES].add("")
    return sheet


def guess_delimiter(text: str) -> str:
    """What divides the most of the first rows into the same number of cells, two or more."""
    sample = text[:_SAMPLE]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for _line, record in zip(
                range(_SAMPLE_ROWS),
                csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter),
                strict=False,
            ):
                if any(record):
                    widths[len(record)] += 1
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        # Titles above the table and notes below it are single cells.
        width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
        score = count / widths.total() + min(width, 20) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str, quoting: int, *, strict: bool) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    if quoting == csv.QUOTE_NONE:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def _sheet(records: Iterable[list[str]]) -> Sheet:
    sheet = Sheet("")
    for number, cells in enumerate(records, start=1):
        if not cells:
            continue
        for column, text in enumerate(cells):
            if len(text) > limits.MAX_CELL_LENGTH:
                raise TooLarge(Limit.CELL, limits.MAX_CELL_LENGTH, address(column, number))
        # White space is no text here: trailing separators with blanks are common.
        while cells and not cells[-1].strip():
            cells.pop()
        sheet.add(number, cells)
    return sheet


# --- The clipboard ------------------------------------------------------------------------------

# A cell in quotation marks, as it is written for one that has line breaks, tabs or doubled
# quotation marks in it. Possessive, so that no text takes quadratic time.
_QUOTED = re.compile('"((?:[^"]++|"")*+)"(?=[\t\r\n]|$)')
_PLAIN = re.compile("[^\t\r\n]*")
_END = re.compile("\t|\r\n|\r|\n")


def read_clipboard(text: str) -> Sheet:
    """Cells separated by tabs, as Excel, Google Sheets and LibreOffice copy them.

    A cell with a line break is in quotation marks, those inside it doubled; a cell that merely
    has quotation marks is written as it is. Raises TooLarge.
    """
    return _sheet(_pasted(text))


def _pasted(text: str) -> Iterator[list[str]]:
    cells: list[str] = []
    at = 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted is not None and re.search('[\t\r\n]|""', quoted[1]):
            cells.append(quoted[1].replace('""', '"'))
            at = quoted.end()
        else:
            plain = _PLAIN.match(text, at)
            assert plain is not None  # noqa: S101  it matches nothing too
            cells.append(plain[0])
            at = plain.end()
        end = _END.match(text, at)
        if end is None:
            break
        at = end.end()
        if end[0] != "\t":
            yield cells
            cells = []
    if cells:
        yield cells
