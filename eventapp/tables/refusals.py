"""Why a file is not read. The attributes are what a page needs to say so, and what to do."""

from enum import StrEnum


class Seems(StrEnum):
    """What a file that is no table looks like, by its content."""

    EMPTY = "empty"
    """Nothing in it, or sheets without a single text."""
    BROKEN = "broken"
    """An XLSX or ODS file that is damaged, or made to do harm."""
    XLS = "xls"
    """A workbook of Excel 97–2003."""
    XLSB = "xlsb"
    XML_SPREADSHEET = "xml_spreadsheet"
    """A workbook of Excel 2003 in XML."""
    HTML = "html"
    """A web page, which many systems export under the name of an .xls file."""
    PDF = "pdf"
    WORD = "word"
    TEXT_DOCUMENT = "text_document"
    """ODT or RTF."""
    PRESENTATION = "presentation"
    IMAGE = "image"
    JSON = "json"
    XML = "xml"
    ARCHIVE = "archive"
    BINARY = "binary"
    """Anything else that is no text."""


class Limit(StrEnum):
    """What there is too much of, and what the limit is counted in."""

    BYTES = "bytes"
    UNPACKED = "unpacked"
    """Bytes."""
    PARTS = "parts"
    """Files in the package."""
    ROWS = "rows"
    COLUMNS = "columns"
    CELL = "cell"
    """Characters in one cell."""


class NotATable(Exception):
    """The file is no XLSX, ODS or CSV file."""

    def __init__(self, seems: Seems) -> None:
        super().__init__(seems.value)
        self.seems = seems


class Encrypted(Exception):
    """The file opens with a password only; it is to be saved without one."""


class HasMacros(Exception):
    """The workbook carries programs; it is to be saved as .xlsx."""


class NoSuchSheet(Exception):
    """The workbook has no visible sheet of that name; ``sheets`` are those it has."""

    def __init__(self, sheets: tuple[str, ...]) -> None:
        super().__init__(sheets)
        self.sheets = sheets


class TooLarge(Exception):
    """There is more than is read at once.

    ``kind`` says of what, ``limit`` how much is read, ``where`` the cell (``"C17"``) or the row
    (``"17"``) if it is one.
    """

    def __init__(self, kind: Limit, limit: int, where: str = "") -> None:
        super().__init__(kind.value, limit, where)
        self.kind = kind
        self.limit = limit
        self.where = where
