"""XLSX and CSV: what goes in comes out, nothing runs, and nothing unpacks without end."""

import io
import zipfile
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from eventapp.registration import spreadsheet
from eventapp.registration.spreadsheet import NotATable, TooLarge, neutralise, restore

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
    spreadsheet.write_xlsx(stream, "Hội nghị", headings, [10] * len(headings), rows)
    return stream.getvalue()


def csv(rows: list[list[object]], headings: list[str]) -> bytes:
    stream = io.BytesIO()
    spreadsheet.write_csv(stream, headings, rows)
    return stream.getvalue()


@pytest.mark.parametrize("write", [xlsx, csv])
def test_what_goes_in_comes_out(write) -> None:  # type: ignore[no-untyped-def]
    rows = [
        ["Nguyễn Đình Đức", "0912 345 678", 'Sở "TT&TT"; a, b'],
        *[[t, "'x", "''"] for t in RISKY[:4]],
    ]
    assert list(spreadsheet.read(write(rows, ["Họ và tên", "=Điện thoại", "-"]))) == [
        ["Họ và tên", "=Điện thoại", "-"],
        *rows,
    ]


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
    assert list(spreadsheet.read(data))[1] == ["05/11/2026 07:52"]


def test_excel_knows_the_csv_as_utf_8() -> None:
    assert csv([], ["Họ"]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_reads_the_csv_of_any_locale(delimiter: str) -> None:
    data = f"Họ tên{delimiter}Chức vụ\nAn{delimiter}GĐ\n".encode()
    assert list(spreadsheet.read(data)) == [["Họ tên", "Chức vụ"], ["An", "GĐ"]]


def test_numbers_are_text_without_a_fraction() -> None:
    book = Workbook()
    book.active.append([912345678, 1.5, None, "x"])
    stream = io.BytesIO()
    book.save(stream)
    assert list(spreadsheet.read(stream.getvalue())) == [["912345678", "1.5", "", "x"]]


def test_an_old_encoding_is_refused() -> None:
    with pytest.raises(NotATable):
        list(spreadsheet.read("Nguyễn".encode("cp1258", "ignore") + b"\xff"))


@pytest.mark.parametrize("data", [b"PK\x03\x04 nothing", b"PK", b"\x00\xff\xfe"])
def test_a_broken_file_is_refused(data: bytes) -> None:
    with pytest.raises(NotATable):
        list(spreadsheet.read(data))


def test_another_kind_of_archive_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("a.txt", "a")
    with pytest.raises(NotATable):
        list(spreadsheet.read(stream.getvalue()))


def test_a_declared_document_type_is_refused() -> None:
    data = xlsx([["An"]], ["Họ tên"])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE a [<!ENTITY b "c">]>' + content
            new.writestr(part.filename, content)
    with pytest.raises(NotATable):
        list(spreadsheet.read(stream.getvalue()))


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = xlsx([["An"]], ["Họ tên"])
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(TooLarge):
        list(spreadsheet.read(data))


@pytest.mark.parametrize("write", [xlsx, csv])
def test_too_many_rows_or_columns_are_refused(write, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    monkeypatch.setattr(spreadsheet, "MAX_COLUMNS", 2)
    assert len(list(spreadsheet.read(write([["a"]] * 3, ["b"])))) == 4
    with pytest.raises(TooLarge):
        list(spreadsheet.read(write([["a"]] * 4, ["b"])))
    with pytest.raises(TooLarge):
        list(spreadsheet.read(write([["a", "b", "c"]], ["a", "b", "c"])))


def test_a_large_file_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        list(spreadsheet.read(b"a" * (spreadsheet.MAX_BYTES + 1)))
