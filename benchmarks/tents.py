"""How fast name tents are printed, and how much room they take.

    python benchmarks/tents.py [--counts 2000 10000] [--baseline 500]

Prints tents a second, the seconds they took, bytes a tent and the most memory the process held, for
one tent a sheet (A4) and for two (A5), each in a process of its own; beside them, in the same run,
the same tents as a first attempt would draw them: a Paragraph for each text, made smaller until it
fits, for each of the two sides.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from typing import BinaryIO

from _apart import BASELINE, run
from badges import records as people
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from eventapp.documents.tents_pdf import TentRecord, Tents, TentSize, write_tents
from eventapp.pdf import MM, fonts
from eventapp.pdf.stream import About

_ABOUT = About("Biển tên", "Ban Tổ chức")


def records(count: int) -> Iterator[TentRecord]:
    """Believable people, the same each time."""
    for it in people(count):
        said = it.values
        yield TentRecord(
            said["name"], said["position"], f"{said['organisation']}, {said['province']}"
        )


def write_plainly(tents: Iterator[TentRecord], stream: BinaryIO) -> None:
    """The baseline: what the manual of ReportLab leads to, with the same fonts."""
    fonts.register_families()
    width, height = 297 * MM, 105 * MM
    canvas = Canvas(stream, pagesize=(width, 2 * height))
    for tent in tents:
        for turn in (False, True):
            canvas.saveState()
            if turn:
                canvas.translate(width, 2 * height)
                canvas.rotate(180)
            top = height - 20
            for text, font, size in (
                (tent.name.upper(), fonts.SANS_BOLD, 120.0),
                (tent.position, fonts.SANS_SEMIBOLD, 30.0),
                (tent.organisation, fonts.SANS, 26.0),
            ):
                while True:
                    style = ParagraphStyle(
                        "line",
                        fontName=font,
                        fontSize=size,
                        leading=size * 1.25,
                        alignment=TA_CENTER,
                    )
                    paragraph = Paragraph(text, style)
                    _, needed = paragraph.wrap(width - 60, height)
                    if needed <= size * 1.3 * (1 if font == fonts.SANS_BOLD else 2):
                        break
                    size *= 0.95
                top -= needed + 8
                paragraph.drawOn(canvas, 30, top)
            canvas.restoreState()
        canvas.showPage()
    canvas.save()


def measure(kind: str, count: int) -> None:
    """Print one line for one way and number."""
    with tempfile.TemporaryFile() as stream:
        start = time.perf_counter()
        if kind == BASELINE:
            write_plainly(records(count), stream)
        else:
            write_tents(records(count), stream, about=_ABOUT, tents=Tents(size=TentSize(kind)))
        took = time.perf_counter() - start
        size = stream.tell()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{kind:>10} {count:>7,} {count / took:>9,.0f} {took:>8.2f} {size / count:>12,.0f}"
        f" {most:>9.0f}",
        flush=True,
    )


def main() -> None:
    """Measure each in a process of its own."""
    run(
        measure,
        about=__doc__,
        ways=[size.value for size in TentSize],
        counts=(2_000, 10_000),
        baseline=500,
        head=f"{'way':>10} {'tents':>7} {'tents/s':>9} {'s':>8} {'bytes/tent':>12} {'peak MB':>9}",
    )


if __name__ == "__main__":
    main()
