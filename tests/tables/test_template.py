"""The file that people fill in."""

import io
from typing import Any

from openpyxl import load_workbook

from eventapp.tables.columns import KnownColumn, find_columns
from eventapp.tables.reading import read
from eventapp.tables.template import TemplateColumn, write_template

COLUMNS = (
    TemplateColumn("Họ và tên", 28, "Như trong giấy mời", "Ví dụ: Nguyễn Văn An", needed=True),
    TemplateColumn("Tỉnh", 20, example="Bắc Ninh", choices=("Điện Biên", "Bắc Ninh")),
    TemplateColumn(
        "Đơn vị",
        36,
        "Chọn tỉnh trước",
        choices_by=("Tỉnh", {"Bắc Ninh": ("Sở Y tế", "UBND tỉnh"), "Điện Biên": ("Sở Nội vụ",)}),
        strict=False,
    ),
    TemplateColumn("Điện thoại", 16),
)


def written(*columns: TemplateColumn, **options: Any) -> bytes:
    stream = io.BytesIO()
    write_template(stream, "Đại biểu", columns, **options)
    return stream.getvalue()


def test_what_is_filled_in_is_read_and_the_example_is_not() -> None:
    book = load_workbook(io.BytesIO(written(*COLUMNS)))
    book["Đại biểu"].append(["Trần Thị Bình", "Bắc Ninh", "Sở Y tế", "0912345678"])
    stream = io.BytesIO()
    book.save(stream)
    table = read(stream.getvalue())
    known = [KnownColumn(it.heading, (it.heading,)) for it in COLUMNS]
    found = find_columns(table.rows, known)
    people = [found.values(row.cells) for row in found.data(table.rows, example="Ví dụ")]
    assert [it["Họ và tên"] for it in people] == ["Trần Thị Bình"]
    assert people[0]["Điện thoại"] == "0912345678"
    assert table.notes == ()


def test_lists_reach_the_rows_that_are_ready() -> None:
    book = load_workbook(io.BytesIO(written(*COLUMNS, rows_ready=40)))
    rules = {str(it.sqref): it for it in book["Đại biểu"].data_validations.dataValidation}
    assert rules["B2:B41"].formula1 == "'Danh mục'!$A$2:$A$3"
    assert rules["B2:B41"].errorStyle in (None, "stop")
    assert rules["C2:C41"].formula1 == (
        "OFFSET('Danh mục'!$C$1,MATCH($B2,'Danh mục'!$B$2:$B$4,0),0,"
        "COUNTIF('Danh mục'!$B$2:$B$4,$B2),1)"
    )
    assert rules["C2:C41"].errorStyle == "warning"
    assert rules["A2:A41"].prompt == rules["A1"].prompt == "Như trong giấy mời"
    lists = book["Danh mục"]
    assert (lists.sheet_state, lists.protection.sheet) == ("hidden", True)
    assert [it.value for it in lists["A"]][:3] == ["Tỉnh", "Điện Biên", "Bắc Ninh"]
    assert [it.value for it in lists["C"]] == ["Đơn vị", "Sở Y tế", "UBND tỉnh", "Sở Nội vụ"]


def test_it_is_ready_to_type_in_and_to_print() -> None:
    sheet = load_workbook(io.BytesIO(written(*COLUMNS)))["Đại biểu"]
    assert sheet.column_dimensions["D"].number_format == "@"
    assert sheet.column_dimensions["A"].width == 28
    assert sheet["A2"].font.italic
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"


def test_without_lists_or_example_there_is_one_sheet_and_one_row() -> None:
    book = load_workbook(io.BytesIO(written(TemplateColumn("Họ và tên", 20))))
    assert book.sheetnames == ["Đại biểu"]
    assert book.active.max_row == 1


def test_no_heading_example_or_choice_is_a_formula() -> None:
    risky = "=1+1"
    column = TemplateColumn(risky, 10, help=risky, example=risky, choices=(risky,))
    book = load_workbook(io.BytesIO(written(column, list_title="Đại biểu")))
    assert len(book.sheetnames) == 2
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
