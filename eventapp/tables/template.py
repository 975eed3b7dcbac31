"""Write an XLSX file for people to fill in: lists to choose from, help, an example, room to print.

Lists stand on a sheet of their own, which is hidden and cannot be typed in; the cells refer to it
by data validation (ECMA-376 part 1, 18.3.1.32). Excel and LibreOffice show the lists; Google
Sheets shows those that depend on no other column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from eventapp.tables.writing import neutralise, sheet_title

_HEADING = PatternFill("solid", fgColor="1D4E89")
_OPTIONAL = PatternFill("solid", fgColor="5B7DA6")
_GREY = "6C757D"
_LINE = Side("thin", color="C8CED6")
_MAX_PROMPT = 255
_MAX_PROMPT_TITLE = 32


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column to fill in."""

    heading: str
    width: int
    """In characters."""
    help: str = ""
    """Shown beside the cell when it is selected; 255 characters at most, the rest is cut."""
    example: str = ""
    needed: bool = False
    """Its heading is darker."""
    choices: Sequence[str] = ()
    """Shown as a list, in this order."""
    choices_by: tuple[str, Mapping[str, Sequence[str]]] | None = None
    """The heading of another column, and the choices for each of its values: the offices of a
    province."""
    strict: bool = True
    """Whether only the choices may be typed; otherwise the program asks before it takes others."""
    text: bool = True
    """Whether what is typed stays text: the zero of a telephone number, 1/2."""


def write_template(
    stream: IO[bytes],
    title: str,
    columns: Sequence[TemplateColumn],
    *,
    rows_ready: int = 500,
    list_title: str = "Danh mục",
) -> None:
    """Write a workbook with one sheet to fill in, called ``title``.

    Row 1 has the headings. If any column has an example, row 2 has them in grey italics; let the
    first begin with a marker word ("Ví dụ: …") and give that word to Columns.data, which leaves
    the row out. Lists and help reach ``rows_ready`` rows beyond the headings.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = sheet_title(title)
    lists = _Lists(book.create_sheet(_other_title(list_title, sheet.title)))
    last = 1 + rows_ready
    letters = {it.heading: get_column_letter(at) for at, it in enumerate(columns, start=1)}
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        _write_heading(sheet.cell(1, number), column)
        sheet.column_dimensions[letter].width = column.width
        if column.text:
            sheet.column_dimensions[letter].number_format = "@"
        if any(it.example for it in columns):
            _write_example(sheet.cell(2, number), column)
        if column.help:
            _add(sheet, DataValidation(), column, f"{letter}1")
        validation = _validation(column, letters, lists)
        if validation is not None:
            _add(sheet, validation, column, f"{letter}2:{letter}{last}")
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"
    _set_up_print(sheet, len(columns))
    lists.close()
    book.save(stream)


@dataclass(slots=True)
class _Lists:
    """The sheet of lists; each takes a column or two."""

    sheet: Any
    _columns: int = 0
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def plain(self, heading: str, choices: Sequence[str]) -> str:
        """The formula of a list."""
        key = tuple(choices)
        if key not in self._known:
            letter = self._write(heading, choices)
            self._known[key] = f"{self._name}!${letter}$2:${letter}${len(key) + 1}"
        return self._known[key]

    def dependent(self, heading: str, cell: str, choices: Mapping[str, Sequence[str]]) -> str:
        """The formula of those choices that stand beside the value of the cell.

        Choices are written value by value, so each has one stretch of the column.
        """
        pairs = [(value, choice) for value, each in choices.items() for choice in each]
        values = self._write(heading, [value for value, _choice in pairs])
        offered = self._write(heading, [choice for _value, choice in pairs])
        end = len(pairs) + 1
        stretch = f"{self._name}!${values}$2:${values}${end}"
        return (
            f"OFFSET({self._name}!${offered}$1,MATCH({cell},{stretch},0),0,"
            f"COUNTIF({stretch},{cell}),1)"
        )

    @property
    def _name(self) -> str:
        return "'" + self.sheet.title.replace("'", "''") + "'"

    def _write(self, heading: str, texts: Sequence[str]) -> str:
        self._columns += 1
        self.sheet.cell(1, self._columns, neutralise(heading)).font = Font(bold=True)
        for row, text in enumerate(texts, start=2):
            self.sheet.cell(row, self._columns, neutralise(text))
        letter = get_column_letter(self._columns)
        self.sheet.column_dimensions[letter].width = 40
        return letter

    def close(self) -> None:
        """Lock and hide the sheet, or drop it where there is no list."""
        if not self._columns:
            self.sheet.parent.remove(self.sheet)
            return
        self.sheet.protection.sheet = True
        self.sheet.sheet_state = "hidden"


def _validation(
    column: TemplateColumn, letters: Mapping[str, str], lists: _Lists
) -> DataValidation | None:
    formula = ""
    style: Literal["stop", "warning"] = "stop" if column.strict else "warning"
    if column.choices_by is not None and any(column.choices_by[1].values()):
        other, choices = column.choices_by
        formula = lists.dependent(column.heading, f"${letters[other]}2", choices)
    elif column.choices:
        formula = lists.plain(column.heading, column.choices)
    if formula:
        return DataValidation("list", formula, allow_blank=True, errorStyle=style)
    return DataValidation() if column.help else None


def _add(sheet: Any, validation: DataValidation, column: TemplateColumn, cells: str) -> None:
    if column.help:
        validation.promptTitle = column.heading[:_MAX_PROMPT_TITLE]
        validation.prompt = column.help[:_MAX_PROMPT]
        validation.showInputMessage = True
    validation.showErrorMessage = validation.type == "list"
    validation.add(cells)
    sheet.add_data_validation(validation)


def _write_heading(cell: Any, column: TemplateColumn) -> None:
    cell.value = neutralise(column.heading)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = _HEADING if column.needed else _OPTIONAL
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.border = Border(_LINE, _LINE, _LINE, _LINE)


def _write_example(cell: Any, column: TemplateColumn) -> None:
    cell.value = neutralise(column.example) or None
    cell.font = Font(italic=True, color=_GREY)
    cell.number_format = "@" if column.text else "General"


def _set_up_print(sheet: Any, columns: int) -> None:
    """A4 across, as wide as the page, the headings on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "&P/&N"


def _other_title(title: str, taken: str) -> str:
    wanted = sheet_title(title)
    return wanted if wanted.casefold() != taken.casefold() else f"{wanted[:28]} 2"
