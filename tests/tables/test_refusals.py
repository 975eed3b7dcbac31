"""What is not read, by name; files made to do harm are answered without reading them through."""

import contextlib
import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.tables import limits
from eventapp.tables.reading import read, read_pasted
from eventapp.tables.refusals import Encrypted, HasMacros, Limit, NotATable, Seems, TooLarge
from tests.tables.packages import (
    ods,
    ods_cell,
    ods_parts,
    ods_row,
    relations,
    text_cell,
    xlsx,
    xlsx_parts,
    zipped,
)

FILES = Path(__file__).parent / "files"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
TYPES = {"[Content_Types].xml": "<Types/>"}
ODT = "application/vnd.oasis.opendocument.text"


def refused(data: bytes) -> Seems:
    with pytest.raises(NotATable) as caught:
        read(data)
    return caught.value.seems


def too_large(data: bytes) -> tuple[Limit, str]:
    """What there was too much of, and where; found in little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge) as caught:
            read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60 * 2**20
    return caught.value.kind, caught.value.where


# --- No table -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "seems"),
    [
        (b"", Seems.EMPTY),
        (b"\xef\xbb\xbf \r\n,,\r\n", Seems.EMPTY),
        (b"%PDF-1.7\n", Seems.PDF),
        (b"\x89PNG\r\n\x1a\n", Seems.IMAGE),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Seems.IMAGE),
        (b"RIFF\0\0\0\0WEBPVP8 ", Seems.IMAGE),
        (b"\0\0\0\x18ftypheic", Seems.IMAGE),
        (b"{\\rtf1\\ansi", Seems.TEXT_DOCUMENT),
        (json.dumps([{"name": "An"}]).encode(), Seems.JSON),
        (b'\xef\xbb\xbf{"a": 1}', Seems.JSON),
        (b"<html><table><tr><td>An</td></tr></table>", Seems.HTML),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>", Seems.HTML),
        (b"<table border=1><tr><td>An</td></tr></table>", Seems.HTML),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            Seems.XML_SPREADSHEET,
        ),
        (b'<?xml version="1.0"?><people/>', Seems.XML),
        (b"\x1f\x8b\x08\0", Seems.ARCHIVE),
        (b"\x00\xff\xfe", Seems.BINARY),
        (b"\xff\xfe\x00", Seems.BINARY),
        (bytes(range(256)) * 4, Seems.BINARY),
        (OLE, Seems.BINARY),
        (OLE + "Workbook".encode("utf-16-le"), Seems.XLS),
        (OLE + "WordDocument".encode("utf-16-le"), Seems.WORD),
        (b"PK\x03\x04 nothing", Seems.BROKEN),
        (zipped({"a.txt": "a"}), Seems.ARCHIVE),
        (zipped({**TYPES, "word/document.xml": "<w/>"}), Seems.WORD),
        (zipped({**TYPES, "ppt/presentation.xml": "<p/>"}), Seems.PRESENTATION),
        (zipped({**TYPES, "xl/workbook.bin": "x"}), Seems.XLSB),
        (zipped(TYPES), Seems.BROKEN),
        (zipped({"mimetype": ODT, "content.xml": "<a/>"}), Seems.TEXT_DOCUMENT),
        (xlsx(""), Seems.EMPTY),
        (ods(""), Seems.EMPTY),
    ],
)
def test_what_is_no_table_is_named(data: bytes, seems: Seems) -> None:
    assert refused(data) is seems


@pytest.mark.parametrize(
    ("name", "seems"), [("delegates.xls", Seems.XLS), ("delegates.html", Seems.HTML)]
)
def test_real_files_of_other_formats(name: str, seems: Seems) -> None:
    assert refused((FILES / name).read_bytes()) is seems


@pytest.mark.parametrize("text", ["", " \t\r\n\t", "\u200b"])
def test_nothing_pasted(text: str) -> None:
    with pytest.raises(NotATable):
        read_pasted(text)


# --- Passwords and macros -----------------------------------------------------------------------


def test_encrypted_files() -> None:
    for data in (
        (FILES / "encrypted.ods").read_bytes(),
        OLE + "EncryptedPackage".encode("utf-16-le"),
        zipped({**ods_parts(""), "encrypted-package": b"\0"}),
    ):
        with pytest.raises(Encrypted):
            read(data)


def test_an_encrypted_archive() -> None:
    data = bytearray(xlsx(f"<row>{text_cell('A1', 'An')}</row>"))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    with pytest.raises(Encrypted):
        read(bytes(data))


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros(part: str) -> None:
    with pytest.raises(HasMacros):
        read(zipped({**xlsx_parts(""), part: "x"}))


# --- Harm ---------------------------------------------------------------------------------------

ENTITIES = '<!DOCTYPE a [<!ENTITY b "' + "c" * 1000 + '">]>'


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"]
)
def test_a_document_type_is_refused_in_every_part(part: str) -> None:
    parts = xlsx_parts(f"<row>{text_cell('A1', '&amp;')}</row>")
    content = parts[part]
    assert isinstance(content, str)
    assert refused(zipped({**parts, part: ENTITIES + content})) is Seems.BROKEN


def test_a_document_type_is_refused_in_ods() -> None:
    parts = ods_parts(ods_row(ods_cell("&b;" * 1000)))
    content = parts["content.xml"]
    assert isinstance(content, str)
    assert refused(zipped({**parts, "content.xml": ENTITIES + content})) is Seems.BROKEN


def test_a_bomb_of_blanks_is_stopped_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 4 * 2**20)
    assert too_large(xlsx(" " * 20 * 2**20)) == (Limit.UNPACKED, "")
    assert too_large(ods(" " * 20 * 2**20)) == (Limit.UNPACKED, "")


def test_a_bomb_of_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MARKUP", 20_000)
    assert too_large(xlsx("<row>" + "<c/>" * 30_000 + "</row>"))[0] is Limit.UNPACKED
    data = xlsx('<row><c t="s"><v>29999</v></c></row>', strings=[""] * 30_000)
    assert too_large(data)[0] is Limit.UNPACKED


def test_declared_sizes_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 2**20)
    data = bytearray(xlsx(" " * 4 * 2**20))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    small = (100).to_bytes(4, "little")
    assert refused(bytes(data).replace(size, small)) is Seems.BROKEN


def test_a_tag_without_end() -> None:
    assert refused(xlsx('<row r="' + "1" * 2**20 + '"/>')) is Seems.BROKEN


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_unpack_without_bound(compression: int) -> None:
    data = zipped(xlsx_parts(f"<row>{text_cell('A1', 'An')}</row>"), compression)
    assert refused(data) is Seems.BROKEN


def test_too_many_parts() -> None:
    parts = {**xlsx_parts(""), **{f"xl/media/{at}.png": b"" for at in range(600)}}
    assert too_large(zipped(parts))[0] is Limit.PARTS


def test_parts_that_are_not_read_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 2**20)
    parts = xlsx_parts(f"<row>{text_cell('A1', 'An')}</row>")
    assert read(zipped({**parts, "xl/media/1.png": b"\0" * 2 * 2**20})).rows[0].cells == ["An"]


@pytest.mark.parametrize(
    "target", ["http://example.org/x.xml", "../../../etc/passwd", "/", "sheet9.xml", ""]
)
def test_links_to_nowhere(target: str) -> None:
    parts = xlsx_parts("")
    parts["xl/_rels/workbook.xml.rels"] = relations(("worksheet", target))
    assert refused(zipped(parts)) is Seems.BROKEN


def test_a_cell_far_away_costs_nothing() -> None:
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert too_large(xlsx(cell)) == (Limit.COLUMNS, "XFD1048576")
    data = xlsx('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    assert [row.number for row in read(data).rows] == [1_048_576]


def test_merges_over_everything() -> None:
    rows = "".join(f'<row r="{at}">{text_cell(f"A{at}", "a")}</row>' for at in range(1, 300))
    merges = "".join(f'<mergeCell ref="B{at}:B1048576"/>' for at in range(1, 3000))
    data = xlsx(rows, after=f"<mergeCells>{merges}</mergeCells>")
    assert len(read(data).rows) == 299


# --- Too much -----------------------------------------------------------------------------------


def test_a_large_file_is_refused_unread() -> None:
    data = b"a" * (limits.MAX_BYTES + 1)
    assert too_large(data) == (Limit.BYTES, "")
    with pytest.raises(TooLarge):
        read_pasted(data.decode())


ROW = "<row>" + text_cell("A1", "a") + "</row>"


def test_a_million_rows_are_given_up_early() -> None:
    assert too_large(xlsx("<row><c><v>1</v></c></row>" * 1_000_000)) == (Limit.ROWS, "10002")
    assert too_large(b"a,b\n" * 1_000_000) == (Limit.ROWS, "10002")
    row = ods_row(ods_cell("a"), 'table:number-rows-repeated="1048576"')
    assert too_large(ods(row))[0] is Limit.ROWS


def test_blank_rows_do_not_count() -> None:
    assert read(xlsx("<row/>" * 50_000 + ROW)).rows[0].number == 50_001
    assert read(b"\n" * 50_000 + b"a").rows[0].number == 50_001


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_the_limits_themselves(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 3)
    monkeypatch.setattr(limits, "MAX_COLUMNS", 2)
    monkeypatch.setattr(limits, "MAX_CELL_LENGTH", 5)

    def made(rows: list[list[str]]) -> bytes:
        if kind == "csv":
            return "\n".join(",".join(row) for row in rows).encode()
        if kind == "ods":
            return ods("".join(ods_row("".join(map(ods_cell, row))) for row in rows))
        cells = ["".join(text_cell("", text) for text in row) for row in rows]
        return xlsx("".join(f"<row>{row}</row>" for row in cells))

    assert len(read(made([["a" * 5, "b"]] * 4)).rows) == 4
    assert too_large(made([["a"]] * 5)) == (Limit.ROWS, "5")
    assert too_large(made([["a"], ["a", "b", "c"]])) == (Limit.COLUMNS, "C2")
    assert too_large(made([["a"], ["a", "b" * 6]])) == (Limit.CELL, "B2")


def test_a_shared_text_that_is_too_long_is_found_by_its_cell() -> None:
    data = xlsx('<row r="7"><c r="C7" t="s"><v>0</v></c></row>', strings=[f"<t>{'a' * 3000}</t>"])
    assert too_large(data) == (Limit.CELL, "C7")


def test_repeated_cells_of_ods() -> None:
    cell = ods_cell("a", 'table:number-columns-repeated="16384"')
    assert too_large(ods(ods_row(cell)))[0] is Limit.COLUMNS


# --- Anything -----------------------------------------------------------------------------------

WHOLE = xlsx(f"<row>{text_cell('A1', 'An')}</row>")
REFUSALS = (NotATable, TooLarge, Encrypted, HasMacros)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    for each in (data, b"PK\x03\x04" + data):
        with contextlib.suppress(REFUSALS):
            read(each)


@given(at=st.integers(0, len(WHOLE) - 1), bits=st.integers(1, 255))
def test_a_damaged_workbook_is_read_or_refused_by_name(at: int, bits: int) -> None:
    data = bytearray(WHOLE)
    data[at] ^= bits
    with contextlib.suppress(REFUSALS):
        read(bytes(data))


@given(st.text(alphabet='"\t\r\n,;a', max_size=40))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for attempt in (lambda: read_pasted(text), lambda: read(text.encode())):
        with contextlib.suppress(REFUSALS):
            attempt()
