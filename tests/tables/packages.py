"""XLSX and ODS files made by hand, to have in them what no program would write."""

import io
import zipfile
from collections.abc import Iterable

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ODS = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [("office", "office"), ("table", "table"), ("text", "text")]
)


def zipped(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def relations(*targets: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def xlsx_parts(
    data: str, *, after: str = "", before: str = "", strings: Iterable[str] | None = None,
    formats: Iterable[str] = (), declaration: str = "",
) -> dict[str, str | bytes]:  # fmt: skip
    """A workbook of one sheet: the rows' XML, and what stands before and after them.

    Style 1 has the first of the number formats, and so on.
    """
    codes = "".join(
        f'<numFmt numFmtId="{170 + at}" formatCode="{code}"/>' for at, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{170 + at}"/>' for at, _code in enumerate(formats))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "/xl/sharedStrings.xml"),
        ),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Tờ 1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/styles.xml": f"<styleSheet {_MAIN}><numFmts>{codes}</numFmts><cellXfs>"
        f'<xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f"{declaration}<worksheet {_MAIN}>{before}"
        f"<sheetData>{data}</sheetData>{after}</worksheet>",
    }
    if strings is not None:
        items = "".join(f"<si>{it}</si>" for it in strings)
        parts["xl/sharedStrings.xml"] = f"<sst {_MAIN}>{items}</sst>"
    return parts


def xlsx(data: str, **options: object) -> bytes:
    return zipped(xlsx_parts(data, **options))  # type: ignore[arg-type]


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods_parts(rows: str, *, columns: str = "") -> dict[str, str | bytes]:
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:document-content {_ODS}><office:body><office:spreadsheet>"
        f'<table:table table:name="Tờ 1">{columns}{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }


def ods(rows: str, **options: str) -> bytes:
    return zipped(ods_parts(rows, **options))


def ods_cell(text: str, attributes: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {attributes}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def ods_row(cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cells}</table:table-row>"
