"""XLSX, ODS, CSV and what is pasted: what a person sees in the sheet is what is read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.tables.reading import _clean_text, read, read_pasted
from eventapp.tables.refusals import NoSuchSheet
from eventapp.tables.table import Encoding, Format, Note, Remark, Table, address
from eventapp.tables.values import format_kind, number_text, serial_text
from eventapp.text import clean_lines
from tests.tables.packages import ods, ods_cell, ods_row, text_cell, xlsx, xlsx_parts, zipped

FILES = Path(__file__).parent / "files"


def cells(table: Table) -> list[list[str]]:
    return [row.cells for row in table.rows]


def notes(table: Table) -> dict[Remark, tuple[str, ...]]:
    return {note.remark: note.where for note in table.notes}


# --- Files of a real program --------------------------------------------------------------------


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_a_list_as_an_office_makes_it(format_: Format) -> None:
    """Titles, a merged province, hidden rows and columns, formulas, and a million styled rows."""
    table = read((FILES / f"delegates.{format_.value}").read_bytes())
    assert (table.format, table.sheet) == (format_, "Đoàn Bắc Ninh")
    assert [row.number for row in table.rows] == [1, 3, 4, 5, 6, 7]
    assert table.rows[0].cells == ["DANH SÁCH ĐẠI BIỂU DỰ HỘI NGHỊ"]
    assert [row.cells[1] for row in table.rows[2:]] == ["Bắc Ninh"] * 3 + ["Điện Biên"]
    assert table.rows[2].cells == [
        "1", "Bắc Ninh", "Nguyễn Văn An", "Giám đốc", "0912345678", "dai.bieu0@example.org",
        "05/11/2026", "07:48", "TRUE", "Nguyễn Văn An – trưởng đoàn",
    ]  # fmt: skip
    assert [row.cells[9:] for row in table.rows[3:]] == [[], ["Dòng một\nDòng hai"], ['Sở "TT&TT"']]
    assert notes(table) == {
        Remark.OTHER_SHEETS: ("Ghi chú",),
        Remark.MERGED: ("B5", "B6"),
        Remark.HIDDEN_ROWS: ("5",),
        Remark.HIDDEN_COLUMNS: ("F",),
        Remark.FORMULAS: ("I4", "J4", "I5", "J5"),
        Remark.ERROR_VALUES: ("J5",),
    }


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_another_sheet_by_its_name(format_: Format) -> None:
    data = (FILES / f"delegates.{format_.value}").read_bytes()
    table = read(data, sheet="Ghi chú")
    assert (cells(table), table.sheet) == ([["không đọc"]], "Ghi chú")
    with pytest.raises(NoSuchSheet) as caught:
        read(data, sheet="Ẩn")
    assert caught.value.sheets == ("Đoàn Bắc Ninh", "Ghi chú")


# --- XLSX ---------------------------------------------------------------------------------------


def test_shared_texts_in_pieces_without_their_phonetics() -> None:
    data = xlsx(
        '<row r="2"><c r="B2" t="s"><v>1</v></c><c t="s"><v>0</v></c></row>',
        strings=[
            "<t>An_x000D_</t>",
            "<r><t>Nguyễn</t></r><r><t xml:space='preserve'> Văn</t></r><rPh><t>x</t></rPh>",
        ],
    )
    table = read(data)
    assert table.rows[0].number == 2
    assert table.rows[0].cells == ["", "Nguyễn Văn", "An"]


def test_rows_and_cells_without_references_count_on() -> None:
    data = xlsx("<row/><row><c/><c><v>5</v></c></row><row r='9'><c r='A9'><v>6</v></c></row>")
    assert [(row.number, row.cells) for row in read(data).rows] == [(2, ["", "5"]), (9, ["6"])]


def test_another_prefix_for_the_elements() -> None:
    parts = xlsx_parts("")
    parts["xl/worksheets/sheet1.xml"] = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>An</x:t></x:is></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert cells(read(zipped(parts))) == [["An"]]


def test_a_formula_without_a_value_and_one_with_an_empty_text() -> None:
    data = xlsx(
        "<row><c><v>1</v></c><c><f>1+1</f><v></v></c><c t='str'><f>A1</f><v></v></c>"
        "<c t='e'><v>#REF!</v></c></row>"
    )
    assert read(data).notes == (
        Note(Remark.FORMULAS, 2, ("B1", "C1")),
        Note(Remark.NO_VALUE, 1, ("B1",)),
        Note(Remark.ERROR_VALUES, 1, ("D1",)),
    )


def test_merged_cells_fill_downward_only_where_there_are_rows() -> None:
    data = xlsx(
        f'<row r="1">{text_cell("A1", "Bắc Ninh")}{text_cell("B1", "An")}</row>'
        f'<row r="3">{text_cell("B3", "Bình")}</row><row r="4">{text_cell("B4", "Chi")}</row>',
        after='<mergeCells><mergeCell ref="A1:A3"/><mergeCell ref="B1:C1"/></mergeCells>',
    )
    table = read(data)
    assert cells(table) == [["Bắc Ninh", "An"], ["Bắc Ninh", "Bình"], ["", "Chi"]]
    assert notes(table) == {Remark.MERGED: ("A3",)}


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ("dd/mm/yyyy", "46331", "05/11/2026"),
        ("[$-42A]dd mmmm yyyy;@", "46331.3277777778", "05/11/2026 07:52"),
        ("m/d/yy", "59", "28/02/1900"),
        ("yyyy", "61", "01/03/1900"),
        ("hh:mm", "0.327777777777778", "07:52"),
        ("[h]:mm", "1.5", "36:00"),
        ("mmm", "46331", "05/11/2026"),
        ("dd/mm/yyyy", "-3", "-3"),
        ("0000000000", "912345678", "0912345678"),
        ("0000 000 000", "912345678", "0912345678"),
        ("#,##0 &quot;day&quot;", "1200", "1200"),
        ("0.00%", "0.5", "0.5"),
        ("General", "9.12345678E8", "912345678"),
        ("General", "1.2345678901234499E+17", "123456789012345000"),
        ("General", "0.30000000000000004", "0.3"),
        ("General", "-0", "0"),
        ("General", "1E-7", "0.0000001"),
    ],
)
def test_numbers_as_they_are_shown(code: str, stored: str, shown: str) -> None:
    data = xlsx(f'<row><c s="1"><v>{stored}</v></c></row>', formats=[code])
    assert cells(read(data)) == [[shown]]


def test_values_of_other_types() -> None:
    data = xlsx(
        "<row><c t='b'><v>1</v></c><c t='b'><v>0</v></c><c t='d'><v>2026-11-05</v></c></row>"
    )
    assert cells(read(data)) == [["TRUE", "FALSE", "05/11/2026"]]


# --- ODS ----------------------------------------------------------------------------------------


def test_repeated_rows_and_cells() -> None:
    table = read(
        ods(
            ods_row(ods_cell("a", 'table:number-columns-repeated="2"'))
            + ods_row("<table:table-cell/>", 'table:number-rows-repeated="7"')
            + ods_row(ods_cell("b"), 'table:number-rows-repeated="2"')
            + ods_row(
                '<table:table-cell table:number-columns-repeated="16384"/>',
                'table:number-rows-repeated="1048566"',
            )
        )
    )
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, ["a", "a"]),
        (9, ["b"]),
        (10, ["b"]),
    ]


def test_text_of_an_ods_cell_without_its_comment() -> None:
    inner = (
        "<office:annotation><text:p>ghi chú</text:p></office:annotation>"
        "<text:p>Sở<text:s text:c='1'/><text:span>Y tế</text:span></text:p>"
        "<text:p>Bắc Ninh</text:p>"
    )
    row = f'<table:table-cell office:value-type="string">{inner}</table:table-cell>'
    assert cells(read(ods(ods_row(row)))) == [["Sở Y tế\nBắc Ninh"]]


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ('office:value-type="float" office:value="1.5E3"', "1500"),
        ('office:value-type="date" office:date-value="2026-11-05T07:52:00"', "05/11/2026 07:52"),
        ('office:value-type="time" office:time-value="PT07H52M00S"', "07:52"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE"),
        ('office:value-type="percentage" office:value="0.5"', "0.5"),
    ],
)
def test_values_of_an_ods_cell(attributes: str, shown: str) -> None:
    row = f"<table:table-cell {attributes}><text:p>như đã hiện</text:p></table:table-cell>"
    assert cells(read(ods(ods_row(row)))) == [[shown]]


# --- CSV ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_of_any_locale_with_quotes(delimiter: str, end: str) -> None:
    lines = ["DANH SÁCH", "", '"Họ, tên; đệm"|Chức vụ', 'An|"Sở ""TT&TT"", a;b', 'phòng"']
    table = read(end.join(lines).replace("|", delimiter).encode())
    assert [row.number for row in table.rows] == [1, 3, 4]
    assert cells(table)[1:] == [["Họ, tên; đệm", "Chức vụ"], ["An", 'Sở "TT&TT", a;b\nphòng']]
    assert (table.format, table.encoding, table.notes) == (Format.CSV, Encoding.UTF_8, ())


def test_a_comma_in_a_text_is_no_delimiter() -> None:
    data = "Họ tên;Nơi\nAn;Bắc Ninh, VN\nBình;Hà Nội, VN\nChi;Huế\n".encode()
    assert cells(read(data))[3] == ["Chi", "Huế"]


def test_the_delimiter_may_be_declared_or_be_in_the_name() -> None:
    assert cells(read(b"sep=|\na|b,c\n")) == [["a", "b,c"]]
    assert cells(read(b"a,b\n", filename="a.TSV")) == [["a,b"]]


def test_stray_quotes_are_noted_and_swallow_nothing() -> None:
    table = read(b'name,post\n"An,x\nBinh,y\n')
    assert cells(table) == [["name", "post"], ['"An', "x"], ["Binh", "y"]]
    assert notes(table) == {Remark.STRAY_QUOTES: ("",)}
    inner = read(b'name,post\n"An" b,"x,y"\n')
    assert cells(inner)[1] == ["An b", "x,y"]


def test_errors_that_were_saved_as_text() -> None:
    table = read(b"a,b\n#N/A,c\n")
    assert cells(table)[1] == ["", "c"]
    assert notes(table) == {Remark.ERROR_VALUES: ("A2",)}


# --- Pasted -------------------------------------------------------------------------------------


def test_pasted_cells_with_line_breaks_and_quotes() -> None:
    table = read_pasted(
        'Họ tên\tĐơn vị\r\nAn\t"Sở ""TT&TT""\nBắc Ninh"\r\n\r\n"Bình"\tSở "Y tế"\r\n"Chi\tx'
    )
    assert [row.number for row in table.rows] == [1, 2, 4, 5]
    assert cells(table)[1:] == [
        ["An", 'Sở "TT&TT"\nBắc Ninh'],
        ['"Bình"', 'Sở "Y tế"'],
        ['"Chi', "x"],
    ]
    assert (table.format, table.sheet) == (Format.PASTED, "")


def test_pasted_line_ends_of_every_kind() -> None:
    assert cells(read_pasted("a\tb\nc\td\re\tf\r\n\t\tg")) == [
        ["a", "b"],
        ["c", "d"],
        ["e", "f"],
        ["", "", "g"],
    ]


CELL = st.text(st.characters(codec="ascii", exclude_categories=["C"], exclude_characters="'#"))


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6))
def test_pasted_cells_come_out_as_they_were_copied(rows: list[list[str]]) -> None:
    """Each with a line break, so that the programs put it in quotation marks."""
    rows = [[f"a\n{cell}z" for cell in row] for row in rows]
    text = "\r\n".join(
        "\t".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    assert cells(read_pasted(text)) == [[clean_lines(cell) for cell in row] for row in rows]


# --- Text ---------------------------------------------------------------------------------------


def test_what_cannot_be_seen_is_removed_and_noted() -> None:
    table = read("Họ tên,Đơn vị\nLê\u200f Văn Tám,  Sở\u00a0 Y\ttế\n".encode())
    assert cells(table)[1] == ["Lê Văn Tám", "Sở Y tế"]
    assert notes(table) == {Remark.INVISIBLE: ("A2",)}


def test_decomposed_letters_are_composed() -> None:
    assert cells(read("Nguye\u0302\u0303n,Hoa\u0300\n".encode())) == [["Nguyễn", "Hoà"]]


@given(st.text())
def test_the_short_cut_for_clean_text_changes_nothing(text: str) -> None:
    if not text.startswith("'") and not text.startswith("#"):
        assert _clean_text(text) == clean_lines(text)


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_numbers_have_no_exponent(value: float) -> None:
    shown = number_text(repr(value))
    assert "e" not in shown.lower()
    assert float(shown) == pytest.approx(value, rel=1e-14)


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_any_number_can_be_a_day(value: float) -> None:
    serial_text(repr(value), date=True)
    serial_text(repr(value), date=True, from_1904=True)
    serial_text(repr(value), date=False)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", ""),
        ('"ngày" 0', ""),
        ("[Red]0", ""),
        ("mm:ss", "time"),
        ("[h]:mm", "time"),
        ("d", "date"),
        ("0000", "zeros"),
        ("0.00", ""),
    ],
)
def test_number_formats(code: str, kind: str) -> None:
    assert format_kind(code) == kind


def test_addresses() -> None:
    assert [address(it, 3) for it in (0, 25, 26, 701, 702)] == ["A3", "Z3", "AA3", "ZZ3", "AAA3"]
