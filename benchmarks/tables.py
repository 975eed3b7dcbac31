"""How fast a table that somebody sends is read, against openpyxl's read-only mode.

    python benchmarks/tables.py [--rows 10000] [--columns 15] [--repeat 5]

Prints, for XLSX, ODS and CSV: milliseconds (median), rows a second, and what Python allocates at
its peak while reading. The baseline, in the same run, reads every cell of the XLSX file with
openpyxl (read_only, data_only), without looking for what is merged, hidden or in another encoding.
Each measurement is a process of its own.
"""

import argparse
import csv
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook, load_workbook

from eventapp.tables.reading import read

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Đỗ")
_GIVEN = ("An", "Bình", "Dương", "Đức", "Hạnh", "Hùng", "Khánh", "Thảo", "Tuấn", "Vinh")
_OFFICES = ("Sở Thông tin và Truyền thông", "Văn phòng Ủy ban nhân dân tỉnh", "Sở Nội vụ")
_ODS = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def cells(count: int, columns: int) -> list[list[str | int]]:
    """People as offices list them: half the cells repeat, half are of one person only."""
    rng = random.Random(2012)
    rows: list[list[str | int]] = [[f"Cột {at}" for at in range(columns)]]
    for number in range(1, count + 1):
        name = f"{rng.choice(_FAMILIES)} Văn {rng.choice(_GIVEN)} {number}"
        row: list[str | int] = [
            number, name, rng.choice(_OFFICES), f"nguoi.{number}@example.org", f"09{number:08}",
        ]  # fmt: skip
        row += [rng.choice((f"Ghi chú {number}", "Có", "Không", number)) for _ in range(columns)]
        rows.append(row[:columns])
    return rows


def write(rows: Iterable[list[str | int]], folder: Path) -> None:
    """The same cells as table.xlsx, table.ods and table.csv."""
    book = Workbook()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    body: list[str] = []
    for row in rows:
        book.active.append(row)
        writer.writerow(row)
        body.append(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>")
    book.save(folder / "table.xlsx")
    (folder / "table.csv").write_bytes(text.getvalue().encode())
    with zipfile.ZipFile(folder / "table.ods", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f"<office:document-content {_ODS}><office:body><office:spreadsheet>"
            f'<table:table table:name="a">{"".join(body)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def _ods_cell(value: str | int) -> str:
    kind = f'float" office:value="{value}' if isinstance(value, int) else "string"
    return (
        f'<table:table-cell office:value-type="{kind}"><text:p>{escape(str(value))}</text:p>'
        "</table:table-cell>"
    )


def by_openpyxl(data: bytes) -> int:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    rows = [["" if it is None else str(it) for it in row] for row in book.active.values]
    return len(rows)


def by_eventapp(data: bytes) -> int:
    return len(read(data).rows)


_READERS = {"openpyxl": by_openpyxl, "eventapp": by_eventapp}


def measure(reader: str, file: Path, repeat: int) -> None:
    """Print the seconds of each reading, and the bytes that one more, traced, took at its peak."""
    data = file.read_bytes()
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        _READERS[reader](data)
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    _READERS[reader](data)
    peak = tracemalloc.get_traced_memory()[1]
    print(json.dumps({"seconds": seconds, "bytes": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=15)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--measure", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure[0], Path(options.measure[1]), options.repeat)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(cells(options.rows, options.columns), Path(folder))
        print(f"{options.rows} rows × {options.columns} columns, median of {options.repeat}")
        for reader, kind in [
            ("openpyxl", "xlsx"), ("eventapp", "xlsx"), ("eventapp", "ods"), ("eventapp", "csv"),
        ]:  # fmt: skip
            command = [sys.executable, __file__, "--repeat", str(options.repeat), "--measure"]
            done = subprocess.run(
                [*command, reader, f"{folder}/table.{kind}"], capture_output=True, check=True
            )
            result = json.loads(done.stdout)
            median = statistics.median(result["seconds"])
            print(
                f"{reader:9} {kind:5} {median * 1000:6.0f} ms {options.rows / median:9,.0f} rows/s "
                f"{result['bytes'] / 2**20:5.0f} MiB"
            )


if __name__ == "__main__":
    main()
