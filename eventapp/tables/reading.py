"""Read a table that somebody sent: XLSX, ODS or CSV by its content, or what was pasted.

Every cell comes as text: as typed, without what cannot be seen (`eventapp.text.clean_lines`);
dates as ``dd/mm/yyyy``, times as ``hh:mm``, numbers without exponent. What our own export made
safe from being a formula is as it was before.
"""

import re
import unicodedata

from eventapp.tables import limits
from eventapp.tables.delimited import read_clipboard, read_csv
from eventapp.tables.encodings import UNICODE, convert_cells, decode
from eventapp.tables.kinds import check_text, open_package
from eventapp.tables.legacy import CONVERTERS
from eventapp.tables.ods import read_ods
from eventapp.tables.refusals import Limit, NotATable, Seems, TooLarge
from eventapp.tables.sheet import Sheet
from eventapp.tables.table import Encoding, Format, Note, Remark, Row, Table, address
from eventapp.tables.writing import restore
from eventapp.tables.xlsx import read_xlsx
from eventapp.text import clean_lines

_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_FEW = 10
"""So many control characters may be in a text that is ten times as long, or one in a hundred."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
# What clean_lines would change, though it can be printed.
_UNCLEAN = re.compile(
    "  |[\u0300-\u036f\u115f\u1160\u180b-\u180f\u2800\u3164\uffa0\U000e0000-\U000e0fff]"
)


def read(
    data: bytes,
    *,
    filename: str = "",
    encoding: Encoding | str | None = None,
    sheet: str | None = None,
) -> Table:
    """The table in a file: the named sheet, or the first visible one that has any text.

    ``filename`` only settles what the content leaves open: a .tsv is divided by tabs.
    ``encoding`` overrules the guess, for a file of text and for text in cells; UTF-8 leaves the
    text in cells as it is. Raises NotATable, Encrypted, HasMacros, NoSuchSheet and TooLarge of
    eventapp.tables.refusals, and ValueError for an encoding that is none of `Encoding`.
    """
    chosen = None if encoding is None else Encoding(encoding)
    if len(data) > limits.MAX_BYTES:
        raise TooLarge(Limit.BYTES, limits.MAX_BYTES)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        package, format_ = open_package(data)
        reader = read_xlsx if format_ is Format.XLSX else read_ods
        return _table(reader(package, sheet), format_, Encoding.UTF_8, chosen)
    check_text(data)
    text, found = decode(data, chosen)
    sample = text[:65_536]
    if len(_CONTROLS.findall(sample)) > max(min(_FEW, len(sample) // 10), len(sample) // 100):
        raise NotATable(Seems.BINARY)
    delimiter = "\t" if filename.lower().endswith((".tsv", ".tab")) else None
    return _table(read_csv(text, delimiter), Format.CSV, found, chosen)


def read_pasted(text: str) -> Table:
    """The cells that somebody copied in Excel, Google Sheets or LibreOffice and pasted here.

    Raises NotATable when there is no text, and TooLarge.
    """
    if len(text) > limits.MAX_BYTES:
        raise TooLarge(Limit.BYTES, limits.MAX_BYTES)
    return _table(read_clipboard(text), Format.PASTED, Encoding.UTF_8, None)


def _table(sheet: Sheet, format_: Format, encoding: Encoding, chosen: Encoding | None) -> Table:
    notes: list[Note] = []
    forced = chosen or (encoding if encoding in CONVERTERS else None)
    converted = convert_cells(sheet.rows, forced)
    if converted.encoding is not None:
        encoding = converted.encoding
        notes += converted.places.note(Remark.LEGACY_ENCODING, encoding.value)
        notes += converted.capitals.note(Remark.LEGACY_CAPITALS)
    elif encoding not in UNICODE:
        notes.append(Note(Remark.LEGACY_ENCODING, 1, (), encoding.value))
    rows = _clean(sheet)
    if not rows:
        raise NotATable(Seems.EMPTY)
    notes += [note for remark, places in sheet.places.items() for note in places.note(remark)]
    return Table(rows, format_, encoding, sheet.name, tuple(notes))


def _clean(sheet: Sheet) -> tuple[Row, ...]:
    """The rows as they are handed out; many cells have the same text, each is cleaned once."""
    known: dict[str, str] = {}
    remarks: dict[str, Remark] = {}
    rows = []
    for number, cells in sheet.rows:
        cleaned = []
        for column, text in enumerate(cells):
            clean = known.get(text)
            if clean is None:
                clean = known[text] = _clean_text(text)
                if (remark := _remark(text, clean)) is not None:
                    remarks[text] = remark
            cleaned.append(clean)
            if remarks and text in remarks:
                sheet.places[remarks[text]].add(address(column, number))
        while cleaned and not cleaned[-1]:
            cleaned.pop()
        if cleaned:
            rows.append(Row(number, cleaned))
    return tuple(rows)


def _clean_text(text: str) -> str:
    if text in _ERRORS:  # files of text hold them as text
        return ""
    if text.startswith("'"):
        text = restore(text)
    # Nearly every cell is clean; finding that out is ten times as fast as cleaning it.
    if (
        text.isprintable()
        and not text.startswith(" ")
        and not text.endswith(" ")
        and not _UNCLEAN.search(text)
        and unicodedata.is_normalized("NFC", text)
    ):
        return text
    return clean_lines(text)


def _remark(text: str, clean: str) -> Remark | None:
    if text in _ERRORS:
        return Remark.ERROR_VALUES
    if "\ufffd" in clean:
        return Remark.UNREADABLE
    if text.isprintable():
        return None
    unseen = {char for char in text if not char.isprintable() and not char.isspace()}
    return Remark.INVISIBLE if unseen - set(clean) else None
