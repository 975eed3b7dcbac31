"""XLSX and CSV that we write: what goes in comes out, and nothing runs."""

import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from eventapp.tables.reading import read
from eventapp.tables.writing import neutralise, restore, write_csv, write_xlsx

RISKY = [
    "=1+1",
    "+84 Sở",
    "-2",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://example.org","Sở")',
]


def xlsx(rows: list[list[object]], headings: list[str]) -> bytes:
    stream = io.BytesIO()
    write_xlsx(stream, "Hội nghị", headings, [10] * len(headings), rows)
    return stream.getvalue()


def csv(rows: list[list[object]], headings: list[str]) -> bytes:
    stream = io.BytesIO()
    write_csv(stream, headings, rows)
    return stream.getvalue()


@pytest.mark.parametrize("write", [xlsx, csv])
def test_what_goes_in_comes_out(write) -> None:  # type: ignore[no-untyped-def]
    rows = [
        ["Nguyễn Đình Đức", "0912 345 678", 'Sở "TT&TT"; a, b'],
        *[[text, "'x", "''"] for text in RISKY[:4]],
    ]
    table = read(write(rows, ["Họ và tên", "=Điện thoại", "-"]))
    assert [row.cells for row in table.rows] == [["Họ và tên", "=Điện thoại", "-"], *rows]
    assert table.notes == ()


@given(st.text())
def test_neutralised_text_starts_nothing_and_can_be_restored(value: str) -> None:
    safe = neutralise(value)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert neutralise(restore(safe)) == safe


@pytest.mark.parametrize("value", [*RISKY, "'", "''=", "'abc", "H'Hen Niê", ""])
def test_restores_exactly(value: str) -> None:
    assert restore(neutralise(value)) == value


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    book = load_workbook(io.BytesIO(xlsx([[text] for text in RISKY], ["=a"])))
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert kinds == {"s"}
    assert book.active.freeze_panes == "B2"


def test_times_are_times_and_days_come_first() -> None:
    data = xlsx([[datetime(2026, 11, 5, 7, 52)]], ["a"])
    assert load_workbook(io.BytesIO(data)).active["A2"].value == datetime(2026, 11, 5, 7, 52)
    assert read(data).rows[1].cells == ["05/11/2026 07:52"]


def test_excel_knows_the_csv_as_utf_8() -> None:
    assert csv([], ["Họ"]).startswith(b"\xef\xbb\xbf")
