"""A table that has been read: rows of text, and remarks on what was found on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EXAMPLES = 20
"""So many places a note names; its count goes on."""


class Format(StrEnum):
    XLSX = "xlsx"
    ODS = "ods"
    CSV = "csv"
    PASTED = "pasted"


class Encoding(StrEnum):
    """How letters were written; a user's choice for `read` where the guess is wrong."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1258 = "windows-1258"
    WINDOWS_1252 = "windows-1252"
    """Western European."""
    TCVN3 = "tcvn3"
    """Fonts called .VnTime and the like (ABC)."""
    VNI = "vni"
    """Fonts called VNI-Times and the like."""


class Remark(StrEnum):
    """What was done or seen; in brackets, what the note's ``where`` names."""

    OTHER_SHEETS = "other_sheets"
    """Visible sheets that were not read [names]."""
    HIDDEN_ROWS = "hidden_rows"
    """Rows that are hidden or filtered out, and were read [row numbers]."""
    HIDDEN_COLUMNS = "hidden_columns"
    """Columns that are hidden, and were read [letters]."""
    MERGED = "merged"
    """Cells that were given the text they are merged with, from above [addresses]."""
    FORMULAS = "formulas"
    """Cells that hold a formula; the value stored with it was read [addresses]."""
    NO_VALUE = "no_value"
    """Formulas without a stored value, read as empty [addresses]."""
    ERROR_VALUES = "error_values"
    """Cells that show an error such as #N/A, read as empty [addresses]."""
    INVISIBLE = "invisible"
    """Cells from which characters that nobody can see were removed [addresses]."""
    LEGACY_ENCODING = "legacy_encoding"
    """Text was converted from the encoding in ``detail``: to be confirmed by who sent it
    [addresses of cells; nothing where it is the whole file]."""
    LEGACY_CAPITALS = "legacy_capitals"
    """Words in capitals whose marked letters TCVN3 writes as small ones were made capitals
    throughout [addresses]."""
    UNREADABLE = "unreadable"
    """Cells with characters that could not be decoded, now U+FFFD [addresses]."""
    STRAY_QUOTES = "stray_quotes"
    """Quotation marks that do not match; cells were divided as well as may be."""


@dataclass(frozen=True, slots=True)
class Note:
    """One remark: how many times it applies, and the first `EXAMPLES` places."""

    remark: Remark
    count: int
    where: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with any text; ``number`` is the one that spreadsheet programs show beside it."""

    number: int
    cells: list[str]
    """From column A; what follows the last text is left out."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, a CSV file or what was pasted."""

    rows: tuple[Row, ...]
    """Top to bottom; at least one. Rows without text are left out, and leave their number."""
    format: Format
    encoding: Encoding
    """Of the file, or of the text in its cells where that was a legacy one."""
    sheet: str
    """Empty for CSV and what is pasted."""
    notes: tuple[Note, ...]


def column_letters(index: int) -> str:
    """The name of a column as spreadsheet programs show it: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(column: int, row: int) -> str:
    """The name of a cell, from a column's index and a row's number: ``(2, 17)`` → ``"C17"``."""
    return f"{column_letters(column)}{row}"


class Places:
    """Counts places for a note and keeps the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []

    def add(self, place: str) -> None:
        self.count += 1
        if len(self.first) < EXAMPLES:
            self.first.append(place)

    def note(self, remark: Remark, detail: str = "") -> Sequence[Note]:
        """The note, or nothing where nothing was counted."""
        return [Note(remark, self.count, tuple(self.first), detail)] if self.count else []
