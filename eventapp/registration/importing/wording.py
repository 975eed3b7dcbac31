"""What a table says about itself, and why one is refused, in the language of the page."""

from collections.abc import Mapping

from flask_babel import format_decimal
from flask_babel import gettext as _

from eventapp.registration.importing.columns import heading
from eventapp.registration.importing.plan import PlannedRow, Verdict
from eventapp.tables.columns import Columns
from eventapp.tables.refusals import Encrypted, HasMacros, Limit, NoSuchSheet, NotATable, Seems
from eventapp.tables.refusals import TooLarge as TooLargeTable
from eventapp.tables.table import Encoding, Note, Remark, column_letters

REFUSALS = (NotATable, Encrypted, HasMacros, TooLargeTable, NoSuchSheet)
"""What reading a table may raise."""


def why_refused(error: Exception) -> str:
    """Why a file is not read, and what to do."""
    if isinstance(error, Encrypted):
        return str(_("The file opens with a password only. Save it without one and upload it."))
    if isinstance(error, HasMacros):
        return str(_("The workbook has macros. Save it as .xlsx and upload that."))
    if isinstance(error, NoSuchSheet):
        return str(_("The workbook has no such sheet. Choose another."))
    if isinstance(error, TooLargeTable):
        return _too_large(error)
    return _not_a_table(error.seems if isinstance(error, NotATable) else Seems.BINARY)


def _too_large(error: TooLargeTable) -> str:
    limit = error.limit
    said = format_decimal(limit)
    if error.kind is Limit.ROWS:
        return str(_("There are more than %(number)s rows. Divide the table.", number=said))
    if error.kind is Limit.COLUMNS:
        return str(
            _("There are more than %(number)s columns. Leave out what is not needed.", number=said)
        )
    if error.kind is Limit.CELL:
        return str(_("A cell has more than %(number)s characters. Shorten it.", number=said))
    if error.kind is Limit.BYTES:
        return str(
            _(
                "The file is larger than %(number)s MB. Save the list alone in a file.",
                number=limit // 2**20,
            )
        )
    return str(_("The workbook holds too much. Save the list alone in a new file."))


def _not_a_table(seems: Seems) -> str:
    save = _("Save the list as .xlsx, .ods or .csv and upload that.")
    kinds = {
        Seems.EMPTY: _("There is nothing in it."),
        Seems.BROKEN: _("The file is damaged."),
        Seems.XLS: _("This is a workbook of Excel 97–2003 (.xls)."),
        Seems.XLSB: _("This is a binary workbook (.xlsb)."),
        Seems.XML_SPREADSHEET: _("This is a workbook of Excel 2003 in XML."),
        Seems.HTML: _("This is a web page, though it may be called .xls."),
        Seems.PDF: _("This is a PDF."),
        Seems.WORD: _("This is a text document."),
        Seems.TEXT_DOCUMENT: _("This is a text document."),
        Seems.PRESENTATION: _("This is a presentation."),
        Seems.IMAGE: _("This is a picture."),
    }
    said = kinds.get(seems) or _("This is no table.")
    return f"{said} {save}"


def encoding_name(encoding: str) -> str:
    """An encoding as people call it."""
    names = {
        Encoding.TCVN3: "TCVN3 (ABC, .VnTime)",
        Encoding.VNI: "VNI (VNI-Times)",
        Encoding.WINDOWS_1258: "Windows-1258",
        Encoding.WINDOWS_1252: "Windows-1252",
        Encoding.UTF_8: "UTF-8 (Unicode)",
        Encoding.UTF_16_LE: "UTF-16",
        Encoding.UTF_16_BE: "UTF-16",
    }
    return names.get(Encoding(encoding), encoding)


def remark(note: Note) -> str:
    """What was seen or done while a table was read."""
    places = ", ".join(note.where[:8]) + (" …" if note.count > 8 else "")
    count = note.count
    said = {
        Remark.OTHER_SHEETS: _("Other sheets were not read: %(places)s.", places=places),
        Remark.HIDDEN_ROWS: _(
            "Hidden rows were read as well: %(count)s (%(places)s).", count=count, places=places
        ),
        Remark.HIDDEN_COLUMNS: _("Hidden columns were read as well: %(places)s.", places=places),
        Remark.MERGED: _(
            "Merged cells were given their common text: %(count)s (%(places)s).",
            count=count,
            places=places,
        ),
        Remark.FORMULAS: _(
            "Formulas: their last result was read in %(count)s cells (%(places)s).",
            count=count,
            places=places,
        ),
        Remark.NO_VALUE: _(
            "Formulas without a result were read as empty: %(places)s.", places=places
        ),
        Remark.ERROR_VALUES: _(
            "Cells with an error such as #N/A were read as empty: %(places)s.", places=places
        ),
        Remark.INVISIBLE: _(
            "Invisible characters were removed from %(count)s cells (%(places)s).",
            count=count,
            places=places,
        ),
        Remark.LEGACY_ENCODING: _(
            "The text was written in %(name)s and has been converted. Check the names below.",
            name=encoding_name(note.detail) if note.detail in set(Encoding) else note.detail,
        ),
        Remark.LEGACY_CAPITALS: _("Capitals were put right in %(count)s cells.", count=count),
        Remark.UNREADABLE: _(
            "Some letters could not be read: %(places)s. Choose another encoding.", places=places
        ),
        Remark.STRAY_QUOTES: _("Quotation marks do not match; check how cells were divided."),
    }
    return str(said[note.remark])


def about_columns(columns: Columns) -> list[str]:
    """What was understood of the headings."""
    lines = []
    if columns.by_content:
        lines.append(_("There are no headings: columns were recognised by what they hold."))
    if columns.unknown:
        names = ", ".join(
            f"“{it.text.strip()[:40]}”" if it.text.strip() else column_letters(it.column)
            for it in columns.unknown[:8]
        )
        lines.append(_("Columns that are not used: %(names)s.", names=names))
    if columns.ambiguous:
        names = ", ".join(f"“{it.text[:40]}”" for it in columns.ambiguous[:8])
        lines.append(_("Columns whose heading may mean several things: %(names)s.", names=names))
    for key in columns.missing:
        lines.append(_("The column “%(name)s” is missing.", name=heading(key)))
    return [str(it) for it in lines]


def verdict_name(verdict: Verdict) -> str:
    """A verdict in a word or two."""
    names = {
        Verdict.NEW: _("New"),
        Verdict.SAME: _("Same as registered"),
        Verdict.CHANGED: _("Changed"),
        Verdict.WRONG: _("Wrong"),
        Verdict.LEFT_OUT: _("Left out"),
    }
    return str(names[verdict])


_FIELD_KEYS = {
    "category_id": "category",
    "organisation_id": "office",
    "organisation_typed": "office",
    "day_ids": "days",
    "enrolment_ids": "training",
    "site_ids": "wishes",
}


def changed_fields(row: PlannedRow, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(field, before, after) of a changed row; what is chosen from lists, by its cell."""
    lines: dict[str, tuple[str, str, str]] = {}
    for name, (before, after) in row.changes.items():
        key = _FIELD_KEYS.get(name, name)
        if key in lines:
            continue
        if name == "answers":
            for question_id in after:
                key = f"q{question_id}"
                lines[key] = (names.get(key, key), "", row.cells.get(key, ""))
            continue
        if name in _FIELD_KEYS:
            lines[key] = (heading(key), "", row.cells.get(key, ""))
        else:
            lines[key] = (heading(key), str(before or ""), str(after or ""))
    return list(lines.values())
